import { ed25519_FROST } from '@noble/curves/ed25519.js';
import { schnorr, schnorr_FROST } from '@noble/curves/secp256k1.js';
import type { FROST, FrostPublic, GenNonce, Key } from '@noble/curves/abstract/frost.js';
import { describe, expect, it } from 'vitest';
import { concat, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { ed25519Verify } from '../../src/lib/crypto/ed25519-verify.ts';
import { fromPackages, toPackages, type SharedKey } from '../../src/lib/crypto/imported-key.ts';
import { isFault } from '../../src/lib/crypto/faults.ts';
import type { DkgOutput } from '../../src/lib/crypto/simplpedpop.ts';
import * as zf from '../../src/lib/crypto/zf-format.ts';
import type { Group } from '../../src/lib/wasm/group.ts';
import type { Groups } from '../support/groups.ts';
import { value } from '../support/hex.ts';
import { honestCeremony, players, randomFrom } from '../support/players.ts';
import { signAttestation, signCustody } from '../support/signing.ts';

/** A key of ours as the other library holds it. */
function toNoble(frost: FROST, t: number, outputs: readonly DkgOutput[]) {
  const idOf = (id: number) => frost.Identifier.fromNumber(id + 1);
  const { threshPk, pubshares } = outputs[0]!;
  // Of the commitments, signing only needs the first, the key.
  const commitments = [threshPk, ...pubshares.slice(1, t)];
  const shared: FrostPublic = {
    signers: { min: t, max: pubshares.length },
    commitments,
    verifyingShares: Object.fromEntries(pubshares.map((share, id) => [idOf(id), share])),
  };
  const secrets = outputs.map(({ secshare }, id) => ({
    identifier: idOf(id),
    signingShare: secshare!.slice(),
  }));
  return { shared, secrets, idOf };
}

function signWithNoble(
  frost: FROST,
  t: number,
  outputs: readonly DkgOutput[],
  ids: readonly number[],
  msg: Uint8Array,
): Uint8Array {
  const { shared, secrets, idOf } = toNoble(frost, t, outputs);
  const nonces: GenNonce[] = ids.map((id) => frost.commit(secrets[id]!));
  const commitments = nonces.map((nonce) => nonce.commitments);
  const shares = ids.map((id, i) =>
    frost.signShare(secrets[id]!, shared, nonces[i]!.nonces, commitments, msg),
  );
  const named = Object.fromEntries(ids.map((id, i) => [idOf(id), shares[i]!]));
  return frost.aggregate(shared, commitments, msg, named);
}

/** A key that the other library generated, as ours. */
function fromNoble(group: Group, frost: FROST, t: number, n: number): DkgOutput[] {
  const idOf = (id: number) => frost.Identifier.fromNumber(id + 1);
  const all = Array.from({ length: n }, (_, id) => id);
  const first = all.map((id) => frost.DKG.round1(idOf(id), { min: t, max: n }));
  const others = <T>(list: readonly T[], id: number) => list.filter((_, i) => i !== id);
  const broadcast = first.map((one) => one.public);
  const second = all.map((id) => frost.DKG.round2(first[id]!.secret, others(broadcast, id)));
  return all.map((id) => {
    const received = others(second, id).map((sent) => sent[idOf(id)]!);
    const key: Key = frost.DKG.round3(first[id]!.secret, others(broadcast, id), received);
    const pubshares = all.map((i) => new Uint8Array(key.public.verifyingShares[idOf(i)]!));
    return {
      secshare: group.scalarFromBytesNonzeroChecked(key.secret.signingShare)!,
      threshPk: new Uint8Array(key.public.commitments[0]!),
      pubshares,
    };
  });
}

/** What one operator gets back after a package went out and in again, in either form. */
function roundTrips(group: Group, output: DkgOutput, id: number, t: number): SharedKey[] {
  const { keyPackage, publicKeyPackage } = toPackages(output, id, t)!;
  return [
    fromPackages(
      group,
      value(zf.keyPackageFromJson(group, zf.keyPackageToJson(group, keyPackage))),
      value(zf.publicKeyPackageFromJson(group, zf.publicKeyPackageToJson(group, publicKeyPackage))),
    ),
    fromPackages(
      group,
      value(zf.keyPackageFromBytes(group, zf.keyPackageToBytes(group, keyPackage))),
      value(
        zf.publicKeyPackageFromBytes(group, zf.publicKeyPackageToBytes(group, publicKeyPackage)),
      ),
    ),
  ].map(value);
}

/** Keys of ours in other hands, and the reverse. */
export function interop(groups: Groups): void {
  const all = players(groups, 2, 3, 'interop');
  const { outputs } = honestCeremony(all);
  const msg = all.random();
  const kinds = {
    custody: { group: groups.secp256k1, frost: schnorr_FROST },
    attestation: { group: groups.ed25519, frost: ed25519_FROST },
  };

  it.each([[[0, 1]], [[0, 2]], [[2, 1, 0]]])('our shares %j sign in @noble/curves', (ids) => {
    const custody = outputs.map((output) => output.custody);
    const signature = signWithNoble(schnorr_FROST, 2, custody, ids, msg);
    expect(schnorr.verify(signature, msg, custody[0]!.threshPk.slice(1))).toBe(true);
    const attestation = outputs.map((output) => output.attestation);
    const attested = signWithNoble(ed25519_FROST, 2, attestation, ids, msg) as Bytes;
    expect(ed25519Verify(groups.ed25519, attestation[0]!.threshPk, msg, attested)).toBe(true);
  });

  it('shares that @noble/curves generated sign here', () => {
    const custody = fromNoble(groups.secp256k1, schnorr_FROST, 2, 3);
    const { signature } = signCustody(all, custody, [2, 0], { msg });
    expect(schnorr.verify(signature, msg, custody[0]!.threshPk.slice(1))).toBe(true);
    const attestation = fromNoble(groups.ed25519, ed25519_FROST, 2, 3);
    const attested = signAttestation(all, attestation, [1, 2], msg);
    const key = attestation[0]!.threshPk;
    expect(ed25519Verify(groups.ed25519, key, msg, attested.signature)).toBe(true);
  });

  describe.each(['custody', 'attestation'] as const)('packages of the %s key', (kind) => {
    const { group } = kinds[kind];
    const keys = outputs.map((output) => output[kind]);

    it('go out and come back, as JSON and in binary form', () => {
      for (const [id, output] of keys.entries()) {
        for (const key of roundTrips(group, output, id, 2))
          expect(key).toEqual({ id, t: 2, ...output });
      }
    });

    const { keyPackage, publicKeyPackage } = toPackages(keys[1]!, 1, 2)!;
    const refusal = (own: Partial<zf.KeyPackage>, shared: Partial<zf.PublicKeyPackage> = {}) => {
      const result = fromPackages(
        group,
        { ...keyPackage, ...own },
        { ...publicKeyPackage, ...shared },
      );
      if (!isFault(result)) throw new Error('accepted');
      expect(result.fault).toBe('key-package-inconsistent');
      return result.detail;
    };
    const renumbered = (identifiers: number[], shares: readonly Bytes[] = keys[0]!.pubshares) =>
      new Map(identifiers.map((identifier, i) => [identifier, shares[i]!]));

    it('are refused when their parts do not fit', () => {
      const random = randomFrom(kind);
      const scalar = group.scalarFromBytesWrapping(random());
      const point = group.pointToBytes(group.mulBase(scalar));
      const { pubshares, threshPk } = keys[0]!;
      expect(refusal({ identifier: 4 })).toBe('identifier');
      expect(refusal({ identifier: 1 })).toBe('verifying shares differ');
      expect(refusal({ minSigners: 1 })).toBe('threshold');
      expect(refusal({ minSigners: 4 })).toBe('threshold');
      expect(refusal({ minSigners: 3 })).toBe('thresholds differ');
      expect(refusal({ verifyingKey: point })).toBe('keys differ');
      expect(refusal({ verifyingShare: point })).toBe('verifying shares differ');
      expect(refusal({ signingShare: scalar })).toBe('share and verifying share');
      const moved = { verifyingShares: renumbered([1, 2, 4]) };
      expect(refusal({}, moved)).toBe('identifiers');
      const other = { verifyingShares: renumbered([1, 2, 3], [...pubshares.slice(0, 2), point]) };
      expect(refusal({}, other)).toBe('verifying shares');
      expect(refusal({ verifyingKey: point }, { verifyingKey: point })).toBe(
        'verifying shares and key',
      );
      // All three shares lie on a polynomial of degree 1, so the threshold is not 3.
      expect(refusal({ minSigners: 3 }, { minSigners: 3 })).toBe('threshold is lower than stated');
      const swapped = { verifyingShares: renumbered([1, 2, 3], [...pubshares].reverse()) };
      expect(refusal({}, swapped)).toBe('verifying shares and key');
      expect(threshPk).toEqual(keyPackage.verifyingKey);
    });

    it('are refused in any other writing', () => {
      const json = zf.keyPackageToJson(group, keyPackage);
      const shared = zf.publicKeyPackageToJson(group, publicKeyPackage);
      const detail = (result: unknown) => (isFault(result) ? result.detail : 'accepted');
      const own = (text: string) => detail(zf.keyPackageFromJson(group, text));
      expect(own(JSON.stringify(JSON.parse(json), null, 2))).toBe('accepted');
      expect(own(`${json},`)).toBe('JSON');
      expect(own('[]')).toBe('JSON');
      expect(own(json.replace('"min_signers":2', '"min_signers":2,"min_signers":2'))).toBe(
        'ambiguous JSON',
      );
      expect(own(json.replace('"min_signers":2', '"min_signers":2.5'))).toBe('threshold');
      expect(own(json.replace('"min_signers":2', '"min_signers":"2"'))).toBe('threshold');
      expect(own(json.replace('"min_signers":2', '"min_signers":2,"fault":1'))).toBe(
        'unknown field',
      );
      expect(own(json.replace(',"min_signers":2', ''))).toBe('missing field');
      expect(own(json.replace('"version":0', '"version":1'))).toBe('version');
      expect(own(json.replace('FROST-', 'FROST2-'))).toBe('ciphersuite');
      expect(own(json.toUpperCase())).toBe('missing field');
      expect(own(`{"a":"${'0'.repeat(70_000)}"}`)).toBe('size');
      expect(
        detail(zf.publicKeyPackageFromJson(group, shared.replace(',"min_signers":2', ''))),
      ).toBe('accepted');

      const bytes = zf.keyPackageToBytes(group, keyPackage);
      const binary = (changed: Uint8Array) => detail(zf.keyPackageFromBytes(group, changed));
      expect(binary(concat(bytes, Uint8Array.of(0)))).toBe('length');
      expect(binary(bytes.subarray(0, -1))).toBe('threshold');
      expect(binary(concat(bytes.subarray(0, -1), Uint8Array.of(0x82, 0)))).toBe('threshold');
      expect(binary(concat(Uint8Array.of(1), bytes.subarray(1)))).toBe('version');
      const otherSuite = kind === 'custody' ? groups.ed25519 : groups.secp256k1;
      expect(detail(zf.keyPackageFromBytes(otherSuite, bytes))).toBe('ciphersuite');
    });
  });
}
