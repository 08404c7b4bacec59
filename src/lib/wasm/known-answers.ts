/**
 * Known answers of the engine, computed with Python's integers, independently of both
 * implementations. `selfTest` runs them at every start; the specs run them too.
 */
import type { Suite } from './group.ts';
import type { ScalarField } from './wasm-scalars.ts';

/** One operation with its committed result. */
export interface KnownAnswer {
  readonly suite: Suite;
  readonly name: string;
  /** The result in hex; undefined where the input must be refused. */
  readonly expected: string | undefined;
  readonly compute: (group: ScalarField) => Uint8Array | undefined;
}

/** Hex to bytes. */
export const fromHex = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));

/** Bytes to hex. */
export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** In the suite's byte order. a = 3³⁰⁰ mod 2²⁵⁶ mod n, b = 5²⁰⁰ mod 2²⁵⁶ mod n. */
const scalars = {
  secp256k1: {
    order: 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141',
    minusOne: 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140',
    one: '0000000000000000000000000000000000000000000000000000000000000001',
    a: 'c19c5e24e40c543a123c6e028a873e9e3874e1b4623a44be39b34e67dc5c2671',
    b: '13df249391fddba60c684d4546089e87de89b43a6bcd3f16938288753cb9b2e1',
    wide: '730d0e2c1f94d0a845c9e5f7ee405f85e26ad9a4185499b80ed041c88376714a',
    sum: 'd57b82b8760a2fe01ea4bb47d08fdd2616fe95eece0783d4cd35d6dd1915d952',
    product: '39649e05ea75e9cd001566d45f4216c645f9ae1573239ab72f65e53843d16ad7',
    inverse: '34606e13cc7f2109769a7fcbe4e46be3902e21998c6d05a54292d9b2e11dfa28',
    polynomial: 'a4494677a803f8c41c5693f3e1eb114c90c1d3d5cb1e067ef908b9a7869de1d2',
  },
  ed25519: {
    order: 'edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010',
    minusOne: 'ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010',
    one: '0100000000000000000000000000000000000000000000000000000000000000',
    a: '5537d6802ba9d618b2ea9ebe442b013e9d3e878a026e3c123a540ce4245e9c01',
    b: 'f4dec3df5a25703b40a2d5c85bbaaac9879e0846454d680ca6dbfd919324df03',
    wide: 'c91e0907d114fd83c1edc396490bb2dafa43c19815b0354e70dc80c317c3cb0a',
    sum: '49169a6086ce4654f28c7487a0e5ab0725dd8fd047bba41ee02f0a76b8827b05',
    product: '87024aff64ee2b980f30ccfb6ee04c7047dba45a6bbb6cd9022e432fdc30910b',
    inverse: 'b7132fc2e62506662181a985e068a60519e4a796ae530db41b3de0c99133610f',
    polynomial: '9b0e77848e0a440c7efc204b3491d5a969c543f652f435d14c58853579a53206',
  },
} as const;

const ZERO = '00'.repeat(32);

/** The scalar answers of a suite. */
function scalarAnswers(suite: Suite): KnownAnswer[] {
  const known = scalars[suite];
  const scalar = (group: ScalarField, hex: string) => group.scalarFromBytesWrapping(fromHex(hex));
  const answer = (
    name: string,
    expected: string | undefined,
    compute: KnownAnswer['compute'],
  ): KnownAnswer => ({ suite, name, expected, compute });
  return [
    answer('the order is no scalar', undefined, (g) =>
      g.scalarFromBytesChecked(fromHex(known.order)),
    ),
    answer('the order less one is a scalar', known.minusOne, (g) =>
      g.scalarFromBytesChecked(fromHex(known.minusOne)),
    ),
    answer('zero is refused where it must be', undefined, (g) =>
      g.scalarFromBytesNonzeroChecked(fromHex(ZERO)),
    ),
    answer('the order wraps to zero', ZERO, (g) => scalar(g, known.order)),
    answer('64 bytes reduced', known.wide, (g) =>
      g.scalarFromBytesWide(Uint8Array.from({ length: 64 }, (_, i) => i + 1)),
    ),
    answer('a + b', known.sum, (g) => g.scalarAdd(scalar(g, known.a), scalar(g, known.b))),
    answer('(n − 1) + 1', ZERO, (g) =>
      g.scalarAdd(scalar(g, known.minusOne), g.scalarFromNumber(1)),
    ),
    answer('−1', known.minusOne, (g) => g.scalarNegate(g.scalarFromNumber(1))),
    answer('−0', ZERO, (g) => g.scalarNegate(g.scalarFromNumber(0))),
    answer('a · b', known.product, (g) => g.scalarMul(scalar(g, known.a), scalar(g, known.b))),
    answer('(n − 1)²', known.one, (g) =>
      g.scalarMul(scalar(g, known.minusOne), scalar(g, known.minusOne)),
    ),
    answer('1 ÷ a', known.inverse, (g) => g.scalarInvert(scalar(g, known.a))),
    answer('1 ÷ 0', ZERO, (g) => g.scalarInvert(g.scalarFromNumber(0))),
    answer('a + b·x + ab·x²', known.polynomial, (g) => {
      const [a, b] = [scalar(g, known.a), scalar(g, known.b)];
      const ab = g.scalarMul(a, b);
      const x = g.scalarFromNumber(2 ** 32 - 1);
      // The JS group refuses secret polynomials: there the same sum is written out.
      return g.engine === 'wasm'
        ? g.scalarPolynomial([a, b, ab], 2 ** 32 - 1)
        : g.scalarAdd(a, g.scalarMul(x, g.scalarAdd(b, g.scalarMul(x, ab))));
    }),
  ];
}

/** All known answers of a suite. */
export const knownAnswers = (suite: Suite): readonly KnownAnswer[] => scalarAnswers(suite);
