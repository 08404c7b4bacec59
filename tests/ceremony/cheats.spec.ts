import { expect, it } from 'vitest';
import { bundleOf } from '../../src/lib/ceremony/packet.ts';
import type { PartOf } from '../../src/lib/ceremony/parts.ts';
import { Seat } from '../../src/lib/worker/seat.ts';
import { altered, forked, lieInShare, sayOtherwise } from '../support/cheating.ts';
import {
  carry,
  clock,
  copyOf,
  enrolled,
  finish,
  names,
  play,
  ports,
  reimport,
  reload,
  round,
  type Player,
} from '../support/seats.ts';

const GROUP = '09'.repeat(32);

/** Five operators who hold the manifest and did not seal it yet. */
async function beforeSealing(): Promise<Player[]> {
  const players = await enrolled(5, 3);
  await round(players);
  const [asha, ...others] = players as [Player, ...Player[]];
  const { seat } = asha;
  await seat.propose(players.map((player) => player.seat.state.me));
  for (const other of others) await carry(asha, other);
  return players;
}

const faultsOf = ({ seat }: Player) =>
  [...seat.progress().faults, ...seat.log.proven].map(({ fault, who, operators }) => ({
    fault,
    who,
    operators,
  }));

function expectNoKey(players: readonly Player[]): void {
  for (const { seat, name } of players) {
    const { complete, tested } = seat.progress();
    expect({ name, complete }).toEqual({ name, complete: false });
    expect(tested.some(Boolean)).toBe(false);
    expect(seat.opened()).toEqual({ host: false, shares: false });
  }
}

it.each(['custody', 'attestation'] as const)(
  'a lie in a share of the %s key: its receiver names the liar with proof, everybody stops',
  async (run) => {
    const players = await beforeSealing();
    const [asha, ben] = players as [Player, Player];
    lieInShare(ben, run, 0);
    const { acts } = await finish(players);
    expect(acts).toContain('Asha answer ✗ partial-secshare-wrong');
    expect(faultsOf(asha)).toContainEqual({
      fault: 'partial-secshare-wrong',
      who: 'operator',
      operators: [1],
    });
    for (const player of players.slice(1)) {
      const [aborted] = player.seat.progress().faults;
      expect(aborted).toMatchObject({ fault: 'aborted', operators: [0] });
      expect(aborted!.detail).toContain('Ben');
      expect(player.seat.next().act).toBe('stopped');
      expect(await player.store.read(player.seat.log.keys.run)).toBeUndefined();
    }
    expectNoKey(players);
  },
);

it('two first messages under one number: whoever sees both holds the proof', async () => {
  const players = await beforeSealing();
  const [asha, ben, chen] = players as [Player, Player, Player];
  // Ben runs a copy of his vault beside it, which seals with other randomness.
  const twin: Player = { ...ben, store: await copyOf(ben) };
  twin.seat = await Seat.open(ports(twin.store, 'twin'), GROUP);
  await play(ben);
  await play(twin);
  await carry(ben, asha);
  await carry(twin, chen);
  expect(faultsOf(chen)).toEqual([]);
  await play(chen);
  await carry(chen, asha, true);
  const proof = { fault: 'equivocation', who: 'operator', operators: [1] };
  expect(faultsOf(asha)).toContainEqual(proof);
  await carry(asha, chen, true);
  expect(faultsOf(chen)).toContainEqual(proof);
  await finish(players);
  expectNoKey([asha, chen]);
});

it('a receipt that names another packet than the one held here: the fork shows', async () => {
  const players = await beforeSealing();
  const [asha, ben, chen] = players as [Player, Player, Player];
  const twin: Player = { ...ben, store: await copyOf(ben) };
  twin.seat = await Seat.open(ports(twin.store, 'twin'), GROUP);
  await twin.seat.note('seal', 'an entry that Ben’s own log does not have');
  await play(ben);
  await play(twin);
  await carry(ben, asha);
  await carry(twin, chen);
  await play(chen);
  const own = chen.seat.state.packetsFrom(chen.seat.state.me).map(({ bytes }) => bytes);
  await asha.seat.take(bundleOf(own));
  expect(faultsOf(asha)).toContainEqual({
    fault: 'log-forked',
    who: 'unknown',
    operators: [1, 2],
  });
});

