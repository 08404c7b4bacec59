import { sign, verify } from '../crypto/bip340.ts';
import { equal, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import * as dual from '../crypto/dual-dkg.ts';
import { isFault, type Fault } from '../crypto/faults.ts';
import type { DkgOutput } from '../crypto/simplpedpop.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import type { Group, Scalar } from '../wasm/group.ts';
import { ceremonyFault, failed, inSignedPackets, type CeremonyFault } from './faults.ts';
import type { Manifest } from './manifest.ts';

/*
 * Key generation among equals: everybody holds everybody's signed first and second messages and does
 * the coordinator's computation alone. So nobody has to be trusted to relay, and whoever collects can
 * be replaced at any time.
 */

/** Both keys, and for those who hold one, the shares. */
export interface GroupKeys {
  readonly custody: DkgOutput;
  readonly attestation: DkgOutput;
}

/** The keys and what everybody signed, computed from packets alone. Not secret. */
export interface CertifiedKeys extends GroupKeys {
  readonly recoveryData: Bytes;
  /** 32 bytes: H(manifest ‖ both transcripts ‖ certificates), read aloud as 24 words at the end. */
  readonly hash: Bytes;
}

/** The first round, once everybody's message is there. */
export interface FirstRound {
  readonly coordinator: dual.CoordinatorState;
  /** What a coordinator would send: everybody computes it alone. */
  readonly message: Bytes;
  /** 32 bytes: stands for everybody's first messages as seen here. */
  readonly view: Bytes;
  /** 32 bytes: stands for manifest and both transcripts. */
  readonly transcripts: Bytes;
}

const ceremonyOf = (manifest: Manifest, manifestHash: Uint8Array): dual.Ceremony => ({
  hostpubkeys: manifest.operators.map(({ hostKey }) => hostKey),
  t: manifest.terms.t,
  manifestHash,
});

/** The message that a seal signs. */
const sealMessage = (manifestHash: Uint8Array): Bytes => taggedHash(tags.seal, manifestHash);

/** Seals a manifest with the host secret: 64 bytes. `aux`: 32 fresh bytes. */
export const seal = (
  secp256k1: Group,
  hostSecret: Scalar,
  manifestHash: Uint8Array,
  aux: Uint8Array,
): Bytes => sign(secp256k1, hostSecret, sealMessage(manifestHash), aux);

/** Whether this host key (33 bytes) sealed the manifest. */
export const sealHolds = (
  secp256k1: Group,
  hostKey: Uint8Array,
  manifestHash: Uint8Array,
  signature: Uint8Array,
): boolean => verify(secp256k1, hostKey.subarray(1), sealMessage(manifestHash), signature);

/** One run of key generation: what it is about and what to compute with. */
export class Run {
  private readonly groups: dual.Groups;
  private readonly ceremony: dual.Ceremony;

  constructor(groups: dual.Groups, manifest: Manifest, manifestHash: Uint8Array) {
    this.groups = groups;
    this.ceremony = ceremonyOf(manifest, manifestHash);
  }

  /**
   * The own first message. `random` (32 bytes) is kept encrypted until the run ends: with it and the
   * host secret the step is repeated exactly after a reload.
   */
  begin(hostSecret: Uint8Array, random: Uint8Array): Bytes | CeremonyFault {
    const begun = dual.participantStep1(this.groups, hostSecret, this.ceremony, random);
    return isFault(begun) ? inSignedPackets(begun) : begun.pmsg1;
  }

  /** What follows from everybody's first messages, in the order of the manifest. */
  firstRound(messages: readonly Uint8Array[]): FirstRound | CeremonyFault {
    const step = dual.coordinatorStep1(this.groups, messages, this.ceremony);
    if (isFault(step)) return inSignedPackets(step);
    const { custody, attestation } = step.state;
    const { manifestHash } = this.ceremony;
    return {
      coordinator: step.state,
      message: step.cmsg1,
      view: taggedHash(tags.transcripts, toCbor([...messages])),
      transcripts: taggedHash(
        tags.transcripts,
        toCbor([manifestHash, custody.eqInput, attestation.eqInput]),
      ),
    };
  }

  /**
   * The own second message: checks both runs, then signs both transcripts. The shares are not yet
   * certified; they only enter the nonces for the tests. The caller wipes them.
   */
  answer(
    hostSecret: Uint8Array,
    random: Uint8Array,
    messages: readonly Uint8Array[],
    aux: Uint8Array,
  ): { message: Bytes; uncertified: GroupKeys } | CeremonyFault {
    const first = this.firstRound(messages);
    if (failed(first)) return first;
    const begun = dual.participantStep1(this.groups, hostSecret, this.ceremony, random);
    if (isFault(begun)) return inSignedPackets(begun);
    const step = dual.participantStep2(hostSecret, begun.state, first.message, aux);
    if (isFault(step))
      return this.investigated(step, hostSecret, begun.state, first.message, messages);
    const { custody, attestation } = step.state;
    const uncertified = { custody: custody.output, attestation: attestation.output };
    return { message: step.pmsg2, uncertified };
  }

  /** Whose part of the share is wrong: everybody's messages are here, so it is found out at once. */
  private investigated(
    fault: Fault,
    hostSecret: Uint8Array,
    state: dual.ParticipantState1,
    message: Uint8Array,
    messages: readonly Uint8Array[],
  ): CeremonyFault {
    if (fault.fault !== 'secshare-wrong') return inSignedPackets(fault);
    const parts = dual.coordinatorInvestigate(this.groups, messages, this.ceremony);
    if (isFault(parts)) return inSignedPackets(parts);
    const { id } = state.custody;
    return inSignedPackets(dual.participantInvestigate(hostSecret, state, message, parts[id]!));
  }

  /** Both keys, once everybody signed both transcripts; `views` are those of the second messages. */
  certify(
    first: FirstRound,
    messages: readonly Uint8Array[],
    views: readonly Uint8Array[],
  ): CertifiedKeys | CeremonyFault {
    const other = views.findIndex((view) => !equal(view, first.view));
    if (other >= 0) return ceremonyFault('view-differs', [other]);
    const end = dual.coordinatorFinalize(first.coordinator, messages);
    if (isFault(end)) return inSignedPackets(end);
    const { custody, attestation, recoveryData, cmsg2 } = end;
    const hash = taggedHash(tags.certified, toCbor([first.transcripts, cmsg2]));
    return { custody, attestation, recoveryData, hash };
  }

  /** Both shares, from the host secret and the certified recovery data. The caller wipes them. */
  shares(
    hostSecret: Uint8Array,
    { recoveryData }: CertifiedKeys,
  ): { custody: Scalar; attestation: Scalar; id: number } | CeremonyFault {
    const recovered = dual.recoverBoth(this.groups, hostSecret, recoveryData);
    if (isFault(recovered)) return inSignedPackets(recovered);
    const { custody, attestation, id } = recovered;
    return { custody: custody.secshare!, attestation: attestation.secshare!, id: id! };
  }
}
