/**
 * Writes assembly/generated/: the unrolled limb code. The build runs it before every compilation and
 * the result is not committed, so this generator is the source and the two cannot differ.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { limbsModule } from './generator/limbs.mjs';
import { orderModule } from './generator/order.mjs';
import { scalarModule } from './generator/scalar.mjs';

/** The four moduli. SEC 2 §2.4.1 and RFC 8032 §5.1. */
const moduli = {
  secp256k1Order: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
  ed25519Order: 2n ** 252n + 27742317777372353535851937790883648493n,
};

const folder = join(fileURLToPath(new URL('.', import.meta.url)), 'generated');

mkdirSync(folder, { recursive: true });
const modules = {
  'limbs.ts': limbsModule(),
  'secp256k1-order.ts': orderModule(moduli.secp256k1Order),
  'ed25519-order.ts': orderModule(moduli.ed25519Order),
  'secp256k1-scalar.ts': scalarModule('secp256k1-order', true),
  'ed25519-scalar.ts': scalarModule('ed25519-order', false),
};
for (const [name, lines] of Object.entries(modules)) {
  writeFileSync(
    join(folder, name),
    ['// Made by generate.mjs at every build; change the generator, not this.', '', ...lines].join(
      '\n',
    ),
  );
}
