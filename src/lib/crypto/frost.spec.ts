import { createPublicKey, verify as nodeVerify } from 'node:crypto';
import { ed25519 as noble } from '@noble/curves/ed25519.js';
import { schnorr } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { implementations } from '../../../tests/support/node.ts';
import { honestCeremony, players } from '../../../tests/support/players.ts';
import {
  openAttestation,
  openCustody,
  signAttestation,
  signCustody,
} from '../../../tests/support/signing.ts';
import type { Group, Scalar } from '../wasm/group.ts';
import { xOnly } from './bip340.ts';
import { concat, equal, fromHex } from './bytes.ts';
import * as frostEd from './frost-ed25519.ts';
import * as frostSecp from './frost-secp256k1.ts';
import { interpolatingValue } from './lagrange.ts';
import { secsharesOf } from './vss.ts';

const groups = implementations.find(({ name }) => name === 'WASM')!;

const groupSize = fc
  .integer({ min: 2, max: 6 })
  .chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: Math.floor(n / 2) + 1, max: n })));

/** A group with some signers of it, in any order. */
const setting = groupSize.chain(([n, t]) =>
  fc.record({
    n: fc.constant(n),
    t: fc.constant(t),
    ids: fc.shuffledSubarray(
      Array.from({ length: n }, (_, id) => id),
      { minLength: t },
    ),
    msg: fc.uint8Array({ maxLength: 200 }),
    seed: fc.string({ maxLength: 8 }),
    draft: fc.constantFrom<frostSecp.Draft[]>('0.6.0', '0.10.0'),
    tweaks: fc.array(fc.tuple(fc.uint8Array({ minLength: 31, maxLength: 31 }), fc.boolean()), {
      maxLength: 3,
    }),
  }),
);

/** RFC 8410: what stands before an Ed25519 public key. */
const spki = fromHex('302a300506032b6570032100')!;

it('any quorum signs with either key, and independent verifiers agree', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(setting, ({ n, t, ids, msg, seed, draft, tweaks }) => {
      const all = players(groups, t, n, seed);
      const { outputs } = honestCeremony(all);
      const custody = outputs.map((output) => output.custody);
      const { session, signature } = signCustody(all, custody, ids, {
        msg,
        draft,
        tweaks: tweaks.map(([tweak]) => concat(Uint8Array.of(0), tweak)),
        isXonly: tweaks.map(([, isXonly]) => isXonly),
      });
      expect(schnorr.verify(signature, msg, xOnly(session.Q))).toBe(true);

      const attestation = outputs.map((output) => output.attestation);
      const attested = signAttestation(all, attestation, ids, msg).signature;
      const { threshPk } = attestation[0]!;
      for (const zip215 of [true, false])
        expect(noble.verify(attested, msg, threshPk, { zip215 })).toBe(true);
      const key = createPublicKey({
        key: Buffer.from(concat(spki, threshPk)),
        format: 'der',
        type: 'spki',
      });
      expect(nodeVerify(null, msg, key, attested)).toBe(true);
    }),
    { numRuns: 15 },
  );
});

it.each(['secp256k1', 'ed25519'] as const)('%s: any t shares lead to any other share', (suite) => {
  const group = groups[suite];
  const scalar = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((bytes) => group.scalarFromBytesWrapping(bytes));
  fc.assert(
    fc.property(
      fc.array(scalar, { minLength: 2, maxLength: 5 }),
      fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }),
      (polynomial, order) => {
        const shares = secsharesOf(group, polynomial, 8);
        const ids = order.slice(0, polynomial.length);
        const other = order.at(-1)!;
        const sum = ids
          .map((id) => group.scalarMul(interpolatingValue(group, ids, id, other + 1), shares[id]!))
          .reduce((a, b) => group.scalarAdd(a, b));
        expect(equal(sum, shares[other]!)).toBe(true);
      },
    ),
  );
});

/** The group with one wrong bit in the result of one addition. */
function faulty(group: Group): Group {
  let first = true;
  return new Proxy(group, {
    get: (target, name) => {
      const own: unknown = Reflect.get(target, name, target);
      if (typeof own !== 'function') return own;
      const run = own.bind(target) as (...operands: unknown[]) => unknown;
      if (name !== 'scalarAdd') return run;
      return (...operands: unknown[]) => {
        const sum = run(...operands) as Scalar;
        if (first) sum[15]! ^= 1;
        first = false;
        return sum;
      };
    },
  });
}

it('a computer that miscalculates releases no share', () => {
  const all = players(groups, 2, 3, 'miscalculation');
  const { outputs } = honestCeremony(all);
  const custody = outputs.map((output) => output.custody);
  const open = openCustody(all, custody, [0, 1], { msg: all.random() });
  const share = custody[0]!.secshare!;
  const withheld = [
    frostSecp.sign(faulty(groups.secp256k1), open.session, open.secnonces[0]!, share, 0),
  ];
  const attestation = outputs.map((output) => output.attestation);
  const openEd = openAttestation(all, attestation, [0, 1], all.random());
  const shareEd = attestation[0]!.secshare!;
  withheld.push(
    frostEd.sign(faulty(groups.ed25519), openEd.session, openEd.secnonces[0]!, shareEd, 0),
  );
  for (const result of withheld) expect(result).toMatchObject({ fault: 'own-psig-wrong' });
});
