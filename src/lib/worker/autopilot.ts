/** Plays an operator of a rehearsal: does what the script says next, as a careful person would. */
import { deviceLabel } from '../ceremony/card.ts';
import { checklist, type Next } from '../ceremony/script.ts';
import { isDeviceFault, type Device, type DeviceFault } from '../devices/device.ts';
import { makeBackup, verifyBackup } from './backup.ts';
import type { Seat, SeatFault } from './seat.ts';

/** An operator played by the program. */
export interface Pilot {
  readonly seat: Seat;
  readonly device: Device;
  /** Whether the words read aloud by others are those shown here. */
  hears(of: 'manifest' | 'keys'): boolean;
}

/** The cost of the pilots' backup files, as log₂ of scrypt's: a rehearsal need not wait. */
const LIGHT = 10;

/** What one move did: the act, why it failed, or undefined where there is nothing to do but wait. */
export type Move =
  | { readonly act: Next['act']; readonly fault?: SeatFault | DeviceFault | { fault: string } }
  | undefined;

const waits: readonly Next['act'][] = ['invite', 'bring', 'again', 'catch-up', 'stopped', 'done'];

/** Does the next act of this operator, if it is one that needs nobody else. */
export async function move(pilot: Pilot): Promise<Move> {
  const next = pilot.seat.next();
  if (waits.includes(next.act)) return undefined;
  const fault = await act(pilot, next);
  return { act: next.act, ...(fault && { fault }) };
}

async function act(pilot: Pilot, next: Next) {
  const { seat, device } = pilot;
  switch (next.act) {
    case 'propose':
      return seat.propose(
        seat.state
          .joined()
          .slice(0, seat.state.terms?.n)
          .map(({ packetKey }) => packetKey),
      );
    case 'prepare':
      for (const item of checklist.blocking) await seat.check(item, 'rehearsal');
      return undefined;
    case 'read-words': {
      const hash = next.of === 'manifest' ? seat.state.manifestHash : seat.progress().keys?.hash;
      return seat.confirmWords(next.of, hash!, pilot.hears(next.of) ? null : 0);
    }
    case 'seal':
      return (await openHost(pilot)) ?? seat.seal();
    case 'answer': {
      const closed = await openHost(pilot);
      if (closed) return closed;
      const approval = await device.approve(next.statement);
      return isDeviceFault(approval) ? approval : seat.answer(approval.signature);
    }
    case 'store': {
      const closed = await openHost(pilot);
      if (closed) return closed;
      const replies = await shareReplies(pilot);
      return isDeviceFault(replies) ? replies : seat.store(replies);
    }
    case 'backup': {
      const closed = await openHost(pilot);
      if (closed) return closed;
      const passphrase = 'a rehearsal of the backup';
      const made = await makeBackup(seat, { passphrase }, LIGHT);
      return 'file' in made ? verifyBackup(seat, made.file, { passphrase }) : made;
    }
    case 'commit': {
      const closed = await openShares(pilot);
      if (closed) return closed;
      if (!next.approve) return seat.commit();
      const approval = await device.approve(next.approve);
      return isDeviceFault(approval) ? approval : seat.commit(approval.signature);
    }
    case 'release':
      return (await openShares(pilot)) ?? seat.release();
    case 'retest':
      return seat.retest();
    case 'sign-record':
      return seat.signRecord();
    case 'attest':
      return seat.attest(true, '');
    case 'invite':
    case 'bring':
    case 'again':
    case 'catch-up':
    case 'equip':
    case 'run-lost':
    case 'stopped':
    case 'done':
      return undefined;
  }
}

async function openHost({ seat, device }: Pilot) {
  if (seat.opened().host) return undefined;
  const replies = await device.derive([deviceLabel('host secret', seat.state.id!)]);
  return isDeviceFault(replies)
    ? replies
    : seat.openHost({ reply: replies[0]!, entropy: device.takeEntropy() });
}

async function shareReplies({ seat, device }: Pilot) {
  const id = seat.state.id!;
  const replies = await device.derive([
    deviceLabel('custody share', id),
    deviceLabel('attestation share', id),
  ]);
  if (isDeviceFault(replies)) return replies;
  const [custody, attestation] = replies;
  return { custody: custody!, attestation: attestation! };
}

async function openShares(pilot: Pilot) {
  if (pilot.seat.opened().shares) return undefined;
  const replies = await shareReplies(pilot);
  return isDeviceFault(replies) ? replies : pilot.seat.openTestShares(replies);
}
