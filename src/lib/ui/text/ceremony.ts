/** Every sentence of a ceremony's live page: what to do, what to say, what to check. */
import type { checklist, StepName } from '../../ceremony/script.ts';
import type { Taken } from '../../worker/group-log.ts';
import type { GroupView } from '../../worker/view.ts';
import { listed } from './ceremony-faults.ts';

type Act = GroupView['next']['act'];

/** How an act is told: its title, and what the operator does, says and checks. */
interface ActText {
  readonly title: string;
  readonly does: string;
  readonly says?: string;
  readonly checks?: string;
}

const acts: Record<Act, ActText> = {
  invite: {
    title: 'Invite the operators',
    does: 'Show everybody the invitation. Take in the card that each sends back.',
    says: '“I show you the invitation now. Join with it, then show me your card.”',
    checks: 'Every card is of somebody you know and see on the call.',
  },
  propose: {
    title: 'Propose the roster',
    does: 'Put the operators in order and propose the manifest.',
    checks: 'Names and places are those of the people on the call.',
  },
  bring: { title: 'Wait for packets', does: 'Take in what the others send.' },
  prepare: {
    title: 'Prepare your machine',
    does: 'Go through the list. Write down what you saw for each item; the others read it.',
    says: '“I reset my device now. Watch it.”',
    checks: 'No item is noted that you did not do yourself.',
  },
  'read-words': {
    title: 'Read the words aloud',
    does: 'Each operator reads the own words aloud. Compare every word you hear with this screen.',
    says: 'Your words, slowly, with their numbers.',
    checks: 'All 24 words, those of others too. Look at the faces: do you know the voice?',
  },
  seal: {
    title: 'Seal the manifest',
    does: 'Seal it with your host key. Your first message for the keys goes with it.',
    says: '“I seal.”',
    checks: 'Network, number of operators and threshold are as agreed.',
  },
  answer: {
    title: 'Agree on the keys',
    does: 'Read the statement. Approve it on your device.',
    says: '“I approve the test signatures.”',
    checks: 'It says TEST SIGNATURES, your network and all signers. No money moves.',
  },
  store: {
    title: 'Store your shares',
    does: 'Your device seals both shares.',
    checks: 'It is the device that stands on your card.',
  },
  backup: {
    title: 'Make your backup',
    does: 'Save the file, move it to where it stays, and read it back from there.',
    says: '“My backup is read back.”',
    checks: 'Passphrase and file are kept in different places.',
  },
  release: {
    title: 'Release your test shares',
    does: 'Give your shares of the test signatures and close the ceremony for yourself.',
    says: '“I release.”',
  },
  commit: {
    title: 'Make fresh nonces',
    does: 'The nonces of a test are gone from memory. Make new ones; the old ones are never used.',
    says: '“My nonces were dropped. New ones are coming.”',
  },
  retest: {
    title: 'Test again without them',
    does: 'A test was spoiled. Ask for a new one, with others in their place.',
  },
  again: {
    title: 'Give them another chance',
    does: 'Everybody else is tested. Begin the spoiled test again: all its signers need fresh nonces.',
  },
  'catch-up': {
    title: 'Hear from the others first',
    does: 'This workspace was restored from a copy. Take in new packets of others before you go on.',
    says: '“I restored my workspace. Please send me a new packet each.”',
  },
  'sign-record': {
    title: 'Sign the record',
    does: 'Sign that the ceremony went as this log says.',
    says: '“I sign the record.”',
  },
  attest: {
    title: 'Say what you witnessed',
    does: 'Sign whether you agree with this ceremony. If not, say why.',
  },
  stopped: {
    title: 'This ceremony is over',
    does: 'Read why. Hand your packets over, so that everybody knows.',
    says: '“Stop. Nobody uses a key of this ceremony.”',
  },
  done: { title: 'You are done', does: 'Nothing is left to do here.' },
};

const steps: Record<StepName, string> = {
  enrol: 'Gather the operators',
  prepare: 'Prepare the machines',
  'manifest-words': 'Read the manifest’s words',
  seal: 'Seal the manifest',
  agree: 'Agree on the keys',
  store: 'Store the shares',
  'key-words': 'Read the keys’ words',
  backup: 'Make the backups',
  test: 'Test both keys',
  record: 'Sign the record',
};

