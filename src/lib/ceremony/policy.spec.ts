import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recipient } from '../../../tests/support/spends.ts';
import { itemOf, requests } from '../../../tests/support/requests.ts';
import { branches } from '../bitcoin/branches.ts';
import { be32, toHex } from '../crypto/bytes.ts';
import { defaultLimits } from './manifest.ts';
import { decide, dryRun, type Asked } from './policy.ts';
import type { Request } from './request.ts';
import { firstRules, moving, type Rules } from './rules.ts';
import type { Item, Reply, Session } from './session.ts';

/* Decisions about requests that stand alone; the own number is 0, five operators, four reserve. */

const id = {
  network: 'regtest',
  rehearsal: true,
  group: new Uint8Array(32).fill(9),
  epoch: 0,
} as const;
const BTC = 100_000_000;
const DAY = 86_400;
/** The median time past, in s, and the local clock an hour later. */
const TIME = 1_800_000_000;
const NOW = (TIME + 3600) * 1000;

const rules = (more: Partial<Rules> = {}): Rules => ({
  ...firstRules(defaultLimits),
  limits: [],
  ...more,
});
const perDay = (amount: number, kinds: Rules['limits'][number]['kinds'] = ['spend']): Rules =>
  rules({ limits: [{ kinds, amount, window: DAY }] });

let made = 0;

/** A spend of so much; `coin` names the output that it spends. */
function spend(amount: number, { coin = `${made}`, script = recipient } = {}): Request {
  made += 1;
  const plain = requests.spend([{ amount, script }]);
  const txid = new Uint8Array(32);
  txid.set(new TextEncoder().encode(coin));
  const inputs = plain.transaction.inputs.slice(0, 1).map((one) => ({ ...one, txid }));
  return {
    ...plain,
    payment: Uint8Array.from([...new Uint8Array(12), ...be32(made)]),
    expires: NOW + DAY * 1000,
    transaction: { ...plain.transaction, inputs },
  };
}

function item(request: Request, more: Partial<Item> = {}): Item {
  const digest = new Uint8Array(32);
  digest.set(be32(made++));
  return itemOf(id, request, digest, more);
}

/** Reserved by these at these times. */
const reserved = (request: Request, at: Readonly<Record<number, number>>): Item => {
  const reservedAt = new Map(Object.entries(at).map(([number, time]) => [Number(number), time]));
  return item(request, { reserved: new Set(reservedAt.keys()), reservedAt });
};

const silent: Reply = {
  slip: undefined,
  accepts: new Set(),
  objections: new Map(),
  statement: undefined,
  approved: false,
  displayed: false,
  nonces: [],
};

const session = (items: readonly Item[], own: Partial<Reply> = {}, latest = NOW): Session => ({
  root: new Uint8Array(32),
  kind: 'spend',
  proposers: [1],
  at: 0,
  latest,
  items,
  problems: [],
  replies: [{ ...silent, ...own }, silent, silent, silent, silent],
  packages: [],
  faults: [],
});

const asked = (inForce: Rules, others: readonly Item[] = [], more: Partial<Asked> = {}): Asked => ({
  inForce: { rules: inForce, frozen: [] },
  chain: { time: TIME },
  requests: { items: new Map(others.map((one) => [toHex(one.digest), one])) },
  terms: { n: 5, reservationQuorum: 4 },
  own: 0,
  now: NOW,
  ...more,
});

/** What decides about one request that stands beside others. */
const of = (inForce: Rules, request: Request, others: readonly Item[] = [], more = {}) => {
  const { rule, figures } = decide(asked(inForce, others, more), session([item(request)]), 0);
  return rule === undefined ? 'passes' : [rule, ...figures];
};

