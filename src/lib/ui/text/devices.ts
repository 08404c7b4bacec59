import { SIMULATED_PIN } from '../../devices/simulators/simulator.ts';
import { deviceFaults } from './device-faults.ts';

/** Every sentence about devices: their prompts and the drawn ones. */
export const devices = {
  prompt: {
    headings: {
      enrol: 'The device is enrolled',
      derive: 'The device is asked for secrets',
      approve: 'The device is asked to approve',
      unlock: 'The device is locked',
      'open-app': 'The device needs another app',
      provision: 'The YubiHSM is provisioned',
      'read-log': 'The YubiHSM is asked for its log',
    },
    purposes: {
      enrol: 'It is asked for the public key of its approvals. No secret leaves it.',
      credential: 'The key makes a credential for this address. Its secret never leaves the key.',
      derive: 'For these purposes, and for no others:',
      approve: 'What is approved, letter by letter:',
      provision: 'Keys for Conclave are made in it, and the factory’s key is replaced.',
      'read-log': 'Its entries are read and held against those read before.',
      pin: 'It waits for its PIN. Enter it on the device itself, never in a page or a program.',
      passphrase:
        'It waits for your passphrase. Enter it on the device itself, letter by letter as when it was enrolled: another one opens another seed.',
      app: (app: string) =>
        `The app “${app}” must be open on it. Agree on the device, or choose the app there yourself.`,
    },
    /** How the person at each device says yes and no. */
    ways: {
      nano: 'Read every screen: the right button turns on, the left one back. Where it asks for your yes, press both at once. To refuse, turn one screen further and press both there.',
      stax: 'Read every screen: tap or swipe for the next. On the last one hold your finger on the button until it has filled. To refuse, tap “Reject”.',
      'safe-3':
        'Read every screen: the right button turns on. On the last one press the button under your yes, and hold it where the screen says so. To refuse, press the left one.',
      touchscreen:
        'Read every screen: swipe up for the next. On the last one tap your yes, or hold it where the screen says so. To refuse, tap ✕ or “Cancel”.',
      contact:
        'Plug the key in. The browser opens a window of its own: enter the key’s PIN there, then touch the key.',
      none: 'A YubiHSM has no display and no touch: whoever controls this computer and knows the password can use it while it is plugged in. Pull it out when you are done.',
    },
    touch:
      'Where this page draws the browser’s window, enter the key’s PIN. Then touch its contact.',
    /** Devices without a display of their own. */
    noDisplay:
      'This device has no display and will show nothing of this. What you read here comes from this computer alone.',
    shows: 'On its display, one after another:',
    above: 'as it stands above',
    counts:
      'Compare every character. The device’s display counts, since this computer cannot change it. It breaks lines elsewhere and spreads a long text over several screens; if anything else differs, refuse there.',
    compare:
      'Its display and this text must be the same. On a real device the display counts, since this computer cannot change it.',
    password: 'Password of the YubiHSM’s key',
    factory: 'Password that opens the YubiHSM now',
    passwordAction: 'Use the YubiHSM',
    cancel: 'Cancel',
  },
  simulated: {
    stamp: 'SIMULATED',
    name: (serial: string) => `SIMULATED device ${serial}`,
    all: 'Simulated devices of this workspace',
    note: 'This page draws the device; its buttons work. It protects nothing, and only rehearsals accept it.',
    pin: `Its PIN is ${SIMULATED_PIN}.`,
    display: 'Its display. Arrow keys turn its pages, Enter agrees.',
    page: (page: number, of: number) => `Page ${page} of ${of}`,
    dark: 'No power',
    light: { off: 'Its light is off', on: 'Its light is on', blinking: 'Its light blinks' },
    window: 'The browser’s window, drawn',
    waits: 'It waits for a touch.',
    /** What each button does, as it is read aloud. */
    means: {
      back: 'Page back',
      next: 'Next page',
      yes: 'Approve',
      no: 'Refuse',
      up: 'Next digit',
      down: 'Previous digit',
      erase: 'Erase',
      enter: 'Enter',
      digit: (digit: string) => `Digit ${digit}`,
    },
    lock: 'Lock',
    unplug: 'Unplug',
    plug: 'Plug in',
    plugged: 'Plugged in',
    unplugged: 'Unplugged',
  },
  faults: deviceFaults,
} as const;
