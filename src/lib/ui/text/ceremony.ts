/** Every sentence of a ceremony's live page: what to do, what to say, what to check. */
import type { Taken } from '../../worker/group-log.ts';
import { acts, items, steps } from './ceremony-acts.ts';
import { listed } from './ceremony-faults.ts';

const people = (count: number): string => (count === 1 ? '1 operator' : `${count} operators`);
const times = (count: number): string => (count === 1 ? '1 transfer' : `${count} transfers`);

export const ceremonyText = {
  acts,
  steps,
  loading: 'The group is being opened …',
  group: 'Group',
  pages: {
    label: 'Use of the key',
    names: {
      requests: 'Requests',
      evidence: 'Evidence',
      fees: 'Fees',
      bitcoin: 'Bitcoin',
      rules: 'Rules',
      backups: 'Backups',
    },
  },
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
  clockBehind: {
    happened: 'The clock of this machine is behind.',
    cause:
      'The others’ packets say that it is later. By a clock that is behind, what they said long ago would count as said after the restoration.',
    means: 'This workspace tells the others nothing until then, and signs nothing.',
    next: 'Set the clock. Then ask the others for a new packet each, and take those in.',
  },
  /** Where a restored vault does not know what it reserved. */
  forgot:
    'You reserved something whose batch of requests is not here, and without it the same could be paid twice. Take in everything that others hold, until it comes. If it does not, ask whoever has it to open that batch once it is over, and to propose it again as it is.',
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
    resumed: 'went on with a restored vault',
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
    limits: 'Limits of a session',
    display: 'Approvals on a trusted display',
    displayText: (count: number) => `at least ${count}`,
    backup: 'Backup address',
    noBackup: '! None is set. Set one before the key holds money.',
    contested: '! None counts: two may be approved by everybody. What went wrong is told above.',
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
    does: 'If the key may be stolen, all bitcoin is swept there. It is set once every operator approved the same proposal on the device; then it stands.',
    another: 'Whoever proposes another address ends the proposal before it for everybody.',
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
  recover: {
    act: 'Put your shares under a device',
    meanwhile: 'If you came back from a backup, this can be done meanwhile:',
    because:
      'My machine was lost in mid-ceremony, and with it what my first message was made from.',
  },
  abort: {
    heading: 'Stop the ceremony',
    because: 'Why',
    act: 'Stop the ceremony for everybody',
    help: 'No key of it may be used afterwards. It cannot be taken back.',
  },
} as const;
