import { Challenger } from './challenger.ts';
import type { Circuit } from './circuit.ts';
import type { FriChallenges } from './fri.ts';
import type { Digest } from './hashing.ts';
import { openedAtZeta, type Proof } from './proof.ts';
import type { PlonkChallenges } from './vanishing.ts';

/**
 * All challenges of a proof, as version 1.1.0 draws them: its transcript begins with the parameters
 * (plonky2/src/plonk/get_challenges.rs).
 */
export function challengesOf(
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
