import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { VaultError } from '../../src/lib/vault/fault.ts';
import type { Store } from '../../src/lib/vault/store.ts';
import { reload, type Player } from '../support/seats.ts';
import { audit } from '../support/signing-audit.ts';
import {
  did,
  everybodyHears,
  lastSession,
  proposed,
  pursue,
  sessionAt,
  spendOf,
  spendRequest,
  step,
  testRequest,
  withKey,
} from '../support/signing-seats.ts';

/** Two withdrawals, one with two inputs. */
const batchOf = (player: Player) =>
  [1, 2].map((inputs) => spendRequest(spendOf(player, { inputs })));

/** Everybody holds every signature of the batch. */
function expectSigned(players: readonly Player[], root: Bytes): void {
  for (const player of players) {
    const { items, faults } = sessionAt(player, root);
    expect(items.map(({ signatures }) => signatures?.length)).toEqual(
      items.map(({ units }) => units.length),
    );
    expect(faults).toEqual([]);
  }
}

describe('a reload', () => {
  it('of whoever did something, after every single act: the batch is signed all the same', async () => {
    const players = await withKey(5, 3, 'killed');
    const killed = new Set<string>();
    for (let at = 0, acts = 1; at < acts; at++) {
      const root = await proposed(players, batchOf(players[0]!));
      acts = 0;
      await pursue(players, root, async (player, act) => {
        if (acts++ !== at) return;
        killed.add(`${player.name} ${act}`);
        await reload(player);
      });
      expectSigned(players, root);
    }
    expect(audit(players).shares).toBeGreaterThan(5 * killed.size);
    expect(killed.size).toBeGreaterThan(8);
    for (const act of ['answer', 'freeze', 'release'])
      expect([...killed].some((one) => one.endsWith(act))).toBe(true);
    const lost = players.flatMap(({ seat }) => seat.state.noted('dropped'));
    expect(lost.map(({ event }) => event.what)).toContain('nonces');
  }, 240_000);

  it('of anybody at any time: the batch is signed in the end', async () => {
    const players = await withKey(5, 3, 'killed at random');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 2, maxLength: 10 }),
        async (who) => {
          const left = [...who];
          const root = await proposed(players, batchOf(players[0]!));
          await pursue(players, root, async () => {
            const victim = players[left.pop() ?? -1];
            if (victim) await reload(victim);
          });
          expectSigned(players, root);
        },
      ),
      { numRuns: 5 },
    );
    expect(audit(players).shares).toBeGreaterThan(25);
  }, 240_000);

  it('of everybody between all rounds of a test with both keys', async () => {
    const players = await withKey(3, 2, 'all killed');
    const root = await proposed(players, [testRequest()]);
    for (let i = 0; i < 3; i++) {
      for (const player of players) await step(player, root);
      await everybodyHears(players);
      for (const player of players) await reload(player);
    }
    await pursue(players, root);
    expectSigned(players, root);
    expect(audit(players).shares).toBeGreaterThan(1);
  });

  it('keeps a draft, and what was proposed and not carried yet', async () => {
    const players = await withKey(2, 2, 'drafts');
    const [first] = players as [Player];
    const name = new Uint8Array(8).fill(1);
    const batch = batchOf(first);
    await did(first.seat.draft(name, batch));
    await reload(first);
    expect(first.seat.state.noted('draft').at(-1)!.event.batch).toEqual(batch);
    await did(first.seat.request(batch, name));
    expect(first.seat.state.noted('draft').at(-1)!.event.batch).toEqual([]);
    await reload(first);
    const { root } = lastSession(first);
    await everybodyHears(players);
    await pursue(players, root);
    expectSigned(players, root);
  });
});

/** A store of which one write does not succeed, counted from now: a full disk, or the page is gone. */
function failing(store: Store, fails: number): Store & { writes: number } {
  return {
    writes: 0,
    read: (key) => store.read(key),
    keys: (prefix) => store.keys(prefix),
    write(changes) {
      this.writes += 1;
      return this.writes === fails
        ? Promise.reject(new VaultError('storage-full'))
        : store.write(changes);
    },
  };
}

/** Does it; whether the disk was full. */
async function full(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return false;
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    expect(error.fault.name).toBe('storage-full');
    return true;
  }
}

describe('a full disk', () => {
  it('takes no draft that was not proposed', async () => {
    const players = await withKey(2, 2, 'full draft');
    const player = players[0]!;
    for (const fails of [1, 2, 3, 4]) {
      const name = new Uint8Array(8).fill(fails);
      const batch = batchOf(player);
      const { draft, request } = {
        draft: () => player.seat.draft(name, batch),
        request: () => player.seat.request(batch, name),
      };
      const before = player.seat.requests()!.sessions.length;
      await reload(player, { store: failing(player.store, fails) });
      const drafted = !(await full(draft));
      const failed = await full(request);
      expect([drafted, failed]).toEqual([fails !== 1, fails === 2 || fails === 3]);
      const kept = player.seat.state.noted('draft').filter(({ event }) => event.name[0] === fails);
      const proposals = player.seat.requests()!.sessions.length - before;
      expect(proposals).toBe(fails === 2 ? 0 : 1);
      if (failed) expect(kept.at(-1)!.event.batch).toEqual(batch);
      await reload(player);
      expect(player.seat.requests()!.sessions).toHaveLength(before + proposals);
    }
  });

  it.each(['goes on', 'reloads'])('at any write: nothing is half done, who %s', async (how) => {
    const players = await withKey(3, 2, `full, ${how}`);
    const player = players[0]!;
    const before = player.seat.state.noted('spent').length;
    let failures = 0;
    for (let fails = 1; failures === fails - 1; fails++) {
      const root = await proposed(players, batchOf(player));
      await reload(player, { store: failing(player.store, fails) });
      const attempt = async (act: () => Promise<unknown>) => {
        if (!(await full(act))) return;
        failures += 1;
        if (how === 'reloads') await reload(player);
      };
      for (let i = 0; i < 6; i++) {
        for (const one of players)
          await attempt(async () => {
            while (await step(one, root));
          });
        await attempt(() => everybodyHears(players));
      }
      expectSigned(players, root);
    }
    expect(failures).toBeGreaterThan(6);
    expect(audit(players).shares).toBeGreaterThan(4 * failures);
    const { state } = player.seat;
    const spent = state.noted('spent').length - before;
    // Once the write after it failed: those nonces were burned.
    expect(spent).toBe(state.told(state.me, 'signature-shares').length + 1);
  });
});
