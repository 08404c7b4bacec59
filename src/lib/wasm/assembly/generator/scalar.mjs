/**
 * The scalar operations of one suite on IO slots. One text for both suites: they differ in the
 * modulus and the byte order only. Constant time throughout: the only branches are loop counters and
 * the digits of the public exponent n − 2.
 */
import { hex } from './limbs.mjs';

/**
 * @param {bigint} n the order
 * @param {string} order the module of numbers modulo it
 * @param {boolean} bigEndian the suite's byte order
 */
export function scalarModule(n, order, bigEndian) {
  const end = bigEndian ? 'BE' : 'LE';
  const exponentWord = (/** @type {bigint} */ i) => hex(((n - 2n) >> (64n * i)) & (2n ** 64n - 1n));
  const words = `i === 3 ? ${exponentWord(3n)} : i === 2 ? ${exponentWord(2n)} : i === 1 ? ${exponentWord(1n)} : ${exponentWord(0n)}`;
  const [low, high] = bigEndian ? [32, 0] : [0, 32];
  return [
    `import { IO, SCALAR_WORK } from '../memory';
import { load${end}, small, store${end}, SIZE } from './limbs';
import * as order from './${order}';

const a: usize = SCALAR_WORK;
const b: usize = SCALAR_WORK + SIZE;
const c: usize = SCALAR_WORK + 2 * SIZE;
const hornerX: usize = SCALAR_WORK + 3 * SIZE;
const powers: usize = SCALAR_WORK + 4 * SIZE; // 16 numbers

/** Whether the 32 bytes of slot 0 are below the order: 1 or 0. */
export function isCanonical(): u32 {
  load${end}(a, IO);
  return <u32>(order.isReduced(a) & 1);
}

/** Slot 0 (64 bytes, below 2⁵¹²) modulo the order into slot 0 (32 bytes): low·R + high·2²⁵⁶·R, then out of R. */
export function reduceWide(): void {
  load${end}(a, IO + ${low});
  order.montgomerySquare(c);
  order.montgomery(a, a, c);
  load${end}(b, IO + ${high});
  order.montgomeryHigh(c);
  order.montgomery(b, b, c);
  order.add(a, a, b);
  small(c, 1);
  order.montgomery(a, a, c);
  store${end}(IO, a);
}

/** Slot 0 + slot 1 into slot 0. */
export function add(): void {
  load${end}(a, IO);
  load${end}(b, IO + 64);
  order.add(a, a, b);
  store${end}(IO, a);
}

/** Minus slot 0 into slot 0. */
export function negate(): void {
  load${end}(a, IO);
  order.negate(a, a);
  store${end}(IO, a);
}

/** Slot 0 · slot 1 into slot 0. */
export function mul(): void {
  load${end}(a, IO);
  load${end}(b, IO + 64);
  order.montgomerySquare(c);
  order.montgomery(b, b, c);
  order.montgomery(a, a, b);
  store${end}(IO, a);
}

/** The inverse of slot 0 into slot 0 (0 stays 0): a^(n−2) by Fermat, four bits of the public exponent at a time. */
export function invert(): void {
  load${end}(a, IO);
  order.montgomerySquare(c);
  order.montgomeryOne(powers);
  order.montgomery(powers + SIZE, a, c);
  for (let i: usize = 2; i < 16; i++) {
    order.montgomery(powers + i * SIZE, powers + (i - 1) * SIZE, powers + SIZE);
  }
  order.montgomeryOne(b);
  for (let i = 3; i >= 0; i--) {
    const word: u64 = ${words};
    for (let shift: u64 = 0; shift < 64; shift += 4) {
      for (let k = 0; k < 4; k++) order.montgomery(b, b, b);
      const digit = (word >> (60 - shift)) & 15;
      order.montgomery(b, b, powers + <usize>digit * SIZE);
    }
  }
  small(c, 1);
  order.montgomery(b, b, c);
  store${end}(IO, b);
}

/** Begin Horner's rule: x from slot 1, the first (highest) coefficient from slot 0. */
export function hornerStart(): void {
  load${end}(b, IO + 64);
  order.montgomerySquare(c);
  order.montgomery(hornerX, b, c);
}

/** One step of Horner's rule: slot 0 · x + slot 2 into slot 0. */
export function hornerStep(): void {
  load${end}(a, IO);
  order.montgomery(a, a, hornerX);
  load${end}(b, IO + 128);
  order.add(a, a, b);
  store${end}(IO, a);
}
`,
  ];
}
