import { expect, it } from 'vitest';
import { jsGroups, type Groups } from '../../../tests/support/groups.ts';
import { value } from '../../../tests/support/hex.ts';
import { honestCeremony, players } from '../../../tests/support/players.ts';
import { openAttestation, openCustody } from '../../../tests/support/signing.ts';
import type { Group, Point, Scalar } from '../wasm/group.ts';
import { isZero } from './bytes.ts';
import * as dual from './dual-dkg.ts';
import * as frostEd from './frost-ed25519.ts';
import * as frostSecp from './frost-secp256k1.ts';
import { toPackages } from './imported-key.ts';
import * as zf from './zf-format.ts';

/*
 * Whatever was multiplied as a secret, and whatever came out of an exchange of keys or a secret
 * polynomial, must be zero when a step returns, but for the share that is its result.
 */

const seen: Uint8Array[] = [];
const note = <T extends Uint8Array>(secret: T): T => {
  seen.push(secret);
  return secret;
};

/** The group, taking note of every secret operand and result. */
function watched(group: Group): Group {
  const notes: Partial<Group> = {
    mulBase: (k: Scalar): Point => group.mulBase(note(k)),
    mul: (k: Scalar, P: Point): Point => note(group.mul(note(k), P)),
    scalarPolynomial: (coefficients: readonly Scalar[], x: number): Scalar =>
      note(group.scalarPolynomial(coefficients.map(note), x)),
  };
  return new Proxy(group, {
    get: (target, name) => {
      const own: unknown = Reflect.get(notes, name) ?? Reflect.get(target, name, target);
      return typeof own === 'function' && !Reflect.has(notes, name)
        ? (own.bind(target) as unknown)
        : own;
    },
  });
}

const groups: Groups = {
  name: 'watched',
  secp256k1: watched(jsGroups.secp256k1),
  ed25519: watched(jsGroups.ed25519),
};

/** Runs a step, and expects its secrets to be gone but for those it hands out. */
function step<T>(run: () => T, handedOut: (result: T) => (Uint8Array | undefined)[] = () => []): T {
  seen.length = 0;
  const result = run();
  expect(seen.length).toBeGreaterThan(0);
  const kept = handedOut(result);
  const left = seen.filter((secret) => !isZero(secret) && !kept.includes(secret));
  expect(left.length, `of ${seen.length}`).toBe(0);
  return result;
}

it('key generation, recovery and signing leave no secret behind', () => {
  const all = players(groups, 2, 3, 'wiping');
  const { ceremony, hostSeckeys, random } = all;
  const before = hostSeckeys.map((key) => key.join());
  const first = hostSeckeys.map((key) =>
    step(() => value(dual.participantStep1(groups, key, ceremony, random()))),
  );
  const pmsgs1 = first.map(({ pmsg1 }) => pmsg1);
  const { state, cmsg1 } = value(dual.coordinatorStep1(groups, pmsgs1, ceremony));
  const second = first.map((one, id) =>
    step(
      () => value(dual.participantStep2(hostSeckeys[id]!, one.state, cmsg1, random())),
      ({ state: { custody, attestation } }) => [
        custody.output.secshare,
        attestation.output.secshare,
      ],
    ),
  );
  const pmsgs2 = second.map(({ pmsg2 }) => pmsg2);
  const { cmsg2, recoveryData } = value(dual.coordinatorFinalize(state, pmsgs2));
  const outputs = second.map((one) => value(dual.participantFinalize(one.state, cmsg2)));
  step(
    () => value(dual.recoverBoth(groups, hostSeckeys[0], recoveryData)),
    ({ custody, attestation }) => [custody.secshare, attestation.secshare],
  );
  expect(hostSeckeys.map((key) => key.join())).toEqual(before); // the caller's are the caller's

  const custody = outputs.map((output) => output.custody);
  const open = step(() => openCustody(all, custody, [0, 1], { msg: random() }));
  step(() =>
    value(
      frostSecp.sign(groups.secp256k1, open.session, open.secnonces[0]!, custody[0]!.secshare!, 0),
    ),
  );
  const attestation = outputs.map((output) => output.attestation);
  const openEd = step(() => openAttestation(all, attestation, [0, 1], random()));
  step(() =>
    value(
      frostEd.sign(
        groups.ed25519,
        openEd.session,
        openEd.secnonces[0]!,
        attestation[0]!.secshare!,
        0,
      ),
    ),
  );
  for (const { secshare } of [...custody, ...attestation]) expect(isZero(secshare!)).toBe(false);
});

it('a failing step leaves none either', () => {
  const all = players(groups, 2, 3, 'failing');
  const { ceremony, hostSeckeys, random } = all;
  const first = hostSeckeys.map((key) =>
    value(dual.participantStep1(groups, key, ceremony, random())),
  );
  const { cmsg1 } = value(
    dual.coordinatorStep1(
      groups,
      first.map(({ pmsg1 }) => pmsg1),
      ceremony,
    ),
  );
  // A ciphertext of each run, in turn: the first fails before, the second after a share was found.
  for (const at of [cmsg1.length - 3 * 32, cmsg1.length >> 1]) {
    const wrong = cmsg1.slice();
    wrong[at]! ^= 1;
    const result = step(() =>
      dual.participantStep2(hostSeckeys[0]!, first[0]!.state, wrong, random()),
    );
    expect(result).toHaveProperty('fault');
  }
});

it('reading a key package leaves no copy of the share but its result', () => {
  const { custody } = honestCeremony(players(jsGroups, 2, 3, 'packages')).outputs[0]!;
  const { keyPackage } = toPackages(custody, 0, 2)!;
  const read: Uint8Array[] = [];
  const group = new Proxy(jsGroups.secp256k1, {
    get: (target, name) => {
      const own: unknown = Reflect.get(target, name, target);
      if (name !== 'scalarFromBytesNonzeroChecked')
        return typeof own === 'function' ? (own.bind(target) as unknown) : own;
      return (bytes: Uint8Array) => {
        read.push(bytes);
        return target.scalarFromBytesNonzeroChecked(bytes);
      };
    },
  });
  const json = zf.keyPackageFromJson(group, zf.keyPackageToJson(group, keyPackage));
  const binary = zf.keyPackageFromBytes(group, zf.keyPackageToBytes(group, keyPackage));
  for (const result of [json, binary]) expect(value(result).signingShare).toEqual(custody.secshare);
  expect(read).toHaveLength(2);
  expect(read.every(isZero)).toBe(true);
});
