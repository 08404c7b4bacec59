import { ed25519 as nobleEd25519 } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import { concat, type Bytes } from '../../src/lib/crypto/bytes.ts';
import * as dual from '../../src/lib/crypto/dual-dkg.ts';
import { ed25519Verify } from '../../src/lib/crypto/ed25519-verify.ts';
import * as frostEd from '../../src/lib/crypto/frost-ed25519.ts';
import { edit, expectFault, type Part, type Run } from '../support/attacks.ts';
import type { Groups } from '../support/groups.ts';
import { unhex, value } from '../support/hex.ts';
import { firstRound, honestCeremony, players, signersOf } from '../support/players.ts';
import { signAttestation } from '../support/signing.ts';

/** The eight points whose order divides the cofactor, canonically encoded. */
const torsion: readonly Bytes[] = nobleTorsion();

function nobleTorsion(): Bytes[] {
  const { Point } = nobleEd25519;
  const generator = Point.fromHex(
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  );
  const points = [Point.ZERO];
  while (points.length < 8) points.push(points.at(-1)!.add(generator));
  return points.map((point) => new Uint8Array(point.toBytes()));
}

/** The base point with each torsion point added: right up to a small-order part. */
const mixed = torsion
  .slice(1)
  .map((bytes) => nobleEd25519.Point.fromBytes(bytes).add(nobleEd25519.Point.BASE))
  .map((point) => new Uint8Array(point.toBytes()));

/** Encodings that RFC 8032 calls invalid and lax decoders accept: y ≥ p, or −0. */
const nonCanonicalEd25519 = [
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'efffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  '0100000000000000000000000000000000000000000000000000000000000080',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
].map(unhex);

/** Off the curve, x ≥ p, uncompressed and hybrid tags, and half an identity. */
const invalidSecp256k1 = [
  '020000000000000000000000000000000000000000000000000000000000000005',
  '02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30',
  '0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
  '0679be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
  '000000000000000000000000000000000000000000000000000000000000000001',
  '020000000000000000000000000000000000000000000000000000000000000000',
].map(unhex);

const orders = {
  custody: unhex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'),
  attestation: unhex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010'),
};

const badPoints: Record<Run, readonly Bytes[]> = {
  custody: invalidSecp256k1,
  attestation: [...torsion.slice(1), ...mixed, ...nonCanonicalEd25519],
};