it('a wrong signature share: its sender is named, the others go on with fresh nonces', async () => {
  const players = await beforeSealing();
  const emre = players[4]!;
  sayOtherwise(emre, (part) =>
    part.kind === 'shares'
      ? {
          ...part,
          shares: part.shares.map((share) => ({ ...share, custody: altered(share.custody) })),
        }
      : part,
  );
  await finish(players);
  const { tests, tested, complete, keys } = players[0]!.seat.progress();
  expect(keys).toBeDefined();
  expect(complete).toBe(false);
  expect(tested).toEqual([true, true, true, true, false]);
  const spoiled = tests.find(({ faults }) => faults.length > 0)!;
  expect(spoiled.faults).toEqual([
    expect.objectContaining({ fault: 'psig-wrong', who: 'operator', operators: [4] }),
  ]);
  expect(players[0]!.seat.next()).toEqual({ act: 'again', with: [4] });

  // Emre's machine is repaired: one more attempt with fresh nonces, and the key is complete.
  await reload(emre);
  expect(await players[2]!.seat.again()).toBeUndefined();
  await finish(players);
  for (const { seat } of players) expect(seat.progress().complete).toBe(true);
});

it('an approval of another statement: no share leaves for a test with its sender', async () => {
  const players = await beforeSealing();
  sayOtherwise(players[4]!, (part) =>
    part.kind === 'approve' ? { ...part, signature: altered(part.signature) } : part,
  );
  await finish(players);
  const { tests } = players[0]!.seat.progress();
  const [good, bad] = [
    tests.find(({ request }) => !request.ids.includes(4))!,
    tests.find(({ request }) => request.ids.includes(4))!,
  ];
  expect(good.signatures).toBeDefined();
  expect(bad.faults).toContainEqual(
    expect.objectContaining({ fault: 'approval-invalid', operators: [4] }),
  );
  expect(bad.shares.filter((share) => share !== undefined)).toEqual([]);
});

it('words that differ: the ceremony stops and the word group is named', async () => {
  const players = await beforeSealing();
  players[2]!.hears = () => false;
  await finish(players);
  expect(faultsOf(players[2]!)).toContainEqual({
    fault: 'words-differ',
    who: 'unknown',
    operators: [0],
  });
  for (const { seat } of players) expect(seat.next().act).toBe('stopped');
  expectNoKey(players);
});

it('packets of a stranger, of another group, of the real group of a rehearsal: refused by name', async () => {
  const players = await beforeSealing();
  const [asha, ben] = players as [Player, Player];
  await play(ben);
  const packet = ben.seat.state.packetsFrom(ben.seat.state.me).at(-1)!;
  const because = async (bytes: Uint8Array) => {
    const taken = await asha.seat.take(bundleOf([bytes]));
    if (typeof taken === 'string') return taken;
    return taken.refused[0]?.because ?? taken.early[0] ?? 'taken';
  };
  const like = async (change: object) =>
    (await forked(ben, { ...packet, ...change }, packet.parts)).bytes;
  expect(await because(await like({ id: { ...packet.id, rehearsal: false } }))).toContain(
    'rehearsal',
  );
  expect(await because(await like({ id: { ...packet.id, epoch: 1 } }))).toContain('epoch 1');
  expect(await because(await like({ id: { ...packet.id, network: 'mainnet' } }))).toContain(
    'another network',
  );
  expect(await because(await like({ id: { ...packet.id, group: new Uint8Array(32) } }))).toContain(
    'another group',
  );
  const elsewhere = await like({ session: new Uint8Array(32).fill(3) });
  expect(await because(elsewhere)).toContain('another manifest');
  expect(faultsOf(asha)).toEqual([]); // another manifest may still come
  await play(asha);
  expect(await because(elsewhere)).toContain('another manifest');
  expect(faultsOf(asha)).toEqual([{ fault: 'seal-other', who: 'unknown', operators: [1] }]);
  expect(await because(await like({ root: new Uint8Array(32) }))).toContain('does not accept');
  expect(await because(altered(packet.bytes))).toContain('signature');
  expect(await because(packet.bytes)).toBe('taken');
});

