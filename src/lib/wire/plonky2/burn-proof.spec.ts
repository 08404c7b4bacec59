import { describe, expect, it } from 'vitest';
import { toHex } from '../../crypto/bytes.ts';
import { burnCircuitId } from './burn-circuit.ts';
import { BURN_PROOF_BYTES, burnInputs, checkBurnProof } from './burn-proof.ts';
import { P } from './goldilocks.ts';

const NULLIFIER = 0x0102_0304_0506_0708n;
const destination = Array.from({ length: 20 }, (_, i) => BigInt(236 + i));
const inputs = [NULLIFIER, 10_000n, ...destination, 0n, NULLIFIER, 0n];
const changed = (at: number, to: bigint) => inputs.map((input, i) => (i === at ? to : input));

describe('the public inputs', () => {
  it('are nullifier, amount and destination', () => {
    expect(burnInputs(inputs)).toEqual({
      nullifier: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      amount: 10_000,
      destination: Uint8Array.from({ length: 20 }, (_, i) => 236 + i),
    });
    expect(burnInputs(changed(1, 1n))).toMatchObject({ amount: 1 });
    expect(burnInputs(changed(1, 2_100_000_000_000_000n))).toMatchObject({ amount: 21e14 });
  });

  it.each([
    ['nullifier', 0, NULLIFIER + 1n],
    ['amount', 1, 0n],
    ['amount', 1, 2_100_000_000_000_001n],
    ['amount', 1, P - 1n],
    ...Array.from({ length: 20 }, (_, i) => ['destination', 2 + i, 256n] as const),
    ['fee', 22, 1n],
    ['nullifier', 23, NULLIFIER - 1n],
    ['last', 24, 1n],
  ] as const)('are refused for their %s: input %i is %i', (name, at, to) => {
    expect(burnInputs(changed(at, to))).toBe(name);
  });

  it('are 25', () => {
    expect(burnInputs([])).toBe('length');
    expect(burnInputs(inputs.slice(1))).toBe('length');
    expect(burnInputs([...inputs, 0n])).toBe('length');
  });
});

describe('bytes that are no proof', () => {
  it.each([0, 1, BURN_PROOF_BYTES - 1, BURN_PROOF_BYTES + 1])('%i of them', (length) => {
    expect(checkBurnProof(new Uint8Array(length))).toEqual({
      problem: 'length',
      detail: String(length),
    });
  });

  it('of the right length', () => {
    // The first of the counts is that of the siblings of the first query's first leaf.
    expect(checkBurnProof(new Uint8Array(BURN_PROOF_BYTES))).toEqual({
      problem: 'shape',
      detail: 'queries[0].trees.constants.siblings',
    });
  });
});

it('the length of a proof and the id of the circuit are known', () => {
  expect(BURN_PROOF_BYTES).toBe(121_648);
  expect(toHex(burnCircuitId)).toBe(
    'c715e890f40dfbe4664963e5507b37abd534376d3cf88285fe93f7be07291e9b',
  );
});
