import type { DeviceFaultName } from '../../devices/device.ts';
import type { FaultText } from '../text.ts';

/** Every sentence about devices: their prompts, the drawn one, and what can go wrong. */
export const devices = {
  prompt: {
    headings: {
      enrol: 'Enrol a security key',
      derive: 'The device is asked for secrets',
      approve: 'The device is asked to approve',
    },
    purposes: {
      enrol: 'The key makes a credential for this address. It never leaves the key.',
      derive: 'For these purposes, and for no others:',
      approve: 'What is approved, letter by letter:',
    },
    securityKey:
      'Plug the key in. The browser opens a window of its own: enter the key’s PIN there, then touch the key.',
    noDisplay:
      'This key has no display and will show nothing of this. What you read here comes from this computer alone.',
    simulated: 'Read its display to the last page, then press one of its two buttons.',
    compare:
      'Its display and this text must be the same. On a real device the display counts, since this computer cannot change it.',
    cancel: 'Cancel',
  },
  simulated: {
    stamp: 'SIMULATED',
    name: (serial: string) => `SIMULATED device ${serial}`,
    note: 'This page draws the device. It protects nothing; only rehearsals accept it.',
    display: 'Its display',
    page: (page: number, of: number) => `Page ${page} of ${of}`,
    back: 'Page back',
    forward: 'Next page',
    ready: 'Ready',
    dark: 'No power',
    approve: 'Approve',
    refuse: 'Refuse',
    unread: 'Approve works once the last page was shown.',
    unplug: 'Unplug',
    plug: 'Plug in',
    plugged: 'Plugged in',
    unplugged: 'Unplugged',
  },
  faults: {
    refused: {
      happened: 'The device did not agree.',
      cause:
        'It was refused or cancelled. Browsers report a wrong or missing PIN, and a key that lacks this credential, in the same way.',
      means: 'Nothing was released and nothing was signed.',
      next: 'If that was your wish, there is nothing to do. Otherwise check that it is the right key and that it has a PIN, and try again.',
    },
    unplugged: {
      happened: 'The connection to the device broke off.',
      cause: 'It was pulled out, or the cable or the socket failed.',
      means:
        'Nothing was released and nothing was signed. The device itself loses nothing by this.',
      next: 'Plug it in, directly and not through a hub, and try again.',
    },
    unsupported: {
      happened: 'This device cannot be used here.',
      cause:
        'The browser has no WebAuthn, the page has another address than the one the device was enrolled at, or the device lacks something: a PIN, room for credentials, or P-256.',
      means: 'Nothing was released and nothing was signed.',
      next: 'Open the address that the launcher printed, in Chromium. If it is right, use a FIDO2 key with a PIN and the extension hmac-secret.',
    },
    'not-verified': {
      happened: 'The device did not check who you are.',
      cause: 'It is locked, or it answered without asking for its PIN or a finger.',
      means: 'Its answer was thrown away: anybody holding the device could have given it.',
      next: 'Unlock it or set a PIN on it, and try again.',
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
      means: 'Its answer was thrown away. Nothing was released and nothing was signed.',
      next: 'Plug in the device that you enrolled, and only that one. If it is the one, look for browser extensions that meddle with security keys.',
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
      cause: 'Two minutes passed without a touch.',
      means: 'Nothing was released and nothing was signed.',
      next: 'Try again with the device at hand.',
    },
  } satisfies Record<DeviceFaultName, FaultText>,
} as const;
