import type { Extension } from '../extension.ts';
import type { Digest } from '../hashing.ts';

/** What a gate's constraints speak of, all at the point where the polynomials were opened. */
export interface GateInputs {
  /** The gate's constants, without the selectors. */
  readonly constants: readonly Extension[];
  readonly wires: readonly Extension[];
  readonly publicInputsHash: Digest;
}

/** A kind of row of the circuit's table (plonky2/src/gates/). */
export interface Gate {
  /** How many constants and wires it reads, counted from the first. */
  readonly constants: number;
  readonly wires: number;
  /** How many constraints there are, and the degree of the highest in what they read. */
  readonly constraints: number;
  readonly degree: number;
  /** The constraints, all 0 in a row where the gate holds. */
  evaluate(inputs: GateInputs): Extension[];
}
