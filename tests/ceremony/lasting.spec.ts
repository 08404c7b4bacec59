import { describe, expect, it } from 'vitest';
import type { Nonces } from '../../src/lib/ceremony/parts.ts';
import { equal } from '../../src/lib/crypto/bytes.ts';
import { memoryStore } from '../../src/lib/vault/store.ts';
import { joinGroup, sitAsWitness } from '../../src/lib/worker/enrol.ts';
import { GroupLog } from '../../src/lib/worker/group-log.ts';
import { recordKeys } from '../../src/lib/worker/ports.ts';
import { sayOtherwise } from '../support/cheating.ts';
import {
  carry,
  deviceOf,
  enrolled,
  finish,
  meOf,
  play,
  ports,
  reload,
  round,
  type Player,
} from '../support/seats.ts';
import { bring } from '../support/stranger.ts';
import {
  GROUP,
  zeros,
  notNow,
  type Three,
  proposed,
  complete,
  until,
  faultsOf,
  last,
} from '../support/three.ts';

/* What stays as it is, whatever an operator, a relay or a careless hand does: keys, words, logs. */

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

it('a log is opened by name only where it is whole', async () => {
  const [asha] = await proposed('whole');
  await asha.store.write([{ key: recordKeys(GROUP).entry(1), value: undefined }]);
  await expect(GroupLog.open(ports(asha.store, 'whole'), GROUP)).rejects.toThrow('Entry 1');
});
