import { beforeEach, describe, expect, it } from 'vitest';
import { decide } from '../../src/lib/ceremony/policy.ts';
import { asked } from '../../src/lib/ceremony/request-steps.ts';
import { rulesHash, rulesStatement, type Rules } from '../../src/lib/ceremony/rules.ts';
import { scriptOfAddress } from '../../src/lib/bitcoin/address.ts';
import { toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { isDeviceFault } from '../../src/lib/devices/device.ts';
import {
  adoptRules,
  freeze,
  governanceOf,
  proposeRules,
  tryRules,
} from '../../src/lib/worker/governance.ts';
import { Seat } from '../../src/lib/worker/seat.ts';
import { requestsViewOf } from '../../src/lib/worker/requests-view.ts';
import { bury, chainNow, everybodySees, evidenceOf } from '../support/bridge-seats.ts';
import { mine, type TestChain } from '../support/chain.ts';
import { clock, copyOf, ports, rehearsalId, type Player } from '../support/seats.ts';
import { audit } from '../support/signing-audit.ts';
import {
  again,
  halted,
  lie,
  outpointsOf,
  packageWith,
  type Five,
} from '../support/signing-cheats.ts';
import {
  did,
  everybodyHears,
  OTHER,
  proposed,
  pursue,
  RECIPIENT,
  reply,
  sessionAt,
  signBatch,
  spendOf,
  spendRequest,
  testRequest,
  withKey,
} from '../support/signing-seats.ts';

/* Five operators, three sign, four reserve and adopt. A spend pays 0.4 BTC. */

const BTC = 100_000_000;
const DAY = 86_400;
const notNow = { fault: 'not-now' };

const keyed = await withKey(5, 3, 'rules');
let players: Five;
let chain: TestChain;

/** Everybody goes on from the complete key, as if nothing had been since. */
beforeEach(async () => {
  players = (await Promise.all(
    keyed.map(async (player) => {
      const store = await copyOf(player);
      const seat = await Seat.open(ports(store, player.name), toHex(rehearsalId.group));
      return { ...player, store, seat };
    }),
  )) as Five;
  chain = chainNow();
});

const view = (player: Player = players[0]) => governanceOf(player.seat)!;
const time = () => view().chain.time;
const inForce = () => view().rules.rules.version;
const local = () => Math.floor(clock.now / 1000);

/** Everybody's own nodes see so many more blocks. */
async function see(blocks = 1): Promise<void> {
  bury(chain, blocks);
  await everybodySees(players, evidenceOf(chain));
}

/** The clock and the chain go on. */
async function pass(seconds: number): Promise<void> {
  clock.now += seconds * 1000;
  clock.monotonic = 0;
  for (let i = 0; i < 11; i++) mine(chain, { time: local() - 3600 + i * 60 });
  await everybodySees(players, evidenceOf(chain));
}

/** The version that follows the one in force, with this changed. */
const next = (more: Partial<Rules> = {}): Rules => {
  const { rules, hash } = view().rules;
  return { ...rules, version: rules.version + 1, previous: hash, ...more };
};

const approvalOf = async ({ device }: Player, statement: string): Promise<Bytes> => {
  const approval = await device.approve(statement);
  if (isDeviceFault(approval)) throw new Error(approval.fault);
  return approval.signature;
};

const adopt = async (player: Player, rules: Rules) =>
  adoptRules(
    player.seat,
    rulesHash(rules),
    await approvalOf(player, rulesStatement(rehearsalId, rules)),
  );

/** Proposed by the first, approved by these. */
async function agree(rules: Rules, by: readonly number[] = [0, 1, 2, 3]): Promise<void> {
  await did(proposeRules(players[0].seat, rules));
  await everybodyHears(players);
  for (const i of by) await did(adopt(players[i]!, rules));
  await everybodyHears(players);
}

/** The limits of before, and one on spends. */
const limits = (amount: number, window: number | null = DAY): Rules['limits'] => [
  ...view().rules.rules.limits.filter(({ kinds }) => !kinds.includes('spend')),
  { kinds: ['spend'], amount, window },
];

/** What keeps the first request of a batch back, as an operator sees it. */
const ruleOn = ({ seat }: Player, root: Bytes) =>
  requestsViewOf(seat)!.sessions.find((one) => toHex(one.root) === toHex(root))!.items[0]!.decision
    .rule;

describe('a version is adopted', () => {
  it('by r devices and no fewer; at once where it only tightens, without any agreed time', async () => {
    const tight = next({ limits: limits(BTC) });
    await agree(tight, [0, 1, 2]);
    expect(inForce()).toBe(1);
    expect(view().rules.proposed[0]!.approved).toEqual([0, 1, 2]);
    await did(adopt(players[4], tight));
    await everybodyHears(players);
    for (const player of players) {
      expect(view(player).rules.rules).toEqual(tight);
      expect(view(player).rules.former.map(({ version }) => version)).toEqual([1]);
      expect(view(player).rules.proposed).toEqual([]);
    }
  });

  it('not by a wrong, foreign or old signature, nor by one operator many times', async () => {
    const [asha, ben, chen, dora, emre] = players;
    const tight = next({ limits: limits(BTC) });
    const other = next({ limits: limits(2 * BTC) });
    await agree(tight, [0, 1, 2]);
    const rules = rulesHash(tight);
    const statement = rulesStatement(rehearsalId, tight);
    const wrong = [
      await approvalOf(dora, rulesStatement(rehearsalId, other)),
      await approvalOf(dora, rulesStatement({ ...rehearsalId, epoch: 1 }, tight)),
      await approvalOf(dora, rulesStatement({ ...rehearsalId, group: new Uint8Array(32) }, tight)),
      await approvalOf(emre, statement),
      new Uint8Array(64),
    ];
    for (const signature of wrong) {
      expect(await adoptRules(dora.seat, rules, signature)).toEqual({ fault: 'other-device' });
      await lie(dora, { kind: 'adopt', rules, signature });
    }
    // Those who approved say it again, with the same and with each other's signatures.
    const again = await approvalOf(asha, statement);
    for (const player of [asha, ben, chen]) {
      await lie(player, { kind: 'adopt', rules, signature: again });
      expect(await adoptRules(player.seat, rules, again)).toEqual(notNow);
    }
    await everybodyHears(players);
    for (const player of players) expect(view(player).rules.rules.version).toBe(1);
    await did(adopt(dora, tight));
    await everybodyHears(players);
    for (const player of players) expect(view(player).rules.rules.version).toBe(2);
  });

  it('only as the next one, and only if it was proposed', async () => {
    const [asha, ben] = players;
    const tight = next({ limits: limits(BTC) });
    const later = { ...tight, version: 3 };
    expect(await proposeRules(asha.seat, later)).toEqual(notNow);
    expect(await proposeRules(asha.seat, { ...tight, previous: new Uint8Array(32) })).toEqual(
      notNow,
    );
    expect(await proposeRules(asha.seat, { ...tight, organisations: 0 })).toEqual({
      fault: 'request-unfit',
    });
    expect(await adopt(ben, tight)).toEqual(notNow);
    // One who does not keep to it gains nothing, even with everybody's approvals.
    await lie(asha, { kind: 'rules', rules: later });
    await everybodyHears(players);
    for (const player of players) {
      const signature = await approvalOf(player, rulesStatement(rehearsalId, later));
      expect(await adoptRules(player.seat, rulesHash(later), signature)).toEqual(notNow);
      await lie(player, { kind: 'adopt', rules: rulesHash(later), signature });
    }
    await everybodyHears(players);
    expect(inForce()).toBe(1);
  });

  it('that loosens waits: honest seats refuse it sooner, and it holds by the chain’s time', async () => {
    const soon = next({ lifetime: 90 * DAY, from: 0 });
    await did(proposeRules(players[0].seat, soon));
    await everybodyHears(players);
    expect(view(players[1]).rules.proposed[0]).toMatchObject({
      problem: 'too-soon',
      loosened: ['lifetime'],
    });
    expect(await adopt(players[1], soon)).toEqual(notNow);

    const unheard = next({ lifetime: 90 * DAY, from: local() + 2 * DAY });
    await did(proposeRules(players[0].seat, unheard));
    await everybodyHears(players);
    // Without an agreed time nobody knows when a wait begins.
    expect(await adopt(players[1], unheard)).toEqual(notNow);
    await see();
    for (const i of [0, 1, 2, 3]) await did(adopt(players[i]!, unheard));
    await everybodyHears(players);
    expect(inForce()).toBe(1);
    clock.now += 3 * DAY * 1000;
    await everybodyHears(players);
    expect(inForce()).toBe(1);
    await pass(0);
    expect(inForce()).toBe(2);
  });
});

describe('versions that compete', () => {
  it('everybody comes to the same one: the one with more approvals', async () => {
    const a = next({ limits: limits(BTC) });
    const b = next({ limits: limits(2 * BTC) });
    await did(proposeRules(players[0].seat, a));
    await did(proposeRules(players[1].seat, b));
    await everybodyHears(players);
    for (const i of [0, 1, 2, 3]) await did(adopt(players[i]!, a));
    for (const player of players) if (player !== players[0]) await did(adopt(player, b));
    await did(adopt(players[0], b));
    await everybodyHears(players);
    for (const player of players) expect(view(player).rules.rules).toEqual(b);
  });

  it('an old proposal that is completed later undoes nothing that was agreed on since', async () => {
    const [, , , dora, emre] = players;
    const old = next({ limits: limits(5 * BTC) });
    await see();
    await did(proposeRules(players[0].seat, old));
    await everybodyHears(players);
    // All five approve it, two of them when the group went on long ago.
    for (const i of [0, 1, 2]) {
      const signature = await approvalOf(players[i]!, rulesStatement(rehearsalId, old));
      await lie(players[i]!, { kind: 'adopt', rules: rulesHash(old), signature });
    }
    await agree(next({ limits: limits(BTC) }));
    await agree(next({ limits: limits(BTC / 2) }));
    expect(inForce()).toBe(3);
    for (const player of [dora, emre]) {
      const signature = await approvalOf(player, rulesStatement(rehearsalId, old));
      await lie(player, { kind: 'adopt', rules: rulesHash(old), signature });
    }
    await everybodyHears(players);
    for (const player of players) expect(view(player).rules.rules.limits).toEqual(limits(BTC / 2));
  });

  it('a version that limits no burns within a window never holds, whoever approves it', async () => {
    await see();
    const uncapped = next({ limits: limits(BTC).filter(({ kinds }) => !kinds.includes('burn')) });
    await did(proposeRules(players[0].seat, uncapped));
    await everybodyHears(players);
    const signatures = await Promise.all(
      players.map((player) => approvalOf(player, rulesStatement(rehearsalId, uncapped))),
    );
    expect(await adoptRules(players[1].seat, rulesHash(uncapped), signatures[1]!)).toEqual(notNow);
    for (const [i, signature] of signatures.entries())
      await lie(players[i]!, { kind: 'adopt', rules: rulesHash(uncapped), signature });
    await everybodyHears(players);
    for (const player of players) {
      const [version] = view(player).rules.proposed;
      expect(version!.approved).toEqual([0, 1, 2, 3, 4]);
      expect(version!.problem).toBe('burns-uncapped');
      expect(view(player).rules.rules.version).toBe(1);
    }
  });

  it('what tightens at once is not undone by what waited', async () => {
    await see();
    const waits = next({ lifetime: 90 * DAY, from: local() + 2 * DAY });
    await agree(waits, [0, 1, 2, 3, 4]);
    const tight = next({ limits: limits(BTC) });
    await agree(tight);
    expect(view().rules.rules).toEqual(tight);
    await pass(3 * DAY);
    for (const player of players) expect(view(player).rules.rules).toEqual(tight);
  });
});

describe('a stop', () => {
  const stop = (player: Player, because = 'the observer is silent') =>
    freeze(player.seat, true, because);
  const go = (player: Player) => freeze(player.seat, false, '');
  const stopping = () => view().rules.frozen.map(({ operator }) => operator);

  it('by one operator keeps everything that moves money back, tests excepted, also after a package', async () => {
    const [, ben] = players;
    const root = await proposed(players, [spendRequest(spendOf(players[0]))]);
    for (const player of players) await reply(player, root);
    await everybodyHears(players);
    await did(players[0].seat.freeze(root, [0, 1, 2]));
    await everybodyHears(players);
    await did(stop(ben));
    await everybodyHears(players);
    for (const player of players) {
      expect(halted(player, root).halt).toBe('policy');
      expect(ruleOn(player, root)).toBe('stopped');
      expect(await player.seat.sign(root)).toEqual(notNow);
    }
    const { items } = await signBatch(players, [testRequest()], [0, 1, 2]);
    expect(items[0]!.signatures).toHaveLength(2);
    expect(view().rules.frozen).toEqual([
      { operator: 1, because: 'the observer is silent', going: [] },
    ]);
    await did(go(ben));
    await everybodyHears(players);
    await pursue(players, root);
    expect(sessionAt(ben, root).items[0]!.signatures).toHaveLength(1);
    audit(players);
  });

  it('ends by r who know of it, not by fewer', async () => {
    const [asha, ben, chen, dora, emre] = players;
    await did(stop(ben));
    await everybodyHears(players);
    for (const player of [asha, chen, dora]) {
      await did(go(player));
      await everybodyHears(players);
      expect(stopping()).toEqual([1]);
    }
    expect(view().rules.frozen[0]!.going).toEqual([0, 2, 3]);
    await did(go(emre));
    await everybodyHears(players);
    expect(stopping()).toEqual([]);
  });

  it('that was overruled can be made again, and what was said of earlier stops is no permission', async () => {
    const [asha, ben, ...rest] = players;
    // Everybody stopped once and let go: nobody's last word is a stop.
    for (const player of players) await did(stop(player));
    await everybodyHears(players);
    for (const player of players) await did(go(player));
    await everybodyHears(players);
    expect(stopping()).toEqual([]);
    await did(stop(ben));
    await everybodyHears(players);
    expect(stopping()).toEqual([1]);
    for (const player of [asha, ...rest]) await did(go(player));
    await everybodyHears(players);
    expect(stopping()).toEqual([]);
    await did(stop(ben, 'it happened again'));
    await everybodyHears(players);
    expect(stopping()).toEqual([1]);
    await did(stop(asha));
    await everybodyHears(players);
    expect(stopping()).toEqual([0, 1]);
  });

  it('is not lifted by one who says it before they heard of the stop', async () => {
    const [asha, ben, chen, dora, emre] = players;
    await did(stop(ben));
    // These say that all may go on, without knowing of it.
    for (const player of [asha, chen, dora, emre])
      await lie(player, { kind: 'freeze', on: false, because: '' });
    await everybodyHears(players);
    expect(stopping()).toEqual([1]);
  });

  it('said twice is said once', async () => {
    const [, ben] = players;
    await did(stop(ben));
    const { length } = ben.seat.state.head;
    await did(stop(ben));
    expect(ben.seat.state.head.length).toBe(length);
    await did(go(ben));
    await did(go(ben));
    expect(ben.seat.state.told(ben.seat.state.me, 'freeze')).toHaveLength(2);
  });
});

describe('limits', () => {
  it('of a window hold over batches, and roll by the chain’s time alone', async () => {
    await see();
    await agree(next({ limits: limits(BTC) }));
    const signed = await signBatch(
      players,
      [spendRequest(spendOf(players[0])), spendRequest(spendOf(players[0]))],
      [0, 1, 2],
    );
    expect(signed.items.every(({ signatures }) => signatures)).toBe(true);
    const root = await proposed(players, [
      spendRequest(spendOf(players[0]), { expires: clock.now + 20 * DAY * 1000 }),
    ]);
    for (const player of players) {
      expect(ruleOn(player, root)).toBe('window');
      const verdicts = [{ accept: true, because: '' }];
      const found = { source: 'own records', verdicts };
      expect(await player.seat.reply(root, found, undefined)).toEqual(notNow);
    }
    // The clocks alone permit nothing.
    clock.now += 2 * DAY * 1000;
    for (const player of players) expect(ruleOn(player, root)).toBe('window');
    await pass(0);
    await pursue(players, root);
    expect(sessionAt(players[0], root).items[0]!.signatures).toHaveLength(1);
    audit(players);
  });

  it('are not rolled by news of a time that was agreed on late', async () => {
    // Nothing is agreed on when the first is signed; the chain’s time comes a moment later.
    await agree(next({ limits: limits(0.5 * BTC) }));
    await signBatch(players, [spendRequest(spendOf(players[0]))], [0, 1, 2]);
    expect(time()).toBe(0);
    await see(3);
    expect(time()).toBeGreaterThan(0);
    const second = await proposed(players, [spendRequest(spendOf(players[0]))]);
    for (const player of players) expect(ruleOn(player, second)).toBe('window');
    // What is agreed on is a month old when the next one is signed; then it becomes current.
    await pass(2 * DAY);
    clock.now += 30 * DAY * 1000;
    const [third] = [spendRequest(spendOf(players[0]))];
    await signBatch(players, [third], [0, 1, 2]);
    await pass(0);
    const fourth = await proposed(players, [spendRequest(spendOf(players[0]))]);
    for (const player of players) expect(ruleOn(player, fourth)).toBe('window');
  });

  it('a liar’s time shortens nothing, at an operator who reserved and at one who did not', async () => {
    const [asha, ben, , , emre] = players;
    await pass(10 * DAY);
    await agree(next({ limits: limits(0.5 * BTC) }));
    const root = await proposed(players, [spendRequest(spendOf(asha))]);
    for (const player of players.slice(2, 4)) await reply(player, root);
    for (const liar of [asha, ben])
      await lie(liar, { kind: 'reserve', session: root, items: [0], time: 1 });
    await everybodyHears(players);
    // Emre did not reserve it, and two of the four who did lie.
    const second = await proposed(players, [spendRequest(spendOf(asha))]);
    for (const player of [players[2], emre]) expect(ruleOn(player, second)).toBe('window');
  });

  it('a replacement is counted once, with what it replaces', async () => {
    const [asha] = players;
    await see();
    await agree(next({ limits: limits(BTC) }));
    const first = spendRequest(spendOf(asha));
    const signed = await signBatch(players, [first], [0, 1, 2]);
    const { digest } = signed.items[0]!;
    const instead = again(asha, first, digest, outpointsOf(first));
    await signBatch(players, [instead], [0, 1, 2]);
    const root = await proposed(players, [spendRequest(spendOf(asha))]);
    for (const player of players) expect(ruleOn(player, root)).toBeUndefined();
    const { figures } = decide(
      asked(asha.seat.here(asha.seat.requests()!)),
      sessionAt(asha, await proposed(players, [spendRequest(spendOf(asha, { inputs: 2 }))])),
      0,
    );
    expect(figures).toEqual([BTC, 0.4 * BTC, 0.8 * BTC, DAY]);
  });
});

describe('destinations', () => {
  const listed = (...allowed: [string, number][]): Partial<Rules> => ({
    destinations: {
      kinds: ['spend'],
      allowed: allowed.map(([address, from]) => ({
        script: scriptOfAddress('regtest', address)!,
        name: 'Harbour AG',
        from,
      })),
    },
  });

  it('that are new wait by the chain’s time, and then are paid', async () => {
    await see();
    await agree(next(listed([RECIPIENT, 0])));
    const to = (address: string) =>
      proposed(players, [
        spendRequest(spendOf(players[0], { to: address }), {
          expires: clock.now + 20 * DAY * 1000,
        }),
      ]);
    const [known, strange] = [await to(RECIPIENT), await to(OTHER)];
    expect(ruleOn(players[1], known)).toBeUndefined();
    expect(ruleOn(players[1], strange)).toBe('destination');
    const early = next(listed([RECIPIENT, 0], [OTHER, local()]));
    await did(proposeRules(players[0].seat, early));
    await everybodyHears(players);
    expect(await adopt(players[1], early)).toEqual(notNow);
    await agree(next(listed([RECIPIENT, 0], [OTHER, local() + DAY + 3600])));
    expect(inForce()).toBe(3);
    clock.now += 2 * DAY * 1000;
    for (const player of players) expect(ruleOn(player, strange)).toBe('cool-off');
    await pass(0);
    await pursue(players, strange);
    expect(sessionAt(players[0], strange).items[0]!.signatures).toHaveLength(1);
  });
});

describe('who signs together', () => {
  const frozenBy = async (ids: readonly number[]) => {
    const root = await proposed(players, [spendRequest(spendOf(players[0]))]);
    for (const player of players) await reply(player, root);
    await everybodyHears(players);
    const chosen = await players[0].seat.freeze(root, ids);
    // A dishonest operator names them all the same.
    await lie(players[1], packageWith(players[1], root, ids));
    await everybodyHears(players);
    return { root, chosen, problems: sessionAt(players[0], root).packages.at(-1)!.problems };
  };

  it('not whoever proposed, where the rules separate them; the others sign', async () => {
    await agree(next({ separation: true }));
    const { root, chosen, problems } = await frozenBy([0, 1, 2]);
    expect(chosen).toEqual(notNow);
    expect(problems).toEqual(['separation']);
    for (const i of [0, 1, 2]) expect(await players[i]!.seat.sign(root)).toEqual(notNow);
    await pursue(players, root);
    const { packages, items } = sessionAt(players[0], root);
    expect(packages.at(-1)!.ids).toEqual([1, 2, 3]);
    expect(items[0]!.signatures).toHaveLength(1);
    // Whoever says the same batch again proposed it too, wherever their packet comes first.
    const again = await proposed(players, [spendRequest(spendOf(players[0]))]);
    const batch = sessionAt(players[2], again).items.map(({ request }) => request);
    await lie(players[2], { kind: 'request', batch });
    await pursue(players, again);
    const [copied] = sessionAt(players[1], again).packages;
    expect(copied!.ids).toEqual([1, 3, 4]);
    // A test moves no money.
    const test = await signBatch(players, [testRequest()], [0, 1, 2]);
    expect(test.items[0]!.signatures).toHaveLength(2);
  });

  it('too few organisations sign nothing that moves money', async () => {
    await agree(next({ organisations: 4 }));
    const { root, chosen, problems } = await frozenBy([1, 2, 3]);
    expect(chosen).toEqual(notNow);
    expect(problems).toEqual(['organisations']);
    expect(await players[1].seat.sign(root)).toEqual(notNow);
    const test = await signBatch(players, [testRequest()], [0, 1, 2]);
    expect(test.items[0]!.signatures).toHaveLength(2);
  });
});

describe('the other rules', () => {
  it('a kind that is frozen is not signed, a request that lives too long neither', async () => {
    await agree(next({ frozen: ['spend'] }));
    const root = await proposed(players, [spendRequest(spendOf(players[0]))]);
    for (const player of players) expect(ruleOn(player, root)).toBe('frozen');
    await see();
    await agree(next({ frozen: [], lifetime: 2 * DAY, from: local() + DAY + 3600 }));
    await pass(2 * DAY);
    expect(inForce()).toBe(3);
    const [short, long] = [DAY, 3 * DAY].map((life) =>
      spendRequest(spendOf(players[0]), { expires: clock.now + life * 1000 }),
    );
    expect(ruleOn(players[1], await proposed(players, [short!]))).toBeUndefined();
    expect(ruleOn(players[1], await proposed(players, [long!]))).toBe('lifetime');
  });

  it('a dry run says of all that was requested what would have been otherwise', async () => {
    await see();
    const [one, two] = [
      await signBatch(players, [spendRequest(spendOf(players[0]))], [0, 1, 2]),
      await signBatch(players, [spendRequest(spendOf(players[0], { inputs: 2 }))], [0, 1, 2]),
    ];
    await signBatch(players, [testRequest()], [0, 1, 2]);
    const tried = (rules: Rules) =>
      tryRules(players[1].seat, rules)!.map(({ root, before, after }) => [
        [one.root, two.root].findIndex((known) => toHex(known) === toHex(root)),
        before.rule,
        after.rule,
      ]);
    expect(tried(next({ limits: limits(0.5 * BTC, null) }))).toEqual([
      [0, undefined, undefined],
      [1, undefined, 'limit'],
      [-1, undefined, undefined],
    ]);
    expect(tried(next({ limits: limits(BTC) })).map(([, , after]) => after)).toEqual([
      undefined,
      'window',
      undefined,
    ]);
    expect(tryRules(players[1].seat, next({ lifetime: 1 }))).toBeUndefined();
    expect(view().rules.proposed).toEqual([]);
  });
});
