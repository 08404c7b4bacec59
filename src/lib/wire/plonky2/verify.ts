import type { Circuit } from './circuit.ts';
import type { PlonkyFault } from './fault.ts';
import { friFault } from './fri.ts';
import { hash } from './hashing.ts';
import { mismatch } from './layout.ts';
import { proofLayout, type Proof } from './proof.ts';
import { challengesOf } from './transcript.ts';
import { notVanishing } from './vanishing.ts';

/**
 * Whether a proof is valid for a circuit: undefined, or why not (Plonky2 1.1.0,
 * plonky2/src/plonk/verifier.rs). Faults: all of fault.ts, in this order of steps; `shape` and
 * `element` before anything is computed.
 */
export function verifyProof(circuit: Circuit, proof: Proof): PlonkyFault | undefined {
  const misshapen = mismatch(proofLayout(circuit), proof);
  if (misshapen) return misshapen;
  const publicInputsHash = hash(proof.publicInputs);
  const { plonk, fri } = challengesOf(circuit, proof, publicInputsHash);
  const repetition = notVanishing(circuit, proof.openings, publicInputsHash, plonk);
  if (repetition !== undefined) return { problem: 'vanishing', detail: String(repetition) };
  return friFault(circuit, proof, plonk.zeta, fri);
}
