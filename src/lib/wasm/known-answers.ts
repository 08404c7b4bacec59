/**
 * Known answers of the engine, computed with Python's integers, independently of both
 * implementations. `selfTest` runs them at every start; the specs run them too.
 */
import type { Group, Point, Scalar, Suite } from './group.ts';

/** One operation with its committed result. */
export interface KnownAnswer {
  readonly suite: Suite;
  readonly name: string;
  /** The result in hex; undefined where the input must be refused. */
  readonly expected: string | undefined;
  readonly compute: (group: Group) => Uint8Array | undefined;
  /** Not worth the time on JS at every start: there it takes the way of another answer. */
  readonly wasmOnly?: boolean;
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

/** Encoded points: a·B, −B, P = b·B, a·P, a·P + b·B, and B + P·x + a·P·x² at x = 2³² − 1. */
const points = {
  secp256k1: {
    identity: '00'.repeat(33),
    base: '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
    minusBase: '0379be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
    aB: '022128a60f86f73ee6fe7e9c0c2898a90b9265c2c5bcb63115fae8cca24548a15e',
    P: '030b80ef5ca4b6d99514905ebb6e67ff48be003ec35a12e7bf07baee29811e0d03',
    aP: '0270fb7620ce6a8ef0769855da6fe18c53223c41728acd9c63b6cbc2e6e433740b',
    aPbB: '022ef7256710f8f20a4e990a528b7927560334338b77794e24dc798065826ec788',
    polynomial: '03d1d65390976ab6cc709730256ce8dfa6db8863a437d306f01a7231a3c63ec220',
    refused: {
      'x = 5, which no point has': '02' + '00'.repeat(31) + '05',
      'x = p + 1': '02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30',
      'an uncompressed tag': '0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
      'a zero tag': '0079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
    },
  },
  ed25519: {
    identity: '01' + '00'.repeat(31),
    base: '5866666666666666666666666666666666666666666666666666666666666666',
    minusBase: '58666666666666666666666666666666666666666666666666666666666666e6',
    aB: '90432b94236fe572e85fb380e423d83eb7220060bfaaa0c6297aecc63de5c4e4',
    P: '36320aa1544408240aa5763b355c98607c6138b1c5c1b8f644e325e0313f29e7',
    aP: '242c009e105b39fadd8e436ed8d3313ef88f7526aa22caa2fa11a17ddddfc3b1',
    aPbB: 'ca2e68896c7c716c87c86c03c5585b5d4ee91227864710321f3e0bff0b597e70',
    polynomial: 'dfe77e93982065d7c71e9a5e183a653038303afeb0229e1c38798f836ebaeadb',
    refused: {
      'y = 2, which no point has': '02' + '00'.repeat(31),
      'y = p + 1': 'ee' + 'ff'.repeat(30) + '7f',
      'x = 0 with a sign': '01' + '00'.repeat(30) + '80',
      'the point of order 2': 'ec' + 'ff'.repeat(30) + '7f',
      'a point of order 4': '00'.repeat(32),
      'a point of order 8': 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
      'B plus a point of order 2': '95' + '99'.repeat(31),
      'B plus a point of order 4':
        '5252cc0a7f208133b620acbd4537eba2a4123bf0a8c2e4f980c3b31bb69765ea',
      'B plus a point of order 8':
        '13661d745ad63221ca5da0456fa618713511dc60668aa464e55b09a20ff7fc1d',
    },
  },
} as const;

const ZERO = '00'.repeat(32);

/** The scalar answers of a suite. */
function scalarAnswers(suite: Suite): KnownAnswer[] {
  const known = scalars[suite];
  const scalar = (group: Group, hex: string) => group.scalarFromBytesWrapping(fromHex(hex));
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

/** k·B, by whichever operation the group offers for a k that is no secret. */
const multipleOfBase = (group: Group, k: Scalar): Point =>
  group.engine === 'wasm'
    ? group.mulBase(k)
    : group.mulAddVar(group.scalarFromNumber(0), group.identity, k);

/** The point answers of a suite. */
function pointAnswers(suite: Suite): KnownAnswer[] {
  const known = points[suite];
  const given = (group: Group) => ({
    a: group.scalarFromBytesWrapping(fromHex(scalars[suite].a)),
    b: group.scalarFromBytesWrapping(fromHex(scalars[suite].b)),
    P: group.pointFromBytesChecked(fromHex(known.P))!,
  });
  const answer = (
    name: string,
    expected: string,
    compute: (group: Group, given: { a: Scalar; b: Scalar; P: Point }) => Point,
  ): KnownAnswer => ({
    suite,
    name,
    expected,
    compute: (group) => group.pointToBytes(compute(group, given(group))),
  });
  const wasmAnswer = (...known: Parameters<typeof answer>): KnownAnswer => ({
    ...answer(...known),
    wasmOnly: true,
  });
  return [
    answer('B', known.base, (g) => g.base),
    answer('a · B', known.aB, (g, { a }) => multipleOfBase(g, a)),
    wasmAnswer('b · B', known.P, (g, { b }) => multipleOfBase(g, b)),
    wasmAnswer('0 · B', known.identity, (g) => multipleOfBase(g, g.scalarFromNumber(0))),
    wasmAnswer('−1 · B', known.minusBase, (g) => {
      return multipleOfBase(g, g.scalarNegate(g.scalarFromNumber(1)));
    }),
    wasmAnswer('a · P', known.aP, (g, { a, P }) => {
      return g.engine === 'wasm' ? g.mul(a, P) : g.mulAddVar(a, P, g.scalarFromNumber(0));
    }),
    answer('a · P + b · B', known.aPbB, (g, { a, b, P }) => g.mulAddVar(a, P, b)),
    wasmAnswer('a · P + b · B as a sum', known.aPbB, (g, { a, b, P }) => {
      return g.multiScalarVar([a, b], [P, g.base]);
    }),
    wasmAnswer('a · P + P', known.aPbB, (g, { a, P }) => {
      return g.add(g.mulAddVar(a, P, g.scalarFromNumber(0)), P);
    }),
    answer('P − P', known.identity, (g, { P }) => g.add(P, g.negate(P))),
    answer('B + P·x + aP·x²', known.polynomial, (g, { a, P }) => {
      const aP = g.mulAddVar(a, P, g.scalarFromNumber(0));
      return g.commitmentPolynomialVar([g.base, P, aP], [2 ** 32 - 1])[0]!;
    }),
    ...Object.entries(known.refused).map(([name, encoding]): KnownAnswer => ({
      suite,
      name: `refused: ${name}`,
      expected: undefined,
      compute: (group) => group.pointFromBytesOrIdentity(fromHex(encoding)),
    })),
    {
      suite,
      name: 'a Schnorr equation, and a wrong one',
      expected: '0100',
      compute: (group) => {
        const { a, b, P } = given(group);
        const R = multipleOfBase(group, a);
        const e = group.scalarMul(a, a);
        const s = group.scalarAdd(a, group.scalarMul(e, b));
        const holds = (s: Scalar) =>
          group.schnorrBatchVar([{ R, P, s, e }], [fromHex('5a'.repeat(16))]) ? 1 : 0;
        return Uint8Array.of(holds(s), holds(e));
      },
    },
  ];
}

/** All known answers of a suite. */
export const knownAnswers = (suite: Suite): readonly KnownAnswer[] => [
  ...scalarAnswers(suite),
  ...pointAnswers(suite),
];
