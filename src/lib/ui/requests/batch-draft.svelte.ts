/** A batch on its way to be proposed: what is in it, and what the next request of it replaces. */
import type { Spend } from '../../bitcoin/spend.ts';
import type { Bytes } from '../../crypto/bytes.ts';
import type { Batch, Kind, Request } from '../../ceremony/request.ts';
import type { Unsent } from '../../worker/bridge.ts';
import type { ItemView, RequestsView } from '../../worker/requests-view.ts';
import { requestNewText } from '../text/request-new.ts';
import { typed } from '../typed.ts';
import { bytesOf, hexOf } from '../words.ts';
import { transactionsOf } from './shown.ts';

const HOUR = 3600;

/** How long a batch may be open, in s. */
const spans = [1, 6, 24, 72, 168].map((hours) => hours * HOUR);

/** Random bytes that are no secret: they only keep two things apart. */
const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

/** `txid:vout` of each output that a transaction spends, as they are written. */
export const outpointsOf = ({ inputs }: Pick<Spend, 'inputs'>): string[] =>
  inputs.map(({ txid, vout }) => `${hexOf(txid.toReversed())}:${vout}`);

/** Every request once, the last one first: one may stand in several batches. */
const itemsOf = ({ sessions }: RequestsView): ItemView[] => {
  const items = sessions.flatMap((session) => session.items);
  return [...new Map(items.map((item) => [hexOf(item.digest), item])).values()];
};

const spends = ({ request }: ItemView, coins: readonly string[]): boolean =>
  transactionsOf([request])
    .flatMap(outpointsOf)
    .some((coin) => coins.includes(coin));

/** Requests that spend one of these coins (`txid:vout`). */
export const spending = (view: RequestsView, coins: readonly string[]): ItemView[] =>
  itemsOf(view).filter((item) => spends(item, coins));

/**
 * Requests of a kind that another one may take the place of: their transactions are not known to be
 * confirmed, and the batch spends none of their coins.
 */
export const replaceable = (
  view: RequestsView,
  kind: Kind,
  inBatch: readonly string[],
): ItemView[] =>
  itemsOf(view).filter((item) => {
    const { request, review, depth, halt } = item;
    const open = !depth && halt !== 'refused' && halt !== 'replaced';
    return review && request.kind === kind && open && !spends(item, inBatch);
  });

export class BatchDraft {
  /** 8 bytes. */
  readonly name: Bytes;
  items = $state.raw<readonly Request[]>([]);
  /** How long a request may be open by the rules, in s. */
  lifetime = $state(Infinity);
  #within = $state(24 * HOUR);

  /** `name`: of a draft that was kept, in hex; else it is a new one. */
  constructor(name?: string) {
    this.name = name ? new Uint8Array(bytesOf(name)) : random(8);
  }

  /** How long it may be open, in s. */
  get spans(): readonly number[] {
    const fit = spans.filter((span) => span <= this.lifetime);
    return fit.length > 0 ? fit : [this.lifetime];
  }

  /** How long from the proposal on it may be signed, in s. */
  get within(): number {
    return Math.min(this.#within, this.spans.at(-1)!);
  }

  set within(span: number) {
    this.#within = span;
  }

  get kind(): Request['kind'] | undefined {
    return this.items[0]?.kind;
  }

  /** The coins that its requests spend. */
  get outpoints(): string[] {
    return transactionsOf(this.items).flatMap(outpointsOf);
  }

  add(purpose: string, request: Unsent): void {
    this.items = [...this.items, { ...request, purpose, expires: 0 }];
  }

  /** Adds a spend; `replaced`: the request whose place it takes, and whose payment it makes. */
  addSpend(purpose: string, transaction: Spend, replaced: ItemView | undefined): void {
    const payment = replaced?.request.kind === 'spend' ? replaced.request.payment : random(16);
    this.add(purpose, { kind: 'spend', payment, replaces: replaced?.digest ?? null, transaction });
  }

  addTest(purpose: string): void {
    this.add(purpose, { kind: 'test', salt: random(16) });
  }

  remove(position: number): void {
    this.items = this.items.filter((_, i) => i !== position);
  }

  rename(position: number, purpose: string): void {
    this.items = this.items.map((item, i) => (i === position ? { ...item, purpose } : item));
  }

  /** Whether a purpose was emptied. */
  get unnamed(): boolean {
    return this.items.some(({ purpose }) => typed(purpose) === '');
  }

  /** As it is proposed now, or kept. */
  batch(now: number): Batch {
    return this.items.map((item) => ({
      ...item,
      purpose: typed(item.purpose) || requestNewText.batch.unnamed,
      expires: now + this.within * 1000,
    }));
  }
}
