import { describe, expect, it } from 'vitest';
import { hasEvenY } from '../../src/lib/crypto/bip340.ts';
import { concat, equal } from '../../src/lib/crypto/bytes.ts';
import * as frostEd from '../../src/lib/crypto/frost-ed25519.ts';
import * as frostSecp from '../../src/lib/crypto/frost-secp256k1.ts';
import { validateSigners } from '../../src/lib/crypto/frost-signers.ts';
import { interpolatingValue } from '../../src/lib/crypto/lagrange.ts';
import type { Group, Scalar } from '../../src/lib/wasm/group.ts';
import { expectFault, flip } from '../support/attacks.ts';
import type { Groups } from '../support/groups.ts';
import { value } from '../support/hex.ts';
import { honestCeremony, players, signersOf } from '../support/players.ts';
import { openAttestation, openCustody } from '../support/signing.ts';

/** Solves three linear equations Σ rows[i][j] · x[j] = values[i] over the scalars (Cramer's rule). */
function solve(group: Group, rows: Scalar[][], values: Scalar[]): Scalar[] {
  const mul = (a: Scalar, b: Scalar) => group.scalarMul(a, b);
  const sub = (a: Scalar, b: Scalar) => group.scalarAdd(a, group.scalarNegate(b));
  const minor = (m: Scalar[][], r: [number, number], c: [number, number]) =>
    sub(mul(m[r[0]]![c[0]]!, m[r[1]]![c[1]]!), mul(m[r[0]]![c[1]]!, m[r[1]]![c[0]]!));
  const det = (m: Scalar[][]) =>
    group.scalarAdd(
      sub(mul(m[0]![0]!, minor(m, [1, 2], [1, 2])), mul(m[0]![1]!, minor(m, [1, 2], [0, 2]))),
      mul(m[0]![2]!, minor(m, [1, 2], [0, 1])),
    );
  const inverse = group.scalarInvert(det(rows));
  return [0, 1, 2].map((column) =>
    mul(
      det(rows.map((row, i) => row.map((cell, j) => (j === column ? values[i]! : cell)))),
      inverse,
    ),
  );
}

