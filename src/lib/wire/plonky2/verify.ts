import { Challenger } from './challenger.ts';
import type { Circuit } from './circuit.ts';
import type { PlonkyFault } from './fault.ts';
import { friFault, openedAtZeta, type FriChallenges } from './fri.ts';
import { hash, type Digest } from './hashing.ts';
import { mismatch } from './layout.ts';
import { proofLayout, type Proof } from './proof.ts';
import { notVanishing, type PlonkChallenges } from './vanishing.ts';

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

/** The transcript of version 1.1.0, which begins with the parameters (plonk/get_challenges.rs). */
function challengesOf(
  circuit: Circuit,
  proof: Proof,
  publicInputsHash: Digest,
): { plonk: PlonkChallenges; fri: FriChallenges } {
  const { challenges } = circuit;
  const { openings } = proof;
  const transcript = new Challenger();
  transcript.observe(parametersOf(circuit));
  transcript.observe(circuit.digest);
  transcript.observe(publicInputsHash);
  transcript.observeCap(proof.wiresCap);
  const betas = transcript.challenges(challenges);
  const gammas = transcript.challenges(challenges);
  transcript.observeCap(proof.productsCap);
  const alphas = transcript.challenges(challenges);
  transcript.observeCap(proof.quotientsCap);
  const zeta = transcript.extensionChallenge();
  transcript.observeExtensions(openedAtZeta(openings));
  transcript.observeExtensions(openings.productsNext);

  const alpha = transcript.extensionChallenge();
  const foldingBetas = proof.foldingCaps.map((cap) => {
    transcript.observeCap(cap);
    return transcript.extensionChallenge();
  });
  transcript.observeExtensions(proof.finalPolynomial);
  transcript.observe([proof.proofOfWork]);
  const proofOfWork = transcript.challenge();
  const indices = transcript
    .challenges(circuit.fri.queries)
    .map((challenge) => Number(BigInt.asUintN(circuit.pointBits, challenge)));
  return {
    plonk: { betas, gammas, alphas, zeta },
    fri: { alpha, betas: foldingBetas, proofOfWork, indices },
  };
}

/** “ConstantArityBits” among the strategies, and that nothing is hidden. */
const CONSTANT_ARITY_BITS = 1;
const HIDING = 0;

/** How the degree is tested, as the prover observes it (fri/mod.rs). */
function parametersOf({ fri, degreeBits }: Circuit): bigint[] {
  return [
    ...[fri.rateBits, fri.capHeight, fri.proofOfWorkBits],
    ...[CONSTANT_ARITY_BITS, ...fri.strategy],
    ...[fri.queries, HIDING, degreeBits, ...fri.reductionArityBits],
  ].map(BigInt);
}
