import { beforeAll, expect, test } from 'vitest';
import { carry, enrolled, reload, round, type Player } from '../../../../tests/support/seats.ts';
import { checklist } from '../../ceremony/script.ts';
import type { RemoteDesk } from '../../worker/report.ts';
import { move } from '../../worker/autopilot.ts';
import { deskOf } from '../../worker/desk.ts';
import type { GroupView } from '../../worker/view.ts';
import { perform } from './acts.ts';
import { handOverDue, transfersLeft, waitedFor } from './baton.ts';

/*
 * A whole ceremony played as the pages say: each operator does the next act, hands over exactly when
 * that is due, and takes in otherwise.
 */

interface Operator {
  readonly player: Player;
  readonly desk: RemoteDesk;
  readonly handed: Set<string>;
  sent: number;
  took: number;
  /** What the page said of transfers left, with how many were made by then. */
  readonly said: { readonly made: number; readonly left: number }[];
}

const sit = (player: Player, transfers: number): Operator => ({
  player,
  desk: deskOf(player.seat),
  handed: new Set(),
  sent: transfers,
  took: 0,
  said: [],
});

/** Does all that this operator can do alone; the view at which they wait or hand over. */
async function work({ desk, player }: Operator): Promise<GroupView> {
  for (let i = 0; i < 20; i++) {
    const view = await desk.view();
    const { next } = view;
    const stays = ['bring', 'invite', 'catch-up', 'again', 'stopped', 'done'];
    if (stays.includes(next.act) || handOverNow(view, player)) return view;
    if (next.act === 'propose') {
      const order = view.people.map(({ card }) => card.packetKey);
      expect(await desk.act({ act: 'propose', order })).toBeUndefined();
    } else if (next.act === 'prepare') {
      for (const item of checklist.blocking)
        expect(await desk.act({ act: 'check', item, evidence: 'seen' })).toBeUndefined();
    } else if (next.act === 'read-words') {
      const hash = (next.of === 'manifest' ? view.manifestHash : view.keys?.hash)!;
      expect(await desk.act({ act: 'words', of: next.of, hash, differs: null })).toBeUndefined();
    } else if (next.act === 'backup') {
      expect((await move(player))?.fault).toBeUndefined(); // at a lower cost than the page's
    } else {
      const trouble = await perform(desk, view, () => Promise.resolve(player.device));
      expect(trouble).toBeUndefined();
    }
  }
  throw new Error('They do not come to an end.');
}

/** A collector hands over before acting: others wait for it. */
const handOverNow = (view: GroupView, player: Player) => {
  const due = handOverDue(view);
  return due !== undefined && !everHanded.get(player)?.has(due);
};
const everHanded = new Map<Player, Set<string>>();

/** Plays until nobody hands anything over any more. */
async function play(operators: readonly Operator[]): Promise<GroupView[]> {
  for (const { player, handed } of operators) everHanded.set(player, handed);
  for (let quiet = 0; quiet < 2;) {
    quiet += 1;
    for (const from of operators) {
      const view = await work(from);
      const due = handOverDue(view);
      const fresh = due !== undefined && !from.handed.has(due);
      const left = transfersLeft(view, fresh);
      if (left !== undefined) from.said.push({ made: from.sent + from.took, left });
      if (!fresh) continue;
      quiet = 0;
      from.handed.add(due);
      from.sent += 1;
      const { bundle } = await from.desk.outgoing(false);
      const to = view.collectsHere ? operators : operators.filter((one) => collects(one));
      for (const other of to) {
        if (other === from) continue;
        const taken = await other.desk.take(bundle);
        if (typeof taken === 'string') throw new Error(taken);
        expect(taken.refused).toEqual([]);
        if (!collects(other) && taken.taken > 0) other.took += 1;
      }
    }
  }
  return Promise.all(operators.map(({ desk }) => desk.view()));
}

const collects = ({ player }: Operator) => {
  const { collector, me } = player.seat.state;
  return collector !== undefined && collector.join() === me.join();
};

let players: Player[];
beforeAll(async () => {
  players = await enrolled(3, 2, 'baton');
});

test('handed over when due and not otherwise, the ceremony ends, in at most ten transfers each', async () => {
  // The invitation came in.
  const operators = players.map((player, i) => sit(player, i === 0 ? 0 : 1));
  const views = await play(operators);
  for (const [i, view] of views.entries()) {
    expect(view.keyState).toBe('rehearsed');
    const { sent, took, said } = operators[i]!;
    if (i > 0) {
      expect(sent + took).toBeLessThanOrEqual(10);
      for (const { made, left } of said) expect(made + left).toBe(10);
    }
    expect(said.at(-1)!.left).toBe(0);
  }
  expect(operators[0]!.sent).toBe(4); // and the invitation
  expect(views[0]!.next.act).toBe('done');
});

test('who is waited for, by number', async () => {
  const three = await enrolled(3, 2, 'waits');
  const [asha, ben] = three.map((player) => sit(player, 0)) as [Operator, Operator, Operator];
  expect(waitedFor(await ben.desk.view())).toEqual([]);
  for (const player of three.slice(1)) await carry(player, three[0]!);
  everHanded.set(three[0]!, asha.handed);
  asha.handed.add('manifest');
  const view = await work(asha);
  expect(view.next.act).toBe('bring');
  expect(waitedFor(view)).toEqual([1, 2]);
  expect(handOverDue(view)).toBeUndefined(); // others need nothing of the collector's before they seal
  await carry(three[0]!, three[1]!);
  everHanded.set(three[1]!, ben.handed);
  await work(ben);
  await carry(three[1]!, three[0]!);
  expect(waitedFor(await asha.desk.view())).toEqual([2]);
});

test('after a reload the hand-over is due again, and secrets are opened by the device', async () => {
  const three = await enrolled(3, 2, 'reload');
  for (let i = 0; i < 3; i++) await round(three);
  const [, ben] = three as [Player, Player, Player];
  await reload(ben);
  const desk = deskOf(ben.seat) as RemoteDesk;
  const view = await desk.view();
  expect(view.opened).toEqual({ host: false, shares: false });
  const before = ben.device.prompts;
  const found = await perform(desk, view, () => Promise.resolve({ fault: 'unplugged' }));
  expect(found).toEqual({ at: 'device', fault: 'unplugged' });
  expect(await perform(desk, view, () => Promise.resolve(ben.device))).toBeUndefined();
  expect(ben.device.prompts).toBeGreaterThan(before);
});
