/**
 * How a 256-bit number lies in memory: nine limbs of 29 bits, each in a u32, limb i at byte 4·i.
 * 40 bytes with padding, 8-byte aligned. This file makes the code that every modulus shares.
 *
 * Why 29 bits: WASM multiplies 64 × 64 → 64. A product of two 29-bit limbs has 58 bits, so a column
 * of nine products fits a u64 with room for numbers up to seven times too long (see field.mjs).
 */

export const LIMBS = 9;
export const BITS = 29;
export const MASK = (1n << 29n) - 1n;

/** 0, 1, …, count − 1. @param {number} [count] */
export const range = (count = LIMBS) => Array.from({ length: count }, (_, i) => i);

/** The nine limbs of a constant, lowest first. @param {bigint} value */
export const limbsOf = (value) => range().map((i) => (value >> BigInt(BITS * i)) & MASK);

/** A number as an unsigned AssemblyScript literal. @param {bigint | number} value */
export const hex = (value) => `0x${value.toString(16)}`;

/**
 * Lines that read limbs into locals `name0`…`name8`.
 * @param {string} name
 * @param {string} pointer
 */
export const readLimbs = (name, pointer) =>
  range().map((i) => `  const ${name}${i}: u64 = <u64>load<u32>(${pointer}, ${4 * i});`);

/**
 * Lines that write nine locals. Two limbs per store: a later 8-byte load of the pair then finds it
 * in the store buffer.
 * @param {string} pointer
 * @param {(i: number) => string} limb
 */
export const writeLimbs = (pointer, limb) => [
  ...range(4).map(
    (i) => `  store<u64>(${pointer}, ${limb(2 * i)} | (${limb(2 * i + 1)} << 32), ${8 * i});`,
  ),
  `  store<u64>(${pointer}, ${limb(8)}, 32);`,
];

/** Lines of a function that writes a constant. @param {string} name @param {bigint} value */
export const constant = (name, value) => {
  const limbs = limbsOf(value).map((limb) => `<u64>${hex(limb)}`);
  return [
    `export function ${name}(r: usize): void {`,
    ...writeLimbs('r', (i) => limbs[i] ?? ''),
    '}',
    '',
  ];
};

/** Limb i out of four 64-bit words w0 (lowest) … w3. @param {number} i */
function limbFromWords(i) {
  const word = Math.floor((BITS * i) / 64);
  const shift = (BITS * i) % 64;
  const low = `w${word} >> ${shift}`;
  if (i === 8) return low;
  const spills = shift + BITS > 64;
  return spills
    ? `((${low}) | (w${word + 1} << ${64 - shift})) & ${hex(MASK)}`
    : `(${low}) & ${hex(MASK)}`;
}

/** Word j out of nine limbs a0 … a8. @param {number} j */
const wordFromLimbs = (j) =>
  range()
    .map((i) => ({ i, shift: BITS * i - 64 * j }))
    .filter(({ shift }) => shift < 64 && shift > -BITS)
    .map(({ i, shift }) => (shift >= 0 ? `(a${i} << ${shift})` : `(a${i} >> ${-shift})`))
    .join(' | ');

/** The text of generated/limbs.ts. */
export function limbsModule() {
  const words = (/** @type {boolean} */ big) =>
    range(4).map((j) => {
      const load = `load<u64>(bytes, ${big ? 24 - 8 * j : 8 * j})`;
      return `  const w${j}: u64 = ${big ? `bswap<u64>(${load})` : load};`;
    });
  const load = (/** @type {boolean} */ big) => [
    `/** r = the 32 bytes at \`bytes\`, ${big ? 'big' : 'little'} endian; canonical limbs, not reduced. */`,
    `export function load${big ? 'BE' : 'LE'}(r: usize, bytes: usize): void {`,
    ...words(big),
    ...writeLimbs('r', (i) => `(${limbFromWords(i)})`),
    '}',
    '',
  ];
  const store = (/** @type {boolean} */ big) => [
    `/** The 32 bytes of a, ${big ? 'big' : 'little'} endian. a: canonical limbs, below 2²⁵⁶. */`,
    `export function store${big ? 'BE' : 'LE'}(bytes: usize, a: usize): void {`,
    ...readLimbs('a', 'a'),
    ...range(4).map((j) => {
      const word = wordFromLimbs(j);
      return `  store<u64>(bytes, ${big ? `bswap<u64>(${word})` : word}, ${big ? 24 - 8 * j : 8 * j});`;
    }),
    '}',
    '',
  ];
  return [
    '/** Bytes of one number in memory. */',
    'export const SIZE: usize = 40;',
    '',
    '/** r = a. */',
    'export function copy(r: usize, a: usize): void {',
    ...range(5).map((i) => `  store<u64>(r, load<u64>(a, ${8 * i}), ${8 * i});`),
    '}',
    '',
    '/** r = a where mask is all ones, unchanged where it is 0. No branch. */',
    'export function copyMasked(r: usize, a: usize, mask: u64): void {',
    ...range(5).map((i) => {
      const old = `load<u64>(r, ${8 * i})`;
      return `  store<u64>(r, ${old} ^ ((${old} ^ load<u64>(a, ${8 * i})) & mask), ${8 * i});`;
    }),
    '}',
    '',
    '/** r = a number below 2²⁹. */',
    'export function small(r: usize, value: u32): void {',
    ...writeLimbs('r', (i) => (i === 0 ? '<u64>value' : '<u64>0')),
    '}',
    '',
    '/** r = a − b for a ≥ b, all canonical. No branch. */',
    'export function subtract(r: usize, a: usize, b: usize): void {',
    ...readLimbs('a', 'a'),
    ...readLimbs('b', 'b'),
    '  let d: i64 = 0;',
    ...range().flatMap((i) => [
      `  d += <i64>a${i} - <i64>b${i};`,
      `  const t${i}: u64 = <u64>d & ${hex(MASK)};`,
      '  d >>= 29;',
    ]),
    ...writeLimbs('r', (i) => `t${i}`),
    '}',
    '',
    '/** All bits of the nine limbs or-ed together: 0 only for canonical zero. */',
    'export function bits(a: usize): u64 {',
    `  return ${range(5)
      .map((i) => `load<u64>(a, ${8 * i})`)
      .join(' | ')};`,
    '}',
    '',
    ...load(true),
    ...load(false),
    ...store(true),
    ...store(false),
  ];
}
