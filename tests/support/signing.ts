import * as frostEd from '../../src/lib/crypto/frost-ed25519.ts';
import * as frostSecp from '../../src/lib/crypto/frost-secp256k1.ts';
import type { DkgOutput } from '../../src/lib/crypto/simplpedpop.ts';
import { concat } from '../../src/lib/crypto/bytes.ts';
import { value } from './hex.ts';
import { signersOf, type Players } from './players.ts';

export interface CustodyRequest {
  readonly msg: Uint8Array;
  readonly draft?: frostSecp.Draft;
  readonly tweaks?: readonly Uint8Array[];
  readonly isXonly?: readonly boolean[];
}

/** A custody signing up to the point where the signers release their shares. */
export function openCustody(
  all: Players,
  outputs: readonly DkgOutput[],
  ids: readonly number[],
  { msg, draft = '0.6.0', tweaks = [], isXonly = [] }: CustodyRequest,
) {
  const { secp256k1 } = all.groups;
  const nonces = ids.map((id) => {
    const { secshare, threshPk } = outputs[id]!;
    const rand = all.random();
    return value(
      frostSecp.nonceGen(secp256k1, { rand, secshare, threshPk: threshPk.slice(1), msg }),
    );
  });
  const pubnonces = nonces.map(({ pubnonce }) => pubnonce);
  const session = value(
    frostSecp.openSigning(secp256k1, {
      draft,
      pubnonces,
      signers: signersOf(all, outputs[ids[0]!]!, ids),
      tweaks,
      isXonly,
      msg,
    }),
  );
  return { session, pubnonces, secnonces: nonces.map(({ secnonce }) => secnonce) };
}

/** A custody signature by these operators. */
export function signCustody(
  all: Players,
  outputs: readonly DkgOutput[],
  ids: readonly number[],
  request: CustodyRequest,
) {
  const { secp256k1 } = all.groups;
  const { session, pubnonces, secnonces } = openCustody(all, outputs, ids, request);
  const psigs = ids.map((id, i) =>
    value(frostSecp.sign(secp256k1, session, secnonces[i]!, outputs[id]!.secshare!, id)),
  );
  const signature = value(frostSecp.aggregateVerified(secp256k1, session, psigs));
  return { session, pubnonces, psigs, signature };
}

/** An attestation signing up to the point where the signers release their shares. */
export function openAttestation(
  all: Players,
  outputs: readonly DkgOutput[],
  ids: readonly number[],
  msg: Uint8Array,
) {
  const { ed25519 } = all.groups;
  const nonces = ids.map((id) =>
    value(frostEd.nonceGen(ed25519, outputs[id]!.secshare!, concat(all.random(), all.random()))),
  );
  const pubnonces = nonces.map(({ pubnonce }) => pubnonce);
  const signers = signersOf(all, outputs[ids[0]!]!, ids);
  const session = value(frostEd.openSigning(ed25519, { signers, pubnonces, msg }));
  return { session, pubnonces, secnonces: nonces.map(({ secnonce }) => secnonce) };
}

/** An attestation signature by these operators. */
export function signAttestation(
  all: Players,
  outputs: readonly DkgOutput[],
  ids: readonly number[],
  msg: Uint8Array,
) {
  const { ed25519 } = all.groups;
  const { session, secnonces } = openAttestation(all, outputs, ids, msg);
  const psigs = ids.map((id, i) =>
    value(frostEd.sign(ed25519, session, secnonces[i]!, outputs[id]!.secshare!, id)),
  );
  return { session, psigs, signature: value(frostEd.aggregateVerified(ed25519, session, psigs)) };
}
