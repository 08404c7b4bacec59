/** Every sentence of a ceremony's record: on paper, as a file, and checked by anybody. */
import type { Check, CheckName, RecordReport } from '../../ceremony/record.ts';
import type { Comparison, Finding, Point } from '../../ceremony/record-compare.ts';
import type { FaultText } from '../text.ts';
import { listed } from './ceremony-faults.ts';
import { timeText } from '../ceremony/times.ts';

/** What is checked; how it is told where it holds, and where something is missing or fails. */
interface CheckText {
  readonly title: string;
  readonly holds: (count: number, of: number) => string;
  readonly missing: (who: string) => string;
  readonly fails: (who: string) => string;
}

const all = (count: number): string => `${count} of ${count}`;
const stillOwed = (what: string) => (who: string) =>
  `Not in this record: ${what}${who ? ` of ${who}` : ''}.`;
const never = (who: string): string => `It does not hold${who ? `: ${who}` : ''}.`;

const checks: Record<CheckName, CheckText> = {
  chain: {
    title: 'Chain of entries',
    holds: (count) =>
      `${count} entries, each follows the one before; the owner signed how many they are and the hash of the last.`,
    missing: never,
    fails: () => 'It breaks: see above.',
  },
  packets: {
    title: 'Packets',
    holds: (count) =>
      `${count} packets: every signature holds, and each was rightly taken in when it came.`,
    missing: () => 'There is none yet.',
    fails: never,
  },
  heads: {
    title: 'Logs of the others',
    holds: () => 'Nobody signed two packets under one number; all receipts name the same logs.',
    missing: never,
    fails: (who) =>
      `Somebody was shown something else${who ? `; named: ${who}` : ''}. What it proves stands below.`,
  },
  manifest: {
    title: 'Manifest',
    holds: (count) => `${count} cards, each signed by its host key for this group.`,
    missing: () => 'There is no manifest yet.',
    fails: never,
  },
  'manifest-words': {
    title: 'Words of the manifest',
    holds: () => 'The owner of this log confirmed the 24 words of this manifest.',
    missing: () => 'The owner of this log has not confirmed them.',
    fails: () => 'The words that were read aloud differed.',
  },
  seals: {
    title: 'Seals',
    holds: (count) => `${all(count)} operators sealed this manifest.`,
    missing: stillOwed('the seal'),
    fails: never,
  },
  certificates: {
    title: 'Certificates',
    holds: (count) =>
      `${all(count)} operators certified both keys and the transcripts behind them.`,
    missing: stillOwed('the certificate'),
    fails: never,
  },
  'key-words': {
    title: 'Words of the keys',
    holds: () => 'The owner of this log confirmed the 24 words of these keys.',
    missing: () => 'The owner of this log has not confirmed them.',
    fails: () => 'The words that were read aloud differed.',
  },
  approvals: {
    title: 'Approvals by devices',
    holds: (count) => `${all(count)} devices approved the statement of the test.`,
    missing: stillOwed('the approval'),
    fails: never,
  },
  tests: {
    title: 'Test signatures',
    holds: (count) => `Good under both keys; they cover ${all(count)} operators.`,
    missing: stillOwed('a test signature'),
    fails: never,
  },
  closings: {
    title: 'Closings',
    holds: (count) => `${all(count)} operators confirmed the words and read their backup back.`,
    missing: stillOwed('the closing'),
    fails: never,
  },
  records: {
    title: 'Signatures under the record',
    holds: (count) => `${all(count)} operators signed the hash of this ceremony.`,
    missing: stillOwed('the signature'),
    fails: never,
  },
  witnesses: {
    title: 'Witnesses',
    holds: (count) => `${all(count)} witnesses agree.`,
    missing: stillOwed('the word'),
    fails: (who) => `${who} did not agree.`,
  },
  requests: {
    title: 'Requests',
    holds: (count, of) =>
      `${count} of ${of} requests are signed; each signature is good under its key. Slips, reservations, approvals, packages and shares were computed anew.`,
    missing: never,
    fails: (who) => `Something went wrong${who ? `; named: ${who}` : ''}. It stands below.`,
  },
};

const entryText = (entry: number | undefined): string =>
  entry === undefined ? 'the signed end of the record' : `entry ${entry}`;

const useNothing = 'Nothing in it is to be believed, and nothing was computed from it.';

/** Why a record is not one that can be believed. */
function brokenText({ broken, why }: RecordReport): FaultText {
  if (!broken)
    return {
      happened: 'This file is not a record.',
      cause: why,
      means: useNothing,
      next: 'Choose the file that was saved as a record. Its name ends in “.record”.',
    };
  return {
    happened: `The record is broken at ${entryText(broken.entry)}.`,
    cause: broken.why,
    means: useNothing,
    next: 'Ask its owner for the file again. If that one breaks too, ask the other operators for theirs, and hold them against each other here.',
  };
}

