import { equal } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import type { Group } from '../wasm/group.ts';
import { cardHolds, isSimulated } from './card.ts';
import { ceremonyFault, type CeremonyFault } from './faults.ts';
import { sealHolds } from './keygen.ts';
import {
  backupAddressFits,
  manifestHash,
  manifestProblem,
  sameGroup,
  termsProblem,
  type Manifest,
} from './manifest.ts';
import { newDeviceProblem } from './operator-device.ts';
import type { Body, Packet } from './packet.ts';
import type { Part } from './parts.ts';
import type { State } from './state.ts';

/*
 * Whether a packet may enter the log. Nothing is computed from a packet that was not let in.
 */

/** What is to be done with a packet. */
export type Verdict =
  /** It is new and fits. */
  | { readonly verdict: 'new' }
  /** It is here already. */
  | { readonly verdict: 'known' }
  /** It contradicts another packet of its sender: it is kept as proof. */
  | { readonly verdict: 'conflict' }
  /** Something that belongs before it is missing; bring it again later. */
  | { readonly verdict: 'early'; readonly because: string }
  /** It does not belong here or is wrong. */
  | { readonly verdict: 'refused'; readonly because: string; readonly fault?: CeremonyFault };

const NEW: Verdict = { verdict: 'new' };
const refused = (because: string, fault?: CeremonyFault): Verdict => ({
  verdict: 'refused',
  because,
  ...(fault && { fault }),
});
const early = (because: string): Verdict => ({ verdict: 'early', because });

/** The most packets of one sender: of an operator, and of anybody else. Then the most senders. */
const MAX_FROM_OPERATOR = 100_000;
const MAX_FROM_ONE = 200;
const MAX_SENDERS = 100;
/** The most packets of an operator that are kept beside others under the same numbers. */
const MAX_SECONDS = 64;

const enrolment = new Set<Part['kind']>([
  'invite',
  'join',
  'witness',
  'manifest',
  'baton',
  'abort',
  'receipt',
]);
const forWitnesses = new Set<Part['kind']>(['witness', 'attest', 'baton', 'receipt']);

/** Judges a packet against what is known. Its signature holds already. */
export function judge(secp256k1: Group, state: State, packet: Packet): Verdict {
  if (!state.id || !sameGroup(state.id, packet.id)) return refused(otherGroup(state, packet));
  const said = state.packetsFrom(packet.from);
  const same = said[packet.number - 1];
  if (same) return { verdict: equal(same.hash, packet.hash) ? 'known' : second(state, packet) };
  const last = said.at(-1);
  const most = state.inRoster(packet.from) ? MAX_FROM_OPERATOR : MAX_FROM_ONE;
  if (said.length >= most) return refused('Its sender sent too many packets.');
  if (!last && !state.inRoster(packet.from) && state.senders >= MAX_SENDERS)
    return refused('Too many people sent something.');
  if (packet.number !== (last?.number ?? 0) + 1)
    return early(`Packet ${(last?.number ?? 0) + 1} of the same sender is missing.`);
  const resumes = packet.parts.some(({ kind }) => kind === 'resumed');
  if (last && packet.log.length <= last.log.length && !resumes) {
    const number = state.numberOf(packet.from);
    return refused(
      'Its sender’s log went back.',
      ceremonyFault('log-went-back', number === undefined ? [] : [number]),
    );
  }
  return inSession(state, packet) ?? byParts(secp256k1, state, packet);
}

/**
 * A packet under a number that is taken. One proves the fork; the others may hold what the operator here
 * promised, or a batch that others reserved. The lowest number says from where on nothing that the
 * sender says is certain, so it is always kept.
 */
function second(state: State, { from, number, hash }: Packet): 'known' | 'conflict' {
  const kept = state.conflictsOf(from);
  const most = state.isMe(from) ? MAX_FROM_OPERATOR : state.inRoster(from) ? MAX_SECONDS : 1;
  if (kept.some((one) => equal(one.second.hash, hash))) return 'known';
  return kept.length < most || number < kept[0]!.first.number ? 'conflict' : 'known';
}

function otherGroup({ id }: State, packet: Packet): string {
  if (!id) return 'There is no group here yet.';
  if (packet.id.network !== id.network) return `It is for another network: ${packet.id.network}.`;
  if (!equal(packet.id.group, id.group)) return 'It belongs to another group.';
  if (packet.id.rehearsal !== id.rehearsal)
    return packet.id.rehearsal
      ? 'It belongs to a rehearsal.'
      : 'It does not belong to a rehearsal.';
  return `It belongs to epoch ${packet.id.epoch}.`;
}

/** Whether a packet's session and sender fit; undefined if they do and its parts are to be judged. */
export function inSession(state: State, packet: Body): Verdict | undefined {
  const { manifest } = state;
  const enrolling = packet.session.every((byte) => byte === 0);
  if (enrolling) {
    const other = packet.parts.find(({ kind }) => !enrolment.has(kind));
    if (other) return refused(`A part “${other.kind}” does not belong before the manifest.`);
    if (state.fixed && !state.inRoster(packet.from)) return refused('The roster is sealed.');
    return undefined;
  }
  if (!manifest || !state.manifestHash) return early('The manifest is not here yet.');
  const number = state.numberOf(packet.from);
  if (!equal(packet.session, state.manifestHash)) return ofOther(state, packet, number);
  if (!state.inRoster(packet.from))
    return refused('Its sender is neither an operator nor a witness of this group.');
  if (!manifest.terms.roots.some((root) => equal(root, packet.root)))
    return refused('Its sender runs a bundle whose root this group does not accept.');
  const notTheirs =
    number === undefined && packet.parts.find(({ kind }) => !forWitnesses.has(kind));
  return notTheirs ? refused(`A witness cannot send a part “${notTheirs.kind}”.`) : undefined;
}

