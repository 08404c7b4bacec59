import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { burnCircuit } from '../../src/lib/wire/plonky2/burn-circuit.ts';
import type { Circuit } from '../../src/lib/wire/plonky2/circuit.ts';
import { P } from '../../src/lib/wire/plonky2/goldilocks.ts';
import {
  proofLayout,
  proofLength,
  readProof,
  type Proof,
} from '../../src/lib/wire/plonky2/proof.ts';
import { verifyProof } from '../../src/lib/wire/plonky2/verify.ts';
import type { BurnProofJson } from '../conformance/plonky2.ts';
import { unhex } from '../support/hex.ts';
import { write } from '../support/plonky2.ts';
import { rowOf, smallCircuit, smallTable } from '../support/plonky2-circuit.ts';
import { prove, type Cheat } from '../support/plonky2-prover.ts';

/*
 * Proofs with one thing changed are refused, and the fault names the place: those of a small circuit,
 * made here, and the burn proof of the vectors.
 */

type Path = readonly (string | number)[];
type Tree = bigint | readonly Tree[] | { readonly [name: string]: Tree };

const small = prove(smallCircuit, smallTable);
const subjects: [name: string, circuit: Circuit, proof: Proof][] = [['small', smallCircuit, small]];
const folder = process.env['CONCLAVE_VECTORS'];
if (folder) {
  const file = readFileSync(join(folder, 'plonky2/burn_forged_proof.json'), 'utf8');
  const bytes = unhex((JSON.parse(file) as BurnProofJson).proof_bytes);
  subjects.push(['burn', burnCircuit, readProof(burnCircuit, bytes) as Proof]);
} else {
  console.info('Skipped: mutations of a burn proof: set CONCLAVE_VECTORS');
}

/** As the verifier writes a place. */
const nameOf = (path: Path) =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');

const child = (tree: Tree, step: string | number) => (tree as Record<string | number, Tree>)[step]!;

/** A copy in which one part is another. */
function changed(tree: Tree, [step, ...rest]: Path, change: (part: Tree) => Tree): Tree {
  if (step === undefined) return change(tree);
  const inner = changed(child(tree, step), rest, change);
  return Array.isArray(tree)
    ? (tree as readonly Tree[]).map((item, i) => (i === step ? inner : item))
    : { ...(tree as Record<string, Tree>), [step]: inner };
}
const mutant = (proof: Proof, path: Path, change: (part: Tree) => Tree): Proof =>
  changed(proof as unknown as Tree, path, change) as unknown as Proof;

/** Paths to all lists and elements; of each list its first and its last item alone. */
function paths(tree: Tree, path: Path = []): { lists: Path[]; elements: Path[] } {
  if (typeof tree === 'bigint') return { lists: [], elements: [path] };
  const isList = Array.isArray(tree);
  const steps = isList ? [...new Set([0, tree.length - 1])] : Object.keys(tree);
  const inner = steps.map((step) => paths(child(tree, step), [...path, step]));
  return {
    lists: [...(isList ? [path] : []), ...inner.flatMap(({ lists }) => lists)],
    elements: inner.flatMap(({ elements }) => elements),
  };
}

/** What must be said of a proof with another element at this place. */
function expected([part, ...rest]: Path): { problems: string[]; detail: RegExp } {
  if (part !== 'queries') {
    const early = /^(publicInputs|openings|wiresCap|productsCap|quotientsCap)$/.test(String(part));
    // What is observed last decides where is looked, so that nothing there fits any more.
    return early
      ? { problems: ['vanishing'], detail: /^[01]$/ }
      : { problems: ['proof-of-work', 'merkle'], detail: /^$|^queries\[0\]\.trees\.constants$/ };
  }
  const [query, where, which] = rest as [number, string, string | number];
  const place = nameOf(['queries', query, where, which]);
  return {
    problems: where === 'steps' ? ['merkle', 'fri-consistency'] : ['merkle'],
    detail: new RegExp(`^${place.replace(/[[\].]/g, '\\$&')}$`),
  };
}