/** Named attacks on signing, with both keys of a 2-of-3 group. */
export function signingAttacks(groups: Groups): void {
  const { secp256k1, ed25519 } = groups;
  const all = players(groups, 2, 3, 'signing attacks');
  const { outputs } = honestCeremony(all);
  const custody = outputs.map((output) => output.custody);
  const attestation = outputs.map((output) => output.attestation);
  const nextEpoch = honestCeremony(players(groups, 2, 3, 'next epoch')).outputs;
  const ids = [0, 2];
  const msg = all.random();

  const signAll = (open: ReturnType<typeof openCustody>, keys = custody) =>
    ids.map((id, i) =>
      value(frostSecp.sign(secp256k1, open.session, open.secnonces[i]!, keys[id]!.secshare!, id)),
    );
  const attestAll = (open: ReturnType<typeof openAttestation>) =>
    ids.map((id, i) =>
      value(
        frostEd.sign(ed25519, open.session, open.secnonces[i]!, attestation[id]!.secshare!, id),
      ),
    );

  describe('a share for something else is refused and its signer named', () => {
    it('another message', () => {
      const [open, other] = [msg, all.random()].map((m) =>
        openCustody(all, custody, ids, { msg: m }),
      );
      const [psigs, wrong] = [signAll(open!), signAll(other!)];
      expectFault(
        frostSecp.aggregateVerified(secp256k1, open!.session, [psigs[0]!, wrong[1]!]),
        'psig-wrong',
        'operator-or-relay',
        [2],
      );
      const [openEd, otherEd] = [msg, all.random()].map((m) =>
        openAttestation(all, attestation, ids, m),
      );
      const [psigsEd, wrongEd] = [attestAll(openEd!), attestAll(otherEd!)];
      expectFault(
        frostEd.aggregateVerified(ed25519, openEd!.session, [wrongEd[0]!, psigsEd[1]!]),
        'psig-wrong',
        'operator-or-relay',
        [0],
      );
    });

    it('another session about the same message', () => {
      const [open, other] = [0, 1].map(() => openCustody(all, custody, ids, { msg }));
      const [psigs, wrong] = [signAll(open!), signAll(other!)];
      for (const [i, id] of ids.entries())
        expectFault(
          frostSecp.aggregateVerified(
            secp256k1,
            open!.session,
            psigs.map((psig, j) => (i === j ? wrong[j]! : psig)),
          ),
          'psig-wrong',
          'operator-or-relay',
          [id],
        );
    });

    it('another draft of the protocol', () => {
      const open = openCustody(all, custody, ids, { msg });
      const later = value(
        frostSecp.openSigning(secp256k1, { ...open.session.context, draft: '0.10.0' }),
      );
      const psigs = ids.map((id, i) =>
        value(
          frostSecp.sign(
            secp256k1,
            id === 2 ? later : open.session,
            open.secnonces[i]!,
            custody[id]!.secshare!,
            id,
          ),
        ),
      );
      expectFault(
        frostSecp.aggregateVerified(secp256k1, open.session, psigs),
        'psig-wrong',
        'operator-or-relay',
        [2],
      );
    });

    it('another epoch: the share is not even used', () => {
      const open = openCustody(all, custody, ids, { msg });
      const foreign = nextEpoch[0]!.custody.secshare!;
      expectFault(
        frostSecp.sign(secp256k1, open.session, open.secnonces[0]!, foreign, 0),
        'own-pubshare-missing',
        'local',
        [],
        [foreign],
      );
      const openEd = openAttestation(all, attestation, ids, msg);
      const foreignEd = nextEpoch[0]!.attestation.secshare!;
      expectFault(
        frostEd.sign(ed25519, openEd.session, openEd.secnonces[0]!, foreignEd, 0),
        'own-pubshare-missing',
        'local',
        [0],
        [foreignEd],
      );
      // Public shares of two epochs do not make one key either.
      const mixed = {
        ...signersOf(all, custody[0]!, ids),
        pubshares: [custody[0]!.pubshares[0]!, nextEpoch[0]!.custody.pubshares[2]!],
      };
      expectFault(validateSigners(secp256k1, mixed), 'key-material-inconsistent', 'local');
    });

    it('another operator: their id with our share', () => {
      const open = openCustody(all, custody, ids, { msg });
      expectFault(
        frostSecp.sign(secp256k1, open.session, open.secnonces[0]!, custody[0]!.secshare!, 2),
        'own-pubshare-missing',
        'local',
        [2],
      );
    });

    it('bytes that are no share', () => {
      const open = openCustody(all, custody, ids, { msg });
      const psigs = signAll(open);
      const aggregate = (bad: Uint8Array) =>
        frostSecp.aggregateVerified(secp256k1, open.session, [psigs[0]!, bad]);
      for (const bad of [
        new Uint8Array(32).fill(0xff),
        new Uint8Array(0),
        concat(psigs[1]!, psigs[1]!),
      ])
        expectFault(aggregate(bad), 'psig-malformed', 'operator', [2]);
      expectFault(aggregate(flip(psigs[1]!)), 'psig-wrong', 'operator-or-relay', [2]);
    });
  });

  describe('nonces', () => {
    it('an aggregate that is no pair of points: the relay', () => {
      const { session, pubnonces } = openCustody(all, custody, ids, { msg });
      const sum = value(frostSecp.nonceAgg(secp256k1, ids, pubnonces));
      const opened = (aggnonce: Uint8Array) =>
        frostSecp.openAggregated(secp256k1, { ...session.context, aggnonce });
      for (const half of [0, 33]) {
        const aggnonce = concat(sum).fill(0xff, half, half + 33);
        expectFault(opened(aggnonce), 'aggnonce-invalid', 'relay');
      }
      expectFault(opened(sum.subarray(1)), 'aggnonce-invalid', 'relay');
    });

    it('somebody else’s nonce under our name: we do not sign', () => {
      const open = openCustody(all, custody, ids, { msg });
      const other = openCustody(all, custody, ids, { msg }).pubnonces[0]!;
      const pubnonces = [other, open.pubnonces[1]!];
      const misled = value(
        frostSecp.openSigning(secp256k1, { ...open.session.context, pubnonces }),
      );
      expectFault(
        frostSecp.sign(secp256k1, misled, open.secnonces[0]!, custody[0]!.secshare!, 0),
        'own-nonce-missing',
        'relay',
      );
    });

    it('somebody else’s commitments under our name: we do not sign', () => {
      const open = openAttestation(all, attestation, ids, msg);
      const other = openAttestation(all, attestation, ids, msg);
      const replaced = value(
        frostEd.openSigning(ed25519, {
          ...open.session.context,
          pubnonces: [other.pubnonces[0]!, open.pubnonces[1]!],
        }),
      );
      expectFault(
        frostEd.sign(ed25519, replaced, open.secnonces[0]!, attestation[0]!.secshare!, 0),
        'own-nonce-missing',
        'relay',
      );
    });

    it('a nonce signs once: wiped, and refused from then on', () => {
      const open = openCustody(all, custody, ids, { msg });
      const signAgain = () =>
        frostSecp.sign(secp256k1, open.session, open.secnonces[0]!, custody[0]!.secshare!, 0);
      value(signAgain());
      expect(open.secnonces[0]!.every((byte) => byte === 0)).toBe(true);
      expectFault(signAgain(), 'secnonce-spent', 'local');

      const openEd = openAttestation(all, attestation, ids, msg);
      const attestAgain = () =>
        frostEd.sign(ed25519, openEd.session, openEd.secnonces[0]!, attestation[0]!.secshare!, 0);
      value(attestAgain());
      expect(openEd.secnonces[0]!.every((byte) => byte === 0)).toBe(true);
      expectFault(attestAgain(), 'secnonce-spent', 'local');
    });

    it('it is spent even if signing fails afterwards', () => {
      const open = openCustody(all, custody, ids, { msg });
      const wrong = custody[1]!.secshare!;
      expectFault(
        frostSecp.sign(secp256k1, open.session, open.secnonces[0]!, wrong, 0),
        'own-pubshare-missing',
        'local',
      );
      expectFault(
        frostSecp.sign(secp256k1, open.session, open.secnonces[0]!, custody[0]!.secshare!, 0),
        'secnonce-spent',
        'local',
      );
    });
  });

  describe('why that matters: shares under one nonce reveal the share of the key', () => {
    it('custody: three linear equations in two nonces and the share', () => {
      const open = openCustody(all, custody, ids, { msg });
      const copy = open.secnonces[0]!.slice();
      const rows: Scalar[][] = [];
      const psigs: Scalar[] = [];
      for (let i = 0; i < 3; i++) {
        const context = { ...open.session.context, msg: all.random() };
        const session = value(frostSecp.openSigning(secp256k1, context));
        const { b, R, e, Q, gacc } = session;
        const one = secp256k1.scalarFromNumber(1);
        const sign = (even: boolean, scalar: Scalar) =>
          even ? scalar : secp256k1.scalarNegate(scalar);
        const lambda = interpolatingValue(secp256k1, ids, 0);
        const factor = secp256k1.scalarMul(secp256k1.scalarMul(e, lambda), gacc);
        rows.push([sign(hasEvenY(R), one), sign(hasEvenY(R), b), sign(hasEvenY(Q), factor)]);
        const reused = copy.slice();
        const psig = value(frostSecp.sign(secp256k1, session, reused, custody[0]!.secshare!, 0));
        psigs.push(secp256k1.scalarFromBytesChecked(psig)!);
      }
      expect(equal(solve(secp256k1, rows, psigs)[2]!, custody[0]!.secshare!)).toBe(true);
    });

    it('attestation: the same', () => {
      const open = openAttestation(all, attestation, ids, msg);
      const copy = open.secnonces[0]!.slice();
      const rows: Scalar[][] = [];
      const psigs: Scalar[] = [];
      for (let i = 0; i < 3; i++) {
        const context = { ...open.session.context, msg: all.random() };
        const session = value(frostEd.openSigning(ed25519, context));
        rows.push([
          ed25519.scalarFromNumber(1),
          session.commitments.get(0)!.bindingFactor,
          ed25519.scalarMul(session.challenge, interpolatingValue(ed25519, ids, 0)),
        ]);
        const reused = copy.slice();
        const psig = value(frostEd.sign(ed25519, session, reused, attestation[0]!.secshare!, 0));
        psigs.push(ed25519.scalarFromBytesChecked(psig)!);
      }
      expect(equal(solve(ed25519, rows, psigs)[2]!, attestation[0]!.secshare!)).toBe(true);
    });
  });

  describe('signer sets', () => {
    const context = signersOf(all, custody[0]!, ids);
    const validate = (change: Partial<typeof context>) =>
      validateSigners(secp256k1, { ...context, ...change });

    it('duplicate and out-of-range ids', () => {
      const twice = [context.pubshares[0]!, context.pubshares[0]!];
      expectFault(validate({ ids: [0, 0], pubshares: twice }), 'signer-id-duplicate', 'local');
      for (const id of [3, -1, 0.5, Number.NaN, 2 ** 32])
        expectFault(validate({ ids: [0, id] }), 'signer-id-out-of-range', 'local', [id]);
    });

    it('too few, too many, or another threshold', () => {
      expectFault(
        validate({ ids: [0], pubshares: [context.pubshares[0]!] }),
        'signer-count-out-of-range',
        'local',
      );
      expectFault(validate({ t: 0 }), 'threshold-out-of-range', 'local');
      expectFault(validate({ t: 4 }), 'threshold-out-of-range', 'local');
      expectFault(validate({ t: 3 }), 'signer-count-out-of-range', 'local');
    });

    it('swapped public shares, or a key that is not theirs', () => {
      expectFault(
        validate({ pubshares: [...context.pubshares].reverse() }),
        'key-material-inconsistent',
        'local',
      );
      expectFault(
        validate({ threshPk: nextEpoch[0]!.custody.threshPk }),
        'key-material-inconsistent',
        'local',
      );
    });
  });

  it('many sessions at once: no share fits any session but its own', () => {
    const sessions = Array.from({ length: 8 }, () => openCustody(all, custody, ids, { msg }));
    const shares = sessions.map((open) => signAll(open));
    for (const [i, { session, pubnonces }] of sessions.entries()) {
      for (const [j, psigs] of shares.entries()) {
        const fits = frostSecp.partialSigVerify(secp256k1, session, psigs[0]!, pubnonces[0]!, 0);
        expect(fits).toBe(i === j);
      }
    }
  });

  it('an attacker who chooses their nonce last changes the coefficient for everybody (ROS)', () => {
    const open = openCustody(all, custody, ids, { msg });
    const coefficients = new Set([open.session.b.join()]);
    for (let i = 0; i < 16; i++) {
      const own = value(frostSecp.nonceGen(secp256k1, { rand: all.random() }));
      const pubnonces = [open.pubnonces[0]!, own.pubnonce];
      const session = value(
        frostSecp.openSigning(secp256k1, { ...open.session.context, pubnonces }),
      );
      coefficients.add(session.b.join());
    }
    expect(coefficients.size).toBe(17);

    const openEd = openAttestation(all, attestation, ids, msg);
    const factors = new Set([openEd.session.commitments.get(0)!.bindingFactor.join()]);
    for (let i = 0; i < 16; i++) {
      const own = openAttestation(all, attestation, ids, msg).pubnonces[1]!;
      const session = value(
        frostEd.openSigning(ed25519, {
          ...openEd.session.context,
          pubnonces: [openEd.pubnonces[0]!, own],
        }),
      );
      factors.add(session.commitments.get(0)!.bindingFactor.join());
    }
    expect(factors.size).toBe(17);
  });
}
