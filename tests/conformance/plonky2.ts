import { expect } from 'vitest';
import { taggedHash, tags } from '../../src/lib/crypto/tagged-hash.ts';
import { burnCircuit, burnCircuitData } from '../../src/lib/wire/plonky2/burn-circuit.ts';
import {
  BURN_PROOF_BYTES,
  burnInputs,
  checkBurnProof,
} from '../../src/lib/wire/plonky2/burn-proof.ts';
import { circuitOf, type Circuit, type CircuitData } from '../../src/lib/wire/plonky2/circuit.ts';
import { permute, WIDTH } from '../../src/lib/wire/plonky2/poseidon.ts';
import * as constants from '../../src/lib/wire/plonky2/poseidon-constants.ts';
import { proofLayout, readProof, type Proof } from '../../src/lib/wire/plonky2/proof.ts';
import { verifyProof } from '../../src/lib/wire/plonky2/verify.ts';
import type { Conformance } from '../support/conformance.ts';
import { unhex } from '../support/hex.ts';
import { circuitFromJson, proofFromJson, write } from '../support/plonky2.ts';

const poseidon = 'plonky2/poseidon-goldilocks.json';
const burn = 'plonky2/burn_forged_proof.json';
const proofJson = 'plonky2/proof_with_public_inputs.json';
const common = 'plonky2/common_circuit_data.json';
const verifier = 'plonky2/verifier_only_circuit_data.json';
const source = 'made by 0BTC Wire’s own burn circuit on Plonky2 1.1.0';

export interface BurnProofJson {
  public_inputs: string[];
  proof_bytes: string;
}

const circuitWith = (changes: Partial<CircuitData>): Circuit => {
  const circuit = circuitOf({ ...burnCircuitData, ...changes });
  if (typeof circuit === 'string') throw new Error(circuit);
  return circuit;
};

/** Poseidon, and a proof in bytes. It was made without any secret; it is a valid proof all the same. */
export const plonky2Vectors: Conformance = {
  name: 'Plonky2',
  source,
  files: [poseidon, burn],
  cases: { [poseidon]: 3, [burn]: 3 },
  run(_, load, check) {
    const table = load(poseidon) as Record<'MDS_MATRIX_CIRC' | 'MDS_MATRIX_DIAG' | 'ARC', string[]>;
    check(poseidon, 'matrix', () => {
      expect(table.MDS_MATRIX_CIRC.map(Number)).toEqual(constants.MDS_CIRCULANT);
      expect(table.MDS_MATRIX_DIAG.map(Number)).toEqual(
        Array.from({ length: WIDTH }, (_, i) => (i === 0 ? constants.MDS_FIRST_DIAGONAL : 0)),
      );
    });
    check(poseidon, 'round constants', () => {
      expect(table.ARC.map(BigInt)).toEqual(constants.ROUND_CONSTANTS);
    });
    check(poseidon, 'known permutations', () => {
      const zeros = permute(new Array<bigint>(WIDTH).fill(0n));
      expect(zeros[0]).toBe(0x3c18_a978_6cb0_b359n);
      expect(zeros[11]).toBe(0x1792_b1c4_3421_09d7n);
      const counted = permute(Array.from({ length: WIDTH }, (_, i) => BigInt(i)));
      expect(counted[0]).toBe(0xd64e_1e3e_fc5b_8e9en);
    });

    const json = load(burn) as BurnProofJson;
    const bytes = unhex(json.proof_bytes);
    const publicInputs = json.public_inputs.map(BigInt);
    check(burn, 'a valid proof', () => {
      expect(bytes).toHaveLength(BURN_PROOF_BYTES);
      const proof = readProof(burnCircuit, bytes) as Proof;
      expect(proof.publicInputs).toEqual(publicInputs);
      expect(verifyProof(burnCircuit, proof)).toBeUndefined();
      expect(write(proofLayout(burnCircuit), proof)).toEqual(bytes);
    });
    check(burn, 'what it says', () => {
      expect(checkBurnProof(bytes)).toEqual({
        hash: taggedHash(tags.burnProof, bytes),
        inputs: burnInputs(publicInputs),
      });
      expect(burnInputs(publicInputs)).toMatchObject({ amount: 2_100_000_000_000_000 });
    });
    check(burn, 'not for a transcript that observes other parameters', () => {
      const proof = readProof(burnCircuit, bytes) as Proof;
      const { fri } = burnCircuitData;
      const others: Partial<CircuitData>[] = [
        { fri: { ...fri, strategy: [4, 6] } },
        { fri: { ...fri, proofOfWorkBits: 15 } },
        { digest: [...burnCircuitData.digest.slice(1), burnCircuitData.digest[0]!] },
      ];
      for (const other of others)
        expect(verifyProof(circuitWith(other), proof)?.problem).toBe('vanishing');
    });
  },
};

/** The circuit and the same proof as JSON; its numbers do not fit into a number, so it is read as text. */
export const plonky2JsonVectors: Conformance = {
  name: 'Plonky2’s JSON',
  source,
  files: [proofJson, common, verifier],
  cases: { [proofJson]: 1, [common]: 2, [verifier]: 1 },
  run(_, load, check) {
    const { data, derived } = circuitFromJson(load(common) as string, load(verifier) as string);
    check(proofJson, 'a valid proof', () => {
      const proof = proofFromJson(load(proofJson) as string);
      expect(verifyProof(burnCircuit, proof)).toBeUndefined();
      expect(checkBurnProof(write(proofLayout(burnCircuit), proof))).toHaveProperty('inputs');
    });
    check(common, 'the pinned circuit', () => {
      expect(data).toEqual(burnCircuitData);
    });
    check(common, 'what follows from it', () => {
      const { rows, constants, constraints, partialProducts, shifts } = burnCircuit;
      const selectors = rows.map(({ selector }) => selector);
      expect({ constants, constraints, partialProducts, shifts, selectors }).toEqual(derived);
    });
    check(verifier, 'digest and cap', () => {
      expect(burnCircuit.digest).toEqual(data.digest);
      expect(burnCircuit.constantsCap).toEqual(data.constantsCap);
    });
  },
};