/** Every field of every message that holds a point or a scalar refuses what is not one. */
export function encodingAttacks(groups: Groups): void {
  const all = players(groups, 2, 3, 'encodings');
  const { states, pmsgs1 } = firstRound(all);
  const { cmsg1 } = value(dual.coordinatorStep1(groups, pmsgs1, all.ceremony));
  const participantFields: [Run, Part, number][] = [
    ['custody', 'com', 0],
    ['custody', 'com', 1],
    ['attestation', 'com', 0],
    ['attestation', 'com', 1],
  ];
  const coordinatorFields: [Run, Part, number][] = [
    ['custody', 'comsToSecrets', 1],
    ['custody', 'nonconst', 0],
    ['attestation', 'comsToSecrets', 1],
    ['attestation', 'nonconst', 0],
  ];
  const check = (message: Uint8Array) =>
    dual.participantStep2(all.hostSeckeys[0]!, states[0]!, message, all.random());

  it('the torsion points are what they are called', () => {
    expect(new Set(torsion.map((bytes) => bytes.join())).size).toBe(8);
    for (const bytes of torsion)
      expect(nobleEd25519.Point.fromBytes(bytes).clearCofactor().is0()).toBe(true);
  });

  it.each(participantFields)('%s, %s %i of an operator', (run, part, index) => {
    for (const point of badPoints[run]) {
      const attack = edit(all, 'pmsg1', pmsgs1[1]!, run, part, index, () => point);
      expectFault(
        dual.coordinatorStep1(groups, [pmsgs1[0]!, attack, pmsgs1[2]!], all.ceremony),
        'round1-malformed',
        'operator',
        [1],
      );
    }
  });

  it.each(coordinatorFields)('%s, %s %i of the relay', (run, part, index) => {
    for (const point of badPoints[run])
      expectFault(
        check(edit(all, 'cmsg1', cmsg1, run, part, index, () => point)),
        'relay-message-malformed',
        'relay',
      );
  });

  it('a proof over a torsion point or a scalar that is too large', () => {
    for (const r of badPoints.attestation) {
      const attack = edit(all, 'cmsg1', cmsg1, 'attestation', 'pops', 1, (pop) =>
        concat(pop.subarray(0, 32), r, pop.subarray(64)),
      );
      expectFault(check(attack), 'pop-invalid', 'operator-or-relay', [1]);
    }
    for (const run of ['custody', 'attestation'] as const) {
      const attack = edit(all, 'cmsg1', cmsg1, run, 'pops', 1, (pop) =>
        concat(pop.subarray(0, -32), orders[run]),
      );
      expectFault(check(attack), 'pop-invalid', 'operator-or-relay', [1]);
    }
  });

  const identity = { custody: new Uint8Array(33), attestation: torsion[0]! };
  const relayed = (run: Run, part: Part) =>
    dual.coordinatorStep1(
      groups,
      [pmsgs1[0]!, edit(all, 'pmsg1', pmsgs1[1]!, run, part, 0, () => identity[run]), pmsgs1[2]!],
      all.ceremony,
    );

  it('the identity as an operator’s own first commitment', () => {
    const custody = value(relayed('custody', 'com'));
    expectFault(check(custody.cmsg1), 'commitment-is-identity', 'operator-or-relay', [1]);
    // The proof of possession holds the hash of the commitments, which the relay compares.
    expectFault(relayed('attestation', 'com'), 'pop-commitments-differ', 'operator', [1]);
  });

  it('an encrypted share that is not below the order', () => {
    for (const run of ['custody', 'attestation'] as const) {
      const attack = edit(all, 'pmsg1', pmsgs1[1]!, run, 'encShares', 2, () => orders[run]);
      expectFault(
        dual.coordinatorStep1(groups, [pmsgs1[0]!, attack, pmsgs1[2]!], all.ceremony),
        'round1-malformed',
        'operator',
        [1],
      );
      expectFault(
        check(edit(all, 'cmsg1', cmsg1, run, 'encShares', 2, () => orders[run])),
        'relay-message-malformed',
        'relay',
      );
    }
  });

  it('an investigation message with any of these', () => {
    const wrong = edit(
      all,
      'cmsg1',
      cmsg1,
      'attestation',
      'encShares',
      0,
      () => new Uint8Array(32),
    );
    const cinv = value(dual.coordinatorInvestigate(groups, pmsgs1, all.ceremony))[0]!;
    const investigate = (message: Uint8Array) =>
      dual.participantInvestigate(all.hostSeckeys[0]!, states[0]!, wrong, message);
    expectFault(investigate(cinv), 'investigation-secshares-differ', 'relay');
    for (const point of badPoints.attestation)
      expectFault(
        investigate(concat(cinv.subarray(0, -32), point)),
        'relay-message-malformed',
        'relay',
      );
    expectFault(investigate(cinv.subarray(1)), 'relay-message-malformed', 'relay');
  });

  describe('in signing', () => {
    const signing = players(groups, 2, 3, 'encodings in signing');
    const { outputs } = honestCeremony(signing);
    const attestation = outputs.map((output) => output.attestation);
    const msg = signing.random();
    const { session, psigs, signature } = signAttestation(signing, attestation, [0, 2], msg);
    const { threshPk } = attestation[0]!;

    it('a nonce commitment with a torsion part, in either half', () => {
      const { pubnonces } = session.context;
      for (const point of [torsion[0]!, ...badPoints.attestation]) {
        for (const bad of [
          concat(point, pubnonces[1]!.subarray(32)),
          concat(pubnonces[1]!.subarray(0, 32), point),
        ])
          expectFault(
            frostEd.openSigning(groups.ed25519, {
              signers: signersOf(signing, attestation[0]!, [0, 2]),
              pubnonces: [pubnonces[0]!, bad],
              msg,
            }),
            'signing-pubnonce-invalid',
            'operator',
            [2],
          );
      }
    });

    it('a share that is not below the order', () => {
      expectFault(
        frostEd.aggregateVerified(groups.ed25519, session, [psigs[0]!, orders.attestation]),
        'psig-malformed',
        'operator',
        [2],
      );
    });

    it('the signature itself, malleated', () => {
      const { ed25519 } = groups;
      expect(ed25519Verify(ed25519, threshPk, msg, signature)).toBe(true);
      const s = signature.subarray(32);
      const plusOrder = s.slice();
      let carry = 0;
      for (const [i, byte] of orders.attestation.entries()) {
        const sum = s[i]! + byte + carry;
        plusOrder[i] = sum & 0xff;
        carry = sum >> 8;
      }
      const malleated = concat(signature.subarray(0, 32), plusOrder);
      expect(ed25519Verify(ed25519, threshPk, msg, malleated)).toBe(false);
      for (const bad of badPoints.attestation) {
        expect(ed25519Verify(ed25519, threshPk, msg, concat(bad, s))).toBe(false);
        expect(ed25519Verify(ed25519, bad, msg, signature)).toBe(false);
      }
    });
  });
}
