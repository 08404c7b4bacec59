import { base64 } from '@scure/base';
import { describe, expect, it } from 'vitest';
import { value } from '../../../tests/support/hex.ts';
import { implementations } from '../../../tests/support/node.ts';
import { field, fullPsbt, mapsOf } from '../../../tests/support/psbts.ts';
import {
  paths,
  recipient,
  sampleSpend,
  secretOf,
  signSpend,
  threshPkOf,
} from '../../../tests/support/spends.ts';
import { writePsbt } from '../../../tests/support/write-psbt.ts';
import { concat, toHex, type Bytes } from '../crypto/bytes.ts';
import { outputAt } from './branches.ts';
import { MAX_BYTES, writeMaps, type PsbtMap } from './psbt-map.ts';
import { psbtBytes, readPsbt } from './psbt.ts';
import { le32, le64, withLength } from './serial.ts';
import { MAX_INPUTS, MAX_SAT, type Spend, type SpendProblem } from './spend.ts';
import { finalTx } from './transaction.ts';

const { secp256k1: group } = implementations.find(({ name }) => name === 'WASM')!;
const threshPk = threshPkOf(group);
const sample = sampleSpend(group);
const written = (spend: Spend, version: 0 | 2 = 2) =>
  value(writePsbt(group, threshPk, spend, version));
const problems = (bytes: Bytes) => readPsbt(group, threshPk, bytes);

/** The sample as maps, with one map changed: 0 is global, 1 to 3 are inputs, 4 and 5 outputs. */
const changed = (m: number, change: (map: PsbtMap) => PsbtMap, version: 0 | 2 = 2) =>
  writeMaps(mapsOf(written(sample, version)).map((map, i) => (i === m ? change(map) : map)));
const set = (type: number, content: Uint8Array) => (map: PsbtMap) =>
  map.map((one) => (one.type === type ? { ...one, value: concat(content) } : one));
const add = (type: number, content: Uint8Array, data?: Bytes) => (map: PsbtMap) => [
  ...map,
  field(type, content, data),
];
const drop = (type: number) => (map: PsbtMap) => map.filter((one) => one.type !== type);

const scriptAt = (path: readonly number[]) => value(outputAt(group, threshPk, path)).script;
const other = threshPk.with(0, threshPk[0]! ^ 1);

