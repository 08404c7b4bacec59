import { be32, equal, type Bytes } from '../crypto/bytes.ts';
import type { Groups } from '../crypto/dual-dkg.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import { toCbor } from '../crypto/cbor.ts';
import { backupAddressFaults } from './backup-address.ts';
import { afterwards, ceremonyFault, failed, type CeremonyFault } from './faults.ts';
import { Run, type CertifiedKeys, type FirstRound } from './keygen.ts';
import type { Manifest } from './manifest.ts';
import { approvalHolds } from './operator-device.ts';
import type { Nonces, Shares } from './parts.ts';
import {
  aggregate,
  coverSets,
  freeze,
  testRequest,
  testStatement,
  type SigningPackage,
  type TestRequest,
  type TestSignatures,
} from './signing.ts';
import type { State, Told } from './state.ts';

/*
 * How far a ceremony is: everything that follows from the packets, computed by everybody alone.
 */

/** A test that a set of operators signs. */
export interface TestProgress {
  readonly request: TestRequest;
  /** What each signer's device approves: this request, with those approved together with it. */
  readonly statement: string;
  readonly attempt: number;
  /** In the order of `request.ids`. */
  readonly approved: readonly boolean[];
  readonly nonces: readonly (Nonces | undefined)[];
  readonly shares: readonly (Shares | undefined)[];
  /** Once all nonces are there. */
  readonly frozen: SigningPackage | undefined;
  readonly signatures: TestSignatures | undefined;
  readonly faults: readonly CeremonyFault[];
}

export interface Progress {
  readonly manifest: Manifest | undefined;
  readonly run: Run | undefined;
  /** By operator. */
  readonly sealed: readonly boolean[];
  readonly first: FirstRound | undefined;
  readonly keys: CertifiedKeys | undefined;
  readonly tests: readonly TestProgress[];
  /** By operator: whether a verified test signature on each key has a share of theirs. */
  readonly tested: readonly boolean[];
  /** By operator: words confirmed, backup verified. */
  readonly closed: readonly boolean[];
  /** 32 bytes that stand for the whole ceremony, once everybody closed. */
  readonly recordHash: Bytes | undefined;
  /** By operator: whether they signed that hash. */
  readonly recorded: readonly boolean[];
  /** Certified, spoken, backed up and tested by everybody; for a rehearsal: the rehearsal is done. */
  readonly complete: boolean;
  /** Whether the ceremony ended without a key that may be used. */
  readonly stopped: boolean;
  /** Everything that went wrong, what ends the ceremony first. */
  readonly faults: readonly CeremonyFault[];
}

/** How many more tests each operator may ask for. */
const MAX_RETESTS = 8;

const all = (list: readonly boolean[]): boolean => list.length > 0 && list.every(Boolean);
const present = <T>(list: readonly (T | undefined)[]): list is readonly T[] =>
  list.length > 0 && list.every((one) => one !== undefined);

/** The faults that end a ceremony whose key is not complete. */
function ending(state: State): CeremonyFault[] {
  const faults: CeremonyFault[] = [];
  for (const { first } of state.proofs()) {
    const number = state.numberOf(first.from);
    if (number !== undefined) faults.push(ceremonyFault('equivocation', [number]));
  }
  for (const [number, abort] of state.firstOfAll('abort').entries())
    if (abort) faults.push(ceremonyFault('aborted', [number], abort.part.because));
  for (const { event } of state.noted('words'))
    if (event.differs !== null) faults.push(ceremonyFault('words-differ', [event.differs]));
  return [...faults, ...state.faults, ...state.receiptFaults()];
}

/** Computes how far the ceremony of this log is. `other`: the other implementation of both groups. */
export function progressOf(groups: Groups, other: Groups, state: State): Progress {
  const { manifest, manifestHash } = state;
  const faults = ending(state);
  const run = manifest && manifestHash ? new Run(groups, manifest, manifestHash) : undefined;
  const sealed = state.firstOfAll('seal').map((one) => one !== undefined);
  const round1 = state.firstOfAll('round1').map((one) => one?.part.message);
  const round2: readonly (Told<'round2'> | undefined)[] = state.firstOfAll('round2');

  let first: FirstRound | undefined;
  if (run && all(sealed) && present(round1)) {
    const result = state.once('first', [manifestHash!, ...round1], () => run.firstRound(round1));
    if (failed(result)) faults.push(result);
    else first = result;
  }
  let keys: CertifiedKeys | undefined;
  if (first && present(round2)) {
    const messages = round2.map(({ part }) => part.message);
    const views = round2.map(({ part }) => part.view);
    const { view } = first;
    const result = state.once('keys', [view, ...messages, ...views], () =>
      run!.certify(first, messages, views),
    );
    if (failed(result)) faults.push(result);
    else keys = result;
  }
  const ended = faults.length > 0;
  const tests = manifest && first ? testsOf(groups, other, state, manifest, first, keys) : [];
  for (const test of tests) faults.push(...test.faults);
  faults.push(...backupAddressFaults(groups.ed25519, state));
  const tested = (manifest?.operators ?? []).map((_, number) =>
    tests.some(({ request, signatures }) => signatures && request.ids.includes(number)),
  );
  const closings = state.firstOfAll('close');
  const closed = closings.map((one) => !!(one && keys && equal(one.part.certified, keys.hash)));
  const recordHash =
    keys && all(closed)
      ? taggedHash(
          tags.record,
          toCbor([keys.hash, ...closings.map((closing) => closing!.packet.hash)]),
        )
      : undefined;
  const recorded = (manifest?.operators ?? []).map(({ packetKey }) =>
    state.told(packetKey, 'record').some(({ part }) => recordHash && equal(part.hash, recordHash)),
  );
  const differ = state.noted('words').some(({ event }) => event.differs !== null);
  const complete = keys !== undefined && all(tested) && all(closed) && !differ;
  return {
    manifest,
    run,
    sealed,
    first,
    keys,
    tests,
    tested,
    closed,
    recordHash,
    recorded,
    complete,
    stopped: ended && !complete,
    faults: complete ? faults.map(afterwards) : faults,
  };
}

