import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { equal } from '../../src/lib/crypto/bytes.ts';
import { checkBurnProof } from '../../src/lib/wire/plonky2/burn-proof.ts';
import { proofLayout, readProof } from '../../src/lib/wire/plonky2/proof.ts';
import { verifyProof } from '../../src/lib/wire/plonky2/verify.ts';
import type { BurnProofJson } from '../conformance/plonky2.ts';
import { unhex } from '../support/hex.ts';
import { write } from '../support/plonky2.ts';
import { smallCircuit, smallTable } from '../support/plonky2-circuit.ts';
import { prove } from '../support/plonky2-prover.ts';
import type { FuzzTarget } from './fuzz-targets.ts';

const folder = process.env['CONCLAVE_VECTORS'];

/** What reads and verifies proofs: of a small circuit, and of a burn where the vectors are. */
export const plonky2Targets: FuzzTarget[] = [
  smallTarget(),
  ...(folder ? [burnTarget(folder)] : []),
];

function smallTarget(): FuzzTarget {
  const seed = write(proofLayout(smallCircuit), prove(smallCircuit, smallTable));
  return {
    name: 'a proof of a small circuit',
    seed,
    parse: (input) => {
      const proof = readProof(smallCircuit, input);
      return 'problem' in proof || verifyProof(smallCircuit, proof) ? undefined : proof;
    },
    // Every byte is committed to.
    mayAccept: (input) => equal(input, seed),
  };
}

function burnTarget(vectors: string): FuzzTarget {
  const file = readFileSync(join(vectors, 'plonky2/burn_forged_proof.json'), 'utf8');
  const seed = unhex((JSON.parse(file) as BurnProofJson).proof_bytes);
  return {
    name: 'a burn proof',
    seed,
    parse: (input) => {
      const result = checkBurnProof(input);
      return 'problem' in result ? undefined : result;
    },
    mayAccept: (input) => equal(input, seed),
  };
}
