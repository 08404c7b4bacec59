/** Watching a group's bitcoin: descriptors, addresses, the coins that Bitcoin Core listed, and drafts. */
import { addressOfScript } from '../bitcoin/address.ts';
import {
  branches,
  branchOf,
  outputAt,
  pathReader,
  pathText,
  type Path,
} from '../bitcoin/branches.ts';
import {
  MAX_COINS,
  readCoins,
  type Coin,
  type CoinListProblem,
  type SkippedCoin,
} from '../bitcoin/coins.ts';
import { composeSpend, type ComposeProblem, type SpendPlan } from '../bitcoin/compose.ts';
import { depositPath } from '../bitcoin/deposit.ts';
import { depositDescriptor, descriptorsOf, fingerprintOf, xpubOf } from '../bitcoin/descriptor.ts';
import { psbtBytes, readPsbt } from '../bitcoin/psbt.ts';
import { MAX_SAT, type Spend, type SpendProblem } from '../bitcoin/spend.ts';
import { finalTx } from '../bitcoin/transaction.ts';
import { toHex, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { isFault } from '../crypto/faults.ts';
import { bytes, integer, list, moment, read, record } from '../crypto/schema.ts';
import { holders } from '../ceremony/findings.ts';
import { transactionOf, type RequestOf } from '../ceremony/request.ts';
import type { Known, Requests } from '../ceremony/session.ts';
import { draftsOf } from './requests-view.ts';
import { firstUnused } from './requester.ts';
import { reviewOf, txidText, type SpendReview } from './review.ts';
import { goneBeside, listedOf, mayGo, shallowIn, type StoredCoins } from './shallow.ts';
import type { Signer } from './signer.ts';

/** An address of the group. */
export interface AddressView {
  readonly address: string;
  readonly path: string;
}

/** A deposit address that was given out. */
export interface DepositView extends AddressView {
  /** The path as numbers. */
  readonly steps: Path;
  readonly recipient: Bytes;
  readonly index: number;
  readonly by: number;
  readonly at: number;
  readonly descriptor: string;
  /** How many operators are known to hold it; n − t + 1 of them suffice. */
  readonly receipts: number;
}

/** A coin, with the id as it is written, in hex. */
export interface CoinView extends AddressView {
  readonly txid: string;
  readonly vout: number;
  /** In sat. */
  readonly amount: number;
  readonly confirmations: number;
  /** Whether a request that was reserved here spends it. */
  readonly reserved: boolean;
  /** Whether it may be gone again with its block: it is then not spent unless somebody names it. */
  readonly mayGo: boolean;
}

/** What a group's bitcoin is watched with, and what was listed of it. */
export interface WatchView {
  /** 4 bytes in hex. */
  readonly fingerprint: string;
  readonly xpub: string;
  readonly descriptors: { readonly main: string; readonly fees: string };
  /** The first addresses of each branch. */
  readonly receive: readonly AddressView[];
  readonly change: readonly AddressView[];
  readonly fees: readonly AddressView[];
  readonly deposits: readonly DepositView[];
  readonly receiptsNeeded: number;
  readonly coins: readonly CoinView[];
  /** When the coins were listed here, ms since 1970. */
  readonly coinsAt: number | undefined;
}

/** What a list of coins was taken for. */
export type CoinImport =
  | { readonly coins: number; readonly skipped: readonly SkippedCoin[] }
  | { readonly problem: CoinListProblem };

const SHOWN = 20;

const coinsReader = record({
  at: moment,
  coins: list(
    record({
      txid: bytes(32),
      vout: integer(0, 0xffff_ffff),
      amount: integer(1, MAX_SAT),
      path: pathReader,
      confirmations: integer(0, 1_000_000_000),
    }),
    MAX_COINS,
  ),
  // What was stored before these were kept has none.
  gone: (value: unknown, at: string) => list(bytes(32), MAX_COINS)(value ?? [], at),
});

/** The coins that Bitcoin Core listed last. */
export async function storedCoins({ log }: Signer): Promise<StoredCoins & { readonly at: number }> {
  const stored = await log.ports.store.read(log.keys.coins);
  const coins = stored && read(coinsReader, stored);
  if (typeof coins === 'string') throw new Error(`The list of coins does not read: ${coins}.`);
  return coins ? coins.value : { at: 0, coins: [], gone: [] };
}

function addressAt({ groups, id, keys }: Known, path: Path): AddressView {
  const output = outputAt(groups.secp256k1, keys.custody.threshPk, path);
  const address = isFault(output) ? undefined : addressOfScript(id.network, output.script);
  return { address: address ?? '', path: pathText(path) };
}

/** The deposit addresses that were given out, oldest first of each operator. */
function depositsOf(known: Known): DepositView[] {
  const { state, manifest, id, keys } = known;
  return manifest.operators.flatMap(({ packetKey }, by) =>
    state.told(packetKey, 'deposit-address').flatMap(({ part, packet }) => {
      const steps = depositPath(id.network, part.recipient, part.index);
      if (isFault(steps)) return [];
      return [
        {
          ...addressAt(known, steps),
          steps,
          recipient: part.recipient,
          index: part.index,
          by,
          at: packet.at,
          descriptor: depositDescriptor(id.network, keys.custody.threshPk, steps),
          receipts: holders(known, packetKey, packet.number),
        },
      ];
    }),
  );
}

/** Everything to watch with; undefined while the key may not be used. */
export async function watchViewOf(seat: Signer): Promise<WatchView | undefined> {
  const known = seat.known();
  const requests = seat.requests();
  if (!known || !requests) return undefined;
  const { id, keys, manifest, state } = known;
  const { threshPk } = keys.custody;
  const addresses = (branch: 'receive' | 'change' | 'fees') =>
    Array.from({ length: SHOWN }, (_, i) => addressAt(known, [branches[branch], i]));
  const stored = await storedCoins(seat);
  const { at, coins } = stored;
  const goes = mayGo(requests, listedOf(stored));
  const claimed = new Set(
    [...requests.items.values()].flatMap(({ claim, reserved }) =>
      claim && reserved.has(state.own!) ? [...claim.outpoints] : [],
    ),
  );
  return {
    fingerprint: toHex(fingerprintOf(threshPk)),
    xpub: xpubOf(id.network, threshPk),
    descriptors: descriptorsOf(id.network, threshPk),
    receive: addresses('receive'),
    change: addresses('change'),
    fees: addresses('fees'),
    deposits: depositsOf(known),
    receiptsNeeded: manifest.terms.n - manifest.terms.t + 1,
    coins: coins.map(({ txid, vout, amount, path, confirmations }) => ({
      mayGo: goes({ txid, confirmations }),
      ...addressAt(known, path),
      txid: txidText(txid),
      vout,
      amount,
      confirmations,
      reserved: claimed.has(`${toHex(txid)}:${vout}`),
    })),
    coinsAt: at || undefined,
  };
}

/** Takes in what Bitcoin Core's `listunspent` printed, in place of the former list. */
export async function importCoins(seat: Signer, json: string): Promise<CoinImport | undefined> {
  const known = seat.known();
  if (!known) return undefined;
  const { groups, id, keys } = known;
  const deposits = depositsOf(known).map(({ steps }) => steps);
  const { threshPk } = keys.custody;
  const taken = readCoins(groups.secp256k1, id.network, threshPk, json, deposits);
  if (typeof taken === 'string') return { problem: taken };
  if (isFault(taken)) throw new Error(taken.proves);
  const { ports, keys: names } = seat.log;
  const coins = taken.coins.map((coin) => ({ ...coin }));
  const gone = goneBeside(coins, await storedCoins(seat));
  await ports.store.write([{ key: names.coins, value: toCbor({ at: ports.now(), coins, gone }) }]);
  return { coins: coins.length, skipped: taken.skipped };
}

/** What a draft would be: its transaction as it will be reviewed, or why there is none. */
export type Drafted =
  | {
      readonly transaction: Spend;
      readonly review: SpendReview;
      /** Inputs, from 0, whose coin may be gone again with its block. */
      readonly shallow: readonly number[];
    }
  | { readonly problems: readonly SpendProblem[] }
  | { readonly compose: ComposeProblem };

async function drafted(
  seat: Signer,
  known: Known,
  transaction: Spend,
): Promise<Drafted | undefined> {
  const requests = seat.requests();
  if (!requests) return undefined;
  const request: RequestOf<'spend'> = {
    kind: 'spend',
    purpose: '-',
    expires: 0,
    payment: new Uint8Array(16),
    replaces: null,
    transaction,
  };
  const listed = listedOf(await storedCoins(seat));
  const shallow = shallowIn(transaction, listed, mayGo(requests, listed));
  return { transaction, review: reviewOf(known, request, []), shallow };
}

/** Reads a PSBT, as a file or base64, into a transaction to be requested. */
export async function draftFromPsbt(
  seat: Signer,
  psbt: Bytes | string,
): Promise<Drafted | undefined> {
  const known = seat.known();
  if (!known) return undefined;
  const binary = psbtBytes(psbt);
  if (!binary) return { problems: [{ problem: 'not-a-psbt', detail: '' }] };
  const spend = readPsbt(known.groups.secp256k1, known.keys.custody.threshPk, binary);
  return Array.isArray(spend) ? { problems: spend } : drafted(seat, known, spend);
}

/** What a person wants to be paid, in their words. */
export type Wish = Pick<SpendPlan, 'payments' | 'feeRate' | 'locktime'> & {
  /**
   * `txid:vout` of the coins to choose from. Where empty: every confirmed coin that no request spends,
   * that is not of the fee reservoir, and that will not be gone again with its block.
   */
  readonly coins: readonly string[];
};

/** Composes a transaction from the coins that were listed. */
export async function compose(seat: Signer, wish: Wish): Promise<Drafted | undefined> {
  const known = seat.known();
  const requests = seat.requests();
  if (!known || !requests) return undefined;
  const stored = await storedCoins(seat);
  const { coins } = stored;
  const spends = transactionsIn(requests);
  const spent = new Set(
    spends.flatMap(({ inputs }) => inputs.map(({ txid, vout }) => `${txidText(txid)}:${vout}`)),
  );
  const named = ({ txid, vout }: Coin) => `${txidText(txid)}:${vout}`;
  const goes = mayGo(requests, listedOf(stored));
  const free = (coin: Coin) =>
    coin.confirmations > 0 &&
    !goes(coin) &&
    branchOf(coin.path) !== 'fees' &&
    !spent.has(named(coin));
  const made = composeSpend({
    group: known.groups.secp256k1,
    network: known.id.network,
    threshPk: known.keys.custody.threshPk,
    coins: coins.filter((coin) =>
      wish.coins.length > 0 ? wish.coins.includes(named(coin)) : free(coin),
    ),
    payments: wish.payments,
    feeRate: wish.feeRate,
    changeIndex: nextChange(seat, coins, requests),
    locktime: wish.locktime,
  });
  if (isFault(made)) throw new Error(made.proves);
  return 'problem' in made ? { compose: made } : drafted(seat, known, made);
}

/** The transactions of drafts: their change is not given out a second time. */
const draftedSpends = (seat: Signer): Spend[] =>
  draftsOf(seat)
    .flatMap(({ batch }) => batch)
    .flatMap((request) => transactionOf(request) ?? []);

/** The first change address that nothing here used; nobody can use up what comes after it. */
export function nextChange(seat: Signer, coins: readonly Coin[], requests: Requests): number {
  const spends = [...transactionsIn(requests), ...draftedSpends(seat)];
  const paths = [
    ...coins.map(({ path }) => path),
    ...spends.flatMap(({ outputs }) => outputs.flatMap(({ path }) => (path ? [path] : []))),
  ];
  const used = paths.flatMap(([branch, index]) => (branch === branches.change ? [index!] : []));
  return firstUnused(used);
}

/** A signed request's transaction, to be handed over. Hex and base64 are left to whoever shows it. */
export interface Finished {
  readonly txid: string;
  /** For the network. */
  readonly raw: Bytes;
  readonly psbtV0: Bytes;
  readonly psbtV2: Bytes;
}

/** The transactions of all requests. */
const transactionsIn = ({ items }: Requests): Spend[] =>
  [...items.values()].flatMap(({ request }) => transactionOf(request) ?? []);

/** The signed transaction of a request; undefined where it has none or is not signed. */
export function finishedOf(seat: Signer, digest: Uint8Array): Finished | undefined {
  const known = seat.known();
  const item = seat.requests()?.items.get(toHex(digest));
  const transaction = item && transactionOf(item.request);
  if (!known || !transaction || !item.signatures) return undefined;
  const made = finalTx(
    known.groups.secp256k1,
    known.keys.custody.threshPk,
    transaction,
    item.signatures,
  );
  if (isFault(made)) throw new Error(made.proves);
  return { txid: txidText(made.txid), raw: made.raw, psbtV0: made.psbtV0, psbtV2: made.psbtV2 };
}
