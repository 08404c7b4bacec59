import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsGroups } from '../../../tests/support/groups.ts';
import { unhex, value } from '../../../tests/support/hex.ts';
import { concat, toHex } from '../crypto/bytes.ts';
import { isFault } from '../crypto/faults.ts';
import { addressOfScript } from './address.ts';
import { outputAt, type Path } from './branches.ts';
import { readCoins, satOf } from './coins.ts';
import { descriptorChecksum } from './descriptor.ts';
import { MAX_SAT } from './spend.ts';

const { secp256k1 } = jsGroups;
const threshPk = unhex('023db9dc1dfbdd2177dfdfaa9a09b7877736db4572444f594c202bd223189f7852');
const deposit: Path = [2, 11, 12, 13, 14, 15, 16, 17, 2 ** 31 - 1];
const txid = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';

/** An entry as Bitcoin Core prints it for an output of ours, with changes. */
function entry(path: Path, changes: Record<string, unknown> = {}) {
  const { script, internalKey } = value(outputAt(secp256k1, threshPk, path));
  const descriptor = `tr([76e866ab/${path.join('/')}]${toHex(internalKey)})`;
  return {
    txid,
    vout: 1,
    address: addressOfScript('regtest', script),
    label: '',
    scriptPubKey: toHex(script),
    amount: 0.5,
    confirmations: 6,
    spendable: true,
    solvable: true,
    desc: `${descriptor}#${descriptorChecksum(descriptor)!}`,
    parent_descs: ['tr(…)'],
    safe: true,
    ...changes,
  };
}

const read = (json: unknown, deposits: readonly Path[] = []) => {
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  const result = value(readCoins(secp256k1, 'regtest', threshPk, text, deposits));
  if (typeof result === 'string') throw new Error(result);
  return result;
};

it('reads what Bitcoin Core prints', () => {
  const { coins, skipped } = read(`[
  {
    "txid": "${txid}",
    "vout": 3,
    "address": "bcrt1pd42tfwwsqzfrn3w8j89pvgra7t3wnjsdmz9wg3tdj2x6pg8t7hjqet9kcz",
    "label": "",
    "scriptPubKey": "51206d54b4b9d0009239c5c791ca16207df2e2e9ca0dd88ae4456d928da0a0ebf5e4",
    "amount": 0.10000001,
    "confirmations": 101,
    "desc": "tr([76e866ab/0/0]00)#00000000"
  }
]`);
  expect(skipped).toEqual([]);
  expect(coins).toEqual([
    { txid: unhex(txid).reverse(), vout: 3, amount: 10_000_001, path: [0, 0], confirmations: 101 },
  ]);
});

describe('whose coins', () => {
  it('the descriptor says where on any branch, and is believed only if that gives the script', () => {
    const paths: Path[] = [[0, 0], [1, 4_000_000], [3, 7], deposit];
    const { coins } = read(paths.map((path, vout) => entry(path, { vout })));
    expect(coins.map(({ path }) => path)).toEqual(paths);
    const desc = entry([0, 1]).desc;
    expect(read([entry([0, 0], { desc })]).coins[0]!.path).toEqual([0, 0]);
  });

  it.each<[string, Path, unknown]>([
    ['no descriptor', [0, 19], undefined],
    ['another kind of descriptor', [1, 0], 'rawtr(00)'],
    ['a hardened path', [3, 2], "tr([76e866ab/3'/2]00)"],
    ['an index that is none', [3, 2], 'tr([76e866ab/3/9999999999]00)'],
    ['an issued deposit address', deposit, 7],
  ])('%s: looked for among the known addresses', (_, path, desc) => {
    expect(read([entry(path, { desc })], [deposit]).coins[0]!.path).toEqual(path);
  });

  const other = `5120${'11'.repeat(32)}`;
  it.each<[string, object, string]>([
    ['a script of somebody else', entry([0, 0], { scriptPubKey: other }), 'foreign'],
    ['an address beyond the gap', entry([0, 20], { desc: undefined }), 'foreign'],
    ['a deposit address nobody issued', entry(deposit, { desc: undefined }), 'foreign'],
    ['a path on no branch', entry([7, 0]), 'foreign'],
    ['a path that is too long for its branch', entry([0, 0, 0]), 'foreign'],
    [
      'another network',
      entry([0, 0], {
        address: 'tb1pd42tfwwsqzfrn3w8j89pvgra7t3wnjsdmz9wg3tdj2x6pg8t7hjq5j0sdc',
      }),
      'wrong-network',
    ],
    ['no address', entry([0, 0], { address: undefined }), 'wrong-network'],
  ])('%s is skipped', (_, bad, why) => {
    const good = entry([0, 1], { vout: 0 });
    const { coins, skipped } = read([bad, good]);
    expect(coins.map(({ path }) => path)).toEqual([[0, 1]]);
    expect(skipped).toEqual([{ entry: 0, outpoint: `${txid}:1`, why }]);
  });
});

