import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { startEngine } from '../../../tests/support/engine-node.ts';
import { jsGroup } from './js-group.ts';
import { fromHex } from './known-answers.ts';

const engine = await startEngine();

describe('ed25519 points are decoded strictly', () => {
  const [wasm, js] = [engine.ed25519, jsGroup('ed25519')];
  const vectors = process.env['CONCLAVE_VECTORS'];

  test.skipIf(!vectors)(
    `the keys and R of the CCTV edge cases${vectors ? '' : ' ($CONCLAVE_VECTORS is not set)'}`,
    () => {
      const file = `${vectors!}/ed25519/ed25519vectors.json`;
      const cases = JSON.parse(readFileSync(file, 'utf8')) as {
        key: string;
        sig: string;
        flags: string[] | null;
      }[];
      let accepted = 0;
      for (const { key, sig, flags } of cases) {
        for (const [encoding, name] of [
          [key, 'A'],
          [sig.slice(0, 64), 'R'],
        ] as const) {
          const point = wasm.pointFromBytesOrIdentity(fromHex(encoding));
          expect(point).toEqual(js.pointFromBytesOrIdentity(fromHex(encoding)));
          // The identity has low order but no low-order component, and is an encoding of its own.
          const refused = flags?.some((flag) =>
            [`low_order_component_${name}`, `non_canonical_${name}`].includes(flag),
          );
          expect(point === undefined).toBe(refused ?? false);
          if (point) accepted++;
        }
      }
      expect(accepted).toBeGreaterThan(100);
      expect(accepted).toBeLessThan(2 * cases.length);
    },
  );
});
