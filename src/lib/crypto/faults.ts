/**
 * What can go wrong in the protocols of this folder, by name, and what each case proves.
 *
 * - `operator`: the named operator broke the protocol, provided their message arrived as they sent it
 *   (packets are signed, so it did). The message is wrong by itself, whatever they were shown before.
 * - `operator-or-relay`: the named operator, or the relay who frames them or showed them something
 *   else. What an operator saw is named, by its hash, in their packet: that decides it.
 * - `relay`: the relay altered, withheld or invented something.
 * - `unknown`: somebody did; an investigation can narrow it down.
 * - `local`: what was handed to the computation here does not fit; nobody else is accused.
 */
export type Who = 'operator' | 'operator-or-relay' | 'relay' | 'unknown' | 'local';

interface FaultText {
  readonly who: Who;
  /** Cause and consequence, in a sentence or two. */
  readonly proves: string;
  /** What to do now. */
  readonly next: string;
}

const restart = 'Stop this ceremony, keep your records, and start again without the faulty party.';
const otherRelay = 'No key was made. Repeat the ceremony with another operator as coordinator.';
const compare =
  'Ask the named operator to compare what they sent with what you received. If they differ, the relay is at fault; if not, the operator is.';
const compareView = (seen: string) =>
  `The operator's packet names the hash of ${seen} they saw. If it differs from yours, whoever showed them something else is at fault; if it is the same, the operator is.`;
const twice =
  ' Or you began this step twice and sent the message of another attempt than the one continued here.';
const askAgain = 'Load the file again, or ask another operator for their copy.';
const checkInput = 'Check what you entered or loaded and try again.';
const newSigning =
  'No signature was made. Repeat the signing with fresh nonces, without this operator.';

