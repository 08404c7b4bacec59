import { describe, expect, it } from 'vitest';
import { deviceLabel, signCard } from '../../src/lib/ceremony/card.ts';
import { judge } from '../../src/lib/ceremony/judge.ts';
import { emptyLog, nextEntry } from '../../src/lib/ceremony/log.ts';
import { manifestProblem, type Manifest } from '../../src/lib/ceremony/manifest.ts';
import { bundleOf, packetsOf } from '../../src/lib/ceremony/packet.ts';
import type { Nonces } from '../../src/lib/ceremony/parts.ts';
import { State } from '../../src/lib/ceremony/state.ts';
import { equal } from '../../src/lib/crypto/bytes.ts';
import { hostPubkeyOf } from '../../src/lib/crypto/host-key.ts';
import { isFault } from '../../src/lib/crypto/faults.ts';
import { isDeviceFault } from '../../src/lib/devices/device.ts';
import { memoryStore, type Store } from '../../src/lib/vault/store.ts';
import { move } from '../../src/lib/worker/autopilot.ts';
import { invitationIn, joinGroup, sitAsWitness } from '../../src/lib/worker/enrol.ts';
import { GroupLog } from '../../src/lib/worker/group-log.ts';
import { Memory } from '../../src/lib/worker/memory.ts';
import { recordKeys } from '../../src/lib/worker/ports.ts';
import { Seat } from '../../src/lib/worker/seat.ts';
import { forked, sayOtherwise } from '../support/cheating.ts';
import {
  carry,
  clock,
  deviceOf,
  enrolled,
  finish,
  groups,
  meOf,
  play,
  ports,
  rehearsalId,
  reimport,
  reload,
  round,
  termsFor,
  type Player,
} from '../support/seats.ts';
import { bring, strangerKey, strangerPacket } from '../support/stranger.ts';

/* What an operator with a packet key, a relay, a stranger or a careless hand could do, and cannot. */

const GROUP = '09'.repeat(32);
const zeros = new Uint8Array(32);
const notNow = { fault: 'not-now' };

type Three = [Player, Player, Player];

/** Three operators who hold the manifest; nobody sealed it. */
async function proposed(seed: string): Promise<Three> {
  const players = (await enrolled(3, 2, seed)) as Three;
  const [asha, ...others] = players;
  for (const other of others) await carry(other, asha);
  await asha.seat.propose(players.map(({ seat }) => seat.state.me));
  for (const other of others) await carry(asha, other);
  return players;
}

async function complete(seed: string): Promise<Three> {
  const players = (await enrolled(3, 2, seed)) as Three;
  await finish(players);
  for (const { seat } of players) expect(seat.progress().complete).toBe(true);
  return players;
}

/** Moves until the next act is this one. */
async function until(player: Player, act: string): Promise<void> {
  for (let i = 0; i < 20 && player.seat.next().act !== act; i++) await move(player);
  expect(player.seat.next().act).toBe(act);
}

const faultsOf = ({ seat }: Player) => [...seat.progress().faults, ...seat.log.proven];
const last = ({ seat }: Player) => seat.state.packetsFrom(seat.state.me).at(-1)!;
const words = (player: Player, of: 'manifest' | 'keys', differs: number | null = null) => {
  const { seat } = player;
  const hash = of === 'manifest' ? seat.state.manifestHash! : seat.progress().keys!.hash;
  return seat.confirmWords(of, hash, differs);
};