describe.each(subjects)('a changed proof of the %s circuit', (_, circuit, proof) => {
  const { lists, elements } = paths(proof as unknown as Tree);
  const layout = proofLayout(circuit);
  const bytes = write(layout, proof);

  it('unchanged, it is valid and read from its bytes', () => {
    expect(verifyProof(circuit, proof)).toBeUndefined();
    expect(readProof(circuit, bytes)).toEqual(proof);
  });

  it('another element anywhere', { timeout: 120_000 }, () => {
    expect(elements.length).toBeGreaterThan(80);
    for (const path of elements) {
      const fault = verifyProof(
        circuit,
        mutant(proof, path, (element) => ((element as bigint) + 1n) % P),
      );
      const { problems, detail } = expected(path);
      expect(problems, nameOf(path)).toContain(fault?.problem);
      expect(fault?.detail, nameOf(path)).toMatch(detail);
    }
  });

  it('an element too large anywhere, or none', () => {
    for (const path of elements)
      for (const [element, problem] of [
        [P, 'element'],
        [2n ** 64n - 1n, 'element'],
        [-1n, 'element'],
        [[], 'shape'],
      ] as const)
        expect(
          verifyProof(
            circuit,
            mutant(proof, path, () => element),
          ),
        ).toEqual({
          problem,
          detail: nameOf(path),
        });
  });

  it('a list one shorter, one longer, or none', () => {
    for (const path of lists) {
      const refused = { problem: 'shape', detail: nameOf(path) };
      const with_ = (change: (list: readonly Tree[]) => Tree) =>
        verifyProof(
          circuit,
          mutant(proof, path, (list) => change(list as readonly Tree[])),
        );
      expect(with_((list) => list.slice(1))).toEqual(refused);
      expect(with_((list) => [...list, list[0]!])).toEqual(refused);
      expect(with_(() => 0n)).toEqual(refused);
    }
  });

  it('an element too large in bytes', () => {
    const large = write(
      layout,
      mutant(proof, ['openings', 'wires', 3, 1], () => P),
    );
    expect(verifyProof(circuit, readProof(circuit, large) as Proof)).toEqual({
      problem: 'element',
      detail: 'openings.wires[3][1]',
    });
  });

  it('bytes of another length, or with another length of a list in them', () => {
    expect(bytes).toHaveLength(proofLength(circuit));
    for (const other of [bytes.slice(1), bytes.slice(0, -1), Uint8Array.of(...bytes, 0)])
      expect(readProof(circuit, other)).toEqual({
        problem: 'length',
        detail: String(other.length),
      });
    const countAt = bytes.length - 8 * circuit.publicInputs - 8;
    for (const at of [countAt, countAt + 7]) {
      const other = bytes.slice();
      other[at]!++;
      expect(readProof(circuit, other)).toEqual({ problem: 'shape', detail: 'publicInputs' });
    }
  });
});

describe('a dishonest prover', () => {
  const rowWith = (row: number, wire: number) => ({
    ...smallTable,
    wires: smallTable.wires.map((column, i) =>
      i === wire ? column.map((x, k) => (k === row ? (x + 1n) % P : x)) : column,
    ),
  });

  it.each(Object.entries(rowOf))('breaks %s', (_, row) => {
    const proof = prove(smallCircuit, rowWith(row, 1));
    expect(verifyProof(smallCircuit, proof)).toEqual({ problem: 'vanishing', detail: '0' });
  });

  it.each<[string, Cheat]>([
    ['', {}],
    // Zeros satisfy every step of a running product but its beginning.
    [', and products of zeros', { products: (columns) => columns.map((c) => c.map(() => 0n)) }],
  ])('gives connected wires different values%s', (_, cheat) => {
    // In an arithmetic row that still holds.
    const { wires, constants } = smallTable;
    const at = (i: number) => wires[i]![rowOf.arithmetic]!;
    const [c0, c1] = constants.slice(2).map((column) => column[rowOf.arithmetic]!) as [
      bigint,
      bigint,
    ];
    const values = new Map([
      [0, at(0) + 1n],
      [3, ((at(0) + 1n) * at(1) * c0 + at(2) * c1) % P],
    ]);
    const table = {
      ...smallTable,
      wires: wires.map((column, i) =>
        column.map((x, row) => (row === rowOf.arithmetic ? (values.get(i) ?? x) : x)),
      ),
    };
    const proof = prove(smallCircuit, table, cheat);
    expect(verifyProof(smallCircuit, proof)).toEqual({ problem: 'vanishing', detail: '0' });
  });

  it('claims other public inputs', () => {
    const proof = prove(smallCircuit, { ...smallTable, publicInputs: [1n, 2n, 3n] });
    expect(verifyProof(smallCircuit, proof)).toEqual({ problem: 'vanishing', detail: '0' });
  });

  it('proves another circuit', () => {
    // A constant in a row that says nothing: all constraints hold.
    const constants = smallTable.constants.map((column, i) =>
      i === 2 ? column.map((x, row) => (row === 9 ? x - 1n : x)) : column,
    );
    const proof = prove(smallCircuit, { ...smallTable, constants });
    expect(verifyProof(smallCircuit, proof)).toEqual({
      problem: 'merkle',
      detail: 'queries[0].trees.constants',
    });
  });

  it.each([
    [0, { problem: 'fri-consistency', detail: 'queries[0].steps[0]' }],
    [1, { problem: 'fri-consistency', detail: 'queries[0].steps[1]' }],
    [2, { problem: 'final-polynomial', detail: 'queries[0]' }],
  ])('goes on with another polynomial at step %i', (at, fault) => {
    const proof = prove(smallCircuit, smallTable, {
      folding: (polynomial, step) => (step === at ? polynomial.map(() => [1n, 2n]) : polynomial),
    });
    expect(verifyProof(smallCircuit, proof)).toEqual(fault);
  });

  it('does not work', () => {
    for (let extra = 1n; extra < 8n; extra++) {
      const lazy = { ...small, proofOfWork: small.proofOfWork + extra };
      const fault = verifyProof(smallCircuit, lazy);
      if (fault?.problem === 'proof-of-work') return;
      expect(fault?.problem).toBe('merkle');
    }
    expect.unreachable();
  });
});
