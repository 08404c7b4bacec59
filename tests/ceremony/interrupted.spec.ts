import { expect, it } from 'vitest';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import { VaultError } from '../../src/lib/vault/fault.ts';
import type { Change, Store } from '../../src/lib/vault/store.ts';
import { move } from '../../src/lib/worker/autopilot.ts';
import { enrolled, finish, reload, round, type Player } from '../support/seats.ts';

/** All signature shares an operator sent, and the nonces they were made under. */
function spentNonces({ seat }: Player): string[] {
  const { me } = seat.state;
  const shared = seat.state.told(me, 'shares').flatMap(({ part }) => part.shares);
  const given = seat.state.told(me, 'commit').flatMap(({ part }) => part.nonces);
  return shared.map(({ ids, attempt }) =>
    toHex(
      given.find(
        (one) =>
          one.attempt === attempt &&
          toHex(Uint8Array.from(one.ids)) === toHex(Uint8Array.from(ids)),
      )!.custody,
    ),
  );
}

it.each([0, 1])(
  'operator %i reloads after every single act: the key is made all the same',
  async (who) => {
    const players = await enrolled(5, 3, `reload ${who}`);
    const player = players[who]!;
    let reloads = 0;
    for (let i = 0; i < 12; i++) {
      for (;;) {
        const moved = await move(player);
        if (!moved) break;
        expect(moved.fault).toBeUndefined();
        // A reload after nonces were made drops them: made again at every reload, they would never be used.
        if (['answer', 'commit'].includes(moved.act) && reloads > 12) continue;
        await reload(player);
        reloads += 1;
      }
      await round(players);
    }
    expect(reloads).toBeGreaterThan(9);
    const dropped = player.seat.state.noted('dropped').map(({ event }) => event.what);
    expect(dropped).toContain('nonces');
    expect(dropped).not.toContain('run');
    for (const { seat } of players) expect(seat.progress().complete).toBe(true);
    const spent = spentNonces(player);
    expect(spent.length).toBeGreaterThan(0);
    expect(new Set(spent).size).toBe(spent.length);
  },
);

it('everybody reloads between all rounds: the key is made all the same', async () => {
  const players = await enrolled(3, 2, 'all reload');
  for (let i = 0; i < 12; i++) {
    await round(players);
    if (i < 4) for (const player of players) await reload(player);
  }
  for (const { seat } of players) expect(seat.progress().complete).toBe(true);
});

/** A store whose write number `fails` does not succeed: a full disk, or the page is gone. */
function failing(store: Store, fails: number): Store & { writes: number } {
  return {
    writes: 0,
    read: (key) => store.read(key),
    keys: (prefix) => store.keys(prefix),
    write(changes: readonly Change[]) {
      this.writes += 1;
      return this.writes === fails
        ? Promise.reject(new VaultError('storage-full'))
        : store.write(changes);
    },
  };
}

it('a disk that is full at any write: nothing is lost, and the ceremony ends after a reload', async () => {
  let failures = 0;
  for (let fails = 1; ; fails += 3) {
    const players = await enrolled(3, 2, `full ${fails}`);
    const player = players[1]!;
    const store = failing(player.store, fails);
    await reload(player, { store });
    const before = store.writes;
    for (let i = 0; i < 12; i++) {
      try {
        await round(players);
      } catch (error) {
        expect((error as VaultError).fault.name).toBe('storage-full');
        failures += 1;
        await reload(player);
      }
    }
    await finish(players);
    for (const { seat } of players) expect(seat.progress().complete).toBe(true);
    const spent = spentNonces(player);
    expect(new Set(spent).size).toBe(spent.length);
    if (store.writes + before < fails) break;
  }
  expect(failures).toBeGreaterThan(5);
}, 120_000);
