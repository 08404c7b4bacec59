import { cmac } from '@noble/ciphers/aes.js';
import { describe, expect, it } from 'vitest';
import { equal, toHex } from '../../src/lib/crypto/bytes.ts';
import type { Conformance } from '../support/conformance.ts';
import { unhex } from '../support/hex.ts';
import { conformInNode } from '../support/node.ts';

const wycheproof = 'wycheproof/aes_cmac_test.json';

interface WycheproofJson {
  testGroups: {
    keySize: number;
    tests: {
      tcId: number;
      comment: string;
      key: string;
      msg: string;
      tag: string;
      result: string;
    }[];
  }[];
}

const aesCmac: Conformance = {
  name: 'AES-CMAC',
  source: 'github.com/C2SP/wycheproof, testvectors_v1/',
  files: [wycheproof],
  cases: { [wycheproof]: 311 },
  run(_, load, check) {
    for (const { keySize, tests } of (load(wycheproof) as WycheproofJson).testGroups) {
      for (const { tcId, comment, key, msg, tag, result } of tests) {
        check(wycheproof, `${tcId} ${comment}`, () => {
          const made = () => cmac(unhex(msg), unhex(key));
          if ([128, 192, 256].includes(keySize))
            expect(equal(made(), unhex(tag))).toBe(result === 'valid');
          else expect(made).toThrow();
        });
      }
    }
  },
};

await conformInNode(aesCmac);

describe('AES-CMAC, RFC 4493 section 4', () => {
  const key = unhex('2b7e151628aed2a6abf7158809cf4f3c');
  const message = unhex(
    '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51' +
      '30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
  );

  it.each([
    [0, 'bb1d6929e95937287fa37d129b756746'],
    [16, '070a16b46b4d4144f79bdd9dd04a287c'],
    [40, 'dfa66747de9ae63030ca32611497c827'],
    [64, '51f0bebf7e3b9d92fc49741779363cfe'],
  ])('%i bytes', (length, expected) => {
    expect(toHex(cmac(message.subarray(0, length), key))).toBe(expected);
  });
});
