/**
 * Code for the field modulo p = 2ᵗᵒᵖ − small: products column by column, the columns at and above
 * 2²⁶¹ folded down at once by 2²⁶¹ ≡ fold (mod p). Straight-line code throughout: no branch, no
 * index that depends on a value.
 *
 * Magnitude. An element of magnitude m, written [m] in comments, has limbs of at most
 * m·(2²⁹ + 2¹⁸) and a top limb of at most m·(2^(top−232) + 8). Sums add magnitudes; a limb has 32
 * bits, so m ≤ 7. A product takes [m]·[n] with m·n ≤ 7½: a column then holds at most 8 products of
 * 2⁵⁸·7½ (in the ninth product of column 8 a top limb takes part), the fold and the carry: below 2⁶⁴.
 * Products and everything named …Carry return [1].
 */
import {
  BITS,
  LIMBS,
  MASK,
  constant,
  hex,
  limbsOf,
  range,
  readLimbs,
  writeLimbs,
} from './limbs.mjs';

const PAIR_MASK = MASK | (MASK << 32n);

/** The five 64-bit words of limbs in memory. @param {bigint[]} limbs */
const wordsOf = (limbs) =>
  range(5).map((i) => (limbs[2 * i] ?? 0n) + ((limbs[2 * i + 1] ?? 0n) << 32n));

/**
 * The text of a module for the field modulo 2ᵗᵒᵖ − small.
 * @param {number} top 256 or 255
 * @param {bigint} small
 */
