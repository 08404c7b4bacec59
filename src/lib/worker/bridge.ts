/** What the evidence in the log offers to be requested: deposits, burns and fees. */
import { branchOf, pathText } from '../bitcoin/branches.ts';
import type { Coin } from '../bitcoin/coins.ts';
import { equal, toHex, type Bytes } from '../crypto/bytes.ts';
import { burnHolds, burnMessage, type Burn } from '../wire/burn-record.ts';
import { feeUtxoId, type FeeUtxo } from '../wire/fees.ts';
import { expiryOf } from '../wire/mint.ts';
import { depthOf, includedIn } from '../ceremony/chain-known.ts';
import { nullifierName, outpointName } from '../ceremony/claims.ts';
import {
  findingsOf,
  findingsOfWithdrawal,
  issuedScripts,
  proofSays,
  type Finding,
} from '../ceremony/findings.ts';
import type { Here } from '../ceremony/request-steps.ts';
import { unitsOf, type Request, type RequestOf } from '../ceremony/request.ts';
import { askedFor, standing, type Beside } from './asked-for.ts';
import { txidText } from './review.ts';
import type { Signer } from './signer.ts';
import { storedCoins } from './watch.ts';

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
  /** How deep it must lie. */
  readonly needed: number;
  /** What the evidence says of a mint of it. */
  readonly findings: readonly Finding[];
  /** What would be requested; `purpose` and `expires` are the proposer's. */
  readonly mint: Unsent<RequestOf<'mint'>>;
  /** Digests of the requests that keep this output from being requested anew. */
  readonly requested: readonly Bytes[];
  readonly beside: readonly Beside[];
  /** Whether it is attested already, and that attestation is still valid. */
  readonly attested: boolean;
  /** Whether an attestation of it may be out whose time is over. */
  readonly again: boolean;
}

/** A burn that somebody's observer saw. */
export interface BurnCandidate {
  readonly burn: Burn;
  /** By number: whose records say exactly this. */
  readonly seenBy: readonly number[];
  /** The proof that says this, where it was verified here. */
  readonly proof: Bytes | undefined;
  /** What the evidence says of it. */
  readonly findings: readonly Finding[];
  /** Digests of the requests that keep it from being requested anew. */
  readonly requested: readonly Bytes[];
  readonly beside: readonly Beside[];
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
  /** Whether a request keeps it from being requested anew. */
  readonly requested: boolean;
  readonly beside: readonly Beside[];
}

/** A fee UTXO of the bridge, as the own node listed it. */
export interface FeeUtxoView {
  readonly id: Bytes;
  /** What the bridge calls it, and whether that is the id in hexadecimal. */
  readonly name: string;
  readonly idHolds: boolean;
  readonly utxo: FeeUtxo;
  /** Whether a request keeps it from being requested anew with others than before. */
  readonly requested: boolean;
  readonly beside: readonly Beside[];
}

/** Everything that could be requested. */
export interface BridgeView {
  readonly deposits: readonly DepositCandidate[];
  readonly burns: readonly BurnCandidate[];
  readonly feeCoins: readonly FeeCoin[];
  /** When Bitcoin Core's list was taken in here, in ms since 1970; undefined before. */
  readonly coinsAt: number | undefined;
  readonly feeUtxos: readonly FeeUtxoView[];
  /** Of them, those that were to be joined and were not in time: only the same may be again. */
  readonly unfinished: readonly (readonly FeeUtxoView[])[];
  /** The same of the bridge's list. */
  readonly feeUtxosAt: number | undefined;
  /** The median time past that t operators agree on, in s; 0 where there is none. */
  readonly time: number;
}

/** What could be requested; undefined while the key may not be used. */
export async function bridgeViewOf(seat: Signer): Promise<BridgeView | undefined> {
  const requests = seat.requests();
  if (!requests) return undefined;
  const here = seat.here(requests);
  const { at, coins } = await storedCoins(seat);
  const feeUtxos = feeUtxosIn(here);
  return {
    deposits: depositsIn(here),
    burns: burnsIn(here),
    feeCoins: feeCoinsIn(here, coins),
    coinsAt: at || undefined,
    feeUtxos,
    unfinished: unfinishedIn(here, feeUtxos),
    feeUtxosAt: here.known.state.noted('fee-list').at(-1)?.at,
    time: requests.chain.time,
  };
}

type Candidate = Omit<DepositCandidate, 'needed' | 'findings'>;

