import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everyChange } from '../../../tests/support/changes.ts';
import { unhex } from '../../../tests/support/hex.ts';
import { anyFeeUtxos, consolidation, feeUtxo, place } from '../../../tests/support/wire.ts';
import { concat, toHex } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { read } from '../crypto/schema.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import {
  CONSOLIDATION_DOMAIN,
  consolidatedUtxo,
  consolidationBytes,
  consolidationDue,
  consolidationFields,
  consolidationProblemNames,
  consolidationProblems,
  feeUtxoId,
  feeUtxoReader,
  inOrder,
  type Consolidation,
  type FeeUtxo,
} from './fees.ts';
import { MINT_DOMAIN } from './mint.ts';

const amountIn32 = (amount: number) => {
  const out = Buffer.alloc(32);
  out.writeBigUInt64LE(BigInt(amount));
  return out;
};

describe('an output of the fee reservoir', () => {
  it('every field that is missing or another thing is refused by its name', () => {
    const utxo = feeUtxo(0);
    expect(read(feeUtxoReader, toCbor({ ...utxo }))).toEqual({ value: utxo });
    const wrong: Record<keyof FeeUtxo, readonly unknown[]> = {
      owner: [new Uint8Array(31), new Uint8Array(33), 7],
      asset: [new Uint8Array(31), 0],
      amount: [0, -1, 0.5, 21e14 + 1, null],
      salt: [new Uint8Array(33), null],
      txid: ['x'.repeat(101), 'line\nbreak', 7],
      timestamp: [-1, 0.5, null],
    };
    for (const [field, values] of Object.entries(wrong)) {
      const without = Object.entries(utxo).filter(([name]) => name !== field);
      expect(read(feeUtxoReader, toCbor(Object.fromEntries(without)))).toContain(`${field}: `);
      for (const value of values)
        expect(read(feeUtxoReader, toCbor({ ...utxo, [field]: value as never }))).toContain(
          `${field}: `,
        );
    }
  });

  it('its id is the hash of owner, asset, amount and salt', () => {
    fc.assert(
      fc.property(anyFeeUtxos, ([utxo]) => {
        const { owner, asset, amount, salt } = utxo!;
        const layout = Buffer.concat([owner, asset, amountIn32(amount), salt]);
        expect(layout.length).toBe(128);
        expect(toHex(feeUtxoId(utxo!))).toBe(createHash('sha256').update(layout).digest('hex'));
      }),
    );
    // Recorded from this code.
    expect(toHex(feeUtxoId(feeUtxo(0)))).toBe(
      '4341fe5f9c3a5906e5719806858468afc0ea4b0a34e297b972a4c866829aa9fb',
    );
  });
});

describe('the bytes that join outputs', () => {
  const bytes = consolidationBytes(consolidation);

  it('are known', () => {
    // Recorded from this code.
    expect(toHex(createHash('sha256').update(bytes).digest())).toBe(
      'f61b75399c84b7c59c1f5d833d3df8a359a157f5b18bd7e0e1400e5e9121532b',
    );
  });

  it('are what their description says', () => {
    fc.assert(
      fc.property(anyFeeUtxos, fc.nat(0xffff_ffff), (inputs, epoch) => {
        const name = Buffer.alloc(16);
        name.write('regtest');
        const numbers = Buffer.alloc(8);
        numbers.writeUInt32LE(epoch);
        numbers.writeUInt32LE(inputs.length, 4);
        const ids = inputs.map((input) => feeUtxoId(input)).sort((a, b) => Buffer.compare(a, b));
        const head = Buffer.concat([
          Buffer.from('0BTC_WIRE_FEE_CONSOLIDATION'),
          name,
          place.group,
          numbers,
          ...ids,
        ]);
        const { owner, asset } = inputs[0]!;
        const amount = inputs.reduce((total, input) => total + input.amount, 0);
        const salt = taggedHash(tags.consolidationSalt, head);
        const expected = concat(head, owner, asset, amountIn32(amount), salt);
        expect(consolidationBytes({ ...place, epoch, inputs })).toEqual(expected);
        expect(inOrder(inputs).map(feeUtxoId)).toEqual(ids);
        expect(consolidatedUtxo({ ...place, epoch, inputs })).toEqual({
          owner,
          asset,
          amount,
          salt,
        });
      }),
    );
  });

  it('belong to one field each, without a gap', () => {
    fc.assert(
      fc.property(anyFeeUtxos, (inputs) => {
        const fields = consolidationFields(inputs.length);
        let at = 0;
        for (const { start, end } of fields) {
          expect(start).toBe(at);
          expect(end).toBeGreaterThan(start);
          at = end;
        }
        expect(at).toBe(consolidationBytes({ ...consolidation, inputs }).length);
        expect(fields.flatMap(({ input }) => input ?? [])).toEqual([...inputs.keys()]);
      }),
    );
    const where = Object.fromEntries(
      consolidationFields(3).map(({ field, start, end }) => [field, bytes.subarray(start, end)]),
    );
    expect(new TextDecoder().decode(where['domain'])).toBe(CONSOLIDATION_DOMAIN);
    expect(toHex(where['network']!)).toBe(`${toHex(Buffer.from('regtest'))}${'00'.repeat(9)}`);
    expect(where['group']).toEqual(place.group);
    expect(toHex(where['epoch']!)).toBe('02000000');
    expect(toHex(where['count']!)).toBe('03000000');
    expect(where['owner']).toEqual(feeUtxo(0).owner);
    expect(where['asset']).toEqual(feeUtxo(0).asset);
    expect(toHex(where['amount']!)).toBe(`33750000${'00'.repeat(28)}`);
    expect(where['salt']).toEqual(consolidatedUtxo(consolidation).salt);
  });

  it('do not depend on the order of the outputs, nor on what the bridge says about them', () => {
    const { inputs } = consolidation;
    expect(consolidationBytes({ ...consolidation, inputs: [...inputs].reverse() })).toEqual(bytes);
    const told = inputs.map((input) => ({ ...input, txid: 'other', timestamp: 0 }));
    expect(consolidationBytes({ ...consolidation, inputs: told })).toEqual(bytes);
  });

  it('a change of anything else changes them', () => {
    const inputs = consolidation.inputs.map(({ owner, asset, amount, salt }) => ({
      owner,
      asset,
      amount,
      salt,
    }));
    const seen = new Set([toHex(bytes)]);
    let changes = 0;
    for (const changed of everyChange({ ...consolidation, inputs })) {
      seen.add(toHex(consolidationBytes(changed as Consolidation)));
      changes++;
    }
    // Network, group, epoch; one output less; owner, asset, amount and salt of three.
    expect(changes).toBe(1 + 32 + 1 + 1 + 3 * (32 + 32 + 1 + 32));
    expect(seen.size).toBe(changes + 1);
  });

  it('no other message of the key begins as they do', () => {
    for (const other of [MINT_DOMAIN, 'CONCLAVE TEST SIGNATURE']) {
      expect(other.startsWith(CONSOLIDATION_DOMAIN)).toBe(false);
      expect(CONSOLIDATION_DOMAIN.startsWith(other)).toBe(false);
    }
  });
});

