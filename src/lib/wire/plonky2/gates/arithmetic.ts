import { add, multiply, scale, subtract, W, type Extension } from '../extension.ts';
import type { Gate } from './gate.ts';

/** Of four wires each: wire 3 = constant 0 · wire 0 · wire 1 + constant 1 · wire 2 (arithmetic_base.rs). */
export const arithmetic = (operations: number): Gate => ({
  constants: 2,
  wires: 4 * operations,
  constraints: operations,
  degree: 3,
  evaluate: ({ constants, wires }) =>
    Array.from({ length: operations }, (_, i) => {
      const [a, b, addend, output] = wires.slice(4 * i, 4 * i + 4) as FourWires;
      const computed = add(
        multiply(multiply(a, b), constants[0]!),
        multiply(addend, constants[1]!),
      );
      return subtract(output, computed);
    }),
});

type FourWires = [Extension, Extension, Extension, Extension];

/**
 * Of six wires each, which are three elements of the extension: the third = constant 0 · the first ·
 * the second (multiplication_extension.rs). The wires are opened in the extension too, so what is
 * multiplied here is a pair of pairs.
 */
export const mulExtension = (operations: number): Gate => ({
  constants: 1,
  wires: 6 * operations,
  constraints: 2 * operations,
  degree: 3,
  evaluate: ({ constants, wires }) =>
    Array.from({ length: operations }, (_, i) => {
      const [a0, a1, b0, b1, ...output] = wires.slice(6 * i, 6 * i + 6) as SixWires;
      const computed = [
        add(multiply(a0, b0), scale(multiply(a1, b1), W)),
        add(multiply(a0, b1), multiply(a1, b0)),
      ];
      return computed.map((value, k) => subtract(output[k]!, multiply(value, constants[0]!)));
    }).flat(),
});

type SixWires = [...FourWires, Extension, Extension];
