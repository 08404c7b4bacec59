import fc from 'fast-check';
import { describe, test } from 'vitest';
import { groupProperties } from '../../../tests/support/group-properties.ts';
import { loadEngine } from './engine.ts';
import engineUrl from './engine.wasm?url';
import type { Suite } from './group.ts';
import { jsRehearsalGroup } from './js-group.ts';

const engine = await loadEngine(await fetch(engineUrl));

describe.each<Suite>(['secp256k1', 'ed25519'])('%s in WASM, in the browser', (suite) => {
  const js = jsRehearsalGroup(suite, 'a rehearsal: these secrets guard nothing');

  test.each(Object.entries(groupProperties(suite, engine[suite], js)))(
    '%s equals JS',
    (_, property) => {
      fc.assert(property, { numRuns: 15 });
    },
  );
});
