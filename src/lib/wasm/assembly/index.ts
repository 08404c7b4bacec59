/** What the engine exports. Operands and results lie in IO (memory.ts). */
import { HEAP, IO } from './memory';

export const io: usize = IO;
export const heap: usize = HEAP;
export { isWiped, reserve, wipe } from './memory';

export {
  isCanonical as secp256k1ScalarIsCanonical,
  reduceWide as secp256k1ScalarReduceWide,
  add as secp256k1ScalarAdd,
  negate as secp256k1ScalarNegate,
  mul as secp256k1ScalarMul,
  invert as secp256k1ScalarInvert,
  hornerStart as secp256k1ScalarHornerStart,
  hornerStep as secp256k1ScalarHornerStep,
} from './generated/secp256k1-scalar';

export {
  isCanonical as ed25519ScalarIsCanonical,
  reduceWide as ed25519ScalarReduceWide,
  add as ed25519ScalarAdd,
  negate as ed25519ScalarNegate,
  mul as ed25519ScalarMul,
  invert as ed25519ScalarInvert,
  hornerStart as ed25519ScalarHornerStart,
  hornerStep as ed25519ScalarHornerStep,
} from './generated/ed25519-scalar';

export {
  start as secp256k1Start,
  decode as secp256k1Decode,
  add as secp256k1Add,
  negate as secp256k1Negate,
  mulBase as secp256k1MulBase,
  mul as secp256k1Mul,
  mulAdd as secp256k1MulAdd,
  multiScalar as secp256k1MultiScalar,
  polynomial as secp256k1Polynomial,
  schnorrBatch as secp256k1SchnorrBatch,
} from './secp256k1/operations';

export {
  start as ed25519Start,
  decode as ed25519Decode,
  add as ed25519Add,
  negate as ed25519Negate,
  mulBase as ed25519MulBase,
  mul as ed25519Mul,
  mulAdd as ed25519MulAdd,
  multiScalar as ed25519MultiScalar,
  polynomial as ed25519Polynomial,
  schnorrBatch as ed25519SchnorrBatch,
} from './ed25519/operations';
