import { expect } from 'vitest';
import {
  evenSecret,
  sign,
  verify,
  verifyBatch,
  xOnly,
  type SignedMessage,
} from '../../src/lib/crypto/bip340.ts';
import { taprootSigningTweaks } from '../../src/lib/crypto/bip32.ts';
import { concat, equal } from '../../src/lib/crypto/bytes.ts';
import { decodePoint } from '../../src/lib/crypto/decode.ts';
import { applyTweaks } from '../../src/lib/crypto/frost-tweaks.ts';
import { taprootOutput } from '../../src/lib/crypto/taproot.ts';
import type { Group, Point } from '../../src/lib/wasm/group.ts';
import type { Check, Conformance } from '../support/conformance.ts';
import { hex, unhex, value } from '../support/hex.ts';

type Load = (file: string) => unknown;

const bip340 = 'bip340/test-vectors.csv';
const bip341 = 'bip341/wallet-test-vectors.json';
const ecdh = 'wycheproof/ecdh_secp256k1_test.json';
const core = 'bitcoin-core/watch-only.json';

/** BIP 340: signing where a secret key is given, verification always, and all valid ones in a batch. */
function schnorr(group: Group, load: Load, check: Check): void {
  const rows = (load(bip340) as string).trim().split(/\r?\n/).slice(1);
  const valid: SignedMessage[] = [];
  for (const row of rows) {
    const [index, secret, key, aux, msg, sig, result, comment] = row.split(',');
    check(bip340, `${index!} ${comment!}`, () => {
      const [publicKey, message, signature] = [key!, msg!, sig!].map(unhex) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      expect(verify(group, publicKey, message, signature)).toBe(result === 'TRUE');
      expect(verifyBatch(group, [...valid, { publicKey, message, signature }])).toBe(
        result === 'TRUE',
      );
      if (result === 'TRUE') valid.push({ publicKey, message, signature });
      if (secret !== '') {
        const d = group.scalarFromBytesNonzeroChecked(unhex(secret!))!;
        expect(hex(sign(group, d, message, unhex(aux!)))).toBe(sig);
      }
    });
  }
}

interface WalletJson {
  scriptPubKey: {
    given: { internalPubkey: string };
    intermediary: { merkleRoot: string | null; tweak: string; tweakedPubkey: string };
  }[];
  keyPathSpending: {
    inputSpending: {
      given: { internalPrivkey: string; merkleRoot: string | null; hashType: number };
      intermediary: {
        internalPubkey: string;
        tweak: string;
        tweakedPrivkey: string;
        sigHash: string;
      };
      expected: { witness: [string] };
    }[];
  }[];
}

/** BIP 341: output keys, tweaked secrets, and the signatures over the given signature hashes. */
function taproot(group: Group, load: Load, check: Check): void {
  const { scriptPubKey, keyPathSpending } = load(bip341) as WalletJson;
  const root = (text: string | null) => (text === null ? undefined : unhex(text));
  for (const [i, { given, intermediary }] of scriptPubKey.entries()) {
    check(bip341, `script public key ${i}`, () => {
      const output = value(
        taprootOutput(group, unhex(given.internalPubkey), root(intermediary.merkleRoot)),
      );
      expect(output.outputKey).toEqual(unhex(intermediary.tweakedPubkey));
      expect(output.tweak).toEqual(unhex(intermediary.tweak));
    });
  }
  for (const { given, intermediary, expected } of keyPathSpending[0]!.inputSpending) {
    check(bip341, `key path spending, ${intermediary.internalPubkey}`, () => {
      const secret = group.scalarFromBytesNonzeroChecked(unhex(given.internalPrivkey))!;
      const P = group.mulBase(secret);
      expect(xOnly(P)).toEqual(unhex(intermediary.internalPubkey));
      const output = value(taprootOutput(group, xOnly(P), root(given.merkleRoot)));
      const tweak = group.scalarFromBytesChecked(output.tweak)!;
      const tweaked = group.scalarAdd(evenSecret(group, secret, P), tweak);
      expect(tweaked).toEqual(unhex(intermediary.tweakedPrivkey));
      const signature = sign(group, tweaked, unhex(intermediary.sigHash), new Uint8Array(32));
      const hashType = given.hashType === 0 ? [] : [given.hashType];
      expect(concat(signature, Uint8Array.from(hashType))).toEqual(unhex(expected.witness[0]));
    });
  }
}

