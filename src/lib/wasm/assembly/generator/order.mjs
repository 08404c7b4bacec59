/**
 * Code for numbers modulo a group order n < 2²⁵⁶ (not of a special form): Montgomery's product,
 * column by column, with R = 2²⁶¹. Everything here is straight-line code on secrets.
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

const R = 1n << BigInt(BITS * LIMBS);

/** The inverse of an odd number modulo 2²⁹ (Newton: each step doubles the correct bits). @param {bigint} odd */
function inverseModLimb(odd) {
  let x = 1n;
  for (let bits = 1; bits < BITS; bits *= 2) x = (x * (2n - odd * x)) & MASK;
  return x & MASK;
}

/**
 * r = x mod n for x < 2n given in locals t0…t8 (canonical limbs): subtract n, and where that
 * borrowed keep x, by a mask.
 * @param {bigint} n
 */
function subtractOnce(n) {
  const limbs = limbsOf(n);
  return [
    '  let d: i64 = 0;',
    ...range().flatMap((i) => [
      `  d += <i64>t${i} - ${hex(limbs[i] ?? 0n)};`,
      `  const s${i}: u64 = <u64>d & ${hex(MASK)};`,
      '  d >>= 29;',
    ]),
    '  const keep: u64 = <u64>d; // all ones where x < n',
    ...writeLimbs('r', (i) => `(s${i} ^ ((s${i} ^ t${i}) & keep))`),
  ];
}

/**
 * The Montgomery product a·b/R mod n: in column k the digit q_k is chosen so that the column of
 * a·b + q·n ends in 29 zero bits. For a·b < n·R the sum over R is below 2n: one subtraction ends it.
 * A column holds at most 18 products of 58 bits and a carry: below 2⁶³.
 * @param {bigint} n
 */
function montgomeryProduct(n) {
  const limbs = limbsOf(n);
  const negated = (MASK + 1n - inverseModLimb(n & MASK)) & MASK;
  const lines = [];
  for (const k of range(2 * LIMBS - 1)) {
    const terms = [];
    for (const i of range()) {
      const j = k - i;
      if (j < 0 || j >= LIMBS) continue;
      terms.push(`a${i} * b${j}`);
      const known = k < LIMBS ? i < k : true;
      if (known && limbs[j]) terms.push(`q${i} * ${hex(limbs[j])}`);
    }
    lines.push(`  c += ${terms.join(' + ')};`);
    if (k < LIMBS) {
      lines.push(`  const q${k}: u64 = ((c & ${hex(MASK)}) * ${hex(negated)}) & ${hex(MASK)};`);
      lines.push(`  c += q${k} * ${hex(limbs[0] ?? 0n)};`);
    } else {
      lines.push(`  const t${k - LIMBS}: u64 = c & ${hex(MASK)};`);
    }
    lines.push('  c >>= 29;');
  }
  return [
    '/** r = a·b/2²⁶¹ mod n, for a·b < n·2²⁶¹ in canonical limbs. */',
    'export function montgomery(r: usize, a: usize, b: usize): void {',
    ...readLimbs('a', 'a'),
    ...readLimbs('b', 'b'),
    '  let c: u64 = 0;',
    ...lines,
    `  const t${LIMBS - 1}: u64 = c;`,
    ...subtractOnce(n),
    '}',
    '',
  ];
}

/**
 * The rounded quotient a·b/2³⁸⁴, for the endomorphism of secp256k1 (elsewhere the compiler drops it): all 18 columns, then the bits from
 * 384 = 13·29 + 7 on, with half of 2³⁸⁴ added in column 13.
 */
function multiplyHigh() {
  const columns = range(2 * LIMBS - 1).flatMap((k) => {
    const terms = range()
      .filter((i) => k - i >= 0 && k - i < LIMBS)
      .map((i) => `a${i} * b${k - i}`);
    return [
      `  c += ${[...terms, ...(k === 13 ? ['64'] : [])].join(' + ')};`,
      ...(k >= 13 ? [`  const h${k}: u64 = c & ${hex(MASK)};`] : []),
      '  c >>= 29;',
    ];
  });
  const limb = (/** @type {number} */ i) =>
    `((h${13 + i} >> 7) | (h${14 + i} << 22)) & ${hex(MASK)}`;
  return [
    '/** r = a·b/2³⁸⁴, rounded to the nearest; canonical limbs. */',
    'export function multiplyHigh(r: usize, a: usize, b: usize): void {',
    ...readLimbs('a', 'a'),
    ...readLimbs('b', 'b'),
    '  let c: u64 = 0;',
    ...columns,
    '  const h17: u64 = c;',
    ...writeLimbs('r', (i) => (i < 4 ? `(${limb(i)})` : i === 4 ? '(h17 >> 7)' : '<u64>0')),
    '}',
    '',
  ];
}

/**
 * The text of a module for numbers modulo n.
 * @param {bigint} n an odd prime, 2²⁵² < n < 2²⁵⁶
 */
export function orderModule(n) {
  const carry = (/** @type {string} */ sum) => [
    '  let c: u64 = 0;',
    ...range().flatMap((i) => [
      `  c += ${sum.replaceAll('#', String(i))};`,
      `  const t${i}: u64 = c & ${hex(MASK)};`,
      '  c >>= 29;',
    ]),
  ];
  const limbs = limbsOf(n);
  return [
    ...constant('montgomeryOne', R % n),
    ...constant('montgomerySquare', (R * R) % n),
    ...constant('montgomeryHigh', (R * R * (1n << 256n)) % n),
    ...montgomeryProduct(n),
    ...multiplyHigh(),
    '/** r = a + b mod n, both reduced. */',
    'export function add(r: usize, a: usize, b: usize): void {',
    ...readLimbs('a', 'a'),
    ...readLimbs('b', 'b'),
    ...carry('a# + b#'),
    ...subtractOnce(n),
    '}',
    '',
    '/** r = −a mod n, a reduced: n − a, and n itself becomes 0. */',
    'export function negate(r: usize, a: usize): void {',
    ...readLimbs('a', 'a'),
    '  let e: i64 = 0;',
    ...range().flatMap((i) => [
      `  e += ${hex(limbs[i] ?? 0n)} - <i64>a${i};`,
      `  const t${i}: u64 = <u64>e & ${hex(MASK)};`,
      '  e >>= 29;',
    ]),
    ...subtractOnce(n),
    '}',
    '',
    '/** All ones where a < n, else 0. a: canonical limbs, below 2²⁵⁶. */',
    'export function isReduced(a: usize): u64 {',
    ...readLimbs('a', 'a'),
    '  let d: i64 = 0;',
    ...range().flatMap((i) => [`  d += <i64>a${i} - ${hex(limbs[i] ?? 0n)};`, '  d >>= 29;']),
    '  return <u64>d;',
    '}',
    '',
  ];
}
