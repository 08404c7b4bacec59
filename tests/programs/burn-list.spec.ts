import { describe, expect, it } from 'vitest';
import { readBurns } from '../../programs/burn-list.ts';
import { addressOfScript } from '../../src/lib/bitcoin/address.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import { MAX_BURN_RECORDS } from '../../src/lib/wire/burn-record.ts';
import { burn } from '../support/wire.ts';

const seen = {
  proof_id: 'a1',
  nullifier: `0x${toHex(burn.nullifier)}`,
  asset_id: '0x0',
  amount: burn.amount,
  destination_btc_address: addressOfScript('regtest', burn.script)!,
  fee_btc: burn.fee,
  block_number: burn.height,
  block_hash: toHex(burn.block),
  timestamp: 1_790_000_000,
};
const odd = { ...seen, nullifier: '0x7' };
const name = '0000000000000007';

const read = (...entries: readonly string[]) =>
  readBurns('regtest', 100, `{"height": 100000,\n "burns": [${entries.join(', ')}]}`);

/** The one burn among entries of which all others are left out: it is read as it stands alone. */
function leftOut(...entries: readonly string[]) {
  const [before, after] = [
    read(JSON.stringify(seen), ...entries),
    read(...entries, JSON.stringify(seen)),
  ];
  if (typeof before === 'string' || typeof after === 'string')
    throw new Error('The list was refused.');
  expect(before.burns).toEqual([burn]);
  expect(after.burns).toEqual([burn]);
  expect(before.leftOut.map(({ why }) => why)).toEqual(after.leftOut.map(({ why }) => why));
  return after.leftOut;
}

const oddly = 'a name stands twice in it, or a value is written oddly';

describe('an entry that does not fit is left out and named, and the others are read', () => {
  it.each<[string, object, string]>([
    [
      'destination of 101 characters',
      { destination_btc_address: 'x'.repeat(101) },
      'destination_btc_address: not 0 to 100 printable characters',
    ],
    [
      'destination that is not composed',
      { destination_btc_address: 'a\u0301b' },
      'destination_btc_address: not 0 to 100 printable characters',
    ],
    [
      'destination with an escape sequence',
      { destination_btc_address: '\u001b[2J' },
      'destination_btc_address: not 0 to 100 printable characters',
    ],
    [
      'destination that closes the list',
      { destination_btc_address: '"}],"burns":[{' },
      '“"}],"burns":[{” is no address of regtest',
    ],
    ['amount of nothing', { amount: 0 }, 'amount: not an integer from 1 to 2100000000000000'],
    ['amount as text', { amount: '50000' }, 'amount: not an integer from 1 to 2100000000000000'],
    ['amount of half a sat', { amount: 0.5 }, 'amount: not an integer from 1 to 2100000000000000'],
    [
      'amount above all bitcoin',
      { amount: 2_100_000_000_000_001 },
      'amount: not an integer from 1 to 2100000000000000',
    ],
    ['field that nobody knows', { network: 'regtest' }, 'unknown field “network”'],
    ['state that is nested without end', { status: 'DEEP' }, oddly],
  ])('with a %s', (_, change, why) => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const written = JSON.stringify({ ...odd, ...change }).replace('"DEEP"', deep);
    const [one, ...more] = leftOut(written);
    expect(more).toEqual([]);
    expect(one!.name).toBe(name);
    expect(one!.why).toContain(why);
  });

  it.each(Object.keys(seen))('without %s', (field) => {
    const [one] = leftOut(JSON.stringify({ ...odd, [field]: undefined }));
    expect(one!.why).toMatch(new RegExp(`^${field}: `));
    expect(one!.name).toMatch(field === 'nullifier' ? /^burns\[[01]\]$/ : name);
  });

  it('without a nullifier that reads: by its place', () => {
    const long = JSON.stringify({ ...seen, nullifier: '0x00000000000000001' });
    expect(leftOut('null', '[[1,2],{"a":[3]}]', '"],["', long).map((one) => one.name)).toEqual(
      [0, 1, 2, 3].map((place) => `burns[${place}]`),
    );
  });

  it.each([
    ['a name twice', '"amount":', '"amount":1,"amount":'],
    ['a name twice, once in another spelling', '"amount":', '"amoun\\u0074":1,"amount":'],
    ['a number in another spelling', '"amount":50000', '"amount":5e4'],
    ['a fraction of nothing', '"timestamp":1790000000', '"timestamp":1790000000.0'],
    ['a zero with a sign', '"fee_btc":1000', '"fee_btc":-0'],
  ])('with %s', (_, usual, unusual) => {
    const written = JSON.stringify(odd);
    expect(written).toContain(usual);
    expect(leftOut(written.replace(usual, unusual))).toEqual([{ name, why: oddly }]);
  });
});

it('a letter may be escaped as Python does it', () => {
  const ascii = JSON.stringify({ ...odd, proof_id: 'é' }).replace('é', '\\u00e9');
  const list = read(JSON.stringify(seen), ascii);
  if (typeof list === 'string') throw new Error(list);
  expect(list.leftOut).toEqual([]);
  expect(list.burns.map(({ nullifier }) => toHex(nullifier))).toEqual([
    toHex(burn.nullifier),
    name,
  ]);
});

describe('the list itself is refused', () => {
  const one = JSON.stringify(seen);
  it.each([
    ['with its height twice', `{"height":1,"height":5000,"burns":[${one}]}`, 'not plain JSON'],
    ['with two lists', `{"height":5000,"burns":[],"burns":[${one}]}`, 'not plain JSON'],
    ['with a name in another spelling', `{"height":5000,"\\u0062urns":[${one}]}`, 'not plain JSON'],
    ['with a height in another spelling', `{"height":5e3,"burns":[${one}]}`, 'not plain JSON'],
    ['with more beside', `{"height":5000,"burns":[],"x":[]}`, 'unknown field “x”'],
    ['with no list', `{"height":5000,"burns":{"0":${one}}}`, 'burns: not a list of 0 to 5000'],
    [
      'with too many',
      `{"height":5000,"burns":[${'0,'.repeat(MAX_BURN_RECORDS)}0]}`,
      'burns: not a list of 0 to 5000',
    ],
    ['where it is too long', ' '.repeat(4_000_001), 'longer than 4000000'],
  ])('%s', (_, json, why) => {
    expect(readBurns('regtest', 100, json)).toContain(why);
  });
});
