import { concat, type Bytes } from '../../crypto/bytes.ts';
import { toCbor } from '../../crypto/cbor.ts';
import { taggedHash, tags } from '../../crypto/tagged-hash.ts';
import { circuitOf, type Circuit, type CircuitData } from './circuit.ts';
import { toBytes } from './goldilocks.ts';

/**
 * The burn circuit of 0BTC Wire, as Plonky2 1.1.0 builds it with its standard configuration for
 * recursion. It stands here and is never taken from a request: a proof says something only about the
 * circuit it was verified with.
 */
export const burnCircuitData: CircuitData = {
  wires: 135,
  routedWires: 80,
  gateConstants: 2,
  challenges: 2,
  quotientDegreeFactor: 8,
  degreeBits: 11,
  publicInputs: 25,
  gates: [
    'NoopGate',
    'ConstantGate { num_consts: 2 }',
    'PublicInputGate',
    'BaseSumGate { num_limbs: 63 } + Base: 2',
    'ArithmeticGate { num_ops: 20 }',
    'MulExtensionGate { num_ops: 13 }',
    'PoseidonGate(PhantomData<plonky2_field::goldilocks_field::GoldilocksField>)<WIDTH=12>',
  ],
  selectors: [
    { start: 0, end: 6 },
    { start: 6, end: 7 },
  ],
  fri: {
    rateBits: 3,
    capHeight: 4,
    proofOfWorkBits: 16,
    queries: 28,
    reductionArityBits: [4, 4],
    strategy: [4, 5],
  },
  digest: [0x6140feddbcacdde5n, 0xe2086e3b6546c0e9n, 0x701a8fee5c11afa8n, 0xd4b7dc66c6e8c334n],
  constantsCap: [
    [0xaad9e230cfc9ef46n, 0x4ccf57f02deae779n, 0x5a81d02c487fa06dn, 0x82506575cb1ee0d9n],
    [0xd09ac6ae5c4498bcn, 0x38983a9f75de7fc9n, 0xda9ea751f95cdd50n, 0xeff4dc034074ab1an],
    [0x37b90a1164cda252n, 0x3de83efb0657668bn, 0xb315ff796c694167n, 0x642e4d5c8ef3553dn],
    [0x76ce4d6def448c3dn, 0xbb349dafc6847f15n, 0x0dce3bd0dfd22d06n, 0xea3e3cee04a1e8acn],
    [0xdc75ad305181045cn, 0x758355ff5d34c960n, 0x36e8c869834de6dan, 0x388eebe91ba57deen],
    [0xdba5f69caf64288dn, 0xa176f006415ac0cen, 0x5db121296747be19n, 0x7dab3f861d3ea079n],
    [0x0205807b7ae50a39n, 0x1ca5f5527eefa1ebn, 0x271b05d70a2f8888n, 0x0ea9c9100002094dn],
    [0x58fb4cf1d5b32c5an, 0xa27d6182e161f7b4n, 0x2ba11058e5fba664n, 0xe5199d7aa41f29b3n],
    [0x6b06026a117c30den, 0x9f03e24c70eccf11n, 0x4e1dc8420b873474n, 0x155387b0ee1084bcn],
    [0x46840b7138df0b95n, 0x8ffd633bd82d5862n, 0x276b04d8f7be2f08n, 0xbb327a391d90e636n],
    [0x9c68007e2494183cn, 0x28de6166c70fcb19n, 0x84a6e4ffd049eacan, 0x0004ddaa8f5baa15n],
    [0x1679719a7a0261ban, 0xe9273d693a017ad3n, 0x22c728ac73d97ef8n, 0x580f8ff18f216a45n],
    [0x4bb696aac48cf6ddn, 0xfff1aabf510f1246n, 0xdbf3db0675d7badan, 0x04e480690a0d080fn],
    [0xdf092d3687a4344cn, 0x08cb995d97edfeefn, 0xd72fa7d574b6ae54n, 0x8b7940f9ed4e5a51n],
    [0x6c547fb08e8b9909n, 0x1222d6dbe5a64672n, 0x213991be51674908n, 0x7906137b3876cae1n],
    [0x1be9aa8d94a39608n, 0x2f572bc7c02233fcn, 0x579322afd6167b70n, 0x70e5f86ab39f1e8bn],
  ],
};

function pinned(): Circuit {
  const circuit = circuitOf(burnCircuitData);
  if (typeof circuit === 'string') throw new Error(`burn circuit: ${circuit}`);
  return circuit;
}

export const burnCircuit = pinned();

/** Names the circuit: a hash of all that stands here, 32 bytes. */
export const burnCircuitId: Bytes = taggedHash(
  tags.burnCircuit,
  toCbor({
    ...burnCircuitData,
    fri: { ...burnCircuitData.fri },
    selectors: burnCircuitData.selectors.map((selector) => ({ ...selector })),
    digest: concat(...burnCircuitData.digest.map(toBytes)),
    constantsCap: concat(...burnCircuitData.constantsCap.flat().map(toBytes)),
  }),
);
