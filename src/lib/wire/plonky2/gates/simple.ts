import { embed, subtract } from '../extension.ts';
import { DIGEST } from '../hashing.ts';
import type { Gate } from './gate.ts';

/** A row that says nothing (noop.rs). */
export const noop = (): Gate => ({
  constants: 0,
  wires: 0,
  constraints: 0,
  degree: 0,
  evaluate: () => [],
});

/** Each wire is the constant beside it (constant.rs). */
export const constant = (count: number): Gate => ({
  constants: count,
  wires: count,
  constraints: count,
  degree: 1,
  evaluate: ({ constants, wires }) =>
    constants.slice(0, count).map((value, i) => subtract(value, wires[i]!)),
});

/** The first wires are the hash of the public inputs (public_input.rs). */
export const publicInput = (): Gate => ({
  constants: 0,
  wires: DIGEST,
  constraints: DIGEST,
  degree: 1,
  evaluate: ({ wires, publicInputsHash }) =>
    publicInputsHash.map((element, i) => subtract(wires[i]!, embed(element))),
});
