import { outputAt } from '../bitcoin/branches.ts';
import { FINAL_DEPTH } from '../bitcoin/coins.ts';
import { depositPath } from '../bitcoin/deposit.ts';
import { consensusOf, subsidyAt } from '../bitcoin/networks.ts';
import type { Block } from '../bitcoin/chain.ts';
import { be32, equal, toHex, type Bytes } from '../crypto/bytes.ts';
import { isFault } from '../crypto/faults.ts';
import { burnHolds, burnMessage, destinationHash, type Burn } from '../wire/burn-record.ts';
import { consolidationDue, feeUtxoId, inOrder } from '../wire/fees.ts';
import { expiryOf } from '../wire/mint.ts';
import type { BurnInputs } from '../wire/plonky2/burn-proof.ts';
import { depthOf, includedIn, type ChainKnown, type Included } from './chain-known.ts';
import {
  attestationOf,
  requestDigest,
  transactionOf,
  type Request,
  type RequestOf,
  type Withdrawal,
} from './request.ts';
import type { Item, Known, Requests } from './session.ts';

/*
 * What the evidence in this log says of a request: each check by name, whether it holds, what is still
 * missing, or what fails. Nothing is taken from a request that the evidence can say. A request may be
 * accepted, and shares leave for it, only while every check holds.
 */

export const findingNames = [
  // A deposit
  'issued',
  'included',
  'output',
  'amount',
  'mined',
  'own-tip',
  'tips',
  'fresh',
  'future',
  'work',
  'depth',
  'schedule',
  'reissue',
  'time-left',
  // A burn, each for one withdrawal
  'proof',
  'proof-says',
  'own-record',
  'records',
  'records-agree',
  // Fees
  'coin',
  'due',
  'own-list',
] as const;
export type FindingName = (typeof findingNames)[number];

/** One check. */
export interface Finding {
  readonly finding: FindingName;
  readonly state: 'holds' | 'missing' | 'fails';
  /** Which withdrawal or input it is about, from 0. */
  readonly of?: number;
  /** What it is about, for the sentence: figures and names in the order that the text takes. */
  readonly detail: readonly (string | number)[];
}

/** What evidence is judged with. */
export interface Seen {
  readonly known: Known;
  readonly requests: Requests;
  readonly own: number;
  /** The local clock, ms since 1970. */
  readonly now: number;
}

/** How old the tip that t operators agree on may be, in s. */
export const MAX_TIP_AGE = 86_400;

/** How far in the future a block's time may be, in s (as Bitcoin's nodes have it). */
export const MAX_FUTURE = 7200;

/** How deep a coinbase lies at least. */
const COINBASE_DEPTH = 100;

/** How long an attestation must still be valid when it is signed, in s. */
const TIME_LEFT = 6 * 3600;

const found = new WeakMap<Seen, Map<Request, readonly Finding[]>>();

/** What the evidence says of a request; nothing where it needs none. Computed once for one `seen`. */
export function findingsOf(seen: Seen, { request }: Pick<Item, 'request'>): readonly Finding[] {
  const before = found.get(seen) ?? new Map<Request, readonly Finding[]>();
  found.set(seen, before);
  const findings = before.get(request) ?? judged(seen, request);
  before.set(request, findings);
  return findings;
}

function judged(seen: Seen, request: Request): readonly Finding[] {
  switch (request.kind) {
    case 'test':
    case 'spend':
      return [];
    case 'mint':
      return ofMint(seen, request);
    case 'burn':
      return request.withdrawals.flatMap((one, i) => findingsOfWithdrawal(seen, one, i));
    case 'fees':
      return ofFees(seen, request);
    case 'consolidation':
      return ofConsolidation(seen, request);
  }
}

const finding = (
  name: FindingName,
  state: boolean | Finding['state'],
  ...detail: Finding['detail']
): Finding => ({
  finding: name,
  state: state === true ? 'holds' : state === false ? 'fails' : state,
  detail,
});