describe('each reason to refuse a PSBT has its name', () => {
  const input = (problem: SpendProblem['problem'], detail = ''): SpendProblem => ({
    problem,
    input: 1,
    detail,
  });
  const change = (problem: SpendProblem['problem'], detail = ''): SpendProblem => ({
    problem,
    output: 1,
    detail,
  });
  const utxo = (amount: number | bigint, script: Uint8Array) => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(amount), true);
    return concat(bytes, withLength(script));
  };
  const { amount, path } = sample.inputs[1]!;

  it.each<[string, Bytes, SpendProblem]>([
    ['no magic', new Uint8Array(9), { problem: 'not-a-psbt', detail: 'magic' }],
    [
      'a version of PSBTs that there is not',
      changed(0, set(0xfb, le32(1))),
      { problem: 'not-a-psbt', detail: 'version 0x01000000' },
    ],
    [
      'a key twice',
      changed(2, (map) => [...map, map[0]!]),
      { problem: 'not-a-psbt', detail: '2 × 0x01' },
    ],
    [
      'bytes after the end',
      concat(written(sample), Uint8Array.of(7)),
      { problem: 'trailing-bytes', detail: '1' },
    ],
    [
      'bytes after the end, version 0',
      concat(written(sample, 0), written(sample, 0)),
      { problem: 'trailing-bytes', detail: String(written(sample, 0).length) },
    ],
    [
      'too many inputs',
      changed(0, set(0x04, Uint8Array.of(MAX_INPUTS + 1))),
      { problem: 'too-many', detail: '101 + 2' },
    ],
    [
      'an extended key for everybody',
      changed(0, add(0x01, le32(0), new Uint8Array(78))),
      { problem: 'unknown-field', detail: '0x01000000' },
    ],
    [
      'that inputs may be added',
      changed(0, add(0x06, Uint8Array.of(3))),
      { problem: 'unknown-field', detail: '0x06' },
    ],
    [
      'somebody’s own field',
      changed(2, add(0xfc, le32(0), Uint8Array.of(1, 0x61, 0))),
      input('unknown-field', '0xfc016100'),
    ],
    ['a script path', changed(2, add(0x18, new Uint8Array(32))), input('unknown-field', '0x18')],
    ['a lock time of one input', changed(2, add(0x12, le32(7))), input('unknown-field', '0x12')],
    ['a tree below the change', changed(5, add(0x06, le32(0))), change('unknown-field', '0x06')],
    [
      'fields of version 2 in version 0',
      changed(2, add(0x10, le32(0)), 0),
      input('unknown-field', '0x10'),
    ],
    ['a signature', changed(2, add(0x13, new Uint8Array(64))), input('already-signed')],
    ['a final witness', changed(2, add(0x08, Uint8Array.of(1, 0))), input('already-signed')],
    ['another hash type', changed(2, add(0x03, le32(1))), input('sighash', '0x01000000')],
    ['another hash type', changed(2, add(0x03, le32(0x83))), input('sighash', '0x83000000')],
    [
      'a transaction of version 3',
      changed(0, set(0x02, le32(3))),
      { problem: 'version', detail: '3' },
    ],
    [
      'a transaction of a version that nobody knows',
      changed(0, set(0x02, le32(0x7fff_ffff))),
      { problem: 'version', detail: '2147483647' },
    ],
    ['no derivation', changed(2, drop(0x16)), input('foreign-input')],
    ['no internal key', changed(2, drop(0x17)), input('foreign-input')],
    [
      'another amount’s script',
      changed(2, set(0x01, utxo(amount, recipient))),
      input('utxo-differs'),
    ],
    ['no output to spend', changed(2, drop(0x01)), input('utxo-differs')],
    [
      'an input of more than all bitcoin',
      changed(2, set(0x01, utxo(MAX_SAT + 1, scriptAt(path)))),
      input('too-much', String(MAX_SAT + 1)),
    ],
    [
      'a payment of more than all bitcoin',
      changed(4, set(0x03, le64(MAX_SAT + 1))),
      { problem: 'too-much', output: 0, detail: String(MAX_SAT + 1) },
    ],
    [
      'a payment to a script longer than any address’s',
      changed(4, set(0x04, new Uint8Array(43))),
      { problem: 'no-address', output: 0, detail: '' },
    ],
    [
      'change to another script',
      changed(5, set(0x04, scriptAt([1, 4]))),
      change('change-script', 'm/1/3'),
    ],
    ['change without its key', changed(5, drop(0x05)), change('change-script')],
    ['change without its path', changed(5, drop(0x07)), change('change-script')],
    [
      'change below another branch',
      written({
        ...sample,
        outputs: [
          sample.outputs[0]!,
          { amount: 29_998_503, script: scriptAt(paths.receive), path: paths.receive },
        ],
      }),
      change('change-branch', 'm/0/7'),
    ],
    [
      'an input below no branch',
      written({
        ...sample,
        inputs: sample.inputs.map((one, i) => (i === 1 ? { ...one, path: [4, 0] } : one)),
      }),
      input('branch', 'm/4/0'),
    ],
  ])('%s', (_, bytes, problem) => {
    expect(problems(bytes)).toEqual([problem]);
  });

  it('all inputs of another group, and its change', () => {
    expect(readPsbt(group, other, written(sample))).toEqual([
      ...[0, 1, 2].map((input) => ({ problem: 'foreign-input', input, detail: '' })),
      { problem: 'change-script', output: 1, detail: '' },
    ]);
  });

  it('a key of another group under our fingerprint', () => {
    const theirs = mapsOf(value(writePsbt(group, other, sample, 2)))[2]!;
    const ours = mapsOf(written(sample))[2]!;
    const fingerprint = (map: PsbtMap) => map.find(({ type }) => type === 0x16)!.value.slice(1, 5);
    const forged = set(
      0x16,
      concat(
        Uint8Array.of(0),
        fingerprint(ours),
        theirs.find(({ type }) => type === 0x16)!.value.subarray(5),
      ),
    )(theirs);
    expect(problems(changed(2, () => forged))).toEqual([
      input('foreign-input', `m/${paths.deposit.join('/')}`),
    ]);
  });

  it('a second derivation, or one below a script', () => {
    const { internalKey } = value(outputAt(group, threshPk, paths.receive));
    const derivation = mapsOf(written(sample))[2]!.find(({ type }) => type === 0x16)!.value;
    const leaf = concat(Uint8Array.of(1), new Uint8Array(32), derivation.subarray(1));
    for (const change of [add(0x16, derivation, internalKey), set(0x16, leaf)])
      expect(problems(changed(2, change))).toEqual([input('foreign-input')]);
  });

  it('change whose derivation is of a key that is not its own', () => {
    const { internalKey } = value(outputAt(group, threshPk, paths.receive));
    const derivation = mapsOf(written(sample))[5]!.find(({ type }) => type === 0x07)!.value;
    const forged = changed(5, (map) =>
      add(0x07, derivation, internalKey)(set(0x05, internalKey)(drop(0x07)(map))),
    );
    expect(problems(forged)).toEqual([change('change-script', 'm/1/3')]);
  });

  it('an earlier transaction that is another, or pays another amount', () => {
    const { spend, bytes } = fullPsbt(group, 0);
    expect(problems(bytes)).toEqual(spend);
    const maps = mapsOf(bytes);
    const first = (change: (map: PsbtMap) => PsbtMap) =>
      problems(writeMaps(maps.with(1, change(maps[1]!))));
    const refused = [{ problem: 'utxo-differs', input: 0, detail: '' }];
    const earlier = maps[1]!.find(({ type }) => type === 0x00)!.value;
    expect(first(set(0x00, earlier.with(-1, 1)))).toEqual(refused);
    expect(first(set(0x01, utxo(1, scriptAt(paths.receive))))).toEqual(refused);
    // With witnesses its id is over fewer bytes than it has.
    const withWitness = concat(earlier.subarray(0, 4), Uint8Array.of(0, 1), earlier.subarray(4));
    expect(first(set(0x00, withWitness))).toEqual(refused);
  });
});

