import { addressOfScript } from '../bitcoin/address.ts';
import { fingerprintOf } from '../bitcoin/descriptor.ts';
import { feeOf, sumOf } from '../bitcoin/spend.ts';
import { MAX_STATEMENT } from '../crypto/approval-key.ts';
import { inFours, toHex } from '../crypto/bytes.ts';
import {
  batchRoot,
  messagesHash,
  transactionOf,
  type Kind,
  type Request,
  type Under,
  type Unit,
} from './request.ts';

/*
 * What a device shows and signs for the requests that its operator accepts: at most 640 ASCII
 * characters. Up to five recipients stand there in full; above that, how many, how much in all and
 * the largest. The hashes at the end stand for every field of every request and for the list of
 * messages to be signed; they stand in groups of four wherever there is room for that, and so do
 * recipients of mints and owners of fees.
 */

/** A request with what follows from it. */
export interface Signable {
  readonly request: Request;
  readonly digest: Uint8Array;
  readonly units: readonly Unit[];
}

/** The most recipients that a device shows one by one. */
export const MAX_SHOWN = 5;

/** An amount as it is shown, exact. */
export const bitcoin = (sat: number): string =>
  `${Math.floor(sat / 1e8)}.${String(sat % 1e8).padStart(8, '0')} BTC`;

interface Payment {
  readonly amount: number;
  /** Who gets it, in a line. */
  readonly to: string;
}

/** What a request pays or lets others be paid. */
function paymentsOf(
  network: Under['id']['network'],
  request: Request,
  written: (bytes: Uint8Array) => string,
): Payment[] {
  switch (request.kind) {
    case 'test':
      return [];
    case 'mint':
      return [{ amount: request.amount, to: written(request.recipient) }];
    case 'consolidation':
      return [{ amount: sumOf(request.inputs), to: written(request.inputs[0]!.owner) }];
    case 'spend':
    case 'burn':
    case 'fees':
      return request.transaction.outputs
        .filter(({ path }) => path === null)
        .map(({ amount, script }) => ({
          amount,
          to: addressOfScript(network, script) ?? `script ${toHex(script)}`,
        }));
  }
}

/** How a statement begins, for one request and for several. */
const titles: Readonly<Record<Kind, readonly [one: string, many: string]>> = {
  test: ['TEST SIGNATURES', 'TEST SIGNATURES'],
  spend: ['SPEND', 'SPENDS'],
  mint: ['MINT', 'MINTS'],
  burn: ['WITHDRAWAL', 'WITHDRAWALS'],
  fees: ['FEES TO OURSELVES', 'TIMES FEES TO OURSELVES'],
  consolidation: ['FEE CONSOLIDATION', 'FEE CONSOLIDATIONS'],
};

/** The statement for these requests, all of one kind, in the order of their batch. */
export function requestStatement({ id, keys }: Under, items: readonly Signable[]): string {
  const where = [
    id.network,
    ...(id.rehearsal ? ['REHEARSAL'] : []),
    `epoch ${id.epoch}`,
    `key ${toHex(fingerprintOf(keys.custody.threshPk))}`,
  ].join(' ');
  const root = items.length === 1 ? items[0]!.digest : batchRoot(items.map(({ digest }) => digest));
  const messages = messagesHash(items.flatMap(({ units }) => units));
  const hashes = (written: (bytes: Uint8Array) => string) => [
    `${items.length === 1 ? 'request' : 'batch'} ${written(root)}`,
    `messages ${written(messages)}`,
  ];
  const { kind } = items[0]!.request;
  const [one, many] = titles[kind];
  if (kind === 'test')
    return [
      `CONCLAVE ${one}`,
      where,
      'No money moves.',
      `${items.length} with both keys`,
      ...hashes(inFours),
    ].join('\n');
  const title = items.length === 1 ? `CONCLAVE ${one}` : `CONCLAVE ${items.length} ${many}`;
  const paidTo = (written: (bytes: Uint8Array) => string) =>
    items.flatMap(({ request }) => paymentsOf(id.network, request, written));
  const paid = paidTo(inFours);
  const transactions = items.flatMap(({ request }) => transactionOf(request) ?? []);
  const fees = transactions.reduce((total, transaction) => total + feeOf(transaction), 0);
  const feeLine = transactions.length > 0 ? [`fees ${bitcoin(fees)}`] : [];
  const lines = (payments: readonly Payment[]) => [
    title,
    where,
    ...payments.map(({ amount, to }) => `${bitcoin(amount)}\n${to}`),
    ...(paid.length === 0 ? ['Nothing to others.'] : []),
    ...feeLine,
  ];
  const full = [
    [...lines(paid), ...hashes(inFours)],
    [...lines(paid), ...hashes(toHex)],
    [...lines(paidTo(toHex)), ...hashes(toHex)],
  ]
    .map((written) => written.join('\n'))
    .find(({ length }) => length <= MAX_STATEMENT);
  if (paid.length <= MAX_SHOWN && full) return full;
  const largest = paid.reduce((a, b) => (b.amount > a.amount ? b : a));
  return [
    title,
    where,
    `${paid.length} ${kind === 'mint' ? 'recipients' : 'payments'}`,
    `total ${bitcoin(sumOf(paid))}`,
    `largest ${bitcoin(largest.amount)}\n${largest.to}`,
    ...feeLine,
    ...hashes(inFours),
  ].join('\n');
}
