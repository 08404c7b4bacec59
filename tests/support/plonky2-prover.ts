import type { Circuit } from '../../src/lib/wire/plonky2/circuit.ts';
import * as ext from '../../src/lib/wire/plonky2/extension.ts';
import type { Extension } from '../../src/lib/wire/plonky2/extension.ts';
import * as field from '../../src/lib/wire/plonky2/goldilocks.ts';
import {
  hash,
  hashLeaf,
  hashPair,
  type Cap,
  type Digest,
} from '../../src/lib/wire/plonky2/hashing.ts';
import { openedAtZeta, type Openings, type Proof } from '../../src/lib/wire/plonky2/proof.ts';
import { challengesOf } from '../../src/lib/wire/plonky2/transcript.ts';
import { constraintsAt } from '../../src/lib/wire/plonky2/vanishing.ts';

/*
 * A small prover for small circuits: by the book and slow. Polynomials are lists of coefficients, the
 * constant first; columns are values on the rows.
 */

type Column = readonly bigint[];
type Polynomial = readonly Extension[];

/** The bits of an index in the other order. */
const reversed = (index: number, bits: number): number =>
  Array.from({ length: bits }, (_, i) => (index >> i) & 1).reduce((sum, bit) => 2 * sum + bit, 0);

/** Of the polynomial with these values on shift · the subgroup. */
export function interpolate(values: Column, shift = 1n): Column {
  const back = field.inverse(field.rootOfUnity(Math.log2(values.length)));
  const perValue = field.inverse(BigInt(values.length));
  return values.map((_, k) => {
    const step = field.power(back, BigInt(k));
    const sum = values.reduceRight((sum, value) => (sum * step + value) % field.P, 0n);
    const unshift = field.power(field.inverse(shift), BigInt(k));
    return (((sum * perValue) % field.P) * unshift) % field.P;
  });
}

const at = (polynomial: Column, x: bigint) =>
  polynomial.reduceRight((sum, coefficient) => (sum * x + coefficient) % field.P, 0n);
const atExtension = (polynomial: Column, x: Extension) =>
  ext.evaluate(polynomial.map(ext.embed), x);

/** The points that are committed to, in the order of the leaves. */
const pointsOf = (bits: number, shift: bigint): bigint[] =>
  Array.from({ length: 2 ** bits }, (_, i) =>
    field.multiply(shift, field.power(field.rootOfUnity(bits), BigInt(reversed(i, bits)))),
  );

/** A Merkle tree: its leaves, cap, and what a proof shows of it. */
export class Tree {
  readonly leaves: readonly Column[];
  readonly cap: Cap;
  readonly #levels: Digest[][];

  constructor(leaves: readonly Column[], capHeight: number) {
    this.leaves = leaves;
    this.#levels = [leaves.map(hashLeaf)];
    for (let level = this.#levels[0]!; level.length > 2 ** capHeight;) {
      const below = level;
      level = Array.from({ length: below.length / 2 }, (_, i) =>
        hashPair(below[2 * i]!, below[2 * i + 1]!),
      );
      this.#levels.push(level);
    }
    this.cap = this.#levels.at(-1)!;
  }

  show(index: number): { leaf: Column; siblings: Digest[] } {
    const siblings = this.#levels.slice(0, -1).map((level, i) => level[(index >> i) ^ 1]!);
    return { leaf: this.leaves[index]!, siblings };
  }
}

/** The tree over the values of polynomials at all points. */
export const commit = (circuit: Circuit, polynomials: readonly Column[]): Tree =>
  new Tree(
    pointsOf(circuit.pointBits, field.GENERATOR).map((x) => polynomials.map((p) => at(p, x))),
    circuit.fri.capHeight,
  );

/** What a proof is made of: columns of values on the rows. */
export interface Table {
  readonly constants: readonly Column[];
  readonly sigmas: readonly Column[];
  readonly wires: readonly Column[];
  readonly publicInputs: readonly bigint[];
}

/** What a dishonest prover commits to instead. */
export interface Cheat {
  /** The columns of the running and partial products. */
  products?(columns: Column[]): Column[];
  /** The polynomial that is folded before this step; after the last, the final one. */
  folding?(polynomial: Polynomial, step: number): Polynomial;
}

