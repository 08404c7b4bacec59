import type { CircuitData } from '../../src/lib/wire/plonky2/circuit.ts';
import type { Extension } from '../../src/lib/wire/plonky2/extension.ts';
import type { Cap, Digest } from '../../src/lib/wire/plonky2/hashing.ts';
import type { Layout } from '../../src/lib/wire/plonky2/layout.ts';
import type { Proof } from '../../src/lib/wire/plonky2/proof.ts';

/* What Plonky2 writes as JSON, and proofs written as bytes. The app itself reads bytes alone. */

/** JSON with every integer as a bigint: elements do not fit into a number. */
export function exactJson(text: string): unknown {
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|\d+/g, (token) =>
    token.startsWith('"') ? token : `"#${token}"`,
  );
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith('#') ? BigInt(value.slice(1)) : value,
  );
}

interface HashJson {
  elements: Digest;
}
const capOf = (cap: readonly HashJson[]): Cap => cap.map(({ elements }) => elements);

interface ProofJson {
  proof: {
    wires_cap: HashJson[];
    plonk_zs_partial_products_cap: HashJson[];
    quotient_polys_cap: HashJson[];
    openings: Record<
      | 'constants'
      | 'plonk_sigmas'
      | 'wires'
      | 'plonk_zs'
      | 'plonk_zs_next'
      | 'partial_products'
      | 'quotient_polys',
      Extension[]
    >;
    opening_proof: {
      commit_phase_merkle_caps: HashJson[][];
      query_round_proofs: {
        initial_trees_proof: { evals_proofs: [bigint[], { siblings: HashJson[] }][] };
        steps: { evals: Extension[]; merkle_proof: { siblings: HashJson[] } }[];
      }[];
      final_poly: { coeffs: Extension[] };
      pow_witness: bigint;
    };
  };
  public_inputs: bigint[];
}

/** `ProofWithPublicInputs` as JSON. */
export function proofFromJson(text: string): Proof {
  const { proof, public_inputs } = exactJson(text) as ProofJson;
  const { openings, opening_proof } = proof;
  return {
    wiresCap: capOf(proof.wires_cap),
    productsCap: capOf(proof.plonk_zs_partial_products_cap),
    quotientsCap: capOf(proof.quotient_polys_cap),
    openings: {
      constants: openings.constants,
      sigmas: openings.plonk_sigmas,
      wires: openings.wires,
      products: openings.plonk_zs,
      productsNext: openings.plonk_zs_next,
      partialProducts: openings.partial_products,
      quotients: openings.quotient_polys,
    },
    foldingCaps: opening_proof.commit_phase_merkle_caps.map(capOf),
    queries: opening_proof.query_round_proofs.map(({ initial_trees_proof, steps }) => {
      const [constants, wires, products, quotients] = initial_trees_proof.evals_proofs.map(
        ([leaf, { siblings }]) => ({ leaf, siblings: capOf(siblings) }),
      );
      return {
        trees: {
          constants: constants!,
          wires: wires!,
          products: products!,
          quotients: quotients!,
        },
        steps: steps.map(({ evals, merkle_proof }) => ({
          evaluations: evals,
          siblings: capOf(merkle_proof.siblings),
        })),
      };
    }),
    finalPolynomial: opening_proof.final_poly.coeffs,
    proofOfWork: opening_proof.pow_witness,
    publicInputs: public_inputs,
  };
}

interface CommonJson {
  config: Record<'num_wires' | 'num_routed_wires' | 'num_constants' | 'num_challenges', bigint>;
  fri_params: {
    config: {
      rate_bits: bigint;
      cap_height: bigint;
      proof_of_work_bits: bigint;
      num_query_rounds: bigint;
      reduction_strategy: { ConstantArityBits: [bigint, bigint] };
    };
    degree_bits: bigint;
    reduction_arity_bits: bigint[];
  };
  gates: string[];
  selectors_info: { selector_indices: bigint[]; groups: { start: bigint; end: bigint }[] };
  quotient_degree_factor: bigint;
  num_gate_constraints: bigint;
  num_constants: bigint;
  num_public_inputs: bigint;
  k_is: bigint[];
  num_partial_products: bigint;
}

/** `CommonCircuitData` and `VerifierOnlyCircuitData` as JSON: the circuit, and what follows from it there. */
export function circuitFromJson(commonText: string, verifierText: string) {
  const common = exactJson(commonText) as CommonJson;
  const verifier = exactJson(verifierText) as {
    constants_sigmas_cap: HashJson[];
    circuit_digest: HashJson;
  };
  const { config, fri_params: fri, selectors_info: selectors } = common;
  const [arityBits, finalPolynomialBits] = fri.config.reduction_strategy.ConstantArityBits;
  const data: CircuitData = {
    wires: Number(config.num_wires),
    routedWires: Number(config.num_routed_wires),
    gateConstants: Number(config.num_constants),
    challenges: Number(config.num_challenges),
    quotientDegreeFactor: Number(common.quotient_degree_factor),
    degreeBits: Number(fri.degree_bits),
    publicInputs: Number(common.num_public_inputs),
    gates: common.gates,
    selectors: selectors.groups.map(({ start, end }) => ({
      start: Number(start),
      end: Number(end),
    })),
    fri: {
      rateBits: Number(fri.config.rate_bits),
      capHeight: Number(fri.config.cap_height),
      proofOfWorkBits: Number(fri.config.proof_of_work_bits),
      queries: Number(fri.config.num_query_rounds),
      reductionArityBits: fri.reduction_arity_bits.map(Number),
      strategy: [Number(arityBits), Number(finalPolynomialBits)],
    },
    digest: verifier.circuit_digest.elements,
    constantsCap: capOf(verifier.constants_sigmas_cap),
  };
  return {
    data,
    derived: {
      constants: Number(common.num_constants),
      constraints: Number(common.num_gate_constraints),
      partialProducts: Number(common.num_partial_products),
      shifts: common.k_is,
      selectors: selectors.selector_indices.map(Number),
    },
  };
}

/** The bytes of a value that fits its layout. */
export function write(layout: Layout, value: unknown): Uint8Array {
  const bytes: number[] = [];
  const little = (number: bigint, length: number) => {
    for (let i = 0; i < length; i++) bytes.push(Number((number >> BigInt(8 * i)) & 0xffn));
  };
  const next = (part: Layout, item: unknown): void => {
    if (part === 'element') {
      little(item as bigint, 8);
    } else if ('parts' in part) {
      for (const [name, inner] of Object.entries(part.parts))
        next(inner, (item as Record<string, unknown>)[name]);
    } else {
      little(BigInt(part.items.length), part.lengthBytes);
      part.items.forEach((inner, i) => next(inner, (item as unknown[])[i]));
    }
  };
  next(layout, value);
  return Uint8Array.from(bytes);
}
