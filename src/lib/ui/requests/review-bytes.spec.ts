import { describe, expect, it } from 'vitest';
import { everyChange } from '../../../../tests/support/changes.ts';
import { implementations } from '../../../../tests/support/node.ts';
import { under } from '../../../../tests/support/requests.ts';
import { sampleSpend } from '../../../../tests/support/spends.ts';
import { burn, feeUtxo } from '../../../../tests/support/wire.ts';
import { defaultLimits } from '../../ceremony/manifest.ts';
import type { Request } from '../../ceremony/request.ts';
import type { Known } from '../../ceremony/session.ts';
import { attestedOf } from '../../worker/attested-review.ts';
import type { ItemView } from '../../worker/requests-view.ts';
import { reviewOf } from '../../worker/review.ts';
import { attestedFigures, attestedRanges, spendFigures, spendRanges } from './figures.ts';
import { explained, soundItem } from './review-bytes.ts';

/* Whatever the worker shows other than what is signed or requested, the page notices it. */

const [secp256k1, ed25519] = [implementations[0]!.secp256k1, implementations[0]!.ed25519];
const id = {
  network: 'regtest',
  rehearsal: false,
  group: new Uint8Array(32).fill(9),
  epoch: 3,
} as const;
const known = {
  ...under(id),
  groups: { secp256k1, ed25519 },
  state: { once: (_name: string, _parts: unknown, make: () => unknown) => make() },
  manifest: { terms: { limits: defaultLimits } },
} as unknown as Known;

type Shown = Pick<ItemView, 'request' | 'review' | 'attested'>;
const shown = (request: Request): Shown => ({
  request,
  review: 'transaction' in request ? reviewOf(known, request, []) : undefined,
  attested: attestedOf(known, request),
});

const common = { purpose: 'Of today', expires: 1_900_000_000_000 };
const transaction = sampleSpend(secp256k1);
const [paid] = transaction.outputs;
const items: Record<Exclude<Request['kind'], 'test'>, Shown> = {
  spend: shown({
    ...common,
    kind: 'spend',
    payment: new Uint8Array(16),
    replaces: null,
    transaction,
  }),
  burn: shown({
    ...common,
    kind: 'burn',
    replaces: null,
    withdrawals: [
      {
        burn: { ...burn, amount: paid!.amount + burn.fee, script: paid!.script },
        proof: new Uint8Array(32),
        output: 0,
      },
    ],
    transaction,
  }),
  fees: shown({ ...common, kind: 'fees', replaces: null, transaction }),
  mint: shown({
    ...common,
    kind: 'mint',
    txid: Uint8Array.from({ length: 32 }, (_, i) => i),
    vout: 1,
    recipient: new Uint8Array(32).fill(0x42),
    index: 7,
    amount: 50_000_000,
    mined: 1_790_000_000,
    validity: 604_800,
    issue: 1,
  }),
  consolidation: shown({
    ...common,
    kind: 'consolidation',
    inputs: [feeUtxo(0), feeUtxo(1), feeUtxo(2)],
  }),
};

/** What follows from the request by hashing and measuring, or from history: the page cannot say. */
const apart = ['txid', 'feeRate', 'vsize', 'problems', 'before'];

/** Every change of one figure, byte or place of what is shown. */
function* lies({ review, attested }: Shown): Generator<[figure: string, lie: Partial<Shown>]> {
  for (const [name, value] of Object.entries(review ?? {}))
    if (!apart.includes(name))
      for (const changed of everyChange(value))
        yield [name, { review: { ...review!, [name]: changed } }];
  for (const [name, value] of Object.entries(attested ?? {}))
    for (const changed of everyChange(value))
      yield [name, { attested: { ...attested!, [name]: changed } }];
}

describe.for(Object.entries(items))('%s', ([kind, item]) => {
  it('is sound as the worker shows it', () => {
    expect(soundItem('regtest', item)).toBe(true);
  });

  it('is not, with any figure, byte or place changed', () => {
    let count = 0;
    for (const [figure, lie] of lies(item)) {
      count += 1;
      expect(soundItem('regtest', { ...item, ...lie }), `${figure}, change ${count}`).toBe(false);
    }
    expect(count).toBeGreaterThan(200);
  });

  it('is not where nothing is shown, or on another network', () => {
    expect(soundItem('regtest', { ...item, review: undefined, attested: undefined })).toBe(false);
    expect(soundItem('signet', item)).toBe(false);
  });

  it('has a figure for every byte, and bytes for every figure', () => {
    const { review, attested } = item;
    const groups = review ? spendFigures(review) : attestedFigures(attested!);
    const ranges = review ? spendRanges(review) : attestedRanges(attested!);
    const names = groups.flatMap(({ figures }) => figures.map(({ name }) => name));
    expect(names.toSorted()).toEqual(ranges.map(({ name }) => name).toSorted());
    expect(new Set(names).size).toBe(names.length);
    expect(explained((review ?? attested) as Parameters<typeof explained>[0])).toBe(true);
    expect(ranges.map(({ label }) => label).filter((label) => !/^\S.*\S$/.test(label))).toEqual([]);
    expect(kind).toBe(item.request.kind);
  });
});

describe('what is requested', () => {
  const changed = (kind: keyof typeof items, more: object): Shown => ({
    ...items[kind],
    request: { ...items[kind].request, ...more },
  });

  it('is compared: another deposit, schedule, coin or output than the bytes say', () => {
    for (const more of [
      { txid: new Uint8Array(32) },
      { vout: 2 },
      { recipient: new Uint8Array(32) },
      { amount: 50_000_001 },
      { mined: 1_790_003_600 },
      { validity: 604_799 },
      { issue: 0 },
    ])
      expect(soundItem('regtest', changed('mint', more)), Object.keys(more)[0]).toBe(false);
    const inputs = [feeUtxo(0), feeUtxo(1), feeUtxo(3)];
    expect(soundItem('regtest', changed('consolidation', { inputs }))).toBe(false);
    const other = { ...transaction, outputs: transaction.outputs.toReversed() };
    for (const kind of ['spend', 'burn', 'fees'] as const)
      expect(soundItem('regtest', changed(kind, { transaction: other })), kind).toBe(false);
  });

  it('and each withdrawal has its own output that pays exactly it; nobody else is paid', () => {
    const { request } = items.burn;
    if (request.kind !== 'burn') throw new Error(request.kind);
    const [one] = request.withdrawals;
    const withdrawals = (...list: object[]) => ({ withdrawals: list });
    for (const more of [
      withdrawals({ ...one!, output: 1 }),
      withdrawals({ ...one!, output: 2 }),
      withdrawals({ ...one!, burn: { ...one!.burn, amount: one!.burn.amount + 1 } }),
      withdrawals({ ...one!, burn: { ...one!.burn, fee: 0 } }),
      withdrawals({ ...one!, burn: { ...one!.burn, script: new Uint8Array(22) } }),
      withdrawals(one!, one!),
      withdrawals(),
    ])
      expect(soundItem('regtest', changed('burn', more))).toBe(false);
  });

  it('a test shows nothing, and is sound', () => {
    const request = { ...common, kind: 'test', salt: new Uint8Array(16) } as const;
    expect(soundItem('regtest', { request, review: undefined, attested: undefined })).toBe(true);
  });
});
