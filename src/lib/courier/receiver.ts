import { fromCbor } from '../crypto/cbor.ts';
import type { Bytes } from '../crypto/bytes.ts';
import { BbqrJoiner, fromBbqr } from './bbqr.ts';
import { isCourierFault, type CourierFault } from './faults.ts';
import { fromFile, fromText } from './file.ts';
import { Decoder } from './fountain.ts';
import { unpack } from './transport.ts';
import { BUNDLE_TYPE, fromUr } from './ur.ts';

/*
 * Takes whatever a camera, a picture, a file, a folder or the clipboard gives, in any order and from
 * several transfers at once, and hands out bundles. A stray code never disturbs a scan: it is kept
 * with its own transfer, and named.
 */

/** How many unfinished transfers are kept, each of at most a mebibyte. */
const MAX_TRANSFERS = 4;

/** How many finished transfers are remembered, to know their codes when they are seen again. */
const MAX_FINISHED = 16;

/** How many new parts of another transfer in a row mean that the person went over to it. */
const GOING_OVER = 3;

/** One fragment: not here yet, here, or here since the last code. */
export type Cell = 'missing' | 'known' | 'new';

/** What is there of one transfer; a snapshot. */
export interface Transfer {
  /** Tells transfers apart. */
  readonly id: string;
  /** One for each fragment. */
  readonly cells: readonly Cell[];
  /** How many fragments are known by themselves. */
  readonly known: number;
  /** How many codes of it were read, repeated ones included. */
  readonly seen: number;
  /** How many more codes are needed at least; those with mixed fragments count. */
  readonly needed: number;
}

/** What one input brought. */
export type Feedback =
  /** A whole bundle, as it was packed. */
  | { readonly kind: 'bundle'; readonly bundle: Bytes }
  /**
   * A code of a transfer that is not finished. `fresh`: it brought something new. `stray`: it is part
   * of another transfer than the one being followed; it is kept all the same.
   */
  | {
      readonly kind: 'part';
      readonly transfer: Transfer;
      readonly fresh: boolean;
      readonly stray: boolean;
    }
  /** A code of a transfer whose bundle was handed out before. */
  | { readonly kind: 'finished'; readonly id: string }
  | { readonly kind: 'fault'; readonly fault: CourierFault };

/** Collects the parts of one transfer: what the receiver needs of every format. */
interface Collector<P> {
  /** How many independent parts are needed. */
  readonly count: number;
  /** How many arrived. */
  readonly rank: number;
  /** Whether fragment i, from 0, is known by itself. */
  knows(i: number): boolean;
  /** Whether the part brought something new; `conflict` if it cannot be of this transfer. */
  receive(part: P): boolean | 'conflict';
  /** What the parts hold together, once all arrived. */
  content(): Promise<Bytes | CourierFault> | Bytes | CourierFault;
}

interface Running {
  readonly id: string;
  readonly collector: Collector<never>;
  cells: readonly Cell[];
  seen: number;
}

export class Receiver {
  readonly #running = new Map<string, Running>();
  readonly #finished = new Set<string>();
  /** The transfer that is being followed, and how many new parts in a row others brought. */
  #followed: string | undefined;
  #others = 0;

  /** The unfinished transfers, in the order in which they began. */
  get transfers(): readonly Transfer[] {
    return [...this.#running.values()].map(snapshot);
  }

  /** Forgets an unfinished transfer, or that one was finished. */
  forget(id: string): void {
    this.#running.delete(id);
    this.#finished.delete(id);
  }

  /** Takes the text of a code, pasted text, or the bytes of a file or of a code. Never throws. */
  async feed(input: string | Uint8Array): Promise<Feedback> {
    if (typeof input === 'string') return this.#feedText(input);
    const packed = fromFile(input);
    if (!isCourierFault(packed) || packed.fault !== 'foreign') return opened(packed);
    const text = utf8(input);
    return text === undefined ? faulty(packed) : this.#feedText(text);
  }

  async #feedText(input: string): Promise<Feedback> {
    const text = input.trim();
    if (/^ur:/i.test(text)) return this.#feedUr(text);
    if (text.startsWith('B$')) return this.#feedBbqr(text);
    return opened(fromText(text));
  }

