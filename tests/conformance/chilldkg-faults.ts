import { expect } from 'vitest';
import { isFault, type Fault, type FaultName } from '../../src/lib/crypto/faults.ts';

/** An exception as the ChillDKG vectors write it. */
export interface ErrorJson {
  type: string;
  message?: string;
  participantId?: number;
  participantId1?: number;
  participantId2?: number;
}

/** What the reference calls our faults: its exception, and its message where it gives one. */
const reference: Partial<Record<FaultName, readonly [type: string, message?: string]>> = {
  'input-length': ['ValueError'],
  'round1-malformed': ['ValueError'],
  'round2-malformed': ['ValueError'],
  'relay-message-malformed': ['ValueError'],
  'host-key-invalid': ['HostSeckeyError'],
  'host-key-changed': [
    'HostSeckeyError',
    'Host secret key does not match the one used in participant_step1',
  ],
  'host-pubkey-invalid': ['InvalidHostPubkeyError'],
  'host-pubkey-duplicate': ['DuplicateHostPubkeyError'],
  'threshold-out-of-range': ['ThresholdOrCountError'],
  'randomness-zero': ['RandomnessError'],
  'own-pubnonce-replaced': ['FaultyCoordinatorError', 'Coordinator replied with wrong pubnonce'],
  'own-commitment-replaced': [
    'FaultyCoordinatorError',
    'Coordinator sent unexpected first group element for local participant id',
  ],
  'commitment-is-identity': [
    'FaultyParticipantOrCoordinatorError',
    'Participant sent invalid commitment',
  ],
  'pop-invalid': [
    'FaultyParticipantOrCoordinatorError',
    'Participant sent invalid proof-of-knowledge',
  ],
  'pubnonce-invalid': ['FaultyParticipantOrCoordinatorError', 'invalid public nonce'],
  'secshare-wrong': [
    'UnknownFaultyParticipantOrCoordinatorError',
    'Received invalid secshare; consider using participant_investigate() to determine a faulty party',
  ],
  'partial-secshare-wrong': [
    'FaultyParticipantOrCoordinatorError',
    'Participant sent invalid partial secshare',
  ],
  'own-part-altered': [
    'FaultyCoordinatorError',
    'Coordinator fiddled with the share from me to myself',
  ],
  'investigation-pubshares-differ': [
    'FaultyCoordinatorError',
    'Sum of partial pubshares not equal to pubshare',
  ],
  'investigation-secshares-differ': [
    'FaultyCoordinatorError',
    'Sum of encrypted partial secshares not equal to encrypted secshare',
  ],
  'certificate-invalid': [
    'FaultyCoordinatorError',
    'Coordinator has provided a certificate with an invalid signature',
  ],
  'certificate-signature-invalid': [
    'FaultyParticipantError',
    'Participant has provided an invalid signature for the certificate',
  ],
  'recovery-malformed': ['RecoveryDataError', 'Failed to deserialize recovery data'],
  'recovery-params-invalid': ['RecoveryDataError', 'Invalid session parameters in recovery data'],
  'recovery-certificate-invalid': ['RecoveryDataError', 'Invalid certificate in recovery data'],
};

/** Which party each exception of the reference accuses. */
const accused: Record<string, Fault['who'][]> = {
  // The reference holds a wrong signature against its maker; who was shown another transcript makes
  // one in good faith, so we leave it open until what they saw is compared.
  FaultyParticipantError: ['operator-or-relay'],
  FaultyParticipantOrCoordinatorError: ['operator-or-relay'],
  FaultyCoordinatorError: ['relay'],
  UnknownFaultyParticipantOrCoordinatorError: ['unknown'],
  InvalidHostPubkeyError: ['operator-or-relay'],
  DuplicateHostPubkeyError: ['operator-or-relay'],
  // The reference leaves messages of a wrong length to its caller; we attribute them.
  ValueError: ['local', 'operator', 'relay'],
};

/** Expects our fault to be the reference's exception, about the same participants. */
export function expectFault(result: unknown, error: ErrorJson): void {
  if (!isFault(result)) throw new Error(`expected ${error.type}`);
  const known = reference[result.fault];
  if (result.fault === 'host-key-not-in-group') {
    expect(error.type).toBe('HostSeckeyError');
    expect(error.message).toMatch(/^Host secret key does not match any host public key/);
  } else {
    expect(known?.[0]).toBe(error.type);
    if (error.message !== undefined) expect(known?.[1]).toBe(error.message);
  }
  expect(accused[error.type] ?? ['local']).toContain(result.who);
  if (error.participantId !== undefined) expect(result.operators).toEqual([error.participantId]);
  if (error.participantId1 !== undefined)
    expect(result.operators).toEqual([error.participantId1, error.participantId2]);
}
