import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { secretOperations, suites } from './secret-operations.ts';
import { findLeaks } from './taint.ts';
import { readWat } from './wat.ts';

const engine = readWat(
  readFileSync(new URL('../../src/lib/wasm/engine.wat', import.meta.url), 'utf8'),
);

test.each(secretOperations)('%s neither branches nor addresses by what it read', (operation) => {
  expect(findLeaks(engine, [operation])).toEqual([]);
});

test('every export is either a secret operation or known to be public', () => {
  const known = ['reserve', 'isWiped', ...secretOperations];
  const publicOnly = ['Start', 'Decode', 'Add', 'Negate', 'MulAdd', 'MultiScalar', 'Polynomial'];
  for (const suite of suites) {
    known.push(...[...publicOnly, 'SchnorrBatch'].map((name) => suite + name));
  }
  expect([...engine.exports.keys()].sort()).toEqual(known.sort());
});

describe('the check finds', () => {
  test.each(suites)('the variable-time multiplication of %s', (suite) => {
    const leaks = findLeaks(engine, [`${suite}MulAdd`]);
    expect(leaks.some((leak) => leak.endsWith('branch'))).toBe(true);
    expect(leaks.some((leak) => leak.endsWith('address'))).toBe(true);
  });

  const secret = ['i32.const 64', 'i32.load'];
  test.each<[what: string, lines: string[]]>([
    ['branch', [...secret, 'if', 'nop', 'end']],
    ['branch', ['block $out', ...secret, 'br_if $out', 'end']],
    ['select', ['i32.const 1', 'i32.const 2', ...secret, 'select', 'drop']],
    ['address', [...secret, 'i32.const 4', 'i32.mul', 'i64.load offset=8', 'drop']],
    ['address', [...secret, 'i32.const 1', 'i32.store8']],
    ['length', ['i32.const 0', 'i32.const 0', ...secret, 'memory.fill']],
    ['division', [...secret, 'i32.const 3', 'i32.div_u', 'drop']],
    ['branch', ['i32.const 0', ...secret, 'call $callee']],
    [
      'branch', // secret only on the second turn of a loop
      [
        ...['loop $again', 'local.get $0', 'if', 'nop', 'end'],
        ...[...secret, 'local.set $0', 'i32.const 1', 'if', 'br $again', 'end', 'end'],
      ],
    ],
  ])('a secret %s (%#)', (what, lines) => {
    const text = `(module
 (export "tested" (func $tested))
 (func $tested
  (local $0 i32)
  ${lines.join('\n  ')}
 )
 (func $callee (param $0 i32) (param $1 i32)
  local.get $1
  if
   nop
  end
 )
)`;
    const leaks = findLeaks(readWat(text), ['tested']);
    expect(leaks.map((leak) => leak.split(': ')[1])).toEqual([what]);
  });
});
