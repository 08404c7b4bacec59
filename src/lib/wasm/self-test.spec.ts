import { expect, test } from 'vitest';
import { startEngine } from '../../../tests/support/engine-node.ts';
import type { Group } from './group.ts';
import { jsGroup } from './js-group.ts';
import { selfTest } from './self-test.ts';

const engine = await startEngine();
const groups = [engine.secp256k1, engine.ed25519, jsGroup('secp256k1'), jsGroup('ed25519')];

test('every implementation gives the known answers', () => {
  const results = selfTest(groups, () => performance.now());
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  expect(new Set(results.map(({ engine }) => engine))).toEqual(new Set(['wasm', 'js']));
  expect(results.length).toBeGreaterThanOrEqual(110);
});

test('a wrong implementation fails, one that throws too', () => {
  const good = engine.secp256k1;
  const wrong = new Proxy<Group>(good, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (name === 'scalarNegate') return (a: Uint8Array) => a;
      if (name === 'scalarMul') {
        return () => {
          throw new Error('broken');
        };
      }
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const failed = selfTest([good, wrong], () => 0)
    .filter(({ ok }) => !ok)
    .map(({ suite, name }) => `${suite}: ${name}`);
  expect(failed).toContain('secp256k1: −1');
  expect(failed).toContain('secp256k1: a · b');
  expect(failed).toContain('secp256k1: the implementations agree on scalar arithmetic');
  expect(failed).not.toContain('secp256k1: a + b');
});

test('the time is the caller’s', () => {
  let time = 0;
  const results = selfTest([engine.ed25519], () => (time += 5));
  expect(results.every(({ ms }) => ms === 5)).toBe(true);
});
