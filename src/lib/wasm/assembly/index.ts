/** What the engine exports. Operands and results lie in IO (memory.ts). */
import { IO } from './memory';

export const io: usize = IO;
export { isWiped, wipe } from './memory';

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
  mulBase as secp256k1MulBase,
  mul as secp256k1Mul,
} from './secp256k1/operations';
