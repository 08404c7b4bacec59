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
 * Only an operator who signs two packets under one number can be in two places. Where that makes two
 * addresses complete, neither counts, and the fault says so.
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
  /** Who signed two packets under one number, so that two addresses are complete: none is set. */
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
  /** Whether the device that approved is the manifest's, or was admitted. */
  readonly admitted: boolean;
  /** Whether its place in what the operator said is known for certain. */
  readonly certain: boolean;
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
  const named = manifest.operators.map((_, operator) => namings(ed25519, state, operator));
  const last = named.map((own) => Math.max(0, ...own.map(({ proposal }) => proposal)));
  const proposed = proposalsOf(named);
  const latest = proposed.filter(({ number }) => number === Math.max(...last));
  const complete = proposed.filter(({ approved }) => approved.every(Boolean));
  const first = complete[0];
  const of = (own: readonly Naming[]) => own.filter((naming) => names(naming, first));
  const uncertain = named.flatMap((own, i) => (of(own).some((one) => one.certain) ? [] : [i]));
  const rivals = complete.some(({ address }) => address !== first?.address);
  const contested = rivals ? uncertain : [];
  const stands =
    contested.length === 0 && named.every((own) => of(own).some((one) => one.admitted));
  return {
    set: stands ? first?.address : undefined,
    contested,
    open: latest.length === 1 ? latest[0] : undefined,
    last,
  };
}

/** The fault of a group in which two backup addresses are complete. */
export function backupAddressFaults(ed25519: Group, state: State): CeremonyFault[] {
  const { contested } = backupAddressOf(ed25519, state);
  return contested.length > 0 ? [ceremonyFault('backup-address-contested', contested)] : [];
}

/** Whether this approval is one of this proposal. */
const names = (naming: Naming, of: Pick<Proposal, 'number' | 'address'> | undefined): boolean =>
  naming.proposal === of?.number && naming.address === of.address;

function proposalsOf(named: readonly (readonly Naming[])[]): Proposal[] {
  const proposed = new Map(
    named
      .flat()
      .map(({ proposal: number, address }) => [`${number} ${address}`, { number, address }]),
  );
  return [...proposed.values()]
    .map((one) => ({
      ...one,
      approved: named.map((own) => own.some((naming) => names(naming, one))),
    }))
    .sort((a, b) => a.number - b.number || (a.address < b.address ? -1 : 1));
}

/**
 * An operator's approvals that their device signed, with numbers that go up. From a number on under
 * which they signed two packets, all that they said counts as possible.
 */
function namings(ed25519: Group, state: State, operator: number): Naming[] {
  const { packetKey } = state.manifest!.operators[operator]!;
  const [fork] = state.conflictsOf(packetKey);
  const told = [
    ...state.told(packetKey, 'backup-address'),
    ...(fork ? state.toldIn([fork.second], 'backup-address') : []),
  ];
  let last = 0;
  return told.flatMap(({ part: { proposal, address, signature }, packet }) => {
    const { card, admitted } = standingAt(ed25519, state, operator, packet);
    const certain = !fork || packet.number < fork.first.number;
    const key = card.approvalKey;
    const statement = backupAddressStatement(state.manifest!, proposal, address);
    const holds = state.once('backup address', [key.key, utf8.encode(statement), signature], () =>
      verifyApproval(ed25519, key, statement, signature),
    );
    if (!holds || proposal <= last) return [];
    if (certain) last = proposal;
    return [{ proposal, address, admitted, certain }];
  });
}

const utf8 = new TextEncoder();
