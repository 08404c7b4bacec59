/**
 * Evidence that an operator brings: what it is, whether it holds, and the packets or notes that it
 * becomes. Everything is checked here before anybody is told of it.
 */
import { readChainEvidence, type ChainEvidence } from '../bitcoin/evidence-file.ts';
import { checkpointProblem, HeaderTree } from '../bitcoin/chain.ts';
import { unpackHeaders } from '../bitcoin/header.ts';
import { checkInclusion, sizeOf, tooLarge } from '../bitcoin/inclusion.ts';
import { consensusOf } from '../bitcoin/networks.ts';
import { equal, toHex, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { printable } from '../crypto/schema.ts';
import { burnHolds, burnMessage, readBurnFile } from '../wire/burn-record.ts';
import { readFeeList } from '../wire/fee-list.ts';
import { checkBurnProof } from '../wire/plonky2/burn-proof.ts';
import { chainOf, forgetChain } from '../ceremony/chain-known.ts';
import { MAX_FUTURE } from '../ceremony/findings.ts';
import { MAX_PACKET } from '../ceremony/packet.ts';
import { MAX_HEADERS, type Part, type PartOf } from '../ceremony/parts.ts';
import type { SeatFault } from './seat-base.ts';
import type { Signer } from './signer.ts';

/** What became of a file with evidence. */
export type EvidenceTaken =
  | {
      readonly took: 'chain';
      /** How many of each were new here. */
      readonly headers: number;
      readonly inclusions: number;
      readonly tip: { readonly height: number; readonly hash: string } | undefined;
      readonly checkpoint: number | undefined;
    }
  | { readonly took: 'burn-records'; readonly records: number; readonly known: number }
  | {
      readonly took: 'burn-proof';
      readonly hash: Bytes;
      readonly nullifier: Bytes;
      /** In sat. */
      readonly amount: number;
      readonly destination: Bytes;
    }
  | { readonly took: 'fee-list'; readonly utxos: number; readonly otherIds: number }
  | { readonly refused: EvidenceRefusal; readonly detail: string }
  | SeatFault;

/** Why evidence is not taken in. */
export const evidenceRefusals = [
  'unknown',
  'chain-malformed',
  'network',
  'unconnected',
  'headers',
  'inclusion',
  'inclusion-block',
  'inclusion-large',
  'tip-unknown',
  'checkpoint',
  'records-malformed',
  'records-group',
  'records-observer',
  'records-signature',
  'proof',
  'fees-malformed',
] as const;
export type EvidenceRefusal = (typeof evidenceRefusals)[number];

/** Room in a packet for what stands in it beside evidence. */
const REST_OF_PACKET = 8192;

const refused = (refusal: EvidenceRefusal, detail = ''): EvidenceTaken => ({
  refused: refusal,
  detail,
});

/** Takes in a file. `source`: where the operator got it, in their words. */
export async function takeEvidence(
  seat: Signer,
  file: Bytes,
  source: string,
): Promise<EvidenceTaken> {
  if (!seat.known()) return { fault: 'not-now' };
  // A proof may begin with any byte, those of JSON among them; it is never text.
  const text = textOf(file) ?? '';
  const start = text.trimStart();
  if (!start.startsWith('{') && !start.startsWith('[')) return takeProof(seat, file);
  if (/"conclave"\s*:\s*"chain evidence"/.test(start.slice(0, 200)))
    return takeChain(seat, text, source);
  if (/"format"\s*:\s*"conclave burn records/.test(start.slice(0, 200)))
    return takeRecords(seat, text);
  if (start.startsWith('[') || /^\{\s*"utxos"/.test(start)) return takeFees(seat, text);
  return refused('unknown');
}

function textOf(file: Bytes): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file);
  } catch {
    return undefined; // not UTF-8
  }
}

async function takeChain(seat: Signer, text: string, source: string): Promise<EvidenceTaken> {
  const evidence = readChainEvidence(text);
  if (typeof evidence === 'string') return refused('chain-malformed', evidence);
  let taken: EvidenceTaken | undefined;
  try {
    taken = await tellChain(seat, evidence, source);
    return taken;
  } finally {
    // Headers that were tried are in memory and did not get into the log.
    if (!taken || !('took' in taken)) forgetChain(seat.state);
  }
}

