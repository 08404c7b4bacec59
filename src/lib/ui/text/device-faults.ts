/** What devices say to people when they do not do what they were asked: one text for each fault. */
import type { DeviceFault, DeviceFaultName } from '../../devices/device.ts';
import type { FaultText } from '../text.ts';

const nothing = 'Nothing was released and nothing was signed.';
const thrownAway = `What came back was thrown away. ${nothing}`;
const notAsked = `The device was not asked. ${nothing}`;

export const deviceFaults: Record<DeviceFaultName, FaultText> = {
  refused: {
    happened: 'The device did not agree.',
    cause:
      'It was refused or cancelled. With a security key, browsers report a wrong or missing PIN, and a key that lacks this credential, in the same way.',
    means: nothing,
    next: 'If that was your wish, there is nothing to do. If the device still asks, refuse there too: it takes no other question before. Otherwise check that it is the right device, and try again.',
  },
  unplugged: {
    happened: 'The connection to the device broke off.',
    cause: 'It was pulled out, or the cable or the socket failed.',
    means: `${nothing} The device itself loses nothing by this.`,
    next: 'Plug it in, directly and not through a hub, and try again.',
  },
  'not-found': {
    happened: 'No such device is there.',
    cause:
      'It is not plugged in, it was not chosen in the browser’s window, or the system does not let the browser have it.',
    means: notAsked,
    next: 'Plug it in, try again, and choose it in the browser’s window. If it is not listed there, ask the device bench for the cause.',
  },
  unsupported: {
    happened: 'This device cannot be used here.',
    cause:
      'The browser cannot reach such devices, the page has another address than the one the device was enrolled at, or the device itself lacks something.',
    means: nothing,
    next: 'Open the address that the launcher printed, in a current Chromium. A security key needs a PIN and the extension hmac-secret; of Trezors, the Model T, the Safe 3 and the Safe 5 work.',
  },
  'not-verified': {
    happened: 'The device did not check who you are.',
    cause: 'It is locked, or it answered without asking for its PIN or a finger.',
    means: 'Its answer was thrown away: anybody holding the device could have given it.',
    next: 'Unlock it or set a PIN on it, and try again.',
  },
  locked: {
    happened: 'The device is locked.',
    cause: 'Its PIN was not entered.',
    means: `${nothing} Your secrets on it are safe.`,
    next: 'Enter the PIN on the device itself, never in a page or a program, then try again.',
  },
  'wrong-pin': {
    happened: 'The PIN was wrong.',
    cause: 'It was mistyped, or it is that of another device.',
    means: `${nothing} After too many wrong PINs the device erases itself; then only its seed words or a backup bring your secrets back.`,
    next: 'Make sure which device this is before you enter the PIN again.',
  },
  'wrong-app': {
    happened: 'The Bitcoin app is not open on the device.',
    cause: 'Another app or none is open, or the one for the other network.',
    means: nothing,
    next: 'Open the app named here on the device, and try again: “Bitcoin” for mainnet, “Bitcoin Test” for test networks, or whichever you enrolled with.',
  },
  'too-old': {
    happened: 'The device’s software is too old.',
    cause: 'Its app or firmware is older than the first that can do this.',
    means: `${nothing} The keys on it are not affected.`,
    next: 'Have its seed words at hand, update it with its maker’s program on another machine, and try again. A YubiHSM’s firmware cannot be changed: take one with 2.3.1 or later.',
  },
  'path-refused': {
    happened: 'The device no longer allows the keys it was enrolled with.',
    cause: 'An update of its app or firmware narrowed where keys may lie.',
    means: `${nothing} Nothing is lost: the same seed still gives the same keys, in the version it was enrolled with.`,
    next: 'Do not enrol it anew. Install the earlier version of its app, or open your secrets from your backup and enrol a device for a new epoch.',
  },
  'not-set-up': {
    happened: 'The device is not ready for use.',
    cause: 'It has no seed yet, it was erased, or it was started in its update mode.',
    means: 'It holds no secrets that could be asked for.',
    next: 'Plug it in again without touching it. If it has no seed, set it up or restore it from its seed words with its maker’s program first.',
  },
  'newer-protocol': {
    happened: 'This Trezor speaks a protocol that Conclave does not.',
    cause: 'It is a Safe 7 or newer, which talks only by the Trezor Host Protocol.',
    means: `${notAsked} The device is not at fault.`,
    next: 'Use a Trezor Model T, Safe 3 or Safe 5, or a device of another make.',
  },
  'other-program': {
    happened: 'Another program holds the device.',
    cause: 'A second window of this page, another page, or its maker’s program is connected to it.',
    means: notAsked,
    next: 'Close the other window or quit the other program, plug the device in again, and try again.',
  },
  'no-prf': {
    happened: 'The device gives no secrets.',
    cause:
      'The key or the browser lacks the extension PRF (hmac-secret), or it answered without the output asked for.',
    means:
      'It cannot guard shares. Nothing was sealed with it. A new credential may be left on the key; it is of no use to anybody.',
    next: 'Use a FIDO2 key with hmac-secret and a current Chromium.',
  },
  'other-device': {
    happened: 'Another device answered.',
    cause: 'What came back was not made by the device enrolled here, or not for this request.',
    means: thrownAway,
    next: 'Plug in the device that you enrolled, and only that one. If it is the one, use another machine and find out what meddles here: a browser extension, a hub, another program.',
  },
  several: {
    happened: 'Two devices of this make are plugged in.',
    cause: 'Which one is meant cannot be told from here.',
    means: nothing,
    next: 'Leave the one that belongs to this group plugged in and pull the other out. Then try again.',
  },
  'other-seed': {
    happened: 'The device is set up with another seed or passphrase than when it was enrolled.',
    cause:
      'Another passphrase was entered, it was set up anew from other seed words, or it is another device of the same model.',
    means: `${nothing} From this seed, what you sealed cannot be opened.`,
    next: 'Enter the passphrase you enrolled with, letter by letter. Where another device of this make is plugged in, pull that one out. If the device was set up anew, restore the seed words it had then.',
  },
  'statement-unfit': {
    happened: 'This statement cannot be shown on a device.',
    cause: 'It is empty, longer than 640 characters, or holds other signs than plain ASCII.',
    means: 'The device was not asked: what it cannot show in full, nobody may approve.',
    next: 'This should not happen. Keep the request as it is and report it.',
  },
  busy: {
    happened: 'The device is busy.',
    cause: 'Another request waits for it, in this window or another.',
    means: 'This request was not sent.',
    next: 'Answer or cancel the other request first, then try again.',
  },
  'timed-out': {
    happened: 'Nobody answered at the device.',
    cause: 'The time for an answer is over, or the device hangs.',
    means: nothing,
    next: 'Try again with the device at hand. If it shows nothing, plug it in again first.',
  },
  'unreadable-answer': {
    happened: 'The device’s answer makes no sense.',
    cause:
      'It was damaged on the way, or something between this page and the device made it up: a cable, a hub, a program.',
    means: thrownAway,
    next: 'Plug the device straight into this machine and try again. If it happens again, stop, and use another machine.',
  },
  'no-connector': {
    happened: 'No YubiHSM connector answers.',
    cause:
      'Yubico’s connector does not run on this machine, or the launcher was started without “--connector” and its port.',
    means: notAsked,
    next: 'Start the connector, then the launcher with “--connector 12345” (the connector’s port), and try again.',
  },
  'no-hsm': {
    happened: 'The connector finds no YubiHSM.',
    cause: 'It is not plugged in, or another program holds it.',
    means: notAsked,
    next: 'Plug it into this machine, wait for its light, and try again.',
  },
  'wrong-password': {
    happened: 'The password does not open the YubiHSM.',
    cause: 'It was mistyped, it is that of another YubiHSM, or the password was changed.',
    means: nothing,
    next: 'Check keyboard layout and capitals, and the serial number on the YubiHSM, and type it again.',
  },
  'factory-password': {
    happened: 'This YubiHSM still opens with the factory’s password.',
    cause: 'It was never provisioned, or its factory key was left in place.',
    means:
      'Whoever can reach it can use and delete every key on it. It is not used: it would guard no money.',
    next: 'Provision it on the page for that, which replaces the factory’s key, then enrol it.',
  },
  'no-session': {
    happened: 'All sessions of the YubiHSM are taken.',
    cause: 'Programs opened sixteen and did not close them.',
    means: `${nothing} A session that is not used ends by itself after 30 seconds.`,
    next: 'Wait half a minute and try again. If it happens again, quit the other programs that use it.',
  },
  'not-provisioned': {
    happened: 'The YubiHSM’s keys for Conclave are missing or do not fit.',
    cause:
      'It was not provisioned here, a key was deleted, a key may do less or more than it must, or another authentication key reaches them.',
    means: `${nothing} If a key was deleted, what was sealed with it opens only from a backup.`,
    next: 'A new YubiHSM: provision it; if it says so then, somebody may have put a key in: erase it first, holding its contact for ten seconds while you plug it in. One that you used before: check its serial number, read its log, and find out who changed it.',
  },
  'wrong-escrow': {
    happened: 'No HMAC key comes out of this escrow.',
    cause:
      'A character of one of its parts is wrong, the two parts are not of the same YubiHSM, or what was wrapped is no HMAC key that Conclave made.',
    means:
      'Nothing was restored. The YubiHSM is as it was: what this attempt made on it is deleted again.',
    next: 'Hold both parts against what you kept, and the serial number in the names of their files, and enter them again.',
  },
  'log-full': {
    happened: 'The YubiHSM’s log is full.',
    cause: 'It was told to refuse everything that it cannot log, and nobody took the log away.',
    means: `${nothing} Its keys are as they were.`,
    next: 'Read its log on the page for that, which keeps the entries as evidence and makes room, then try again.',
  },
  'log-broken': {
    happened: 'The YubiHSM’s log does not continue what was read before.',
    cause:
      'Entries are changed or their numbers go back: it was reset, it is another one than its serial number says, or what was kept here was changed.',
    means: 'Nobody can tell any more what this YubiHSM was asked since then.',
    next: 'Stop using it. Keep the log that you have as evidence, tell the other operators, and find out who had it.',
  },
};

/** The text of a device's fault; where something was reported with it, its cause says that too. */
export function deviceFaultText({ fault, detail }: DeviceFault): FaultText {
  const text = deviceFaults[fault];
  return detail === undefined ? text : { ...text, cause: `${text.cause} Reported: ${detail}` };
}