describe('hostile lists', () => {
  it.each([
    ['txid', txid.slice(2)],
    ['txid', txid.toUpperCase()],
    ['txid', 7],
    ['vout', -1],
    ['vout', 0.5],
    ['vout', 2 ** 32],
    ['vout', '1'],
    ['scriptPubKey', '5'],
    ['scriptPubKey', null],
    ['confirmations', -1],
    ['confirmations', undefined],
  ])('%s %j', (field, wrong) => {
    const { coins, skipped } = read([entry([0, 0], { [field]: wrong })]);
    expect(coins).toEqual([]);
    expect(skipped).toMatchObject([{ entry: 0, why: 'malformed' }]);
  });

  it.each([null, 7, 'text', [], {}])('an entry that is %j', (wrong) => {
    expect(read([wrong]).skipped).toEqual([{ entry: 0, outpoint: undefined, why: 'malformed' }]);
  });

  it('minus zero is no number of an output', () => {
    const text = JSON.stringify([entry([0, 0])]).replace('"vout":1', '"vout":-0');
    expect(read(text).skipped).toMatchObject([{ why: 'malformed' }]);
  });

  it('the same output twice', () => {
    const { coins, skipped } = read([entry([0, 0]), entry([0, 0]), entry([0, 0], { vout: 2 })]);
    expect(coins).toHaveLength(2);
    expect(skipped).toEqual([{ entry: 1, outpoint: `${txid}:1`, why: 'duplicate' }]);
  });

  it.each([
    ['', 'not-a-list'],
    ['{"coins":[]}', 'not-a-list'],
    ['[1', 'not-a-list'],
    [`[${'0,'.repeat(4000)}0]`, 'too-large'],
    [`[${' '.repeat(4_000_000)}]`, 'too-large'],
  ])('%.20s is no list of coins', (text, problem) => {
    expect(readCoins(secp256k1, 'regtest', threshPk, text, [])).toBe(problem);
  });

  it('a group key that is none', () => {
    const bad = concat(Uint8Array.of(5), threshPk.subarray(1));
    expect(isFault(readCoins(secp256k1, 'regtest', bad, '[]', []))).toBe(true);
  });
});

describe('amounts', () => {
  /** As Bitcoin Core prints them: eight decimals, no exponent. */
  const inBtc = (sat: number) => {
    const digits = String(sat).padStart(9, '0');
    return `${digits.slice(0, -8)}.${digits.slice(-8)}`;
  };

  it('every number of sat that Bitcoin Core can print is read exactly', () => {
    const near = (around: number) =>
      Array.from({ length: 2000 }, (_, i) => around - 1000 + i).filter((sat) => sat > 0);
    const edges = [500, 1e8, 2 ** 31, 2 ** 32, 2 ** 24 * 1e8, 2 ** 50, MAX_SAT - 1000].flatMap(
      near,
    );
    for (const sat of edges.filter((sat) => sat <= MAX_SAT))
      expect(satOf(JSON.parse(inBtc(sat)))).toBe(sat);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_SAT }), (sat) => {
        expect(satOf(JSON.parse(inBtc(sat)))).toBe(sat);
        expect(satOf(JSON.parse(`${sat}e-8`))).toBe(sat);
      }),
      { numRuns: 20_000 },
    );
  });

  it.each([
    ['1e-8', 1],
    ['2.1e7', MAX_SAT],
    ['20999999.97690000', 2_099_999_997_690_000],
    ['0.3', 30_000_000],
  ])('%s', (text, sat) => {
    expect(satOf(JSON.parse(text))).toBe(sat);
  });

  it.each([
    '0',
    '-0',
    '-0.5',
    '0.000000001',
    '0.123456789',
    '1.000000001',
    '20999999.000000005',
    '21000000.00000001',
    '21000001',
    '1e400',
    '1e-9',
    '"0.5"',
    'null',
    '[0.5]',
  ])('%s is no amount', (text) => {
    const json = JSON.stringify([entry([0, 0])]).replace('"amount":0.5', `"amount":${text}`);
    expect(read(json).skipped).toEqual([{ entry: 0, outpoint: `${txid}:1`, why: 'amount' }]);
  });
});
