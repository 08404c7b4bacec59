import { beforeEach, describe, expect, it } from 'vitest';
import { deviceLabel } from '../../src/lib/ceremony/card.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { isDeviceFault } from '../../src/lib/devices/device.ts';
import { requestsViewOf } from '../../src/lib/worker/requests-view.ts';
import { clock, deviceOf, rehearsalId, reload, type Player } from '../support/seats.ts';
import { audit } from '../support/signing-audit.ts';
import {
  did,
  everybodyHears,
  openFor,
  proposed,
  pursue,
  reply,
  sessionAt,
  spendOf,
  spendRequest,
  withKey,
} from '../support/signing-seats.ts';

type Five = [Player, Player, Player, Player, Player];
const players = (await withKey(5, 3, 'gates')) as Five;
const [asha, ben, chen, , emre] = players;
let root: Bytes;

const shares = ({ seat }: Player): number =>
  seat.state.told(seat.state.me, 'signature-shares').length;
const signaturesOf = (player: Player) =>
  sessionAt(player, root).items.map(({ signatures }) => signatures?.length);
const notNow = { fault: 'not-now' };

beforeEach(async () => {
  // Nothing of what the test before left open is in memory.
  for (const player of players) await reload(player);
  root = await proposed(players, [
    spendRequest(spendOf(asha, { inputs: 2 })),
    spendRequest(spendOf(asha)),
  ]);
});

/** Everybody replied, the first three are to sign. */
async function frozen(): Promise<void> {
  for (const player of players) await reply(player, root);
  await everybodyHears(players);
  await did(asha.seat.freeze(root, [0, 1, 2]));
  await everybodyHears(players);
}

describe('before the own slip', () => {
  const view = () => requestsViewOf(emre.seat)!.sessions[0]!;

  it.each(['accept', 'object', 'go on to sign'])(
    'nothing tells that all others %s',
    async (what) => {
      const before = view();
      const refuse = what === 'object' ? [0, 1] : [];
      for (const player of players.slice(0, 4)) await reply(player, root, { refuse });
      await everybodyHears(players);
      if (what === 'go on to sign') await did(asha.seat.freeze(root));
      await everybodyHears(players);
      const { replies, ...rest } = view();
      expect(replies.map(({ answered }) => answered)).toEqual([true, true, true, true, false]);
      expect({ ...rest, replies: replies.map((one) => ({ ...one, answered: false })) }).toEqual(
        before,
      );
      expect(rest.next.act).toBe('answer');

      await reply(emre, root);
      const after = view();
      expect(after.replies[0]!.source).toBe('own records');
      expect(after.items[0]!.objections).toHaveLength(what === 'object' ? 4 : 0);
      expect(after.items[0]!.halt).toBe(what === 'object' ? 'objected' : undefined);
      expect(after.packages).toHaveLength(what === 'go on to sign' ? 1 : 0);
    },
  );
});

describe('the device', () => {
  it('shows the same on every operator’s machine, and the session’s own statement', async () => {
    const shown = new Set(players.map(({ seat }) => seat.statement(root, [0, 1])));
    expect(shown.size).toBe(1);
    await reply(ben, root);
    await everybodyHears(players);
    for (const player of players)
      expect(sessionAt(player, root).replies[1]!.statement).toBe([...shown][0]);
    expect(ben.seat.statement(root, [])).toBeUndefined();
    expect(ben.seat.statement(root, [0, 7])).toBeUndefined();
  });

  it('that is another one opens no share and approves nothing', async () => {
    const other = await deviceOf(200);
    const said = ben.seat.state.head.length;
    const labels = [deviceLabel('custody share', rehearsalId)];
    const replies = await other.derive(labels);
    if (isDeviceFault(replies)) throw new Error(replies.fault);
    const opened = ben.seat.openForSigning({ custody: replies[0]!, attestation: undefined });
    expect(await opened).toEqual({ fault: 'other-device' });
    expect(ben.seat.openedForSigning()).toEqual([]);

    const findings = {
      source: 'own records',
      verdicts: [0, 1].map(() => ({ accept: true, because: '' })),
    };
    const statement = ben.seat.statement(root, [0, 1])!;
    const attempts = [
      await other.approve(statement),
      await ben.device.approve(ben.seat.statement(root, [0])!),
      await ben.device.approve(statement.replace('SPENDS', 'SPENDS ')),
    ];
    for (const approval of attempts) {
      if (isDeviceFault(approval)) throw new Error(approval.fault);
      await openFor(ben, sessionAt(ben, root));
      expect(await ben.seat.reply(root, findings, approval.signature)).toEqual({
        fault: 'other-device',
      });
      expect(ben.seat.openedForSigning()).toEqual([]);
    }
    expect(ben.seat.state.head.length).toBe(said);
    await pursue(players, root);
    expect(signaturesOf(ben)).toEqual([2, 1]);
  });

  it('must have opened the share', async () => {
    const approval = await ben.device.approve(ben.seat.statement(root, [0, 1])!);
    if (isDeviceFault(approval)) throw new Error(approval.fault);
    const findings = {
      source: 'own records',
      verdicts: [0, 1].map(() => ({ accept: true, because: '' })),
    };
    const said = ben.seat.reply(root, findings, approval.signature);
    expect(await said).toEqual({ fault: 'secret-closed' });
    expect(sessionAt(ben, root).replies[1]!.slip).toBeUndefined();
  });
});

