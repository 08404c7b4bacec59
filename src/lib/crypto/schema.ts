import type { Bytes } from './bytes.ts';
import { fromCbor, type Cbor } from './cbor.ts';

/*
 * What a decoded value must look like. A reader takes any value and gives it back typed, or throws
 * `Misfit` with the place where it does not fit; `read` turns that into a sentence. Fields nobody
 * named are refused.
 */

class Misfit extends Error {}

/** Checks a value; `at` is where it stands, for the sentence. */
export type Reader<T> = (value: unknown, at: string) => T;

/** What a reader reads. */
export type Read<R> = R extends Reader<infer T> ? T : never;

function misfit(at: string, what: string): never {
  throw new Misfit(`${at || 'value'}: ${what}`);
}

/** A byte string of exactly `length` bytes, or of `length` to `max`. */
export const bytes =
  (length: number, max = length): Reader<Bytes> =>
  (value, at) =>
    value instanceof Uint8Array && value.length >= length && value.length <= max
      ? (value as Bytes)
      : misfit(at, max === length ? `not ${length} bytes` : `not ${length} to ${max} bytes`);

/** Control and format characters, halves of pairs, private ones, line and paragraph separators. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

/** Text of `min` to `max` UTF-16 units in Unicode's composed form, without control characters. */
export const text =
  (max: number, min = 0): Reader<string> =>
  (value, at) =>
    typeof value === 'string' &&
    value.length >= min &&
    value.length <= max &&
    value === value.normalize('NFC') &&
    !UNPRINTABLE.test(value)
      ? value
      : misfit(at, `not ${min} to ${max} printable characters`);

/**
 * What a person typed as `text(max)` takes it: composed, with a space for whatever cannot be printed,
 * line breaks included, and cut where it is too long.
 */
export function printable(typed: string, max: number): string {
  const clean = typed.normalize('NFC').replace(new RegExp(UNPRINTABLE, 'gu'), ' ');
  let out = '';
  for (const letter of clean) {
    if (out.length + letter.length > max) break;
    out += letter;
  }
  return out;
}

/** Printable ASCII and line feeds, 1 to `max` characters. */
export const ascii =
  (max: number): Reader<string> =>
  (value, at) =>
    typeof value === 'string' && value.length <= max && /^[\x20-\x7e\n]+$/.test(value)
      ? value
      : misfit(at, `not 1 to ${max} characters of ASCII`);

/** An integer from `min` to `max`. */
export const integer =
  (min: number, max: number): Reader<number> =>
  (value, at) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max
      ? value
      : misfit(at, `not an integer from ${min} to ${max}`);

/** ms since 1970, as far as a Date reaches. */
export const moment = integer(0, 8_640_000_000_000_000);

export const boolean: Reader<boolean> = (value, at) =>
  typeof value === 'boolean' ? value : misfit(at, 'neither true nor false');

/** One of these values. */
export const oneOf =
  <const T extends string | number>(...values: readonly T[]): Reader<T> =>
  (value, at) =>
    values.includes(value as T) ? (value as T) : misfit(at, `not one of ${values.join(', ')}`);

export const nullable =
  <T>(reader: Reader<T>): Reader<T | null> =>
  (value, at) =>
    value === null ? null : reader(value, at);

/** A list of `min` to `max` items. */
export const list =
  <T>(reader: Reader<T>, max: number, min = 0): Reader<readonly T[]> =>
  (value, at) => {
    if (!Array.isArray(value) || value.length < min || value.length > max)
      return misfit(at, `not a list of ${min} to ${max}`);
    return value.map((item, i) => reader(item, `${at}[${i}]`));
  };

/** A map with exactly these keys. */
export const record =
  <F extends Record<string, Reader<unknown>>>(
    fields: F,
  ): Reader<{ readonly [K in keyof F]: Read<F[K]> }> =>
  (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return misfit(at, 'not a map');
    if (value instanceof Uint8Array) return misfit(at, 'not a map');
    for (const key of Object.keys(value))
      if (!Object.hasOwn(fields, key)) misfit(at, `unknown field “${key.slice(0, 40)}”`);
    const prefix = at ? `${at}.` : '';
    return Object.fromEntries(
      Object.entries(fields).map(([key, reader]) => [
        key,
        reader((value as Record<string, unknown>)[key], prefix + key),
      ]),
    ) as { readonly [K in keyof F]: Read<F[K]> };
  };

/** A map whose field `kind` says which of these records it is. */
export const variant =
  <V extends Record<string, Record<string, Reader<unknown>>>>(
    kinds: V,
  ): Reader<
    {
      [K in keyof V]: { readonly kind: K } & { readonly [F in keyof V[K]]: Read<V[K][F]> };
    }[keyof V]
  > =>
  (value, at) => {
    const kind = (value as { kind?: unknown } | null | undefined)?.kind;
    if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind))
      return misfit(at, `not one of ${Object.keys(kinds).join(', ')}`);
    return record({ ...kinds[kind], kind: oneOf(kind) })(value, at) as never;
  };

/** Reads one deterministic CBOR value of this shape; a sentence where the bytes are another thing. */
export function read<T>(reader: Reader<T>, encoded: Uint8Array): { value: T } | string {
  const value = fromCbor(encoded);
  return value === undefined ? 'not deterministic CBOR' : fit(reader, value);
}

/** As `read`, for a value that is decoded already. */
export function fit<T>(reader: Reader<T>, value: Cbor): { value: T } | string {
  try {
    return { value: reader(value, '') };
  } catch (error) {
    if (error instanceof Misfit) return error.message;
    throw error;
  }
}
