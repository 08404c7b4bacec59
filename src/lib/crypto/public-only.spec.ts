import { expect, it } from 'vitest';
import { implementations } from '../../../tests/support/node.ts';
import { value } from '../../../tests/support/hex.ts';
import { honestCeremony, players, signersOf } from '../../../tests/support/players.ts';
import {
  openAttestation,
  openCustody,
  signAttestation,
  signCustody,
} from '../../../tests/support/signing.ts';
import type { Group } from '../wasm/group.ts';
import { jsGroup } from '../wasm/js-group.ts';
import { SecretRefused } from '../wasm/secrets.ts';
import { taprootSigningTweaks } from './bip32.ts';
import { verify, xOnly } from './bip340.ts';
import { concat } from './bytes.ts';
import * as chilldkg from './chilldkg.ts';
import * as dual from './dual-dkg.ts';
import { ed25519Verify } from './ed25519-verify.ts';
import * as frostEd from './frost-ed25519.ts';
import * as frostSecp from './frost-secp256k1.ts';
import { hostPubkeyOf } from './host-key.ts';
import { fromPackages, toPackages } from './imported-key.ts';
import * as zf from './zf-format.ts';

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
  const signature = value(frostSecp.aggregateVerified(groups.secp256k1, session, psigs));
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

/** Names of the operations that a step asked of the group. */
const asked: string[] = [];

/** The group, noting every operation asked of it. */
const noting = (group: Group): Group =>
  new Proxy(group, {
    get: (target, name) => {
      const own: unknown = Reflect.get(target, name, target);
      if (typeof own !== 'function') return own;
      return (...operands: unknown[]): unknown => {
        asked.push(String(name));
        return own.apply(target, operands) as unknown;
      };
    },
  });

const js = { secp256k1: noting(groups.secp256k1), ed25519: noting(groups.ed25519) };
/** One of the two groups suffices to be refused. */
const half = { secp256k1: engine.secp256k1, ed25519: js.ed25519 };

const [hostSeckey, recoveryData] = [hostSeckeys[0]!, coordinator.recoveryData];
const { custody, attestation } = outputs[0]!;
const rand = all.random();
const begun = value(dual.participantStep1(engine, hostSeckey, ceremony, rand)).state;
/** A ceremony begun with the engine, continued without it. */
const continued = {
  ...begun,
  attestation: {
    ...begun.attestation,
    session: {
      ...begun.attestation.session,
      suite: { ...begun.attestation.session.suite, group: js.ed25519 },
    },
  },
};
const { session, secnonces } = openCustody(all, [custody, custody], [0, 1], { msg: rand });
const openEd = openAttestation(all, [attestation, attestation], [0, 1], rand);
const packages = toPackages(custody, 0, 2)!;
const packageBytes = zf.keyPackageToBytes(engine.secp256k1, packages.keyPackage);
const packageText = zf.keyPackageToJson(engine.secp256k1, packages.keyPackage);

it.each<[string, () => unknown]>([
  ['host key', () => hostPubkeyOf(js.secp256k1, hostSeckey)],
  ['first step', () => dual.participantStep1(js, hostSeckey, ceremony, rand)],
  ['first step, half', () => dual.participantStep1(half, hostSeckey, ceremony, rand)],
  ['recovery', () => dual.recoverBoth(js, hostSeckey, recoveryData)],
  ['recovery, half', () => dual.recoverBoth(half, hostSeckey, recoveryData)],
  [
    'investigation',
    () => chilldkg.participantInvestigate(hostSeckey, continued.attestation, rand, rand),
  ],
  ['nonce', () => frostSecp.nonceGen(js.secp256k1, { rand, secshare: custody.secshare })],
  [
    'attestation nonce',
    () => frostEd.nonceGen(js.ed25519, attestation.secshare!, concat(rand, rand)),
  ],
  ['sign', () => frostSecp.sign(js.secp256k1, session, secnonces[0]!, custody.secshare!, 0)],
  [
    'attest',
    () => frostEd.sign(js.ed25519, openEd.session, openEd.secnonces[0]!, attestation.secshare!, 0),
  ],
  ['key package, binary', () => zf.keyPackageFromBytes(js.secp256k1, packageBytes)],
  ['key package, JSON', () => zf.keyPackageFromJson(js.secp256k1, packageText)],
  ['import', () => fromPackages(js.secp256k1, packages.keyPackage, packages.publicKeyPackage)],
])('%s: refused before a byte of the secret is read', (_, step) => {
  asked.length = 0;
  expect(step).toThrow(SecretRefused);
  expect(asked).toEqual([]);
});
