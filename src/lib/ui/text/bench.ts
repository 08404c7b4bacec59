import { OUR_HOST, type Cause } from '../../devices/bench/doctor.ts';
import type { Act, Skip } from '../../devices/bench/check.ts';
import type { CheckName } from '../../devices/bench/checks.ts';
import type { Result } from '../../devices/bench/bench.ts';

/** What the doctor says: what is the matter, what follows from it, what to do. */
interface Advice {
  readonly what: string;
  readonly means: string;
  readonly next: string;
}

const signs: Record<Result['state'], string> = {
  untried: '○',
  running: '…',
  skipped: '–',
  passed: '✓',
  failed: '✕',
};
const states: Record<Result['state'], string> = {
  untried: 'Not tried',
  running: 'Running',
  skipped: 'Left out',
  passed: 'Passed',
  failed: 'Failed',
};
const skips: Record<Skip, string> = {
  'no-lock': 'It has no lock of its own: its PIN or password is asked for every time.',
  real: 'Only a simulated device can have a seed that everybody knows.',
  'random-keys':
    'Its keys are drawn at random when it is set up, so nobody knows the answers before.',
  'not-enrolled': 'The device was not enrolled.',
};
const checks: Record<CheckName, { readonly title: string; readonly help: string }> = {
  enrol: {
    title: 'It can be enrolled',
    help: 'It gives the public key of its approvals, and what is kept of it reads back.',
  },
  identity: {
    title: 'It says what it is and can do',
    help: 'Model, serial number, firmware and abilities are those of its make.',
  },
  'derive-again': {
    title: 'The same purpose gives the same secret',
    help: 'One secret is asked for twice. A mark of each is compared, never the secret.',
  },
  'derive-apart': {
    title: 'Two purposes give two secrets',
    help: 'Both are asked for at once and must not be the same.',
  },
  'approve-longest': {
    title: 'It approves the longest statement',
    help: '640 characters, all printable ones among them. The signature is checked with the enrolled key.',
  },
  'too-long': {
    title: 'One character more is refused',
    help: 'A statement of 641 characters must fail before the device or a person is asked.',
  },
  refusal: {
    title: 'Your refusal is understood',
    help: 'You refuse a statement on the device.',
  },
  unplug: {
    title: 'A pulled cable is survived',
    help: 'You pull the cable while it asks, and plug it in again.',
  },
  lock: {
    title: 'A lock is survived',
    help: 'You lock it. It asks for its PIN, then for the approval.',
  },
  'other-seed': {
    title: 'Another device in its place is noticed',
    help: 'Only if you have one at hand, or a second passphrase: it must not be taken for the enrolled one.',
  },
  'known-answers': {
    title: 'Known answers come back',
    help: 'A simulated device with a seed that everybody knows must answer with the numbers written in this program.',
  },
};
const acts: Record<Act, { readonly what: string; readonly done: string }> = {
  refuse: {
    what: 'At its next question, refuse: on the device if it has buttons, else in the window that opens.',
    done: 'Ask me now',
  },
  pull: {
    what: 'At its next question, pull its cable out before you answer. For a security key: pull it, plug it in again, and touch it. For a YubiHSM: pull it, then type the password.',
    done: 'Ask me now',
  },
  plug: { what: 'Plug the device in again.', done: 'It is plugged in' },
  lock: {
    what: 'Lock the device: by its menu, or with a Ledger by holding both buttons.',
    done: 'It is locked',
  },
  change: {
    what: 'Put another device of the same make in its place, or unplug this one, plug it in and open it with another passphrase.',
    done: 'Another one is there',
  },
  'change-back': {
    what: 'Put your own device back, unplugged once in between, with its usual passphrase.',
    done: 'My own is there',
  },
};
const causes: Record<Cause, Advice> = {
  'insecure-origin': {
    what: 'This address is not a secure context.',
    means: 'Browsers hand out no devices here.',
    next: `Start the launcher and open the address that it prints, http://${OUR_HOST}:7465.`,
  },
  'wrong-address': {
    what: 'This is not the address that the launcher serves.',
    means:
      'What was allowed there is not allowed here, a security key enrolled there does not answer here, and none answers where the address is made of numbers.',
    next: `Open the address that the launcher prints, http://${OUR_HOST}:7465.`,
  },
  'no-webhid': {
    what: 'This browser has no WebHID.',
    means: 'It cannot reach a Ledger.',
    next: 'Use a current Chromium on a computer. Firefox and Safari have none, and phones neither.',
  },
  'no-webusb': {
    what: 'This browser has no WebUSB.',
    means: 'It cannot reach a Trezor.',
    next: 'Use a current Chromium on a computer. Firefox and Safari have none.',
  },
  'no-webauthn': {
    what: 'This browser has no WebAuthn.',
    means: 'It cannot reach a security key.',
    next: 'Use a current Chromium, and not a view inside another program.',
  },
  policy: {
    what: 'A policy forbids such devices.',
    means: 'The browser, its administrator or whoever serves this page switched them off.',
    next: 'Open chrome://policy and look for lines that name devices. The policy of the hardening kit (bundle/hardening/policy.json) allows them at the launcher’s address. Serve the bundle with its own launcher, not through another server.',
  },
  'none-chosen': {
    what: 'No device that you let this page use is plugged in.',
    means: 'The page sees only devices that you chose for it in the browser’s window.',
    next: 'Plug it in and unlock it, run the first check, and choose it in the browser’s window.',
  },
  'no-rule': {
    what: 'Linux may not let you open the device.',
    means:
      'Without a rule for it, only the administrator may: the window stays empty, or opening fails.',
    next: 'Install the rules of the hardening kit, bundle/hardening/70-conclave.rules, as /etc/udev/rules.d/70-conclave.rules. Run “sudo udevadm control --reload && sudo udevadm trigger”, then plug the device in again.',
  },
  sandboxed: {
    what: 'The browser may be packed as a Flatpak or a Snap.',
    means: 'In such a box it sees no USB devices, and its window stays empty.',
    next: 'Install the browser from your distribution’s own packages.',
  },
  'other-program': {
    what: 'Another program or another tab holds the device.',
    means: 'Only one can use it at a time.',
    next: 'Quit Ledger Live, Trezor Suite and other programs for it, close other windows of this page, and plug it in again.',
  },
  locked: {
    what: 'The device is locked.',
    means: 'It answers nothing else until its PIN is entered.',
    next: 'Enter the PIN on the device itself, never in a page or a program.',
  },
  'wrong-app': {
    what: 'The Bitcoin app is not open on the device.',
    means: 'Only that app can do what is asked for here.',
    next: 'Open the app “Bitcoin” on it, or run the first check: it asks the device to open it.',
  },
  'too-old': {
    what: 'The device’s software is too old.',
    means: 'It lacks something that is asked for here.',
    next: 'Have its seed words at hand, and update it with its maker’s program on another machine.',
  },
  'not-set-up': {
    what: 'The device has no seed, or it is in its update mode.',
    means: 'There is nothing on it to be asked for.',
    next: 'Plug it in again without touching it. If it has no seed, set it up with its maker’s program.',
  },
  'newer-protocol': {
    what: 'This Trezor speaks only the Trezor Host Protocol.',
    means: 'It is a Safe 7 or newer, which Conclave cannot use.',
    next: 'Use a Model T, Safe 3 or Safe 5.',
  },
  'connector-not-asked-for': {
    what: 'Whoever serves this page passes nothing on to a connector.',
    means: 'The launcher was started without “--connector”, or another server is used.',
    next: 'Start Yubico’s connector, then the launcher with “--connector 12345” (the connector’s port).',
  },
  'no-connector': {
    what: 'No connector answers the launcher.',
    means: 'Yubico’s connector does not run, or it runs at another port.',
    next: 'Start the connector, compare its port with the one given to the launcher, and try again.',
  },
  'no-hsm': {
    what: 'The connector runs without a YubiHSM.',
    means: 'None is plugged in, or the connector may not open it.',
    next: 'Plug it in. On Linux, install bundle/hardening/70-conclave.rules or the rule of Yubico’s package, and stop other programs that use it.',
  },
  'no-answer': {
    what: 'The device was found, but its answer was none that it should give.',
    means: 'It is busy, or something on the way is faulty.',
    next: 'Unplug it, plug it straight into this machine, wait until it is ready, and try again.',
  },
  untried: {
    what: 'This page and this browser could use a security key.',
    means: 'Whether one is plugged in, no page may know before you touch it.',
    next: 'Run the first check. If the browser’s window finds no key, try another socket. The key needs a PIN and the extension hmac-secret.',
  },
  ready: {
    what: 'The device can be reached.',
    means: 'Nothing stands between this page and it.',
    next: 'Run the checks.',
  },
};

