import type { Group, Point, Scalar } from '../wasm/group.ts';
import { expectSecrets } from '../wasm/secrets.ts';
import { equal, type Bytes } from './bytes.ts';
import { decodePoint } from './decode.ts';
import { fault, type Fault } from './faults.ts';
import { interpolatingValue } from './lagrange.ts';
import type { DkgOutput } from './simplpedpop.ts';
import { idsUpTo } from './vss.ts';
import type { KeyPackage, PublicKeyPackage } from './zf-format.ts';

/** One operator's share of a key, wherever it was made. */
export interface SharedKey {
  readonly id: number;
  readonly t: number;
  readonly secshare: Scalar;
  readonly threshPk: Bytes;
  /** Encoded public shares of ids 0 … n−1. */
  readonly pubshares: readonly Bytes[];
}

/** The two packages that hold a share of a key made here; undefined without a share. */
export function toPackages(
  { secshare, threshPk, pubshares }: DkgOutput,
  id: number,
  t: number,
): { keyPackage: KeyPackage; publicKeyPackage: PublicKeyPackage } | undefined {
  const verifyingShare = pubshares[id];
  if (!secshare || !verifyingShare) return undefined;
  return {
    keyPackage: {
      identifier: id + 1,
      signingShare: secshare,
      verifyingShare,
      verifyingKey: threshPk,
      minSigners: t,
    },
    publicKeyPackage: {
      verifyingShares: new Map(pubshares.map((pubshare, i) => [i + 1, pubshare])),
      verifyingKey: threshPk,
      minSigners: t,
    },
  };
}

/**
 * The share in two packages, if everything in them fits together: identifiers 1 … n, one threshold
 * and one key, the share belongs to its public share, and the public shares lie on one polynomial of
 * degree t − 1, not less, that leads to the key. Fault: `key-package-inconsistent`.
 */
export function fromPackages(
  group: Group,
  own: KeyPackage,
  shared: PublicKeyPackage,
): SharedKey | Fault {
  expectSecrets('import of a key package', group);
  const inconsistent = (detail: string) => fault('key-package-inconsistent', [], detail);
  const identifiers = [...shared.verifyingShares.keys()];
  const pubshares = [...shared.verifyingShares.values()];
  const n = pubshares.length;
  const t = own.minSigners;
  const id = own.identifier - 1;
  if (identifiers.some((identifier, i) => identifier !== i + 1)) return inconsistent('identifiers');
  if (id >= n) return inconsistent('identifier');
  if (t < 2 || t > n) return inconsistent('threshold');
  if ((shared.minSigners ?? t) !== t) return inconsistent('thresholds differ');
  if (!equal(own.verifyingKey, shared.verifyingKey)) return inconsistent('keys differ');
  if (!equal(own.verifyingShare, pubshares[id]!)) return inconsistent('verifying shares differ');
  const implied = group.pointToBytes(group.mulBase(own.signingShare));
  if (!equal(implied, own.verifyingShare)) return inconsistent('share and verifying share');

  const points = pubshares.map((pubshare) => decodePoint(group, pubshare));
  const key = decodePoint(group, own.verifyingKey);
  if (!points.every((point) => point !== undefined) || !key) return inconsistent('points');
  const wrong = offPolynomial(group, points, key, t);
  if (wrong) return inconsistent(wrong);
  return { id, t, secshare: own.signingShare, threshPk: own.verifyingKey, pubshares };
}

/** What does not lie on the polynomial of degree t − 1 through the first t points, if anything. */
function offPolynomial(
  group: Group,
  points: readonly Point[],
  key: Point,
  t: number,
): string | undefined {
  const through = (count: number, at: number): Point => {
    const ids = idsUpTo(count);
    const weights = ids.map((id) => interpolatingValue(group, ids, id, at));
    return group.multiScalarVar(weights, points.slice(0, count));
  };
  if (!equal(through(t, 0), key)) return 'verifying shares and key';
  for (let i = t; i < points.length; i++)
    if (!equal(through(t, i + 1), points[i]!)) return 'verifying shares';
  // If fewer than t shares lead to the next, fewer than t could sign.
  return equal(through(t - 1, t), points[t - 1]!) ? 'threshold is lower than stated' : undefined;
}
