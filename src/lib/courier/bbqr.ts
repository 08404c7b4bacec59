import { base32nopad } from '@scure/base';
import { concat, equal, fromHex, type Bytes } from '../crypto/bytes.ts';
import { inflate } from './deflate.ts';
import type { CourierFault } from './faults.ts';
import { MAX_BUNDLE } from './transport.ts';

/*
 * BBQr, version 1 (Coinkite): rows of QR codes that other devices show. Read only. A part is
 *
 *   "B$" ‖ encoding: H, 2 or Z ‖ file type ‖ count ‖ index (two digits of base 36 each) ‖ body
 *
 * and its body whole bytes in hexadecimal or base 32; Z is base 32 of a raw DEFLATE stream that was
 * cut. All parts but the last have the same length. There is no checksum and no number of a transfer.
 */

/** The length of all parts together, in bytes. */
const MAX_TOTAL = 2 ** 20;

export interface BbqrPart {
  /** The six characters that all parts of a transfer begin with. */
  readonly header: string;
  readonly encoding: 'H' | '2' | 'Z';
  /** One capital letter: B is binary. */
  readonly fileType: string;
  readonly count: number;
  readonly index: number;
  readonly data: Bytes;
}

/** Reads hostile text: a part, or `foreign`, `damaged`, `too-large`. */
export function fromBbqr(text: string): BbqrPart | CourierFault {
  const fields = /^(B\$([H2Z])([A-Z])([0-9A-Z]{2}))([0-9A-Z]{2})([0-9A-Z]+)$/.exec(text);
  if (!fields) return { fault: text.startsWith('B$') ? 'damaged' : 'foreign' };
  const [, header, encoding, fileType, count36, index36, body] = fields as unknown as string[];
  const [count, index] = [parseInt(count36!, 36), parseInt(index36!, 36)];
  const data = encoding === 'H' ? fromHex(body!) : fromBase32(body!);
  if (!data || index >= count) return { fault: 'damaged' };
  if (data.length * Math.max(1, count - 1) > MAX_TOTAL) return { fault: 'too-large' };
  return {
    header: header!,
    encoding: encoding as BbqrPart['encoding'],
    fileType: fileType!,
    count,
    index,
    data,
  };
}

function fromBase32(text: string): Bytes | undefined {
  try {
    return base32nopad.decode(text) as Bytes;
  } catch {
    return undefined; // it throws on everything malformed
  }
}

/** Collects the parts with one header. */
export class BbqrJoiner {
  readonly count: number;
  readonly #parts: (BbqrPart | undefined)[];
  #rank = 0;

  constructor(count: number) {
    this.count = count;
    this.#parts = new Array<undefined>(count).fill(undefined);
  }

  /** How many parts arrived. */
  get rank(): number {
    return this.#rank;
  }

  knows(index: number): boolean {
    return this.#parts[index] !== undefined;
  }

  /** Takes a part of this header; whether it was new, or `conflict` where it does not fit the others. */
  receive(part: BbqrPart): boolean | 'conflict' {
    const before = this.#parts[part.index];
    if (before) return equal(before.data, part.data) ? false : 'conflict';
    if (!this.#fits(part)) return 'conflict';
    this.#parts[part.index] = part;
    this.#rank++;
    return true;
  }

  /** All parts are equally long, but the last may be shorter. */
  #fits(part: BbqrPart): boolean {
    const last = this.count - 1;
    return this.#parts.every((other) => {
      if (!other || other.index === part.index) return true;
      const [length, otherLength] = [part.data.length, other.data.length];
      if (part.index === last) return length <= otherLength;
      return other.index === last ? otherLength <= length : otherLength === length;
    });
  }

  /** What the parts hold together, once all arrived; or `damaged`, `too-large`. */
  async content(): Promise<Bytes | CourierFault> {
    const parts = this.#parts.filter((part) => part !== undefined);
    const whole = concat(...parts.map(({ data }) => data));
    if (parts[0]?.encoding !== 'Z') return whole;
    const inflated = await inflate(whole, MAX_BUNDLE);
    return typeof inflated === 'string' ? { fault: inflated } : inflated;
  }
}