describe('a completed key stays complete', () => {
  const junk = (ids: readonly number[], attempt: number): Nonces => ({
    ids,
    attempt,
    custody: new Uint8Array(66).fill(2),
    attestation: new Uint8Array(64).fill(3),
  });

  it('when an operator commits to a finished test again', async () => {
    const [asha, ben] = await complete('commit again');
    const { ids } = ben.seat
      .progress()
      .tests.find(({ request }) => request.ids.includes(1))!.request;
    await ben.seat.log.say([{ kind: 'commit', nonces: [junk(ids, 1)] }]);
    await carry(ben, asha, true);
    expect(asha.seat.progress().complete).toBe(true);
    expect(asha.seat.next().act).toBe('done');
  });

  it('when operators ask for more tests, before the record is signed', async () => {
    const players = (await enrolled(3, 2, 'retest')) as Three;
    const [asha, ben] = players;
    for (let i = 0; i < 12 && !asha.seat.progress().complete; i++) await round(players);
    await ben.seat.log.say([{ kind: 'retest', ids: [0, 2] }]);
    await carry(ben, asha, true);
    expect(asha.seat.progress().complete).toBe(true);
    expect(asha.seat.next().act).toBe('sign-record');
    await finish(players);
    for (const { seat } of players) expect(seat.next().act).toBe('done');
  });

  it('for a witness too, when the initiator sends another manifest', async () => {
    const players = (await enrolled(3, 2, 'witness')) as Three;
    const [asha] = players;
    const store = memoryStore();
    const me = { name: 'Wim', organisation: 'Law' };
    const seat = await sitAsWitness(ports(store, 'wim'), asha.seat.log.outgoing().bundle, me);
    if (typeof seat === 'string') throw new Error(seat);
    const wim: Player = { ...asha, seat, store, name: 'Wim' };
    await carry(wim, asha);
    await finish(players);
    await carry(asha, wim, true);
    expect(seat.progress().complete).toBe(true);
    const manifest = { ...asha.seat.state.manifest!, witnesses: [] };
    await asha.seat.log.say([{ kind: 'manifest', manifest }]);
    const { refused } = await bring(wim, last(asha));
    expect(refused[0]?.because).toContain('sealed');
    expect(seat.progress().complete).toBe(true);
    expect(seat.next().act).toBe('attest');
  });

  it('and nobody stops it afterwards; what is told then does not say that it may not be used', async () => {
    const [asha, ben] = await complete('abort after');
    expect(await asha.seat.abort('too late')).toEqual(notNow);
    expect(await words(asha, 'keys', 1)).toEqual(notNow);
    await ben.seat.log.say([{ kind: 'abort', because: 'spite' }]);
    await carry(ben, asha, true);
    const [aborted] = faultsOf(asha);
    expect(aborted).toMatchObject({ fault: 'aborted', operators: [1] });
    expect(aborted!.proves).not.toContain('No key of this ceremony may be used');
    expect(asha.seat.progress()).toMatchObject({ complete: true, stopped: false });
  });
});

describe('an attempt', () => {
  it('of a thousand, by an operator: it does not count, and nobody is stuck', async () => {
    const players = await proposed('thousand');
    const [asha, ben] = players;
    let lies = 1;
    sayOtherwise(ben, (part) =>
      part.kind === 'commit' && lies-- > 0
        ? { ...part, nonces: part.nonces.map((one) => ({ ...one, attempt: 1000 })) }
        : part,
    );
    for (let i = 0; i < 4; i++) {
      await round(players);
      await reload(asha);
    }
    await finish(players);
    for (const { seat } of players) {
      const { tests, complete: ended } = seat.progress();
      expect(ended).toBe(true);
      for (const { attempt } of tests) expect(attempt).toBeLessThan(6);
    }
  });
});

describe('words', () => {
  it('are confirmed for the hash that was shown, not for what came in meanwhile', async () => {
    const [asha, ben] = await proposed('meanwhile');
    await until(ben, 'read-words');
    const shown = ben.seat.state.manifestHash!;
    const { operators } = asha.seat.state.manifest!;
    await asha.seat.propose([...operators].reverse().map(({ packetKey }) => packetKey));
    await carry(asha, ben);
    expect(equal(ben.seat.state.manifestHash!, shown)).toBe(false);
    expect(await ben.seat.confirmWords('manifest', shown, null)).toEqual(notNow);
    expect(ben.seat.next().act).toBe('read-words');
  });

  it('that differ after they were confirmed: the key is never active here', async () => {
    const players = await proposed('second thoughts');
    const [asha, ben, chen] = players;
    while (!players.every(({ seat }) => seat.progress().keys)) await round(players);
    await play(ben);
    expect(ben.seat.progress().closed[1]).toBe(true);
    await carry(ben, asha);
    expect(await words(ben, 'keys', 0)).toBeUndefined();
    for (let i = 0; i < 4; i++) {
      await play(asha);
      await carry(asha, chen, true);
      await play(chen);
      await carry(chen, asha);
    }
    expect(asha.seat.progress().complete).toBe(true);
    await carry(asha, ben, true);
    await carry(chen, ben, true);
    expect(ben.seat.progress()).toMatchObject({ complete: false, stopped: true });
  });
});