describe('the first rule that decides is named', () => {
  const to = { kinds: ['spend'] as Rules['frozen'], allowed: [] };
  const all = rules({
    frozen: ['spend'],
    lifetime: 3600,
    // The order in which limits stand does not matter.
    limits: [
      { kinds: ['spend'], amount: BTC, window: DAY },
      { kinds: ['spend'], amount: BTC / 2, window: null },
    ],
    destinations: to,
  });
  const request = spend(2 * BTC);
  it.each([
    [['stopped'], all, { frozen: [{ operator: 1, because: '', going: [] }] }],
    [['frozen'], all, {}],
    [['lifetime', 3600, DAY], { ...all, frozen: [] }, {}],
    [['limit', BTC / 2, 2 * BTC], { ...all, frozen: [], lifetime: DAY }, {}],
    [
      ['window', BTC, 0, 2 * BTC, DAY],
      { ...all, frozen: [], lifetime: DAY, limits: all.limits.slice(0, 1) },
      {},
    ],
    [['destination', 0], { ...all, frozen: [], lifetime: DAY, limits: [] }, {}],
  ] as [unknown[], Rules, object][])('%j', (expected, inForce, stop) => {
    expect(of(inForce, request, [], { inForce: { rules: inForce, frozen: [], ...stop } })).toEqual(
      expected,
    );
  });

  it('and nothing where none does; what it names is of the version in force', () => {
    expect(decide(asked(rules({ version: 7 })), session([item(request)]), 0)).toEqual({
      rule: undefined,
      version: 7,
      figures: [],
    });
  });

  it('a test is kept back by none of them', () => {
    const test = { ...requests.test(), expires: NOW + 400 * DAY * 1000 };
    const nothing = { ...all, frozen: [...moving] };
    const frozen = [{ operator: 1, because: '', going: [] }];
    expect(of(nothing, test, [], { inForce: { rules: nothing, frozen } })).toBe('passes');
  });
});

describe('limits', () => {
  const each = rules({ limits: [{ kinds: ['spend'], amount: BTC, window: null }] });

  it('are reached and not passed, to the sat', () => {
    expect(of(each, spend(BTC))).toBe('passes');
    expect(of(each, spend(BTC + 1))).toEqual(['limit', BTC, BTC + 1]);
    expect(of(perDay(BTC), spend(BTC))).toBe('passes');
    expect(of(perDay(BTC), spend(BTC + 1))).toEqual(['window', BTC, 0, BTC + 1, DAY]);
  });

  it('are for the kinds that they name', () => {
    const mints = rules({ limits: [{ kinds: ['mint'], amount: 1, window: null }] });
    expect(of(mints, spend(BTC))).toBe('passes');
    expect(of(perDay(1, ['mint', 'burn']), spend(BTC))).toBe('passes');
  });

  it('what comes back to the group is not moved', () => {
    const request = spend(BTC) as Extract<Request, { kind: 'spend' }>;
    const [paid] = request.transaction.outputs;
    const back = { ...paid!, amount: 9 * BTC, path: [branches.change, 0] };
    const outputs = [paid!, back];
    expect(of(each, { ...request, transaction: { ...request.transaction, outputs } })).toBe(
      'passes',
    );
  });
});