/** Every sentence of the device bench and its doctor. */
export const benchText = {
  heading: 'Device bench',
  lead: 'Checks what a device does before anything depends on it: each with what should come, what came and how long it took.',
  seed: {
    summary: 'The seed of the SIMULATED devices',
    help: 'All simulated devices of this workspace come from one seed, as a vendor’s device comes from its recovery words. These words rehearse that: write them down, and another workspace has the same devices. They guard nothing. What was made on a simulated YubiHSM is not in them; that is restored from its escrow.',
    show: 'Show the 24 words',
    cover: 'Cover the words',
    enter: '24 words of another workspace’s simulated devices',
    restore: 'Restore the simulated devices',
    invalid:
      'These are not 24 such words: one is misspelt, missing or in another place. Nothing was changed.',
    inUse:
      'Nothing was changed: a group in this workspace has a device, and with another seed it may not be found again. Use an empty workspace.',
    restored: 'The simulated devices of this workspace come from these words now.',
  },
  choice: {
    heading: 'On the bench',
    device: 'Make',
    how: 'Simulated or real',
    real: 'A real device',
    realHelp: {
      ledger: 'It is asked 9 questions. Nothing on it changes.',
      trezor: 'It is asked 9 questions. Nothing on it changes.',
      yubihsm: 'Provision it first. Its log notes every act.',
      'security-key':
        'It makes a credential named “Device bench” and keeps it; the key’s manager deletes it.',
    },
    simulated: 'A SIMULATED device',
    simulatedHelp:
      'A new one with a random seed, drawn by this page and gone with it. This page presses its buttons.',
  },
  checksHeading: 'Checks',
  runAll: 'Run the checks',
  run: (title: string) => `Run: ${title}`,
  runOne: 'Run',
  stop: 'Stop',
  person: 'Your part',
  acts,
  signs,
  states,
  checks,
  skips,
  ms: (ms: number) => (ms < 10_000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`),
  expected: 'Expected',
  actual: 'Actual',
  onlyHere: 'only here:',
  empty: 'nothing',
  marked: 'Framed and underlined: what stands on one side only.',
  summary: (passed: number, failed: number, skipped: number, untried: number) =>
    `${passed} passed, ${failed} failed, ${skipped} left out, ${untried} not tried.`,
  broke: (what: string) =>
    `The run broke off: ${what}. No more checks were tried. Load this page again and run them once more.`,
  identity: {
    model: 'Model',
    serial: 'Serial number',
    firmware: 'Firmware',
    key: 'Approval key',
    untold: 'not told',
  },
  origin: {
    heading: 'Where and when',
    program: 'Conclave',
    root: 'Root of the bundle',
    noRoot: 'not kept in this browser',
    browser: 'Browser',
    at: 'Time',
  },
  keep: {
    heading: 'Keep the results',
    help: 'The file and the paper hold what is on this page: no secret and no seed.',
    save: 'Save as a file',
    print: 'Print',
    name: (kind: string, at: string) => `device-bench-${kind}-${at.replace(/[:.]/g, '-')}.json`,
  },
  doctor: {
    heading: 'It cannot be reached?',
    help: 'Looks for the cause: at this page, this browser and the devices that it may use. It may ask a device which app or firmware it has; no question appears on it.',
    real: 'Choose a real device above: a simulated one is always there.',
    look: 'Look for the cause',
    again: 'Look again',
    looking: 'Looking …',
    certain: 'Certain',
    likely: 'Likely',
    means: 'This means',
    next: 'What to do',
    rule: 'The rule in question:',
    causes,
    found: (count: number) => (count === 1 ? 'One finding.' : `${count} findings.`),
  },
} as const;
