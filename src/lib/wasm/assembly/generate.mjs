/**
 * Writes assembly/generated/: the unrolled limb code. The build runs it before every compilation and
 * the result is not committed, so this generator is the source and the two cannot differ.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { ed25519Constants, secp256k1Constants } from './generator/constants.mjs';
import { fieldModule } from './generator/field.mjs';
import { limbsModule } from './generator/limbs.mjs';
import { lookupModule } from './generator/lookup.mjs';
import { orderModule } from './generator/order.mjs';
import { scalarModule } from './generator/scalar.mjs';

/** SEC 2 §2.4.1. */
const secp256k1 = {
  small: 2n ** 32n + 977n, // p = 2²⁵⁶ − small
  order: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
};
/** RFC 8032 §5.1. */
const ed25519 = {
  small: 19n, // p = 2²⁵⁵ − small
  order: 2n ** 252n + 27742317777372353535851937790883648493n,
};

const folder = join(fileURLToPath(new URL('.', import.meta.url)), 'generated');

mkdirSync(folder, { recursive: true });
const modules = {
  'limbs.ts': limbsModule(),
  'lookup.ts': lookupModule([80, 128, 160]),
  'secp256k1-field.ts': fieldModule(256, secp256k1.small),
  'ed25519-field.ts': fieldModule(255, ed25519.small),
  'secp256k1-order.ts': orderModule(secp256k1.order),
  'ed25519-order.ts': orderModule(ed25519.order),
  'secp256k1-constants.ts': secp256k1Constants(2n ** 256n - secp256k1.small, secp256k1.order),
  'ed25519-constants.ts': ed25519Constants(2n ** 255n - ed25519.small, ed25519.order),
  'secp256k1-scalar.ts': scalarModule(secp256k1.order, 'secp256k1-order', true),
  'ed25519-scalar.ts': scalarModule(ed25519.order, 'ed25519-order', false),
};
for (const [name, lines] of Object.entries(modules)) {
  writeFileSync(
    join(folder, name),
    ['// Made by generate.mjs at every build; change the generator, not this.', '', ...lines].join(
      '\n',
    ),
  );
}