describe('a window', () => {
  const limit = perDay(BTC);
  const rest = spend(0.5 * BTC);
  const used = (...others: Item[]) => {
    const decided = of(limit, rest, others);
    return decided === 'passes' ? 'passes' : decided[2];
  };
  const big = () => spend(0.8 * BTC);

  it('counts what was reserved here, by enough others, or has shares or signatures', () => {
    expect(used(item(big()))).toBe('passes');
    expect(used(reserved(big(), { 1: TIME, 2: TIME, 3: TIME }))).toBe('passes');
    expect(used(reserved(big(), { 0: TIME }))).toBe(0.8 * BTC);
    expect(used(reserved(big(), { 1: TIME, 2: TIME, 3: TIME, 4: TIME }))).toBe(0.8 * BTC);
    expect(used(item(big(), { shared: new Set([3]) }))).toBe(0.8 * BTC);
    expect(used(item(big(), { signatures: [new Uint8Array(64)] }))).toBe(0.8 * BTC);
  });

  it('rolls with the time that is agreed on, from the second after it', () => {
    expect(used(reserved(big(), { 0: TIME - DAY + 1 }))).toBe(0.8 * BTC);
    expect(used(reserved(big(), { 0: TIME - DAY }))).toBe('passes');
  });

  it('the local clock rolls nothing', () => {
    const others = [reserved(big(), { 0: TIME - 60 })];
    const late = { now: NOW + 1000 * DAY * 1000 };
    const request = { ...rest, expires: late.now };
    expect(of({ ...limit, lifetime: 366 * DAY * 10 }, request, others, late)).toEqual([
      'window',
      BTC,
      0.8 * BTC,
      0.5 * BTC,
      DAY,
    ]);
  });

  it('nothing rolls while no time is agreed on', () => {
    const others = [reserved(big(), { 0: 0 }), reserved(spend(0.1 * BTC), { 0: TIME })];
    const none = { chain: { time: 0 } };
    expect(of(limit, rest, others, none)).toEqual(['window', BTC, 0.9 * BTC, 0.5 * BTC, DAY]);
  });

  it('what others say of the time cannot shorten it: two of four may lie', () => {
    const old = TIME - 3 * DAY;
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom(1, 2, 3, 4), { minLength: 2, maxLength: 2 }),
        fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { minLength: 2, maxLength: 2 }),
        fc.array(fc.integer({ min: TIME - DAY + 1, max: TIME }), { minLength: 4, maxLength: 4 }),
        (liars, lies, honest) => {
          const said = Object.fromEntries([1, 2, 3, 4].map((number, i) => [number, honest[i]!]));
          for (const [i, liar] of liars.entries()) said[liar] = lies[i]!;
          expect(used(reserved(big(), said))).toBe(0.8 * BTC);
        },
      ),
    );
    expect(used(reserved(big(), { 1: old, 2: old, 3: old, 4: old }))).toBe('passes');
    expect(used(reserved(big(), { 1: TIME, 2: old, 3: old, 4: old }))).toBe('passes');
  });

  it('what the operator here said decides over what others say', () => {
    const old = TIME - 3 * DAY;
    expect(used(reserved(big(), { 0: TIME - 9, 1: 0, 2: 0, 3: 0, 4: 0 }))).toBe(0.8 * BTC);
    expect(used(reserved(big(), { 0: old, 1: TIME, 2: TIME, 3: TIME, 4: TIME }))).toBe('passes');
  });

  it('of requests that exclude each other the largest counts, once', () => {
    const twice = [0.4, 0.3, 0.35].map((part) =>
      reserved(spend(part * BTC, { coin: 'same' }), { 0: TIME }),
    );
    expect(of(limit, spend(0.6 * BTC), twice)).toBe('passes');
    expect(of(limit, spend(0.6 * BTC + 1), twice)).toEqual([
      'window',
      BTC,
      0.4 * BTC,
      0.6 * BTC + 1,
      DAY,
    ]);
  });

  it('a replacement does not count what it excludes', () => {
    const first = reserved(spend(0.9 * BTC, { coin: 'first' }), { 0: TIME });
    expect(of(limit, spend(BTC, { coin: 'first' }), [first])).toBe('passes');
    expect(of(limit, spend(BTC, { coin: 'other' }), [first])).toEqual([
      'window',
      BTC,
      0.9 * BTC,
      BTC,
      DAY,
    ]);
  });

  it('one transaction counts once, in however many requests it stands', () => {
    const first = spend(0.9 * BTC) as Extract<Request, { kind: 'spend' }>;
    const words = { ...first, payment: new Uint8Array(16).fill(7) };
    const others = [reserved(first, { 0: TIME }), reserved(words, { 0: TIME })];
    expect(of(limit, { ...words, purpose: 'once more' }, others)).toBe('passes');
    expect(used(...others)).toBe(0.9 * BTC);
  });

  it('what may be paid is never counted for less, however requests share coins', () => {
    // One with two coins excludes two that do not exclude each other: both of these may be paid.
    const two = spend(0.5 * BTC, { coin: 'a' }) as Extract<Request, { kind: 'spend' }>;
    const [a] = two.transaction.inputs;
    const b = (spend(1, { coin: 'b' }) as typeof two).transaction.inputs[0]!;
    const both = { ...two, transaction: { ...two.transaction, inputs: [a!, b] } };
    const ones = ['a', 'b'].map((coin) => spend(0.4 * BTC, { coin }));
    for (const order of [
      [both, ...ones],
      [...ones, both],
      [ones[0]!, both, ones[1]!],
    ])
      expect(used(...order.map((one) => reserved(one, { 0: TIME })))).toBeGreaterThanOrEqual(
        0.8 * BTC,
      );
  });
});

describe('a batch', () => {
  const limit = perDay(BTC);
  const decided = (amounts: readonly number[], own: Partial<Reply> = {}, problem?: number) => {
    const items = amounts.map((amount, i) =>
      item(spend(amount * BTC), {
        problems: i === problem ? [{ problem: 'version', detail: '1' }] : [],
      }),
    );
    const known = asked(limit);
    return items.map((_, i) => decide(known, session(items, own), i).rule ?? 'passes');
  };

  it('counts together, in its order', () => {
    expect(decided([0.4, 0.4, 0.4])).toEqual(['passes', 'passes', 'window']);
  });

  it('what is kept back uses nothing of what comes after it', () => {
    expect(decided([0.4, 5, 0.4, 0.4, 0.2])).toEqual([
      'passes',
      'window',
      'passes',
      'window',
      'passes',
    ]);
  });

  it('what cannot be signed, or was turned down here, uses nothing', () => {
    expect(decided([0.8, 0.8], {}, 0)).toEqual(['passes', 'passes']);
    const slip = {} as NonNullable<Reply['slip']>;
    expect(decided([0.8, 0.8], { slip, accepts: new Set([1]) })).toEqual(['passes', 'passes']);
    expect(decided([0.8, 0.8], { slip, accepts: new Set([0, 1]) })).toEqual(['passes', 'window']);
  });
});