describe('a log', () => {
  const odd = 'first line\nsecond \u202e line \ud83d\ude00'.padEnd(3000, '\ud83d\ude00');

  it('reads again whatever a person typed into it', async () => {
    const players = await proposed('typed');
    const [asha, ben] = players;
    expect(await ben.seat.note('seal', odd)).toBeUndefined();
    expect(await ben.seat.note('seal', `a${odd}`)).toBeUndefined();
    expect(await ben.seat.check('media', odd)).toBeUndefined();
    await reload(ben);
    expect(ben.seat.state.noted('note')[0]!.event.note).toContain('first line second');
    expect(await asha.seat.abort(odd)).toBeUndefined();
    await reload(asha);
    expect(asha.seat.next().act).toBe('stopped');
  });

  it('takes nothing that it could not read again', async () => {
    const [asha] = await proposed('unreadable');
    const { length } = asha.seat.state.head;
    const event = { kind: 'note', step: 'seal', note: 'a\nb' } as const;
    await expect(asha.seat.log.append([event])).rejects.toThrow('note');
    expect(asha.seat.state.head.length).toBe(length);
    await reload(asha);
    expect(asha.seat.state.head.length).toBe(length);
  });

  it('closes with notes of any length, after any number of sign-offs', async () => {
    const players = await proposed('sign-offs');
    const [, ben] = players;
    for (let i = 0; i < 60; i++) await ben.seat.log.append([ben.seat.signOff('seal')]);
    for (const [i, { seat }] of players.entries())
      for (const note of ['b'.repeat(1 + i), odd]) await seat.note('seal', note);
    await finish(players);
    expect(ben.seat.progress().complete).toBe(true);
  });

  it('is not begun where there is one', async () => {
    const [asha, ben] = await proposed('begun');
    const me = meOf(await deviceOf(1), 'Ben');
    const bundle = asha.seat.log.outgoing(true).bundle;
    const { salt, entry } = recordKeys(GROUP);
    const before = await Promise.all([ben.store.read(salt), ben.store.read(entry(0))]);
    const again = joinGroup(ports(ben.store, 'again'), bundle, me, { reply: zeros.slice() });
    await expect(again).rejects.toThrow('here already');
    expect(await Promise.all([ben.store.read(salt), ben.store.read(entry(0))])).toEqual(before);
  });
});

it('whoever could not say that they joined says so later', async () => {
  const [asha] = await enrolled(2, 2, 'later');
  const bundle = asha!.seat.log.outgoing().bundle;
  for (const fails of [2, 3]) {
    const store = memoryStore();
    let writes = 0;
    const full: Store = {
      ...store,
      write: (changes) =>
        ++writes === fails ? Promise.reject(new Error('the disk is full')) : store.write(changes),
    };
    const joining = joinGroup(
      ports(full, 'full'),
      bundle,
      meOf(await deviceOf(2), 'Chen'),
      hostReply(),
    );
    await expect(joining).rejects.toThrow('full');
    const seat = await Seat.open(ports(store, 'opened'), GROUP);
    await seat.take(bundle);
    const [said] = seat.state.packetsFrom(seat.state.me);
    expect(said?.parts.map(({ kind }) => kind)).toEqual(['join']);
  }
});

