/** How faults between operators are told: who, how certain, what it means, what to do. */
import type { CeremonyFault } from '../../ceremony/faults.ts';
import type { ActionFault } from '../../worker/desk.ts';
import type { PieceFault } from '../../worker/pieces.ts';
import type { RecoveryFault } from '../../worker/recovery.ts';
import type { SeatFault } from '../../worker/seat.ts';
import type { RestoreFault } from '../../worker/sources.ts';
import type { FaultText } from '../text.ts';
import { backupText } from './backup.ts';
import { pieceFaults, shareElsewhere } from './piece-faults.ts';

const and = new Intl.ListFormat('en', { type: 'conjunction' });

/** Names in a sentence. */
export const listed = (names: readonly string[]): string => and.format(names);

/** What happened, where more can be said than whose message is wrong. */
const titles: Partial<Record<CeremonyFault['fault'], (who: string) => string>> = {
  equivocation: (who) => `${who} signed two different packets under one number.`,
  'log-forked': (who) => `The logs of ${who} do not fit together.`,
  'log-went-back': (who) => `The log of ${who} went back.`,
  'own-log-behind': () => 'This vault is older than what others have seen of it.',
  'receipt-ahead': (who) => `${who} says they hold a packet of yours that is not here.`,
  'words-differ': (who) => `The words that ${who} read aloud differ.`,
  'seal-invalid': (who) => `The seal of ${who} does not hold.`,
  'seal-other': (who) => `${who} sealed another manifest.`,
  'view-differs': (who) => `${who} saw other first messages than you.`,
  aborted: (who) => `${who} stopped the ceremony.`,
  'implementations-differ': () => 'This machine computes incorrectly.',
  'reserved-twice': (who) => `${who} reserved the same for two requests.`,
  'share-wrong': (who) => `${who} sent a wrong signature share.`,
  'approval-invalid': (who) => `The approval of ${who} does not hold.`,
  'backup-address-contested': (who) => `${who} may have made two backup addresses complete.`,
  'partial-secshare-wrong': (who) => `${who} sent a wrong part of a share.`,
  'secshare-wrong': () => 'The share that came together is wrong.',
  'pop-invalid': (who) => `The first message of ${who} is not theirs.`,
  'pop-commitments-differ': (who) => `${who} proved another key than the one sent.`,
  'round1-malformed': (who) => `The first message of ${who} is not one.`,
  'round2-malformed': (who) => `The second message of ${who} is not one.`,
  'certificate-signature-invalid': (who) => `${who} did not certify these keys.`,
  'psig-wrong': (who) => `${who} gave a wrong share of a test signature.`,
  'psig-malformed': (who) => `${who} gave a share of a test signature that is none.`,
};

/** How certain it is, in a word or two. */
const certainty: Record<CeremonyFault['who'], (who: string) => string> = {
  operator: (who) => `Proven: ${who}.`,
  'operator-or-relay': (who) => `Operator or relay: ${who}, or whoever passed the packet on.`,
  relay: () => 'Proven: whoever passed the packets on.',
  unknown: (who) => `Cannot tell yet${who ? `; named: ${who}` : ''}.`,
  local: (who) => (who ? `Named: ${who}.` : 'On this machine; nobody else is accused.'),
};

/** What else is known: what somebody said, or which part is meant. */
const told = (fault: CeremonyFault['fault'], detail: string): string =>
  detail && (fault === 'aborted' ? ` In their words: ${detail}` : ` It is about: ${detail}.`);

/** A fault of the ceremony. `nameOf`: an operator's name by number. */
export function ceremonyFaultText(
  { fault, who, proves, next, operators, detail }: CeremonyFault,
  nameOf: (number: number) => string,
): FaultText {
  const names = operators.map(nameOf);
  const someone = names.length > 0 ? listed(names) : 'somebody';
  return {
    happened: titles[fault]?.(someone) ?? `A message of ${someone} is wrong.`,
    cause: certainty[who](listed(names)) + told(fault, detail),
    means: proves,
    next,
  };
}

const nothing = 'Nothing was changed.';
const again = 'Try again.';

const seatFaults: Record<
  | 'other-device'
  | 'secret-closed'
  | 'not-now'
  | 'request-unfit'
  | 'device-not-admitted'
  | 'clock-jumped',
  FaultText
> = {
  'other-device': {
    happened: 'This device opens something else.',
    cause: 'It is another device, or was reset, since you joined this group.',
    means: `${nothing} What is sealed under the right device is safe.`,
    next: 'Plug in the device that stands on your card, and try again.',
  },
  'secret-closed': {
    happened: 'A secret that this act needs is not open.',
    cause: 'It was dropped from memory, by a lock or a reload.',
    means: nothing,
    next: `${again} The device is asked first.`,
  },
  'not-now': {
    happened: 'This is not the time for it.',
    cause: 'Something came in meanwhile, or the same was done in another window.',
    means: nothing,
    next: 'Look what the next step is now.',
  },
  'request-unfit': {
    happened: 'The batch cannot be proposed.',
    cause:
      'A request has a problem or has expired, two claim the same coin or payment, or there are too many or too large ones for one batch.',
    means: 'Nobody was asked for anything. Your draft is kept.',
    next: 'Leave requests out, or propose them as several batches.',
  },
  'device-not-admitted': {
    happened: 'Your new device does not count yet.',
    cause: 'Too few other operators approved it on theirs.',
    means: `${nothing} What it approves now would count for nobody.`,
    next: 'Ask the others to take in your packets and to approve your device, then take in theirs.',
  },
  'clock-jumped': {
    happened: 'The clock of this machine jumped.',
    cause: 'It was set, the machine slept, or a saved state of it was started again.',
    means: 'The nonces in memory were dropped, unused. No secret is lost.',
    next: 'Make fresh ones: it is the next step. Check the clock first.',
  },
};

/** Why an act was not done. */
export function actionFaultText(fault: ActionFault, nameOf: (number: number) => string): FaultText {
  if ('who' in fault) return ceremonyFaultText(fault, nameOf);
  if (fault.fault in seatFaults) return seatFaults[fault.fault as keyof typeof seatFaults];
  return restoreFaultText(fault as Exclude<ActionFault, SeatFault>);
}

type Unrestored = RestoreFault | PieceFault | RecoveryFault;

/** Which word, card or share it is, counted from 1; or what the fault says itself. */
function detailOf(fault: Unrestored): string {
  if ('position' in fault) return fault.position === 0 ? '' : `word ${fault.position}`;
  if ('at' in fault) return fault.at === undefined ? '' : `share ${fault.at + 1}`;
  return fault.detail;
}

/** Why a backup, or a piece of one, does not give what it should. */
export function restoreFaultText(fault: Unrestored): FaultText {
  const detail = detailOf(fault);
  if ('at' in fault && (fault.fault === 'other-group' || fault.fault === 'other-epoch'))
    return shareElsewhere[fault.fault](detail);
  if (fault.fault in backupText.faults)
    return backupText.faults[fault.fault as keyof typeof backupText.faults](detail);
  return pieceFaults[fault.fault as keyof typeof pieceFaults](detail);
}

/** An error that no fault names. */
export const unexpected = (why: string): FaultText => ({
  happened: 'This did not work.',
  cause: `The program met something it does not know: ${why}`,
  means: 'What is stored was not changed by it.',
  next: 'Try again. If it happens again, load the page again: the ceremony goes on where it stands.',
});