type Item = (typeof checklist)['blocking' | 'advised'][number];

const items: Record<Item, { readonly title: string; readonly does: string }> = {
  'fresh-system': {
    title: 'A fresh system runs',
    does: 'Start the machine from a medium that was checked. Note which, and its version.',
  },
  'device-reset': {
    title: 'The device was reset before witnesses',
    does: 'Reset it while others watch on the call. Note who watched.',
  },
  'device-serial': {
    title: 'Serial number and firmware are noted',
    does: 'Read both from the device, not from this screen.',
  },
  'network-off': {
    title: 'The network is off',
    does: 'Pull the cable, switch the radio off. Note how.',
  },
  clock: {
    title: 'The clock is right',
    does: 'Compare it with a second clock. Note the difference in seconds.',
  },
  media: {
    title: 'Media for the backup are at hand',
    does: 'Paper, pen, and an empty stick. Note which.',
  },
  'call-date': {
    title: 'The call has a date',
    does: 'Everybody has it in their calendar.',
  },
  'quiet-room': {
    title: 'Nobody else sees or hears you',
    does: 'Door closed, no camera behind you, no assistant that listens.',
  },
};

const people = (count: number): string => (count === 1 ? '1 operator' : `${count} operators`);
const times = (count: number): string => (count === 1 ? '1 transfer' : `${count} transfers`);

