import { beforeEach, describe, expect, it } from 'vitest';
import { equal, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { type PartOf } from '../../src/lib/ceremony/parts.ts';
import { haltOf } from '../../src/lib/ceremony/request-steps.ts';
import { requestDigest, type Batch, type Under } from '../../src/lib/ceremony/request.ts';
import { requestsOf } from '../../src/lib/ceremony/requests.ts';
import { type Session } from '../../src/lib/ceremony/session.ts';
import { GroupLog } from '../../src/lib/worker/group-log.ts';
import { altered } from '../support/cheating.ts';
import { copyOf, ports, type Player } from '../support/seats.ts';
import {
  five,
  lie,
  namesOf,
  repliedBy,
  signWithout,
  twoSpends,
  type Five,
} from '../support/signing-cheats.ts';
import {
  did,
  everybodyHears,
  openFor,
  sessionAt,
  spendOf,
  spendRequest,
} from '../support/signing-seats.ts';

/*
 * Shares, batches and groups that do not fit: who sent them is named, nobody signs, and what belongs to
 * another epoch, key or draft is never combined.
 */

const notNow = { fault: 'not-now' };
const NOBODY = new Uint8Array(32).fill(0xee);
/** Above the order of either group, and above every coordinate. */
const order = new Uint8Array(32).fill(0xff);

let all: Five;
let asha: Player;
let honest: readonly Player[];
let chen: Player;
beforeEach(async () => {
  all = await five('hostile');
  asha = all[0];
  chen = all[2];
  honest = all.filter((player) => player !== chen);
}, 60_000);

const replied = (ids: readonly number[], batch?: Batch) => repliedBy(all, ids, batch);
const othersSign = (root: Bytes) => signWithout(all, root);

type Given = PartOf<'signature-shares'>['items'];

describe('shares', () => {
  const zero = new Uint8Array(32);
  const wrong: readonly [string, (right: Given) => Given][] = [
    ['altered', ([a, b]) => [{ ...a!, shares: a!.shares.map(altered) }, b!]],
    ['swapped between items', ([a, b]) => [{ ...a!, shares: [b!.shares[0]!] }, b!]],
    ['swapped between inputs', ([a, b]) => [a!, { ...b!, shares: b!.shares.toReversed() }]],
    ['zero', ([a, b]) => [{ ...a!, shares: [zero] }, b!]],
    ['above the order', ([a, b]) => [{ ...a!, shares: [order] }, b!]],
    ['too few', ([a, b]) => [a!, { ...b!, shares: b!.shares.slice(0, 1) }]],
    ['too many', ([a, b]) => [a!, { ...b!, shares: [...b!.shares, zero] }]],
  ];
  let last: Given | undefined;

  /** Everybody signs under a package with Chen, whose shares are changed. */
  async function spoilt(root: Bytes, change: (right: Given) => Given): Promise<Session> {
    for (const i of [0, 1, 2]) {
      await openFor(all[i]!, sessionAt(all[i]!, root));
      await did(all[i]!.seat.renew(root));
    }
    await everybodyHears(all);
    await did(asha.seat.freeze(root, [0, 1, 2]));
    await everybodyHears(all);
    const { log } = chen.seat;
    const say = log.say.bind(log);
    log.say = (parts, ...rest) =>
      say(
        parts.map((part) => {
          if (part.kind !== 'signature-shares') return part;
          const items = change(part.items);
          last = part.items;
          return { ...part, items };
        }),
        ...rest,
      );
    for (const i of [0, 1, 2]) await did(all[i]!.seat.sign(root));
    log.say = say;
    await everybodyHears(all);
    return sessionAt(asha, root);
  }

  it.each(wrong)('%s: their sender is named and the others sign', async (_, change) => {
    const root = await replied([0, 1, 2, 3]);
    const session = await spoilt(root, change);
    expect(namesOf(session)).toEqual(['share-wrong 2']);
    expect(session.items.some(({ signatures }) => !signatures)).toBe(true);
    // The right one afterwards changes nothing: the first word under a package counts.
    const { hash } = session.packages.at(-1)!;
    await lie(chen, { kind: 'signature-shares', session: root, package: hash, items: last! });
    await everybodyHears(all);
    expect(namesOf(sessionAt(asha, root))).toEqual(['share-wrong 2']);
    await othersSign(root);
  });

  it('of an earlier package are wrong under a later one', async () => {
    const root = await replied([0, 1, 2, 3]);
    await spoilt(root, ([a]) => [a!].map((one) => ({ ...one, shares: [zero] })));
    const before = last!;
    const { packages } = await spoilt(root, () => before);
    expect(packages.at(-1)!.wrong).toEqual([2]);
    await othersSign(root);
  });

  it('for some of the items only: nobody waits for the rest', async () => {
    const root = await replied([0, 1, 2, 3]);
    const session = await spoilt(root, ([a]) => [a!]);
    expect(session.items.map(({ signatures }) => signatures?.length)).toEqual([1, undefined]);
    expect(namesOf(session)).toEqual([]);
    expect(asha.seat.nextFor(session).act).toBe('renew');
    await othersSign(root);
  });
});

describe('batches that nobody signs', () => {
  const spend = () => spendRequest(spendOf(asha));
  const test = () =>
    ({ kind: 'test', purpose: 'x', expires: spend().expires, salt: new Uint8Array(16) }) as const;
  const changed = (change: (spend: ReturnType<typeof spendOf>) => object) => {
    const request = spend();
    return { ...request, transaction: { ...request.transaction, ...change(request.transaction) } };
  };
  const input = (edit: object) => (one: ReturnType<typeof spendOf>) => ({
    inputs: one.inputs.map((each) => ({ ...each, ...edit })),
  });
  it.each<[string, () => Batch, readonly string[]]>([
    ['a test among spends', () => [spend(), test()], ['kinds-mixed']],
    ['one request twice', () => [spend()].flatMap((one) => [one, one]), ['items-collide']],
    [
      'one payment twice',
      () => {
        const one = spend();
        return [one, { ...spend(), payment: one.payment }];
      },
      ['items-collide'],
    ],
    [
      'one coin twice',
      () => {
        const one = spend();
        return [one, spendRequest(one.transaction)];
      },
      ['items-collide'],
    ],
    ['more than may be in one', () => Array.from({ length: 51 }, spend), ['too-many']],
    ['a foreign path', () => [changed(input({ path: [9, 9] }))], ['branch']],
    [
      'change that is not ours',
      () => [
        changed(({ outputs }) => ({
          outputs: outputs.map((one) => (one.path ? { ...one, path: [1, 8] } : one)),
        })),
      ],
      ['change-script'],
    ],
    [
      'an input twice',
      () => [changed(({ inputs }) => ({ inputs: [...inputs, ...inputs] }))],
      ['duplicate-input', 'fee-too-high'],
    ],
  ])('%s', async (_, batch, problems) => {
    await lie(chen, { kind: 'request', batch: batch() });
    await everybodyHears(all);
    const session = asha.seat.requests()!.sessions.at(-1)!;
    const { root, items } = session;
    const found = items.flatMap((item) => item.problems.map(({ problem }) => problem));
    expect([...session.problems, ...found]).toEqual(problems);
    const here = asha.seat.here(asha.seat.requests()!);
    expect(haltOf(here, session, 0)).toBe('refused');
    const verdicts = items.map(() => ({ accept: true, because: '' }));
    for (const player of honest)
      expect(await player.seat.reply(root, { source: 'x', verdicts }, undefined)).toEqual(notNow);
  });

  it('any locktime and sequence is signed as it is shown', async () => {
    const edges = [0, 1, 499_999_999, 500_000_000, 0xffff_ffff].map((figure) =>
      changed((one) => ({
        locktime: figure,
        inputs: one.inputs.map((each) => ({ ...each, sequence: figure })),
      })),
    );
    await othersSign(await replied([0, 1, 3], edges));
  });
});

describe('mixed groups never combine', () => {
  it('every field of where a request belongs changes what is signed', () => {
    const request = twoSpends(asha)[0]!;
    const { id, keys } = asha.seat.known()!;
    const under: readonly Under[] = [
      { id, keys },
      { id: { ...id, network: 'signet' }, keys },
      { id: { ...id, group: NOBODY }, keys },
      { id: { ...id, epoch: 1 }, keys },
      { id: { ...id, rehearsal: false }, keys },
      { id, keys: { ...keys, hash: NOBODY } },
    ];
    const digests = under.map((one) => requestDigest(one, request).join());
    expect(new Set(digests).size).toBe(under.length);
  });

  it('replies, nonces and shares of one epoch, key or draft say nothing in another', async () => {
    const root = await replied([0, 1, 3]);
    await othersSign(root);
    const known = asha.seat.known()!;
    const anew = async () => {
      const log = await GroupLog.open(ports(await copyOf(asha), 'anew'), '09'.repeat(32));
      return { ...known, state: log.state };
    };
    const { manifest, id, keys } = known;
    const ownRead = requestsOf(await anew()).sessions.find((one) => equal(one.root, root));
    expect(ownRead!.items.every(({ signatures }) => signatures)).toBe(true);

    const draft = { ...manifest, terms: { ...manifest.terms, draft: '0.10.0' as const } };
    const drafted = requestsOf({ ...(await anew()), manifest: draft });
    const other = drafted.sessions.find((one) => equal(one.root, root))!;
    expect(other.packages.length).toBeGreaterThan(0);
    expect(other.items.flatMap(({ shared }) => [...shared])).toEqual([]);

    for (const elsewhere of [
      { ...(await anew()), id: { ...id, epoch: 1 } },
      { ...(await anew()), keys: { ...keys, hash: NOBODY } },
    ])
      for (const session of requestsOf(elsewhere).sessions) {
        expect(session.replies.every(({ slip, nonces }) => !slip && nonces.length === 0)).toBe(
          true,
        );
        expect(session.packages).toEqual([]);
        for (const { reserved, shared } of session.items)
          expect(reserved.size + shared.size).toBe(0);
      }
  });
});
