import { describe, expect, test } from 'vitest';
import { startEngine } from '../../../tests/support/engine-node.ts';
import { toHex } from '../crypto/bytes.ts';
import { checklist } from '../ceremony/script.ts';
import { isDeviceFault } from '../devices/device.ts';
import { drawnDevice } from '../../../tests/support/simulated.ts';
import { memoryStore } from '../vault/store.ts';
import { jsGroup } from '../wasm/js-group.ts';
import { makeBackup } from './backup.ts';
import type { Action } from './desk.ts';
import { beginGroup } from './enrol.ts';
import { meWith } from './me.ts';
import { people, Player, Stage } from './rehearsal-cast.ts';
import { misbehaving } from './rehearsal-cheats.ts';
import { RehearsalRoom } from './rehearsal-room.ts';
import { levers, RELOAD_AT, type Outcome, type Pull, type Story } from './rehearsal-story.ts';
import { Rehearsal } from './rehearsal.ts';

const engine = await startEngine();
const parts = {
  groups: { secp256k1: engine.secp256k1, ed25519: engine.ed25519 },
  other: { secp256k1: jsGroup('secp256k1'), ed25519: jsGroup('ed25519') },
};

const FAR = 400;

const rehearse = (story: Story, seed: number, pulls: (Pull & { at: number })[] = []) =>
  Rehearsal.of(parts, story, seed, pulls);

async function played(rehearsal: Rehearsal): Promise<Outcome> {
  await rehearsal.run(FAR);
  const { outcome } = await rehearsal.scene();
  if (!outcome) throw new Error(`no end within ${FAR} steps`);
  return outcome;
}

const heads = ({ players }: Rehearsal) =>
  players.map(({ seat }) => seat && toHex(seat.state.head.head));
const keyStates = async (rehearsal: Rehearsal) =>
  (await rehearsal.scene()).players.map(({ view }) => view?.keyState);

describe('stories', () => {
  test('a key is made by five, with few prompts', async () => {
    const rehearsal = await rehearse('key', 7);
    expect(await played(rehearsal)).toEqual({ result: 'rehearsed', named: [] });
    expect(await keyStates(rehearsal)).toEqual(people.map(() => 'rehearsed'));
    const { players } = await rehearsal.scene();
    const keys = players.map(({ view }) => toHex(view!.keys!.hash));
    expect(new Set(keys).size).toBe(1);
    for (const { prompts } of rehearsal.players) expect(prompts).toBeLessThanOrEqual(4);
    expect(rehearsal.events.length).toBeLessThan(100);
  });

  test.each([
    [0, 1],
    [7, 3],
    [2, 4],
  ])(
    'seed %i: operator %i lies in a share, is proven by who got it, no key',
    async (seed, liar) => {
      const rehearsal = await rehearse('cheat', seed);
      const { result, named } = await played(rehearsal);
      expect(result).toBe('stopped');
      expect(
        named.map(({ fault: { fault, who, operators }, by }) => [fault, who, operators, by]),
      ).toEqual([
        ['partial-secshare-wrong', 'operator', [liar], [2]],
        ['aborted', 'local', [2], [0, 1, 2, 3, 4]],
      ]);
      expect(named[1]!.fault.detail).toContain(people[liar]!.name);
      const { players } = await rehearsal.scene();
      for (const { view } of players) {
        expect(view!.keyState).toBe('stopped');
        expect(view!.keys).toBeUndefined();
        expect(view!.opened).toEqual({ host: false, shares: false });
      }
    },
  );

  test('a reload drops nonces, is noted, and the key is finished with fresh ones', async () => {
    const rehearsal = await rehearse('reload', 7);
    expect((await played(rehearsal)).result).toBe('rehearsed');
    expect(rehearsal.events[RELOAD_AT]).toMatchObject({ kind: 'lever', late: false });
    const { players } = await rehearsal.scene();
    expect(players[3]!.view!.dropped.map(({ what }) => what)).toContain('nonces');
    expect(players[0]!.view!.tests.map(({ attempt }) => attempt)).toContain(1);
  });
});