it('a proposal by somebody else, other terms, a left-out card, a forged seal: refused', async () => {
  const players = await beforeSealing();
  const [asha, ben, chen] = players as [Player, Player, Player];
  const manifest = asha.seat.state.manifest!;
  const last = asha.seat.state.packetsFrom(asha.seat.state.me).at(-1)!;
  const propose = async (by: Player, changed: object) => {
    const packet = await forked(
      by,
      {
        ...last,
        from: by.seat.state.me,
        number: by === asha ? last.number + 1 : 2,
        log: { length: 99, head: last.log.head },
      },
      [{ kind: 'manifest', manifest: { ...manifest, ...changed } }],
    );
    const taken = await chen.seat.take(bundleOf([packet.bytes]));
    return typeof taken === 'string' ? taken : (taken.refused[0]?.because ?? 'taken');
  };
  expect(await propose(ben, {})).toContain('Only who invited');
  expect(await propose(asha, { terms: { ...manifest.terms, t: 4 } })).toContain('not those of');
  expect(
    await propose(asha, { operators: manifest.operators.filter(({ name }) => name !== 'Chen') }),
  ).toContain('does not name you');

  sayOtherwise(ben, (part) =>
    part.kind === 'seal'
      ? ({ ...part, signature: altered(part.signature) } satisfies PartOf<'seal'>)
      : part,
  );
  await play(ben);
  await carry(ben, asha);
  expect(faultsOf(asha)).toContainEqual({ fault: 'seal-invalid', who: 'operator', operators: [1] });
});

it('an older copy of a vault: its owner is told, and others see the log go back', async () => {
  const players = await beforeSealing();
  const [asha, ben] = players as [Player, Player];
  const old = await copyOf(ben);
  await round(players);
  const back: Player = { ...ben, store: old };
  back.seat = await Seat.open(ports(old, 'old copy'), GROUP);
  await carry(asha, back, true);
  expect(faultsOf(back)).toContainEqual({ fault: 'own-log-behind', who: 'local', operators: [] });
  expect(back.seat.next().act).toBe('stopped');
});

it('a restored vault speaks only after it heard from n − t + 1 others', async () => {
  const players = await beforeSealing();
  const [asha, ben, chen, dora] = players as [Player, Player, Player, Player];
  await reimport(ben);
  expect(ben.seat.next()).toEqual({ act: 'catch-up', more: 3 });
  for (const other of [asha, chen]) {
    await other.seat.receipt();
    await carry(other, ben, true);
  }
  expect(ben.seat.next()).toEqual({ act: 'catch-up', more: 1 });
  await dora.seat.receipt();
  await carry(dora, ben, true);
  expect(ben.seat.next().act).toBe('prepare');
});

it('a clock that jumps drops the nonces before a share leaves', async () => {
  const players = await beforeSealing();
  await round(players);
  await round(players);
  const ben = players[1]!;
  for (const act of ['store', 'read-words', 'backup'])
    expect((await playOne(ben)).startsWith(`Ben ${act}`), act).toBe(true);
  clock.monotonic -= 3_600_000;
  expect(await ben.seat.release()).toEqual({ fault: 'clock-jumped' });
  expect(ben.seat.next().act).toBe('commit');
  await finish(players);
  for (const { seat } of players) expect(seat.progress().complete).toBe(true);
});

async function playOne(player: Player): Promise<string> {
  const { move } = await import('../../src/lib/worker/autopilot.ts');
  return `${player.name} ${(await move(player))?.act ?? ''}`;
}

it('what is refused stays on record, with its sender', async () => {
  const players = await beforeSealing();
  const [asha, ben] = players as [Player, Player];
  await ben.seat.log.say([
    { kind: 'round2', view: new Uint8Array(32), message: new Uint8Array(128) },
  ]);
  await carry(ben, asha);
  await ben.seat.log.say([
    { kind: 'round2', view: new Uint8Array(32), message: new Uint8Array(128) },
  ]);
  await carry(ben, asha);
  const [refused] = asha.seat.state.noted('refused');
  expect(refused!.event.because).toContain('round2');
  expect(names[asha.seat.state.numberOf(refused!.event.from!)!]).toBe('Ben');
});
