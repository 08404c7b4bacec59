import { be32, toHex, type Bytes } from './bytes.ts';
import type { DkgSuite } from './dkg-suite.ts';
import { decodePoint } from './decode.ts';
import { fault, isFault, type Fault } from './faults.ts';

/** What all participants of a run agree on beforehand (ChillDKG `SessionParams`). */
export interface SessionParams {
  /** Host public keys in order, 33 bytes each; an operator's id is the position, from 0. */
  readonly hostpubkeys: readonly Uint8Array[];
  /** The number of operators a signature needs. */
  readonly t: number;
}

/** Validated parameters of one run, with what is derived from them. */
export interface Session extends SessionParams {
  readonly suite: DkgSuite;
  readonly n: number;
  /** 32 bytes that stand for all of this; compared by voice before the first message. */
  readonly paramsHash: Bytes;
  /** What every encryption pad depends on. */
  readonly encContext: Bytes;
}

/**
 * Validates the parameters (ChillDKG `params_validate`, `params_hash`).
 *
 * Accepts what the specification accepts, 1 ≤ t ≤ n; a new group must pass `houseRule` too.
 * Faults: `threshold-out-of-range`, `group-too-large`, `host-pubkey-invalid`,
 * `host-pubkey-duplicate`.
 */
export function openSession(suite: DkgSuite, params: SessionParams): Session | Fault {
  const { hostpubkeys, t } = params;
  const n = hostpubkeys.length;
  if (!(Number.isInteger(t) && 1 <= t && t <= n)) return fault('threshold-out-of-range');
  if (n > suite.maxOperators) return fault('group-too-large');

  const invalid = hostpubkeys.findIndex((key) => !decodePoint(suite.host, key));
  if (invalid >= 0) return fault('host-pubkey-invalid', [invalid]);

  const idOf = new Map<string, number>();
  for (const [id, key] of hostpubkeys.entries()) {
    const earlier = idOf.get(toHex(key));
    if (earlier !== undefined) return fault('host-pubkey-duplicate', [earlier, id]);
    idOf.set(toHex(key), id);
  }
  const paramsHash = suite.hash('params', be32(t), ...hostpubkeys);
  const encContext = suite.encContext(t, hostpubkeys, paramsHash);
  return { suite, hostpubkeys, t, n, paramsHash, encContext };
}

/** The 32-byte hash of the parameters, for comparison over an independent channel. */
export function paramsHashOf(suite: DkgSuite, params: SessionParams): Bytes | Fault {
  const session = openSession(suite, params);
  return isFault(session) ? session : session.paramsHash;
}

/**
 * The rule for groups made here: t ≥ 2 and 2t > n, so that no single operator and no two disjoint
 * quorums can sign. Undefined if it holds.
 */
export function houseRule({ hostpubkeys, t }: SessionParams): Fault | undefined {
  return t >= 2 && 2 * t > hostpubkeys.length ? undefined : fault('threshold-not-a-majority');
}
