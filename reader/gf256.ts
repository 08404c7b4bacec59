/** GF(2⁸) modulo x⁸ + x⁴ + x³ + x + 1, and polynomials over it. No table is read by a secret. */

export function times(a: number, b: number): number {
  let [product, x] = [0, a];
  for (let bit = 0; bit < 8; bit++) {
    product ^= -((b >> bit) & 1) & x;
    x = ((x << 1) ^ (-(x >> 7) & 0x1b)) & 255;
  }
  return product;
}

/** a²⁵⁴. */
function inverse(a: number): number {
  let [result, square] = [1, a];
  for (let bit = 1; bit < 8; bit++) {
    square = times(square, square);
    result = times(result, square);
  }
  return result;
}

export interface Place {
  readonly x: number;
  readonly values: Uint8Array;
}

/** The values at `x` of the polynomials of least degree through these places, byte by byte. */
export function interpolate(places: readonly Place[], x: number): Uint8Array {
  const out = new Uint8Array(places[0]!.values.length);
  for (const place of places) {
    let weight = 1;
    for (const other of places)
      if (other !== place) weight = times(times(weight, x ^ other.x), inverse(place.x ^ other.x));
    for (const [i, value] of place.values.entries()) out[i]! ^= times(value, weight);
  }
  return out;
}
