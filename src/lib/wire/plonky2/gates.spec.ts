import { describe, expect, it } from 'vitest';
import {
  poseidonRow,
  rowOf,
  smallCircuit,
  smallTable,
} from '../../../../tests/support/plonky2-circuit.ts';
import { embed, equal, ZERO, type Extension } from './extension.ts';
import { gateOf } from './gates.ts';
import { hash } from './hashing.ts';

const publicInputsHash = hash(smallTable.publicInputs);
const columns = (all: readonly (readonly bigint[])[], row: number) =>
  all.map((column) => embed(column[row]!));
const constantsOf = (row: number) => columns(smallTable.constants, row).slice(2);
const holds = (constraints: readonly Extension[]) => constraints.every((c) => equal(c, ZERO));
const plusOne = (values: readonly Extension[], at: number) =>
  values.map((value, i): Extension => (i === at ? [value[0] + 1n, value[1]] : value));

describe.each(Object.entries(rowOf))('%s', (_, row) => {
  const { gate } = smallCircuit.rows[row]!;
  const wires = columns(smallTable.wires, row);
  const constants = constantsOf(row);
  const evaluate = (w: readonly Extension[], c: readonly Extension[]) =>
    gate.evaluate({ constants: c, wires: w, publicInputsHash });

  it('holds in its row, with as many constraints as it says', () => {
    const constraints = evaluate(wires, constants);
    expect(constraints).toHaveLength(gate.constraints);
    expect(holds(constraints)).toBe(true);
  });

  it('holds no more once one of its wires or constants is another', () => {
    for (let i = 0; i < wires.length; i++)
      expect([i, holds(evaluate(plusOne(wires, i), constants))]).toEqual([i, i >= gate.wires]);
    for (let i = 0; i < constants.length; i++)
      expect([i, holds(evaluate(wires, plusOne(constants, i)))]).toEqual([i, i >= gate.constants]);
  });
});

describe('single constraints', () => {
  it('the public inputs’ hash is what the wires are compared with', () => {
    const wires = columns(smallTable.wires, rowOf.publicInput);
    const other = publicInputsHash.map((x, i) => (i === 3 ? x + 1n : x));
    const { gate } = smallCircuit.rows[rowOf.publicInput]!;
    expect(holds(gate.evaluate({ constants: [], wires, publicInputsHash: other }))).toBe(false);
  });

  it('a digit is below the base, even where the sum is right', () => {
    const gate = gateOf('BaseSumGate { num_limbs: 3 } + Base: 4')!;
    const sum = (...digits: bigint[]) =>
      gate.evaluate({
        constants: [],
        wires: [digits[0]! + 4n * digits[1]! + 16n * digits[2]!, ...digits].map(embed),
        publicInputsHash,
      });
    expect(holds(sum(3n, 0n, 2n))).toBe(true);
    expect(sum(4n, 0n, 2n).map((c) => equal(c, ZERO))).toEqual([true, false, true, true]);
    expect(gate.degree).toBe(4);
  });

  it('a permutation may be without a swap, and a swap is 0 or 1', () => {
    const { gate } = smallCircuit.rows[rowOf.poseidon]!;
    const input = Array.from({ length: 12 }, (_, i) => BigInt(i * i));
    const evaluate = (row: readonly bigint[]) =>
      gate.evaluate({ constants: [], wires: row.map(embed), publicInputsHash });
    expect(holds(evaluate(poseidonRow(input, false)))).toBe(true);
    expect(holds(evaluate(poseidonRow(input, true)))).toBe(true);
    // With equal fours the deltas are 0 whatever the swap is.
    const equalFours = [...input.slice(0, 4), ...input.slice(0, 4), ...input.slice(8)];
    const two = poseidonRow(equalFours, false).map((wire, i) => (i === 24 ? 2n : wire));
    expect(evaluate(two).findIndex((c) => !equal(c, ZERO))).toBe(0);
  });

  it('a permutation without a swap leaves the fours as they are', () => {
    const { gate } = smallCircuit.rows[rowOf.poseidon]!;
    const input = Array.from({ length: 12 }, (_, i) => BigInt(i * i));
    // All that follows fits what the false deltas make of the input.
    const moved = input.map((x, i) => (i < 4 ? x + 1n : i < 8 ? x - 1n : x));
    const row = poseidonRow(moved, false).map((wire, i) =>
      i < 12 ? input[i]! : i >= 25 && i < 29 ? 1n : wire,
    );
    const constraints = gate.evaluate({ constants: [], wires: row.map(embed), publicInputsHash });
    expect(constraints.flatMap((c, i) => (equal(c, ZERO) ? [] : [i]))).toEqual([1, 2, 3, 4]);
  });
});

it('no other gate is known', () => {
  for (const id of [
    '',
    'NoopGate ',
    'RandomAccessGate',
    'ArithmeticGate { num_ops: -1 }',
    'ConstantGate',
  ])
    expect(gateOf(id)).toBeUndefined();
});
