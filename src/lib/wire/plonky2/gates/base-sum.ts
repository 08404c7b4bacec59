import { embed, evaluate, product, subtract } from '../extension.ts';
import type { Gate } from './gate.ts';

/** Wire 0 is a number, the wires after it its digits in that base, the lowest first (base_sum.rs). */
export const baseSum = (digits: number, base: number): Gate => ({
  constants: 0,
  wires: 1 + digits,
  constraints: 1 + digits,
  degree: base,
  evaluate: ({ wires }) => {
    const own = wires.slice(1, 1 + digits);
    const values = Array.from({ length: base }, (_, value) => embed(BigInt(value)));
    return [
      subtract(evaluate(own, embed(BigInt(base))), wires[0]!),
      ...own.map((digit) => product(values.map((value) => subtract(digit, value)))),
    ];
  },
});
