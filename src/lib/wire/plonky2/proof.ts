import type { Circuit } from './circuit.ts';
import type { Extension } from './extension.ts';
import type { PlonkyFault } from './fault.ts';
import { DIGEST, type Cap, type Digest } from './hashing.ts';
import { cut, sizeOf, type Layout } from './layout.ts';

/** A proof with its public inputs (plonky2/src/plonk/proof.rs). */
export interface Proof {
  readonly wiresCap: Cap;
  /** Of the running and partial products of the permutation argument. */
  readonly productsCap: Cap;
  readonly quotientsCap: Cap;
  readonly openings: Openings;
  /** Of the layers of folding. */
  readonly foldingCaps: readonly Cap[];
  readonly queries: readonly Query[];
  /** Coefficients of what remains after folding, the constant one first. */
  readonly finalPolynomial: readonly Extension[];
  readonly proofOfWork: bigint;
  readonly publicInputs: readonly bigint[];
}

/** The values of all polynomials at the challenge point. */
export interface Openings {
  readonly constants: readonly Extension[];
  readonly sigmas: readonly Extension[];
  readonly wires: readonly Extension[];
  readonly products: readonly Extension[];
  /** The running products one row further. */
  readonly productsNext: readonly Extension[];
  readonly partialProducts: readonly Extension[];
  readonly quotients: readonly Extension[];
}

/** All openings at zeta, in the order in which they are observed and combined. */
export const openedAtZeta = (openings: Openings): readonly Extension[] => [
  ...openings.constants,
  ...openings.sigmas,
  ...openings.wires,
  ...openings.products,
  ...openings.partialProducts,
  ...openings.quotients,
];

/** What the prover shows at one random point. */
export interface Query {
  readonly trees: Readonly<Record<Tree, { leaf: readonly bigint[]; siblings: readonly Digest[] }>>;
  readonly steps: readonly {
    readonly evaluations: readonly Extension[];
    readonly siblings: readonly Digest[];
  }[];
}

/** The trees that the prover, or in the first case the circuit, commits to. */
export const TREES = ['constants', 'wires', 'products', 'quotients'] as const;
export type Tree = (typeof TREES)[number];

/** The layout of a circuit's proofs: the order is that of Plonky2's serialization (util/serialization). */
export function proofLayout(circuit: Circuit): Layout {
  const { challenges, fri, pointBits } = circuit;
  const partialProducts = challenges * circuit.partialProducts;
  const quotients = challenges * circuit.quotientDegreeFactor;

  const cap = list(2 ** fri.capHeight, digest);
  /** Of a tree with 2 ** bits leaves. */
  const siblings = (bits: number) => list(bits - fri.capHeight, digest, 1);
  const tree = (width: number): Layout => ({
    parts: { leaf: list(width, 'element'), siblings: siblings(pointBits) },
  });
  let bits = pointBits;
  const steps = fri.reductionArityBits.map((arityBits): Layout => {
    bits -= arityBits;
    return {
      parts: { evaluations: list(2 ** arityBits, extension), siblings: siblings(bits) },
    };
  });
  return {
    parts: {
      wiresCap: cap,
      productsCap: cap,
      quotientsCap: cap,
      openings: {
        parts: {
          constants: list(circuit.constants, extension),
          sigmas: list(circuit.routedWires, extension),
          wires: list(circuit.wires, extension),
          products: list(challenges, extension),
          productsNext: list(challenges, extension),
          partialProducts: list(partialProducts, extension),
          quotients: list(quotients, extension),
        },
      },
      foldingCaps: list(fri.reductionArityBits.length, cap),
      queries: list(fri.queries, {
        parts: {
          trees: {
            parts: {
              constants: tree(circuit.constants + circuit.routedWires),
              wires: tree(circuit.wires),
              products: tree(challenges + partialProducts),
              quotients: tree(quotients),
            },
          },
          steps: { items: steps, lengthBytes: 0 },
        },
      }),
      finalPolynomial: list(2 ** (bits - fri.rateBits), extension),
      proofOfWork: 'element',
      publicInputs: list(circuit.publicInputs, 'element', 8),
    },
  };
}

const list = (length: number, item: Layout, lengthBytes: 0 | 1 | 8 = 0): Layout => ({
  items: new Array<Layout>(length).fill(item),
  lengthBytes,
});
const extension = list(2, 'element');
const digest = list(DIGEST, 'element');

/** How many bytes a proof of this circuit has, with its public inputs. */
export const proofLength = (circuit: Circuit): number => sizeOf(proofLayout(circuit));

/**
 * Reads what Plonky2's `ProofWithPublicInputs::to_bytes` writes. Whether elements are small enough is
 * for the verifier to say. Faults: `length`; `shape`, for another length of a list.
 */
export function readProof(circuit: Circuit, bytes: Uint8Array): Proof | PlonkyFault {
  const read = cut(proofLayout(circuit), bytes);
  return 'value' in read ? (read.value as Proof) : read;
}
