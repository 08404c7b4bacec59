import { describe, expect, it } from 'vitest';
import { burnCircuit } from './burn-circuit.ts';
import type { Circuit } from './circuit.ts';
import type { Proof } from './proof.ts';
import { challengesOf } from './transcript.ts';

const proof: Proof = {
  wiresCap: [[1n, 2n, 3n, 4n]],
  productsCap: [[5n, 6n, 7n, 8n]],
  quotientsCap: [[9n, 10n, 11n, 12n]],
  openings: {
    constants: [[13n, 14n]],
    sigmas: [[15n, 16n]],
    wires: [[17n, 18n]],
    products: [[19n, 20n]],
    productsNext: [[21n, 22n]],
    partialProducts: [[23n, 24n]],
    quotients: [[25n, 26n]],
  },
  foldingCaps: [[[27n, 28n, 29n, 30n]], [[31n, 32n, 33n, 34n]]],
  queries: [],
  finalPolynomial: [[35n, 36n]],
  proofOfWork: 37n,
  publicInputs: [],
};
const inputsHash = [38n, 39n, 40n, 41n];

/** All challenges in the order in which they are drawn. */
function drawn(from: Proof, circuit: Circuit = burnCircuit, hash = inputsHash) {
  const { plonk, fri } = challengesOf(circuit, from, hash);
  const { betas, gammas, alphas, zeta } = plonk;
  const [first, second] = fri.betas;
  const { alpha, proofOfWork, indices } = fri;
  return { betas, gammas, alphas, zeta, alpha, first, second, proofOfWork, indices };
}
const before = drawn(proof);
const order = Object.keys(before) as (keyof typeof before)[];

/** The first challenge that is another; all after it are others too. */
function firstOther(after: typeof before): string | undefined {
  const at = order.findIndex((name) => String(after[name]) !== String(before[name]));
  if (at === -1) return undefined;
  for (const name of order.slice(at)) expect(after[name]).not.toEqual(before[name]);
  return order[at];
}

describe('what is observed decides all challenges after it, and none before', () => {
  const cap = [[0n, 0n, 0n, 0n]];
  const { openings, foldingCaps } = proof;
  it.each<[string, string, Partial<Proof>]>([
    ['wiresCap', 'betas', { wiresCap: cap }],
    ['productsCap', 'alphas', { productsCap: cap }],
    ['quotientsCap', 'zeta', { quotientsCap: cap }],
    ...Object.keys(openings).map((name): [string, string, Partial<Proof>] => [
      name,
      'alpha',
      { openings: { ...openings, [name]: [[0n, 0n]] } },
    ]),
    ['the first of foldingCaps', 'first', { foldingCaps: [cap, foldingCaps[1]!] }],
    ['the second of foldingCaps', 'second', { foldingCaps: [foldingCaps[0]!, cap] }],
    ['finalPolynomial', 'proofOfWork', { finalPolynomial: [[0n, 0n]] }],
    ['proofOfWork', 'proofOfWork', { proofOfWork: 0n }],
  ])('%s: from %s on', (_, name, change) => {
    expect(firstOther(drawn({ ...proof, ...change }))).toBe(name);
  });

  it('public inputs, digest and every parameter: from the beginning', () => {
    expect(firstOther(drawn(proof, burnCircuit, [0n, 0n, 0n, 0n]))).toBe('betas');
    const { fri } = burnCircuit;
    const others: Partial<Circuit>[] = [
      { digest: [0n, 0n, 0n, 0n] },
      { degreeBits: 12 },
      { fri: { ...fri, rateBits: 4 } },
      { fri: { ...fri, capHeight: 3 } },
      { fri: { ...fri, proofOfWorkBits: 15 } },
      { fri: { ...fri, queries: 29 } },
      { fri: { ...fri, reductionArityBits: [4, 3] } },
      { fri: { ...fri, strategy: [3, 5] } },
      { fri: { ...fri, strategy: [4, 4] } },
    ];
    for (const other of others)
      expect(firstOther(drawn(proof, { ...burnCircuit, ...other }))).toBe('betas');
  });
});

it('the challenges are known', () => {
  expect(before.zeta).toEqual([0x867f36bc8b2b108dn, 0x6e7b3d14dbc6d466n]);
  expect(before.proofOfWork).toBe(0x1d27014c88ecfa8bn);
  expect(before.indices.slice(0, 4)).toEqual([14715, 3993, 5465, 3997]);
});
