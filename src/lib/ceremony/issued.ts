import { toHex, type Bytes } from '../crypto/bytes.ts';
import { MAX_ISSUED } from './backup.ts';
import type { Packet } from './packet.ts';
import type { State } from './state.ts';

/*
 * The deposit addresses that were given out. What lies on one is found by its recipient and index alone,
 * so they are listed in recovery and backup files.
 */

/** An address that an operator gave out. */
export interface GivenOut {
  /** The hash of the recipient's public key, 32 bytes. */
  readonly recipient: Bytes;
  readonly index: number;
  /** In which it was told. */
  readonly packet: Pick<Packet, 'at' | 'hash'>;
}

const nameOf = ({ recipient, index }: GivenOut): string => `${toHex(recipient)}/${index}`;

/** Every operator's addresses, in the order in which the operator told them. */
export const givenOut = (state: State): GivenOut[][] =>
  (state.manifest?.operators ?? []).map(({ packetKey }) =>
    state
      .told(packetKey, 'deposit-address')
      .map(({ part: { recipient, index }, packet }) => ({ recipient, index, packet })),
  );

/** How many addresses these are. */
export const countOf = (lists: readonly (readonly GivenOut[])[]): number =>
  new Set(lists.flat().map(nameOf)).size;

/**
 * The addresses that a file names, none twice, in the order of what their packets say of the time. Where
 * there is no room for all, the operators' newest are taken in turn: whoever gives out many pushes out
 * own ones alone. It depends on the packets, not on when they came, so every log gives the same.
 */
export function listed(lists: readonly (readonly GivenOut[])[], room = MAX_ISSUED): GivenOut[] {
  const taken = new Set<string>();
  const left = lists.map((list) => list.map(nameOf));
  while (taken.size < room && left.some((names) => names.length > 0))
    for (const names of left) {
      let name = names.pop();
      while (name !== undefined && taken.has(name)) name = names.pop();
      if (name !== undefined && taken.size < room) taken.add(name);
    }
  return lists
    .flat()
    .sort((a, b) => a.packet.at - b.packet.at)
    .filter((one) => taken.delete(nameOf(one)));
}

/** How many addresses were heard of only after this entry of the log; -1: after none. */
export function countAfter(state: State, entry: number): number {
  const lists = givenOut(state);
  const before = lists.map((list) =>
    list.filter(({ packet }) => !state.heardAfter(packet.hash, entry)),
  );
  return countOf(lists) - countOf(before);
}