describe('a stranger with the group’s id', () => {
  it('who signs two packets under one number stops nobody', async () => {
    const [asha] = await proposed('stranger twice');
    const abort = (because: string) =>
      strangerPacket(rehearsalId, 77, { parts: [{ kind: 'abort', because }] });
    await bring(asha, abort('one'));
    await bring(asha, abort('two'));
    expect(asha.seat.progress()).toMatchObject({ stopped: false, faults: [] });
  });

  it('who claims to hold other packets stops nobody', async () => {
    const [asha, ben] = await proposed('stranger claims');
    const claim = (from: Uint8Array, number: number) => ({
      from: from as Uint8Array<ArrayBuffer>,
      number,
      length: 1,
      head: zeros,
    });
    const { me } = asha.seat.state;
    const seen = [claim(me, 999), claim(me, 1), claim(ben.seat.state.me, 1)];
    const parts = [{ kind: 'abort', because: 'x' }] as const;
    await bring(asha, strangerPacket(rehearsalId, 78, { seen, parts }));
    expect(asha.seat.progress()).toMatchObject({ stopped: false, faults: [] });
  });

  it('cannot make bundles that nobody reads, and is not passed on once the manifest is here', async () => {
    const players = (await enrolled(3, 2, 'flood')) as Three;
    const [asha, ben] = players;
    const flood = (byte: number, from = 1, to = 150) =>
      Array.from({ length: to - from + 1 }, (_, i) =>
        strangerPacket(rehearsalId, byte, {
          number: from + i,
          parts: [{ kind: 'abort', because: 'x' }],
        }),
      );
    for (const byte of [80, 81, 82]) await bring(asha, ...flood(byte));
    const everything = packetsOf(asha.seat.log.outgoing(true).bundle);
    if (typeof everything === 'string') throw new Error(everything);
    expect(everything.length).toBeGreaterThan(400);
    const more = await bring(asha, ...flood(80, 151, 300));
    expect(more.taken).toBeLessThan(100);

    for (let i = 0; i < 3; i++) await round(players);
    expect(ben.seat.state.sealed).toBe(true);
    const now = packetsOf(asha.seat.log.outgoing(true).bundle);
    expect(now.length).toBeLessThan(20);
    const { taken, refused } = await bring(ben, ...flood(83, 1, 3));
    expect(taken).toBe(0);
    expect(refused[0]!.because).toContain('sealed');
    await finish(players);
    expect(asha.seat.progress().complete).toBe(true);
  });

  it('leaves room for what operators are refused', async () => {
    const players = await proposed('refusals');
    const [asha, ben] = players;
    for (const player of players) await until(player, 'seal');
    await play(asha);
    for (let i = 0; i < 210; i++) {
      const parts = [{ kind: 'abort', because: `x${i}` }] as const;
      await bring(asha, strangerPacket(rehearsalId, 90, { parts }));
    }
    const round2 = { kind: 'round2', view: zeros, message: new Uint8Array(128) } as const;
    await ben.seat.log.say([round2]);
    await ben.seat.log.say([round2]);
    await carry(ben, asha);
    const noted = asha.seat.state.noted('refused').map(({ event }) => event);
    expect(noted.length).toBeLessThan(60);
    expect(noted.some(({ from }) => equal(from!, ben.seat.state.me))).toBe(true);
  });

  it('cannot spoil the manifest with witnesses', async () => {
    const players = (await enrolled(3, 2, 'witnesses')) as Three;
    const [asha, ben, chen] = players;
    const own = { name: 'Ben', organisation: '', packetKey: ben.seat.state.me };
    await ben.seat.log.say([{ kind: 'witness', card: own }]);
    await carry(ben, asha);
    for (let byte = 1; byte <= 20; byte++) {
      const { key } = strangerKey(byte);
      const card = { name: `W${byte}`, organisation: '', packetKey: key };
      for (const number of [1, 2])
        await bring(
          asha,
          strangerPacket(rehearsalId, byte, { number, parts: [{ kind: 'witness', card }] }),
        );
    }
    await carry(chen, asha);
    const order = players.map(({ seat }) => seat.state.me);
    expect(await asha.seat.propose(order)).toBeUndefined();
    for (const other of [ben, chen]) {
      await carry(asha, other);
      expect(other.seat.state.manifest?.witnesses).toHaveLength(16);
    }
  });
});

