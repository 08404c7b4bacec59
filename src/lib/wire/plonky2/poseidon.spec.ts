import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Challenger } from './challenger.ts';
import { P } from './goldilocks.ts';
import { DIGEST, hash, hashLeaf, hashPair, isInTree, type Digest } from './hashing.ts';
import { permute, ROUNDS, WIDTH } from './poseidon.ts';
import { MDS_CIRCULANT, MDS_FIRST_DIAGONAL, ROUND_CONSTANTS } from './poseidon-constants.ts';

const edges = [0n, 1n, 0xffffn, 0x1_0000n, 0xffff_ffffn, 0x1_0000_0000n, P - 0xffff_ffffn, P - 1n];
const element = fc.oneof(fc.constantFrom(...edges), fc.bigInt(0n, P - 1n));
const counted = (length: number, first = 0) => Array.from({ length }, (_, i) => BigInt(first + i));

/** The definition, with bigints. */
function definition(input: readonly bigint[]): bigint[] {
  let state = [...input];
  for (let round = 0; round < ROUNDS; round++) {
    state = state.map((x, i) => (x + ROUND_CONSTANTS[WIDTH * round + i]!) % P);
    state = state.map((x, i) => (i === 0 || round < 4 || round >= 26 ? x ** 7n % P : x));
    state = state.map((x, row) => {
      const diagonal = row === 0 ? BigInt(MDS_FIRST_DIAGONAL) * x : 0n;
      const sum = MDS_CIRCULANT.reduce(
        (sum, factor, i) => sum + BigInt(factor) * state[(row + i) % WIDTH]!,
        diagonal,
      );
      return sum % P;
    });
  }
  return state;
}

describe('the permutation', () => {
  it('is its definition, in doubles', () => {
    const state = fc.array(element, { minLength: WIDTH, maxLength: WIDTH });
    fc.assert(
      fc.property(state, (input) => {
        expect(permute(input)).toEqual(definition(input));
      }),
      { numRuns: 300 },
    );
    for (const edge of edges) {
      const input = new Array<bigint>(WIDTH).fill(edge);
      expect(permute(input)).toEqual(definition(input));
    }
  });

  it('has known results', () => {
    expect(permute(counted(WIDTH))).toEqual([
      0xd64e1e3efc5b8e9en,
      0x53666633020aaa47n,
      0xd40285597c6a8825n,
      0x613a4f81e81231d2n,
      0x414754bfebd051f0n,
      0xcb1f8980294a023fn,
      0x6eb2a9e4d54a9d0fn,
      0x1902bc3af467e056n,
      0xf045d5eafdc6021fn,
      0xe4150f77caaa3be5n,
      0xc9bfd01d39b50ccen,
      0x5c0a27fcb0e1459bn,
    ]);
  });
});

describe('hashes', () => {
  it('absorb eight elements at a time and keep what a short block leaves', () => {
    const first = permute([...counted(8), 0n, 0n, 0n, 0n]);
    expect(hash(counted(8))).toEqual(first.slice(0, DIGEST));
    expect(hash(counted(9))).toEqual(permute([8n, ...first.slice(1)]).slice(0, DIGEST));
    expect(hash([])).toEqual([0n, 0n, 0n, 0n]);
  });

  it('leave short leaves as they are', () => {
    expect(hashLeaf([3n])).toEqual([3n, 0n, 0n, 0n]);
    expect(hashLeaf(counted(4))).toEqual(counted(4));
    expect(hashLeaf(counted(5))).toEqual(hash(counted(5)));
  });

  it('have known results', () => {
    expect(hash(counted(25))).toEqual([
      0x6a7951bf749572f6n,
      0x0dacd77698ec9232n,
      0x4cbf37b13aaf9f46n,
      0x0da40b793e778069n,
    ]);
    expect(hashPair(counted(4), counted(4, 4))).toEqual(hash(counted(8)));
  });
});

describe('a Merkle tree', () => {
  const leaves = Array.from({ length: 8 }, (_, i) => counted(6, 10 * i));
  const parents = (level: readonly Digest[]) =>
    Array.from({ length: level.length / 2 }, (_, i) => hashPair(level[2 * i]!, level[2 * i + 1]!));
  const digests = leaves.map(hashLeaf);
  const middle = parents(digests);
  const cap = parents(middle);
  const siblingsOf = (index: number) => [digests[index ^ 1]!, middle[(index >> 1) ^ 1]!];

  it('has every leaf at its own index only', () => {
    for (let index = 0; index < 8; index++)
      for (let other = 0; other < 8; other++)
        expect(isInTree(leaves[index]!, other, siblingsOf(index), cap)).toBe(index === other);
    expect(isInTree(leaves[0]!, 8, siblingsOf(0), cap)).toBe(false);
  });

  it('has no leaf with another element, sibling or cap', () => {
    const changed = (digest: readonly bigint[], at: number) =>
      digest.map((x, i) => (i === at ? x + 1n : x));
    for (let at = 0; at < 6; at++)
      expect(isInTree(changed(leaves[5]!, at), 5, siblingsOf(5), cap)).toBe(false);
    for (let at = 0; at < DIGEST; at++) {
      for (const level of [0, 1]) {
        const siblings = siblingsOf(5).map((digest, i) =>
          i === level ? changed(digest, at) : digest,
        );
        expect(isInTree(leaves[5]!, 5, siblings, cap)).toBe(false);
      }
      expect(isInTree(leaves[5]!, 5, siblingsOf(5), [cap[0]!, changed(cap[1]!, at)])).toBe(false);
    }
  });
});

describe('the transcript', () => {
  it('gives known challenges, of all that was observed before', () => {
    const transcript = new Challenger();
    transcript.observe(counted(11));
    transcript.observeExtensions([[20n, 21n]]);
    const first = transcript.challenges(9);
    transcript.observeCap([counted(4)]);
    expect([...first, ...transcript.extensionChallenge()]).toEqual([
      0x7574d25aa25f7bd5n,
      0x73e6dbdaf9373b6cn,
      0xb3482bce148acd99n,
      0xe08d94291b82e688n,
      0xc0a5b4935c9624ecn,
      0x97fca2a0267c2eccn,
      0x5d86b6df4e4f28e5n,
      0xd52d09861da7f46dn,
      0x9138fd0a68c1b1d8n,
      0x7974e6e77a23fb72n,
      0x2584cb9c21a38afbn,
    ]);
  });

  it('gives others once anything more is observed', () => {
    const [one, two] = [new Challenger(), new Challenger()];
    for (const transcript of [one, two]) transcript.observe(counted(3));
    expect(one.challenge()).toBe(two.challenge());
    one.observe([0n]);
    expect(one.challenge()).not.toBe(two.challenge());
  });
});
