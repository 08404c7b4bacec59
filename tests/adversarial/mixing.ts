import { describe, expect, it } from 'vitest';
import { be32, concat, toHex } from '../../src/lib/crypto/bytes.ts';
import * as dual from '../../src/lib/crypto/dual-dkg.ts';
import { ed25519Verify } from '../../src/lib/crypto/ed25519-verify.ts';
import { isFault } from '../../src/lib/crypto/faults.ts';
import * as frostEd from '../../src/lib/crypto/frost-ed25519.ts';
import { toPackages } from '../../src/lib/crypto/imported-key.ts';
import * as zf from '../../src/lib/crypto/zf-format.ts';
import { edit, expectFault, suitesFor } from '../support/attacks.ts';
import type { Groups } from '../support/groups.ts';
import { unhex, value } from '../support/hex.ts';
import { firstRound, honestCeremony, players, signersOf } from '../support/players.ts';

/** What belongs to one key, group or ceremony, offered in the place of another. */
export function mixingAttacks(groups: Groups): void {
  const all = players(groups, 2, 3, 'mixing');
  const { ceremony, hostSeckeys, random } = all;
  const { states, pmsgs1 } = firstRound(all);
  const { state, cmsg1 } = value(dual.coordinatorStep1(groups, pmsgs1, ceremony));
  const second = hostSeckeys.map((key, id) =>
    value(dual.participantStep2(key, states[id]!, cmsg1, random())),
  );
  const pmsgs2 = second.map(({ pmsg2 }) => pmsg2);
  const swapHalves = (message: Uint8Array) => {
    const middle = message.length / 2;
    return concat(message.subarray(middle), message.subarray(0, middle));
  };

  it('the two signatures of an operator, exchanged', () => {
    expectFault(
      dual.coordinatorFinalize(state, [pmsgs2[0]!, swapHalves(pmsgs2[1]!), pmsgs2[2]!]),
      'certificate-signature-invalid',
      'operator-or-relay',
      [1],
    );
  });

  it('a manifest hash overwritten by its caller after the first step', () => {
    const manifestHash = ceremony.manifestHash.slice();
    const own = { ...ceremony, manifestHash };
    const relay = value(dual.coordinatorStep1(groups, pmsgs1, own)).state;
    const begun = value(dual.participantStep1(groups, hostSeckeys[0]!, own, random())).state;
    manifestHash.fill(0);
    for (const kept of [relay, begun]) expect(kept.manifestHash).toEqual(ceremony.manifestHash);
  });

  it('the two certificates, exchanged', () => {
    const { cmsg2 } = value(dual.coordinatorFinalize(state, pmsgs2));
    expect(isFault(dual.participantFinalize(second[0]!.state, cmsg2))).toBe(false);
    expectFault(
      dual.participantFinalize(second[0]!.state, swapHalves(cmsg2)),
      'certificate-invalid',
      'relay',
    );
  });

  it('two signatures in each other’s place: the position is signed', () => {
    expectFault(
      dual.coordinatorFinalize(state, [pmsgs2[1]!, pmsgs2[0]!, pmsgs2[2]!]),
      'certificate-signature-invalid',
      'operator-or-relay',
      [0],
    );
  });

  it('the nonce of one run in the other: no pad is used twice', () => {
    let custodyNonce: Uint8Array | undefined;
    edit(all, 'cmsg1', cmsg1, 'custody', 'pubnonces', 1, (nonce) => (custodyNonce = nonce));
    const mixed = edit(all, 'cmsg1', cmsg1, 'attestation', 'pubnonces', 1, () => custodyNonce!);
    expectFault(
      dual.participantStep2(hostSeckeys[0]!, states[0]!, mixed, random()),
      'secshare-wrong',
      'unknown',
    );
  });

  it('an operator who works under another manifest', () => {
    const other = { ...ceremony, manifestHash: random() };
    const misled = value(dual.participantStep1(groups, hostSeckeys[1]!, other, random()));
    const attack = value(
      dual.coordinatorStep1(groups, [pmsgs1[0]!, misled.pmsg1, pmsgs1[2]!], ceremony),
    );
    const refused = expectFault(
      dual.participantStep2(hostSeckeys[0]!, states[0]!, attack.cmsg1, random()),
      'pop-invalid',
      'operator-or-relay',
      [1],
    );
    expect(refused.detail).toBe('attestation key');
  });

  it('a proof of possession is no Ed25519 signature', () => {
    const suite = suitesFor(all).attestation;
    const { group } = suite;
    const secret = group.scalarFromBytesWrapping(random());
    const statement = { paramsHash: random(), id: 1, com: random() };
    const pop = suite.popProve(secret, statement, random());
    const key = group.pointToBytes(group.mulBase(secret));
    const message = concat(statement.paramsHash, be32(1), pop.subarray(0, 32));
    expect(ed25519Verify(group, key, message, pop.subarray(32))).toBe(false);
  });

  describe('after the ceremony', () => {
    const { outputs } = honestCeremony(players(groups, 2, 3, 'mixing, two keys'));
    const { custody, attestation } = outputs[1]!;

    it('a custody key in an attestation session', () => {
      expectFault(
        frostEd.openSigning(groups.ed25519, {
          signers: signersOf(all, custody, [0, 1]),
          pubnonces: [new Uint8Array(64), new Uint8Array(64)],
          msg: random(),
        }),
        'pubshare-invalid',
        'local',
        [0],
      );
    });

    it.each(['custody', 'attestation'] as const)(
      'identifiers 0, q, q + 1 and doubles, %s',
      (key) => {
        const group = key === 'custody' ? groups.secp256k1 : groups.ed25519;
        const output = key === 'custody' ? custody : attestation;
        const { keyPackage, publicKeyPackage } = toPackages(output, 1, 2)!;
        const own = toHex(group.scalarFromNumber(2));
        const q = toHex(
          key === 'custody'
            ? unhex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141')
            : unhex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010'),
        );
        const qPlus = key === 'custody' ? q.replace(/41$/, '43') : q.replace(/^ed/, 'ef');
        const large = toHex(group.scalarFromNumber(2 ** 16));
        const json = zf.keyPackageToJson(group, keyPackage);
        const shared = zf.publicKeyPackageToJson(group, publicKeyPackage);
        for (const wrong of [toHex(group.scalarFromNumber(0)), q, qPlus, large]) {
          for (const result of [
            zf.keyPackageFromJson(group, json.replace(own, wrong)),
            zf.publicKeyPackageFromJson(group, shared.replace(own, wrong)),
          ])
            expect(expectFault(result, 'key-package-malformed', 'local').detail).toBe('identifier');
        }
        const first = toHex(group.scalarFromNumber(1));
        const binary = toHex(zf.publicKeyPackageToBytes(group, publicKeyPackage));
        const { verifyingShares } = publicKeyPackage;
        const reversed = {
          ...publicKeyPackage,
          verifyingShares: new Map([...verifyingShares].reverse()),
        };
        for (const result of [
          zf.publicKeyPackageFromBytes(group, unhex(binary.replace(own, first))),
          zf.publicKeyPackageFromBytes(group, zf.publicKeyPackageToBytes(group, reversed)),
          zf.publicKeyPackageFromJson(group, zf.publicKeyPackageToJson(group, reversed)),
        ])
          expect(expectFault(result, 'key-package-malformed', 'local').detail).toBe('identifier');
        const doubled = zf.publicKeyPackageFromJson(group, shared.replace(own, first));
        expect(expectFault(doubled, 'key-package-malformed', 'local').detail).toBe(
          'ambiguous JSON',
        );
      },
    );
  });
}