/** A proof; valid if the table holds and the circuit's cap is that of its constants and sigmas. */
export function prove(circuit: Circuit, table: Table, cheat: Cheat = {}): Proof {
  const constants = [...table.constants, ...table.sigmas].map((column) => interpolate(column));
  const wires = table.wires.map((column) => interpolate(column));
  const publicInputsHash = hash(table.publicInputs);
  const trees = { constants: commit(circuit, constants), wires: commit(circuit, wires) };
  // What is not yet known does not enter the challenges that are drawn before it.
  let proof: Proof = {
    ...blank,
    wiresCap: trees.wires.cap,
    publicInputs: table.publicInputs,
  };
  const challenges = () => challengesOf(circuit, proof, publicInputsHash);

  const columns = productColumns(circuit, table, challenges().plonk);
  const products = (cheat.products?.(columns) ?? columns).map((c) => interpolate(c));
  const productsTree = commit(circuit, products);
  proof = { ...proof, productsCap: productsTree.cap };

  const root = field.rootOfUnity(circuit.degreeBits);
  const openingsAt = (open: (p: Column) => Extension, openNext: (p: Column) => Extension) => ({
    constants: constants.slice(0, circuit.constants).map(open),
    sigmas: constants.slice(circuit.constants).map(open),
    wires: wires.map(open),
    products: products.slice(0, circuit.challenges).map(open),
    productsNext: products.slice(0, circuit.challenges).map(openNext),
    partialProducts: products.slice(circuit.challenges).map(open),
  });

  const { plonk } = challenges();
  const points = pointsOf(circuit.pointBits, field.GENERATOR);
  const quotientValues = points.map((x) => {
    const openings: Openings = {
      ...openingsAt(
        (p) => ext.embed(at(p, x)),
        (p) => ext.embed(at(p, field.multiply(x, root))),
      ),
      quotients: [],
    };
    const zeta = ext.embed(x);
    const terms = constraintsAt(circuit, openings, publicInputsHash, { ...plonk, zeta });
    const zero = field.subtract(field.powerOfTwo(x, circuit.degreeBits), 1n);
    return plonk.alphas.map(
      (alpha) => (ext.evaluate(terms, ext.embed(alpha))[0] * field.inverse(zero)) % field.P,
    );
  });
  const rows = 2 ** circuit.degreeBits;
  const quotients = plonk.alphas.flatMap((_, k) => {
    const ordered = points.map((_, i) => quotientValues[reversed(i, circuit.pointBits)]![k]!);
    const whole = interpolate(ordered, field.GENERATOR);
    return Array.from({ length: circuit.quotientDegreeFactor }, (_, i) =>
      whole.slice(i * rows, (i + 1) * rows),
    );
  });
  const quotientsTree = commit(circuit, quotients);
  proof = { ...proof, quotientsCap: quotientsTree.cap };

  const { zeta } = challenges().plonk;
  const zetaNext = ext.scale(zeta, root);
  const openings: Openings = {
    ...openingsAt(
      (p) => atExtension(p, zeta),
      (p) => atExtension(p, zetaNext),
    ),
    quotients: quotients.map((p) => atExtension(p, zeta)),
  };
  proof = { ...proof, openings };

  const { alpha } = challenges().fri;
  const claimed = (polynomials: readonly Column[], values: Polynomial, point: Extension) => {
    const sum = polynomials[0]!.map((_, i) =>
      ext.evaluate(
        polynomials.map((p) => ext.embed(p[i]!)),
        alpha,
      ),
    );
    const value = ext.evaluate(values, alpha);
    return divided([ext.subtract(sum[0]!, value), ...sum.slice(1)], point);
  };
  const all = [...constants, ...wires, ...products, ...quotients];
  const first = claimed(all, openedAtZeta(openings), zeta);
  const second = claimed(products.slice(0, circuit.challenges), openings.productsNext, zetaNext);
  const shift = ext.product(new Array<Extension>(circuit.challenges).fill(alpha));
  let remaining: Polynomial = first.map((c, i) => ext.add(ext.multiply(c, shift), second[i]!));

  const layers: Tree[] = [];
  let bits = circuit.pointBits;
  let coset = field.GENERATOR;
  for (const [i, arityBits] of circuit.fri.reductionArityBits.entries()) {
    remaining = cheat.folding?.(remaining, i) ?? remaining;
    const values = pointsOf(bits, coset).map((x) => ext.evaluate(remaining, ext.embed(x)));
    const arity = 2 ** arityBits;
    const leaves = Array.from({ length: values.length / arity }, (_, k) =>
      values.slice(k * arity, (k + 1) * arity).flat(),
    );
    layers.push(new Tree(leaves, circuit.fri.capHeight));
    proof = { ...proof, foldingCaps: layers.map(({ cap }) => cap) };
    const beta = challenges().fri.betas[i]!;
    const whole = remaining;
    remaining = Array.from({ length: whole.length / arity }, (_, k) =>
      ext.evaluate(whole.slice(k * arity, (k + 1) * arity), beta),
    );
    bits -= arityBits;
    coset = field.powerOfTwo(coset, arityBits);
  }
  proof = { ...proof, finalPolynomial: cheat.folding?.(remaining, layers.length) ?? remaining };

  const isWork = () =>
    challenges().fri.proofOfWork >> BigInt(64 - circuit.fri.proofOfWorkBits) === 0n;
  while (!isWork()) proof = { ...proof, proofOfWork: proof.proofOfWork + 1n };

  const queries = challenges().fri.indices.map((index) => {
    let position = index;
    return {
      trees: {
        constants: trees.constants.show(index),
        wires: trees.wires.show(index),
        products: productsTree.show(index),
        quotients: quotientsTree.show(index),
      },
      steps: layers.map((layer, i) => {
        position >>= circuit.fri.reductionArityBits[i]!;
        const { leaf, siblings } = layer.show(position);
        const evaluations = Array.from({ length: leaf.length / 2 }, (_, k): Extension => [
          leaf[2 * k]!,
          leaf[2 * k + 1]!,
        ]);
        return { evaluations, siblings };
      }),
    };
  });
  return { ...proof, queries };
}

