import { afterEach, expect, it, vi } from 'vitest';
import { jsGroup } from '../../src/lib/wasm/js-group.ts';
import { Seat } from '../../src/lib/worker/seat.ts';
import { Workspace } from '../../src/lib/worker/workspace.ts';
import { deviceOf, enrolled, groups, meOf, rehearsalId, ROOT, termsFor } from '../support/seats.ts';
import { device, emptyOrigin, tamper } from '../support/vault.ts';

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

afterEach(() => vi.unstubAllGlobals());

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
