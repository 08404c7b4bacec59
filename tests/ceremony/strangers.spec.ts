import { describe, expect, it } from 'vitest';
import { bundleOf, packetsOf } from '../../src/lib/ceremony/packet.ts';
import { equal } from '../../src/lib/crypto/bytes.ts';
import { forked } from '../support/cheating.ts';
import { carry, enrolled, finish, play, rehearsalId, round } from '../support/seats.ts';
import { bring, strangerKey, strangerPacket } from '../support/stranger.ts';
import { zeros, type Three, proposed, until, faultsOf, last } from '../support/three.ts';

/* What a stranger, a relay or an operator with a packet key could do to others, and cannot. */

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