describe('what keeps outputs from being joined', () => {
  const [a, b, c] = [feeUtxo(0), feeUtxo(1), feeUtxo(2)] as const;
  const other = unhex('ab'.repeat(32));
  const much = (salt: number): FeeUtxo => ({ ...feeUtxo(salt), amount: 21e14 });

  it('nothing', () => {
    fc.assert(
      fc.property(anyFeeUtxos, (inputs) => {
        expect(consolidationProblems(inputs)).toEqual([]);
      }),
    );
    expect(consolidationProblems(Array.from({ length: 100 }, (_, i) => feeUtxo(i)))).toEqual([]);
    expect(consolidationProblems([much(0)])).toEqual([]);
  });

  const cases: [string, FeeUtxo[], object[]][] = [
    ['none', [], [{ problem: 'count', detail: '0' }]],
    [
      'too many',
      Array.from({ length: 101 }, (_, i) => feeUtxo(i)),
      [{ problem: 'count', detail: '101' }],
    ],
    [
      'another owner',
      [a, { ...b, owner: other }, c],
      [{ problem: 'owner', input: 1, detail: toHex(other) }],
    ],
    [
      'another asset',
      [a, b, { ...c, asset: other }],
      [{ problem: 'asset', input: 2, detail: toHex(other) }],
    ],
    [
      'the same twice, whatever the bridge says about it',
      [a, b, { ...a, txid: 'other', timestamp: 1 }],
      [{ problem: 'duplicate', input: 2, detail: '0' }],
    ],
    ['more than all bitcoin', [much(0), a], [{ problem: 'sum', detail: '2100000000010000' }]],
    [
      'two of them',
      [a, { ...b, owner: other, asset: other }],
      [
        { problem: 'owner', input: 1, detail: toHex(other) },
        { problem: 'asset', input: 1, detail: toHex(other) },
      ],
    ],
  ];

  it.each(cases)('%s', (_, inputs, problems) => {
    expect(consolidationProblems(inputs)).toEqual(problems);
  });

  it('each of its names was seen', () => {
    const seen = new Set(
      cases.flatMap(([, inputs]) => consolidationProblems(inputs)).map(({ problem }) => problem),
    );
    expect([...seen].sort()).toEqual([...consolidationProblemNames].sort());
  });
});

it.each([
  [{ total: 100_000, oldest: 1_000_000, now: 1_000_000 }, 'amount'],
  [{ total: 99_999, oldest: 1_000_000, now: 1_000_000 }, undefined],
  [{ total: 99_999, oldest: 1_000_000, now: 1_086_399 }, undefined],
  [{ total: 99_999, oldest: 1_000_000, now: 1_086_400 }, 'age'],
  [{ total: 1, oldest: 1_000_000, now: 900_000 }, undefined],
  [{ total: 0, oldest: 0, now: 1_086_400 }, undefined],
])('%j is due by its %s', (figures, rule) => {
  expect(consolidationDue(figures)).toBe(rule);
});