async function tellChain(
  seat: Signer,
  { network, checkpoint, headers, tip, inclusions }: ChainEvidence,
  source: string,
): Promise<EvidenceTaken> {
  const { id, manifest, state } = seat.known()!;
  if (network !== id.network) return refused('network', network);
  const consensus = consensusOf[id.network];
  const { tree, included, tips } = chainOf(state, manifest);
  const packets: Part[][] = [];

  let named: number | undefined;
  if (checkpoint) {
    const wrong = checkpointProblem(consensus, checkpoint);
    if (wrong) return refused('checkpoint', wrong);
    const said = state
      .told(state.me, 'checkpoint')
      .some(({ part }) => equal(toCbor({ ...part.checkpoint }), toCbor({ ...checkpoint })));
    if (!said) packets.push([{ kind: 'checkpoint', checkpoint }]);
    named = checkpoint.height;
  }

  let count = 0;
  const latest = Math.floor(seat.log.ports.now() / 1000) + MAX_FUTURE;
  const trial = new HeaderTree(consensus, checkpoint ? [checkpoint] : []);
  for (const { after, packed } of headers) {
    // Headers after a checkpoint that t operators have not named yet are checked, and wait.
    const known = tree.block(after) ? tree : trial;
    if (!known.block(after)) return refused('unconnected', toHex(after.toReversed()));
    // A copy may begin with what is known here.
    const all = unpackHeaders(after, packed) ?? [];
    const from = all.findIndex(({ hash }) => !tree.block(hash));
    const fault = known.add(after, packed, latest);
    if (fault) return refused('headers', `${fault.fault}, ${fault.height} ${fault.detail}`);
    if (from < 0) continue;
    count += all.length - from;
    for (let at = from; at < all.length; at += MAX_HEADERS) {
      const some = packed.slice(48 * at, 48 * (at + MAX_HEADERS));
      packets.push([{ kind: 'headers', after: all[at]!.previous, packed: some }]);
    }
  }

  const fresh: PartOf<'inclusions'>['inclusions'][number][] = [];
  for (const one of inclusions) {
    const block = tree.block(one.block) ?? trial.block(one.block);
    if (!block) return refused('inclusion-block', toHex(one.block.toReversed()));
    const found = checkInclusion(consensus, block, one.inclusion);
    if (!('tx' in found)) return refused('inclusion', `${found.fault} ${found.detail}`);
    const large = tooLarge(one.inclusion);
    if (large) return refused('inclusion-large', large);
    const there = included.get(toHex(found.tx.txid)) ?? [];
    if (!there.some((known) => equal(known.block.header.hash, one.block))) fresh.push(one);
  }
  for (const group of fitting(fresh)) packets.push([{ kind: 'inclusions', inclusions: group }]);

  if (tip) {
    const block = tree.block(tip.hash) ?? trial.block(tip.hash);
    if (block?.height !== tip.height) return refused('tip-unknown', String(tip.height));
    const mine = tips.get(state.own!);
    const where = printable(source, 100) || '-';
    if (!mine || !equal(mine.block.header.hash, tip.hash) || mine.source !== where)
      packets.push([{ kind: 'tip', hash: tip.hash, source: where }]);
  }
  const fault = await seat.tellAll(packets);
  if (fault) return fault;
  return {
    took: 'chain',
    headers: count,
    inclusions: fresh.length,
    tip: tip && { height: tip.height, hash: toHex(tip.hash.toReversed()) },
    checkpoint: named,
  };
}

type Inclusions = PartOf<'inclusions'>['inclusions'];

function fitting(all: Inclusions): Inclusions[] {
  const groups: Inclusions[number][][] = [];
  let size = Infinity;
  for (const one of all) {
    const bytes = 200 + sizeOf(one.inclusion);
    if (size + bytes > MAX_PACKET - REST_OF_PACKET || groups.at(-1)!.length === 60) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)!.push(one);
    size += bytes;
  }
  return groups;
}

async function takeRecords(seat: Signer, text: string): Promise<EvidenceTaken> {
  const { id, state, groups } = seat.known()!;
  const file = readBurnFile(text);
  if (typeof file === 'string') return refused('records-malformed', file);
  const where = { network: id.network, group: id.group };
  if (file.where.network !== where.network || !equal(file.where.group, where.group))
    return refused('records-group', file.where.network);
  const { observerKey } = state.ownCard!;
  const said = new Set(
    state
      .told(state.me, 'burn-records')
      .flatMap(({ part }) => part.records.map(({ burn }) => toHex(burnMessage(where, burn)))),
  );
  const fresh: { burn: (typeof file.records)[number]['burn']; signature: Bytes }[] = [];
  for (const { burn, observer, signature } of file.records) {
    const nullifier = toHex(burn.nullifier);
    if (!equal(observer, observerKey)) return refused('records-observer', nullifier);
    if (!burnHolds(groups.secp256k1, observerKey, where, burn, signature))
      return refused('records-signature', nullifier);
    if (!said.has(toHex(burnMessage(where, burn)))) fresh.push({ burn, signature });
  }
  const packets: Part[][] = [];
  for (let at = 0; at < fresh.length; at += 100)
    packets.push([{ kind: 'burn-records', records: fresh.slice(at, at + 100) }]);
  const fault = await seat.tellAll(packets);
  const known = file.records.length - fresh.length;
  return fault ?? { took: 'burn-records', records: fresh.length, known };
}

async function takeProof(seat: Signer, file: Bytes): Promise<EvidenceTaken> {
  const checked = checkBurnProof(file);
  if ('problem' in checked) return refused('proof', `${checked.problem} ${checked.detail}`);
  const { hash, inputs } = checked;
  const before = seat.state.noted('proof').some(({ event }) => equal(event.hash, hash));
  if (!before) await seat.log.append([{ kind: 'proof', hash, ...inputs }]);
  return { took: 'burn-proof', hash, ...inputs };
}

async function takeFees(seat: Signer, text: string): Promise<EvidenceTaken> {
  const listed = readFeeList(text);
  if (typeof listed === 'string') return refused('fees-malformed', listed);
  const available = listed.filter(({ status }) => status === 'Available');
  await seat.log.append([
    {
      kind: 'fee-list',
      utxos: available.map(({ utxo }) => utxo),
      names: available.map(({ claimedId }) => claimedId),
    },
  ]);
  const otherIds = available.filter(({ idHolds }) => !idHolds).length;
  return { took: 'fee-list', utxos: available.length, otherIds };
}