it('a false receipt stops its victim with the claimant’s name, not the victim’s', async () => {
  const [asha, ben] = await proposed('false receipt');
  const { me } = asha.seat.state;
  await ben.seat.receipt();
  const sent = last(ben);
  const lie = await forked(
    ben,
    { ...sent, seen: [{ from: me, number: 999, length: 5000, head: zeros }] },
    sent.parts,
  );
  await bring(asha, lie);
  expect(faultsOf(asha)).toEqual([
    expect.objectContaining({ fault: 'receipt-ahead', who: 'unknown', operators: [1] }),
  ]);
});

it('a fork shows whichever of packet and receipt comes first', async () => {
  const [asha, ben, chen] = await proposed('receipt first');
  await ben.seat.receipt();
  await bring(chen, last(ben));
  await chen.seat.receipt();
  const other = await forked(
    ben,
    { ...last(ben), log: { ...last(ben).log, head: zeros } },
    last(ben).parts,
  );
  await bring(asha, last(chen));
  expect(faultsOf(asha)).toEqual([]);
  await bring(asha, other);
  expect(faultsOf(asha)).toEqual([
    expect.objectContaining({ fault: 'log-forked', who: 'unknown', operators: [1, 2] }),
  ]);
});

describe('a relay', () => {
  it('that leaves out a card does not silence its sender for ever', async () => {
    const players = (await enrolled(3, 2, 'left out')) as Three;
    const [asha, ben, chen] = players;
    for (const other of [ben, chen]) await carry(other, asha);
    await asha.seat.propose(players.map(({ seat }) => seat.state.me));
    const ofAsha = asha.seat.state.packetsFrom(asha.seat.state.me).map(({ bytes }) => bytes);
    await chen.seat.take(bundleOf(ofAsha));
    await play(chen);
    expect(chen.seat.state.sealed).toBe(true);
    await finish(players);
    for (const { seat } of players) expect(seat.progress().complete).toBe(true);
  });

  it('that turns a bundle around accuses nobody', async () => {
    const players = (await enrolled(3, 2, 'turned')) as Three;
    const [asha, ben, chen] = players;
    for (const other of [ben, chen]) await carry(other, asha);
    await asha.seat.propose(players.map(({ seat }) => seat.state.me));
    await carry(asha, chen);
    const { operators } = asha.seat.state.manifest!;
    await asha.seat.propose([...operators].reverse().map(({ packetKey }) => packetKey));
    await carry(asha, ben);
    await ben.seat.receipt();
    const { refused, early } = await bring(chen, last(ben), last(asha));
    expect({ refused, early }).toEqual({ refused: [], early: [] });
    expect(faultsOf(chen)).toEqual([]);
  });
});

it('a manifest proposed anew does not silence who answered the first one', async () => {
  const players = await proposed('anew');
  const [asha, ben] = players;
  await ben.seat.receipt();
  const { operators } = asha.seat.state.manifest!;
  await asha.seat.propose([...operators].reverse().map(({ packetKey }) => packetKey));
  await carry(ben, asha);
  expect(faultsOf(asha)).toEqual([]);
  for (const other of players.slice(1)) await carry(asha, other);
  await finish(players);
  for (const { seat } of players) expect(seat.progress().complete).toBe(true);
});

it('the same manifest twice, the second time after a seal, changes nothing', async () => {
  const players = await proposed('twice');
  const [asha, ben] = players;
  await asha.seat.propose(players.map(({ seat }) => seat.state.me));
  await play(ben);
  await finish(players);
  for (const { seat } of players) expect(seat.progress().complete).toBe(true);
});

