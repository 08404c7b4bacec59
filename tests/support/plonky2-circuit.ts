import { circuitOf, type Circuit, type CircuitData } from '../../src/lib/wire/plonky2/circuit.ts';
import { burnCircuitData } from '../../src/lib/wire/plonky2/burn-circuit.ts';
import * as field from '../../src/lib/wire/plonky2/goldilocks.ts';
import { hash } from '../../src/lib/wire/plonky2/hashing.ts';
import { isPartial, permute, ROUNDS, WIDTH } from '../../src/lib/wire/plonky2/poseidon.ts';
import {
  MDS_CIRCULANT,
  MDS_FIRST_DIAGONAL,
  ROUND_CONSTANTS,
} from '../../src/lib/wire/plonky2/poseidon-constants.ts';
import { commit, interpolate, type Table } from './plonky2-prover.ts';

/* A circuit of 16 rows with each gate of the burn circuit, and a table in which all of them hold. */

const { P } = field;
const BITS = 4;

const data: CircuitData = {
  ...burnCircuitData,
  degreeBits: BITS,
  publicInputs: 3,
  fri: {
    rateBits: 3,
    capHeight: 1,
    proofOfWorkBits: 3,
    queries: 4,
    reductionArityBits: [2, 1],
    strategy: [2, 1],
  },
  digest: [1n, 2n, 3n, 4n],
};

/** The circuit with this data; throws what is wrong with it. */
export function circuitWith(from: CircuitData): Circuit {
  const circuit = circuitOf(from);
  if (typeof circuit === 'string') throw new Error(circuit);
  return circuit;
}

/** Which row has which gate; the others have the first, which says nothing. */
export const rowOf = {
  constant: 1,
  publicInput: 2,
  baseSum: 3,
  arithmetic: 4,
  mulExtension: 5,
  poseidon: 6,
};

/** Numbers that look random and are always the same. */
function numbers(seed: bigint, count: number): bigint[] {
  const all: bigint[] = [];
  for (let state = [seed, ...new Array<bigint>(WIDTH - 1).fill(0n)]; all.length < count;) {
    state = permute(state);
    all.push(...state.slice(0, 8));
  }
  return all.slice(0, count);
}

const publicInputs = numbers(3n, data.publicInputs);
const constants = [numbers(5n, 16), numbers(6n, 16)] as const;
// The number that base sum takes apart has 63 bits.
constants[0][rowOf.constant] = constants[0][rowOf.constant]! >> 1n;

/** The rows of wires. */
function witness(): bigint[][] {
  const rows = Array.from({ length: 2 ** BITS }, (_, row) =>
    numbers(BigInt(100 + row), data.wires),
  );
  const [c0, c1] = [constants[0], constants[1]];

  const constant = rows[rowOf.constant]!;
  constant[0] = c0[rowOf.constant]!;
  constant[1] = c1[rowOf.constant]!;

  const publicInput = rows[rowOf.publicInput]!;
  publicInput.splice(0, 4, ...hash(publicInputs));

  const baseSum = rows[rowOf.baseSum]!;
  baseSum[0] = constant[0];
  for (let i = 0; i < 63; i++) baseSum[1 + i] = (baseSum[0] >> BigInt(i)) & 1n;

  const arithmetic = rows[rowOf.arithmetic]!;
  arithmetic[0] = constant[0];
  for (let i = 0; i < 20; i++) {
    const [a, b, addend] = arithmetic.slice(4 * i, 4 * i + 3) as [bigint, bigint, bigint];
    const sum = a * b * c0[rowOf.arithmetic]! + addend * c1[rowOf.arithmetic]!;
    arithmetic[4 * i + 3] = sum % P;
  }

  const mulExtension = rows[rowOf.mulExtension]!;
  for (let i = 0; i < 13; i++) {
    const [a0, a1, b0, b1] = mulExtension.slice(6 * i) as [bigint, bigint, bigint, bigint];
    const factor = c0[rowOf.mulExtension]!;
    mulExtension[6 * i + 4] = ((a0 * b0 + 7n * a1 * b1) * factor) % P;
    mulExtension[6 * i + 5] = ((a0 * b1 + a1 * b0) * factor) % P;
  }

  const input = numbers(7n, WIDTH);
  input[0] = publicInput[0]!;
  rows[rowOf.poseidon] = poseidonRow(input, true);
  return rows;
}

