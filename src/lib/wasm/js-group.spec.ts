import { describe, expect, test } from 'vitest';
import type { Suite } from './group.ts';
import { jsGroup, jsRehearsalGroup } from './js-group.ts';
import type { Rehearsal } from './js-group.ts';
import { SecretRefused } from './secrets.ts';

const rehearsal: Rehearsal = 'a rehearsal: these secrets guard nothing';

describe.each<Suite>(['secp256k1', 'ed25519'])('%s in JS', (suite) => {
  const group = jsGroup(suite);
  const rehearsing = jsRehearsalGroup(suite, rehearsal);
  const k = group.scalarFromNumber(7);

  test('refuses secrets', () => {
    expect(() => group.mulBase(k)).toThrow(SecretRefused);
    expect(() => group.mul(k, group.base)).toThrow(SecretRefused);
    expect(() => group.scalarPolynomial([k], 1)).toThrow(SecretRefused);
  });

  test('does not become a rehearsal by accident', () => {
    expect(() => jsRehearsalGroup(suite, 'yes' as Rehearsal)).toThrow(SecretRefused);
  });

  test('rehearses with the same values as it verifies', () => {
    const seven = group.mulAddVar(group.scalarFromNumber(0), group.identity, k);
    expect(rehearsing.mulBase(k)).toEqual(seven);
    expect(rehearsing.mul(k, group.base)).toEqual(seven);
    expect(rehearsing.scalarPolynomial([k, k], 2)).toEqual(group.scalarFromNumber(21));
  });

  test('a wrong length is the caller’s mistake', () => {
    expect(() => group.scalarFromBytesChecked(new Uint8Array(31))).toThrow(RangeError);
    expect(() => group.pointFromBytesChecked(new Uint8Array(64))).toThrow(RangeError);
    expect(() => group.scalarFromNumber(2 ** 32)).toThrow(RangeError);
    expect(() => group.multiScalarVar([k], [])).toThrow(RangeError);
  });
});