describe('nothing is sent that others would refuse, for it would silence its sender', () => {
  const before = async (seed: string) => (await enrolled(3, 2, seed)) as Three;
  const nothing = async (act: (three: Three) => [Seat, Promise<unknown>], three: Three) => {
    const [seat, outcome] = act(three);
    const { length } = seat.state.packetsFrom(seat.state.me);
    expect(await outcome).toEqual(notNow);
    expect(seat.state.packetsFrom(seat.state.me).length).toBe(length);
  };

  it('a hand-over before the manifest, a proposal by another or of too few', async () => {
    const three = await before('refused by others');
    for (const other of three.slice(1)) await carry(other, three[0]);
    await carry(three[0], three[1], true);
    const keys = three.map(({ seat }) => seat.state.me);
    await nothing(([, { seat }]) => [seat, seat.handOver(keys[2]!)], three);
    await nothing(([, { seat }]) => [seat, seat.propose(keys)], three);
    await nothing(([{ seat }]) => [seat, seat.propose(keys.slice(0, 2))], three);
    await nothing(([{ seat }]) => [seat, seat.propose([keys[0]!, keys[1]!, keys[1]!])], three);
  });

  it('anything by a bundle that the group does not accept', async () => {
    const three = await proposed('other bundle');
    await reload(three[1], { root: new Uint8Array(32).fill(8) });
    await nothing(([, { seat }]) => [seat, seat.receipt()], three);
    await reload(three[1]);
    expect(await three[1].seat.receipt()).toBeUndefined();
  });

  it('a witness’s word that the ceremony stops', async () => {
    const three = await before('witness stops');
    const bundle = three[0].seat.log.outgoing().bundle;
    const me = { name: 'Wim', organisation: '' };
    const wim = await sitAsWitness(ports(memoryStore(), 'wim'), bundle, me);
    if (typeof wim === 'string') throw new Error(wim);
    await three[0].seat.take(wim.log.outgoing().bundle);
    for (const other of three.slice(1)) await carry(other, three[0]);
    await three[0].seat.propose(three.map(({ seat }) => seat.state.me));
    await wim.take(three[0].seat.log.outgoing(true).bundle);
    await nothing(() => [wim, wim.abort('no')], three);
    await nothing(() => [wim, wim.confirmWords('manifest', wim.state.manifestHash!, 1)], three);
    expect(wim.next().act).toBe('bring');
  });

  it('anything by a restored vault that did not catch up', async () => {
    const three = await proposed('restored');
    await reimport(three[1]);
    const key = three[2].seat.state.me;
    await nothing(([, { seat }]) => [seat, seat.receipt()], three);
    await nothing(([, { seat }]) => [seat, seat.handOver(key)], three);
    await nothing(([, { seat }]) => [seat, seat.abort('x')], three);
  });
});

it('a restored vault does not take strangers for operators', async () => {
  const [, ben] = await proposed('restored, strangers');
  await reimport(ben);
  for (const byte of [1, 2, 3])
    await bring(
      ben,
      strangerPacket(rehearsalId, byte, { parts: [{ kind: 'abort', because: 'x' }] }),
    );
  expect(ben.seat.next()).toEqual({ act: 'catch-up', more: 2 });
});