const uncompressed = unhex('3056301006072a8648ce3d020106052b8104000a03420004');
const compressed = unhex('3036301006072a8648ce3d020106052b8104000a032200');

/** The point in a SubjectPublicKeyInfo with the two headers a named secp256k1 key can have. */
function pointOf(group: Group, spki: Uint8Array): Point | undefined {
  if (equal(spki.subarray(0, compressed.length), compressed))
    return decodePoint(group, spki.subarray(compressed.length));
  if (!equal(spki.subarray(0, uncompressed.length), uncompressed)) return undefined;
  const xy = spki.subarray(uncompressed.length);
  const parity = Uint8Array.of(2 + ((xy[63] ?? 0) & 1));
  const point = decodePoint(group, concat(parity, xy.subarray(0, 32)));
  return point && equal(point, xy) ? point : undefined;
}

interface WycheproofJson {
  testGroups: {
    tests: {
      tcId: number;
      comment: string;
      public: string;
      private: string;
      shared: string;
      result: 'valid' | 'invalid' | 'acceptable';
    }[];
  }[];
}

/** Wycheproof: every valid exchange succeeds, no invalid one does, and what succeeds is right. */
function exchange(group: Group, load: Load, check: Check): void {
  for (const { tests } of (load(ecdh) as WycheproofJson).testGroups) {
    for (const test of tests) {
      check(ecdh, `${test.tcId} ${test.comment}`, () => {
        const point = pointOf(group, unhex(test.public));
        if (!point) {
          expect(test.result).not.toBe('valid');
          return;
        }
        expect(test.result).not.toBe('invalid');
        const secret = unhex(test.private.padStart(64, '0').slice(-64));
        const shared = group.mul(group.scalarFromBytesNonzeroChecked(secret)!, point);
        expect(xOnly(shared)).toEqual(unhex(test.shared));
      });
    }
  }
}

/** The witness program of a Taproot address: the data part, without version and checksum. */
function programOf(address: string): Uint8Array {
  const charset = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
  const bits = Array.from(address.slice(address.lastIndexOf('1') + 2, -6), (c) =>
    charset.indexOf(c).toString(2).padStart(5, '0'),
  ).join('');
  return Uint8Array.from({ length: 32 }, (_, i) => parseInt(bits.slice(8 * i, 8 * i + 8), 2));
}

/** Bitcoin Core's addresses below an extended key are what our signing tweaks lead to. */
function derivation(group: Group, load: Load, check: Check): void {
  const { group_pubkey, chain_code, addresses } = load(core) as {
    group_pubkey: string;
    chain_code: string;
    addresses: Record<string, string>;
  };
  const root = { publicKey: unhex(group_pubkey), chainCode: unhex(chain_code) };
  for (const [path, address] of Object.entries(addresses)) {
    check(core, path, () => {
      const indices = path.split('/').slice(1).map(Number);
      const { tweaks, isXonly } = value(taprootSigningTweaks(group, root, indices));
      const { Q } = value(applyTweaks(group, root.publicKey, tweaks, isXonly));
      expect(xOnly(Q)).toEqual(programOf(address));
    });
  }
}

/** BIP 340, BIP 341, ECDH on secp256k1, BIP 32 below the group key. */
export const bitcoinKeyVectors: Conformance = {
  name: 'Bitcoin keys',
  source:
    'github.com/bitcoin/bips, github.com/C2SP/wycheproof; derivation recorded from Bitcoin Core',
  files: [bip340, bip341, ecdh, core],
  cases: { [bip340]: 19, [bip341]: 14, [ecdh]: 752, [core]: 5 },
  run({ secp256k1 }, load, check) {
    schnorr(secp256k1, load, check);
    taproot(secp256k1, load, check);
    exchange(secp256k1, load, check);
    derivation(secp256k1, load, check);
  },
};
