/** What the evidence in the log offers to be requested: deposits, burns and fees, and drafts of them. */
import { branchOf, outputAt, pathText } from '../bitcoin/branches.ts';
import type { Coin } from '../bitcoin/coins.ts';
import { composeSpend, composeSweep, type ComposeProblem } from '../bitcoin/compose.ts';
import { equal, toHex, type Bytes } from '../crypto/bytes.ts';
import { isFault } from '../crypto/faults.ts';
import { burnHolds, burnMessage, destinationHash, type Burn } from '../wire/burn-record.ts';
import { feeUtxoId, type FeeUtxo } from '../wire/fees.ts';
import { expiryOf } from '../wire/mint.ts';
import { depthOf, includedIn } from '../ceremony/chain-known.ts';
import { outpointName } from '../ceremony/claims.ts';
import { depositScript } from '../ceremony/findings.ts';
import { FEES_TO } from '../ceremony/problems.ts';
import { MAX_WITHDRAWALS, type RequestOf, type Withdrawal } from '../ceremony/request.ts';
import type { Known, Requests } from '../ceremony/session.ts';
import { reviewOf, txidText, type Spending, type SpendReview } from './review.ts';
import type { Signer } from './signer.ts';
import { nextChange, storedCoins } from './watch.ts';

/** A deposit that the evidence shows, and where a mint of it stands. */
export interface DepositCandidate {
  /** As it is written, in hex. */
  readonly txid: string;
  readonly vout: number;
  /** In sat. */
  readonly amount: number;
  readonly recipient: Bytes;
  readonly index: number;
  readonly height: number;
  readonly depth: number;
  /** What would be requested; `purpose` and `expires` are the proposer's. */
  readonly mint: Omit<RequestOf<'mint'>, 'purpose' | 'expires'>;
  /** Digests of the requests for this output, the first one first. */
  readonly requested: readonly Bytes[];
  /** Whether it is attested already, and that attestation is still valid. */
  readonly attested: boolean;
}

/** A burn that somebody's observer saw. */
export interface BurnCandidate {
  readonly burn: Burn;
  /** By number: whose records say exactly this. */
  readonly seenBy: readonly number[];
  /** The proof that says this, where it was verified here. */
  readonly proof: Bytes | undefined;
  readonly requested: readonly Bytes[];
}

/** A coin of the fee reservoir, as Bitcoin Core listed it. */
export interface FeeCoin {
  readonly txid: string;
  readonly vout: number;
  readonly amount: number;
  readonly path: string;
  /** When it was confirmed, in s; undefined where no evidence says so. */
  readonly mined: number | undefined;
  readonly depth: number;
  readonly requested: boolean;
}

/** A fee UTXO of the bridge, as the own node listed it. */
export interface FeeUtxoView {
  readonly id: Bytes;
  readonly utxo: FeeUtxo;
  readonly requested: boolean;
}

/** Everything that could be requested. */
export interface BridgeView {
  readonly deposits: readonly DepositCandidate[];
  readonly burns: readonly BurnCandidate[];
  readonly feeCoins: readonly FeeCoin[];
  readonly feeUtxos: readonly FeeUtxoView[];
  /** The median time past that t operators agree on, in s; 0 where there is none. */
  readonly time: number;
}

/** What could be requested; undefined while the key may not be used. */
export async function bridgeViewOf(seat: Signer): Promise<BridgeView | undefined> {
  const known = seat.known();
  const requests = seat.requests();
  if (!known || !requests) return undefined;
  const { coins } = await storedCoins(seat);
  return {
    deposits: depositsIn(known, requests),
    burns: burnsIn(known, requests),
    feeCoins: feeCoinsIn(requests, coins),
    feeUtxos: feeUtxosIn(known, requests),
    time: requests.chain.time,
  };
}

/** The requests that answer for a thing, by its name in claims. */
const answering = (requests: Requests, name: string) =>
  [...requests.items.values()].filter(({ claim }) => claim?.answers.has(name));

function depositsIn(known: Known, requests: Requests): DepositCandidate[] {
  const { manifest, state } = known;
  const { chain, inForce } = requests;
  const issued = new Map<string, { readonly recipient: Bytes; readonly index: number }>();
  for (const { packetKey } of manifest.operators)
    for (const { part } of state.told(packetKey, 'deposit-address')) {
      const script = depositScript(known, part);
      if (script) issued.set(toHex(script), part);
    }
  const { validity } = inForce.rules;
  return [...chain.included.values()].flatMap((places) => {
    const found = includedIn(chain, places[0]!.tx.txid);
    if (!found) return [];
    const { tx, block } = found;
    return tx.outputs.flatMap(({ amount, script }, vout): DepositCandidate[] => {
      const to = issued.get(toHex(script));
      if (!to || amount === 0) return [];
      const { recipient, index } = to;
      const mined = block.header.time;
      const before = answering(requests, `deposit:${outpointName({ txid: tx.txid, vout })}`);
      // The first issue that has not ended by the time that t operators agree on.
      let issue = 0;
      while (expiryOf({ validity }, mined, issue) < chain.time) issue += 1;
      return [
        {
          txid: txidText(tx.txid),
          vout,
          amount,
          recipient,
          index,
          height: block.height,
          depth: depthOf(chain, block),
          mint: {
            kind: 'mint',
            txid: tx.txid,
            vout,
            recipient,
            index,
            amount,
            mined,
            validity,
            issue,
          },
          requested: before.map(({ digest }) => digest),
          attested: before.some(
            ({ signatures, claim }) => signatures && claim!.lapses! >= chain.time,
          ),
        },
      ];
    });
  });
}

