/**
 * What every pair of implementations must agree on, as fast-check properties. Used in Node and, with
 * fewer runs, in the browser.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Group, Point, Scalar, Suite } from '../../src/lib/wasm/group.ts';

/** λ of secp256k1's endomorphism, and scalars around it and around the order. In the suite's byte order. */
const LAMBDA = '5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72';

/** Scalars that meet the exceptional cases of the point formulas, if these have any. */
export function edgeScalars(group: Group): Scalar[] {
  const small = [0, 1, 2, 3, 4, 15, 16, 17, 31, 32, 33, 63, 64, 65, 126, 128, 255, 256, 4096].map(
    (value) => group.scalarFromNumber(value),
  );
  const half = group.scalarInvert(group.scalarFromNumber(2));
  const lambda = group.scalarFromBytesWrapping(
    Uint8Array.from(LAMBDA.match(/../g)!, (byte) => parseInt(byte, 16)),
  );
  const powers = [126, 127, 128, 129, 250, 251, 252, 253, 254, 255].map((bit) => {
    const bytes = new Uint8Array(32);
    bytes[group.suite === 'secp256k1' ? 31 - (bit >> 3) : bit >> 3] = 1 << (bit & 7);
    return group.scalarFromBytesWrapping(bytes);
  });
  // Around multiples of λ: a half of the split is 0, ±1 or ±2 there.
  const some = [
    half,
    lambda,
    group.scalarMul(lambda, lambda),
    group.scalarAdd(lambda, lambda),
    ...powers,
  ];
  const near = some.flatMap((s) => small.slice(0, 4).map((d) => group.scalarAdd(s, d)));
  // 2·d·64 and n − 2·d·64: where the last digits of a fixed-base sum meet.
  const digits = Array.from({ length: 32 }, (_, i) => 2 * i + 1).flatMap((d) => [
    group.scalarFromNumber(2 * d),
    group.scalarFromNumber(128 * d),
  ]);
  return [...small, ...near, ...digits].flatMap((s) => [s, group.scalarNegate(s)]);
}

/** Scalars, random and edge. */
export const anyScalar = (group: Group): fc.Arbitrary<Scalar> =>
  fc.oneof(
    fc
      .uint8Array({ minLength: 64, maxLength: 64 })
      .map((bytes) => group.scalarFromBytesWide(bytes)),
    fc.constantFrom(...edgeScalars(group)),
  );

/** Points: small multiples of the base (so that equals and opposites meet), the identity, random ones. */
export const anyPoint = (group: Group): fc.Arbitrary<Point> =>
  fc.oneof(
    fc.integer({ min: -8, max: 8 }).map((value) => {
      const scalar = group.scalarFromNumber(Math.abs(value));
      return group.mulBase(value < 0 ? group.scalarNegate(scalar) : scalar);
    }),
    anyScalar(group).map((scalar) => group.mulBase(scalar)),
  );

/** A property per operation: its name, and what it asserts. */
export function groupProperties(
  suite: Suite,
  tested: Group,
  oracle: Group,
): Record<string, fc.IProperty<unknown>> {
  const scalar = anyScalar(oracle);
  const point = anyPoint(oracle);
  const uint32 = fc.oneof(fc.nat(20), fc.nat(2 ** 32 - 1));
  const terms = fc.array(fc.tuple(scalar, point), { maxLength: 12 });
  const length = suite === 'secp256k1' ? 33 : 32;
  return {
    'k·B': fc.property(scalar, (k) => {
      expect(tested.mulBase(k)).toEqual(oracle.mulBase(k));
    }),
    'k·P': fc.property(scalar, point, (k, P) => {
      expect(tested.mul(k, P)).toEqual(oracle.mul(k, P));
    }),
    'a·P + b·B': fc.property(scalar, point, scalar, (a, P, b) => {
      expect(tested.mulAddVar(a, P, b)).toEqual(oracle.mulAddVar(a, P, b));
    }),
    'P + Q, P + P, P − P': fc.property(point, point, (P, Q) => {
      expect(tested.add(P, Q)).toEqual(oracle.add(P, Q));
      expect(tested.add(P, P)).toEqual(oracle.add(P, P));
      expect(tested.negate(P)).toEqual(oracle.negate(P));
      expect(tested.add(P, tested.negate(P))).toEqual(oracle.identity);
    }),
    'Σ k·P': fc.property(terms, (terms) => {
      const [scalars, points] = [terms.map(([k]) => k), terms.map(([, P]) => P)];
      expect(tested.multiScalarVar(scalars, points)).toEqual(
        oracle.multiScalarVar(scalars, points),
      );
    }),
    'Σ xⁱ·C': fc.property(
      fc.array(point, { maxLength: 5 }),
      fc.array(uint32, { maxLength: 3 }),
      (C, xs) => {
        expect(tested.commitmentPolynomialVar(C, xs)).toEqual(
          oracle.commitmentPolynomialVar(C, xs),
        );
      },
    ),
    'encodings there and back': fc.property(point, (P) => {
      const bytes = tested.pointToBytes(P);
      expect(bytes).toEqual(oracle.pointToBytes(P));
      expect(tested.pointFromBytesOrIdentity(bytes)).toEqual(P);
      expect(tested.pointFromBytesChecked(bytes)).toEqual(tested.isIdentity(P) ? undefined : P);
    }),
    'the same bytes are points': fc.property(
      fc.uint8Array({ minLength: length, maxLength: length }),
      fc.constantFrom(0, 1, 2, 3, 4, 0x80, 0xff),
      (bytes, first) => {
        bytes[0] = first;
        expect(tested.pointFromBytesOrIdentity(bytes)).toEqual(
          oracle.pointFromBytesOrIdentity(bytes),
        );
      },
    ),
  };
}
