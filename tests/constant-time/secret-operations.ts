/** The engine's operations that handle secrets. */
import type { Suite } from '../../src/lib/wasm/group.ts';

export const suites: readonly Suite[] = ['secp256k1', 'ed25519'];

/** Engine exports that see a secret; everything else takes public values only. */
export const secretOperations: readonly string[] = [
  'wipe',
  ...suites.flatMap((suite) =>
    [
      'ScalarIsCanonical',
      'ScalarReduceWide',
      'ScalarAdd',
      'ScalarNegate',
      'ScalarMul',
      'ScalarInvert',
      'ScalarHornerStart',
      'ScalarHornerStep',
      'MulBase',
      'Mul',
    ].map((name) => suite + name),
  ),
];