describe('lifetime', () => {
  const day = rules({ lifetime: DAY });
  const living = (life: number, at: number) =>
    decide(asked(day), session([item({ ...spend(BTC), expires: NOW + life * 1000 })], {}, at), 0)
      .rule;

  it('runs from the proposal', () => {
    expect(living(DAY, NOW)).toBeUndefined();
    expect(living(DAY + 1, NOW)).toBe('lifetime');
    expect(living(DAY - 3600, NOW - 3600_000)).toBeUndefined();
    expect(living(DAY - 3599, NOW - 3600_000)).toBe('lifetime');
  });

  it('a proposer who says a later time than it is gains nothing', () => {
    expect(living(30 * DAY, NOW + 30 * DAY * 1000)).toBe('lifetime');
  });
});

describe('destinations', () => {
  const name = 'Harbour AG';
  const listed = (...from: number[]) =>
    rules({
      destinations: {
        kinds: ['spend'],
        allowed: from.map((one) => ({ script: recipient, name, from: one })),
      },
    });

  it('on the list are paid, others are not', () => {
    expect(of(listed(0), spend(BTC))).toBe('passes');
    const stranger = Uint8Array.from(recipient, (byte, i) => (i === 9 ? byte ^ 1 : byte));
    expect(of(listed(0), spend(BTC, { script: stranger }))).toEqual(['destination', 0]);
    expect(of(listed(), spend(BTC))).toEqual(['destination', 0]);
    expect(of(rules(), spend(BTC))).toBe('passes');
  });

  it('that are new wait for the time that is agreed on, whatever the clock says', () => {
    const late = { now: NOW + 365 * DAY * 1000 };
    const soon = { ...spend(BTC), expires: late.now };
    const open = (from: number, more = {}) =>
      of({ ...listed(from), lifetime: 366 * DAY }, soon, [], more);
    expect(open(TIME)).toBe('passes');
    expect(open(TIME + 1)).toEqual(['cool-off', 0, TIME + 1]);
    expect(open(TIME + 1, late)).toEqual(['cool-off', 0, TIME + 1]);
    expect(open(1, { chain: { time: 0 } })).toEqual(['cool-off', 0, 1]);
  });

  it('that stand twice may be paid from the earlier time on', () => {
    expect(of(listed(TIME + 9, TIME), spend(BTC))).toBe('passes');
    expect(of(listed(TIME + 9, TIME + 5), spend(BTC))).toEqual(['cool-off', 0, TIME + 5]);
  });
});

describe('a dry run', () => {
  const past = (days: number, part: number) => {
    const at = TIME - days * DAY;
    return session([reserved(spend(part * BTC), { 0: at })], {}, at * 1000);
  };
  const run = (sessions: readonly Session[], then: Rules, now = rules()) => {
    const others = sessions.flatMap(({ items }) => items);
    return dryRun(asked(now, others), { sessions }, then).map(({ before, after }) => [
      before.rule ?? 'passes',
      after.rule ?? 'passes',
    ]);
  };

  it('rolls windows as they rolled then', () => {
    const sessions = [past(9.5, 0.8), past(9, 0.8), past(7, 0.8), past(6.5, 0.2)];
    expect(run(sessions, perDay(BTC))).toEqual([
      ['passes', 'passes'],
      ['passes', 'window'],
      ['passes', 'passes'],
      ['passes', 'passes'],
    ]);
  });

  it('what the other rules would have kept back uses nothing under them', () => {
    const sessions = [past(2.3, 0.8), past(2.2, 0.8), past(2.1, 0.2)];
    expect(run(sessions, perDay(BTC)).map(([, after]) => after)).toEqual([
      'passes',
      'window',
      'passes',
    ]);
  });

  it('says what would pass that is kept back now, and asks what waits as of now', () => {
    const waiting = session([item(spend(0.9 * BTC))]);
    const sessions = [past(0.5, 0.2), waiting];
    expect(run(sessions, rules(), perDay(BTC))).toEqual([
      ['passes', 'passes'],
      ['window', 'passes'],
    ]);
  });
});
