/** The curves' constants, each written by a function, with the relations they must satisfy checked here. */
import { BITS, LIMBS, constant } from './limbs.mjs';

const R = 1n << BigInt(BITS * LIMBS);

/** @param {bigint} a @param {bigint} m */
const mod = (a, m) => ((a % m) + m) % m;

/** @param {bigint} base @param {bigint} exponent @param {bigint} m */
function power(base, exponent, m) {
  let result = 1n;
  for (let b = mod(base, m), e = exponent; e > 0n; e >>= 1n, b = (b * b) % m) {
    if (e & 1n) result = (result * b) % m;
  }
  return result;
}

/** @param {boolean} holds @param {string} what */
function check(holds, what) {
  if (!holds) throw new Error(`The constants are wrong: ${what}.`);
}

/** Numerator ÷ denominator, rounded to the nearest. @param {bigint} a @param {bigint} b */
const divideRounded = (a, b) => (2n * a + b) / (2n * b);

/**
 * secp256k1 (SEC 2 §2.4.1), and its endomorphism λ·(x, y) = (β·x, y) with a short basis
 * (a1, b1), (a2, b2) of the lattice { (i, j) : i + j·λ ≡ 0 mod n }.
 * @param {bigint} p
 * @param {bigint} n
 */
export function secp256k1Constants(p, n) {
  const x = 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n;
  const y = 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n;
  const lambda = 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n;
  const beta = 0x7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501een;
  // The extended Euclidean algorithm on (n, λ) gives remainders r = s·n + t·λ: each (r, −t) is in the
  // lattice. The last remainder above √n and the first below give the short basis.
  let [previous, current] = [
    { r: n, t: 0n },
    { r: lambda, t: 1n },
  ];
  while (current.r * current.r > n) {
    const q = previous.r / current.r;
    [previous, current] = [
      current,
      { r: previous.r - q * current.r, t: previous.t - q * current.t },
    ];
  }
  const q = previous.r / current.r;
  const [a1, b1] = [current.r, -current.t];
  const [a2, b2] = [previous.r, -previous.t];
  const [a3, b3] = [previous.r - q * current.r, -(previous.t - q * current.t)];
  const shorter = a2 * a2 + b2 * b2 < a3 * a3 + b3 * b3;
  const [c2, d2] = shorter ? [a2, b2] : [a3, b3];
  check(mod(y * y - x * x * x - 7n, p) === 0n, 'G is on the curve');
  check(power(beta, 3n, p) === 1n && beta !== 1n, 'β³ = 1');
  check(mod(lambda * lambda + lambda + 1n, n) === 0n, 'λ² + λ + 1 = 0');
  check(mod(a1 + b1 * lambda, n) === 0n && mod(c2 + d2 * lambda, n) === 0n, 'the basis');
  check(a1 * d2 - c2 * b1 === n && a1 > 0n && b1 < 0n && d2 > 0n, 'the basis spans the lattice');
  const half = 1n << 127n;
  check((a1 + c2) / 2n < 2n * half - 1n && (d2 - b1) / 2n < 2n * half - 1n, 'the halves are short');
  // Of a lattice point x·(a1, b1) + y·(a2, b2) one coordinate is at least |b1|: the second, unless x = 0
  // or x and y have one sign; then the first is at least a2. (a2, b2 are c2, d2 here, and positive.)
  check(c2 >= -b1 && -b1 > (a1 + c2) / 2n + 64n, 'no lattice point is as short as a half');
  return [
    ...constant('baseX', x),
    ...constant('baseY', y),
    ...constant('beta', beta),
    ...constant('seven', 7n),
    ...constant('order', n),
    '// The endomorphism: 2³⁸⁴·b2/n and −2³⁸⁴·b1/n rounded, and −b1, −b2, −λ times 2²⁶¹ modulo n.',
    ...constant('quotient1', divideRounded(d2 << 384n, n)),
    ...constant('quotient2', divideRounded(-b1 << 384n, n)),
    ...constant('minusB1', mod(-b1 * R, n)),
    ...constant('minusB2', mod(-d2 * R, n)),
    ...constant('minusLambda', mod(-lambda * R, n)),
  ];
}

/**
 * edwards25519 (RFC 8032 §5.1): −x² + y² = 1 + d·x²·y².
 * @param {bigint} p
 * @param {bigint} n
 */
export function ed25519Constants(p, n) {
  const d = mod(-121665n * power(121666n, p - 2n, p), p);
  const y = mod(4n * power(5n, p - 2n, p), p);
  const i = power(2n, (p - 1n) / 4n, p);
  const x = 15112221349535400772501151409588531511454012693041857206046113283949847762202n;
  check(mod(-x * x + y * y - 1n - d * x * x * y * y, p) === 0n, 'B is on the curve');
  check(mod(i * i + 1n, p) === 0n, 'i² = −1');
  check(x % 2n === 0n, 'B has an even x');
  return [
    ...constant('baseX', x),
    ...constant('baseY', y),
    ...constant('d', d),
    ...constant('twoD', mod(2n * d, p)),
    ...constant('rootOfMinusOne', i),
    ...constant('order', n),
  ];
}