it('lengths have one form', () => {
  const cut = (bytes: Bytes, at: number) => [bytes.subarray(0, at), bytes.subarray(at)] as const;
  /** The compact size at `at`, below 253, in three or five bytes. */
  const longer = (bytes: Bytes, at: number) => {
    const [before, [size, ...after]] = cut(bytes, at);
    const short = le32(size!);
    return [
      concat(before, Uint8Array.of(0xfd), short.subarray(0, 2), Uint8Array.from(after)),
      concat(before, Uint8Array.of(0xfe), short, Uint8Array.from(after)),
      concat(before, Uint8Array.of(0xff), short, le32(0), Uint8Array.from(after)),
    ];
  };
  const bytes = written(sample);
  // The first key's length, its value's, and the number of inputs as a value.
  for (const at of [5, 7]) for (const long of longer(bytes, at)) expectBroken(long);
  const count = mapsOf(bytes)[0]!.find(({ type }) => type === 0x04)!.value;
  for (const long of longer(count, 0)) expectBroken(changed(0, set(0x04, long)));
  // The number of inputs and of outputs, and a script's length, in the transaction of version 0.
  const tx = mapsOf(written(sample, 0))[0]![0]!.value;
  for (const at of [4, 4 + 1 + 41 * 3, 4 + 1 + 41 * 3 + 1 + 8])
    for (const long of longer(tx, at)) expectBroken(changed(0, set(0x00, long), 0));
});

function expectBroken(bytes: Bytes): void {
  const read = problems(bytes);
  expect(Array.isArray(read) && read.map(({ problem }) => problem)).toEqual(['not-a-psbt']);
}

it('change whose derivation is left out is a payment like any other', () => {
  const read = problems(changed(5, (map) => drop(0x07)(drop(0x05)(map))));
  expect(read).toEqual({
    ...sample,
    outputs: [sample.outputs[0], { ...sample.outputs[1]!, path: null }],
  });
});

it('what BIP 370 lets out means what it says', () => {
  expect(problems(changed(0, drop(0x03)))).toEqual({ ...sample, locktime: 0 });
  expect(problems(changed(1, drop(0x10)))).toMatchObject({
    inputs: [{ sequence: 0xffff_ffff }, { sequence: 0xffff_fffd }, { sequence: 0xffff_fffd }],
  });
});

it('a written PSBT does not say that anything may be added', () => {
  expect(mapsOf(written(sample))[0]!.map(({ type }) => type)).toEqual([2, 3, 4, 5, 0xfb]);
});

it('a finished PSBT is not taken in again', () => {
  const final = value(finalTx(group, threshPk, sample, signSpend(group, secretOf(group), sample)));
  expect(problems(final.psbtV0)).toEqual(
    [0, 1, 2].map((input) => ({ problem: 'already-signed', input, detail: '' })),
  );
});

it('a PSBT comes as bytes, as base64 or as a file of either', () => {
  const bytes = written(sample);
  const text = base64.encode(bytes);
  const file = new TextEncoder().encode(`${text}\n`);
  for (const given of [bytes, text, ` ${text}\r\n`, file, new TextEncoder().encode(text)])
    expect(psbtBytes(given)).toEqual(bytes);
  for (const given of ['', '!', `${text}=`, toHex(bytes).slice(1), Uint8Array.of(0xff, 0xfe)])
    expect(psbtBytes(given) ?? []).not.toEqual(bytes);
  expect(psbtBytes('not base64')).toBeUndefined();
  expect(psbtBytes('A'.repeat(2 * MAX_BYTES + 4))).toBeUndefined();
  const long = concat(bytes, new Uint8Array(MAX_BYTES));
  expect(problems(long)).toEqual([{ problem: 'not-a-psbt', detail: 'size' }]);
});