const texts = {
  // Host keys and group parameters
  'input-length': {
    who: 'local',
    proves: 'A value given to this step has the wrong length, so nothing was computed.',
    next: checkInput,
  },
  'host-key-invalid': {
    who: 'local',
    proves: 'The host secret is not a valid key, so nothing can be derived from it.',
    next: 'Check that the right device and group were used to open it.',
  },
  'host-key-not-in-group': {
    who: 'local',
    proves: 'The host secret opened here belongs to none of the operators of this group.',
    next: 'Open the host secret of this group and epoch.',
  },
  'host-key-changed': {
    who: 'local',
    proves: 'The host secret is not the one this ceremony was begun with.',
    next: 'Open the host secret you used in the first step.',
  },
  'host-pubkey-invalid': {
    who: 'operator-or-relay',
    proves: "The named operator's host public key is not a valid key, so no group can be formed.",
    next: 'Get the key again from the operator, and compare it over an independent channel.',
  },
  'host-pubkey-duplicate': {
    who: 'operator-or-relay',
    proves:
      'The two named operators have the same host public key. At least one of them is not genuine.',
    next: 'Get both keys again from the operators, and compare them over an independent channel.',
  },
  'threshold-out-of-range': {
    who: 'local',
    proves: 'The threshold does not fit the number of operators.',
    next: 'Choose a threshold between one and the number of operators.',
  },
  'group-too-large': {
    who: 'local',
    proves: 'There are more operators than a group may have, so nothing was computed.',
    next: checkInput,
  },
  'threshold-not-a-majority': {
    who: 'local',
    proves:
      'New groups need a threshold of at least two and more than half of the operators; otherwise one operator alone, or two disjoint parts of the group, could sign.',
    next: 'Raise the threshold or remove operators.',
  },
  'randomness-zero': {
    who: 'local',
    proves: 'The randomness is all zeroes: the random number generator of this machine is broken.',
    next: 'Do not use this machine. Repeat the step on another one.',
  },

  // Key generation
  'round1-malformed': {
    who: 'operator',
    proves: "The named operator's first message is malformed, so their share cannot be used.",
    next: restart,
  },
  'relay-message-malformed': {
    who: 'relay',
    proves: 'The coordinator sent a malformed message, so this ceremony cannot go on.',
    next: otherRelay,
  },
  'own-commitment-replaced': {
    who: 'relay',
    proves: `The coordinator replaced your commitment by another one.${twice}`,
    next: otherRelay,
  },
  'own-pubnonce-replaced': {
    who: 'relay',
    proves: `The coordinator replaced your public nonce by another one.${twice}`,
    next: otherRelay,
  },
  'commitment-is-identity': {
    who: 'operator-or-relay',
    proves: 'The commitment attributed to the named operator is that of a zero secret.',
    next: compare,
  },
  'pop-invalid': {
    who: 'operator-or-relay',
    proves:
      'The named operator did not prove to know the secret behind their commitment. Such a commitment could cancel out those of all others.',
    next: compare,
  },
  'pop-commitments-differ': {
    who: 'operator',
    proves: 'The named operator proved possession for other commitments than those they sent.',
    next: restart,
  },
  'commitments-cancel-out': {
    who: 'operator-or-relay',
    proves:
      'The commitments of all operators add up to nothing, and each named operator lacks a proof to know the secret behind theirs. One of them alone suffices to take over the key; the others may have been given a wrong roster or manifest.',
    next: compare,
  },
  'pubnonce-invalid': {
    who: 'operator-or-relay',
    proves: 'The public nonce attributed to the named operator is not a valid point.',
    next: compare,
  },
  'secshare-wrong': {
    who: 'unknown',
    proves: 'The secret share you received does not fit the commitments. No key was made.',
    next: 'Ask the coordinator for the investigation message; it shows whose part is wrong.',
  },
  'partial-secshare-wrong': {
    who: 'operator-or-relay',
    proves:
      'The part of your share attributed to the named operator does not fit their commitments.',
    next: compare,
  },
  'investigation-pubshares-differ': {
    who: 'relay',
    proves: 'The parts of your public share in the investigation do not add up to the whole.',
    next: otherRelay,
  },
  'investigation-secshares-differ': {
    who: 'relay',
    proves: 'The parts of your encrypted share in the investigation do not add up to the whole.',
    next: otherRelay,
  },
  'own-part-altered': {
    who: 'relay',
    proves: 'The coordinator altered the part of your share that comes from yourself.',
    next: otherRelay,
  },
  'nothing-to-investigate': {
    who: 'local',
    proves: 'All messages fit together, so there is nobody to accuse.',
    next: 'Continue with the second step of the ceremony.',
  },
  'key-degenerate': {
    who: 'unknown',
    proves: 'The commitments lead to a key or a public share that is nothing. No key was made.',
    next: 'Repeat the ceremony with another operator as coordinator.',
  },
  'round2-malformed': {
    who: 'operator',
    proves: "The named operator's second message is malformed.",
    next: 'Ask the operator to repeat the second step; the ceremony can still succeed.',
  },
  'certificate-signature-invalid': {
    who: 'operator-or-relay',
    proves:
      'The named operator signed something other than this transcript: another or an earlier coordinator may have shown them something else. The key must not be used unless everybody has signed the same.',
    next: compareView("the coordinator's message"),
  },
  'certificate-invalid': {
    who: 'relay',
    proves:
      'The certificate holds an invalid signature. Others may still have a valid one, so the ceremony may have succeeded.',
    next: 'Keep your host secret. Ask the other operators for their recovery data.',
  },
  'recovery-malformed': {
    who: 'local',
    proves: 'This is not complete recovery data, so nothing can be recovered from it.',
    next: askAgain,
  },
  'recovery-params-invalid': {
    who: 'local',
    proves: 'The recovery data names no valid group, so nothing can be recovered from it.',
    next: askAgain,
  },
  'recovery-certificate-invalid': {
    who: 'local',
    proves: 'The recovery data is not certified by all operators: it was altered or is incomplete.',
    next: askAgain,
  },
  'recovery-share-wrong': {
    who: 'local',
    proves:
      'The certified recovery data does not lead to your share. This cannot happen with a host key that took part honestly.',
    next: 'Do not use this key. Report it with the recovery data, never with the host secret.',
  },

  // Signing
  'signer-count-out-of-range': {
    who: 'local',
    proves: 'The number of signers lies outside threshold and group size.',
    next: checkInput,
  },
  'signer-lists-differ': {
    who: 'local',
    proves: 'The lists that describe the signers have different lengths.',
    next: checkInput,
  },
  'signer-id-out-of-range': {
    who: 'local',
    proves: 'The named operator is not in this group.',
    next: checkInput,
  },
  'signer-id-duplicate': {
    who: 'local',
    proves: 'An operator is named twice among the signers.',
    next: checkInput,
  },
  'pubshare-invalid': {
    who: 'local',
    proves: 'The public share recorded for the named operator is not a valid point.',
    next: 'Restore the group record from recovery data.',
  },
  'key-material-inconsistent': {
    who: 'local',
    proves: "The public shares of the signers do not lead to the group's public key.",
    next: 'Check group and epoch: shares of different epochs never combine.',
  },
  'thresh-pk-invalid': {
    who: 'local',
    proves: "The group's public key is not a valid point.",
    next: 'Restore the group record from recovery data.',
  },
  'tweak-length': {
    who: 'local',
    proves: 'A tweak is not 32 bytes long.',
    next: checkInput,
  },
  'tweak-modes-differ': {
    who: 'local',
    proves: 'There are not as many tweak modes as tweaks.',
    next: checkInput,
  },
  'tweak-out-of-range': {
    who: 'local',
    proves: 'A tweak is not below the group order.',
    next: checkInput,
  },
  'tweak-cancels-key': {
    who: 'local',
    proves: 'A tweak turns the public key into nothing.',
    next: checkInput,
  },
  'derivation-impossible': {
    who: 'local',
    proves: 'No key exists at this derivation path.',
    next: 'Use the next index.',
  },
  'signing-pubnonce-invalid': {
    who: 'operator',
    proves: 'The named operator sent a public nonce that is not valid.',
    next: newSigning,
  },
  'aggnonce-invalid': {
    who: 'relay',
    proves: 'The aggregate nonce is not valid.',
    next: 'No share was released. Repeat the signing with fresh nonces and another coordinator.',
  },
  'draft-unknown': {
    who: 'local',
    proves: 'The signing package names a draft of the protocol that this program does not know.',
    next: 'Update this program, or ask for a signing package of a draft it knows.',
  },
  'session-not-opened': {
    who: 'local',
    proves:
      'The signing session was not opened and checked by this program, so nothing was signed under it.',
    next: 'Open the signing package again and repeat the step.',
  },
  'own-nonce-missing': {
    who: 'relay',
    proves: 'Your nonce commitment is missing from the list to sign under, or was replaced.',
    next: 'No share was released. Repeat the signing with fresh nonces and another coordinator.',
  },
  'secnonce-spent': {
    who: 'local',
    proves: 'The secret nonce was used or is invalid. Using one twice would reveal the share.',
    next: 'Begin the signing again; a fresh nonce is made for it.',
  },
  'secshare-out-of-range': {
    who: 'local',
    proves: 'The secret share is not a valid scalar.',
    next: 'Restore your share from recovery data.',
  },
  'own-pubshare-missing': {
    who: 'local',
    proves: 'Your public share is not among those of the signers.',
    next: 'Check that you opened the share of this group and epoch.',
  },
  'own-id-missing': {
    who: 'local',
    proves: 'You are not among the signers of this session.',
    next: 'Join the signer set before it is frozen, or leave this signing to the others.',
  },
  'own-psig-wrong': {
    who: 'local',
    proves: 'The share computed here failed its own verification and was withheld.',
    next: 'Do not sign on this machine. Report it.',
  },
  'psig-malformed': {
    who: 'operator',
    proves: "The named operator's signature share is malformed.",
    next: newSigning,
  },
  'psig-wrong': {
    who: 'operator-or-relay',
    proves:
      "The named operator's signature share does not fit the message, the nonces and their public share: it is wrong, or made for another message, other nonces or another draft. No signature was made.",
    next: `${compareView('the signing package')} Repeat the signing with fresh nonces.`,
  },
  'signature-wrong': {
    who: 'unknown',
    proves: 'The shares do not add up to a valid signature.',
    next: 'Verify every share by itself; that names who is at fault.',
  },

  // Key packages of other programs
  'key-package-malformed': {
    who: 'local',
    proves: 'This is not a key package in a known format, so nothing was imported.',
    next: askAgain,
  },
  'key-package-inconsistent': {
    who: 'local',
    proves: 'The parts of this key package contradict each other, so nothing was imported.',
    next: 'Do not use it. Ask where it comes from and who changed it.',
  },
} as const satisfies Record<string, FaultText>;

export type FaultName = keyof typeof texts;

/** The names of all faults, for tests and documentation. */
export const faultNames = Object.keys(texts) as FaultName[];

/** A named fault: a plain, frozen, clonable object without any secret. */
export interface Fault extends FaultText {
  readonly fault: FaultName;
  /**
   * Positions in the group, from 0, of the operators who are accused; where `who` is `local`, of
   * those the input is about.
   */
  readonly operators: readonly number[];
  /** Which part of a message or argument, where the name leaves that open. */
  readonly detail: string;
}

/** Makes the fault of this name. */
export function fault(name: FaultName, operators: readonly number[] = [], detail = ''): Fault {
  return Object.freeze({ fault: name, ...texts[name], operators, detail });
}

/** Whether a result is a fault rather than a value. */
export function isFault(result: unknown): result is Fault {
  return typeof result === 'object' && result !== null && 'fault' in result;
}
