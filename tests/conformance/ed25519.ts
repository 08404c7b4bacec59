import { expect } from 'vitest';
import { ed25519Verify } from '../../src/lib/crypto/ed25519-verify.ts';
import type { Conformance } from '../support/conformance.ts';
import { unhex } from '../support/hex.ts';

const cctv = 'ed25519/ed25519vectors.json';
const wycheproof = 'wycheproof/ed25519_test.json';

interface CctvCase {
  number: number;
  key: string;
  sig: string;
  msg: string;
  flags: string[] | null;
}

interface WycheproofJson {
  testGroups: {
    publicKey: { pk: string };
    tests: { tcId: number; comment: string; msg: string; sig: string; result: string }[];
  }[];
}

/**
 * Strict verification. Every CCTV case satisfies *some* verification equation; we accept exactly
 * those without any irregularity, and exactly the valid ones of Wycheproof.
 */
export const ed25519Vectors: Conformance = {
  name: 'Ed25519 verification',
  source: 'github.com/C2SP/CCTV, ed25519/; github.com/C2SP/wycheproof, testvectors_v1/',
  files: [cctv, wycheproof],
  cases: { [cctv]: 914, [wycheproof]: 151 },
  run({ ed25519 }, load, check) {
    const utf8 = new TextEncoder();
    for (const { number, key, sig, msg, flags } of load(cctv) as CctvCase[]) {
      check(cctv, `${number} ${flags?.join(' ') ?? 'regular'}`, () => {
        const accepted = ed25519Verify(ed25519, unhex(key), utf8.encode(msg), unhex(sig));
        expect(accepted).toBe(flags === null || flags.length === 0);
      });
    }
    for (const { publicKey, tests } of (load(wycheproof) as WycheproofJson).testGroups) {
      for (const { tcId, comment, msg, sig, result } of tests) {
        check(wycheproof, `${tcId} ${comment}`, () => {
          const accepted = ed25519Verify(ed25519, unhex(publicKey.pk), unhex(msg), unhex(sig));
          expect(accepted).toBe(result === 'valid');
        });
      }
    }
  },
};
