import { describe, expect, it } from 'vitest';
import { MAGIC, writeMaps, type PsbtField, type PsbtMap } from '../../src/lib/bitcoin/psbt-map.ts';
import { readPsbt } from '../../src/lib/bitcoin/psbt.ts';
import { compactSize } from '../../src/lib/bitcoin/serial.ts';
import { sighashesOf } from '../../src/lib/bitcoin/sighash.ts';
import { spendProblemNames, type Spend } from '../../src/lib/bitcoin/spend.ts';
import { concat, equal, toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { value } from '../support/hex.ts';
import { implementations } from '../support/node.ts';
import { fullPsbt, mapsOf } from '../support/psbts.ts';
import { threshPkOf } from '../support/spends.ts';

/*
 * Every field of a PSBT, damaged in every way: it is refused with a named problem, or the spend that
 * is shown differs in exactly what was damaged and other hashes are signed. Nothing is read over.
 */

const { secp256k1: group } = implementations.find(({ name }) => name === 'WASM')!;
const threshPk = threshPkOf(group);

/** Every figure of a spend under its name, such as `inputs.0.amount`. */
function figures(spend: Spend): Map<string, string> {
  const found = new Map([['locktime', String(spend.locktime)]]);
  for (const side of ['inputs', 'outputs'] as const)
    for (const [i, one] of spend[side].entries())
      for (const [name, figure] of Object.entries(one))
        found.set(
          `${side}.${i}.${name}`,
          figure instanceof Uint8Array ? toHex(figure) : JSON.stringify(figure),
        );
  return found;
}

/** The names of the figures in which two spends differ. */
function differences(a: Spend, b: Spend): string[] {
  const [left, right] = [figures(a), figures(b)];
  return [...new Set([...left.keys(), ...right.keys()])].filter(
    (name) => left.get(name) !== right.get(name),
  );
}

/** What the value of a field of a v2 PSBT may change, by the kind of its map and its type. */
const shown: Readonly<Record<string, string>> = {
  'global 03': 'locktime',
  'input 01': 'amount',
  'input 0e': 'txid',
  'input 0f': 'vout',
  'input 10': 'sequence',
  'output 03': 'amount',
  'output 04': 'script',
};
/** The same for a v0 PSBT: its transaction may change one of these. */
const inTransaction = /^(locktime|inputs\.\d\.(txid|vout|sequence)|outputs\.\d\.(amount|script))$/;

/** What says again what stands elsewhere too, so that nothing is lost without it. */
const redundant = ['input 00', 'input 03'];

describe.each([0, 2] as const)('PSBT version %i', { timeout: 300_000 }, (version) => {
  const { spend, bytes } = fullPsbt(group, version);
  const maps = mapsOf(bytes);
  const inputs = spend.inputs.length;
  const sighashes = value(sighashesOf(group, threshPk, spend)).map(toHex);
  const kindOf = (m: number) => (m === 0 ? 'global' : m <= inputs ? 'input' : 'output');
  const nameOf = (m: number, { type }: PsbtField) =>
    `${kindOf(m)} ${type.toString(16).padStart(2, '0')}`;
  const fields = maps.flatMap((map, m) => map.map((field, f) => ({ m, f, field })));

  /** The PSBT with this field replaced by others. */
  const replaced = (m: number, f: number, ...by: PsbtField[]) =>
    writeMaps(maps.map((map, i) => (i === m ? map.toSpliced(f, 1, ...by) : map)));

  /** The names in which what is shown differs; undefined where it is refused, by name. */
  function judge(mutant: Bytes): string[] | undefined {
    const read = readPsbt(group, threshPk, mutant);
    if (Array.isArray(read)) {
      expect(read.length).toBeGreaterThan(0);
      for (const { problem } of read) expect(spendProblemNames).toContain(problem);
      return undefined;
    }
    const different = differences(spend, read);
    const other = value(sighashesOf(group, threshPk, read)).map(toHex);
    if (different.length > 0)
      for (const [i, sighash] of other.entries()) expect(sighash).not.toBe(sighashes[i]);
    return different;
  }

  /** Refused, or exactly the figure that this field says is another one. */
  function expectSeen(mutant: Bytes, m: number, field: PsbtField): void {
    const different = judge(mutant);
    if (different === undefined) return;
    expect(different, nameOf(m, field)).toHaveLength(1);
    if (version === 0 && nameOf(m, field) === 'global 00')
      expect(different[0]).toMatch(inTransaction);
    else {
      const side = m <= inputs ? `inputs.${m - 1}` : `outputs.${m - 1 - inputs}`;
      const name = shown[nameOf(m, field)];
      expect(different[0]).toBe(m === 0 ? name : `${side}.${name}`);
    }
  }

  it('is read where nothing is damaged', () => {
    expect(readPsbt(group, threshPk, bytes)).toEqual(spend);
    expect(writeMaps(maps)).toEqual(bytes);
  });

  it('a bit of any value turned', () => {
    for (const { m, f, field } of fields)
      for (const at of field.value.keys()) {
        const turned = concat(field.value);
        turned[at]! ^= 1 << ((at * 5 + f) & 7);
        expectSeen(replaced(m, f, { ...field, value: turned }), m, field);
      }
  });

  it('a bit of any key turned', () => {
    for (const { m, f, field } of fields)
      for (const at of field.key.keys())
        for (let bit = 0; bit < (at === 0 ? 8 : 1); bit++) {
          const key = concat(field.key);
          key[at]! ^= 1 << bit;
          expect(judge(replaced(m, f, { ...field, key })), nameOf(m, field)).not.toEqual([]);
        }
  });

  it('any value cut or extended', () => {
    for (const { m, f, field } of fields)
      for (const changed of [
        field.value.subarray(0, -1),
        field.value.subarray(1),
        new Uint8Array(0),
        concat(field.value, Uint8Array.of(0)),
        concat(Uint8Array.of(0), field.value),
        concat(field.value, field.value),
      ])
        expectSeen(replaced(m, f, { ...field, value: concat(changed) }), m, field);
  });

  it('any key extended', () => {
    for (const { m, f, field } of fields)
      for (const more of [0, 1, 0xff])
        expect(
          judge(replaced(m, f, { ...field, key: concat(field.key, Uint8Array.of(more)) })),
          nameOf(m, field),
        ).toBeUndefined();
  });

  it('any field left out', () => {
    for (const { m, f, field } of fields) {
      const mutant = replaced(m, f);
      if (redundant.includes(nameOf(m, field))) expect(judge(mutant)).toEqual([]);
      else expectSeen(mutant, m, field);
    }
  });

  it('any field twice, with the same or another value', () => {
    for (const { m, f, field } of fields)
      for (const twin of [field, { ...field, value: concat(field.value).reverse() }])
        expect(judge(replaced(m, f, field, twin)), nameOf(m, field)).toBeUndefined();
  });

  it('any field in another map too', () => {
    for (const { m, field } of fields)
      for (const other of maps.keys()) {
        if (other === m) continue;
        const mutant = writeMaps(maps.map((map, i) => (i === other ? [...map, field] : map)));
        const different = judge(mutant);
        // An input may say its hash type.
        if (different) expect(nameOf(other, field)).toBe('input 03');
        if (different) expect(different).toEqual([]);
      }
  });

  it('any value exchanged with that of the same field of another input or output', () => {
    for (const one of fields)
      for (const two of fields) {
        const same = one.field.type === two.field.type && kindOf(one.m) === kindOf(two.m);
        if (one.m >= two.m || !same || equal(one.field.value, two.field.value)) continue;
        const exchange = (map: PsbtMap, i: number) =>
          i === one.m
            ? map.with(one.f, { ...one.field, value: two.field.value })
            : i === two.m
              ? map.with(two.f, { ...two.field, value: one.field.value })
              : map;
        const different = judge(writeMaps(maps.map(exchange)));
        if (different === undefined) continue;
        const side = kindOf(one.m) === 'input' ? 'inputs' : 'outputs';
        const from = kindOf(one.m) === 'input' ? 1 : 1 + inputs;
        const name = shown[nameOf(one.m, one.field)];
        expect(different).toEqual([
          `${side}.${one.m - from}.${name}`,
          `${side}.${two.m - from}.${name}`,
        ]);
      }
  });

  it('whole maps exchanged', () => {
    for (const one of maps.keys())
      for (const two of maps.keys()) {
        if (one >= two) continue;
        const swapped = maps.with(one, maps[two]!).with(two, maps[one]!);
        expect(judge(writeMaps(swapped))).not.toEqual([]);
      }
  });

  it('a map left out, added or repeated', () => {
    for (const m of maps.keys()) {
      expect(judge(writeMaps(maps.toSpliced(m, 1)))).toBeUndefined();
      expect(judge(writeMaps(maps.toSpliced(m, 0, [])))).toBeUndefined();
      expect(judge(writeMaps(maps.toSpliced(m, 0, maps[m]!)))).toBeUndefined();
    }
  });

  it('any length or end of a map turned, and the whole cut off anywhere or extended', () => {
    let at = MAGIC.length;
    const frame: number[] = [];
    for (const map of maps) {
      for (const { key, value } of map) {
        frame.push(at, at + 1 + key.length);
        at += 1 + key.length + compactSize(value.length).length + value.length;
      }
      frame.push(at++);
    }
    expect(at).toBe(bytes.length);
    for (const at of frame)
      for (let bit = 0; bit < 8; bit++)
        expect(judge(bytes.with(at, bytes[at]! ^ (1 << bit))), `byte ${at}`).toBeUndefined();
    for (const at of bytes.keys()) expect(judge(bytes.slice(0, at))).toBeUndefined();
    expect(readPsbt(group, threshPk, concat(bytes, Uint8Array.of(0)))).toEqual([
      { problem: 'trailing-bytes', detail: '1' },
    ]);
  });
});
