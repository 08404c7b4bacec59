import { fromHex, type Bytes } from './bytes.ts';
import type { Cbor } from './cbor.ts';
import { bytes, fit, integer, list, type Reader } from './schema.ts';

/*
 * JSON from outside. A value is taken from one text only, white space and the order of names aside: no
 * name stands twice, no number or letter is written in another way than the usual.
 */

/** Lower-case hexadecimal of exactly `length` bytes, or of `length` to `max`. */
export const hexBytes = (length: number, max = length): Reader<Bytes> => {
  const inner = bytes(length, max);
  return (value, at) =>
    inner(typeof value === 'string' && /^[0-9a-f]*$/.test(value) ? fromHex(value) : undefined, at);
};

/** A list of `length` numbers below 256. */
export const byteList = (length: number): Reader<Bytes> => {
  const inner = list(integer(0, 255), length, length);
  return (value, at) => Uint8Array.from(inner(value, at));
};

/** Reads JSON of at most `max` UTF-16 units and of this shape; a sentence where it is another thing. */
export function readJson<T>(reader: Reader<T>, text: string, max: number): { value: T } | string {
  if (text.length > max) return `longer than ${max} characters`;
  let json: Cbor;
  let again: string;
  try {
    json = JSON.parse(text) as Cbor;
    again = JSON.stringify(json);
  } catch {
    return 'not JSON'; // or brackets are nested so deeply that the stack overflows
  }
  const value = fit(reader, json);
  if (typeof value === 'string') return value;
  // Strings as they are, white space elsewhere gone.
  const dense = text.replace(/("(?:[^"\\]+|\\.)*")|\s+/g, '$1');
  return again === dense
    ? value
    : 'not plain JSON: a name stands twice, or a value is written oddly';
}
