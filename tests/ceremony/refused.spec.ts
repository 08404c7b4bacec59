import { describe, expect, it } from 'vitest';
import { deviceLabel, signCard } from '../../src/lib/ceremony/card.ts';
import { judge } from '../../src/lib/ceremony/judge.ts';
import { emptyLog, nextEntry } from '../../src/lib/ceremony/log.ts';
import { manifestProblem, type Manifest } from '../../src/lib/ceremony/manifest.ts';
import { bundleOf } from '../../src/lib/ceremony/packet.ts';
import { State } from '../../src/lib/ceremony/state.ts';
import { hostPubkeyOf } from '../../src/lib/crypto/host-key.ts';
import { isFault } from '../../src/lib/crypto/faults.ts';
import { isDeviceFault } from '../../src/lib/devices/device.ts';
import { memoryStore, type Store } from '../../src/lib/vault/store.ts';
import { invitationIn, joinGroup, sitAsWitness } from '../../src/lib/worker/enrol.ts';
import { Memory } from '../../src/lib/worker/memory.ts';
import { Seat } from '../../src/lib/worker/seat.ts';
import { sayOtherwise } from '../support/cheating.ts';
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
} from '../support/seats.ts';
import { bring, strangerKey, strangerPacket } from '../support/stranger.ts';
import { GROUP, zeros, notNow, type Three, proposed, complete, until } from '../support/three.ts';

/* What is not sent, not taken for a card, and not kept. */

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
