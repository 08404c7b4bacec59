import type { Circuit } from './circuit.ts';
import {
  add,
  embed,
  equal,
  evaluate,
  inverse,
  multiply,
  ONE,
  scale,
  subtract,
  type Extension,
} from './extension.ts';
import type { PlonkyFault } from './fault.ts';
import * as field from './goldilocks.ts';
import { isInTree, type Cap } from './hashing.ts';
import { openedAtZeta, TREES, type Proof, type Query, type Tree } from './proof.ts';

/*
 * That the committed polynomials have a low degree and the values that were claimed
 * (plonky2/src/fri/verifier.rs). At random points the values shown are combined into one; layer by
 * layer many of these are folded into one; what remains must be the final polynomial.
 */

/** What the transcript asked for this part. */
export interface FriChallenges {
  /** Combines all polynomials into one. */
  readonly alpha: Extension;
  /** Folds a layer, one for each. */
  readonly betas: readonly Extension[];
  readonly proofOfWork: bigint;
  /** Which points are asked for, below 2 ** pointBits. */
  readonly indices: readonly number[];
}

/** What was claimed at the point zeta, and of some polynomials one row further, combined. */
interface Claim {
  readonly point: Extension;
  readonly value: Extension;
}

/** Faults: `proof-of-work`, `merkle`, `fri-consistency`, `final-polynomial`. */
export function friFault(
  circuit: Circuit,
  proof: Proof,
  zeta: Extension,
  challenges: FriChallenges,
): PlonkyFault | undefined {
  const { alpha, proofOfWork, indices } = challenges;
  if (proofOfWork >> BigInt(64 - circuit.fri.proofOfWorkBits) !== 0n)
    return { problem: 'proof-of-work', detail: '' };
  const claims: readonly [Claim, Claim] = [
    { point: zeta, value: evaluate(openedAtZeta(proof.openings), alpha) },
    {
      point: scale(zeta, field.rootOfUnity(circuit.degreeBits)),
      value: evaluate(proof.openings.productsNext, alpha),
    },
  ];
  for (const [i, query] of proof.queries.entries()) {
    const fault = queryFault(circuit, proof, query, indices[i]!, claims, challenges);
    if (fault) return { ...fault, detail: `queries[${i}]${fault.detail}` };
  }
  return undefined;
}

function queryFault(
  circuit: Circuit,
  proof: Proof,
  { trees, steps }: Query,
  queryIndex: number,
  claims: readonly [Claim, Claim],
  { alpha, betas }: FriChallenges,
): PlonkyFault | undefined {
  const caps: Readonly<Record<Tree, Cap>> = {
    constants: circuit.constantsCap,
    wires: proof.wiresCap,
    products: proof.productsCap,
    quotients: proof.quotientsCap,
  };
  for (const tree of TREES)
    if (!isInTree(trees[tree].leaf, queryIndex, trees[tree].siblings, caps[tree]))
      return { problem: 'merkle', detail: `.trees.${tree}` };

  let index = queryIndex;
  const root = field.rootOfUnity(circuit.pointBits);
  let point = field.multiply(
    field.GENERATOR,
    field.power(root, BigInt(reversed(index, circuit.pointBits))),
  );
  let value = combined(circuit, trees, point, claims, alpha);
  for (const [i, { evaluations, siblings }] of steps.entries()) {
    const arityBits = circuit.fri.reductionArityBits[i]!;
    const within = index % 2 ** arityBits;
    index >>>= arityBits;
    if (!equal(evaluations[within]!, value))
      return { problem: 'fri-consistency', detail: `.steps[${i}]` };
    if (!isInTree(evaluations.flat(), index, siblings, proof.foldingCaps[i]!))
      return { problem: 'merkle', detail: `.steps[${i}]` };
    // The layer's points are a coset in bit-reversed order; the first of them is this.
    const turn = field.power(
      field.rootOfUnity(arityBits),
      BigInt(2 ** arityBits - reversed(within, arityBits)),
    );
    value = folded(evaluations, field.inverse(field.multiply(point, turn)), betas[i]!);
    point = field.powerOfTwo(point, arityBits);
  }
  return equal(evaluate(proof.finalPolynomial, embed(point)), value)
    ? undefined
    : { problem: 'final-polynomial', detail: '' };
}

/** The combined quotient (value at the point − claimed value) / (point − where it is claimed). */
function combined(
  circuit: Circuit,
  trees: Query['trees'],
  point: bigint,
  [all, next]: readonly [Claim, Claim],
  alpha: Extension,
): Extension {
  const { challenges } = circuit;
  const shown = TREES.flatMap((tree) => trees[tree].leaf).map(embed);
  const products = trees.products.leaf.slice(0, challenges).map(embed);
  const quotient = (values: readonly Extension[], claim: Claim) =>
    multiply(
      subtract(evaluate(values, alpha), claim.value),
      inverse(subtract(embed(point), claim.point)),
    );
  const shift = products.reduce((power) => multiply(power, alpha), ONE);
  return add(multiply(quotient(shown, all), shift), quotient(products, next));
}

const HALF = field.inverse(2n);

/**
 * The polynomial of least degree with these values, at beta. The values belong to a coset in
 * bit-reversed order, `inverseFirst` is 1 / the first of its points. A pair belongs to x and −x, and
 * makes one value of f_even + beta · f_odd at x².
 */
function folded(values: readonly Extension[], inverseFirst: bigint, beta: Extension): Extension {
  if (values.length === 1) return values[0]!;
  const bits = Math.log2(values.length);
  const inverseRoot = field.inverse(field.rootOfUnity(bits));
  const half = Array.from({ length: values.length / 2 }, (_, i) => {
    const [plus, minus] = [values[2 * i]!, values[2 * i + 1]!];
    const turn = field.power(inverseRoot, BigInt(reversed(i, bits - 1)));
    const odd = scale(subtract(plus, minus), field.multiply(inverseFirst, turn));
    return scale(add(add(plus, minus), multiply(odd, beta)), HALF);
  });
  return folded(half, field.multiply(inverseFirst, inverseFirst), multiply(beta, beta));
}

/** The lowest `bits` bits in the other order. */
function reversed(value: number, bits: number): number {
  let result = 0;
  for (let i = 0; i < bits; i++) result = 2 * result + ((value >>> i) & 1);
  return result;
}
