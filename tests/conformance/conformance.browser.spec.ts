import { describe } from 'vitest';
import { conformInBrowser, implementations } from '../support/browser.ts';
import { bip445Vectors } from './bip445.ts';
import { bitcoinKeyVectors } from './bitcoin-keys.ts';
import { chilldkgVectors } from './chilldkg.ts';
import { cocktailVectors } from './cocktail.ts';
import { ed25519Vectors } from './ed25519.ts';
import { interop } from './interop.ts';
import { knownAnswers } from './known-answers.ts';
import { rfc9591Vectors } from './rfc9591.ts';

// The same suites as in Node, in a real browser.
describe.each(implementations)('known answers, $name', knownAnswers);
describe.each(implementations)('interoperation, $name', interop);

for (const suite of [
  chilldkgVectors,
  bip445Vectors,
  rfc9591Vectors,
  cocktailVectors,
  ed25519Vectors,
  bitcoinKeyVectors,
])
  await conformInBrowser(suite);