/** The sets that test: those which cover everybody, then those asked for after a failure. */
function testsOf(
  groups: Groups,
  other: Groups,
  state: State,
  manifest: Manifest,
  first: FirstRound,
  keys: CertifiedKeys | undefined,
): TestProgress[] {
  const { n, t } = manifest.terms;
  const request = (ids: readonly number[]) => testRequest(manifest, first.transcripts, ids);
  const cover = coverSets(n, t).map(request);
  const together = testStatement(manifest, cover);
  const tests = cover.map((one) => ({ request: one, statement: together }));
  for (const { packetKey } of manifest.operators) {
    for (const { part } of state.told(packetKey, 'retest').slice(0, MAX_RETESTS)) {
      const one = request(part.ids);
      const fits =
        part.ids.length === t &&
        part.ids.every((id, i) => id < n && (i === 0 || part.ids[i - 1]! < id));
      if (fits && !tests.some((test) => equal(test.request.digest, one.digest)))
        tests.push({ request: one, statement: testStatement(manifest, [one]) });
    }
  }
  return tests.map((test) => testProgress({ groups, other, state, manifest, keys }, test));
}

const sameSet = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((id, i) => id === b[i]);

/** What a test is computed from. */
interface Known {
  readonly groups: Groups;
  readonly other: Groups;
  readonly state: State;
  readonly manifest: Manifest;
  readonly keys: CertifiedKeys | undefined;
}

function testProgress(
  known: Known,
  { request, statement }: Pick<TestProgress, 'request' | 'statement'>,
): TestProgress {
  const { groups, state, manifest } = known;
  const faults: CeremonyFault[] = [];
  const approved = request.ids.map((id) => {
    const { packetKey } = manifest.operators[id]!;
    const told = state.told(packetKey, 'approve', statement);
    const approvals = told.map((one) => approvalHolds(groups.ed25519, state, id, one));
    const holds = approvals.includes(true);
    if (approvals.includes(false) && !holds) faults.push(ceremonyFault('approval-invalid', [id]));
    return holds;
  });
  const given = request.ids.map((id) =>
    state
      .told(manifest.operators[id]!.packetKey, 'commit')
      .flatMap(({ part }) => part.nonces.filter(({ ids }) => sameSet(ids, request.ids))),
  );
  const attempts = new Set(given.flat().map(({ attempt }) => attempt));
  let tried = attemptAt(known, request, given, 0);
  while (!tried.signatures && attempts.has(tried.attempt + 1))
    tried = attemptAt(known, request, given, tried.attempt + 1);
  return { request, statement, approved, ...tried, faults: [...faults, ...tried.faults] };
}

type Attempt = Omit<TestProgress, 'request' | 'statement' | 'approved'>;

/**
 * One attempt at a test. Nobody can leave one out, so a large number says nothing; and the first that
 * succeeds stands, whatever its signers send afterwards.
 */
function attemptAt(
  { groups, other, state, manifest, keys }: Known,
  request: TestRequest,
  given: readonly (readonly Nonces[])[],
  attempt: number,
): Attempt {
  const faults: CeremonyFault[] = [];
  const nonces: readonly (Nonces | undefined)[] = given.map((own) =>
    own.find((one) => one.attempt === attempt),
  );
  let frozen: SigningPackage | undefined;
  if (keys && present(nonces)) {
    const own = nonces.flatMap((one) => [one.custody, one.attestation]);
    const result = state.once('package', [keys.hash, request.digest, be32(attempt), ...own], () =>
      freeze(groups, manifest, keys, request, nonces),
    );
    if (failed(result)) faults.push(result);
    else frozen = result;
  }
  const shares: readonly (Shares | undefined)[] = request.ids.map((id) =>
    state
      .told(manifest.operators[id]!.packetKey, 'shares')
      .flatMap(({ part }) => part.shares)
      .find((one) => frozen && equal(one.signingPackage, frozen.hash)),
  );
  let signatures: TestSignatures | undefined;
  if (keys && frozen && present(shares)) {
    const { hash } = frozen;
    const own = shares.flatMap((one) => [one.custody, one.attestation]);
    const result = state.once('signatures', [hash, ...own], () =>
      aggregate(groups, other, frozen, keys, shares),
    );
    if (failed(result)) faults.push(result);
    else signatures = result;
  }
  return { attempt, nonces, shares, frozen, signatures, faults };
}
