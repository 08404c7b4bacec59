import { expect, it } from 'vitest';
import { feeUtxo } from '../../../tests/support/wire.ts';
import { toHex } from '../crypto/bytes.ts';
import { readFeeList } from './fee-list.ts';
import { feeUtxoId } from './fees.ts';

/** An output as the deployed bridge writes it. */
const listed = (number: number, changes: Record<string, unknown> = {}) => {
  const { owner, asset, salt, ...utxo } = feeUtxo(number);
  return {
    id: toHex(feeUtxoId(feeUtxo(number))),
    owner_pubkey_hash: Array.from(owner),
    asset_id: Array.from(asset),
    amount: utxo.amount,
    salt: Array.from(salt),
    txid: utxo.txid,
    timestamp: utxo.timestamp,
    status: 'Available',
    ...changes,
  };
};
const joined = {
  id: 'c-1',
  input_utxos: ['u-1', 'u-2'],
  total_amount: 0,
  destination_address: Array(32).fill(7) as number[],
  txid: null,
  timestamp: 0,
  status: 'Pending',
};
const read = (value: unknown) => readFeeList(JSON.stringify(value));

it('a list is read, and the database that holds it', () => {
  const expected = [
    { utxo: feeUtxo(0), claimedId: listed(0).id, idHolds: true, status: 'Available' },
    { utxo: feeUtxo(1), claimedId: 'u-1', idHolds: false, status: 'Spent' },
  ];
  const utxos = [listed(0), listed(1, { id: 'u-1', status: 'Spent' })];
  expect(read(utxos)).toEqual(expected);
  const done = { ...joined, txid: 'tx-1', status: 'Completed' };
  expect(read({ utxos, consolidations: [joined, done] })).toEqual(expected);
  expect(readFeeList(JSON.stringify({ consolidations: [], utxos }, null, 2))).toEqual(expected);
  expect(read([])).toEqual([]);
});

it('an id of another output, or in capitals, does not hold', () => {
  const id = toHex(feeUtxoId(feeUtxo(1)));
  expect(read([listed(0, { id })])).toMatchObject([{ claimedId: id, idHolds: false }]);
  expect(read([listed(1, { id: id.toUpperCase() })])).toMatchObject([{ idHolds: false }]);
});

const wrong: Record<string, readonly unknown[]> = {
  id: [7, null, 'x'.repeat(101), 'line\nbreak'],
  owner_pubkey_hash: [[], Array(31).fill(1), Array(32).fill(256), '0x7a', null],
  asset_id: [[], Array(33).fill(0), '0x0', 4],
  amount: [0, -1, 0.5, 21e14 + 1, '1'],
  salt: [[], Array(32).fill(-1), 'ab'.repeat(32)],
  txid: [7, null, 'x'.repeat(101)],
  timestamp: [-1, 0.5, null, '1'],
  status: ['available', '', null, 0],
};

it('every field that is missing or another thing is refused by its name', () => {
  expect(Object.keys(wrong)).toEqual(Object.keys(listed(0)));
  for (const [field, values] of Object.entries(wrong))
    for (const value of [undefined, ...values])
      for (const result of [
        read([listed(1), listed(0, { [field]: value })]),
        read({ utxos: [listed(1), listed(0, { [field]: value })], consolidations: [] }),
      ]) {
        expect(result).toBeTypeOf('string');
        expect(result).toMatch(new RegExp(`\\[1\\]\\.${field}(\\[\\d+\\])?: `));
      }
});

it('so is every field of what was joined', () => {
  for (const field of Object.keys(joined))
    expect(read({ utxos: [], consolidations: [{ ...joined, [field]: [0] }] })).toMatch(
      new RegExp(`^consolidations\\[0\\]\\.${field}(\\[0\\])?: `),
    );
});

it.each([
  ['another field', JSON.stringify([listed(0, { more: 1 })]), 'unknown field “more”'],
  ['another list', JSON.stringify({ utxos: [], consolidations: [], more: [] }), 'unknown field'],
  ['half a database', JSON.stringify({ utxos: [] }), 'consolidations: not a list'],
  [
    'a field twice',
    JSON.stringify([listed(0)]).replace('{', '{"amount":1,'),
    'a name stands twice',
  ],
  ['too many', JSON.stringify(Array(1001).fill(listed(0))), 'not a list of 0 to 1000'],
  [
    'an amount of 64 bits',
    JSON.stringify([listed(0)]).replace('10000', '18446744073709551615'),
    'amount: ',
  ],
  ['a text that is too long', ' '.repeat(4_000_001), 'longer than'],
  ['no JSON', 'utxos', 'not JSON'],
])('%s is refused', (_, json, why) => {
  expect(readFeeList(json)).toContain(why);
});