function burnsIn(known: Known, requests: Requests): BurnCandidate[] {
  const { manifest, state, groups, id } = known;
  const where = { network: id.network, group: id.group };
  const burns = new Map<string, { burn: Burn; seenBy: Set<number> }>();
  for (const [number, { packetKey, observerKey }] of manifest.operators.entries())
    for (const { part } of state.told(packetKey, 'burn-records'))
      for (const { burn, signature } of part.records) {
        const message = burnMessage(where, burn);
        const holds = state.once('burn record', [observerKey, message, signature], () =>
          burnHolds(groups.secp256k1, observerKey, where, burn, signature),
        );
        if (!holds) continue;
        const one = burns.get(toHex(message)) ?? { burn, seenBy: new Set() };
        one.seenBy.add(number);
        burns.set(toHex(message), one);
      }
  return [...burns.values()].map(({ burn, seenBy }) => ({
    burn,
    seenBy: [...seenBy],
    proof: state
      .noted('proof')
      .find(({ event }) => {
        const { nullifier, amount, destination } = event;
        const means = destinationHash(burn.script);
        return (
          equal(nullifier, burn.nullifier) &&
          amount === burn.amount &&
          means !== undefined &&
          equal(destination, means)
        );
      })
      ?.event.hash,
    requested: answering(requests, `nullifier:${toHex(burn.nullifier)}`).map(
      ({ digest }) => digest,
    ),
  }));
}

/** Names of the coins that requests spend. */
const spentIn = ({ items }: Requests): ReadonlySet<string> =>
  new Set([...items.values()].flatMap(({ claim }) => [...(claim?.outpoints ?? [])]));

function feeCoinsIn(requests: Requests, coins: readonly Coin[]): FeeCoin[] {
  const spent = spentIn(requests);
  return coins
    .filter(({ path }) => branchOf(path) === 'fees')
    .map(({ txid, vout, amount, path }) => {
      const found = includedIn(requests.chain, txid);
      return {
        txid: txidText(txid),
        vout,
        amount,
        path: pathText(path),
        mined: found?.block.header.time,
        depth: found ? depthOf(requests.chain, found.block) : 0,
        requested: spent.has(outpointName({ txid, vout })),
      };
    });
}

const feeUtxosIn = ({ state }: Known, requests: Requests): FeeUtxoView[] =>
  (state.noted('fee-list').at(-1)?.event.utxos ?? []).map((utxo) => {
    const id = feeUtxoId(utxo);
    return { id, utxo, requested: answering(requests, `fee:${toHex(id)}`).length > 0 };
  });

/** A request to be proposed, and how it is reviewed. */
export type BridgeDraft =
  | {
      readonly request: Omit<RequestOf<'burn'>, 'purpose' | 'expires'>;
      readonly review: SpendReview;
    }
  | {
      readonly request: Omit<RequestOf<'fees'>, 'purpose' | 'expires'>;
      readonly review: SpendReview;
    }
  | { readonly compose: ComposeProblem }
  /** These burns are not there, have no proof, or are too many. */
  | { readonly burns: 'unknown' | 'no-proof' | 'too-many' };

const draftOf = (known: Known, request: Omit<Spending, 'purpose' | 'expires'>): SpendReview =>
  reviewOf(known, { ...request, purpose: '-', expires: 0 } as Spending, []);

/**
 * The transaction that pays these burns, by their nullifiers, each with an output of its own.
 * `feeRate` in sat/vB; `coins` as in a wish.
 */
export async function composeBurn(
  seat: Signer,
  nullifiers: readonly Bytes[],
  feeRate: number,
): Promise<BridgeDraft | undefined> {
  const known = seat.known();
  const requests = seat.requests();
  if (!known || !requests) return undefined;
  if (nullifiers.length > MAX_WITHDRAWALS) return { burns: 'too-many' };
  const all = burnsIn(known, requests);
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
  const { coins } = await storedCoins(seat);
  const spent = spentIn(requests);
  const made = composeSpend({
    group: known.groups.secp256k1,
    network: known.id.network,
    threshPk: known.keys.custody.threshPk,
    coins: coins.filter(
      (coin) =>
        coin.confirmations > 0 && branchOf(coin.path) !== 'fees' && !spent.has(outpointName(coin)),
    ),
    payments: burns.map(({ burn }) => ({ to: burn.script, amount: burn.amount - burn.fee })),
    feeRate,
    changeIndex: nextChange(seat, coins, requests),
    locktime: 0,
  });
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
  const request = { kind: 'burn', replaces: null, withdrawals, transaction: made } as const;
  return { request, review: draftOf(known, request) };
}

/** The transaction that gathers these coins of the fee reservoir (`txid:vout`, as they are written). */
export async function composeFees(
  seat: Signer,
  names: readonly string[],
  feeRate: number,
): Promise<BridgeDraft | undefined> {
  const known = seat.known();
  if (!known) return undefined;
  const { groups, keys } = known;
  const { threshPk } = keys.custody;
  const { coins } = await storedCoins(seat);
  const to = outputAt(groups.secp256k1, threshPk, FEES_TO);
  if (isFault(to)) throw new Error(to.proves);
  const chosen = coins.filter(
    (coin) =>
      branchOf(coin.path) === 'fees' && names.includes(`${txidText(coin.txid)}:${coin.vout}`),
  );
  const made = composeSweep(chosen, to.script, feeRate);
  if ('problem' in made) return { compose: made };
  const request = { kind: 'fees', replaces: null, transaction: made } as const;
  return { request, review: draftOf(known, request) };
}
