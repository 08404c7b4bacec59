import { GENERATOR, isElement, power } from './goldilocks.ts';
import { gateOf } from './gates.ts';
import type { Gate } from './gates/gate.ts';
import { DIGEST, type Cap, type Digest } from './hashing.ts';

/** What defines a circuit for its verifier. Without zero knowledge and lookups. */
export interface CircuitData {
  /** Wires of a row, and how many of them, the first, may be connected with others. */
  readonly wires: number;
  readonly routedWires: number;
  /** Constants of a gate, besides the selectors. */
  readonly gateConstants: number;
  /** How often everything is checked with other challenges. */
  readonly challenges: number;
  readonly quotientDegreeFactor: number;
  /** The table has 2 ** degreeBits rows. */
  readonly degreeBits: number;
  readonly publicInputs: number;
  /** By the ids of gates.ts. */
  readonly gates: readonly string[];
  /** Gates from `start` to before `end` share a selector. */
  readonly selectors: readonly { readonly start: number; readonly end: number }[];
  readonly fri: FriData;
  /** Hash of the circuit, and the Merkle cap of its constants and permutation. */
  readonly digest: Digest;
  readonly constantsCap: Cap;
}

/** How the degree of the committed polynomials is tested. */
export interface FriData {
  /** 2 ** rateBits times as many points are committed to as the table has rows. */
  readonly rateBits: number;
  readonly capHeight: number;
  readonly proofOfWorkBits: number;
  readonly queries: number;
  /** Each step folds 2 ** bits points into one. */
  readonly reductionArityBits: readonly number[];
  /** The prover's strategy “ConstantArityBits”, by which it chose the steps; only observed. */
  readonly strategy: readonly [arityBits: number, finalPolynomialBits: number];
}

/** The same with what follows from it. */
export interface Circuit extends CircuitData {
  /** In the order of `gates`. */
  readonly rows: readonly { readonly gate: Gate; readonly selector: number }[];
  /** With the selectors, which stand first. */
  readonly constants: number;
  /** As many as the gate with the most has. */
  readonly constraints: number;
  /** Between two running products, for each challenge. */
  readonly partialProducts: number;
  /** Each routed wire's coset, by what it is shifted. */
  readonly shifts: readonly bigint[];
  /** The logarithm of the number of points committed to. */
  readonly pointBits: number;
}

const isIn = (value: number, least: number, most: number) =>
  Number.isInteger(value) && least <= value && value <= most;

/** The circuit, or what in its data is impossible, contradicts the rest or is larger than any of use. */
export function circuitOf(data: CircuitData): Circuit | string {
  const { wires, routedWires, gateConstants, challenges, quotientDegreeFactor, degreeBits } = data;
  const { fri, selectors } = data;
  if (!isIn(wires, 1, 1000)) return 'wires';
  if (!isIn(routedWires, 1, wires)) return 'routedWires';
  if (!isIn(gateConstants, 0, 16)) return 'gateConstants';
  if (!isIn(challenges, 1, 4)) return 'challenges';
  if (!isIn(quotientDegreeFactor, 2, 32)) return 'quotientDegreeFactor';
  if (!isIn(fri.rateBits, 1, 8)) return 'fri.rateBits';
  if (!isIn(degreeBits, 1, 24)) return 'degreeBits';
  if (!isIn(data.publicInputs, 0, 1000)) return 'publicInputs';
  if (!isIn(fri.capHeight, 0, 8)) return 'fri.capHeight';
  if (!isIn(fri.proofOfWorkBits, 0, 32)) return 'fri.proofOfWorkBits';
  if (!isIn(fri.queries, 1, 200)) return 'fri.queries';
  if (!fri.strategy.every((bits) => isIn(bits, 1, 31))) return 'fri.strategy';

  const { reductionArityBits } = fri;
  const reduced = reductionArityBits.reduce((sum, bits) => sum + bits, 0);
  if (!reductionArityBits.every((bits) => isIn(bits, 1, 5)) || !isIn(degreeBits - reduced, 0, 10))
    return 'fri.reductionArityBits';
  const pointBits = degreeBits + fri.rateBits;
  if (pointBits - reduced < fri.capHeight) return 'fri.capHeight';

  const gates = data.gates.map(gateOf);
  if (!isIn(gates.length, 1, 64)) return 'gates';
  const rows: { gate: Gate; selector: number }[] = [];
  for (const [selector, { start, end }] of selectors.entries()) {
    if (start !== rows.length || !isIn(end, start + 1, gates.length)) return 'selectors';
    // A selector is multiplied with one factor for each other gate, and one where there are others.
    const selectorDegree = end - start - 1 + (selectors.length > 1 ? 1 : 0);
    for (let i = start; i < end; i++) {
      const gate = gates[i];
      if (!gate || gate.wires > wires || gate.constants > gateConstants) return `gates[${i}]`;
      if (gate.degree + selectorDegree > quotientDegreeFactor + 1) return `gates[${i}]`;
      rows.push({ gate, selector });
    }
  }
  if (rows.length !== gates.length) return 'selectors';

  const isDigest = (digest: Digest) => digest.length === DIGEST && digest.every(isElement);
  if (!isDigest(data.digest)) return 'digest';
  if (data.constantsCap.length !== 2 ** fri.capHeight || !data.constantsCap.every(isDigest))
    return 'constantsCap';

  return {
    ...data,
    rows,
    constants: selectors.length + gateConstants,
    constraints: Math.max(...rows.map(({ gate }) => gate.constraints)),
    partialProducts: Math.ceil(routedWires / quotientDegreeFactor) - 1,
    shifts: Array.from({ length: routedWires }, (_, i) => power(GENERATOR, BigInt(i))),
    pointBits,
  };
}
