import { describe, expect, it } from 'vitest';
import { chainEvidenceFile, type ChainEvidence } from '../../src/lib/bitcoin/evidence-file.ts';
import type { Inclusion } from '../../src/lib/bitcoin/inclusion.ts';
import { checkRequest } from '../../src/lib/ceremony/problems.ts';
import { requestReader, type Request } from '../../src/lib/ceremony/request.ts';
import { toCbor } from '../../src/lib/crypto/cbor.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import { read } from '../../src/lib/crypto/schema.ts';
import { takeEvidence } from '../../src/lib/worker/evidence.ts';
import {
  blockWith,
  burnRequest,
  bury,
  deposited,
  depositsOf,
  everybodyLists,
  everybodySaw,
  everybodySees,
  evidenceOf,
  feeList,
  feesRequest,
  feesTx,
  lacking,
  mintRequest,
  newBurn,
  proved,
  recipient,
  recordsOf,
} from '../support/bridge-seats.ts';
import { everyChange } from '../support/changes.ts';
import { checkpointAt, fork, packed, tipOf } from '../support/chain.ts';
import { reload, type Player } from '../support/seats.ts';
import { withKey } from '../support/signing-seats.ts';
import { feeUtxo } from '../support/wire.ts';

/*
 * Every field of what requests and their evidence are made of, changed or left out: refused, and the
 * reason names the field.
 */

const utf8 = new TextEncoder();

/** All of a value without one of its fields, by the field's name. */
const without = <T extends object>(value: T): [string, Partial<T>][] =>
  Object.keys(value).map((name) => [
    name,
    Object.fromEntries(Object.entries(value).filter(([one]) => one !== name)) as Partial<T>,
  ]);

/** Where two values differ first: `a.0.b`. */
function pathOf(a: unknown, b: unknown): string {
  if (a instanceof Uint8Array || typeof a !== 'object' || a === null || !b) return '';
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  const name = [...names].find(
    (one) => JSON.stringify(Reflect.get(a, one)) !== JSON.stringify(Reflect.get(b, one)),
  )!;
  const rest = pathOf(Reflect.get(a, name), Reflect.get(b, name));
  return rest ? `${name}.${rest}` : name;
}

/** The proposer's own words: any are a request of their own. */
const free = ['purpose', 'expires', 'replaces', 'transaction.version', 'transaction.locktime'].map(
  (field): [string, string[]] => [field, []],
);

/**
 * By kind and field: the reasons of which one must come first. None: nothing that stands there is
 * wrong by itself; a coin that is not what a request says makes its signature invalid.
 */
const reasons: Partial<Record<Request['kind'], [string, string[]][]>> = {
  mint: [
    ...free,
    ['txid', ['included']],
    ['vout', ['output']],
    ['recipient', ['issued']],
    ['index', ['issued']],
    ['amount', ['amount']],
    ['mined', ['mined']],
    ['validity', ['schedule']],
    ['issue', ['reissue']],
  ],
  burn: [
    ...free,
    ['withdrawals.0.burn.asset', ['withdrawal-asset']],
    ['withdrawals.0.burn.nullifier', ['proof-says']],
    ['withdrawals.0.burn.height', ['own-record']],
    ['withdrawals.0.burn.block', ['own-record']],
    ['withdrawals.0.burn', ['withdrawal-output']],
    ['withdrawals.0.proof', ['proof']],
    ['withdrawals.0.output', ['withdrawal-output']],
    ['transaction.inputs.0.txid', []],
    ['transaction.inputs.0.vout', []],
    ['transaction.inputs.0.sequence', []],
    ['transaction.inputs.0.path', []],
    ['transaction.inputs.0.amount', []],
    ['transaction.outputs.1.amount', []],
    [
      'transaction.outputs.1',
      ['change-script', 'change-branch', 'no-address', 'output-unexplained', 'unspendable'],
    ],
    [
      'transaction.outputs',
      ['withdrawal-output', 'no-address', 'fee-too-high', 'change-branch', 'change-script'],
    ],
  ],
  fees: [
    ...free,
    ['transaction.inputs.0.txid', ['coin']],
    ['transaction.inputs.0.sequence', []],
    ['transaction.inputs.0.path', ['branch', 'fees-branch', 'coin']],
    ['transaction.inputs.0', ['coin']],
    ['transaction.outputs.0.amount', []],
    [
      'transaction.outputs',
      ['fees-output', 'no-address', 'unspendable', 'change-branch', 'future-witness'],
    ],
  ],
  consolidation: [
    ...free,
    // Not signed, and not believed: the own list says when.
    ['inputs.0.timestamp', []],
    ['inputs.0', ['own-list']],
  ],
};

