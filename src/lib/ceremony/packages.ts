import { verify } from '../crypto/bip340.ts';
import { be32, equal, toHex, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { ed25519Verify } from '../crypto/ed25519-verify.ts';
import { decodePoint } from '../crypto/decode.ts';
import type { Groups } from '../crypto/dual-dkg.ts';
import { isFault, type Fault } from '../crypto/faults.ts';
import * as frostEd25519 from '../crypto/frost-ed25519.ts';
import * as frostSecp256k1 from '../crypto/frost-secp256k1.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import { ceremonyFault, failed, inSignedPackets, type CeremonyFault } from './faults.ts';
import type { PartOf } from './parts.ts';
import type { Unit } from './request.ts';
import { rulesInForce } from './rules.ts';
import {
  signable,
  type Known,
  type Package,
  type PackageProblem,
  type Session,
} from './session.ts';
import type { Told } from './state.ts';

/*
 * A frozen package: who signs which items, under the nonces of which packets. Whoever freezes it only
 * names packets that every signer holds, with their senders' signatures; each signer opens the
 * signing sessions from them alone.
 */

type Proposed = Pick<Session, 'root' | 'kind' | 'proposers' | 'items' | 'replies' | 'problems'>;

/** What a frozen package's bytes are. */
export interface Frozen {
  readonly items: readonly number[];
  readonly signers: readonly { readonly operator: number; readonly packet: Uint8Array }[];
}

/** 32 bytes that stand for a package. */
const packageHash = (draft: string, session: Uint8Array, { items, signers }: Frozen): Bytes =>
  taggedHash(
    tags.frozenPackage,
    toCbor({ draft, session, items, signers: signers.map((one) => ({ ...one })) }),
  );

/** Which of the group's rules do not let these sign together; tests move no money. */
export function signerProblems(
  known: Known,
  { kind, proposers }: Pick<Session, 'kind' | 'proposers'>,
  ids: readonly number[],
): ('organisations' | 'separation')[] {
  if (kind === 'test') return [];
  const { organisations, separation } = rulesInForce(known).rules;
  // An operator without an organisation stands for themself.
  const from = new Set(
    ids.map((id) => known.manifest.operators[id]!.organisation || `operator ${id}`),
  );
  return [
    ...(from.size < organisations ? (['organisations'] as const) : []),
    ...(separation && ids.some((id) => proposers.includes(id)) ? (['separation'] as const) : []),
  ];
}

/** What is wrong with a package, now. */
export function packageProblems(
  known: Known,
  { kind, proposers, items: batch, replies, problems: ofBatch }: Proposed,
  { items, signers }: Frozen,
): PackageProblem[] {
  const { manifest } = known;
  const { terms } = manifest;
  const problems: PackageProblem[] = [];
  const ids = signers.map(({ operator }) => operator);
  const ascending = (list: readonly number[], end: number) =>
    list.every((one, i) => one < end && (i === 0 || list[i - 1]! < one));
  if (ids.length !== terms.t || !ascending(ids, terms.n)) return ['signers'];
  if (ofBatch.length > 0 || !ascending(items, batch.length)) return ['items'];
  if (!items.every((i) => signable(batch[i]!))) return ['items'];
  for (const { operator, packet } of signers) {
    const { accepts, approved } = replies[operator]!;
    if (!items.every((i) => accepts.has(i))) problems.push('not-accepted');
    if (!approved) problems.push('not-approved');
    if (!items.every((i) => noncesFor({ replies }, operator, packet, i)))
      problems.push('nonces-missing');
  }
  const displays = ids.filter((id) => replies[id]!.displayed).length;
  if (displays < terms.minDisplayApprovals) problems.push('displays');
  problems.push(...signerProblems(known, { kind, proposers }, ids));
  const reserved = items.every(
    (i) => !batch[i]!.claim || batch[i]!.reserved.size >= terms.reservationQuorum,
  );
  if (!reserved) problems.push('not-reserved');
  return [...new Set(problems)];
}

/** The public nonces that an operator's packet gives for an item, one for each unit. */
function noncesFor(
  { replies }: Pick<Proposed, 'replies'>,
  operator: number,
  packet: Uint8Array,
  position: number,
): readonly Bytes[] | undefined {
  const told = replies[operator]!.nonces.find((one) => equal(one.packet.hash, packet));
  return told?.part.items.find(({ item }) => item === position)?.nonces;
}

/** Whether these are valid nonces for their items, one for each unit. */
export function noncesFit(
  groups: Groups,
  items: Proposed['items'],
  { items: given }: PartOf<'nonces'>,
): boolean {
  const points = ({ suite }: Unit, nonces: Uint8Array) => {
    const [group, half] =
      suite === 'custody' ? ([groups.secp256k1, 33] as const) : ([groups.ed25519, 32] as const);
    return (
      nonces.length === 2 * half &&
      [nonces.subarray(0, half), nonces.subarray(half)].every((one) => decodePoint(group, one))
    );
  };
  return (
    new Set(given.map(({ item }) => item)).size === given.length &&
    given.every(({ item, nonces }) => {
      const units = items[item]?.units;
      return units?.length === nonces.length && units.every((unit, u) => points(unit, nonces[u]!));
    })
  );
}

/** One item's signing sessions under a package. */
export type Opened =
  | { readonly suite: 'custody'; readonly session: frostSecp256k1.SigningSession }
  | { readonly suite: 'attestation'; readonly session: frostEd25519.SigningSession };

/** Opens the signing sessions of one item, from every signer's own nonces. */
export function openItem(
  known: Known,
  session: Pick<Proposed, 'items' | 'replies'>,
  { hash, ids, commits }: Pick<Package, 'hash' | 'ids' | 'commits'>,
  position: number,
): readonly Opened[] | CeremonyFault {
  const { groups, keys, manifest, state } = known;
  return state.once('opened', [hash, be32(position)], () => {
    const nonces = ids.map((id, i) => noncesFor(session, id, commits[i]!, position));
    const opened: Opened[] = [];
    for (const [u, unit] of session.items[position]!.units.entries()) {
      const { threshPk, pubshares } = keys[unit.suite];
      const { n, t, draft } = manifest.terms;
      const common = {
        signers: { n, t, ids, threshPk, pubshares: ids.map((id) => pubshares[id]!) },
        pubnonces: nonces.map((own) => own![u]!),
        msg: unit.message,
      };
      if (unit.suite === 'custody') {
        const { tweaks, isXonly } = unit;
        const given = { ...common, draft, tweaks, isXonly };
        const made = frostSecp256k1.openSigning(groups.secp256k1, given);
        if (isFault(made)) return inSignedPackets(made);
        opened.push({ suite: 'custody', session: made });
      } else {
        const made = frostEd25519.openSigning(groups.ed25519, common);
        if (isFault(made)) return inSignedPackets(made);
        opened.push({ suite: 'attestation', session: made });
      }
    }
    return opened;
  });
}

/** Whether a signer's share under an opened session is right. */
function shareHolds({ groups }: Known, opened: Opened, share: Uint8Array, id: number): boolean {
  const { signers, pubnonces } = opened.session.context;
  const pubnonce = pubnonces[signers.ids.indexOf(id)]!;
  return opened.suite === 'custody'
    ? frostSecp256k1.partialSigVerify(groups.secp256k1, opened.session, share, pubnonce, id)
    : frostEd25519.partialSigVerify(groups.ed25519, opened.session, share, id);
}

function aggregate(
  { groups }: Known,
  opened: Opened,
  shares: readonly Uint8Array[],
): Bytes | Fault {
  return opened.suite === 'custody'
    ? frostSecp256k1.aggregateVerified(groups.secp256k1, opened.session, shares)
    : frostEd25519.aggregateVerified(groups.ed25519, opened.session, shares);
}

/** Whether a finished signature holds, by one implementation. */
const signatureHolds = (
  { secp256k1, ed25519 }: Groups,
  { suite, key, message }: Unit,
  signature: Uint8Array,
): boolean =>
  suite === 'custody'
    ? verify(secp256k1, key, message, signature)
    : ed25519Verify(ed25519, key, message, signature);

/** A package as it stands; undefined where it names packets or operators that are not here. */
export function packageOf(
  known: Known,
  session: Proposed,
  { part, packet }: Told<'package'>,
): Package | undefined {
  const { state, manifest } = known;
  const ids = part.signers.map(({ operator }) => operator);
  if (part.items.some((i) => i >= session.items.length)) return undefined;
  if (ids.some((id) => id >= manifest.terms.n)) return undefined;
  const hash = packageHash(manifest.terms.draft, session.root, part);
  const base = {
    hash,
    frozenBy: state.numberOf(packet.from)!,
    items: part.items,
    ids,
    commits: part.signers.map((one) => one.packet),
    problems: packageProblems(known, session, part),
  };
  const faults: CeremonyFault[] = [];
  const shared = new Map<number, readonly number[]>();
  const signatures = new Map<number, readonly Bytes[]>();
  // Nobody honest signs under such a package, so what was said under it proves nothing.
  const malformed = base.problems.some((one) =>
    ['signers', 'items', 'nonces-missing'].includes(one),
  );
  if (malformed) return { ...base, shared, signatures, wrong: [], faults };
  const given = ids.map(
    (id) => state.told(manifest.operators[id]!.packetKey, 'signature-shares', toHex(hash))[0],
  );
  const wrong = new Set<number>();
  for (const position of part.items) {
    const { units } = session.items[position]!;
    const shares = given.map(
      (told) => told?.part.items.find(({ item }) => item === position)?.shares,
    );
    shared.set(
      position,
      ids.filter((_, i) => shares[i] !== undefined),
    );
    if (shares.every((one) => one === undefined)) continue;
    const opened = openItem(known, session, base, position);
    if (failed(opened)) {
      faults.push(opened);
      continue;
    }
    const right = shares.map((own, i) => {
      if (!own) return false;
      const holds = state.once('share', [hash, be32(position), be32(ids[i]!), ...own], () =>
        own.length === units.length
          ? own.every((share, u) => shareHolds(known, opened[u]!, share, ids[i]!))
          : false,
      );
      if (!holds) wrong.add(ids[i]!);
      return holds;
    });
    if (!right.every(Boolean)) continue;
    const result = state.once('aggregated', [hash, be32(position)], () => {
      const made: Bytes[] = [];
      for (const [u, unit] of units.entries()) {
        const signature = aggregate(
          known,
          opened[u]!,
          shares.map((own) => own![u]!),
        );
        if (isFault(signature)) return inSignedPackets(signature);
        if (!signatureHolds(known.other, unit, signature))
          return ceremonyFault('implementations-differ');
        made.push(signature);
      }
      return made;
    });
    if (failed(result)) faults.push(result);
    else signatures.set(position, result);
  }
  if (wrong.size > 0) faults.push(ceremonyFault('share-wrong', [...wrong]));
  return { ...base, shared, signatures, wrong: [...wrong], faults };
}
