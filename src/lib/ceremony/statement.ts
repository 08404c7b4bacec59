import { addressOfScript } from '../bitcoin/address.ts';
import { fingerprintOf } from '../bitcoin/descriptor.ts';
import { feeOf, sumOf } from '../bitcoin/spend.ts';
import { MAX_STATEMENT } from '../crypto/approval-key.ts';
import { inFours, toHex } from '../crypto/bytes.ts';
import {
  batchRoot,
  messagesHash,
  type Request,
  type RequestOf,
  type Under,
  type Unit,
} from './request.ts';

/*
 * What a device shows and signs for the requests that its operator accepts: at most 640 ASCII
 * characters. Up to five recipients stand there in full; above that, how many, how much in all and
 * the largest. The hashes at the end stand for every field of every request and for the list of
 * messages to be signed; they stand in groups of four wherever there is room for that.
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
  readonly address: string;
}

const payments = (
  network: Under['id']['network'],
  { transaction }: RequestOf<'spend'>,
): Payment[] =>
  transaction.outputs
    .filter(({ path }) => path === null)
    .map(({ amount, script }) => ({
      amount,
      address: addressOfScript(network, script) ?? `script ${toHex(script)}`,
    }));

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
  const spends = items.flatMap(({ request }) => (request.kind === 'spend' ? [request] : []));
  if (spends.length === 0)
    return [
      'CONCLAVE TEST SIGNATURES',
      where,
      'No money moves.',
      `${items.length} with both keys`,
      ...hashes(inFours),
    ].join('\n');
  const paid = spends.flatMap((request) => payments(id.network, request));
  const fees = spends.reduce((total, { transaction }) => total + feeOf(transaction), 0);
  const title = spends.length === 1 ? 'CONCLAVE SPEND' : `CONCLAVE ${spends.length} SPENDS`;
  const lines = [
    title,
    where,
    ...paid.map(({ amount, address }) => `${bitcoin(amount)}\n${address}`),
    ...(paid.length === 0 ? ['Nothing to others.'] : []),
    `fees ${bitcoin(fees)}`,
  ];
  const full = [inFours, toHex]
    .map((written) => [...lines, ...hashes(written)].join('\n'))
    .find(({ length }) => length <= MAX_STATEMENT);
  if (paid.length <= MAX_SHOWN && full) return full;
  const largest = paid.reduce((a, b) => (b.amount > a.amount ? b : a));
  return [
    title,
    where,
    `${paid.length} payments`,
    `total ${bitcoin(sumOf(paid))}`,
    `largest ${bitcoin(largest.amount)}\n${largest.address}`,
    `fees ${bitcoin(fees)}`,
    ...hashes(inFours),
  ].join('\n');
}
