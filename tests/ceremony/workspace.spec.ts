import { afterEach, expect, it, vi } from 'vitest';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import { jsGroup } from '../../src/lib/wasm/js-group.ts';
import { Seat } from '../../src/lib/worker/seat.ts';
import { Workspace } from '../../src/lib/worker/workspace.ts';
import { recordKeys } from '../../src/lib/worker/ports.ts';
import { ageBackup, fromAge, shareReplies } from '../support/restored.ts';
import {
  clock,
  deviceOf,
  enrolled,
  groups,
  hostReply,
  meOf,
  rehearsalId,
  ROOT,
  termsFor,
  type Player,
} from '../support/seats.ts';
import { everybodyHears, withKey } from '../support/signing-seats.ts';
import { unlockVault } from '../../src/lib/vault/vault.ts';
import { CHEAP, device, emptyOrigin, flipped, tamper, text } from '../support/vault.ts';

/* Several groups in one vault: what goes wrong with one leaves the others alone. */

const other = { secp256k1: jsGroup('secp256k1'), ed25519: jsGroup('ed25519') };
const me = meOf(await deviceOf(1), 'Ben');
const reply = () => ({ reply: new Uint8Array(32).fill(3) });

async function made(): Promise<Workspace> {
  vi.stubGlobal('navigator', { locks: emptyOrigin().locks });
  const workspace = new Workspace({ groups, other });
  await workspace.create(device('a'), ROOT);
  return workspace;
}

const again = async (workspace: Workspace) => {
  await workspace.lock();
  await workspace.unlock(device('a'), ROOT, false);
};

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** An export of this workspace, which is locked then. */
async function exported(workspace: Workspace): Promise<Uint8Array<ArrayBuffer>> {
  await workspace.lock();
  const vault = await unlockVault(device('a'), { cost: CHEAP });
  const file = await vault.exportWorkspace(text('x'));
  await vault.lock();
  return file;
}

const invitation = async (seed: string) =>
  (await enrolled(2, 2, seed))[0]!.seat.log.outgoing().bundle;

it('an invitation taken up twice at once is taken up once', async () => {
  const workspace = await made();
  const bundle = await invitation('twice at once');
  const [first, second] = [reply(), reply()];
  const outcomes = await Promise.all([
    workspace.join(bundle, me, first),
    workspace.join(bundle, me, second),
  ]);
  expect(outcomes).toContain('you are in this group already');
  for (const given of [first, second]) expect(given.reply.every((byte) => byte === 0)).toBe(true);
  await again(workspace);
  expect(workspace.groups()).toMatchObject({ groups: [{ next: 'bring' }], broken: [] });
});

it('a group whose log is broken is not begun anew over it', async () => {
  const workspace = await made();
  const bundle = await invitation('broken');
  await workspace.join(bundle, me, reply());
  await tamper(async (db) => {
    const [first] = (await db.getAllKeys('records')).filter((key) =>
      (key as string).startsWith('log/'),
    );
    await db.delete('records', first!);
  });
  await again(workspace);
  expect(workspace.groups()).toMatchObject({ groups: [], broken: [{}] });
  expect(await workspace.join(bundle, me, reply())).toBe('you are in this group already');
});

/** Ben's seat is here and whole but for the first entry of its log; and another group is here. */
async function brokenSeat() {
  const players = (await withKey(3, 2, 'broken, restored')) as [Player, Player, Player];
  const [asha, ben, chen] = players;
  const [mine, theirs] = [await ageBackup(ben), await ageBackup(chen)];
  await everybodyHears(players);
  const bundles = asha.seat.log.everything();
  const workspace = await made();
  const real = { ...rehearsalId, group: new Uint8Array(32).fill(4) };
  await workspace.begin(real, termsFor(3, 2), me, reply());
  vi.useFakeTimers({ toFake: ['Date'], now: clock.now });
  const group = toHex(rehearsalId.group);
  expect(await workspace.recover(bundles, fromAge(mine))).toEqual({ group });
  const { reply: host } = await hostReply(ben.device, rehearsalId);
  const replies = await shareReplies(ben);
  const by = meOf(ben.device, 'Ben');
  const act = { act: 'equip', host, ...replies, me: by } as const;
  expect(await workspace.desk(group).act(act)).toBeUndefined();
  await tamper((db) => db.delete('records', recordKeys(group).entry(0)));
  await again(workspace);
  expect(workspace.groups().broken).toMatchObject([{ group }]);
  return { workspace, group, bundles, mine: fromAge(mine), theirs: fromAge(theirs) };
}

/** Every record as it is stored. */
const stored = () =>
  tamper(async (db) => [await db.getAllKeys('records'), await db.getAll('records')]);

