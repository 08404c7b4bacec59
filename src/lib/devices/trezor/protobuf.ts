import { concat, type Bytes } from '../../crypto/bytes.ts';

/*
 * As much of Protocol Buffers as Trezor's messages need: fields known by number, all optional, in a
 * flat list. It generates no code, which the page's policy would refuse.
 */

/** What a field holds. `uint` reaches 2⁵³ − 1, `uints` is repeated, a list of fields is embedded. */
export type Kind = 'uint' | 'uints' | 'bool' | 'bytes' | 'text' | Fields;

/** The fields of a message, by name. */
export interface Fields {
  readonly [name: string]: readonly [number: number, kind: Kind];
}

interface Held {
  uint: number;
  uints: readonly number[];
  bool: boolean;
  bytes: Uint8Array;
  text: string;
}

/** The value of such a message. */
export type Value<F extends Fields> = {
  readonly [N in keyof F]?: F[N][1] extends keyof Held
    ? Held[F[N][1]]
    : F[N][1] extends Fields
      ? Value<F[N][1]>
      : never;
};

const utf8 = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true });

/** How a value stands on the wire. */
const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

function varint(value: number): Bytes {
  const out: number[] = [];
  for (; value > 0x7f; value = Math.floor(value / 0x80)) out.push((value % 0x80) | 0x80);
  return Uint8Array.of(...out, value);
}

/** Writes the fields that are there, in the order of the list. */
export function encode<F extends Fields>(fields: F, value: Value<F>): Bytes {
  const parts: Uint8Array[] = [];
  const number = (field: number, n: number) => parts.push(varint(field * 8 + VARINT), varint(n));
  const delimited = (field: number, body: Uint8Array) =>
    parts.push(varint(field * 8 + DELIMITED), varint(body.length), body);
  for (const [name, [field, kind]] of Object.entries(fields)) {
    const held: unknown = value[name];
    if (held === undefined) continue;
    if (kind === 'uint') number(field, held as number);
    else if (kind === 'bool') number(field, held ? 1 : 0);
    else if (kind === 'uints') for (const n of held as readonly number[]) number(field, n);
    else if (kind === 'bytes') delimited(field, held as Uint8Array);
    else if (kind === 'text') delimited(field, utf8.encode(held as string));
    else delimited(field, encode(kind, held as Value<Fields>));
  }
  return concat(...parts);
}

/**
 * Reads a message: fields of other numbers are skipped, of a field that comes twice the last counts,
 * repeated numbers may be packed. Undefined for anything that is none. Never throws.
 */
export function decode<F extends Fields>(fields: F, bytes: Uint8Array): Value<F> | undefined {
  const byNumber = new Map(
    Object.entries(fields).map(([name, [field, kind]]) => [field, { name, kind }]),
  );
  const value: Record<string, unknown> = {};
  const reader = new Reader(bytes);
  while (!reader.done) {
    const tag = reader.varint();
    const raw = tag === undefined ? undefined : reader.raw(tag % 8);
    if (tag === undefined || tag < 8 || raw === undefined) return undefined;
    const known = byNumber.get(Math.floor(tag / 8));
    if (!known) continue;
    const held = interpret(known.kind, raw, value[known.name]);
    if (held === undefined) return undefined;
    value[known.name] = held;
  }
  return value as Value<F>;
}

function interpret(kind: Kind, raw: number | Bytes, before: unknown): unknown {
  if (typeof raw === 'number') {
    if (!Number.isSafeInteger(raw)) return undefined;
    if (kind === 'bool') return raw !== 0;
    if (kind === 'uint') return raw;
    return kind === 'uints' ? [...((before as number[] | undefined) ?? []), raw] : undefined;
  }
  if (kind === 'bytes') return raw;
  if (kind === 'text') {
    try {
      return strict.decode(raw);
    } catch {
      return undefined; // not UTF-8
    }
  }
  if (kind === 'uints') return packed(raw, (before as number[] | undefined) ?? []);
  return typeof kind === 'object' ? decode(kind, raw) : undefined;
}

function packed(body: Bytes, before: readonly number[]): number[] | undefined {
  const out = [...before];
  const reader = new Reader(body);
  while (!reader.done) {
    const n = reader.varint();
    if (n === undefined || !Number.isSafeInteger(n)) return undefined;
    out.push(n);
  }
  return out;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** At most 10 bytes, as protobuf writes 64 bits; above 2⁵³ only roughly, and then not safe. */
  varint(): number | undefined {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    return undefined;
  }

  /** A number or the bytes of a field. Fixed widths are only skipped over: no known field has one. */
  raw(wireType: number): number | Bytes | undefined {
    if (wireType === VARINT) return this.varint();
    if (wireType === FIXED64) return this.#cut(8);
    if (wireType === FIXED32) return this.#cut(4);
    const length = wireType === DELIMITED ? this.varint() : undefined;
    return length === undefined ? undefined : this.#cut(length);
  }

  #cut(length: number): Bytes | undefined {
    if (length > this.#bytes.length - this.#at) return undefined;
    return this.#bytes.slice(this.#at, (this.#at += length));
  }
}
