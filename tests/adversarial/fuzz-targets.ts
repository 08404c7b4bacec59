import { verify } from '../../src/lib/crypto/bip340.ts';
import { childOf, taprootSigningTweaks } from '../../src/lib/crypto/bip32.ts';
import { be32, concat, equal, fromHex, toHex } from '../../src/lib/crypto/bytes.ts';
import * as dual from '../../src/lib/crypto/dual-dkg.ts';
import { ed25519Verify } from '../../src/lib/crypto/ed25519-verify.ts';
import * as frostEd from '../../src/lib/crypto/frost-ed25519.ts';
import * as frostSecp from '../../src/lib/crypto/frost-secp256k1.ts';
import { isFault } from '../../src/lib/crypto/faults.ts';
import { hostPubkeyOf } from '../../src/lib/crypto/host-key.ts';
import { toPackages } from '../../src/lib/crypto/imported-key.ts';
import { taprootOutput } from '../../src/lib/crypto/taproot.ts';
import * as zf from '../../src/lib/crypto/zf-format.ts';
import { edit } from '../support/attacks.ts';
import type { Groups } from '../support/groups.ts';
import { value } from '../support/hex.ts';
import { firstRound, honestCeremony, players, signersOf } from '../support/players.ts';
import { openAttestation, openCustody, signAttestation, signCustody } from '../support/signing.ts';
import { ageTargets } from './fuzz-age.ts';
import { bitcoinTargets } from './fuzz-bitcoin.ts';
import { ceremonyTargets } from './fuzz-ceremony.ts';
import { courierTargets } from './fuzz-couriers.ts';
import { deviceTargets } from './fuzz-devices.ts';
import { evidenceTargets } from './fuzz-evidence.ts';
import { plateTargets } from './fuzz-plates.ts';
import { plonky2Targets } from './fuzz-plonky2.ts';
import { requestTargets } from './fuzz-requests.ts';
import { slip39Targets } from './fuzz-slip39.ts';
import { spvTargets } from './fuzz-spv.ts';
import { wireTargets } from './fuzz-wire.ts';

/** A parser under fuzzing. */
export interface FuzzTarget {
  readonly name: string;
  /** A valid input, from which the others are made. */
  readonly seed: Uint8Array;
  /** Feeds the parser; it returns a value or a fault, or a promise of one, and never throws. */
  parse(input: Uint8Array): unknown;
  /**
   * Whether an input other than the seed may be accepted. Where everything is signed, certified or
   * has one encoding only, it may not.
   */
  mayAccept(input: Uint8Array): boolean;
}

const never = (seed: Uint8Array) => (input: Uint8Array) => equal(input, seed);
const always = () => true;