/** Whether the chain here is the one that everybody sees: the own node's tip, and those of others. */
function ofChain({ known, requests, own, now }: Seen): Finding[] {
  const { t } = known.manifest.terms;
  const { agreed, tips, tree } = requests.chain;
  const mine = tips.get(own)?.block;
  const with_ = agreed
    ? [...tips.values()].filter(({ block }) => tree.includes(block, agreed))
    : [];
  const at = now / 1000;
  return [
    finding('own-tip', mine ? !agreed || tree.includes(mine, agreed) : 'missing'),
    finding('tips', agreed ? true : 'missing', with_.length, t, ...(agreed ? [agreed.height] : [])),
    ...(agreed
      ? [
          finding('fresh', at - agreed.header.time <= MAX_TIP_AGE, agreed.header.time),
          finding('future', agreed.header.time - at <= MAX_FUTURE, agreed.header.time),
          finding('work', agreed.work >= consensusOf[known.id.network].minimumWork, agreed.height),
        ]
      : []),
  ];
}

// Mint

function ofMint(seen: Seen, request: RequestOf<'mint'>): Finding[] {
  const { known, requests, now } = seen;
  const { chain } = requests;
  const { validity, mined, issue, vout, amount } = request;
  const out: Finding[] = [issued(seen, request), ...ofChain(seen)];

  const found = includedIn(chain, request.txid);
  const anywhere = chain.included.has(toHex(request.txid));
  out.push(
    found
      ? finding('included', true, found.block.height, found.block.header.time)
      : finding('included', anywhere ? 'fails' : 'missing'),
  );
  if (found) {
    const { tx, block } = found;
    const script = depositScript(known, request);
    const output = tx.outputs[vout];
    out.push(
      finding(
        'output',
        output !== undefined && script !== undefined && equal(output.script, script),
      ),
      finding('amount', output?.amount === amount, output?.amount ?? 0, amount),
      finding('mined', block.header.time === mined, block.header.time, mined),
    );
    const needed = neededDepth(known, chain, { block, tx });
    const depth = depthOf(chain, block);
    out.push(finding('depth', depth >= needed ? true : 'missing', depth, needed));
  }

  const { expiry } = attestationOf(known, request);
  out.push(scheduled(seen, request));
  const former = issue === 0 ? 0 : expiryOf({ validity }, mined, issue - 1);
  if (issue > 0) out.push(finding('reissue', chain.time > former ? true : 'missing', former));
  const later = Math.max(now / 1000, chain.time);
  out.push(finding('time-left', expiry - later >= TIME_LEFT, expiry));
  return out;
}

/**
 * Valid for as long as the rules say. What the operator here reserved under a former version may be
 * finished as it was: it was that long then, and nothing else can be attested of its deposit before it
 * lapses. A validity that no version in force had never holds, whatever is reserved.
 */
function scheduled({ known, requests, own }: Seen, request: RequestOf<'mint'>): Finding {
  const { validity } = request;
  const { rules, former } = requests.inForce;
  const reserved = () =>
    requests.items.get(toHex(requestDigest(known, request)))?.reserved.has(own) ?? false;
  const holds =
    validity === rules.validity || (former.some((one) => one.validity === validity) && reserved());
  return finding('schedule', holds, validity, rules.validity);
}

/** The deposit address must have been given out: n − t + 1 operators hold the packet that says so. */
function issued({ known }: Seen, { recipient, index }: RequestOf<'mint'>): Finding {
  const { state, manifest } = known;
  const { n, t } = manifest.terms;
  const most = manifest.operators.flatMap(({ packetKey }) =>
    state
      .told(packetKey, 'deposit-address')
      .filter(({ part }) => part.index === index && equal(part.recipient, recipient))
      .map(({ packet }) => holders(known, packetKey, packet.number)),
  );
  const count = most.reduce((a, b) => Math.max(a, b), 0);
  return finding('issued', count >= n - t + 1 ? true : 'missing', count, n - t + 1);
}

