/** Every set of official vectors, for runners that take them all. */
import { bip445Vectors } from './bip445.ts';
import { bitcoinKeyVectors } from './bitcoin-keys.ts';
import { bitcoinTransactionVectors } from './bitcoin-transactions.ts';
import { chilldkgVectors } from './chilldkg.ts';
import { cocktailVectors } from './cocktail.ts';
import { ed25519Vectors } from './ed25519.ts';
import { plonky2Vectors } from './plonky2.ts';
import { rfc9591Vectors } from './rfc9591.ts';
import { slip39Vectors } from './slip39.ts';
import { spvVectors } from './spv.ts';
import { watchOnlyVectors } from './watch-only.ts';
import { wireVectors } from './wire.ts';

export const suites = [
  chilldkgVectors,
  bip445Vectors,
  plonky2Vectors,
  rfc9591Vectors,
  cocktailVectors,
  ed25519Vectors,
  bitcoinKeyVectors,
  bitcoinTransactionVectors,
  slip39Vectors,
  spvVectors,
  watchOnlyVectors,
  wireVectors,
];