export const ceremonyText = {
  acts,
  steps,
  loading: 'The group is being opened …',
  group: 'Group',
  now: 'Now',
  does: 'Do',
  says: 'Say',
  checks: 'Check',
  working: 'Working …',
  atDevice: 'Look at your device.',
  listed,
  role: { operator: 'You are', witness: 'You are a witness.' },
  rehearsal: {
    word: 'REHEARSAL',
    banner: 'REHEARSAL. The keys made here guard nothing and can never be used for money.',
  },
  keyState: {
    label: 'Key',
    signs: { none: '○', pending: '◐', active: '✓', rehearsed: '✓', stopped: '✕' },
    names: {
      none: 'No key yet',
      pending: 'Pending: not to be used yet',
      active: 'Active',
      rehearsed: 'Rehearsed',
      stopped: 'Stopped: no key',
    },
  },
  left: (count: number, collects: boolean): string =>
    collects
      ? `${times(count)} left for you; to take in is one for all others together.`
      : `${times(count)} left for you, if nothing goes wrong.`,
  transfer: {
    label: 'Hand over or take in',
    send: 'Hand over',
    receive: 'Take in',
    handed: 'I have handed it over',
    handedAnnounced: 'Noted. Now wait for the others.',
    toAll: 'Everybody else needs this: show it to all, or put it where all take it from.',
    toCollector: (name: string) => `${name} collects: hand it to ${name}.`,
    toInvite: 'For everybody who is to join.',
    name: (group: string, from: string) => `${group}, from ${from}`,
    everything: 'Include everything, also what others already confirmed',
    nothing: 'There is nothing that the others have not confirmed.',
    due: 'Hand over your packets',
    took: ({ taken, known, early }: Taken): string =>
      [
        taken === 1 ? '1 packet was taken in.' : `${taken} packets were taken in.`,
        known === 1 ? '1 was here already.' : known > 1 ? `${known} were here already.` : '',
        early.length > 0
          ? `${early.length} wait for something that is missing; bring them again later.`
          : '',
      ]
        .filter(Boolean)
        .join(' '),
    earlyHeading: 'What is missing',
    refused: (from: string, because: string) =>
      `Refused, from ${from || 'a sender unknown here'}: ${because}`,
    unreadable: (why: string) => ({
      happened: 'These are no packets.',
      cause: `The bytes do not read as a bundle: ${why}.`,
      means: 'Nothing was taken in. Nothing was lost.',
      next: 'Ask for them again, or have them sent in another way.',
    }),
  },
  wait: {
    for: (names: readonly string[]) => `Waiting for ${listed(names)}`,
    forManifest: (name: string) => `Waiting for the manifest from ${name || 'the initiator'}`,
    forAll: 'Waiting for the others',
    collectorDoes: (names: readonly string[]) =>
      `Take in the ${names.length === 1 ? 'packet' : 'packets'} of ${listed(names)}. Ask on the call for whoever is late.`,
    otherDoes: (collector: string) =>
      `${collector} collects. When ${collector} has everything, take in what ${collector} shows.`,
    never: 'nothing came yet',
    last: 'last packet',
    record: 'The key does not wait: only names under the record are missing.',
    closing: 'You can close this page meanwhile. After you reload it, the device is asked again.',
  },
  invite: {
    count: (have: number, of: number) => `${have} of ${people(of)} are here.`,
    own: 'you',
  },
  propose: {
    order: 'The roster, in order',
    up: (name: string) => `Move ${name} up`,
    down: (name: string) => `Move ${name} down`,
    leaveOut: (name: string) => `Leave ${name} out`,
    takeIn: (name: string) => `Take ${name} in`,
    out: 'left out',
    tooMany: (n: number) => `More cards came than ${people(n)}. Leave out whoever is too many.`,
    act: 'Propose this roster',
  },
  prepare: {
    items,
    advised: 'advised',
    evidence: 'What you saw',
    note: 'Note it',
    change: 'Change',
    noted: 'Noted',
    open: 'open',
    count: (done: number, of: number) => `${done} of ${of} needed items are noted.`,
    all: 'Rehearsal: note all of them as “rehearsed”',
    rehearsed: 'rehearsed',
    online: {
      happened: 'This machine has a network.',
      cause: 'The browser says that it is online.',
      means: 'The page sends nothing. Other programs on this machine could.',
      next: 'Pull the cable and switch the radio off. This message then goes away.',
    },
    offline: 'The browser says: no network.',
    clock: (time: string) => `This machine says ${time}.`,
    offlineEvidence: (time: string) => `browser reports no network at ${time}`,
    rootGood: 'The bundle you run is one that this group accepts.',
    rootBad: 'The bundle you run is not one that this group accepts.',
    call: 'Save the date as a calendar file',
    callAt: 'The call',
    callTitle: (group: string) => `Key ceremony: ${group}`,
    callText: 'Have machine, device, paper and an empty stick ready.',
    callFile: 'key-ceremony.ics',
    noCall: 'No date is agreed.',
  },
  words: {
    of: {
      manifest: 'These words stand for the manifest: the roster and all parameters.',
      keys: 'These words stand for both keys and everybody’s certificate.',
    },
    reads: (name: string, from: number, to: number) =>
      from === to ? `${name} reads ${from}` : `${name} reads ${from}–${to}`,
    youRead: (from: number, to: number) =>
      from === to ? `You read ${from}` : `You read ${from}–${to}`,
    same: 'same',
    differs: 'differs',
    hex: 'The same as hex',
    act: 'All words are the same',
    open: (count: number) =>
      count === 1 ? '1 group is not compared yet.' : `${count} groups are not compared yet.`,
    stop: (names: readonly string[]) => `Stop: the words of ${listed(names)} differ`,
    stopHelp:
      'This ends the ceremony for everybody. No key of it may be used. If you only misheard, have the words read again first.',
  },
  ask: {
    statement: 'The statement, letter by letter',
    sealed: 'What you seal',
    without: (names: readonly string[]) => `Without: ${listed(names)}.`,
    with: (names: readonly string[]) => `With: ${listed(names)}.`,
    buttons: {
      seal: 'Seal the manifest',
      answer: 'Approve on the device',
      store: 'Seal the shares under the device',
      release: 'Release and close',
      commit: 'Make fresh nonces',
      retest: 'Ask for a new test',
      again: 'Begin the test again',
      'sign-record': 'Sign the record',
    },
    opens: 'The device is asked first: its secret is not open here.',
    device: { one: 'The device asks once.', two: 'The device asks twice.' },
  },
  attest: {
    agree: 'I saw it, and I agree',
    disagree: 'I do not agree, because …',
    because: 'Because',
    act: 'Sign this',
    given: 'What witnesses say',
    agrees: (name: string) => `${name} agrees.`,
    disagrees: (name: string, because: string) => `${name} does not agree: ${because}`,
  },
  catchUp: (more: number) => `New packets of ${people(more)} are still needed.`,
  done: {
    operator: {
      active: 'Both keys are active. Everybody certified, read, backed up and tested them.',
      rehearsed: 'The rehearsal is over. Both keys are thrown away with it.',
    },
    witness: 'Your word is signed and part of the record.',
    waits: 'Others still sign the record; the key does not wait for them.',
    record: 'Open the record',
  },
  keys: {
    heading: 'The keys',
    custody: 'Custody key: holds bitcoin (secp256k1, internal key)',
    attestation: 'Attestation key: signs mints (Ed25519)',
    words: 'Their 24 words',
    none: 'No key is certified yet.',
    record: 'The record’s hash',
  },
  people: {
    heading: 'Who gave what',
    caption: 'Operators and what they gave at each step',
    operator: 'Operator',
    last: 'Last packet',
    you: 'you',
    collects: 'collects',
    gave: 'given',
    missing: 'not yet',
    waited: 'waited for',
    packets: (count: number) => (count === 1 ? '1 packet' : `${count} packets`),
    nobody: 'Nobody is here yet.',
    witnesses: 'Witnesses',
  },
  script: {
    heading: 'The script',
    states: { done: 'done', now: 'now', todo: 'to do', stopped: 'stopped' },
    owner: { initiator: (name: string) => `by ${name}`, everybody: 'by everybody' },
    planned: 'planned',
    signedOff: 'done here',
    minutes: (count: number) => `${count} min`,
    owing: (names: readonly string[]) => `still owed by ${listed(names)}`,
    note: 'Note what went otherwise',
    noteLabel: (step: string) => `Note on “${step}”`,
    noteAct: 'Keep this note',
    clock: (offset: string) => `Times are those of this machine (UTC${offset}).`,
  },
  manifest: {
    heading: 'The manifest',
    purpose: 'Purpose',
    network: 'Network',
    operators: 'Operators',
    quorum: (t: number, n: number) =>
      `any ${t} of ${n} act together; making the key needs all ${n}`,
    reservation: 'Reserve a payment',
    reservationText: (r: number) => `${people(r)} must agree first`,
    display: 'Approvals on a trusted display',
    displayText: (count: number) => `at least ${count}`,
    backup: 'Backup address',
    noBackup: '! None is set. Set one before the key holds money.',
    draft: 'Custody signatures follow draft',
    group: 'Group',
    epoch: 'Epoch',
    roots: 'Accepted bundles',
    device: 'Device',
    simulated: 'SIMULATED',
  },
  backupAddress: {
    heading: 'Backup address',
    none: 'No backup address is set.',
    does: 'If the key may be stolen, all bitcoin is swept there. It is set once every operator approved the same address on the device; then it stands.',
    approvedBy: (names: readonly string[]) => `Approved by ${listed(names)}.`,
    missing: (names: readonly string[]) => `Still missing: ${listed(names)}.`,
    approve: 'Approve this address on the device',
    label: 'An address that all of you control without this key',
    propose: 'Propose it, with my device’s approval',
    wrong: (network: string) => `This is not an address of ${network}.`,
  },
  trail: {
    heading: 'What was refused or dropped',
    nothing: 'Nothing.',
    refused: (from: string) => `Packet of ${from || 'a sender unknown here'} refused`,
    dropped: {
      nonces: 'Nonces were dropped from memory, unused',
      run: 'The secrets of this key generation were destroyed',
    },
    restored: 'This workspace was restored from a copy.',
    proven: 'What went wrong',
    log: 'Your log',
    entries: (count: number) => (count === 1 ? '1 entry' : `${count} entries`),
    head: 'Head',
  },
  collector: {
    heading: 'Who collects',
    is: (name: string) => `${name} collects: takes in everybody’s packets and passes them on.`,
    here: 'You collect: take in everybody’s packets and pass them on.',
    trust: 'Whoever collects is not trusted with anything. It can be anybody, at any time.',
    you: 'I collect from now on',
    to: (name: string) => `Hand over to ${name}`,
    done: (name: string) =>
      `${name} collects from now on. Tell everybody, and hand over your packets.`,
  },
  abort: {
    heading: 'Stop the ceremony',
    because: 'Why',
    act: 'Stop the ceremony for everybody',
    help: 'No key of it may be used afterwards. It cannot be taken back.',
  },
} as const;
