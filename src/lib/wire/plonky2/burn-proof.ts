import type { Bytes } from '../../crypto/bytes.ts';
import { taggedHash, tags } from '../../crypto/tagged-hash.ts';
import { burnCircuit } from './burn-circuit.ts';
import type { PlonkyFault } from './fault.ts';
import { toBytes } from './goldilocks.ts';
import { proofLength, readProof } from './proof.ts';
import { verifyProof } from './verify.ts';

/*
 * What a burn proof says. A valid one does not show that anything was burnt: the circuit binds neither
 * owner nor asset nor membership, so a proof can be made without any secret. It is one condition of a
 * withdrawal among others, never the only one.
 */

/** The public inputs of a burn. */
export interface BurnInputs {
  /** 8 bytes, big endian. */
  readonly nullifier: Bytes;
  /** sat, from 1 to all that there will be. */
  readonly amount: number;
  /** A hash160; of a key or a script, the proof does not say. */
  readonly destination: Bytes;
}

/** Why a burn proof was refused. */
export interface BurnProofFault {
  readonly problem: PlonkyFault['problem'] | 'inputs';
  /** Which public input, or as in PlonkyFault. */
  readonly detail: string;
}

/** Length in bytes of a burn proof with its public inputs. */
export const BURN_PROOF_BYTES = proofLength(burnCircuit);

const MAX_SAT = 21_000_000n * 100_000_000n;
const DESTINATION = 2;
const DESTINATION_BYTES = 20;

/**
 * Reads the 25 public inputs: nullifier, amount, destination (one byte each), fee, the nullifier again,
 * and a last one; fee and last are always 0. Or says which is wrong.
 */
export function burnInputs(publicInputs: readonly bigint[]): BurnInputs | string {
  const end = DESTINATION + DESTINATION_BYTES;
  const [nullifier, amount] = publicInputs;
  const destination = publicInputs.slice(DESTINATION, end);
  const [fee, again, last] = publicInputs.slice(end);
  if (publicInputs.length !== end + 3 || nullifier === undefined || amount === undefined)
    return 'length';
  if (amount < 1n || amount > MAX_SAT) return 'amount';
  if (!destination.every((byte) => 0n <= byte && byte < 256n)) return 'destination';
  if (fee !== 0n) return 'fee';
  if (again !== nullifier) return 'nullifier';
  if (last !== 0n) return 'last';
  return {
    nullifier: toBytes(nullifier),
    amount: Number(amount),
    destination: Uint8Array.from(destination, Number),
  };
}

/**
 * Verifies what Plonky2's `to_bytes` made of a burn proof with its public inputs, for the circuit that
 * is pinned here. The hash names these bytes.
 */
export function checkBurnProof(
  bytes: Uint8Array,
): { readonly hash: Bytes; readonly inputs: BurnInputs } | BurnProofFault {
  const proof = readProof(burnCircuit, bytes);
  if ('problem' in proof) return proof;
  const fault = verifyProof(burnCircuit, proof);
  if (fault) return fault;
  const inputs = burnInputs(proof.publicInputs);
  if (typeof inputs === 'string') return { problem: 'inputs', detail: inputs };
  return { hash: taggedHash(tags.burnProof, bytes), inputs };
}