export function fieldModule(top, small) {
  const p = (1n << BigInt(top)) - small;
  const topBits = top - BITS * (LIMBS - 1);
  const topMask = (1n << BigInt(topBits)) - 1n;
  // small = s0 + s1·2²⁹ folds what lies above 2ᵗᵒᵖ; fold = f0 + f1·2²⁹ what lies above 2²⁶¹.
  const [s0 = 0n, s1 = 0n] = limbsOf(small);
  const f0 = s0 << BigInt(BITS - topBits);
  const f1 = s1 << BigInt(BITS - topBits);
  const times = (/** @type {string} */ x, /** @type {bigint} */ k) =>
    k ? ` + ${x} * ${hex(k)}` : '';
  const multiple = (/** @type {bigint} */ k) => wordsOf(limbsOf(p).map((limb) => limb * k));

  /** The columns of a product, the carries, the folds. @param {(k: number) => string} column */
  const product = (column) => [
    '  let c: u64 = 0;',
    '  let d: u64 = 0;',
    ...range(LIMBS).flatMap((k) => {
      const before = k > 0 ? times(`u${k - 1}`, f1) : '';
      return [
        ...(k < 8
          ? [`  d += ${column(k + 9)};`, `  const u${k}: u64 = d & ${hex(MASK)};`, '  d >>= 29;']
          : ['  const u8: u64 = d;']),
        `  c += ${column(k)}${times(`u${k}`, f0)}${before};`,
        ...(k < 8
          ? [`  ${k < 3 ? 'let' : 'const'} r${k}: u64 = c & ${hex(MASK)};`, '  c >>= 29;']
          : []),
      ];
    }),
    `  const r8: u64 = c & ${hex(topMask)};`,
    `  c = (c >> ${topBits})${times('u8', f1 << BigInt(BITS - topBits))}; // in units of 2^${top}`,
    `  d = r0 + c * ${hex(s0)};`,
    `  r0 = d & ${hex(MASK)};`,
    `  d = (d >> 29) + r1${times('c', s1)};`,
    `  r1 = d & ${hex(MASK)};`,
    '  r2 += d >> 29;',
  ];
  const mulColumn = (/** @type {number} */ k) =>
    range()
      .filter((i) => k - i >= 0 && k - i < LIMBS)
      .map((i) => `a${i} * b${k - i}`)
      .join(' + ');
  const sqrColumn = (/** @type {number} */ k) => {
    const twice = range().filter((i) => k - i > i && k - i < LIMBS);
    const sum = twice.map((i) => `a${i} * a${k - i}`).join(' + ');
    const square = k % 2 === 0 ? `a${k / 2} * a${k / 2}` : '';
    return [sum && `((${sum}) << 1)`, square].filter(Boolean).join(' + ');
  };

  /**
   * A function on words that hold two limbs each; sums of limbs stay below 2³², so nothing crosses.
   * @param {string} comment
   * @param {string} head
   * @param {(i: number, load: (name: string) => string) => string} word
   * @param {boolean} [carries] move what exceeds 29 bits one limb up (all limbs at once) and fold the top
   */
  const words = (comment, head, word, carries = false) => {
    const load = (/** @type {number} */ i) => (/** @type {string} */ name) =>
      `load<u64>(${name}, ${8 * i})`;
    const lines = range(5).map((i) => `  const w${i}: u64 = ${word(i, load(i))};`);
    const up = (/** @type {number} */ i) =>
      `(w${i} & ${hex(PAIR_MASK)}) + ((w${i} & 0xe0000000) << 3)`;
    return [
      `/** ${comment} */`,
      `export function ${head}: void {`,
      ...lines,
      ...(carries
        ? [
            `  const e: u64 = w4 >> ${topBits};`,
            `  store<u64>(r, ${up(0)}${times('e', s0)}${times('e', s1 << 32n)}, 0);`,
            ...range(4)
              .slice(1)
              .map((i) => `  store<u64>(r, ${up(i)} + (w${i - 1} >> 61), ${8 * i});`),
            `  store<u64>(r, (w4 & ${hex(topMask)}) + (w3 >> 61), 32);`,
          ]
        : range(5).map((i) => `  store<u64>(r, w${i}, ${8 * i});`)),
      '}',
      '',
    ];
  };
  const two = multiple(2n).map(hex);
  const four = multiple(4n).map(hex);

  const chain = (/** @type {string} */ low, /** @type {string} */ next) => [
    `  c = t0 + ${low};`,
    `  t0 = c & ${hex(MASK)};`,
    '  c >>= 29;',
    ...range(8)
      .slice(1)
      .flatMap((i) => [
        `  c += t${i}${i === 1 ? next : ''};`,
        `  t${i} = c & ${hex(MASK)};`,
        '  c >>= 29;',
      ]),
    '  t8 += c;',
  ];

  return [
    "import { FORMULA_WORK } from '../memory';",
    '',
    ...constant('one', 1n),
    '/** r = a·b. */',
    'export function mul(r: usize, a: usize, b: usize): void {',
    ...readLimbs('a', 'a'),
    ...readLimbs('b', 'b'),
    ...product(mulColumn),
    ...writeLimbs('r', (i) => `r${i}`),
    '}',
    '',
    '/** r = a². */',
    'export function sqr(r: usize, a: usize): void {',
    ...readLimbs('a', 'a'),
    ...product(sqrColumn),
    ...writeLimbs('r', (i) => `r${i}`),
    '}',
    '',
    '/** r = a^(2^count), count ≥ 1: the limbs stay out of memory between the squarings. */',
    'export function sqrTimes(r: usize, a: usize, count: i32): void {',
    ...readLimbs('a', 'a').map((line) => line.replace('const', 'let')),
    '  for (; count > 0; count--) {',
    ...product(sqrColumn),
    ...range().map((i) => `  a${i} = r${i};`),
    '  }',
    ...writeLimbs('r', (i) => `a${i}`),
    '}',
    '',
    ...words('r = a + b: [m + n].', 'add(r: usize, a: usize, b: usize)', (i, load) => {
      return `${load('a')} + ${load('b')}`;
    }),
    ...words('r = a + a: [2m].', 'twice(r: usize, a: usize)', (i, load) => `${load('a')} << 1`),
    ...words(
      'r = a − b for b [1], as a + 2p − b: [m + 2].',
      'sub(r: usize, a: usize, b: usize)',
      (i, load) => {
        return `${load('a')} + ${two[i]} - ${load('b')}`;
      },
    ),
    ...words('r = −a for a [1], as 2p − a: [2].', 'negate(r: usize, a: usize)', (i, load) => {
      return `${two[i]} - ${load('a')}`;
    }),
    ...words(
      'r = a: [1], for a up to [7].',
      'carry(r: usize, a: usize)',
      (i, load) => load('a'),
      true,
    ),
    ...words(
      'r = a + b: [1], for a sum up to [7].',
      'addCarry(r: usize, a: usize, b: usize)',
      (i, load) => {
        return `${load('a')} + ${load('b')}`;
      },
      true,
    ),
    ...words(
      'r = a − b: [1], for a, b up to [3], as a + 4p − b.',
      'subCarry(r: usize, a: usize, b: usize)',
      (i, load) => {
        return `${load('a')} + ${four[i]} - ${load('b')}`;
      },
      true,
    ),
    ...words(
      'r = a − 2b: [1], for a up to [3], b [1], as a + 4p − 2b.',
      'subTwiceCarry(r: usize, a: usize, b: usize)',
      (i, load) => `${load('a')} + ${four[i]} - (${load('b')} << 1)`,
      true,
    ),
    ...words(
      'r = a − b − 2c: [1], for a up to [3], b, c [1], as a + 4p − b − 2c.',
      'subBothCarry(r: usize, a: usize, b: usize, c: usize)',
      (i, load) => `${load('a')} + ${four[i]} - ${load('b')} - (${load('c')} << 1)`,
      true,
    ),
    '/** r = 3a/2 for a [1]: [2]. Where 3a is odd, p is added first; then every limb gives its low bit to the limb below. */',
    'export function threeHalves(r: usize, a: usize): void {',
    '  const odd: u64 = 0 - (load<u64>(a) & 1);',
    ...range(5).map((i) => {
      const word = multiple(1n)[i] ?? 0n;
      return `  const w${i}: u64 = load<u64>(a, ${8 * i}) * 3 + (odd & ${hex(word)});`;
    }),
    ...range(5).map((i) => {
      const halves = `((w${i} >> 1) & 0x7fffffff7fffffff)`;
      const inside = i < 4 ? ` + (((w${i} >> 32) & 1) << 28)` : '';
      const next = i < 4 ? ` + ((w${i + 1} & 1) << 60)` : '';
      return `  store<u64>(r, ${halves}${inside}${next}, ${8 * i});`;
    }),
    '}',
    '',
    '/** r = the canonical form of a, below p, for a up to [7]. */',
    'export function normalize(r: usize, a: usize): void {',
    ...readLimbs('t', 'a').map((line) => line.replace('const', 'let')),
    '  let c: u64 = 0;',
    `  const e: u64 = t8 >> ${topBits};`,
    `  t8 &= ${hex(topMask)};`,
    ...chain(`e * ${hex(s0)}`, times('e', s1)),
    `  c = (t0 + ${hex(s0)}) >> 29; // does x + small reach 2^${top}, that is x ≥ p?`,
    ...range(8)
      .slice(1)
      .map((i) => `  c = (c + t${i}${i === 1 && s1 ? ` + ${hex(s1)}` : ''}) >> 29;`),
    `  const q: u64 = (c + t8) >> ${topBits};`,
    ...chain(`q * ${hex(s0)}`, times('q', s1)),
    `  t8 &= ${hex(topMask)};`,
    ...writeLimbs('r', (i) => `t${i}`),
    '}',
    '',
    '/** Whether a ≡ 0, for a up to [7]. Variable time. A multiple k·p with k ≤ 8 has the low limb −k·small: few do. */',
    'export function isZeroVar(a: usize): bool {',
    `  if (((0 - load<u32>(a)) & ${hex(MASK)}) > ${hex(8n * s0)}) return false;`,
    '  const t = FORMULA_WORK + 480;',
    '  normalize(t, a);',
    `  return (${range(5)
      .map((i) => `load<u64>(t, ${8 * i})`)
      .join(' | ')}) === 0;`,
    '}',
    '',
    '/** a = −a where mask is all ones: [1] to [1]. No branch. */',
    'export function negateMasked(a: usize, mask: u64): void {',
    '  const t = FORMULA_WORK + 480;',
    '  negate(t, a);',
    '  carry(t, t);',
    ...range(5).map((i) => {
      const old = `load<u64>(a, ${8 * i})`;
      return `  store<u64>(a, ${old} ^ ((${old} ^ load<u64>(t, ${8 * i})) & mask), ${8 * i});`;
    }),
    '}',
    '',
    '/** All ones where a < p, else 0. a: canonical limbs. */',
    'export function isReduced(a: usize): u64 {',
    ...readLimbs('a', 'a'),
    '  let d: i64 = 0;',
    ...range().flatMap((i) => [`  d += <i64>a${i} - ${hex(limbsOf(p)[i] ?? 0n)};`, '  d >>= 29;']),
    '  return <u64>d;',
    '}',
    '',
  ];
}