describe('nonces in memory', () => {
  it('are dropped when the clock jumped, with the shares; fresh ones sign', async () => {
    await frozen();
    clock.monotonic += 3_600_000;
    const before = shares(ben);
    expect(await ben.seat.sign(root)).toEqual({ fault: 'clock-jumped' });
    expect(ben.seat.openedForSigning()).toEqual([]);
    expect(shares(ben)).toBe(before);
    expect(await ben.seat.sign(root)).toEqual(notNow);
    expect(await ben.seat.renew(root)).toEqual({ fault: 'secret-closed' });
    for (const player of [asha, chen])
      expect(await player.seat.sign(root)).toEqual({ fault: 'clock-jumped' });
    await pursue(players, root);
    expect(signaturesOf(ben)).toEqual([2, 1]);
  });

  it('are gone after a lock, also one that falls into the signing', async () => {
    await frozen();
    const before = shares(ben);
    const signing = ben.seat.sign(root).catch(() => 'locked');
    ben.seat.close();
    expect(await signing).toBeDefined();
    expect(ben.seat.openedForSigning()).toEqual([]);
    await reload(ben);
    expect(shares(ben)).toBe(before);
    expect(ben.seat.nextFor(sessionAt(ben, root)).act).toBe('renew');
    await pursue(players, root);
    expect(signaturesOf(ben)).toEqual([2, 1]);
  });
});

describe('nobody signs', () => {
  it('what expired, and nobody accepts it then', async () => {
    const expires = clock.now + 10_000_000;
    root = await proposed(players, [spendRequest(spendOf(asha), { expires })]);
    const rest = players.slice(1);
    for (const player of players.slice(0, 4)) await reply(player, root);
    await everybodyHears(players);
    await did(asha.seat.freeze(root));
    await everybodyHears(players);
    clock.now = expires + 1;
    for (const { seat } of rest) {
      const before = seat.state.head.length;
      expect(await seat.sign(root)).toEqual(notNow);
      const verdicts = [{ accept: true, because: '' }];
      const late = seat.reply(root, { source: 'own records', verdicts }, undefined);
      expect(await late).toEqual(notNow);
      expect(await seat.renew(root)).toEqual(notNow);
      expect(seat.state.head.length).toBe(before);
    }
    expect(requestsViewOf(ben.seat)!.sessions[0]!.items[0]!.halt).toBe('expired');
    expect(sessionAt(asha, root).items[0]!.shared.size).toBe(0);
  });

  it('with an operator who objects after all; the others go on', async () => {
    await frozen();
    await did(chen.seat.object(root, [0], 'the recipient called'));
    const approvals = () =>
      players.flatMap(({ seat }) => asha.seat.state.told(seat.state.me, 'approve')).length;
    await everybodyHears(players);
    const before = approvals();
    for (const player of [asha, ben]) expect(await player.seat.sign(root)).toEqual(notNow);
    await pursue(players, root);
    expect(signaturesOf(asha)).toEqual([2, 1]);
    expect(sessionAt(asha, root).items[0]!.shared.has(2)).toBe(false);
    expect(approvals()).toBe(before);
  });

  it('for an objection without a reason, or to what was not accepted', async () => {
    await reply(ben, root, { refuse: [1] });
    expect(await ben.seat.object(root, [0], '')).toEqual(notNow);
    expect(await ben.seat.object(root, [1], 'no')).toEqual(notNow);
    expect(await ben.seat.object(root, [0, 9], 'no')).toEqual(notNow);
    expect(await ben.seat.object(root, [], 'no')).toEqual(notNow);
    expect(await chen.seat.object(root, [0], 'no')).toEqual(notNow);
  });

  it('without enough trusted displays', async () => {
    const displays = [true, false, false, true, false];
    const terms = { minDisplayApprovals: 2 };
    const mixed = (await withKey(5, 3, 'displays', { terms, displays })) as Five;
    root = await proposed(mixed, [spendRequest(spendOf(mixed[0]))]);
    for (const player of mixed) await reply(player, root);
    await everybodyHears(mixed);
    expect(await mixed[0].seat.freeze(root, [0, 1, 2])).toEqual(notNow);
    // A dishonest operator names them all the same.
    const { replies } = sessionAt(mixed[0], root);
    const signers = [0, 1, 2].map((operator) => ({
      operator,
      packet: replies[operator]!.nonces[0]!.packet.hash,
    }));
    await mixed[1].seat.log.say([{ kind: 'package', session: root, items: [0], signers }]);
    await everybodyHears(mixed);
    for (const player of mixed) expect(await player.seat.sign(root)).toEqual(notNow);
    await pursue(mixed, root);
    const { packages, items } = sessionAt(mixed[0], root);
    expect(packages.map(({ ids, problems }) => [...ids, ...problems])).toEqual([
      [0, 1, 2, 'displays'],
      [0, 1, 3],
    ]);
    expect(items[0]!.signatures).toHaveLength(1);
    audit(mixed);
  });
});

it('all of this left the nonces and shares in order', () => {
  expect(audit(players).shares).toBeGreaterThan(20);
});
