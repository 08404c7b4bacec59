import type { Point, Scalar } from '../wasm/group.ts';
import { expectSecrets } from '../wasm/secrets.ts';
import { certeqFirstInvalid } from './certeq.ts';
import { equal, layoutLength, readBe32, split, wipe, type Bytes, type Layout } from './bytes.ts';
import type { DkgSuite } from './dkg-suite.ts';
import { decryptSum } from './encpedpop.ts';
import { fault, isFault, type Fault } from './faults.ts';
import { hostKey } from './host-key.ts';
import { openSession, type Session, type SessionParams } from './session-params.ts';
import { publicOutput, tweakedOf, type DkgOutput } from './simplpedpop.ts';
import { pointsFromBytes, scalarsFromBytes } from './vss.ts';

/*
 * Recovery data is the transcript of a run and its certificate. It is not secret, but it tells who
 * shares which key; with a host secret it leads to that operator's share.
 */

interface RecoveryData {
  readonly bound: Bytes;
  readonly t: number;
  readonly sumComs: readonly Point[];
  readonly hostpubkeys: readonly Bytes[];
  readonly pubnonces: readonly Bytes[];
  readonly encSecshares: readonly Scalar[];
  readonly signatures: readonly Bytes[];
  readonly transcript: Uint8Array;
}

/** bound ‖ t ‖ ΣC (t points) ‖ host keys ‖ nonces ‖ ciphertexts ‖ certificate (n each). */
function parseRecoveryData(suite: DkgSuite, bytes: Uint8Array): RecoveryData | Fault {
  const malformed = (detail: string) => fault('recovery-malformed', [], detail);
  const { boundLength, pointLength } = suite;
  if (bytes.length < boundLength + 4) return malformed('length');
  const t = readBe32(bytes.subarray(boundLength));
  const perParticipant = 33 + 33 + 32 + 64;
  const n = (bytes.length - boundLength - 4 - t * pointLength) / perParticipant;
  if (n < 0 || !Number.isInteger(n)) return malformed('length');
  if (Math.max(t, n) > suite.maxOperators) return malformed('more operators than a group may have');

  const certificate: Layout = [[n, 64]];
  const fields = split(bytes, [
    [1, boundLength],
    [1, 4],
    [t, pointLength],
    [n, 33],
    [n, 33],
    [n, 32],
    ...certificate,
  ])!;
  const [bound, , coms, hostpubkeys, pubnonces, ciphertexts, signatures] = fields;
  const sumComs = pointsFromBytes(suite.group, coms!);
  if (!sumComs) return malformed('sum of commitments');
  const encSecshares = scalarsFromBytes(suite.group, ciphertexts!);
  if (!encSecshares) return malformed('encrypted share');
  return {
    bound: bound![0]!,
    t,
    sumComs,
    hostpubkeys: hostpubkeys!,
    pubnonces: pubnonces!,
    encSecshares,
    signatures: signatures!,
    transcript: bytes.subarray(0, bytes.length - layoutLength(certificate)),
  };
}

/** What recovery data yields. */
export interface Recovered {
  readonly output: DkgOutput;
  readonly params: SessionParams;
  /** The recovering participant's position; undefined without a host secret. */
  readonly id: number | undefined;
  readonly transcript: Uint8Array;
}

/**
 * Computes the outputs of a run again (ChillDKG `participant_recover`, or `coordinator_recover` if
 * `hostSeckey` is undefined). `bound` is what the transcript must be bound to.
 *
 * Faults: `recovery-malformed`, `recovery-params-invalid`, `recovery-certificate-invalid`, those of
 * `hostKey`, `host-key-not-in-group`, `recovery-share-wrong`.
 */
export function recover(
  suite: DkgSuite,
  hostSeckey: Uint8Array | undefined,
  recoveryData: Uint8Array,
  bound: Uint8Array = new Uint8Array(0),
): Recovered | Fault {
  if (hostSeckey) expectSecrets('recovery', suite.host, suite.group);
  const data = parseRecoveryData(suite, recoveryData);
  if (isFault(data)) return data;
  if (!equal(data.bound, bound)) return fault('recovery-certificate-invalid', [], 'other run');
  const { t, hostpubkeys, sumComs, transcript } = data;
  const session = openSession(suite, { hostpubkeys, t });
  if (isFault(session)) return fault('recovery-params-invalid', [], session.fault);
  const invalid = certeqFirstInvalid(suite, hostpubkeys, transcript, data.signatures);
  if (invalid !== undefined)
    return fault('recovery-certificate-invalid', [], `signature ${invalid}`);
  if (suite.group.isIdentity(sumComs[0]!)) return fault('key-degenerate');

  const { com, tweak } = tweakedOf(suite, sumComs);
  const output = publicOutput(suite, com, session.n);
  if (isFault(output)) return output;
  const params = { hostpubkeys, t };
  if (hostSeckey === undefined)
    return { output: { secshare: undefined, ...output }, params, id: undefined, transcript };

  const own = ownShare(session, data, hostSeckey, tweak);
  if (isFault(own)) return own;
  const { id, secshare } = own;
  const { group } = suite;
  // Participants certify only what passed this check, so it can only fail if one did not.
  if (!equal(group.pointToBytes(group.mulBase(secshare)), output.pubshares[id]!)) {
    wipe(secshare);
    return fault('recovery-share-wrong', [id]);
  }
  return { output: { secshare, ...output }, params, id, transcript };
}

function ownShare(
  session: Session,
  { pubnonces, encSecshares }: RecoveryData,
  hostSeckey: Uint8Array,
  tweak: Scalar | undefined,
): { id: number; secshare: Scalar } | Fault {
  const key = hostKey(session.suite.host, hostSeckey);
  if (isFault(key)) return key;
  try {
    const id = session.hostpubkeys.findIndex((pubkey) => equal(pubkey, key.hostPubkey));
    if (id < 0) return fault('host-key-not-in-group');
    const untweaked = decryptSum(session, key, id, pubnonces, encSecshares[id]!);
    if (isFault(untweaked)) return untweaked;
    if (!tweak) return { id, secshare: untweaked };
    const secshare = session.suite.group.scalarAdd(untweaked, tweak);
    wipe(untweaked);
    return { id, secshare };
  } finally {
    wipe(key.hostSeckey);
  }
}