test('the same story, seed and step lead to the same logs; another seed to others', async () => {
  const [first, second, other] = [
    await rehearse('key', 7),
    await rehearse('key', 7),
    await rehearse('key', 8),
  ];
  await first.run(64);
  for (let i = 0; i < 8; i++) await second.run(8);
  await other.run(64);
  expect(heads(second)).toEqual(heads(first));
  expect(second.events).toEqual(first.events);
  expect(heads(other)).not.toEqual(heads(first));
  await Promise.all([first.run(FAR), second.run(FAR)]);
  expect(heads(second)).toEqual(heads(first));
});

describe('levers', () => {
  /** Ends with a key and nobody accused, or with a fault that says more than that somebody stopped. */
  function expectAnEnd({ result, named }: Outcome) {
    if (result === 'rehearsed') return;
    expect(named.filter(({ fault }) => fault.fault !== 'aborted')).not.toEqual([]);
  }

  test.each(['drop', 'duplicate', 'corrupt'] as const)('%s, again and again', async (lever) => {
    const rehearsal = await rehearse('key', 1);
    let flights = 0;
    for (let i = 0; ; i++) {
      const event = await rehearsal.step();
      if (event.kind === 'end') break;
      if (event.kind === 'flight') {
        flights += 1;
        expect(event.damage === undefined || event.damage === lever).toBe(true);
      }
      if (i % 4 === 0) rehearsal.pull({ lever, operator: 0 });
      expect(i).toBeLessThan(FAR);
    }
    expect(flights).toBeGreaterThan(45);
    expect((await rehearsal.scene()).outcome).toEqual({ result: 'rehearsed', named: [] });
  });

  test.each(people.map(({ name }, operator) => [name, operator] as const))(
    '%s lies in a share, in a signature, and with two packets: named, and proven each time',
    async (_, operator) => {
      const expected = {
        'wrong-share': [['partial-secshare-wrong', 'operator', [operator]]],
        'wrong-signature': [['psig-wrong', 'operator', [operator]]],
        equivocate: [['equivocation', 'operator', [operator]]],
      };
      for (const lever of ['wrong-share', 'wrong-signature', 'equivocate'] as const) {
        const rehearsal = await rehearse('key', operator, [{ at: 10, lever, operator }]);
        const { result, named } = await played(rehearsal);
        expect(result).toBe(lever === 'wrong-signature' ? 'unfinished' : 'stopped');
        expect(named[0]!.fault.who).toBe('operator');
        const proven = named.filter(({ fault }) => fault.who === 'operator');
        expect(proven.map(({ fault }) => [fault.fault, fault.who, fault.operators])).toEqual(
          expected[lever],
        );
        expect(await keyStates(rehearsal)).not.toContain('rehearsed');
      }
    },
  );

  test('unplugged before every act: each fails by name, is plugged in and repeated', async () => {
    const rehearsal = await rehearse('key', 3);
    const faults: string[] = [];
    for (let i = 0; i < FAR; i++) {
      const event = await rehearsal.step();
      if (event.kind === 'end') break;
      if (event.kind === 'act' && event.fault) faults.push(event.fault.fault);
      if (event.kind === 'act' && event.act !== 'plug-in')
        rehearsal.players[event.operator]!.simulator.unplug();
    }
    expect(faults.length).toBeGreaterThanOrEqual(10);
    expect(new Set(faults)).toEqual(new Set(['not-found']));
    expect((await rehearsal.scene()).outcome?.result).toBe('rehearsed');
  });

  const every = Number(process.env['CONCLAVE_LEVER_STEPS'] ?? 17);
  const steps = Array.from({ length: Math.ceil(96 / every) }, (_, i) => i * every);
  test(`pulled at every ${every}. step`, { timeout: 3_600_000 }, async () => {
    for (const at of steps)
      for (const lever of every === 1
        ? levers
        : (['reload', levers[at % levers.length]!] as const)) {
        const rehearsal = await rehearse('key', at, [{ at, lever, operator: at % people.length }]);
        expectAnEnd(await played(rehearsal));
        expect(rehearsal.events[at]).toMatchObject({ kind: 'lever' });
      }
  });
});

