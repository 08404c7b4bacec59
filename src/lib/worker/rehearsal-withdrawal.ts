/**
 * The withdrawal of a rehearsal: what was ordered, the coins it is paid from, and what came of it. The
 * coins do not exist; the seed decides them, the addresses and who proposes.
 */
import { addressOfScript } from '../bitcoin/address.ts';
import { branches, outputAt } from '../bitcoin/branches.ts';
import { fingerprintOf } from '../bitcoin/descriptor.ts';
import { concat, toHex, type Bytes } from '../crypto/bytes.ts';
import { isFault } from '../crypto/faults.ts';
import { haltOf, stageOf } from '../ceremony/request-steps.ts';
import type { Request } from '../ceremony/request.ts';
import { derived, type Player } from './rehearsal-cast.ts';
import {
  operatorOf,
  type Order,
  type PlayerRequest,
  type Story,
  type Withdrawal,
} from './rehearsal-story.ts';
import type { Seat } from './seat.ts';
import { compose, finishedOf, importCoins } from './watch.ts';

const NETWORK = 'regtest';

/** What there is to spend, in BTC, as Bitcoin Core writes amounts. */
const COINS = [0.2, 0.1];

/** What is paid, in sat. */
const AMOUNT = 25_000_000;

const FEE_RATE = 2;
const DAY = 86_400_000;

/** So many bytes of a swapped address are those of the wanted one: that many can be searched for. */
const ALIKE = 3;

const addressOf = (program: Uint8Array): string =>
  addressOfScript(NETWORK, concat(Uint8Array.of(0, 20), program))!;

/** What is ordered in a story, and what is proposed in its place. */
export interface Plot {
  readonly order: Order;
  readonly proposer: number;
  /** Another address than the ordered one where the proposer's program was changed. */
  readonly proposed: string;
}

/** The plot of a story of withdrawals; undefined for the other stories. */
export function plotOf(story: Story, seed: number): Plot | undefined {
  if (story !== 'sign' && story !== 'swap') return undefined;
  const wanted = derived(seed, 'recipient').slice(0, 20);
  const other = concat(wanted.subarray(0, ALIKE), derived(seed, 'another').slice(0, 20 - ALIKE));
  const order = { address: addressOf(wanted), amount: AMOUNT, purpose: 'Withdrawal 17' };
  const proposed = story === 'swap' ? addressOf(other) : order.address;
  return { order, proposer: operatorOf(seed), proposed };
}

/** Lists the made-up coins at this seat and proposes the withdrawal. */
export async function propose(seat: Seat, { order, proposed }: Plot, seed: number) {
  await importCoins(seat, coinList(seat, seed));
  const drafted = await compose(seat, {
    payments: [{ to: proposed, amount: order.amount }],
    feeRate: FEE_RATE,
    locktime: 0,
    coins: [],
  });
  if (!drafted || !('transaction' in drafted)) throw new Error('This cannot be composed.');
  const request: Request = {
    kind: 'spend',
    purpose: order.purpose,
    expires: seat.log.ports.now() + DAY,
    payment: derived(seed, 'payment').slice(0, 16),
    replaces: null,
    transaction: drafted.transaction,
  };
  return seat.request([request]);
}

/** The coins as Bitcoin Core's `listunspent` would print them. */
function coinList(seat: Seat, seed: number): string {
  const { secp256k1 } = seat.log.ports.groups;
  const { threshPk } = seat.known()!.keys.custody;
  const fingerprint = toHex(fingerprintOf(threshPk));
  return JSON.stringify(
    COINS.map((amount, index) => {
      const output = outputAt(secp256k1, threshPk, [branches.receive, index]);
      if (isFault(output)) throw new Error(output.proves);
      return {
        txid: toHex(derived(seed, `coin ${index}`)),
        vout: index,
        address: addressOfScript(NETWORK, output.script),
        scriptPubKey: toHex(output.script),
        desc: `tr([${fingerprint}/${branches.receive}/${index}]${toHex(output.internalKey)})`,
        amount,
        confirmations: 12,
      };
    }),
  );
}

/** Whom a request pays: outputs to others. */
const payments = (request: Request): { amount: number; script: Bytes }[] =>
  request.kind === 'spend' ? request.transaction.outputs.filter(({ path }) => path === null) : [];

/** Why a request is not what was ordered, in an operator's words; undefined where it is. */
export function objectionTo({ address, amount }: Order, request: Request): string | undefined {
  const paid = payments(request);
  const fits = ({ script, amount: sat }: (typeof paid)[number]) =>
    addressOfScript(NETWORK, script) === address && sat === amount;
  return paid.length === 1 && paid.every(fits)
    ? undefined
    : 'This pays somebody else than was ordered.';
}

/** How far the withdrawal is at one desk; undefined where nothing is known of it there. */
export function requestAt(seat: Seat): PlayerRequest | undefined {
  const requests = seat.requests();
  const session = requests?.sessions[0];
  if (!session) return undefined;
  const here = seat.here(requests);
  return {
    root: session.root,
    stage: stageOf(here.terms, session, 0),
    halt: haltOf(here, session, 0),
  };
}

/** What came of the withdrawal, as the collector's desk shows it. */
export function withdrawalOf([collector]: readonly Player[], plot: Plot): Withdrawal | undefined {
  const { seat } = collector!;
  const requests = seat?.requests();
  const session = requests?.sessions[0];
  if (!seat || !session) return undefined;
  const [item] = session.items;
  const numbers = session.replies.map((_, number) => number);
  const signed = session.packages.find(({ signatures }) => signatures.has(0));
  const finished = finishedOf(seat, item!.digest);
  return {
    proposer: plot.proposer,
    proposed: plot.proposed,
    accepted: numbers.filter((number) => session.replies[number]!.accepts.has(0)),
    objected: numbers.filter((number) => session.replies[number]!.objections.has(0)),
    stopped: haltOf(seat.here(requests), session, 0) === 'objected',
    signers: signed?.ids ?? [],
    quorum: seat.here(requests).terms.reservationQuorum,
    transaction: finished && { txid: finished.txid, raw: finished.raw },
  };
}
