import { concat, isZero, type Bytes } from '../crypto/bytes.ts';
import { hash256 } from './header.ts';
import { compactSizeAt } from './serial.ts';
import { MAX_SAT } from './spend.ts';

/** A transaction as it stands in a block. */
export interface RawTx {
  readonly version: number;
  readonly inputs: readonly RawInput[];
  readonly outputs: readonly RawOutput[];
  readonly locktime: number;
  /** Without witnesses: what the id is the hash of. */
  readonly stripped: Bytes;
  /** 32 bytes, as they stand in transactions; shown reversed. */
  readonly txid: Bytes;
  readonly coinbase: boolean;
}

export interface RawInput {
  /** 32 bytes, as they stand in transactions; shown reversed. */
  readonly txid: Bytes;
  readonly vout: number;
  readonly script: Bytes;
  readonly sequence: number;
}

export interface RawOutput {
  /** In sat. */
  readonly amount: number;
  readonly script: Bytes;
}

/** Why the bytes are no transaction; caught below. */
class Misread extends Error {}

function misread(what: string): never {
  throw new Misread(what);
}

/** What is left to read, from the front. */
class Cursor {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }

  take(length: number, what: string): Bytes {
    if (length > this.left) misread(`${what}: cut short`);
    return concat(this.#bytes.subarray(this.at, (this.at += length)));
  }

  u32(what: string): number {
    return new DataView(this.take(4, what).buffer).getUint32(0, true);
  }

  /** 8 bytes, little endian; above 2⁵³ it is rounded, and stays above. */
  u64(what: string): number {
    const low = this.u32(what);
    return low + 2 ** 32 * this.u32(what);
  }

  /** A compact size, in its shortest form, of things of at least `size` bytes that follow. */
  count(size: number, what: string): number {
    const read = compactSizeAt(this.#bytes, this.at);
    if (!read) misread(`${what}: no compact size`);
    this.at = read.end;
    return read.value * size <= this.left ? read.value : misread(`${what}: cut short`);
  }

  /** So many of a kind as a compact size before them says. */
  list<T>(size: number, what: string, one: (what: string) => T): T[] {
    const count = this.count(size, what);
    return Array.from({ length: count }, (_, i) => one(`${what} ${i}`));
  }

  string(what: string): Bytes {
    return this.take(this.count(1, what), what);
  }
}

/**
 * Reads a transaction with or without witnesses (BIP 144); a sentence where the bytes are another
 * thing, have anything after it, or break a rule that every transaction in a block keeps.
 */
export function readRawTx(bytes: Uint8Array): RawTx | string {
  try {
    return readTx(bytes);
  } catch (error) {
    if (error instanceof Misread) return error.message;
    throw error;
  }
}

function readTx(bytes: Uint8Array): RawTx {
  const from = new Cursor(bytes);
  const version = from.u32('version');
  const hasWitness = bytes[4] === 0;
  if (hasWitness && from.take(2, 'flag')[1] !== 1) misread('flag: not 1');
  const bodyStart = from.at;
  const inputs = from.list(41, 'input', (what) => ({
    txid: from.take(32, what),
    vout: from.u32(what),
    script: from.string(what),
    sequence: from.u32(what),
  }));
  const outputs = from.list(9, 'output', (what) => ({
    amount: from.u64(what),
    script: from.string(what),
  }));
  const bodyEnd = from.at;
  if (hasWitness && !inputs.map((_, i) => readWitness(from, `witness ${i}`)).includes(true))
    misread('witness: empty');
  const locktime = from.u32('locktime');
  if (from.left > 0) misread(`${from.left} bytes too many`);

  // Without inputs, their number would be the marker, and no witness would have anything in it.
  if (outputs.length === 0) misread('no outputs');
  for (const [i, { amount }] of outputs.entries())
    if (amount > MAX_SAT) misread(`output ${i}: ${amount} sat`);
  const isNull = ({ txid, vout }: RawInput) => vout === 0xffff_ffff && isZero(txid);
  const coinbase = inputs.length === 1 && isNull(inputs[0]!);
  if (!coinbase && inputs.some(isNull)) misread('input: of nothing');
  const { length } = inputs[0]!.script;
  if (coinbase && (length < 2 || length > 100)) misread(`coinbase: script of ${length} bytes`);
  const stripped = concat(
    bytes.subarray(0, 4),
    bytes.subarray(bodyStart, bodyEnd),
    bytes.subarray(-4),
  );
  return { version, inputs, outputs, locktime, stripped, txid: hash256(stripped), coinbase };
}

/** Whether the witness of an input has anything in it. */
const readWitness = (from: Cursor, what: string): boolean =>
  from.list(1, what, (item) => from.string(item)).length > 0;