describe('cards', async () => {
  const id = { ...rehearsalId, rehearsal: false, network: 'mainnet' } as const;
  const hostOf = (byte: number) => new Uint8Array(32).fill(byte);
  const devices = await Promise.all([1, 2, 3].map((byte) => deviceOf(byte)));

  function cardFor(byte: number, change: object = {}, group: typeof rehearsalId = id) {
    const host = groups.secp256k1.scalarFromBytesNonzeroChecked(hostOf(byte))!;
    const hostKey = hostPubkeyOf(groups.secp256k1, host);
    if (isFault(hostKey)) throw new Error(hostKey.fault);
    const { device, approvalKey } = meOf(devices[byte - 1]!, 'Ben');
    const unsigned = {
      name: `Ben ${byte}`,
      organisation: '',
      place: '',
      hostKey,
      packetKey: strangerKey(byte + 100).key,
      observerKey: strangerKey(byte + 150).key,
      approvalKey,
      device: { ...device, simulated: false },
      root: new Uint8Array(32).fill(7),
      ...change,
    };
    return signCard(groups.secp256k1, group, unsigned, host, zeros);
  }

  const { device: simulated } = meOf(devices[0]!, 'Ben');

  it('of a simulated device: refused in a real group', () => {
    const packetKey = strangerKey(5).key;
    const state = new State();
    const event = { kind: 'created', id, terms: termsFor(3, 2), packetKey, name: 'Asha' } as const;
    state.apply(nextEntry(emptyLog, 1, event));
    const card = cardFor(1, { device: simulated });
    const packet = strangerPacket(id, 101, { parts: [{ kind: 'join', card }] });
    expect(judge(groups.secp256k1, state, packet)).toMatchObject({ verdict: 'refused' });
    const honest = strangerPacket(id, 101, { parts: [{ kind: 'join', card: cardFor(1) }] });
    expect(judge(groups.secp256k1, state, honest)).toEqual({ verdict: 'new' });
  });

  it('of a simulated device, or of one name twice, in a manifest: named', () => {
    const manifest = (...operators: Manifest['operators'][number][]): Manifest => ({
      id,
      terms: termsFor(3, 2),
      operators,
      witnesses: [],
    });
    const problem = (...operators: Manifest['operators'][number][]) =>
      manifestProblem(groups.secp256k1, manifest(...operators));
    expect(problem(cardFor(1), cardFor(2), cardFor(3))).toBeUndefined();
    expect(problem(cardFor(1, { device: simulated }), cardFor(2), cardFor(3))).toContain(
      'simulated',
    );
    expect(problem(cardFor(1), cardFor(2), cardFor(3, { name: 'Ben 1' }))).toContain('Ben 1');
  });

  it('that claim a display which such a device cannot have, or another make’s key: named', () => {
    const { device, approvalKey } = meOf(devices[2]!, 'Ben');
    const real = { ...device, simulated: false };
    const { key } = strangerKey(7);
    const claims = [
      { device: { ...real, kind: 'yubihsm' }, approvalKey: { kind: 'ed25519', key } },
      { device: { ...real, kind: 'yubihsm', trustedDisplay: false } },
      { device: { ...real, kind: 'ledger' }, approvalKey: { kind: 'ed25519', key } },
    ];
    const manifest = (last: object): Manifest => ({
      id,
      terms: termsFor(3, 2),
      operators: [cardFor(1), cardFor(2), cardFor(3, last)],
      witnesses: [],
    });
    for (const claim of claims)
      expect(manifestProblem(groups.secp256k1, manifest(claim))).toContain('cannot do');
    const honest = { device: { ...real, kind: 'ledger' }, approvalKey };
    expect(manifestProblem(groups.secp256k1, manifest(honest))).toBeUndefined();
  });
});

it('evidence that was taken back is needed again before sealing', async () => {
  const [, ben] = await proposed('taken back');
  await until(ben, 'seal');
  await ben.seat.check('clock', '');
  expect(ben.seat.next().act).toBe('prepare');
});

it('a jump of the clock is seen though other nonces were made since', async () => {
  const players = await proposed('jump');
  const { seat } = players[0];
  await finish(players);
  const { tests, keys } = seat.progress();
  const memory = new Memory(seat.log.ports);
  const share = groups.secp256k1.scalarFromNumber(5);
  const shares = { custody: share, attestation: groups.ed25519.scalarFromNumber(5) };
  memory.freshNonces(keys!, shares, tests[0]!, 0);
  expect(memory.jumped()).toBe(false);
  clock.monotonic -= 3_600_000;
  memory.freshNonces(keys!, shares, tests[1]!, 0);
  expect(memory.jumped()).toBe(true);
  clock.monotonic += 3_600_000;
});

it('an approval that is not of the own card’s device is not sent', async () => {
  const players = await proposed('own approval');
  await round(players);
  const [asha] = players;
  await until(asha, 'answer');
  expect(await asha.seat.answer(new Uint8Array(64).fill(1))).toEqual({ fault: 'other-device' });
  expect(asha.seat.next().act).toBe('answer');
  await finish(players);
  expect(asha.seat.progress().complete).toBe(true);
});

