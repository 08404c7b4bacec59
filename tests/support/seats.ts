import { randomFrom } from './players.ts';
import { testDevice, type TestDevice } from './simulated.ts';
import { startEngine } from './engine-node.ts';
import { jsGroup } from '../../src/lib/wasm/js-group.ts';
import { deviceLabel, type GroupId } from '../../src/lib/ceremony/card.ts';
import { defaultLimits, defaultReservation, type Terms } from '../../src/lib/ceremony/manifest.ts';
import { toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { isDeviceFault, type Device } from '../../src/lib/devices/device.ts';
import { restoredMark } from '../../src/lib/vault/restored.ts';
import { memoryStore, type Store } from '../../src/lib/vault/store.ts';
import { move, type Pilot } from '../../src/lib/worker/autopilot.ts';
import { beginGroup, joinGroup } from '../../src/lib/worker/enrol.ts';
import type { HostReply } from '../../src/lib/worker/entropy.ts';
import { meWith, type Me } from '../../src/lib/worker/me.ts';
import type { Ports } from '../../src/lib/worker/ports.ts';
import { Seat } from '../../src/lib/worker/seat.ts';

export const ROOT = new Uint8Array(32).fill(7);
export const names = ['Asha', 'Ben', 'Chen', 'Dora', 'Emre', 'Fay', 'Gus'];

/** An operator of a test: a seat, its store, its device. */
export interface Player extends Pilot {
  seat: Seat;
  readonly device: TestDevice;
  readonly store: Store;
  readonly name: string;
}

const engine = await startEngine();
export const groups = { secp256k1: engine.secp256k1, ed25519: engine.ed25519 };
const other = { secp256k1: jsGroup('secp256k1'), ed25519: jsGroup('ed25519') };

/** A clock that the test can set back. */
export const clock = { now: 1_800_000_000_000, monotonic: 0 };

let unlocks = 0;

export function ports(store: Store, seed: string, extra: Partial<Ports> = {}): Ports {
  const next = randomFrom(`${seed} ${unlocks++}`);
  return {
    store,
    groups,
    other,
    random: (length) => {
      const parts: Bytes[] = [];
      for (let have = 0; have < length; have += 32) parts.push(next());
      return new Uint8Array(parts.flatMap((part) => [...part])).slice(0, length);
    },
    now: () => (clock.now += 1000),
    monotonic: () => clock.monotonic + (clock.now - 1_800_000_000_000),
    root: ROOT,
    incarnation: next().slice(0, 8),
    ...extra,
  };
}

export const rehearsalId: GroupId = {
  network: 'regtest',
  rehearsal: true,
  group: new Uint8Array(32).fill(9),
  epoch: 0,
};

export const termsFor = (n: number, t: number): Terms => ({
  name: 'Test vault',
  purpose: 'tests',
  n,
  t,
  reservationQuorum: defaultReservation(n, t),
  minDisplayApprovals: 0,
  limits: defaultLimits,
  backupAddress: null,
  roots: [ROOT],
  draft: '0.6.0',
  callAt: null,
});

export const deviceOf = (i: number, answer?: () => 'approves' | 'refuses') =>
  testDevice(i + 1, answer);

export const meOf = (device: Device, name: string): Me =>
  meWith(device, { name, organisation: `${name} Ltd`, place: 'here' });

export async function hostReply(device: Device, id: GroupId): Promise<HostReply> {
  const replies = await device.derive([deviceLabel('host secret', id)]);
  if (isDeviceFault(replies)) throw new Error(replies.fault);
  return { reply: replies[0]! };
}

/**
 * What is special about a group of a test. `displays`: by operator, whether theirs is trusted.
 * `devices`: by operator, where it is not a Trezor.
 */
export interface Special {
  readonly devices?: readonly (TestDevice | undefined)[];
  readonly terms?: Partial<Terms>;
  readonly displays?: readonly boolean[];
}

/** n operators, enrolled with the first as initiator; nothing was carried but invitation and cards. */
export async function enrolled(
  n: number,
  t: number,
  seed = 'seats',
  { terms, displays, devices }: Special = {},
): Promise<Player[]> {
  const players: Player[] = [];
  for (let i = 0; i < n; i++) {
    const [device, store, name] = [devices?.[i] ?? (await deviceOf(i)), memoryStore(), names[i]!];
    const plain = meOf(device, name);
    const trustedDisplay = displays?.[i] ?? plain.device.trustedDisplay;
    const me = { ...plain, device: { ...plain.device, trustedDisplay } };
    const reply = await hostReply(device, rehearsalId);
    const p = ports(store, `${seed} ${name}`);
    const seat =
      i === 0
        ? await beginGroup(p, rehearsalId, { ...termsFor(n, t), ...terms }, me, reply)
        : await joinGroup(p, players[0]!.seat.log.outgoing().bundle, me, reply);
    if (typeof seat === 'string') throw new Error(seat);
    players.push({ seat, device, store, name, hears: () => true });
  }
  return players;
}

/** What an operator shows is taken in by another. */
export async function carry(from: Player, to: Player, everything = false) {
  const taken = await to.seat.take(from.seat.log.outgoing(everything).bundle);
  if (typeof taken === 'string') throw new Error(taken);
  return taken;
}

/** An operator does what they can. What could not be done stands behind a ✗. */
export async function play(player: Player): Promise<string[]> {
  const acts: string[] = [];
  for (;;) {
    const moved = await move(player);
    if (!moved) return acts;
    acts.push(`${player.name} ${moved.act}${moved.fault ? ` ✗ ${moved.fault.fault}` : ''}`);
    if (moved.fault) return acts;
  }
}

/**
 * Everybody does what they can; then everybody's packets go to the first and from there to all.
 * `carried` counts, by operator, the bundles that brought something.
 */
export async function round(players: readonly Player[], carried: number[] = []): Promise<string[]> {
  const acts: string[] = [];
  for (const player of players) acts.push(...(await play(player)));
  const [first, ...rest] = players as [Player, ...Player[]];
  const count = (i: number, { taken }: { taken: number }, complete: boolean) => {
    if (taken > 0 && !complete) carried[i + 1] = (carried[i + 1] ?? 0) + 1;
  };
  for (const [i, player] of rest.entries()) {
    const { complete } = player.seat.progress();
    count(i, await carry(player, first), complete);
  }
  for (const [i, player] of rest.entries()) {
    const { complete } = player.seat.progress();
    count(i, await carry(first, player), complete);
  }
  return acts;
}

/**
 * Rounds until nobody can do anything more. `transfers`: the most bundles that an operator other than
 * the first carried, from the invitation until the key was complete.
 */
export async function finish(
  players: readonly Player[],
): Promise<{ transfers: number; acts: string[] }> {
  const acts: string[] = [];
  const carried: number[] = players.map(() => 1); // the invitation
  for (let i = 0; i < 12; i++) {
    const done = await round(players, carried);
    acts.push(...done);
    if (done.length === 0 && i > 1) break;
  }
  return { transfers: Math.max(...carried), acts };
}

/** Reloads an operator's page: memory is lost, the store stays. */
export async function reload(player: Player, extra: Partial<Ports> = {}): Promise<void> {
  player.seat.close();
  const again = ports(player.store, `${player.name} again`, extra);
  player.seat = await Seat.open(again, toHex(rehearsalId.group));
}

/** As `reload`, in a vault that was just made from an export. */
export async function reimport(player: Player, extra: Partial<Ports> = {}): Promise<void> {
  const key = restoredMark(toHex(rehearsalId.group));
  await player.store.write([{ key, value: new Uint8Array(0) }]);
  await reload(player, extra);
}

/** A copy of an operator's store, as of now. */
export async function copyOf({ store }: Player): Promise<Store> {
  const copy = memoryStore();
  for (const key of await store.keys('')) {
    const value = await store.read(key);
    await copy.write([{ key, value }]);
  }
  return copy;
}