  async #feedUr(text: string): Promise<Feedback> {
    const ur = fromUr(text);
    if (isCourierFault(ur)) return faulty(ur);
    if (ur.type !== BUNDLE_TYPE) return faulty({ fault: 'other-type', detail: ur.type });
    if ('message' in ur) return opened(fromCborBytes(ur.message));
    const { part } = ur;
    const id = [part.checksum, part.messageLength, part.count, part.data.length].join('-');
    return this.#take(id, part, () => new Decoder(part), fromCborBytes);
  }

  async #feedBbqr(text: string): Promise<Feedback> {
    const part = fromBbqr(text);
    if (isCourierFault(part)) return faulty(part);
    if (part.fileType !== 'B') return faulty({ fault: 'other-type', detail: part.fileType });
    return this.#take(part.header, part, () => new BbqrJoiner(part.count), fromFile);
  }

  async #take<P>(
    id: string,
    part: P,
    begin: () => Collector<P>,
    unwrap: (content: Bytes) => Bytes | CourierFault,
  ): Promise<Feedback> {
    if (this.#finished.has(id)) return { kind: 'finished', id };
    const running = this.#running.get(id) ?? this.#begin(id, begin());
    const collector = running.collector as Collector<P>; // an id belongs to one format
    const fresh = collector.receive(part);
    if (fresh === 'conflict') return faulty({ fault: 'conflict' });
    running.seen++;
    running.cells = Array.from({ length: collector.count }, (_, i) => cell(running, i));
    if (collector.rank === collector.count) return this.#finish(running, unwrap);
    const stray = this.#isStray(id, fresh);
    return { kind: 'part', transfer: snapshot(running), fresh, stray };
  }

  /** Begins a transfer; if there are too many, the one with the least is forgotten. */
  #begin(id: string, collector: Collector<never>): Running {
    if (this.#running.size >= MAX_TRANSFERS) {
      const least = [...this.#running.values()].reduce((a, b) =>
        b.collector.rank < a.collector.rank ? b : a,
      );
      this.#running.delete(least.id);
    }
    const running: Running = { id, collector, cells: [], seen: 0 };
    this.#running.set(id, running);
    return running;
  }

  async #finish(
    { id, collector }: Running,
    unwrap: (content: Bytes) => Bytes | CourierFault,
  ): Promise<Feedback> {
    this.#running.delete(id);
    this.#finished.add(id);
    const [oldest] = this.#finished;
    if (this.#finished.size > MAX_FINISHED) this.#finished.delete(oldest!);
    const content = await collector.content();
    const feedback = await opened(isCourierFault(content) ? content : unwrap(content));
    // What came to nothing may be tried again, and a BBQr header does not name one transfer.
    if (feedback.kind === 'fault' || collector instanceof BbqrJoiner) this.#finished.delete(id);
    return feedback;
  }

  #isStray(id: string, fresh: boolean): boolean {
    if (this.#followed === undefined || !this.#running.has(this.#followed)) this.#followed = id;
    if (this.#followed !== id && fresh && ++this.#others >= GOING_OVER) this.#followed = id;
    if (this.#followed === id) this.#others = 0;
    return this.#followed !== id;
  }
}

function cell({ cells, collector }: Running, i: number): Cell {
  if (!collector.knows(i)) return 'missing';
  return (cells[i] ?? 'missing') === 'missing' ? 'new' : 'known';
}

function snapshot({ id, cells, seen, collector }: Running): Transfer {
  return {
    id,
    cells,
    known: cells.filter((state) => state !== 'missing').length,
    seen,
    needed: collector.count - collector.rank,
  };
}

async function opened(packed: Bytes | CourierFault): Promise<Feedback> {
  if (isCourierFault(packed)) return faulty(packed);
  const bundle = await unpack(packed);
  return isCourierFault(bundle) ? faulty(bundle) : { kind: 'bundle', bundle };
}

function faulty(fault: CourierFault): Feedback {
  return { kind: 'fault', fault };
}

function fromCborBytes(message: Bytes): Bytes | CourierFault {
  const value = fromCbor(message);
  return value instanceof Uint8Array ? (value as Bytes) : { fault: 'damaged' };
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined; // it throws on everything that is not UTF-8
  }
}
