import { checkpointsOf } from '../bitcoin/checkpoints.ts';
import {
  checkpointProblem,
  HeaderTree,
  type Block,
  type Checkpoint,
  type HeaderFault,
} from '../bitcoin/chain.ts';
import { headersAfter } from '../bitcoin/header.ts';
import { checkInclusion, type Inclusion, type InclusionFault } from '../bitcoin/inclusion.ts';
import { consensusOf } from '../bitcoin/networks.ts';
import type { RawTx } from '../bitcoin/raw-tx.ts';
import { equal, toHex, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import type { Manifest } from './manifest.ts';
import type { PartOf } from './parts.ts';
import type { State, Told } from './state.ts';

/*
 * What a log knows of the Bitcoin chain: headers that anybody told, checked from a checkpoint on; the
 * tips that operators took from their own nodes; and what t of them agree on. A single operator's word
 * decides nothing.
 */

/** The tip that an operator named last. */
export interface Tip {
  readonly block: Block;
  readonly source: string;
  /** The operator's clock, ms since 1970. */
  readonly at: number;
}

/** A transaction that was shown to be in a block. */
export interface Included {
  readonly block: Block;
  readonly tx: RawTx;
  /** What shows it: somebody may have told another one, of the same block, that does not hold. */
  readonly inclusion: Inclusion;
}

/** The chain as this log knows it. */
export interface ChainKnown {
  readonly tree: HeaderTree;
  /** By operator. */
  readonly tips: ReadonlyMap<number, Tip>;
  /** The highest of the operators' last tips that t of them are, or follow. */
  readonly agreed: Block | undefined;
  /** The highest block of each chain that they ever agreed on so. */
  readonly everAgreed: readonly Block[];
  /**
   * The highest median time past, in s, that t operators ever agreed on; 0 before. It never goes back,
   * so what is permitted by it stays permitted.
   */
  readonly time: number;
  /** Those that t operators named, beside the ones that come with the app. */
  readonly checkpoints: readonly Checkpoint[];
  /** By the transaction's id in hex (as in bytes): every block that it was shown to be in. */
  readonly included: ReadonlyMap<string, readonly Included[]>;
  /** What was told and is wrong. */
  readonly wrong: readonly Wrong[];
}

/** Evidence that does not hold: whose, and why. */
export interface Wrong {
  readonly from: number;
  readonly what: 'headers' | 'inclusion';
  readonly detail: string;
}

type Checked = { readonly tx: RawTx } | InclusionFault;

/** What stays computed while a log grows. */
interface Memory {
  readonly names: string;
  readonly tree: HeaderTree;
  /** What became of each part that could be checked. */
  readonly headers: Map<PartOf<'headers'>, HeaderFault | undefined>;
  readonly inclusions: Map<Told<'inclusions'>['part']['inclusions'][number], Checked>;
  last?: { readonly head: Bytes; readonly known: ChainKnown };
}

const memories = new WeakMap<State, Memory>();

/** Reads the chain of this log. */
export function chainOf(state: State, manifest: Manifest): ChainKnown {
  const last = memories.get(state)?.last;
  if (last && equal(last.head, state.head.head)) return last.known;
  const known = readChain(state, manifest);
  memories.get(state)!.last = { head: state.head.head, known };
  return known;
}

/** Forgets what was computed: headers were tried that did not get into the log. */
export const forgetChain = (state: State): void => void memories.delete(state);

function readChain(state: State, manifest: Manifest): ChainKnown {
  const { t } = manifest.terms;
  const consensus = consensusOf[manifest.id.network];
  const told = <K extends 'checkpoint' | 'headers' | 'tip' | 'inclusions'>(kind: K) =>
    manifest.operators.flatMap(({ packetKey }, from) =>
      state.told(packetKey, kind).map((one: Told<K>) => ({ ...one, from })),
    );

  const named = new Map<string, { checkpoint: Checkpoint; by: Set<number> }>();
  for (const { part, from } of told('checkpoint')) {
    const name = toHex(toCbor({ ...part.checkpoint }));
    const one = named.get(name) ?? { checkpoint: part.checkpoint, by: new Set() };
    named.set(name, { ...one, by: one.by.add(from) });
  }
  const adopted = [...named].filter(
    ([, { checkpoint, by }]) =>
      by.size >= t && checkpointProblem(consensus, checkpoint) === undefined,
  );
  const names = adopted.map(([name]) => name).join(' ');
  const own = adopted.map(([, { checkpoint }]) => checkpoint);

  let memory = memories.get(state);
  if (memory?.names !== names) {
    const tree = new HeaderTree(consensus, [...checkpointsOf[manifest.id.network], ...own]);
    memory = { names, tree, headers: new Map(), inclusions: new Map() };
    memories.set(state, memory);
  }
  const { tree, headers, inclusions } = memory;
  const wrong: Wrong[] = [];

  // A part may have come before what it follows: it waits for that block.
  const all = told('headers');
  const ready: PartOf<'headers'>[] = [];
  const waiting = new Map<string, PartOf<'headers'>[]>();
  for (const { part } of all) {
    if (headers.has(part)) continue;
    const after = toHex(part.after);
    const others = waiting.get(after);
    if (tree.block(part.after)) ready.push(part);
    else if (others) others.push(part);
    else waiting.set(after, [part]);
  }
  for (const part of ready) {
    headers.set(part, tree.add(part.after, part.packed));
    if (waiting.size === 0) continue;
    for (const { hash } of headersAfter(part.after, part.packed) ?? []) {
      if (!tree.block(hash)) break;
      for (const part of waiting.get(toHex(hash)) ?? []) ready.push(part);
      waiting.delete(toHex(hash));
    }
  }
  for (const { part, from } of all) {
    const fault = headers.get(part);
    if (fault)
      wrong.push({ from, what: 'headers', detail: `${fault.fault}, height ${fault.height}` });
  }

  const included = new Map<string, Included[]>();
  for (const { part, from } of told('inclusions'))
    for (const one of part.inclusions) {
      const block = tree.block(one.block);
      if (!block) continue;
      const found = inclusions.get(one) ?? checkInclusion(consensus, block, one.inclusion);
      inclusions.set(one, found);
      if (!('tx' in found)) {
        wrong.push({ from, what: 'inclusion', detail: `${found.fault} ${found.detail}` });
        continue;
      }
      const id = toHex(found.tx.txid);
      const before = included.get(id) ?? [];
      if (!before.some((other) => other.block === block))
        included.set(id, [...before, { block, tx: found.tx, inclusion: one.inclusion }]);
    }

  const tips = new Map<number, Tip>();
  let everAgreed: Block[] = [];
  const inOrder = told('tip').sort((a, b) => (state.cameBefore(a.packet, b.packet) ? -1 : 1));
  for (const { part, from, packet } of inOrder) {
    const block = tree.block(part.hash);
    if (!block) continue;
    tips.set(from, { block, source: part.source, at: packet.at });
    const now = agreedOn(tree, tips, t);
    if (now && !everAgreed.some((block) => tree.includes(block, now)))
      everAgreed = [...everAgreed.filter((block) => !tree.includes(now, block)), now];
  }
  const agreed = agreedOn(tree, tips, t);
  const time = everAgreed.reduce((last, { medianTime }) => Math.max(last, medianTime), 0);
  return { tree, tips, agreed, everAgreed, time, checkpoints: own, included, wrong };
}

/** The highest of these tips that t of them are, or follow. */
function agreedOn(tree: HeaderTree, tips: ReadonlyMap<number, Tip>, t: number): Block | undefined {
  const blocks = [...tips.values()].map(({ block }) => block);
  return blocks
    .filter((block) => blocks.filter((one) => tree.includes(one, block)).length >= t)
    .sort((a, b) => b.height - a.height)[0];
}

/** The block that holds a transaction in the chain that is agreed on. */
export const includedIn = (
  { tree, agreed, included }: ChainKnown,
  txid: Uint8Array,
): Included | undefined =>
  agreed && included.get(toHex(txid))?.find(({ block }) => tree.includes(agreed, block));

/** How many blocks deep a block lies in the chain that is agreed on; 1 at its tip. */
export const depthOf = ({ agreed }: ChainKnown, { height }: Block): number =>
  agreed ? agreed.height - height + 1 : 0;

/** How deep a transaction ever lay in a chain that was agreed on; 0 where it lay in none. */
export const everDeep = ({ tree, everAgreed, included }: ChainKnown, txid: Uint8Array): number =>
  (included.get(toHex(txid)) ?? [])
    .flatMap(({ block }) =>
      everAgreed.map((tip) => (tree.includes(tip, block) ? tip.height - block.height + 1 : 0)),
    )
    .reduce((a, b) => Math.max(a, b), 0);
