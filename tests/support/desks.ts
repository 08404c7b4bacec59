import { sha256 } from '@noble/hashes/sha2.js';
import { concat } from '../../src/lib/crypto/bytes.ts';
import { deviceLabel, type GroupId } from '../../src/lib/ceremony/card.ts';
import { defaultLimits, defaultReservation, type Terms } from '../../src/lib/ceremony/manifest.ts';
import { isDeviceFault } from '../../src/lib/devices/device.ts';
import { memoryStore } from '../../src/lib/vault/store.ts';
import { move, type Pilot } from '../../src/lib/worker/autopilot.ts';
import { deskOf, type Desk } from '../../src/lib/worker/desk.ts';
import { beginGroup, joinGroup } from '../../src/lib/worker/enrol.ts';
import { meWith } from '../../src/lib/worker/me.ts';
import type { Ports } from '../../src/lib/worker/ports.ts';
import type { Seat } from '../../src/lib/worker/seat.ts';
import { jsGroups } from './groups.ts';
import { testDevice, type TestDevice } from './simulated.ts';

/*
 * Seats of a rehearsal on JavaScript alone, for pages in the browser.
 */

/** One operator: a real seat in memory behind a real desk, with a drawn device that always agrees. */
export interface Sitting extends Pilot {
  readonly seat: Seat;
  readonly desk: Desk;
  readonly device: TestDevice;
}

const people = [
  ['Asha', 'Bay Trust', 'Mumbai'],
  ['Ben', 'Harbour AG', 'Zürich'],
  ['Chen', 'Lighthouse', 'Taipei'],
  ['Dora', 'Pier & Sons', 'Lisbon'],
  ['Emre', 'Quay', 'Izmir'],
] as const;

export const rehearsal: GroupId = {
  network: 'regtest',
  rehearsal: true,
  group: new Uint8Array(32).fill(9),
  epoch: 0,
};

const root = new Uint8Array(32).fill(7);

export const terms = (n: number, t: number, callAt: number | null = null): Terms => ({
  name: 'Harbour bridge',
  purpose: 'Holds what was locked for wrapped bitcoin',
  n,
  t,
  reservationQuorum: defaultReservation(n, t),
  minDisplayApprovals: 0,
  limits: defaultLimits,
  backupAddress: null,
  roots: [root],
  draft: '0.6.0',
  callAt,
});

function ports(seed: string): Ports {
  let counter = 0;
  const random = (length: number) => {
    let bytes = new Uint8Array(0);
    while (bytes.length < length)
      bytes = concat(bytes, sha256(new TextEncoder().encode(`${seed} ${counter++}`)));
    return bytes.slice(0, length);
  };
  return {
    store: memoryStore(),
    groups: jsGroups,
    other: jsGroups,
    random,
    now: () => Date.now(),
    monotonic: () => performance.now(),
    root,
    incarnation: random(8),
  };
}

/** The first operator has begun the group, `joined` others took up the invitation. */
export async function sit(group: Terms, joined: number): Promise<Sitting[]> {
  const sitting: Sitting[] = [];
  for (let i = 0; i <= joined; i++) {
    const [name, organisation, place] = people[i]!;
    const device = await testDevice(i + 1);
    const me = meWith(device, { name, organisation, place });
    const replies = await device.derive([deviceLabel('host secret', rehearsal)]);
    if (isDeviceFault(replies)) throw new Error(replies.fault);
    const seat =
      i === 0
        ? await beginGroup(ports(name), rehearsal, group, me, { reply: replies[0]! })
        : await joinGroup(ports(name), sitting[0]!.seat.log.outgoing().bundle, me, {
            reply: replies[0]!,
          });
    if (typeof seat === 'string') throw new Error(seat);
    sitting.push({ seat, desk: deskOf(seat), device, hears: () => true });
  }
  return sitting;
}

/** Everybody's packets go to the first and from there to all. */
export async function share(sitting: readonly Sitting[]): Promise<void> {
  const [first, ...rest] = sitting;
  for (const { seat } of rest) await first!.seat.take(seat.log.outgoing().bundle);
  for (const { seat } of rest) await seat.take(first!.seat.log.outgoing().bundle);
}

/** Plays an operator until `act` is next, or there is nothing to do alone. */
export async function until(one: Sitting, act?: string): Promise<void> {
  while (one.seat.next().act !== act) {
    const moved = await move(one);
    if (!moved) return;
    if (moved.fault) throw new Error(moved.fault.fault);
  }
}

/** Operators of a group whose key is complete. */
export async function keyed(n: number, t: number): Promise<Sitting[]> {
  const sitting = await sit(terms(n, t), n - 1);
  // Each round goes one step of the script further; there are fewer steps than this.
  for (let round = 0; round < 20; round++) {
    await share(sitting);
    for (const one of sitting) await until(one);
    if (sitting.every(({ seat }) => seat.next().act === 'done')) return sitting;
  }
  throw new Error('The key was not complete in time.');
}
