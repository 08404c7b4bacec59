import type { Bytes } from '../crypto/bytes.ts';
import type { Groups } from '../crypto/dual-dkg.ts';
import type { ChainKnown } from './chain-known.ts';
import type { Claim } from './claims.ts';
import type { CeremonyFault } from './faults.ts';
import type { Manifest } from './manifest.ts';
import type { RequestProblem } from './problems.ts';
import type { Kind, Request, Under } from './request.ts';
import type { InForce } from './rules.ts';
import type { State, Told } from './state.ts';
import type { Signable } from './statement.ts';

/*
 * What is known of requests: the batches that were proposed, and what everybody said about them.
 */

/** What is computed with, and what from. */
export interface Known extends Under {
  readonly groups: Groups;
  /** The other implementation. */
  readonly other: Groups;
  readonly state: State;
  readonly manifest: Manifest;
}

/** Why a batch as a whole is not signed. */
export type BatchProblem =
  'kinds-mixed' | 'too-many' | 'too-many-signatures' | 'sum-too-large' | 'items-collide';

/** One request, wherever it was proposed. */
export interface Item extends Signable {
  readonly request: Request;
  readonly digest: Bytes;
  readonly problems: readonly RequestProblem[];
  readonly claim: Claim | undefined;
  /** Who reserved what it claims. */
  readonly reserved: ReadonlySet<number>;
  /** Who signed that they reserve it, in whichever of two packets under one number, counted or not. */
  readonly promised: ReadonlySet<number>;
  /** When, in s: the later of the median time past that each of them said then, and their clock. */
  readonly reservedAt: ReadonlyMap<number, number>;
  /** Who gave a share for it, ever. It then stays possibly signed. */
  readonly shared: ReadonlySet<number>;
  /** In the order of its units, verified by both implementations. */
  readonly signatures: readonly Bytes[] | undefined;
  /** How deep each operator saw its transaction. */
  readonly seen: ReadonlyMap<number, number>;
  /** As deep as t operators saw it. */
  readonly depth: number | undefined;
  /** Whether t operators ever saw it final. */
  readonly wasFinal: boolean;
}

/** What one operator said in a session. */
export interface Reply {
  readonly slip: Told<'slip'> | undefined;
  /** Positions of the items that they accepted and did not object to afterwards. */
  readonly accepts: ReadonlySet<number>;
  readonly objections: ReadonlyMap<number, string>;
  /** What their device shows: the items accepted by the slip. */
  readonly statement: string | undefined;
  readonly approved: boolean;
  /** Whether it was approved on a device that has a display of its own. */
  readonly displayed: boolean;
  /** Their nonces, in order. */
  readonly nonces: readonly Told<'nonces'>[];
}

/** Why nobody signs under a package. */
export type PackageProblem =
  | 'signers'
  | 'items'
  | 'nonces-missing'
  | 'not-accepted'
  | 'not-approved'
  | 'displays'
  | 'organisations'
  | 'separation'
  | 'not-reserved';

/** Who signs which items, under the nonces of which packets. */
export interface Package {
  /** 32 bytes: stands for all of it; a nonce signs under one only. */
  readonly hash: Bytes;
  /** By number. */
  readonly frozenBy: number;
  /** Positions in the batch. */
  readonly items: readonly number[];
  /** Ascending. */
  readonly ids: readonly number[];
  /** The packets with the signers' nonces, in the order of `ids`. */
  readonly commits: readonly Bytes[];
  /** Empty where everybody named may sign. */
  readonly problems: readonly PackageProblem[];
  /** By item: whose shares are out. */
  readonly shared: ReadonlyMap<number, readonly number[]>;
  /** By item, once finished. */
  readonly signatures: ReadonlyMap<number, readonly Bytes[]>;
  /** Whose shares are wrong. */
  readonly wrong: readonly number[];
  readonly faults: readonly CeremonyFault[];
}

/** A batch and everything said about it. */
export interface Session {
  /** The batch's root. */
  readonly root: Bytes;
  readonly kind: Kind;
  /** Everybody who proposed it, whoever did first; ascending. */
  readonly proposers: readonly number[];
  /** When it was proposed, by the packet that came here first and its sender's clock; ms since 1970. */
  readonly at: number;
  /** The latest time at which anybody says that they proposed it. */
  readonly latest: number;
  readonly items: readonly Item[];
  readonly problems: readonly BatchProblem[];
  /** By operator. */
  readonly replies: readonly Reply[];
  /** In the order in which they came in. */
  readonly packages: readonly Package[];
  readonly faults: readonly CeremonyFault[];
}

/** All requests of a log. */
export interface Requests {
  /** In the order in which they came in. */
  readonly sessions: readonly Session[];
  /** By digest in hex. */
  readonly items: ReadonlyMap<string, Item>;
  readonly chain: ChainKnown;
  readonly inForce: InForce;
  readonly faults: readonly CeremonyFault[];
}

/** Whether a request can be signed at all, whatever anybody says. */
export const signable = ({ problems, units }: Item): boolean =>
  problems.length === 0 && units.length > 0;