/**
 * A packet that belongs to another manifest than the one here. To one that was replaced: it is kept
 * and says nothing, so that what its sender says next can follow.
 */
function ofOther(state: State, packet: Body, number: number | undefined): Verdict {
  const because = 'It belongs to another manifest.';
  if (number !== undefined && packet.parts.some(({ kind }) => kind === 'seal'))
    return state.fixed || state.isFormer(packet.session)
      ? refused(because, ceremonyFault('seal-other', [number]))
      : early(because);
  if (state.isFormer(packet.session)) return NEW;
  return state.fixed ? refused(because) : early(because);
}

function byParts(secp256k1: Group, state: State, packet: Packet): Verdict {
  if (new Set(packet.parts.map(({ kind }) => kind)).size !== packet.parts.length)
    return refused('It holds two parts of one kind.');
  for (const part of packet.parts) {
    const verdict = ofPart(secp256k1, state, packet, part);
    if (verdict.verdict !== 'new') return verdict;
  }
  return NEW;
}

const invites = ({ parts }: Packet) => parts.some(({ kind }) => kind === 'invite');

const problem = (because: string | undefined): Verdict => (because ? refused(because) : NEW);

function ofPart(secp256k1: Group, state: State, packet: Packet, part: Part): Verdict {
  const fromInitiator = state.initiator !== undefined && equal(packet.from, state.initiator);
  const number = state.numberOf(packet.from);
  switch (part.kind) {
    case 'invite':
      if (state.initiator) return refused('There is an invitation already.');
      return problem(termsProblem(part.terms));
    case 'join':
      if (!state.initiator && !invites(packet)) return early('The invitation is not here yet.');
      if (!equal(part.card.packetKey, packet.from)) return refused('The card is another sender’s.');
      if (!cardHolds(secp256k1, packet.id, part.card))
        return refused('The card is not signed by its host key for this group.');
      if (isSimulated(part.card) && !packet.id.rehearsal)
        return refused('A simulated device can join a rehearsal only.');
      return NEW;
    case 'witness':
      return equal(part.card.packetKey, packet.from) ? NEW : refused('The card is another’s.');
    case 'manifest': {
      if (!state.initiator) return early('The invitation is not here yet.');
      if (!fromInitiator) return refused('Only who invited can propose the manifest.');
      if (state.manifestHash && equal(manifestHash(part.manifest), state.manifestHash)) return NEW;
      if (state.fixed) return refused('The manifest is sealed already; it cannot change.');
      return problem(ofManifest(secp256k1, state, packet, part.manifest));
    }
    case 'seal': {
      const { hostKey } = state.manifest!.operators[number!]!;
      return equal(part.manifestHash, state.manifestHash!) &&
        sealHolds(secp256k1, hostKey, part.manifestHash, part.signature)
        ? NEW
        : refused('The seal does not hold.', ceremonyFault('seal-invalid', [number!]));
    }
    case 'keep':
    case 'round1':
    case 'round2':
    case 'close':
      return state.told(packet.from, part.kind).length > 0
        ? refused(`Its sender gave the part “${part.kind}” already.`)
        : NEW;
    case 'new-device':
      return problem(newDeviceProblem(secp256k1, state.manifest!, number!, part.card));
    case 'baton':
      return fromInitiator || number !== undefined
        ? NEW
        : refused('Its sender is not an operator.');
    case 'backup-address':
      return backupAddressFits(packet.id.network, part.address)
        ? NEW
        : refused('The backup address is not an address of this network.');
    case 'commit': {
      const sets = new Set(part.nonces.map(({ ids }) => ids.join(' ')));
      return sets.size === part.nonces.length ? NEW : refused('It commits to one test twice.');
    }
    case 'abort':
    case 'admit':
    case 'alive':
    case 'approve':
    case 'backups':
    case 'challenge':
    case 'request':
    case 'slip':
    case 'reserve':
    case 'nonces':
    case 'package':
    case 'signature-shares':
    case 'object':
    case 'sighting':
    case 'deposit-address':
    case 'checkpoint':
    case 'headers':
    case 'tip':
    case 'inclusions':
    case 'burn-records':
    case 'rules':
    case 'adopt':
    case 'freeze':
    case 'resumed':
    case 'shares':
    case 'retest':
    case 'record':
    case 'attest':
    case 'receipt':
      return NEW;
  }
}

/** What is wrong with a proposed manifest for the operator here; undefined if nothing is. */
function ofManifest(
  secp256k1: Group,
  { terms, role, ownCard }: State,
  { id }: Packet,
  manifest: Manifest,
): string | undefined {
  if (!sameGroup(manifest.id, id)) return 'The manifest is of another group.';
  if (!terms || !equal(toCbor({ ...terms }), toCbor({ ...manifest.terms })))
    return 'Its terms are not those of the invitation.';
  const own = manifest.operators.some(
    ({ signature }) => ownCard && equal(signature, ownCard.signature),
  );
  if (role === 'operator' && !own) return 'The roster does not name you with the card you sent.';
  return manifestProblem(secp256k1, manifest);
}
