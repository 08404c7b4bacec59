import type { Fault, Who } from '../crypto/faults.ts';

/*
 * What goes wrong between operators, by name, and what each case proves. Every part comes in its
 * sender's own signed packet, so a wrong part proves more here than it does to the protocols alone.
 */

interface Text {
  readonly who: Who;
  readonly proves: string;
  readonly next: string;
}

const noKey = 'No key of this ceremony may be used.';
const again = 'Keep this log, and begin a new group without the named operator.';

const texts = {
  equivocation: {
    who: 'operator',
    proves: `The named operator signed two different packets under one number. That is either an attempt to show people different things, or a vault that was copied or set back. ${noKey}`,
    next: again,
  },
  'log-forked': {
    who: 'unknown',
    proves: `Two operators hold different packets under one number of the first operator named here, as the second one’s receipt shows. One of the two is not honest. ${noKey}`,
    next: 'Ask the second operator to send everything they hold: the first one’s other packet, with its signature, is the proof.',
  },
  'log-went-back': {
    who: 'operator',
    proves:
      'The named operator’s log is shorter than it was in an earlier packet: entries were cut off, or an older copy of the vault is in use.',
    next: 'Ask the operator whether they restored an older copy. They must stop using it and take in everything again.',
  },
  'own-log-behind': {
    who: 'local',
    proves:
      'Another operator holds a packet of yours that this vault does not know: this is an older copy of your vault. What you did after it was made is missing here.',
    next: 'Do not go on with this copy. Open the newer one, or leave this ceremony.',
  },
  'receipt-ahead': {
    who: 'unknown',
    proves: `The named operator says they hold a packet of yours that this vault does not know. Either this is an older copy of your vault, or it is not true. ${noKey}`,
    next: 'Ask the named operator to send everything they hold: your packet, with your signature, would be the proof. If there is a newer copy of this vault, open that one.',
  },
  'words-differ': {
    who: 'unknown',
    proves: `The words that were read aloud differ. Somebody was shown other parameters or another transcript. ${noKey}`,
    next: 'Stop. Compare on the call which word group differs and with whom, then begin a new group over another courier.',
  },
  'seal-invalid': {
    who: 'operator',
    proves: 'The named operator’s seal does not hold for this manifest and their host key.',
    next: 'Ask the operator to seal the manifest again.',
  },
  'seal-other': {
    who: 'unknown',
    proves:
      'The named operator sealed another manifest than the one here. Somebody was shown other parameters.',
    next: 'Stop and compare the 24 words of the manifest on the call.',
  },
  'view-differs': {
    who: 'unknown',
    proves: `The named operator saw other first messages than you did: somebody showed you two different things. ${noKey}`,
    next: 'Ask the named operator to send everything they hold. Whose packet differs is then named, with proof.',
  },
  aborted: {
    who: 'local',
    proves: `The named operator stopped this ceremony. ${noKey}`,
    next: 'Read why below. To try again, begin a new group: its host keys and randomness are fresh.',
  },
  'implementations-differ': {
    who: 'local',
    proves:
      'The two implementations in this program disagree about a finished signature, so it was withheld. This machine or browser computes incorrectly.',
    next: 'Do not sign on this machine. Report it.',
  },
  'reserved-twice': {
    who: 'unknown',
    proves:
      'As far as this log shows, the named operator reserved the same coins, or the same payment, for two requests that could both be paid; both packets bear their signature. The second reservation does not count. Either they are not honest, or they knew of a transaction six blocks deep that did not come here yet.',
    next: 'Ask the named operator to send everything they hold. If this stays, do not sign with them, keep this log, and let the group look into it.',
  },
  'share-wrong': {
    who: 'operator',
    proves:
      'The named operator’s signature share is wrong. It came in their own signed packet, so nobody on the way changed it. No signature came of it, and nothing was spent.',
    next: 'Choose other signers: everybody needs fresh nonces, nobody approves again. The other requests of the batch are not touched.',
  },
  'approval-invalid': {
    who: 'operator',
    proves:
      'The named operator’s approval is not their device’s signature over this statement, so no share leaves for a signature with them.',
    next: 'Ask the operator to approve again with the device of their card.',
  },
  'backup-address-contested': {
    who: 'operator',
    proves:
      'The named operator signed two packets under one number, and by what they showed to some of you alone another backup address may be approved by everybody. Nobody can know which was first, so none counts.',
    next: 'Do not sweep to an address from a file. Keep this log, and begin a new group without this operator.',
  },
} as const satisfies Record<string, Text>;

/** A named fault between operators; `operators` are numbers in the manifest, from 0. */
export interface CeremonyFault extends Text {
  readonly fault: keyof typeof texts | Fault['fault'];
  readonly operators: readonly number[];
  readonly detail: string;
}

export const ceremonyFaultNames = Object.keys(texts) as (keyof typeof texts)[];

/** Makes the fault of this name. */
export const ceremonyFault = (
  name: keyof typeof texts,
  operators: readonly number[] = [],
  detail = '',
): CeremonyFault => Object.freeze({ fault: name, ...texts[name], operators, detail });

/** Whether a result is a fault rather than a value. */
export const failed = (result: unknown): result is CeremonyFault =>
  typeof result === 'object' && result !== null && 'fault' in result;

/** A fault as it is told of a key that was complete all the same. */
export const afterwards = (fault: CeremonyFault): CeremonyFault => ({
  ...fault,
  proves: fault.proves.replace(noKey, 'The key was complete all the same.'),
});

/**
 * A fault of the protocols as it stands between operators who sign their packets: what could be “the
 * operator or the relay” is the operator, because a relay cannot change a signed packet.
 */
export function inSignedPackets(fault: Fault): CeremonyFault {
  if (fault.who !== 'operator-or-relay') return fault;
  return {
    ...fault,
    who: 'operator',
    proves: `${fault.proves} It came in the operator’s own signed packet, so nobody on the way changed it.`,
    next: again,
  };
}
