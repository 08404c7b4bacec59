/** Digits of scalars. A scalar lies as 32 bytes, little endian, with 8 zero bytes behind. */

/** `count` ≤ 25 bits from bit `position`. The position is public. */
export function bitsAt(bytes: usize, position: i32, count: i32): u32 {
  return (load<u32>(bytes + (position >> 3)) >> (position & 7)) & ((1 << count) - 1);
}

/**
 * The width-w non-adjacent form: `length` signed digits, odd or zero, |digit| < 2^(w−1), two
 * bytes each, lowest first; any w neighbours hold at most one that is not zero. Variable time.
 * @param negative write the digits of minus the scalar
 */
export function nonAdjacentVar(
  digits: usize,
  length: i32,
  scalar: usize,
  width: i32,
  negative: bool,
): void {
  memory.fill(digits, 0, 2 * length);
  let carry: u32 = 0;
  let position = 0;
  while (position < length) {
    // With a carry, ones are the zeros: skip the run, up to 25 at a time.
    const bits = bitsAt(scalar, position, 25) ^ (carry ? 0x1ffffff : 0);
    if ((bits & 1) === 0) {
      position += bits === 0 ? 25 : <i32>ctz<u32>(bits);
      continue;
    }
    // Odd: take w bits with the carry; from 2^(w−1) on it is a negative digit and carries.
    const word = bitsAt(scalar, position, width) + carry;
    carry = word >> (width - 1);
    const digit = <i32>word - <i32>(carry << width);
    store<i16>(digits + 2 * position, <i16>(negative ? -digit : digit));
    position += width;
  }
}