/** How many operators are known to hold a packet: its sender, the own log, and whoever says so. */
export const holders = ({ state, manifest }: Known, from: Uint8Array, number: number): number =>
  manifest.operators.filter(
    ({ packetKey }) =>
      equal(packetKey, from) ||
      state.isMe(packetKey) ||
      state
        .packetsFrom(packetKey)
        .some(({ seen }) => seen.some((one) => equal(one.from, from) && one.number >= number)),
  ).length;

/** The script that a recipient's deposit is paid to; undefined where no key exists there. */
export function depositScript(
  { state, groups, id, keys }: Known,
  { recipient, index }: Pick<RequestOf<'mint'>, 'recipient' | 'index'>,
) {
  return state.once('deposit script', [recipient, be32(index)], () => {
    const path = depositPath(id.network, recipient, index);
    const output = isFault(path) ? path : outputAt(groups.secp256k1, keys.custody.threshPk, path);
    return isFault(output) ? undefined : output.script;
  });
}

/** By script in hex: whom each deposit address that was given out is bound to. */
export function issuedScripts(
  known: Known,
): ReadonlyMap<string, { readonly recipient: Bytes; readonly index: number }> {
  const { manifest, state } = known;
  const issued = manifest.operators.flatMap(({ packetKey }) =>
    state.told(packetKey, 'deposit-address').map(({ part }) => part),
  );
  return new Map(
    issued.flatMap((part) => {
      const script = depositScript(known, part);
      return script ? [[toHex(script), part] as const] : [];
    }),
  );
}

const depositsBy = new WeakMap<ChainKnown, ReadonlyMap<Block, number>>();

/** What the deposits of each block are worth together, as far as evidence shows them, in sat. */
function depositsIn(known: Known, chain: ChainKnown): ReadonlyMap<Block, number> {
  const before = depositsBy.get(chain);
  if (before) return before;
  const scripts = issuedScripts(known);
  const values = new Map<Block, number>();
  for (const places of chain.included.values())
    for (const { block, tx } of places)
      for (const { amount, script } of tx.outputs)
        if (scripts.has(toHex(script))) values.set(block, (values.get(block) ?? 0) + amount);
  depositsBy.set(chain, values);
  return values;
}

/**
 * How deep a deposit must lie: 6 blocks, 100 for a coinbase, and so deep that to mine the blocks anew
 * costs twice what this block's deposits are worth: ⌈2 × their value ÷ the subsidy⌉. Every deposit that
 * evidence shows in the block is counted, whoever it is for.
 */
export function neededDepth(
  known: Known,
  chain: ChainKnown,
  { block, tx }: Pick<Included, 'block' | 'tx'>,
): number {
  const value = depositsIn(known, chain).get(block) ?? 0;
  const subsidy = subsidyAt(consensusOf[known.id.network], block.height);
  const byValue = subsidy > 0 ? Math.ceil((2 * value) / subsidy) : Infinity;
  return Math.max(FINAL_DEPTH, byValue, tx.coinbase ? COINBASE_DEPTH : 0);
}

// Burn

/** Whether what a proof says is this burn, as far as a proof can say it. */
export function proofSays(
  { nullifier, amount, destination }: BurnInputs,
  burn: Pick<Burn, 'nullifier' | 'amount' | 'script'>,
): boolean {
  const means = destinationHash(burn.script);
  return (
    equal(nullifier, burn.nullifier) &&
    amount === burn.amount &&
    means !== undefined &&
    equal(destination, means)
  );
}