/** Makes a record one that does not open. */
const spoil = (key: string) =>
  tamper(async (db) => {
    await db.put('records', flipped((await db.get('records', key)) as Uint8Array, 20), key);
  });

it('a group whose log is broken is restored over what is left of it, in one write', async () => {
  const { workspace, group, bundles, mine } = await brokenSeat();
  const before = await stored();
  const refused = await workspace.recover(bundles, fromAge(new Uint8Array(9)));
  expect(refused).toHaveProperty('fault');
  expect(await stored()).toEqual(before);
  expect(workspace.groups().broken).toMatchObject([{ group }]);
  expect(await workspace.recover(bundles, mine)).toEqual({ group });
  const view = await workspace.desk(group).view();
  expect(view).toMatchObject({ restored: true, own: 1 });
  expect(workspace.groups().broken).toEqual([]);
  // The device of the former log is not taken for the one that guards this one.
  expect(await workspace.deviceHandle(group)).toBeUndefined();
  await again(workspace);
  expect(workspace.groups()).toMatchObject({ groups: [{}, {}], broken: [] });
  expect((await workspace.desk(group).view()).log).toEqual(view.log);
});

it('another operator’s piece replaces nothing of it, as long as a key of the former seat reads', async () => {
  const { workspace, group, bundles, mine, theirs } = await brokenSeat();
  const { packetSecret, observerSecret } = recordKeys(group);
  const refused = async () => {
    const before = await stored();
    const fault = { fault: 'remains-of-another', detail: 'Chen' };
    expect(await workspace.recover(bundles, theirs)).toEqual(fault);
    expect(await stored()).toEqual(before);
    expect(workspace.groups().broken).toMatchObject([{ group }]);
  };
  await refused();
  await spoil(packetSecret);
  await refused();
  await spoil(observerSecret);
  expect(await workspace.recover(bundles, mine)).toEqual({ group });
  expect(await workspace.desk(group).view()).toMatchObject({ restored: true, own: 1 });
});

it('a group that cannot be opened, for whatever reason, leaves the others open', async () => {
  const workspace = await made();
  const real = { ...rehearsalId, group: new Uint8Array(32).fill(4) };
  await workspace.begin(rehearsalId, termsFor(3, 2), me, reply());
  await workspace.begin(real, termsFor(3, 2), me, reply());
  const open = vi.spyOn(Seat, 'open').mockRejectedValueOnce(new TypeError('a mistake of ours'));
  await again(workspace);
  open.mockRestore();
  const { groups: there, broken } = workspace.groups();
  expect(there).toHaveLength(1);
  expect(broken).toMatchObject([{ entry: -1, why: 'a mistake of ours' }]);
});

it('an import is noted once in the log of each group that it brings, whatever the clock says', async () => {
  const workspace = await made();
  const group = await workspace.begin(rehearsalId, termsFor(3, 2), me, reply());
  const file = await exported(workspace);
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2020-01-01') });
  const secret = () => ({ passphrase: text('x') });
  await workspace.restore(file, secret(), device('a'), ROOT, true);
  vi.useRealTimers();
  const later = { ...rehearsalId, group: new Uint8Array(32).fill(4) };
  await workspace.begin(later, termsFor(3, 2), me, reply());
  const seen = async () =>
    (
      await Promise.all(workspace.groups().groups.map((one) => workspace.desk(one.group).view()))
    ).map(({ group, restored, next }) => ({ group, restored, act: next.act }));
  const expected = [
    { group: '04'.repeat(32), restored: false, act: 'invite' },
    { group, restored: true, act: 'catch-up' },
  ];
  expect((await seen()).toSorted((a, b) => (a.group < b.group ? -1 : 1))).toEqual(expected);
  const { log } = await workspace.desk(group).view();
  await again(workspace);
  expect(await seen()).toEqual(expected);
  expect((await workspace.desk(group).view()).log).toEqual(log);

  // Another import is another restoration.
  await workspace.restore(await exported(workspace), secret(), device('a'), ROOT, true);
  expect((await workspace.desk(group).view()).log.length).toBe(log.length + 1);
});

it('a simulated device begins and joins rehearsals only', async () => {
  const workspace = await made();
  const real = { ...rehearsalId, rehearsal: false };
  await expect(workspace.begin(real, termsFor(2, 2), me, reply())).rejects.toThrow('rehearsal');
  const honest = { ...me, device: { ...me.device, simulated: false } };
  const group = await workspace.begin(real, termsFor(2, 2), honest, reply());
  const { bundle } = await workspace.desk(group).outgoing(false);
  const elsewhere = await made();
  const given = reply();
  expect(await elsewhere.join(bundle, me, given)).toBe(
    'a simulated device can join a rehearsal only',
  );
  expect(given.reply.every((byte) => byte === 0)).toBe(true);
});
