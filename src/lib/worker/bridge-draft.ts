/** Drafts of transactions of the bridge's business: burns that are paid, fees that are gathered. */
import { branchOf, outputAt } from '../bitcoin/branches.ts';
import type { Coin } from '../bitcoin/coins.ts';
import { composeSpend, composeSweep, type ComposeProblem } from '../bitcoin/compose.ts';
import { equal, type Bytes } from '../crypto/bytes.ts';
import { isFault } from '../crypto/faults.ts';
import type { Burn } from '../wire/burn-record.ts';
import { nullifierName, outpointName } from '../ceremony/claims.ts';
import { findingsOf, type Finding } from '../ceremony/findings.ts';
import { FEES_TO } from '../ceremony/problems.ts';
import { haltOf, type Here } from '../ceremony/request-steps.ts';
import {
  MAX_WITHDRAWALS,
  transactionOf,
  type RequestOf,
  type Withdrawal,
} from '../ceremony/request.ts';
import type { Item } from '../ceremony/session.ts';
import { freeCoins, holding } from './asked-for.ts';
import { burnsIn, drawn, type Unsent } from './bridge.ts';
import { reviewOf, txidText, type Spending, type SpendReview } from './review.ts';
import { listedOf, mayGo, shallowIn } from './shallow.ts';
import type { Signer } from './signer.ts';
import { nextChange, storedCoins } from './watch.ts';

/** A request to be proposed, how it is reviewed, and what the evidence says of it. */
export type BridgeDraft =
  | {
      readonly request: Unsent<RequestOf<'burn' | 'fees'>>;
      readonly review: SpendReview;
      readonly findings: readonly Finding[];
      /** Inputs, from 0, whose coin may be gone again with its block: of a transaction that is replaced. */
      readonly shallow: readonly number[];
    }
  | { readonly compose: ComposeProblem }
  /** These burns are not there, have no proof, or are too many. */
  | { readonly burns: 'unknown' | 'no-proof' | 'too-many' }
  /** Nothing can take the place of this request any more, or no coin is left that it spends, too. */
  | { readonly replaces: 'gone' | 'no-common' };

function draftOf(
  here: Here,
  request: Unsent<RequestOf<'burn' | 'fees'>>,
  shallow: readonly number[],
): BridgeDraft {
  const whole = drawn(request) as Spending;
  return {
    request,
    review: reviewOf(here.known, whole, []),
    findings: findingsOf(here, { request: whole }),
    shallow,
  };
}

/**
 * The transaction that pays these burns, by their nullifiers, each with an output of its own.
 * `feeRate` in sat/vB; `without`: coins (`txid:vout`) that other requests of the batch spend.
 *
 * `replaces`: the digest of a request for burns whose place it takes. It then spends the coins of that
 * one, and of every other request that holds these burns, so that it excludes all of them; other coins
 * only where those do not suffice.
 *
 * Of those other coins, and without `replaces`, none is spent that may be gone again with its block.
 */
export async function composeBurn(
  seat: Signer,
  nullifiers: readonly Bytes[],
  feeRate: number,
  without: readonly string[],
  replaces?: Bytes,
): Promise<BridgeDraft | undefined> {
  const requests = seat.requests();
  if (!requests) return undefined;
  const here = seat.here(requests);
  const { groups, id, keys } = here.known;
  if (nullifiers.length > MAX_WITHDRAWALS) return { burns: 'too-many' };
  const all = burnsIn(here);
  const burns: { burn: Burn; proof: Bytes }[] = [];
  for (const nullifier of nullifiers) {
    // Where records differ, what most observers say is proposed.
    const [found] = all
      .filter(({ burn }) => equal(burn.nullifier, nullifier))
      .sort((a, b) => b.seenBy.length - a.seenBy.length);
    if (!found) return { burns: 'unknown' };
    if (!found.proof) return { burns: 'no-proof' };
    burns.push({ burn: found.burn, proof: found.proof });
  }
  const stored = await storedCoins(seat);
  const { coins } = stored;
  const item = replaces && replaced(here, 'burn', replaces);
  if (replaces && !item) return { replaces: 'gone' };
  const again = item
    ? coinsOf([item, ...holding(here, { answers: nullifiers.map(nullifierName) })], coins, without)
    : [];
  if (!again) return { replaces: 'no-common' };
  const spent = named(again);
  const listed = listedOf(stored);
  const goes = mayGo(requests, listed);
  const { free, unasked } = freeCoins(
    here,
    coins.filter(
      (coin) =>
        coin.confirmations > 0 &&
        !goes(coin) &&
        branchOf(coin.path) !== 'fees' &&
        !spent.has(outpointName(coin)) &&
        !without.includes(coinName(coin)),
    ),
  );
  const composed = (from: readonly Coin[]) =>
    composeSpend({
      group: groups.secp256k1,
      network: id.network,
      threshPk: keys.custody.threshPk,
      always: again,
      coins: from,
      payments: burns.map(({ burn }) => ({ to: burn.script, amount: burn.amount - burn.fee })),
      feeRate,
      changeIndex: nextChange(seat, coins, requests),
      locktime: 0,
    });
  // Coins that others only ask for are left to them while there are enough.
  const first = composed(unasked);
  const made = 'problem' in first ? composed(free) : first;
  if (isFault(made)) throw new Error(made.proves);
  if ('problem' in made) return { compose: made };
  const taken = new Set<number>();
  const withdrawals = burns.map(({ burn, proof }): Withdrawal => {
    const output = made.outputs.findIndex(
      ({ amount, script, path }, i) =>
        path === null &&
        !taken.has(i) &&
        amount === burn.amount - burn.fee &&
        equal(script, burn.script),
    );
    taken.add(output);
    return { burn, proof, output };
  });
  const shallow = shallowIn(made, listed, goes);
  const request = { replaces: replaces ?? null, withdrawals, transaction: made };
  return draftOf(here, { kind: 'burn', ...request }, shallow);
}

