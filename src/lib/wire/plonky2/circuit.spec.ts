import { expect, it } from 'vitest';
import { burnCircuitData } from './burn-circuit.ts';
import { circuitOf, type CircuitData } from './circuit.ts';
import { P } from './goldilocks.ts';

const { fri, digest, constantsCap, gates } = burnCircuitData;
const friWith = (changes: Partial<CircuitData['fri']>): Partial<CircuitData> => ({
  fri: { ...fri, ...changes },
});
const gate = (i: number, id: string): Partial<CircuitData> => ({
  gates: gates.map((gate, k) => (i === k ? id : gate)),
});

it('the burn circuit is possible, and so is one without folding', () => {
  expect(circuitOf(burnCircuitData)).toBeTypeOf('object');
  const small = { ...burnCircuitData, degreeBits: 5, ...friWith({ reductionArityBits: [] }) };
  expect(circuitOf(small)).toBeTypeOf('object');
});

it.each<[string, Partial<CircuitData>]>([
  ['wires', { wires: 0 }],
  ['wires', { wires: 2 ** 40 }],
  ['wires', { wires: 134.5 }],
  ['routedWires', { routedWires: 136 }],
  ['routedWires', { routedWires: 0 }],
  ['gateConstants', { gateConstants: 1e9 }],
  ['challenges', { challenges: 0 }],
  ['challenges', { challenges: 5 }],
  ['quotientDegreeFactor', { quotientDegreeFactor: 1 }],
  ['quotientDegreeFactor', { quotientDegreeFactor: 33 }],
  ['degreeBits', { degreeBits: 0 }],
  ['degreeBits', { degreeBits: 25 }],
  ['degreeBits', { degreeBits: NaN }],
  ['publicInputs', { publicInputs: -1 }],
  ['publicInputs', { publicInputs: 1001 }],
  ['fri.rateBits', friWith({ rateBits: 0 })],
  ['fri.rateBits', friWith({ rateBits: 9 })],
  ['fri.capHeight', friWith({ capHeight: 9 })],
  ['fri.capHeight', friWith({ capHeight: 7 })],
  ['fri.proofOfWorkBits', friWith({ proofOfWorkBits: 33 })],
  ['fri.queries', friWith({ queries: 0 })],
  ['fri.queries', friWith({ queries: 201 })],
  ['fri.strategy', friWith({ strategy: [4, 32] })],
  ['fri.reductionArityBits', friWith({ reductionArityBits: [4, 0, 4] })],
  ['fri.reductionArityBits', friWith({ reductionArityBits: [6] })],
  ['fri.reductionArityBits', friWith({ reductionArityBits: [4, 4, 4] })],
  ['fri.reductionArityBits', friWith({ reductionArityBits: [] })],
  ['gates', { gates: [] }],
  ['gates', { gates: new Array<string>(65).fill('NoopGate') }],
  ['gates[1]', gate(1, 'ReducingGate { num_coeffs: 43 }')],
  ['gates[1]', gate(1, 'ConstantGate { num_consts: 3 }')],
  ['gates[4]', gate(4, 'ArithmeticGate { num_ops: 34 }')],
  ['gates[3]', gate(3, 'BaseSumGate { num_limbs: 63 } + Base: 4')],
  ['gates[3]', gate(3, `BaseSumGate { num_limbs: 1 } + Base: ${'9'.repeat(400)}`)],
  ['gates[6]', { wires: 134 }],
  ['selectors', { selectors: [] }],
  ['selectors', { selectors: [{ start: 0, end: 6 }] }],
  ['selectors', { selectors: [{ start: 1, end: 7 }] }],
  ['selectors', { selectors: [{ start: 0, end: 8 }] }],
  ['gates[0]', { quotientDegreeFactor: 4 }],
  ['digest', { digest: digest.slice(1) }],
  ['digest', { digest: [...digest.slice(1), P] }],
  ['constantsCap', { constantsCap: constantsCap.slice(1) }],
  ['constantsCap', { constantsCap: constantsCap.map(() => [0n]) }],
])('a circuit is refused for its %s: %o', (name, changes) => {
  expect(circuitOf({ ...burnCircuitData, ...changes })).toBe(name);
});
