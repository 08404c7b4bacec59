import { expect, it } from 'vitest';
import { byteList, hexBytes, readJson } from './json.ts';
import { integer, list, nullable, record, text } from './schema.ts';

const u53 = integer(0, Number.MAX_SAFE_INTEGER);

const reader = record({
  number: u53,
  name: nullable(text(20)),
  list: byteList(2),
  hex: hexBytes(1, 2),
});
const read = (json: string) => readJson(reader, json, 200);

it('is read with white space anywhere and names in any order', () => {
  const value = { number: 7, name: 'a  b', list: Uint8Array.of(0, 255), hex: Uint8Array.of(0xab) };
  const json = '{"number":7,"name":"a  b","list":[0,255],"hex":"ab"}';
  expect(read(json)).toEqual({ value });
  expect(read(JSON.stringify(JSON.parse(json), null, '\t'))).toEqual({ value });
  expect(read('\r\n{"hex":"ab", "list":[0 ,255],"name":"a  b","number":7}\n')).toEqual({ value });
});

const plain = 'not plain JSON: a name stands twice, or a value is written oddly';

it.each([
  ['{"number":7,"number":7,"name":null,"list":[0,1],"hex":"ab"}', plain],
  ['{"number":8,"number":7,"name":null,"list":[0,1],"hex":"ab"}', plain],
  ['{"number":7,"name":"\\u0061","list":[0,1],"hex":"ab"}', plain],
  ['{"number":7,"n\\u0061me":null,"list":[0,1],"hex":"ab"}', plain],
  ['{"number":7.0,"name":null,"list":[0,1],"hex":"ab"}', plain],
  ['{"number":7e0,"name":null,"list":[0,1],"hex":"ab"}', plain],
  ['{"number":-0,"name":null,"list":[0,1],"hex":"ab"}', plain],
  ['{"number":9007199254740990.6,"name":null,"list":[0,1],"hex":"ab"}', plain],
  ['{"number":9007199254740993,"name":null,"list":[0,1],"hex":"ab"}', 'number: not an integer'],
  ['{"number":7,"name":null,"list":[0,256],"hex":"ab"}', 'list[1]: not an integer'],
  ['{"number":7,"name":null,"list":[0],"hex":"ab"}', 'list: not a list of 2 to 2'],
  ['{"number":7,"name":null,"list":"ab","hex":"ab"}', 'list: not a list of 2 to 2'],
  ['{"number":7,"name":null,"list":[0,1],"hex":"AB"}', 'hex: not 1 to 2 bytes'],
  ['{"number":7,"name":null,"list":[0,1],"hex":"abc"}', 'hex: not 1 to 2 bytes'],
  ['{"number":7,"name":null,"list":[0,1],"hex":"0xab"}', 'hex: not 1 to 2 bytes'],
  ['{"number":7,"name":null,"list":[0,1],"hex":[171]}', 'hex: not 1 to 2 bytes'],
  ['{"number":7,"name":null,"list":[0,1],"hex":"abcdef"}', 'hex: not 1 to 2 bytes'],
  ['{"number":7,"name":null,"list":[0,1],"hex":"ab","more":1}', 'value: unknown field “more”'],
  ['{"name":null,"list":[0,1],"hex":"ab","__proto__":{"number":7}}', 'value: unknown field'],
  ['{"number":7', 'not JSON'],
  ['', 'not JSON'],
  ['null', 'value: not a map'],
  [' '.repeat(201), 'longer than 200 characters'],
])('%s is refused', (json, why) => {
  const result = read(json);
  expect(result).toBeTypeOf('string');
  expect(result as string).toContain(why);
});

it('nests as deeply as a hostile text likes', () => {
  const depth = 500_000;
  const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
  expect(readJson(list(u53, 1), deep, 2 * depth)).toBeTypeOf('string');
});

it('reads strings longer than any file has', () => {
  const long = '0'.repeat(9_000_000);
  expect(readJson(text(10_000_000), `"${long}"`, 10_000_000)).toEqual({ value: long });
});