/** The wires of a permutation, with the first two fours of its input swapped or not. */
export function poseidonRow(input: readonly bigint[], swapped: boolean): bigint[] {
  const deltas = input.slice(0, 4).map((left, i) => {
    return swapped ? field.subtract(input[i + 4]!, left) : 0n;
  });
  let state = swapped
    ? [...input.slice(4, 8), ...input.slice(0, 4), ...input.slice(8)]
    : [...input];
  const output = permute(state);
  const boxes: bigint[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    state = state.map((x, i) => (x + ROUND_CONSTANTS[WIDTH * round + i]!) % P);
    const powers = isPartial(round) ? 1 : WIDTH;
    if (round > 0) boxes.push(...state.slice(0, powers));
    state = state.map((x, i) => (i < powers ? x ** 7n % P : x));
    state = state.map((x, row) =>
      MDS_CIRCULANT.reduce(
        (sum, factor, i) => (sum + BigInt(factor) * state[(row + i) % WIDTH]!) % P,
        row === 0 ? BigInt(MDS_FIRST_DIAGONAL) * x : 0n,
      ),
    );
  }
  return [...input, ...output, swapped ? 1n : 0n, ...deltas, ...boxes];
}

/** Wires that must be equal, each as [row, wire]. */
const connected: readonly (readonly (readonly [row: number, wire: number])[])[] = [
  [
    [rowOf.constant, 0],
    [rowOf.baseSum, 0],
    [rowOf.arithmetic, 0],
  ],
  [
    [rowOf.publicInput, 0],
    [rowOf.poseidon, 0],
  ],
];

/** The permutation's columns: where each routed wire is connected to. */
function sigmas(circuit: Circuit): bigint[][] {
  const root = field.rootOfUnity(BITS);
  const place = (row: number, wire: number) =>
    field.multiply(circuit.shifts[wire]!, field.power(root, BigInt(row)));
  const columns = circuit.shifts.map((_, wire) =>
    Array.from({ length: 2 ** BITS }, (_, row) => place(row, wire)),
  );
  for (const cycle of connected)
    for (const [i, [row, wire]] of cycle.entries())
      columns[wire]![row] = place(...cycle[(i + 1) % cycle.length]!);
  return columns;
}

/** Which gate a row has, as the selectors say it: the gates' numbers, or 2³² − 1 for another selector. */
function selectorColumns(): bigint[][] {
  const gates = Array.from({ length: 2 ** BITS }, (_, row) => (row <= rowOf.poseidon ? row : 0));
  return data.selectors.map(({ start, end }) =>
    gates.map((gate) => (start <= gate && gate < end ? BigInt(gate) : 0xffff_ffffn)),
  );
}

const unsealed = circuitWith({
  ...data,
  constantsCap: Array.from({ length: 2 }, () => data.digest),
});
const rows = witness();

/** All rows hold. */
export const smallTable: Table = {
  constants: [...selectorColumns(), ...constants],
  sigmas: sigmas(unsealed),
  wires: Array.from({ length: data.wires }, (_, wire) => rows.map((row) => row[wire]!)),
  publicInputs,
};

const committed = [...smallTable.constants, ...smallTable.sigmas].map((c) => interpolate(c));

export const smallCircuitData: CircuitData = {
  ...data,
  constantsCap: commit(unsealed, committed).cap,
};
export const smallCircuit = circuitWith(smallCircuitData);