it('an invitation is the one that is taken up: a decoy before it is not shown', async () => {
  const [asha] = await enrolled(2, 2, 'decoy');
  const decoy = (number: number) =>
    strangerPacket(rehearsalId, 9, {
      number,
      parts: [{ kind: 'invite', terms: { ...termsFor(2, 2), name: 'Decoy' }, from: 'Mallory' }],
    });
  const [invite] = asha!.seat.state.packetsFrom(asha!.seat.state.me);
  const bundle = bundleOf([decoy(2).bytes, invite!.bytes, decoy(1).bytes]);
  const shown = invitationIn(asha!.seat.log.ports, bundle);
  expect(shown).toMatchObject({ from: 'Asha' });
  const p = ports(memoryStore(), 'chen');
  const seat = await joinGroup(p, bundle, meOf(await deviceOf(2), 'Chen'), hostReply());
  if (typeof seat === 'string') throw new Error(seat);
  expect(seat.state.initiatorName).toBe('Asha');
});

const hostReply = () => ({ reply: new Uint8Array(32).fill(42) });

it('what a refused packet proves is told once', async () => {
  const [asha, ben] = await proposed('told once');
  for (const player of [asha, ben]) await until(player, 'seal');
  sayOtherwise(ben, (part) =>
    part.kind === 'seal' ? { ...part, signature: new Uint8Array(64) } : part,
  );
  await play(ben);
  for (let i = 0; i < 3; i++) await carry(ben, asha, true);
  expect(asha.seat.log.proven).toHaveLength(1);
});

describe('secrets are wiped', () => {
  const replies = () => ({ custody: hostReply().reply, attestation: hostReply().reply });
  const wiped = (given: ReturnType<typeof replies>) =>
    expect([...given.custody, ...given.attestation].every((byte) => byte === 0)).toBe(true);

  it('where replies come at a wrong time, or the store fails', async () => {
    const players = await proposed('wrong time');
    const [asha] = players;
    const early = replies();
    expect(await asha.seat.openTestShares(early)).toEqual(notNow);
    wiped(early);
    const store = replies();
    expect(await asha.seat.store(store)).toEqual(notNow);
    wiped(store);
    while (!asha.seat.progress().keys) await round(players);
    await play(asha);
    const failing = {
      ...asha.store,
      read: () => Promise.reject(new Error('locked')),
    };
    Object.assign(asha.seat.log.ports, { store: failing });
    const late = replies();
    await expect(asha.seat.openTestShares(late)).rejects.toThrow('locked');
    wiped(late);
    const host = hostReply();
    await expect(asha.seat.openHost(host)).rejects.toThrow('locked');
    expect(host.reply.every((byte) => byte === 0)).toBe(true);
  });

  it('where a seat closes while it opens them', async () => {
    const players = await proposed('closes');
    const [asha] = players;
    while (!asha.seat.progress().keys) await round(players);
    await until(asha, 'release');
    await reload(asha);
    const labels = [
      deviceLabel('custody share', rehearsalId),
      deviceLabel('attestation share', rehearsalId),
    ];
    const derived = await asha.device.derive(labels);
    if (isDeviceFault(derived)) throw new Error(derived.fault);
    const { memory } = asha.seat as unknown as { memory: Memory };
    const opening = asha.seat.openTestShares({ custody: derived[0]!, attestation: derived[1]! });
    asha.seat.close();
    expect(await opening).toBeUndefined();
    expect(memory.shares).toBeUndefined();
  });

  it('once the key is complete', async () => {
    for (const { seat } of await complete('after it'))
      expect(seat.opened()).toEqual({ host: false, shares: false });
  });
});

it('a log is opened by name only where it is whole', async () => {
  const [asha] = await proposed('whole');
  await asha.store.write([{ key: recordKeys(GROUP).entry(1), value: undefined }]);
  await expect(GroupLog.open(ports(asha.store, 'whole'), GROUP)).rejects.toThrow('Entry 1');
});
