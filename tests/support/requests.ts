import { addressOfScript, type AddressNetwork } from '../../src/lib/bitcoin/address.ts';
import { branches } from '../../src/lib/bitcoin/branches.ts';
import type { GroupId } from '../../src/lib/ceremony/card.ts';
import { claimOf } from '../../src/lib/ceremony/claims.ts';
import type { Request, RequestOf, Under } from '../../src/lib/ceremony/request.ts';
import type { Item } from '../../src/lib/ceremony/session.ts';
import { concat, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { implementations } from './node.ts';
import { threshPkOf } from './spends.ts';

/* Requests without a group that could sign them. */

const threshPk = threshPkOf(implementations[0]!.secp256k1);

/** Which keys these requests are for. */
export const under = (id: GroupId, hash: Bytes = new Uint8Array(32).fill(3)): Under => ({
  id,
  keys: {
    custody: { threshPk, pubshares: [], secshare: undefined },
    attestation: { threshPk: threshPk.slice(1), pubshares: [], secshare: undefined },
    recoveryData: new Uint8Array(0),
    hash,
  },
});

const scripts = {
  p2tr: (hash: Bytes) => concat(Uint8Array.of(0x51, 32), hash),
  p2wsh: (hash: Bytes) => concat(Uint8Array.of(0x00, 32), hash),
  p2wpkh: (hash: Bytes) => concat(Uint8Array.of(0x00, 20), hash.slice(0, 20)),
  p2sh: (hash: Bytes) => concat(Uint8Array.of(0xa9, 20), hash.slice(0, 20), Uint8Array.of(0x87)),
  p2pkh: (hash: Bytes) =>
    concat(Uint8Array.of(0x76, 0xa9, 20), hash.slice(0, 20), Uint8Array.of(0x88, 0xac)),
};

/** A script of this kind and its address. */
export function payTo(network: AddressNetwork, to: keyof typeof scripts, seed: number) {
  const script = scripts[to](new Uint8Array(32).fill(seed));
  return { script, address: addressOfScript(network, script)! };
}

const common = { purpose: 'Withdrawal 17', expires: 1_900_000_000_000 };

export const requests = {
  test: (): RequestOf<'test'> => ({ kind: 'test', ...common, salt: new Uint8Array(16) }),
  /** Pays these with two inputs; the fee is 1000 sat. */
  spend: (
    paid: readonly { readonly amount: number; readonly script: Bytes }[],
  ): RequestOf<'spend'> => {
    const total = paid.reduce((sum, { amount }) => sum + amount, 0);
    return {
      kind: 'spend',
      ...common,
      payment: new Uint8Array(16).fill(4),
      replaces: new Uint8Array(32).fill(5),
      transaction: {
        version: 2,
        locktime: 840_000,
        inputs: [total, 1000].map((amount, vout) => ({
          txid: new Uint8Array(32).fill(6),
          vout,
          sequence: 0xffff_fffd,
          amount,
          path: [branches.receive, vout],
        })),
        outputs:
          paid.length > 0
            ? paid.map(({ amount, script }) => ({ amount, script, path: null }))
            : [{ amount: 0, script: scripts.p2tr(new Uint8Array(32)), path: [branches.change, 0] }],
      },
    };
  },
};

/** A request of which nobody said anything. */
export const itemOf = (
  id: GroupId,
  request: Request,
  digest: Bytes,
  more: Partial<Item> = {},
): Item => ({
  request,
  digest,
  problems: [],
  units: [{ suite: 'custody', message: digest, tweaks: [], isXonly: [], key: digest }],
  claim: claimOf({ id }, request, digest),
  reserved: new Set(),
  promised: new Set(),
  reservedAt: new Map(),
  shared: new Set(),
  signatures: undefined,
  seen: new Map(),
  depth: undefined,
  wasFinal: false,
  ...more,
});
