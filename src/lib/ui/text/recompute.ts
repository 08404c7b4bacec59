/** Every sentence about requests that are computed again on a second machine. */
import type { Kind } from '../../ceremony/request.ts';
import type { CourierFault } from '../../courier/faults.ts';
import type { Recomputed } from '../../worker/recompute.ts';
import type { FaultText } from '../text.ts';
import { courierText } from './courier.ts';

const lacks: Record<Exclude<Recomputed['missing'], 'packets' | undefined>, string> = {
  invitation: 'Not even the invitation is here; this is usual for packets that were just sent.',
  manifest: 'The invitation is here, the manifest is not.',
  keys: 'The manifest is here; the messages that made and certified the keys are not, or not all.',
};

export const recomputeText = {
  heading: 'Recompute requests',
  lead: 'On a second machine: open the packets that were sent to you, or a record. Every request in them is computed again from these bytes alone, and with it what a device shows. No workspace is needed, and nothing is kept.',
  choose: 'Choose packets or records, one after the other or together',
  working: 'The requests are being computed …',
  again: 'Forget these files',
  tooLarge: (name: string): FaultText => ({
    happened: `“${name}” is too large.`,
    cause: 'No record is larger than 64 MB.',
    means: 'It was not read.',
    next: 'Choose a file of packets, or a record.',
  }),
  failed: (why: string): FaultText => ({
    happened: 'The requests could not be computed.',
    cause: why,
    means: 'Nothing can be said about them.',
    next: 'Look at the messages above about this bundle and the engine, then load the page again.',
  }),
  file: {
    record: (name: string, packets: number) => `“${name}”: a record with ${packets} packets`,
    packets: (name: string, packets: number) =>
      packets === 1 ? `“${name}”: one packet` : `“${name}”: ${packets} packets`,
  },
  damaged: (name: string, fault: CourierFault): FaultText => {
    const { happened, cause, next } = courierText.fault(fault);
    return { happened: `“${name}”: ${happened}`, cause, means: 'It was not used.', next };
  },
  broken: (name: string, why: string): FaultText => ({
    happened: `“${name}” holds neither packets nor a sound record.`,
    cause: why,
    means: 'It was not used.',
    next: 'Ask for the file again. A record’s name ends in “.record”, that of packets in “.conclave”.',
  }),
  missing: (missing: keyof typeof lacks): FaultText => ({
    happened: 'The group’s keys are not in these files.',
    cause: lacks[missing],
    means:
      'Digests and roots bind the keys, so nothing can be computed yet. Your files are kept on this page.',
    next: 'Add a record of the ceremony, of any operator: choose it above.',
  }),
  none: 'The ceremony is here; no request is.',
  leftOut: 'Packets that were left out',
  kinds: {
    spend: (count: number) => (count === 1 ? 'One spend' : `Batch of ${count} spends`),
    test: (count: number) => (count === 1 ? 'One test' : `Batch of ${count} tests`),
    mint: (count: number) => (count === 1 ? 'One mint' : `Batch of ${count} mints`),
    burn: (count: number) =>
      count === 1 ? 'Withdrawals' : `Batch of ${count} transactions with withdrawals`,
    fees: (count: number) =>
      count === 1 ? 'Fees to ourselves' : `Batch of ${count} times fees to ourselves`,
    consolidation: (count: number) =>
      count === 1 ? 'One fee consolidation' : `Batch of ${count} fee consolidations`,
  } satisfies Record<Kind, (count: number) => string>,
  bytes: 'Attested bytes',
  proposed: (what: string, who: string, at: string) => `${what}, proposed by ${who}, ${at}`,
  root: 'Root of the whole batch',
  accepted: 'Accepted by the operator whose device you look at',
  request: (position: number, purpose: string) => `${position}. ${purpose}`,
  digest: 'Digest',
  pays: 'Pays',
  nothing: 'Nothing to others.',
  to: 'to',
  fee: 'Fee',
  txid: 'Transaction',
  device: 'What the device shows',
  deviceHelp:
    'Letter for letter, for the requests that are ticked: an approval covers what its operator accepts and nothing else.',
  compare: {
    batch: 'Compare this root with the one on the device',
    request: 'Compare this digest with the one on the device',
  },
  nothingAccepted: 'Nothing is accepted, so a device shows nothing.',
} as const;
