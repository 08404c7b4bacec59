import type { Circuit } from './circuit.ts';
import {
  add,
  embed,
  equal,
  evaluate,
  inverse,
  multiply,
  ONE,
  powerOfTwo,
  product,
  scale,
  subtract,
  ZERO,
  type Extension,
} from './extension.ts';
import type { Digest } from './hashing.ts';
import type { Openings } from './proof.ts';

/** What the transcript asked before the quotients were committed to, and where they are opened. */
export interface PlonkChallenges {
  /** One of each for every repetition of the checks. */
  readonly betas: readonly bigint[];
  readonly gammas: readonly bigint[];
  readonly alphas: readonly bigint[];
  readonly zeta: Extension;
}

/**
 * All constraints at zeta, each of which is 0 on all rows (plonky2/src/plonk/vanishing_poly.rs): each
 * running product begins with 1, the permutation, the gates.
 */
export function constraintsAt(
  circuit: Circuit,
  openings: Openings,
  publicInputsHash: Digest,
  { betas, gammas, zeta }: Omit<PlonkChallenges, 'alphas'>,
): Extension[] {
  const rows = 2n ** BigInt(circuit.degreeBits);
  const zeroOnRows = subtract(powerOfTwo(zeta, circuit.degreeBits), ONE);
  const firstRow = multiply(zeroOnRows, inverse(scale(subtract(zeta, ONE), rows)));
  return [
    ...openings.products.map((value) => multiply(firstRow, subtract(value, ONE))),
    ...betas.flatMap((beta, i) => permutation(circuit, openings, i, beta, gammas[i]!, zeta)),
    ...gateConstraints(circuit, openings, publicInputsHash),
  ];
}

/**
 * Whether the constraints are 0 on all rows: the first repetition in which their sum, weighted with
 * powers of alpha, is not the quotient times the polynomial that is 0 on all rows; undefined where it
 * always is (plonky2/src/plonk/verifier.rs).
 */
export function notVanishing(
  circuit: Circuit,
  openings: Openings,
  publicInputsHash: Digest,
  challenges: PlonkChallenges,
): number | undefined {
  const { degreeBits, quotientDegreeFactor } = circuit;
  const constraints = constraintsAt(circuit, openings, publicInputsHash, challenges);
  const zetaToRows = powerOfTwo(challenges.zeta, degreeBits);
  const zeroOnRows = subtract(zetaToRows, ONE);
  const repetition = challenges.alphas.findIndex((alpha, i) => {
    const chunks = openings.quotients
      .slice(i * quotientDegreeFactor)
      .slice(0, quotientDegreeFactor);
    const quotient = evaluate(chunks, zetaToRows);
    return !equal(evaluate(constraints, embed(alpha)), multiply(zeroOnRows, quotient));
  });
  return repetition === -1 ? undefined : repetition;
}

/**
 * That connected wires are equal: the running product moves on by the ratio of what the wires would be
 * in their own places and in those they are connected to, in chunks of the degree that is allowed.
 */
function permutation(
  circuit: Circuit,
  openings: Openings,
  repetition: number,
  beta: bigint,
  gamma: bigint,
  zeta: Extension,
): Extension[] {
  const { routedWires, partialProducts, quotientDegreeFactor, shifts } = circuit;
  const wires = openings.wires.slice(0, routedWires);
  const at = (place: Extension, wire: Extension) =>
    add(add(wire, scale(place, beta)), embed(gamma));
  const own = wires.map((wire, i) => at(scale(zeta, shifts[i]!), wire));
  const connected = wires.map((wire, i) => at(openings.sigmas[i]!, wire));
  const running = [
    openings.products[repetition]!,
    ...openings.partialProducts.slice(repetition * partialProducts).slice(0, partialProducts),
    openings.productsNext[repetition]!,
  ];
  return running.slice(1).map((next, i) => {
    const chunk = (values: readonly Extension[]) =>
      product(values.slice(i * quotientDegreeFactor).slice(0, quotientDegreeFactor));
    return subtract(multiply(running[i]!, chunk(own)), multiply(next, chunk(connected)));
  });
}

/** What a selector is on rows whose gate has another selector. */
const UNUSED = 0xffff_ffffn;

/** The constraints of all gates, each 0 unless the row's selector names its gate. */
function gateConstraints(
  circuit: Circuit,
  openings: Openings,
  publicInputsHash: Digest,
): Extension[] {
  const { rows, selectors } = circuit;
  const constants = openings.constants.slice(selectors.length);
  const inputs = { constants, wires: openings.wires, publicInputsHash };
  const sums = new Array<Extension>(circuit.constraints).fill(ZERO);
  for (const [row, { gate, selector }] of rows.entries()) {
    const { start, end } = selectors[selector]!;
    const others = Array.from({ length: end - start }, (_, i) => start + i)
      .filter((other) => other !== row)
      .map(BigInt);
    if (selectors.length > 1) others.push(UNUSED);
    const filter = product(
      others.map((other) => subtract(embed(other), openings.constants[selector]!)),
    );
    for (const [i, constraint] of gate.evaluate(inputs).entries())
      sums[i] = add(sums[i]!, multiply(filter, constraint));
  }
  return sums;
}