/**
 * The transaction that gathers these coins of the fee reservoir (`txid:vout`, as they are written).
 * `replaces`: the digest of a request for fees whose place it takes; it gathers the coins of that one
 * beside them.
 */
export async function composeFees(
  seat: Signer,
  names: readonly string[],
  feeRate: number,
  replaces?: Bytes,
): Promise<BridgeDraft | undefined> {
  const requests = seat.requests();
  if (!requests) return undefined;
  const here = seat.here(requests);
  const { groups, keys } = here.known;
  const { coins } = await storedCoins(seat);
  const item = replaces && replaced(here, 'fees', replaces);
  if (replaces && !item) return { replaces: 'gone' };
  const again = item ? coinsOf([item], coins, []) : [];
  if (!again) return { replaces: 'no-common' };
  const to = outputAt(groups.secp256k1, keys.custody.threshPk, FEES_TO);
  if (isFault(to)) throw new Error(to.proves);
  const gathered = named(again);
  const chosen = coins.filter(
    (coin) =>
      branchOf(coin.path) === 'fees' &&
      names.includes(coinName(coin)) &&
      !gathered.has(outpointName(coin)),
  );
  const made = composeSweep([...again, ...chosen], to.script, feeRate);
  if ('problem' in made) return { compose: made };
  // How deep these lie the findings say.
  return draftOf(here, { kind: 'fees', replaces: replaces ?? null, transaction: made }, []);
}

/** The request whose place is taken; undefined where it is not there, confirmed, or impossible. */
function replaced(here: Here, kind: 'burn' | 'fees', digest: Bytes): Item | undefined {
  for (const session of here.requests.sessions)
    for (const [position, item] of session.items.entries())
      if (item.request.kind === kind && equal(item.digest, digest))
        return item.depth || haltOf(here, session, position) === 'replaced' ? undefined : item;
  return undefined;
}

/**
 * The coins that these requests spend, without those named, each once; undefined where none is left of
 * a request. Those of a request that Bitcoin Core listed are taken. Where it listed none, all are: it
 * knows the transaction, and then lists no coin that it spends.
 */
function coinsOf(
  items: readonly Item[],
  listed: readonly Coin[],
  without: readonly string[],
): Coin[] | undefined {
  const found = new Map<string, Coin>();
  for (const { request } of items) {
    const spent = transactionOf(request)!
      .inputs.map(({ txid, vout, amount, path }): Coin => {
        return { txid, vout, amount, path, confirmations: 0 };
      })
      .filter((coin) => !without.includes(coinName(coin)));
    const names = named(spent);
    const there = listed.filter((coin) => names.has(outpointName(coin)));
    if (spent.length === 0) return undefined;
    for (const coin of there.length > 0 ? there : spent) found.set(outpointName(coin), coin);
  }
  return [...found.values()];
}

const named = (coins: readonly Coin[]): ReadonlySet<string> => new Set(coins.map(outpointName));

/** A coin as it is written. */
const coinName = ({ txid, vout }: Coin): string => `${txidText(txid)}:${vout}`;
