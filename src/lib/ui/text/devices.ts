import { deviceFaults } from './device-faults.ts';

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
  faults: deviceFaults,
} as const;