function findingText(finding: Finding): FaultText {
  const { who } = finding;
  const someone = who || 'A sender who is not in the roster';
  switch (finding.finding) {
    case 'two-packets':
      return {
        happened: `${someone} signed two different packets under number ${finding.number}.`,
        cause: 'One stands in each file, both with a signature that holds.',
        means:
          'Proven: either people were shown different things, or a vault was copied or set back. No key of this ceremony may be used.',
        next: 'Keep both files: together they are the proof. Begin a new group without this operator.',
      };
    case 'fork':
      return {
        happened: `The log of ${who} has two heads.`,
        cause: `By entry ${finding.entry} at the latest, the two files tell different things under one number.`,
        means: 'Proven: this log was written anew, or goes on from two copies of one vault.',
        next: `Keep both files, and ask ${who} which vault is in use. The other one must not be used.`,
      };
    case 'cut-tail':
      return {
        happened: `The tail of the record of ${who} is missing.`,
        cause: `It ends after ${finding.length} entries. The other file holds packet ${finding.number} of ${who}, made when this log had ${finding.seen} entries.`,
        means: 'It was saved before that packet, or its tail was cut off afterwards.',
        next: `Ask ${who} for a record that was saved later.`,
      };
    case 'older':
      return {
        happened: `One of the two records of ${who} is older.`,
        cause: `It ends after ${finding.length} of ${finding.of} entries, and is the same up to there.`,
        means: 'Nothing is wrong with either.',
        next: 'Keep the longer one.',
      };
    case 'restored':
      return {
        happened: `The log of ${who} was restored on ${timeText(new Date(finding.at))}.`,
        cause: 'It went on from a backup or from an older copy of the workspace.',
        means:
          'What it took in again of its own packets was said from the log that was lost. It is no sign of two logs.',
        next: `If you did not know, ask ${who} on a call whether it is so.`,
      };
  }
}

const points: Record<Point['name'], Record<Point['state'], string>> = {
  group: {
    same: 'Both are of the same group, network and epoch.',
    differs: 'They are of different groups, networks or epochs.',
    missing: '',
  },
  manifest: {
    same: 'The same manifest.',
    differs: 'Two different manifests.',
    missing: 'One of them has no manifest yet.',
  },
  keys: {
    same: 'The same keys and certificates.',
    differs: 'Different keys.',
    missing: 'One of them has no keys yet.',
  },
  record: {
    same: 'The same hash of the whole ceremony.',
    differs: 'Different hashes of the whole ceremony.',
    missing: 'One of them does not reach the end of the ceremony.',
  },
};

const verdicts: Record<Exclude<RecordReport['verdict'], 'broken' | 'not-a-record'>, string> = {
  intact: 'Everything holds, and nothing is missing.',
  incomplete: 'What is here holds. Something is missing, which is no failure.',
  faults: 'The record is as it was written. It tells that something went wrong.',
};

const comparisons: Record<Comparison['verdict'], string> = {
  agree: 'The two records agree.',
  differ: 'The two records differ.',
  'not-comparable': 'They cannot be compared: at least one of them is broken or no record.',
};

