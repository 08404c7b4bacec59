import type { Bytes } from '../crypto/bytes.ts';
import type { Group } from '../wasm/group.ts';
import { judge } from './judge.ts';
import { nextEntry, type Event } from './log.ts';
import { readPacket, type Packet } from './packet.ts';
import { State } from './state.ts';

/*
 * Packets without a log of one's own: whoever audits them takes them in as a witness would, and keeps
 * nothing.
 */

/** What packets say together. */
export interface Overheard {
  readonly state: State;
  /** Why packets were left out, each reason once. */
  readonly leftOut: readonly string[];
}

/** Takes in packets, hostile bytes in any order; the group is that of the first that reads. */
export function overhear(secp256k1: Group, packets: readonly Bytes[]): Overheard {
  const state = new State();
  const leftOut = new Set<string>();
  const add = (event: Event, packet?: Packet) =>
    state.apply(nextEntry(state.head, 0, event), packet);
  let waiting = packets.flatMap((bytes) => {
    const packet = readPacket(secp256k1, bytes);
    if (typeof packet === 'object') return [packet];
    leftOut.add(`It does not read as a packet: ${packet}.`);
    return [];
  });
  const [first] = waiting;
  if (first) add({ kind: 'invited', id: first.id, packetKey: new Uint8Array(32), role: 'witness' });
  let reasons: string[] = [];
  for (let before = -1; waiting.length !== before;) {
    before = waiting.length;
    reasons = [];
    waiting = waiting.filter((packet) => {
      const verdict = judge(secp256k1, state, packet);
      if (verdict.verdict === 'new' || verdict.verdict === 'conflict')
        add({ kind: 'received', packet: packet.bytes }, packet);
      else if (verdict.verdict === 'refused') leftOut.add(verdict.because);
      else if (verdict.verdict === 'early') reasons.push(verdict.because);
      return verdict.verdict === 'early';
    });
  }
  return { state, leftOut: [...leftOut, ...new Set(reasons)] };
}