/** What the evidence says of one withdrawal; `proof`: as in a withdrawal. */
export function findingsOfWithdrawal(
  { known, own }: Pick<Seen, 'known' | 'own'>,
  { burn, proof }: Pick<Withdrawal, 'burn' | 'proof'>,
  of: number,
): Finding[] {
  const { state, manifest, groups, id } = known;
  const { t } = manifest.terms;
  const verified = state.noted('proof').find(({ event }) => equal(event.hash, proof))?.event;
  const where = { network: id.network, group: id.group };
  const agree: number[] = [];
  const differ: number[] = [];
  for (const [number, { packetKey, observerKey }] of manifest.operators.entries())
    for (const { part } of state.told(packetKey, 'burn-records'))
      for (const record of part.records) {
        if (!equal(record.burn.nullifier, burn.nullifier)) continue;
        const message = burnMessage(where, record.burn);
        const holds = state.once('burn record', [observerKey, message, record.signature], () =>
          burnHolds(groups.secp256k1, observerKey, where, record.burn, record.signature),
        );
        if (holds) (equal(message, burnMessage(where, burn)) ? agree : differ).push(number);
      }
  const observers = new Set(agree);
  return [
    finding('proof', verified ? true : 'missing'),
    ...(verified ? [finding('proof-says', proofSays(verified, burn))] : []),
    finding('own-record', observers.has(own) ? true : 'missing'),
    finding('records', observers.size >= t ? true : 'missing', observers.size, t, ...observers),
    ...(differ.length > 0 ? [finding('records-agree', false, ...new Set(differ))] : []),
  ].map((one) => ({ ...one, of }));
}

// Fees

/** When fees may be gathered: so much, in sat, or so old, in s. */
function ofFees(seen: Seen, request: RequestOf<'fees'>): Finding[] {
  const { known, requests } = seen;
  const { chain } = requests;
  let oldest = Infinity;
  let total = 0;
  const coins = transactionOf(request)!.inputs.map((input, of): Finding => {
    const found = includedIn(chain, input.txid);
    const output = found?.tx.outputs[input.vout];
    const own = outputAt(known.groups.secp256k1, known.keys.custody.threshPk, input.path);
    const depth = found ? depthOf(chain, found.block) : 0;
    if (found) oldest = Math.min(oldest, found.block.header.time);
    total += input.amount;
    if (!found) return { ...finding('coin', 'missing', depth, FINAL_DEPTH), of };
    const fits =
      output !== undefined &&
      !isFault(own) &&
      output.amount === input.amount &&
      equal(output.script, own.script);
    const needed = found.tx.coinbase ? COINBASE_DEPTH : FINAL_DEPTH;
    return { ...finding('coin', fits && (depth >= needed ? true : 'missing'), depth, needed), of };
  });
  const due = consolidationDue({ total, oldest, now: chain.time });
  return [...ofChain(seen), ...coins, finding('due', due ? true : 'missing', total)];
}

function ofConsolidation(
  { known, requests }: Seen,
  request: RequestOf<'consolidation'>,
): Finding[] {
  const listed = new Map(
    (known.state.noted('fee-list').at(-1)?.event.utxos ?? []).map(
      (one) => [toHex(feeUtxoId(one)), one] as const,
    ),
  );
  let oldest = Infinity;
  // Numbered as the bytes that are signed have them, and so the figures of a review.
  const inputs = inOrder(request.inputs).map((input, of): Finding => {
    const mine = listed.get(toHex(feeUtxoId(input)));
    // The id does not bind the time: what the request says of it could be any.
    if (mine) oldest = Math.min(oldest, mine.timestamp);
    return { ...finding('own-list', mine ? mine.txid === input.txid : 'missing'), of };
  });
  const total = request.inputs.reduce((sum, { amount }) => sum + amount, 0);
  const due = consolidationDue({ total, oldest, now: requests.chain.time });
  return [...inputs, finding('due', due ? true : 'missing', total)];
}

/** Whether every check holds. */
export const proven = (findings: readonly Finding[]): boolean =>
  findings.every(({ state }) => state === 'holds');