/** Every parser, with one valid input for each. */
export function fuzzTargets(groups: Groups): FuzzTarget[] {
  const { secp256k1, ed25519 } = groups;
  const all = players(groups, 2, 3, 'fuzz');
  const { ceremony, hostSeckeys } = all;
  const { states, pmsgs1 } = firstRound(all);
  const { state, cmsg1 } = value(dual.coordinatorStep1(groups, pmsgs1, ceremony));
  const second = hostSeckeys.map((key, id) =>
    value(dual.participantStep2(key, states[id]!, cmsg1, all.random())),
  );
  const pmsgs2 = second.map(({ pmsg2 }) => pmsg2);
  const { cmsg2, recoveryData } = value(dual.coordinatorFinalize(state, pmsgs2));
  const aux = all.random();

  const wrong = edit(all, 'pmsg1', pmsgs1[1]!, 'custody', 'encShares', 0, () => new Uint8Array(32));
  const spoilt = [pmsgs1[0]!, wrong, pmsgs1[2]!];
  const spoiltCmsg1 = value(dual.coordinatorStep1(groups, spoilt, ceremony)).cmsg1;
  const cinv = value(dual.coordinatorInvestigate(groups, spoilt, ceremony))[0]!;

  const keygen: FuzzTarget[] = [
    {
      name: 'host secret',
      seed: hostSeckeys[0]!,
      parse: (input) => hostPubkeyOf(secp256k1, input),
      mayAccept: always,
    },
    {
      name: 'host public keys',
      seed: concat(...ceremony.hostpubkeys.slice(1)),
      parse: (input) => {
        const hostpubkeys = [ceremony.hostpubkeys[0]!, input.slice(0, 33), input.slice(33)];
        const changed = { ...ceremony, hostpubkeys };
        return dual.participantStep1(groups, hostSeckeys[0]!, changed, aux);
      },
      mayAccept: always,
    },
    {
      name: "an operator's first message",
      seed: pmsgs1[1]!,
      parse: (input) => dual.coordinatorStep1(groups, [pmsgs1[0]!, input, pmsgs1[2]!], ceremony),
      mayAccept: always,
    },
    {
      name: "the coordinator's first message",
      seed: cmsg1,
      parse: (input) => dual.participantStep2(hostSeckeys[0]!, states[0]!, input, aux),
      mayAccept: always,
    },
    {
      name: "an operator's second message",
      seed: pmsgs2[1]!,
      parse: (input) => dual.coordinatorFinalize(state, [pmsgs2[0]!, input, pmsgs2[2]!]),
      mayAccept: never(pmsgs2[1]!),
    },
    {
      name: 'the certificate',
      seed: cmsg2,
      parse: (input) => dual.participantFinalize(second[0]!.state, input),
      mayAccept: never(cmsg2),
    },
    {
      name: 'an investigation message',
      seed: cinv,
      parse: (input) =>
        dual.participantInvestigate(hostSeckeys[0]!, states[0]!, spoiltCmsg1, input),
      mayAccept: always,
    },
    {
      name: 'recovery data',
      seed: recoveryData,
      parse: (input) => dual.recoverBoth(groups, hostSeckeys[0], input),
      mayAccept: never(recoveryData),
    },
  ];

  const { outputs } = honestCeremony(players(groups, 2, 3, 'fuzz signing'));
  const custody = outputs.map((output) => output.custody);
  const attestation = outputs.map((output) => output.attestation);
  const msg = all.random();
  const ids = [0, 2];
  const open = openCustody(all, custody, ids, { msg });
  const openEd = openAttestation(all, attestation, ids, msg);
  const signed = signCustody(all, custody, ids, { msg });
  const attested = signAttestation(all, attestation, ids, msg);
  const keyOf = custody[0]!.threshPk.slice(1);
  const bip340Seed = concat(keyOf, signed.signature);
  const ed25519Seed = concat(attestation[0]!.threshPk, attested.signature);
  const session = open.session.context;
  const secnonce = concat(open.secnonces[0]!);

  const signing: FuzzTarget[] = [
    {
      name: 'BIP-340 key and signature',
      seed: bip340Seed,
      parse: (input) => verify(secp256k1, input.subarray(0, 32), msg, input.subarray(32)),
      mayAccept: never(bip340Seed),
    },
    {
      name: 'Ed25519 key and signature',
      seed: ed25519Seed,
      parse: (input) => ed25519Verify(ed25519, input.subarray(0, 32), msg, input.subarray(32)),
      mayAccept: never(ed25519Seed),
    },
    {
      name: 'custody nonces',
      seed: concat(...open.pubnonces),
      parse: (input) => frostSecp.nonceAgg(secp256k1, ids, [input.slice(0, 66), input.slice(66)]),
      mayAccept: always,
    },
    {
      name: 'aggregate nonce',
      seed: value(frostSecp.nonceAgg(secp256k1, ids, open.pubnonces)),
      parse: (aggnonce) => frostSecp.openAggregated(secp256k1, { ...session, aggnonce }),
      mayAccept: always,
    },
    {
      name: 'tweaks',
      seed: concat(msg, msg),
      parse: (input) =>
        frostSecp.openSigning(secp256k1, {
          ...session,
          tweaks: [input.slice(0, 32), input.slice(32)],
          isXonly: [false, true],
        }),
      mayAccept: always,
    },
    {
      name: 'public shares and key',
      seed: concat(...session.signers.pubshares, session.signers.threshPk),
      parse: (input) =>
        frostSecp.openSigning(secp256k1, {
          ...session,
          signers: {
            ...session.signers,
            pubshares: [input.slice(0, 33), input.slice(33, 66)],
            threshPk: input.slice(66),
          },
        }),
      mayAccept: never(concat(...session.signers.pubshares, session.signers.threshPk)),
    },
    {
      name: 'secret nonce and share',
      seed: concat(secnonce, custody[0]!.secshare!),
      parse: (input) =>
        frostSecp.sign(secp256k1, open.session, input.slice(0, 64), input.slice(64), 0),
      mayAccept: always,
    },
    {
      name: 'custody signature share',
      seed: signed.psigs[1]!,
      parse: (input) =>
        frostSecp.aggregateVerified(secp256k1, signed.session, [signed.psigs[0]!, input]),
      mayAccept: never(signed.psigs[1]!),
    },
    {
      name: 'attestation nonces',
      seed: concat(...openEd.pubnonces),
      parse: (input) =>
        frostEd.openSigning(ed25519, {
          signers: signersOf(all, attestation[0]!, ids),
          pubnonces: [input.slice(0, 64), input.slice(64)],
          msg,
        }),
      mayAccept: always,
    },
    {
      name: 'attestation signature share',
      seed: attested.psigs[1]!,
      parse: (input) =>
        frostEd.aggregateVerified(ed25519, attested.session, [attested.psigs[0]!, input]),
      mayAccept: never(attested.psigs[1]!),
    },
    {
      name: 'extended public key',
      seed: concat(custody[0]!.threshPk, msg),
      parse: (input) => {
        const key = { publicKey: input.slice(0, 33), chainCode: input.slice(33) };
        const child = childOf(secp256k1, key, 7);
        return isFault(child) ? child : taprootSigningTweaks(secp256k1, key, [0, input.length]);
      },
      mayAccept: always,
    },
    {
      name: 'Taproot internal key',
      seed: keyOf,
      parse: (input) => taprootOutput(secp256k1, input),
      mayAccept: always,
    },
  ];

  const text = new TextDecoder('utf-8', { ignoreBOM: true });
  const encode = (json: string) => new TextEncoder().encode(json);
  const packages = ([custody, attestation] as const).flatMap((keys, i): FuzzTarget[] => {
    const group = [secp256k1, ed25519][i]!;
    const { keyPackage, publicKeyPackage } = toPackages(keys[1]!, 1, 2)!;
    // A package that is accepted is written again as it was, white space aside.
    const same = (input: Uint8Array, again: string) =>
      text.decode(input).replace(/\s/g, '') === again;
    return [
      {
        name: `${group.suite} key package, JSON`,
        seed: encode(zf.keyPackageToJson(group, keyPackage)),
        parse: (input) => zf.keyPackageFromJson(group, text.decode(input)),
        mayAccept: (input) =>
          same(
            input,
            zf.keyPackageToJson(group, value(zf.keyPackageFromJson(group, text.decode(input)))),
          ),
      },
      {
        name: `${group.suite} public key package, JSON`,
        seed: encode(zf.publicKeyPackageToJson(group, publicKeyPackage)),
        parse: (input) => zf.publicKeyPackageFromJson(group, text.decode(input)),
        mayAccept: always,
      },
      {
        name: `${group.suite} key package, binary`,
        seed: zf.keyPackageToBytes(group, keyPackage),
        parse: (input) => zf.keyPackageFromBytes(group, input),
        mayAccept: (input) =>
          equal(input, zf.keyPackageToBytes(group, value(zf.keyPackageFromBytes(group, input)))),
      },
      {
        name: `${group.suite} public key package, binary`,
        seed: zf.publicKeyPackageToBytes(group, publicKeyPackage),
        parse: (input) => zf.publicKeyPackageFromBytes(group, input),
        mayAccept: (input) =>
          equal(
            input,
            zf.publicKeyPackageToBytes(group, value(zf.publicKeyPackageFromBytes(group, input))),
          ),
      },
    ];
  });

  const hexTarget: FuzzTarget = {
    name: 'hexadecimal',
    seed: encode(toHex(be32(0x00c0ffee))),
    parse: (input) => fromHex(text.decode(input)),
    mayAccept: always,
  };
  return [
    ...keygen,
    ...signing,
    ...packages,
    hexTarget,
    ...slip39Targets(),
    ...plateTargets(groups),
    ...spvTargets(),
    ...evidenceTargets(),
    ...wireTargets(groups),
    ...plonky2Targets,
    ...deviceTargets,
    ...ageTargets,
    ...courierTargets(recoveryData),
    ...ceremonyTargets(groups),
    ...requestTargets(groups, custody[0]!.threshPk),
    ...bitcoinTargets(groups, custody[0]!.threshPk),
  ];
}
