import type { Gate } from './gates/gate.ts';
import { arithmetic, mulExtension } from './gates/arithmetic.ts';
import { baseSum } from './gates/base-sum.ts';
import { poseidon } from './gates/poseidon.ts';
import { constant, noop, publicInput } from './gates/simple.ts';

/** The gates by the ids that Plonky2 gives them; the numbers in an id are the gate's parameters. */
const table: readonly (readonly [id: RegExp, gate: (...parameters: number[]) => Gate])[] = [
  [/^NoopGate$/, noop],
  [/^ConstantGate \{ num_consts: (\d+) \}$/, constant],
  [/^PublicInputGate$/, publicInput],
  [/^BaseSumGate \{ num_limbs: (\d+) \} \+ Base: (\d+)$/, baseSum],
  [/^ArithmeticGate \{ num_ops: (\d+) \}$/, arithmetic],
  [/^MulExtensionGate \{ num_ops: (\d+) \}$/, mulExtension],
  [
    /^PoseidonGate\(PhantomData<plonky2_field::goldilocks_field::GoldilocksField>\)<WIDTH=12>$/,
    poseidon,
  ],
];

/** The gate with this id, or undefined if there is none here. */
export function gateOf(id: string): Gate | undefined {
  for (const [pattern, gate] of table) {
    const match = pattern.exec(id);
    if (match) return gate(...match.slice(1).map(Number));
  }
  return undefined;
}