describe('a person plays', () => {
  /** What somebody does at the desk who has only the page: views, acts, and the device. */
  async function person(rehearsal: Rehearsal, you: number): Promise<void> {
    const desk = rehearsal.desk();
    const device = await drawnDevice(rehearsal.players[you]!.drawn);
    const act = async (action: Action) => {
      const fault = await desk.act(action);
      if (fault) throw new Error(fault.fault);
    };
    const reply = async (labels: string[]) => {
      const replies = await device.derive(labels);
      if (isDeviceFault(replies)) throw new Error(replies.fault);
      return replies;
    };
    const view = await desk.view();
    const { next, opened, labels } = view;
    if (['seal', 'answer', 'store', 'backup'].includes(next.act) && !opened.host)
      await act({ act: 'open-host', reply: (await reply([labels.host]))[0]! });
    const approval = async (statement: string) => {
      const approved = await device.approve(statement);
      if (isDeviceFault(approved)) throw new Error(approved.fault);
      return approved.signature;
    };
    switch (next.act) {
      case 'prepare':
        for (const item of checklist.blocking) await act({ act: 'check', item, evidence: 'seen' });
        break;
      case 'read-words':
        await act({
          act: 'words',
          of: next.of,
          hash: (next.of === 'manifest' ? view.manifestHash : view.keys?.hash)!,
          differs: null,
        });
        break;
      case 'seal':
      case 'release':
      case 'sign-record':
        await act({ act: next.act });
        break;
      case 'answer':
        await act({ act: 'answer', approval: await approval(next.statement) });
        break;
      case 'store': {
        const [custody, attestation] = await reply([labels.custody, labels.attestation]);
        await act({ act: 'store', custody: custody!, attestation: attestation! });
        break;
      }
      case 'backup': {
        const passphrase = 'words for a test';
        const made = await makeBackup(rehearsal.players[you]!.seat!, { passphrase }, 10);
        if (!('file' in made)) throw new Error(made.fault);
        await act({ act: 'verify-backup', file: made.file, key: { passphrase } });
        break;
      }
      case 'propose':
        await act({ act: 'propose', order: view.people.map(({ card }) => card.packetKey) });
        break;
      case 'invite':
      case 'bring':
      case 'commit':
      case 'retest':
      case 'again':
      case 'catch-up':
      case 'equip':
      case 'run-lost':
      case 'attest':
      case 'stopped':
      case 'done':
        throw new Error(`${next.act} was not expected`);
    }
  }

  test.each([0, 2])('operator %i at the desk: the program waits for them alone', async (you) => {
    const rehearsal = await rehearse('key', 7);
    rehearsal.you = you;
    let turns = 0;
    for (let i = 0; i < FAR; i++) {
      const event = await rehearsal.step();
      if (event.kind === 'end') break;
      if (event.kind !== 'your-turn') continue;
      turns += 1;
      const { waiting } = await rehearsal.scene();
      expect(waiting).toBe(event.act);
      await person(rehearsal, you);
    }
    expect(turns).toBeGreaterThanOrEqual(9);
    expect((await rehearsal.scene()).outcome?.result).toBe('rehearsed');
  });
});

test('whoever has taken a desk may leave it to the program again', async () => {
  const rehearsal = await rehearse('key', 7);
  rehearsal.you = 2;
  await rehearsal.run(FAR);
  expect((await rehearsal.scene()).waiting).toBe('prepare');
  rehearsal.you = undefined;
  expect((await rehearsal.scene()).waiting).toBeUndefined();
  expect((await played(rehearsal)).result).toBe('rehearsed');
});

test('an address beyond the end leads to the end', async () => {
  const room = new RehearsalRoom(parts);
  const { outcome, events } = await room.begin({ story: 'cheat', seed: 7, step: FAR }, undefined);
  expect(outcome?.result).toBe('stopped');
  const last = { story: 'cheat', seed: 7, step: events.length + 1 } as const;
  expect((await room.begin(last, undefined)).outcome).toEqual(outcome);
});

test('only in a rehearsal may anybody cheat', async () => {
  const stage = new Stage(parts, 1);
  const { person, drawn } = await Player.of(stage, 0);
  const device = await drawnDevice(drawn);
  const store = memoryStore();
  const seat = await beginGroup(
    stage.ports(store, 'real'),
    { ...stage.id, rehearsal: false },
    stage.terms,
    meWith(device, person),
    { reply: new Uint8Array(32).fill(1) },
  );
  expect(() => misbehaving(seat, store, new Map(), () => undefined)).toThrow(RangeError);
});
