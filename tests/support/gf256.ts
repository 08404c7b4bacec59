/** a · b modulo x⁸ + x⁴ + x³ + x + 1. */
function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--)
    product = (product << 1) ^ (product & 0x80 ? 0x11b : 0) ^ ((b >> bit) & 1 ? a : 0);
  return product;
}

/** a⁻¹ = a²⁵⁴; 0 stays 0. */
const inverse = (a: number) => Array.from({ length: 253 }).reduce<number>((p) => times(p, a), a);

/** Vault's Combine, by Lagrange's formula at 0: shares are y_1 … y_n ‖ x. */
export function vaultCombine(shares: readonly Uint8Array[]): Uint8Array {
  const xs = shares.map((share) => share.at(-1)!);
  const basis = xs.map((x) =>
    xs
      .filter((other) => other !== x)
      .reduce((product, other) => times(product, times(other, inverse(other ^ x))), 1),
  );
  return shares[0]!
    .slice(0, -1)
    .map((_, at) => shares.reduce((sum, share, i) => sum ^ times(share[at]!, basis[i]!), 0));
}

/** Vault's Split: a polynomial for each byte; its coefficients of x, x², … are this byte of `coefficients`. */
export const vaultSplit = (
  secret: Uint8Array,
  coefficients: readonly Uint8Array[],
  xs: readonly number[],
): Uint8Array[] =>
  xs.map((x) => {
    const ys = secret.map(
      (byte, at) => coefficients.reduceRight((sum, of) => times(sum ^ of[at]!, x), 0) ^ byte,
    );
    return Uint8Array.of(...ys, x);
  });
