import { add, embed, multiply, ONE, scale, subtract, ZERO, type Extension } from '../extension.ts';
import { HALF_FULL_ROUNDS, isPartial, PARTIAL_ROUNDS, ROUNDS, WIDTH } from '../poseidon.ts';
import { MDS_CIRCULANT, MDS_FIRST_DIAGONAL, ROUND_CONSTANTS } from '../poseidon-constants.ts';
import type { Gate } from './gate.ts';

/*
 * Where the wires stand: 12 of input, 12 of output, whether the first two fours are swapped, by how
 * much, and what goes into each S-box, except for the first round, where it is the input.
 */
const OUTPUT = WIDTH;
const SWAP = 2 * WIDTH;
const DELTA = SWAP + 1;
const S_BOXES = DELTA + 4;
const WIRES = S_BOXES + WIDTH * (2 * HALF_FULL_ROUNDS - 1) + PARTIAL_ROUNDS;

const circulant = MDS_CIRCULANT.map(BigInt);

/** One permutation, of a state whose first two fours may be swapped (poseidon.rs). */
export const poseidon = (): Gate => ({
  constants: 0,
  wires: WIRES,
  constraints: 1 + 4 + (WIRES - S_BOXES) + WIDTH,
  degree: 7,
  evaluate: ({ wires }) => {
    const swap = wires[SWAP]!;
    const constraints = [multiply(swap, subtract(swap, ONE))];
    let state = wires.slice(0, WIDTH);
    for (let i = 0; i < 4; i++) {
      const [left, right, delta] = [wires[i]!, wires[i + 4]!, wires[DELTA + i]!];
      constraints.push(subtract(multiply(swap, subtract(right, left)), delta));
      state[i] = add(left, delta);
      state[i + 4] = subtract(right, delta);
    }
    let next = S_BOXES;
    for (let round = 0; round < ROUNDS; round++) {
      state = state.map((x, i) => add(x, embed(ROUND_CONSTANTS[WIDTH * round + i]!)));
      const boxes = isPartial(round) ? 1 : WIDTH;
      for (let i = 0; i < boxes; i++) {
        if (round > 0) {
          const input = wires[next++]!;
          constraints.push(subtract(state[i]!, input));
          state[i] = input;
        }
        state[i] = seventhPower(state[i]!);
      }
      state = multiplyByMds(state);
    }
    state.forEach((x, i) => constraints.push(subtract(x, wires[OUTPUT + i]!)));
    return constraints;
  },
});

function seventhPower(x: Extension): Extension {
  const square = multiply(x, x);
  return multiply(multiply(square, square), multiply(square, x));
}

const multiplyByMds = (state: readonly Extension[]): Extension[] =>
  state.map((_, row) =>
    circulant.reduce(
      (sum, factor, i) => add(sum, scale(state[(row + i) % WIDTH]!, factor)),
      row === 0 ? scale(state[0]!, BigInt(MDS_FIRST_DIAGONAL)) : ZERO,
    ),
  );
