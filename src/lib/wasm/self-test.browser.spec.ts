import { expect, test } from 'vitest';
import { loadEngine } from './engine.ts';
import engineUrl from './engine.wasm?url';
import { jsGroup } from './js-group.ts';
import { selfTest } from './self-test.ts';

const engine = await loadEngine(await fetch(engineUrl));
const groups = [engine.secp256k1, engine.ed25519, jsGroup('secp256k1'), jsGroup('ed25519')];

test('the engine gives the known answers in the browser', () => {
  const results = selfTest(groups, () => performance.now());
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  expect(results.length).toBeGreaterThanOrEqual(110);
});