describe('with one of each', async () => {
  const players = await withKey(3, 2, 'mutations');
  const [asha, ben] = players as [Player, Player];
  const { chain, block } = await deposited(players, [
    { recipient: recipient(1), index: 0, amount: 10_000_000 },
  ]);
  const fees = blockWith(chain, [feesTx(asha, [200_000])]);
  bury(chain, 5);
  await everybodySees(players, evidenceOf(chain, [fees]));
  const burn = newBurn();
  await proved(players, [burn]);
  await everybodySaw(players, [burn]);
  const utxos = [{ ...feeUtxo(0), amount: 200_000 }];
  await everybodyLists(players, utxos);
  const requests: Record<string, Request> = {
    mint: mintRequest((await depositsOf(asha))[0]!),
    burn: burnRequest(asha, [burn]),
    fees: feesRequest(asha, fees.txids[1]!, [200_000]),
    consolidation: {
      kind: 'consolidation',
      purpose: 'Fees',
      expires: Date.UTC(2030, 0),
      inputs: utxos,
    },
  };

  describe.each(Object.entries(requests))('a request of the kind %s', (_, request) => {
    it('holds as it is', () => {
      expect(lacking(ben, request)).toEqual([]);
    });

    it('without any of its fields is none', () => {
      for (const [field, less] of without(request))
        expect(read(requestReader, toCbor(less))).toMatch(
          field === 'kind' ? /^value: not one of/ : new RegExp(`^${field}`),
        );
    });

    it('with any change is refused, by the name of what changed', () => {
      const known = ben.seat.known()!;
      for (const changed of everyChange(request) as Generator<Request>) {
        const field = pathOf(request, changed);
        if (typeof read(requestReader, toCbor({ ...changed })) === 'string') continue;
        const why = [
          ...checkRequest(known, changed).map(({ problem }) => problem),
          ...lacking(ben, changed).map((one) => one.split(' ')[0]),
        ];
        const [, names] = reasons[request.kind]!.find(([of]) => field.startsWith(of)) ?? [];
        if (names) expect(names, field).toEqual(expect.arrayContaining(why.slice(0, 1)));
        else expect(field).toBe('a field with a reason');
        expect(why.length > 0, field).toBe(names!.length > 0);
      }
    });
  });

  it('a withdrawal or a fee output without a field is none, by the path to it', () => {
    const { withdrawals } = requests['burn'] as Extract<Request, { kind: 'burn' }>;
    for (const [field, less] of without(withdrawals[0]!.burn))
      expect(
        read(
          requestReader,
          toCbor({
            ...requests['burn'],
            withdrawals: [{ ...withdrawals[0]!, burn: less }],
          }),
        ),
      ).toMatch(new RegExp(`^withdrawals\\[0\\]\\.burn\\.${field}`));
    for (const [field, less] of without(utxos[0]!))
      expect(read(requestReader, toCbor({ ...requests['consolidation'], inputs: [less] }))).toMatch(
        new RegExp(`^inputs\\[0\\]\\.${field}`),
      );
  });

  // Files

  const take = (text: string) => takeEvidence(ben.seat, utf8.encode(text), 'file');
  const more = (): ChainEvidence => {
    const next = fork(chain, tipOf(chain).height);
    const with_ = blockWith(next, [feesTx(asha, [5000])]);
    bury(next, 1);
    return {
      ...evidenceOf(next, [with_]),
      headers: [{ after: tipOf(chain).header.hash, packed: packed(next, tipOf(chain).height) }],
    };
  };

  it('a file of evidence without a field, or with another, names it and leaves nothing behind', async () => {
    const evidence = more();
    const json = JSON.parse(chainEvidenceFile(evidence)) as Record<string, unknown>;
    for (const [field, less] of without(json)) {
      const { refused: why, detail } = (await take(JSON.stringify(less))) as Record<string, string>;
      expect([why, detail]).toEqual(
        field === 'conclave'
          ? ['unknown', '']
          : ['chain-malformed', expect.stringContaining(field)],
      );
    }
    const [one] = evidence.inclusions;
    const [pack] = evidence.headers;
    const flipped = (bytes: Uint8Array<ArrayBuffer>, at: number) =>
      bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
    const inclusion = (change: Partial<Inclusion>) => ({
      ...evidence,
      inclusions: [{ ...one!, inclusion: { ...one!.inclusion, ...change } }],
    });
    const { tx, branch, coinbase, coinbaseBranch } = one!.inclusion;
    const last = tx.length - 1;
    const cases: readonly [ChainEvidence, string, string][] = [
      [{ ...evidence, network: 'signet' }, 'network', 'signet'],
      [
        { ...evidence, headers: [{ ...pack!, after: one!.block }] },
        'unconnected',
        toHex(one!.block.toReversed()),
      ],
      // Version, Merkle root, time, bits and nonce of the first header of the pack.
      ...[4, 36, 40].map((at): [ChainEvidence, string, string] => [
        { ...evidence, headers: [{ ...pack!, packed: flipped(pack!.packed, at + 3) }] },
        'headers',
        '',
      ]),
      [inclusion({ tx: flipped(tx, last) }), 'inclusion', 'merkle-root tx'],
      [inclusion({ tx: tx.slice(1) }), 'inclusion', 'transaction'],
      [
        inclusion({ branch: { ...branch, position: branch.position + 2 } }),
        'inclusion',
        'position',
      ],
      [inclusion({ branch: { ...branch, hashes: [] } }), 'inclusion', 'depth'],
      [
        inclusion({ coinbase: flipped(coinbase, coinbase.length - 1) }),
        'inclusion',
        'merkle-root coinbase',
      ],
      [
        inclusion({ coinbaseBranch: coinbaseBranch.map((hash) => flipped(hash, 0)) }),
        'inclusion',
        'merkle-root coinbase',
      ],
      [
        { ...evidence, inclusions: [{ ...one!, block: new Uint8Array(32) }] },
        'inclusion-block',
        '00'.repeat(32),
      ],
      [
        { ...evidence, inclusions: [{ ...one!, block: block.header.hash }] },
        'inclusion',
        'coinbase',
      ],
      [{ ...evidence, tip: { ...evidence.tip!, height: 1 } }, 'tip-unknown', '1'],
      [{ ...evidence, tip: { ...evidence.tip!, hash: new Uint8Array(32) } }, 'tip-unknown', ''],
      [{ ...evidence, checkpoint: { ...checkpointAt(chain), times: [1] } }, 'checkpoint', 'times'],
    ];
    const before = ben.seat.state.head.length;
    for (const [i, [wrong, why, detail]] of cases.entries())
      expect(await take(chainEvidenceFile(wrong)), String(i)).toEqual({
        refused: why,
        detail: expect.stringContaining(detail) as string,
      });
    expect(ben.seat.state.head.length).toBe(before);
    // The right one is told with its headers, so that a reload and everybody else have them.
    expect(await take(chainEvidenceFile(evidence))).toMatchObject({ took: 'chain', headers: 2 });
    await reload(ben);
    expect(ben.seat.requests()!.chain.tips.get(1)!.block.height).toBe(evidence.tip!.height);
  });

  it('a file of records without a field, or with another, names it', async () => {
    const file = await recordsOf(ben, [newBurn()]);
    const json = JSON.parse(file) as { records: Record<string, unknown>[] };
    for (const [field, less] of without(json)) {
      const taken = (await take(JSON.stringify(less))) as Record<string, string>;
      const why = field === 'format' ? 'unknown' : 'records-malformed';
      expect(taken).toMatchObject({ refused: why });
      if (field !== 'format') expect(taken['detail']).toContain(field);
    }
    for (const [field, less] of without(json.records[0]!))
      expect(await take(JSON.stringify({ ...json, records: [less] }))).toEqual({
        refused: 'records-malformed',
        detail: expect.stringContaining(`records[0].${field}`) as string,
      });
    const wrong: Record<string, unknown> = {
      height: 1,
      block: '00'.repeat(32),
      asset: '01'.repeat(32),
      nullifier: '00'.repeat(8),
      amount: 6_000_000,
      fee: 0,
      script: '51',
      signature: '00'.repeat(64),
    };
    for (const [field, value] of Object.entries(wrong))
      expect(
        await take(JSON.stringify({ ...json, records: [{ ...json.records[0]!, [field]: value }] })),
      ).toMatchObject({ refused: 'records-signature' });
  });

  it('a list of fee outputs without a field names it', async () => {
    const [one] = JSON.parse(feeList([feeUtxo(0)])) as [Record<string, unknown>];
    for (const [field, less] of without(one))
      expect(await take(JSON.stringify([less]))).toEqual({
        refused: 'fees-malformed',
        detail: expect.stringContaining(`[0].${field}`) as string,
      });
  });
});
