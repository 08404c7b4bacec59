import { expect } from 'vitest';
import { concat, toHex } from '../../src/lib/crypto/bytes.ts';
import { ed25519Verify } from '../../src/lib/crypto/ed25519-verify.ts';
import {
  attestationBytes,
  attestationFields,
  attestationJson,
  readAttestation,
  readAttestationJson,
} from '../../src/lib/wire/mint.ts';
import type { Conformance } from '../support/conformance.ts';
import { unhex } from '../support/hex.ts';

const mint = 'wire/mint-attestation.json';

interface MintCase {
  deposit_txid: string;
  deposit_vout: number;
  recipient_pubkey_hash: string;
  amount: string;
  nonce: string;
  expiry: string;
  signing_bytes: string;
  signature: string;
}

/** Attestations of the deployed bridge, and Ed25519 signatures over them. */
export const wireVectors: Conformance = {
  name: 'mint attestations of 0BTC Wire',
  source:
    'made with Node’s crypto for the layout of github.com/0BTCWG/Wire at 2fc4882; not public yet',
  files: [mint],
  cases: { [mint]: 2 },
  run({ ed25519 }, load, check) {
    const { public_key, cases } = load(mint) as { public_key: string; cases: MintCase[] };
    for (const one of cases)
      check(mint, `${one.deposit_txid}:${one.deposit_vout}`, () => {
        const [key, bytes] = [unhex(public_key), unhex(one.signing_bytes)];
        const signature = unhex(one.signature);
        expect(ed25519Verify(ed25519, key, bytes, signature)).toBe(true);
        const attestation = {
          txid: unhex(one.deposit_txid).reverse(),
          vout: one.deposit_vout,
          recipient: unhex(one.recipient_pubkey_hash),
          amount: Number(one.amount),
          nonce: Number(one.nonce),
          expiry: Number(one.expiry),
        };
        if (Number.isSafeInteger(attestation.expiry)) {
          expect(toHex(attestationBytes(attestation))).toBe(one.signing_bytes);
          expect(readAttestation(bytes)).toEqual(attestation);
          const signed = { attestation, id: 'att-1', signature, createdAt: 0 };
          expect(readAttestationJson(attestationJson(signed))).toEqual(signed);
        } else {
          // We neither write nor take numbers from 2⁵³ on: all but the last field is as we write it.
          const { field, start, end } = attestationFields.at(-1)!;
          const ours = attestationBytes({ ...attestation, expiry: 0 });
          expect(field).toBe('expiry');
          expect(concat(ours.subarray(0, start), bytes.subarray(start, end))).toEqual(bytes);
          expect(readAttestation(bytes)).toContain('expiry: ');
        }
      });
  },
};
