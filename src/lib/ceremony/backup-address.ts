import { inFours } from '../crypto/bytes.ts';
import type { Group } from '../wasm/group.ts';
import { verifyApproval } from './approval.ts';
import { ceremonyFault, type CeremonyFault } from './faults.ts';
import type { Manifest } from './manifest.ts';
import { standingAt } from './operator-device.ts';
import type { State } from './state.ts';

/*
 * A group that was sealed without a backup address sets it later, with the approval of every operator's
 * device. Once it is set it stands.
 *
 * Approvals never lapse, and of two senders' packets nobody knows which was first. So each approval
 * names a proposal by number, and an operator's numbers only go up: whoever approved a later proposal
 * is out of all earlier ones. The first proposal that all approved is so closed in front and stays the
 * first, in whatever order packets come; nothing that fewer than all say afterwards changes it.
 *
 * Only an operator who signs two packets under one number can be in two places: from there on nothing
 * that they say is certain, and not all of it may be here. They may have approved any proposal above
 * their last that is certain. Where another address may so be complete, neither counts.
 *
 * An approval counts only if its device was admitted when it was given, by what its packet names as
 * seen. Any other is as if it was never given, so that nobody who has no device of the operator keeps a
 * number or an address from the others.
 */

/** An address as it was proposed under a number, from 1, and who approved it, by operator. */
interface Proposal {
  readonly number: number;
  readonly address: string;
  readonly approved: readonly boolean[];
}

/** The backup address, and what can still be approved while none is set. */
export interface BackupAddress {
  readonly set: string | undefined;
  /** Who signed two packets under one number, so that two addresses may be complete: none is set. */
  readonly contested: readonly number[];
  /** The last proposal, if nobody approved another address under its number. */
  readonly open: Proposal | undefined;
  /** The last proposal that each operator approved; 0 where there is none. */
  readonly last: readonly number[];
}

/** An operator's approval of an address. */
interface Naming {
  readonly proposal: number;
  readonly address: string;
  /** Whether its place in what the operator said is known for certain. */
  readonly certain: boolean;
}

/** What an operator approved, as far as it is here. */
interface Heard {
  readonly namings: readonly Naming[];
  /** Whether they may have approved anything above the last that is certain. */
  readonly unsure: boolean;
  /** Who makes it so by two packets under one number: the operator, or who admitted their device. */
  readonly forked: readonly number[];
}

/** What a device shows and signs for a proposed backup address: at most 640 ASCII characters. */
export const backupAddressStatement = (
  { id }: Manifest,
  proposal: number,
  address: string,
): string =>
  [
    'CONCLAVE BACKUP ADDRESS',
    `network ${id.network}${id.rehearsal ? ' REHEARSAL' : ''}`,
    `group ${inFours(id.group)}`,
    `epoch ${id.epoch}`,
    `proposal ${proposal}`,
    'If the key may be stolen, all bitcoin is swept to',
    address,
  ].join('\n');

/** The number under which an address is approved next: that of the open proposal, or a new one. */
export const proposalOf = ({ open, last }: BackupAddress, address: string): number =>
  open?.address === address ? open.number : Math.max(...last) + 1;

/** What the packets say about the backup address. */
export function backupAddressOf(ed25519: Group, state: State): BackupAddress {
  const { manifest } = state;
  const agreed = (manifest?.terms ?? state.terms)?.backupAddress ?? undefined;
  if (!manifest || agreed !== undefined)
    return { set: agreed, contested: [], open: undefined, last: [] };
  const heard = manifest.operators.map((_, operator) => heardFrom(ed25519, state, operator));
  const last = heard.map(({ namings }) => highest(namings));
  const proposed = proposalsOf(heard);
  const latest = proposed.filter(({ number }) => number === Math.max(...last));
  const first = proposed.find(({ approved }) => approved.every(Boolean));
  const uncertain = heard.filter(
    ({ namings }) => !namings.some((one) => one.certain && names(one, first)),
  );
  const ambiguous = first && uncertain.length > 0 && hasRival(heard, proposed, first);
  return {
    set: ambiguous ? undefined : first?.address,
    contested: ambiguous ? [...new Set(uncertain.flatMap(({ forked }) => forked))] : [],
    open: latest.length === 1 ? latest[0] : undefined,
    last,
  };
}

/**
 * Whether another address may be complete. What an operator approved of whom nothing is unsure is all
 * here; where there is no such operator, there may be addresses that are not known here.
 */
const hasRival = (
  heard: readonly Heard[],
  proposed: readonly Proposal[],
  { address }: Proposal,
): boolean =>
  heard.every(({ unsure }) => unsure) ||
  proposed.some(
    (one) => one.address !== address && one.approved.every((has, i) => has || may(heard[i]!, one)),
  );

/** Whether an operator may have approved a proposal in a packet that is not here. */
const may = ({ unsure, namings }: Heard, { number }: Proposal): boolean =>
  unsure && number > highest(namings.filter(({ certain }) => certain));

const highest = (namings: readonly Naming[]): number =>
  Math.max(0, ...namings.map(({ proposal }) => proposal));

/** The fault of a group in which two backup addresses may be complete. */
export function backupAddressFaults(ed25519: Group, state: State): CeremonyFault[] {
  const { contested } = backupAddressOf(ed25519, state);
  return contested.length > 0 ? [ceremonyFault('backup-address-contested', contested)] : [];
}

/** Whether this approval is one of this proposal. */
const names = (naming: Naming, of: Pick<Proposal, 'number' | 'address'> | undefined): boolean =>
  naming.proposal === of?.number && naming.address === of.address;

function proposalsOf(heard: readonly Heard[]): Proposal[] {
  const proposed = new Map(
    heard
      .flatMap(({ namings }) => namings)
      .map(({ proposal: number, address }) => [`${number} ${address}`, { number, address }]),
  );
  return [...proposed.values()]
    .map((one) => ({
      ...one,
      approved: heard.map(({ namings }) => namings.some((naming) => names(naming, one))),
    }))
    .sort((a, b) => a.number - b.number || (a.address < b.address ? -1 : 1));
}

/**
 * An operator's approvals that their device signed, with numbers that go up. From a number on under
 * which they signed two packets, or from an approval on of which it is not known whether its device was
 * admitted, all that they said counts as possible.
 */
function heardFrom(ed25519: Group, state: State, operator: number): Heard {
  const { packetKey } = state.manifest!.operators[operator]!;
  const [fork] = state.conflictsOf(packetKey);
  const namings: Naming[] = [];
  const forked = new Set(fork ? [operator] : []);
  let [certain, last] = [true, 0];
  for (const { part, packet } of state.everTold(packetKey, 'backup-address')) {
    const { proposal, address, signature } = part;
    if (proposal <= last) continue;
    const standing = standingAt(ed25519, state, operator, packet);
    const key = standing.card.approvalKey;
    const statement = backupAddressStatement(state.manifest!, proposal, address);
    const holds = state.once('backup address', [key.key, utf8.encode(statement), signature], () =>
      verifyApproval(ed25519, key, statement, signature),
    );
    if (!holds || !standing.possible) continue;
    if (!standing.certain) for (const number of standing.forked) forked.add(number);
    certain &&= standing.certain && packet.number < (fork?.first.number ?? Infinity);
    if (standing.admitted) namings.push({ proposal, address, certain });
    if (certain) last = proposal;
  }
  return { namings, unsure: !certain || fork !== undefined, forked: [...forked] };
}

const utf8 = new TextEncoder();
