import { addressOfScript } from '../bitcoin/address.ts';
import { outputAt } from '../bitcoin/branches.ts';
import {
  checkpointProblem,
  checkpointReader,
  HeaderTree,
  type Block,
  type Checkpoint,
} from '../bitcoin/chain.ts';
import { checkpointsOf } from '../bitcoin/checkpoints.ts';
import { depositPath } from '../bitcoin/deposit.ts';
import { packHeaders, readHeader, unpackHeaders } from '../bitcoin/header.ts';
import { checkInclusion, inclusionReader } from '../bitcoin/inclusion.ts';
import { consensusOf } from '../bitcoin/networks.ts';
import { concatAll, equal, fromHex, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { ed25519Verify } from '../crypto/ed25519-verify.ts';
import type { Groups } from '../crypto/dual-dkg.ts';
import { isFault } from '../crypto/faults.ts';
import { bytes, integer, oneOf, read, record } from '../crypto/schema.ts';
import {
  attestationBytes,
  expiryOf,
  mintNonce,
  readAttestation,
  type Attestation,
} from '../wire/mint.ts';
import { groupIdReader, type GroupId } from './card.ts';
import { includedIn, type ChainKnown } from './chain-known.ts';
import { attestationOf, type RequestOf } from './request.ts';
import { validityReader } from './rules.ts';
import type { Known } from './session.ts';

/*
 * A signed mint attestation with everything that it follows from, in one file: whoever has the group's
 * keys checks it alone, without a workspace.
 */

/** The largest file, in bytes, and the most headers in one: about six years of blocks. */
export const MAX_MINT_PROOF = 2 ** 24;
const MAX_HEADERS = 330_000;

const proofReader = record({
  conclave: oneOf('mint proof'),
  version: oneOf(1),
  id: groupIdReader,
  custody: bytes(33),
  attestation: bytes(32),
  recipient: bytes(32),
  index: integer(0, 2 ** 31 - 1),
  validity: validityReader,
  issue: integer(0, 100_000),
  /** What the attestation key signed, and its signature. */
  signed: bytes(150),
  signature: bytes(64),
  /** The block of the deposit, and the headers from the checkpoint on, without what they follow. */
  block: bytes(32),
  inclusion: inclusionReader,
  checkpoint: checkpointReader,
  headers: bytes(0, 48 * MAX_HEADERS),
});

/**
 * Why a signed mint has no proof file:
 *
 * - `evidence`: that of the deposit is not in this log.
 * - `headers`: more follow the last checkpoint below the deposit than one file holds.
 * - `failed`: it could not be computed here.
 */
export type NoProof = 'evidence' | 'headers' | 'failed';

/** The proof file of a signed mint. */
export function mintProofOf(
  { id, keys }: Known,
  chain: ChainKnown,
  request: RequestOf<'mint'>,
  signature: Bytes,
): Bytes | NoProof {
  const found = includedIn(chain, request.txid);
  if (!found || !chain.agreed) return 'evidence';
  const { block, inclusion } = found;
  const way = wayBack(chain.agreed, block);
  if (!way) return 'evidence';
  if (way.headers.length > MAX_HEADERS) return 'headers';
  return toCbor({
    conclave: 'mint proof',
    version: 1,
    id: { ...id },
    custody: keys.custody.threshPk,
    attestation: keys.attestation.threshPk,
    recipient: request.recipient,
    index: request.index,
    validity: request.validity,
    issue: request.issue,
    signed: attestationBytes(attestationOf({ id }, request)),
    signature,
    block: block.header.hash,
    inclusion: { ...inclusion, branch: { ...inclusion.branch } },
    checkpoint: { ...way.checkpoint },
    headers: packHeaders(concatAll(way.headers))!,
  });
}

/** The headers from the last checkpoint that is not above `block` up to `tip`. */
function wayBack(
  tip: Block,
  block: Block,
): { readonly checkpoint: Checkpoint; readonly headers: readonly Bytes[] } | undefined {
  const headers: Bytes[] = [];
  for (let at: Block | undefined = tip; at; at = at.parent) {
    const { height, header, work, periodStart, periodBits, times } = at;
    if (times && height <= block.height) {
      const chainwork = fromHex(work.toString(16).padStart(64, '0'))!;
      const checkpoint = {
        height,
        header: header.bytes,
        chainwork,
        periodStart,
        periodBits,
        times: [...times],
      };
      return { checkpoint, headers: headers.reverse() };
    }
    headers.push(header.bytes);
  }
  return undefined;
}

/** What is checked of a mint proof, in order. */
export const mintChecks = [
  'signature',
  'chain',
  'work',
  'inclusion',
  'address',
  'amount',
  'nonce',
  'expiry',
] as const;
export type MintCheck = (typeof mintChecks)[number];

/** What a mint proof says, and whether it holds. */
export interface MintAudit {
  readonly id: GroupId;
  readonly custody: Bytes;
  readonly attestationKey: Bytes;
  readonly attestation: Attestation;
  /** Of the deposit. */
  readonly address: string;
  readonly height: number;
  /** How deep the headers bury it; 1 at their end. */
  readonly depth: number;
  readonly checkpoint: { readonly height: number; readonly hash: Bytes };
  /** Whether the checkpoint, with all its figures, came with the app: otherwise its reader must know it. */
  readonly shipped: boolean;
  /** Empty where all of it holds. */
  readonly wrong: readonly MintCheck[];
}

/** Checks a mint proof, hostile bytes; a sentence where it does not read. */
export function checkMintProof(groups: Groups, file: Uint8Array): MintAudit | string {
  if (file.length > MAX_MINT_PROOF) return 'larger than a mint proof may be';
  const value = read(proofReader, file);
  if (typeof value === 'string') return value;
  const proof = value.value;
  const { id, custody, checkpoint, recipient, index } = proof;
  const attestation = readAttestation(proof.signed);
  if (typeof attestation === 'string') return `signed: ${attestation}`;
  const wrong: MintCheck[] = [];
  const check = (name: MintCheck, holds: boolean) => {
    if (!holds) wrong.push(name);
  };

  check(
    'signature',
    ed25519Verify(groups.ed25519, proof.attestation, proof.signed, proof.signature),
  );
  const consensus = consensusOf[id.network];
  const problem = checkpointProblem(consensus, checkpoint);
  if (problem) return `checkpoint: ${problem}`;
  const tree = new HeaderTree(consensus, [checkpoint]);
  const { hash } = readHeader(checkpoint.header)!;
  const broken = tree.add(hash, proof.headers);
  const block = tree.block(proof.block);
  check('chain', broken === undefined && block !== undefined);
  if (!block) return 'block: not among the headers';
  const last = unpackHeaders(hash, proof.headers)?.at(-1)?.hash ?? hash;
  check('work', (tree.block(last)?.work ?? 0n) >= consensus.minimumWork);

  const found = checkInclusion(consensus, block, proof.inclusion);
  const tx = 'tx' in found ? found.tx : undefined;
  check('inclusion', tx !== undefined && equal(tx.txid, attestation.txid));
  const output = tx?.outputs[attestation.vout];
  const path = depositPath(id.network, recipient, index);
  const own = isFault(path) ? path : outputAt(groups.secp256k1, custody, path);
  if (isFault(own)) return 'custody: no address can be derived from this key';
  check(
    'address',
    output !== undefined &&
      equal(output.script, own.script) &&
      equal(attestation.recipient, recipient),
  );
  check('amount', output?.amount === attestation.amount);
  const { txid, vout, nonce, expiry } = attestation;
  check('nonce', nonce === mintNonce(id.network, txid, vout));
  check('expiry', expiry === expiryOf(proof, block.header.time, proof.issue));
  return {
    id,
    custody,
    attestationKey: proof.attestation,
    attestation,
    address: addressOfScript(id.network, own.script) ?? '',
    height: block.height,
    depth: checkpoint.height + proof.headers.length / 48 - block.height + 1,
    checkpoint: { height: checkpoint.height, hash },
    shipped: checkpointsOf[id.network].some((one) =>
      equal(toCbor({ ...one }), toCbor({ ...checkpoint })),
    ),
    wrong,
  };
}
