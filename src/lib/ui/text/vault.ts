/** What the vault says to people: one text for each of its faults. */
import type { VaultFault, VaultFaultName } from '../../vault/fault.ts';
import type { FaultText } from '../text.ts';

const nothingWritten = 'Nothing was written. What was stored before is as it was.';
const ownPart = 'The rest of this workspace is not touched by it.';
const fromBackup =
  'Import your last workspace export. Without one, restore each key from its verified backup into a new workspace.';

const texts: Record<VaultFaultName, FaultText> = {
  unsupported: {
    happened: 'This browser cannot keep a workspace here.',
    cause:
      'Its database, its cryptography or its locks between tabs are missing: the address is not a secure context, or the window is private.',
    means: 'Nothing can be stored, so no ceremony can be begun here.',
    next: 'Open the address that the launcher printed, in an ordinary window of a current Chromium.',
  },
  absent: {
    happened: 'There is no workspace in this browser.',
    cause: 'None was made here yet, or all data of this address were cleared.',
    means: 'Nothing can be opened. Copies elsewhere are not affected.',
    next: 'Make a new workspace, or import an export of one. If you expected one, check that this is the right browser profile.',
  },
  exists: {
    happened: 'There is a workspace in this browser already.',
    cause: 'One browser profile keeps one workspace; it can hold several groups.',
    means: nothingWritten,
    next: 'Unlock the one that is here. To put an export in its place, export this one first, then choose to replace it.',
  },
  evicted: {
    happened: 'The workspace that was in this browser is gone.',
    cause:
      'The browser cleared its storage to make room, its files were damaged, or somebody deleted them. You did not erase it in Conclave.',
    means:
      'What was stored only here is lost: open ceremonies and the log since your last export. Shares of a key are safe as far as their backups are.',
    next: `${fromBackup} Only if there was nothing worth keeping, erase what is left and start anew. Allow persistent storage this time.`,
  },
  'wrong-passphrase': {
    happened: 'The passphrase does not open this workspace.',
    cause: 'It was mistyped, typed in another keyboard layout, or is that of another workspace.',
    means: 'Nothing was opened and nothing was changed. You can try as often as you like.',
    next: 'Check keyboard layout and capitals, and type it again; or unlock with a device if you added one.',
  },
  'wrong-device': {
    happened: 'The device’s answer does not open this workspace.',
    cause:
      'The device was reset since it was added, or its place in the workspace was altered on the disk.',
    means: 'Nothing was opened and nothing was changed.',
    next: 'Use the device you added, or unlock with a passphrase; then remove this device and add it again.',
  },
  'no-such-slot': {
    happened: 'This workspace cannot be unlocked that way.',
    cause:
      'No passphrase was set, the device was never added, or that way of unlocking was removed meanwhile.',
    means: 'Nothing was opened and nothing was changed.',
    next: 'Choose one of the ways to unlock that are listed for this workspace.',
  },
  'last-slot': {
    happened: 'The last way to unlock cannot be removed.',
    cause: 'Nothing else opens this workspace.',
    means: 'It stays as it is.',
    next: 'Add another passphrase or device first, then remove this one.',
  },
  'slots-full': {
    happened: 'This workspace has as many ways to unlock as it can have.',
    cause: 'There is room for eight.',
    means: 'Nothing was added.',
    next: 'Remove one that is no longer used, then add this one.',
  },
  'empty-passphrase': {
    happened: 'No passphrase was given.',
    cause: 'The field was empty.',
    means: 'Nothing was done.',
    next: 'Type a passphrase.',
  },
  'out-of-memory': {
    happened: 'The passphrase could not be checked.',
    cause: 'Checking it takes 64 MB of memory on purpose, and the browser did not get them.',
    means: 'Nothing was opened and nothing was changed.',
    next: 'Close other programs and tabs, then try again.',
  },
  'storage-full': {
    happened: 'There is no room to store this.',
    cause: 'The disk, or the browser’s share of it, is full.',
    means: nothingWritten,
    next: 'Free some space on this disk, then repeat the last step.',
  },
  'storage-failed': {
    happened: 'The browser’s storage failed.',
    cause: 'The browser closed its database or could not read the disk.',
    means: 'The last step was stored wholly or not at all. The workspace is closed.',
    next: 'Load this page and unlock again; the last stored step is shown. If it happens again, check the disk and export the workspace to another one.',
  },
  'header-corrupt': {
    happened: 'The list of ways to unlock this workspace was altered.',
    cause: 'The disk is damaged, or somebody changed it outside Conclave.',
    means: 'The workspace stays closed: a list that was tampered with is not trusted.',
    next: `Keep a copy of this browser profile for an investigation. ${fromBackup}`,
  },
  'record-corrupt': {
    happened: 'A stored record is not what was written.',
    cause: 'The disk is damaged, or somebody changed or exchanged it outside Conclave.',
    means: `The record is not used. ${ownPart}`,
    next: 'Keep a copy of this browser profile for an investigation, then import your last workspace export.',
  },
  'record-missing': {
    happened: 'A stored record is gone.',
    cause: 'Somebody deleted it outside Conclave, or the disk lost it.',
    means: `The log cannot be read past it, so its group stays closed. ${ownPart}`,
    next: 'Keep a copy of this browser profile for an investigation, then import your last workspace export.',
  },
  'newer-schema': {
    happened: 'A newer version of Conclave wrote this.',
    cause: 'The workspace or the file was used with a later version than this one.',
    means: 'This version does not touch what it does not understand.',
    next: 'Start the launcher with the newer bundle.',
  },
  'open-elsewhere': {
    happened: 'The workspace is open in another tab.',
    cause: 'Only one tab at a time may hold it, so that nothing is signed or written twice.',
    means: 'This tab cannot open it. The other one goes on.',
    next: 'Go on in the other tab, or take the workspace over into this one: the other tab closes it, and a step begun there starts again.',
  },
  'taken-over': {
    happened: 'The workspace was taken over.',
    cause: 'It was opened in another tab, or by a newer version of Conclave.',
    means:
      'This tab holds it no more. What it had stored is there; a step not stored starts again.',
    next: 'Go on in the other tab and close this one.',
  },
  locked: {
    happened: 'The workspace is locked.',
    cause: 'You locked it, or it locked itself after a while without use.',
    means:
      'All that was stored is there. Nonces of an open step were dropped; that step starts again.',
    next: 'Unlock it.',
  },
  'export-malformed': {
    happened: 'This file is not a workspace export.',
    cause: 'It is another kind of file, or was made by something other than Conclave.',
    means: 'Nothing was imported.',
    next: 'Choose the file that “Export the workspace” wrote.',
  },
  'export-damaged': {
    happened: 'This workspace export is damaged.',
    cause: 'Bytes of it were changed or are missing: a copy broke off, or the medium is failing.',
    means: 'Nothing was imported. No part of a damaged export is used.',
    next: 'Copy the file again from where it came, or use another copy.',
  },
  'export-wrong-passphrase': {
    happened: 'The passphrase does not open this export.',
    cause:
      'An export has a passphrase of its own, given when it was made. The file itself is whole.',
    means: 'Nothing was imported. You can try as often as you like.',
    next: 'Type the passphrase of this export; check keyboard layout and capitals.',
  },
};

/** The text for a fault, with the record it is about and what the browser says, if that is known. */
export function vaultFaultText({ name, key, detail }: VaultFault): FaultText {
  const text = texts[name];
  const more = [
    key === undefined ? '' : ` The record: ${key}`,
    detail === undefined ? '' : ` The browser says: ${detail}`,
  ].join('');
  return { ...text, cause: text.cause + more };
}