function depositsIn(here: Here): DepositCandidate[] {
  const { known, requests } = here;
  const { chain, inForce } = requests;
  const issued = issuedScripts(known);
  const { validity } = inForce.rules;
  const stands = standing(here);
  const candidates = [...chain.included.values()].flatMap((places) => {
    const found = includedIn(chain, places[0]!.tx.txid);
    if (!found) return [];
    const { tx, block } = found;
    return tx.outputs.flatMap(({ amount, script }, vout): Candidate[] => {
      const to = issued.get(toHex(script));
      if (!to || amount === 0) return [];
      const { recipient, index } = to;
      const mined = block.header.time;
      const name = `deposit:${outpointName({ txid: tx.txid, vout })}`;
      // The first issue that has not ended by the time that t operators agree on.
      let issue = 0;
      while (expiryOf({ validity }, mined, issue) < chain.time) issue += 1;
      const { txid } = tx;
      const mint = {
        kind: 'mint',
        txid,
        vout,
        recipient,
        index,
        amount,
        mined,
        validity,
        issue,
      } as const;
      const { requested, beside } = askedFor(
        here,
        stands,
        { answers: [name] },
        unitsOf(known.groups, known, drawn(mint)),
      );
      return [
        {
          txid: txidText(tx.txid),
          vout,
          amount,
          recipient,
          index,
          height: block.height,
          depth: depthOf(chain, block),
          mint,
          requested: requested.map(({ digest }) => digest),
          beside,
          attested: requested.some(({ signatures }) => signatures),
          again: [...requests.items.values()].some(
            ({ claim, shared, signatures }) =>
              (shared.size > 0 || signatures) &&
              claim?.answers.has(name) &&
              claim.lapses! < chain.time,
          ),
        },
      ];
    });
  });
  return candidates.map((candidate) => {
    const findings = findingsOf(here, { request: drawn(candidate.mint) });
    const depth = findings.find(({ finding }) => finding === 'depth');
    return { ...candidate, findings, needed: Number(depth!.detail[1]) };
  });
}

export function burnsIn(here: Here): BurnCandidate[] {
  const { known, own } = here;
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
  const stands = standing(here);
  return [...burns.values()].map(({ burn, seenBy }) => {
    const { requested, beside } = askedFor(here, stands, {
      answers: [nullifierName(burn.nullifier)],
    });
    const proof = state.noted('proof').find(({ event }) => proofSays(event, burn))?.event.hash;
    return {
      burn,
      seenBy: [...seenBy],
      proof,
      findings: findingsOfWithdrawal(
        { known, own },
        { burn, proof: proof ?? new Uint8Array(32) },
        0,
      ),
      requested: requested.map(({ digest }) => digest),
      beside,
    };
  });
}

function feeCoinsIn(here: Here, coins: readonly Coin[]): FeeCoin[] {
  const { chain } = here.requests;
  const stands = standing(here);
  return coins
    .filter(({ path }) => branchOf(path) === 'fees')
    .map(({ txid, vout, amount, path }) => {
      const found = includedIn(chain, txid);
      const { requested, beside } = askedFor(here, stands, {
        outpoint: outpointName({ txid, vout }),
      });
      return {
        txid: txidText(txid),
        vout,
        amount,
        path: pathText(path),
        mined: found?.block.header.time,
        depth: found ? depthOf(chain, found.block) : 0,
        requested: requested.length > 0,
        beside,
      };
    });
}

function feeUtxosIn(here: Here): FeeUtxoView[] {
  const stands = standing(here);
  const { utxos, names } = here.known.state.noted('fee-list').at(-1)?.event ?? {
    utxos: [],
    names: [],
  };
  return utxos.map((utxo, i) => {
    const id = feeUtxoId(utxo);
    const name = names[i] ?? '';
    const { requested, beside } = askedFor(here, stands, { answers: [`fee:${toHex(id)}`] });
    return { id, name, idHolds: name === toHex(id), utxo, requested: requested.length > 0, beside };
  });
}

function unfinishedIn(here: Here, listed: readonly FeeUtxoView[]): FeeUtxoView[][] {
  const stands = standing(here);
  const unfinished = new Map<string, FeeUtxoView[]>();
  for (const { request, units } of here.requests.items.values()) {
    if (request.kind !== 'consolidation' || units.length === 0) continue;
    const ids = request.inputs.map(feeUtxoId);
    const utxos = ids.flatMap((id) => listed.find((one) => equal(one.id, id)) ?? []);
    if (utxos.length < ids.length || !utxos.some(({ requested }) => requested)) continue;
    const answers = ids.map((id) => `fee:${toHex(id)}`);
    if (askedFor(here, stands, { answers }, units).requested.length > 0) continue;
    unfinished.set(toHex(units[0]!.message), utxos);
  }
  return [...unfinished.values()];
}

/** A request without what its proposer says last. */
export type Unsent<R extends Request = Request> = R extends Request
  ? Omit<R, 'purpose' | 'expires'>
  : never;

/** A request as evidence and review see it. */
export const drawn = (request: Unsent): Request => ({ ...request, purpose: '-', expires: 0 });