const blank: Proof = {
  wiresCap: [],
  productsCap: [],
  quotientsCap: [],
  openings: {
    constants: [],
    sigmas: [],
    wires: [],
    products: [],
    productsNext: [],
    partialProducts: [],
    quotients: [],
  },
  foldingCaps: [],
  queries: [],
  finalPolynomial: [],
  proofOfWork: 0n,
  publicInputs: [],
};

/** The running products of all repetitions, then all their partial products. */
function productColumns(
  circuit: Circuit,
  { sigmas, wires }: Table,
  { betas, gammas }: { betas: readonly bigint[]; gammas: readonly bigint[] },
): Column[] {
  const { degreeBits, routedWires, quotientDegreeFactor, shifts } = circuit;
  const root = field.rootOfUnity(degreeBits);
  const repetitions = betas.map((beta, k) => {
    let running = 1n;
    const rows = Array.from({ length: 2 ** degreeBits }, (_, row) => {
      const x = field.power(root, BigInt(row));
      const values = [running];
      for (let j = 0; j < routedWires; j++) {
        const wire = wires[j]![row]! + gammas[k]!;
        const own = (wire + beta * ((shifts[j]! * x) % field.P)) % field.P;
        const connected = (wire + beta * sigmas[j]![row]!) % field.P;
        running = (((running * own) % field.P) * field.inverse(connected)) % field.P;
        if ((j + 1) % quotientDegreeFactor === 0) values.push(running);
      }
      return values.slice(0, 1 + circuit.partialProducts);
    });
    return rows[0]!.map((_, i) => rows.map((values) => values[i]!));
  });
  return [
    ...repetitions.map((columns) => columns[0]!),
    ...repetitions.flatMap((columns) => columns.slice(1)),
  ];
}

/** By X − point, with as many coefficients; what remains is lost. */
function divided(polynomial: Polynomial, point: Extension): Polynomial {
  let carry = ext.ZERO;
  return polynomial
    .map((_, i, all) => {
      const quotient = carry;
      carry = ext.add(all[all.length - 1 - i]!, ext.multiply(carry, point));
      return quotient;
    })
    .reverse();
}