export const recordText = {
  checks,
  signs: { holds: '✓', missing: '○', fails: '✕', same: '✓', differs: '✕' },
  states: { holds: 'holds', missing: 'missing', fails: 'fails', same: 'same', differs: 'differs' },
  /** `nameOf`: an operator's or a witness's name by number. */
  check: ({ name, state, count, of, who }: Check, nameOf: (number: number) => string): string => {
    const names = who.length > 0 ? listed(who.map(nameOf)) : '';
    const text = checks[name];
    return state === 'holds' ? text.holds(count, of) : text[state](names);
  },
  broken: brokenText,
  verdicts,
  finding: findingText,
  points,
  comparisons,
  verify: {
    heading: 'Verify a record',
    lead: 'A record is one operator’s whole log of a ceremony, as a file. It is read anew from its first entry. No workspace is needed, and nothing is kept.',
    choose: 'Choose a record, or two to be compared',
    drop: 'Or drop the files here.',
    working: 'Every entry is being checked …',
    tooMany: {
      happened: 'These are more than two files.',
      cause: 'Records are compared two at a time.',
      means: 'Nothing was read.',
      next: 'Choose one file, or two.',
    },
    tooLarge: (name: string) => ({
      happened: `“${name}” is too large.`,
      cause: 'No record is larger than 64 MB.',
      means: 'Nothing was read.',
      next: 'Choose the file that was saved as a record. Its name ends in “.record”.',
    }),
    failed: (why: string) => ({
      happened: 'The record could not be checked.',
      cause: why,
      means: 'Nothing can be said about it.',
      next: 'Look at the messages above about this bundle and the engine, then load the page again.',
    }),
    of: (owner: string, group: string) => (owner ? `${owner}: ${group}` : group),
    file: 'File',
    checked: 'What was checked',
    check: 'Check',
    result: 'Result',
    found: 'What was found',
    two: 'Both implementations in this bundle verified the signatures.',
    one: 'WebAssembly is off: the JavaScript implementation alone verified the signatures.',
    faults: 'What went wrong',
    open: 'Read the record',
    compared: 'Both held against each other',
  },
  page: {
    title: 'Record of a key ceremony',
    save: 'Save as a file',
    saved: (name: string) => `Handed to the browser as “${name}”.`,
    print: 'Print',
    file: (group: string, owner: string) =>
      `${`${group} ${owner}`.replace(/[^\p{L}\p{N}._ -]+/gu, '-').slice(0, 80)}.record`,
    help: 'It holds no secret. Whoever has it can check it on the verify page of this bundle, and hold it against another operator’s.',
    reading: 'The record is being written and checked …',
  },
  paper: {
    state: {
      complete: 'Complete: certified, spoken, backed up and tested by everybody.',
      rehearsed: 'The rehearsal is complete. Its keys guard nothing.',
      stopped: 'Stopped: no key of this ceremony may be used.',
      open: 'Not complete: the keys are not to be used yet.',
    },
    group: 'Group',
    purpose: 'Purpose',
    network: 'Network',
    from: 'Began',
    to: 'Last entry',
    owner: 'Log of',
    restored: 'Restored',
    restoredHelp: 'From a backup or an older copy of the workspace.',
    ownerRole: { operator: 'operator', witness: 'witness' },
    log: 'Length of the log',
    entries: (count: number) => (count === 1 ? '1 entry' : `${count} entries`),
    head: 'Head of the log',
    hash: 'Hash of this record',
    hashHelp: 'It stands for the keys and everybody’s closing. All operators signed it.',
    noHash: 'There is none until every operator has closed.',
    qr: 'QR code of the record’s hash in hex',
    checkedHeading: 'Checked when printed',
    keysHeading: 'The keys',
    custody: 'Custody key, holds bitcoin: secp256k1, internal key',
    attestation: 'Attestation key, signs mints: Ed25519',
    keysHash: 'Both keys and their certificates',
    words: 'As 24 words, read aloud by all',
    noKeys: 'No key was certified.',
    manifestHeading: 'Manifest',
    manifestHash: 'Hash of the manifest',
    manifestWords: 'As 24 words, read aloud before the first round',
    threshold: 'Threshold',
    thresholdText: (t: number, n: number) => `${t} of ${n}`,
    reservation: 'Reservation quorum',
    limits: 'Limits of a session',
    display: 'Approvals on a trusted display',
    backupAddress: 'Backup address',
    noBackupAddress: 'none set',
    roots: 'Accepted bundles',
    draft: 'Custody signatures',
    callAt: 'Call agreed for',
    initiator: 'Begun by',
    groupId: 'Id of the group',
    epoch: 'Epoch',
    operatorsHeading: 'Operators',
    none: 'none',
    not: 'not in this record',
    device: 'Device',
    serial: (serial: string) => `serial ${serial}`,
    firmware: (firmware: string) => `firmware ${firmware}`,
    simulated: 'SIMULATED',
    traits: {
      trustedDisplay: 'trusted display',
      touch: 'touch',
      attestation: 'attests itself',
      nonExportable: 'keys do not leave it',
    },
    hostKey: 'Host key',
    packetKey: 'Packet key',
    observerKey: 'Observer key',
    approvalKey: {
      ed25519: 'Approval key, Ed25519',
      'bitcoin-message': 'Approval key, secp256k1',
      'webauthn-es256': 'Approval key, WebAuthn',
    },
    root: 'Bundle',
    checklist: 'Checked',
    sealed: 'Sealed the manifest',
    backup: 'Backup',
    backupText: (at: string) => `age file, read back ${at}`,
    closed: 'Closed',
    recorded: 'Signed this record',
    aborted: 'Stopped it',
    abortedText: (at: string, because: string) => `${at}: ${because}`,
    scriptHeading: 'Script',
    step: 'Step',
    planned: 'Planned',
    done: 'Done, by each operator’s clock',
    minutes: (count: number) => `${count} min`,
    notes: 'Notes and deviations',
    noNotes: 'Nobody noted a deviation.',
    testsHeading: 'Test signatures',
    signers: 'Signers',
    digest: 'Digest of the request',
    custodySignature: 'Custody signature',
    attestationSignature: 'Attestation signature',
    unfinished: 'not finished',
    refusedHeading: 'Refused and dropped',
    refused: (from: string, because: string) =>
      `Packet of ${from || 'a sender unknown here'} refused: ${because}`,
    dropped: {
      nonces: 'Nonces were dropped from memory, unused.',
      run: 'The secrets of the key generation were destroyed.',
    },
    nothingRefused: 'Nothing was refused or dropped.',
    faultsHeading: 'What went wrong',
    witnessesHeading: 'Witnesses',
    noWitnesses: 'Nobody sat as a witness.',
    agrees: 'agrees',
    disagrees: (because: string) => `does not agree, because: ${because || '(no reason given)'}`,
    other: 'This is about other keys than those of this record.',
    signHeading: 'Signed by hand',
    signHelp: 'By signing I say that I took part, and that this record tells what I saw.',
    operator: 'operator',
    witness: 'witness',
    agree: 'I agree',
    disagree: 'I do not agree, because',
    place: 'Place and date',
    signature: 'Signature',
    footer: (hash: string) => `Conclave · record ${hash}`,
    footerDate: (at: string, rehearsal: boolean) => (rehearsal ? `REHEARSAL · ${at}` : at),
    pageOf: ['Page ', ' of '],
  },
} as const;
