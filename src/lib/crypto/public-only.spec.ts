import { expect, it } from 'vitest';
import { implementations } from '../../../tests/support/node.ts';
import { value } from '../../../tests/support/hex.ts';
import { honestCeremony, players, signersOf } from '../../../tests/support/players.ts';
import { signAttestation, signCustody } from '../../../tests/support/signing.ts';
import { jsGroup, SecretRefused } from '../wasm/js-group.ts';
import { taprootSigningTweaks } from './bip32.ts';
import { verify, xOnly } from './bip340.ts';
import { concat } from './bytes.ts';
import * as dual from './dual-dkg.ts';
import { ed25519Verify } from './ed25519-verify.ts';
import * as frostEd from './frost-ed25519.ts';
import * as frostSecp from './frost-secp256k1.ts';

/*
 * The group that must never see a secret is enough for everything a relay, a verifier or an auditor
 * does, and agrees with the engine on all of it.
 */

const engine = implementations.find(({ name }) => name === 'WASM')!;
const groups = { secp256k1: jsGroup('secp256k1'), ed25519: jsGroup('ed25519') };
const all = players(engine, 2, 3, 'public only');
const { ceremony, hostSeckeys } = all;
const { pmsgs1, cmsg1, pmsgs2, cmsg2, coordinator, outputs } = honestCeremony(all);

it('relays a ceremony', () => {
  const relay = value(dual.coordinatorStep1(groups, pmsgs1, ceremony));
  expect(relay.cmsg1).toEqual(cmsg1);
  expect(value(dual.coordinatorFinalize(relay.state, pmsgs2)).cmsg2).toEqual(cmsg2);
  expect(value(dual.coordinatorInvestigate(groups, pmsgs1, ceremony))).toEqual(
    value(dual.coordinatorInvestigate(engine, pmsgs1, ceremony)),
  );
});

it('reads a recovery file, without shares', () => {
  const recovered = value(dual.recoverBoth(groups, undefined, coordinator.recoveryData));
  expect(recovered.custody).toEqual(coordinator.custody);
  expect(recovered.attestation).toEqual(coordinator.attestation);
});

it('verifies shares and signatures of both keys', () => {
  const msg = all.random();
  const ids = [2, 0];
  const custody = outputs.map((output) => output.custody);
  const root = { publicKey: custody[0]!.threshPk, chainCode: all.random() };
  const { tweaks, isXonly } = value(taprootSigningTweaks(groups.secp256k1, root, [0, 5]));
  const signed = signCustody(all, custody, ids, { msg, tweaks, isXonly });
  const session = value(frostSecp.openSigning(groups.secp256k1, signed.session.context));
  const { psigs, pubnonces } = signed;
  const signature = value(frostSecp.aggregateVerified(groups.secp256k1, session, psigs, pubnonces));
  expect(signature).toEqual(signed.signature);
  expect(verify(groups.secp256k1, xOnly(session.Q), msg, signature)).toBe(true);
  for (const [i, id] of ids.entries())
    expect(
      frostSecp.partialSigVerify(groups.secp256k1, session, psigs[i]!, pubnonces[i]!, id),
    ).toBe(true);

  const attestation = outputs.map((output) => output.attestation);
  const attested = signAttestation(all, attestation, ids, msg);
  const sessionEd = value(frostEd.openSigning(groups.ed25519, attested.session.context));
  const signatureEd = value(frostEd.aggregateVerified(groups.ed25519, sessionEd, attested.psigs));
  expect(signatureEd).toEqual(attested.signature);
  const { threshPk } = signersOf(all, attestation[0]!, ids);
  expect(ed25519Verify(groups.ed25519, threshPk, msg, signatureEd)).toBe(true);
});

it('refuses whatever needs a secret', () => {
  expect(() => dual.participantStep1(groups, hostSeckeys[0]!, ceremony, all.random())).toThrow(
    SecretRefused,
  );
  expect(() => dual.recoverBoth(groups, hostSeckeys[0], coordinator.recoveryData)).toThrow(
    SecretRefused,
  );
  const rand = all.random();
  expect(() => frostSecp.nonceGen(groups.secp256k1, { rand })).toThrow(SecretRefused);
  expect(() =>
    frostEd.nonceGen(groups.ed25519, outputs[0]!.attestation.secshare!, concat(rand, rand)),
  ).toThrow(SecretRefused);
});
