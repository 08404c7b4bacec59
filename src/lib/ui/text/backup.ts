/** What the app says about passphrases and backup files. */
import type { BackupFaultName } from '../../ceremony/backup.ts';
import { MAX_RECIPIENTS, type AgeFaultName } from '../../worker/age-report.ts';
import type { FaultText } from '../text.ts';

const common = 'It is, or resembles, one of the passwords that are tried first.';
const keyboard = 'It follows the keys of a keyboard.';
const repeats = 'It repeats itself.';
const date = 'It contains a year or a date.';
const names = 'It is made of names.';

const noFile = 'No file was made.';
const nothing = 'Nothing was changed. This file does not count as your backup.';
const chooseOther =
  'Choose the file that you saved for this group and epoch, from where it is kept.';
const makeAnother = 'Make another file, save it, and read that one back.';

const wrongFile = (happened: string, cause: string): FaultText => ({
  happened,
  cause,
  means: nothing,
  next: chooseOther,
});

export const backupText = {
  passphrase: {
    label: 'Passphrase',
    again: 'The same passphrase once more',
    show: 'Show',
    hide: 'Hide',
    showField: (label: string) => `Show: ${label}`,
    generate: 'Draw words for me',
    generated: (words: number, bits: number) =>
      `${words} words drawn at random: ${bits} bits. Write them down before you go on.`,
    judging: 'The strength is being judged …',
    strong: 'Strong enough',
    weak: 'Too weak',
    time: (time: string) => `Time to guess it: ${time}.`,
    least: (time: string) => `The least that is accepted: ${time}.`,
    assumption:
      'Assumed is somebody who has the file and a thousand graphics cards, each of which tries two thousand passphrases a second.',
    edges: 'It begins or ends with a space, which is easily lost in writing.',
    differ: 'The two are different.',
    same: 'Both are the same.',
    warnings: {
      straightRow: keyboard,
      keyPattern: keyboard,
      simpleRepeat: repeats,
      extendedRepeat: repeats,
      sequences: 'It contains a sequence such as abc or 123.',
      recentYears: date,
      dates: date,
      topTen: common,
      topHundred: common,
      common,
      similarToCommon: common,
      wordByItself: 'It is a single word.',
      namesByThemselves: names,
      commonNames: names,
      userInputs: 'It is made of names from this group.',
    },
    notJudged: {
      happened: 'The strength of the passphrase cannot be judged.',
      cause: 'The dictionaries of common passwords could not be loaded.',
      means: 'No passphrase is accepted, because a weak one could not be told.',
      next: 'Check the bundle on the verify page, then load this page again.',
    },
  },
  time: {
    atOnce: 'less than a second',
    beyond: 'more than a billion years',
    about: (count: number, [one, many]: readonly [string, string]) =>
      `about ${count} ${count === 1 ? one : many}`,
    units: {
      second: ['second', 'seconds'],
      minute: ['minute', 'minutes'],
      hour: ['hour', 'hours'],
      day: ['day', 'days'],
      month: ['month', 'months'],
      year: ['year', 'years'],
      thousandYears: ['thousand years', 'thousand years'],
      millionYears: ['million years', 'million years'],
    },
  },
  step: {
    heading: 'Your backup',
    stages: {
      planned: { word: 'Not made', meaning: 'There is no backup yet.' },
      recorded: {
        word: 'Recorded, not verified',
        meaning: 'A file was saved. It counts only after it was read back from where it is kept.',
      },
      verified: {
        word: 'Verified',
        meaning: 'The file was read back and opened with its passphrase; it holds what it should.',
      },
    },
    restores: (operator: string, group: string, epoch: number) =>
      `The file restores what ${operator} needs to hold and use a share of “${group}”, epoch ${epoch}, on another machine. It is one operator’s part: alone it moves nothing.`,
    noCopy:
      'No copy of the passphrase exists. Nobody can find or reset it; without it the file is worth nothing. Keep passphrase and file in different places.',
    withoutHeading: 'How to open the file without Conclave',
    without:
      'It is an ordinary age file. The age program, version 1, opens it on any computer; it asks for the passphrase.',
    command: (name: string) => `age -d -o backup.cbor ${name}`,
    anyName: 'the-file.age',
    chooseHeading: 'Choose a passphrase and save the file',
    choose:
      'Write the passphrase on paper, or draw one and write it down. You will enter it once more to open the file.',
    make: 'Make and save the file',
    making: 'The file is being encrypted; this takes some seconds …',
    makeFailed: (why: string): FaultText => ({
      happened: 'The backup file was not made.',
      cause: why,
      means: 'There is no backup yet. Nothing else was changed.',
      next: 'Try again. If it fails again, close this page, open the workspace again and return to this step.',
    }),
    readHeading: 'Read the file back',
    read: 'Move the file to where it will stay, such as a USB stick. Then choose it there, and enter the passphrase from your notes.',
    saved: (name: string) => `Your browser saved ${name} in its folder for downloads.`,
    file: 'The saved file: choose it, or drop it here',
    check: 'Read back and compare',
    checking: 'The file is being opened; this takes some seconds …',
    saveAgain: 'Save the same file again',
    another: 'Make another file',
    unreadable: (why: string): FaultText => ({
      happened: 'The file could not be read.',
      cause: why,
      means: nothing,
      next: 'Check that the medium is plugged in and the file is there, then choose it again.',
    }),
    notChecked: (why: string): FaultText => ({
      happened: 'The file could not be checked.',
      cause: why,
      means: nothing,
      next: 'Try again. If it fails again, close this page, open the workspace again and return to this step.',
    }),
  },
  faults: {
    'recipient-count': (detail) => ({
      happened: `The file cannot be made for ${detail} recipients.`,
      cause: `It needs one at least, and holds ${MAX_RECIPIENTS} at most.`,
      means: noFile,
      next: `Give between 1 and ${MAX_RECIPIENTS} recipients, or choose a passphrase instead.`,
    }),
    'recipient-invalid': (detail) => ({
      happened: `Recipient ${detail} is not valid.`,
      cause:
        'It was mistyped or cut off, or is of a kind that Conclave does not know. A recipient begins with age1, and with age1pq1 where it is post-quantum.',
      means: noFile,
      next: 'Copy it again from whoever holds its identity. An identity, which is secret, is no recipient.',
    }),
    'mixed-recipients': (detail) => ({
      happened: 'Post-quantum and other recipients do not go together.',
      cause: `Recipient ${detail} is of another kind than the first.`,
      means: `${noFile} Whoever breaks the weakest recipient can read such a file.`,
      next: 'Give recipients of one kind only: all with age1pq1, or none.',
    }),
    'file-too-large': () =>
      wrongFile('This file is too large.', 'A backup file is smaller than one MiB.'),
    'not-an-age-file': () =>
      wrongFile('This is not a backup file.', 'It is not in the age format at all.'),
    'header-too-large': () =>
      wrongFile(
        'This age file is for too many recipients.',
        `Conclave opens files for ${MAX_RECIPIENTS} at most, and does not write others.`,
      ),
    'not-for-a-passphrase': () =>
      wrongFile(
        'This age file does not open with a passphrase alone.',
        'It was encrypted to recipients, who open it with their identities.',
      ),
    'not-for-an-identity': () =>
      wrongFile(
        'This age file opens with a passphrase, not with an identity.',
        'It was encrypted to a passphrase.',
      ),
    'work-factor': (detail) =>
      wrongFile(
        'This age file demands too much work.',
        `It asks for 2 to the power of ${detail} steps for each passphrase, which would stop this browser. Conclave does not write such files.`,
      ),
    'wrong-passphrase': () => ({
      happened: 'The passphrase does not open this file.',
      cause: 'It was mistyped or is that of another file, or the file’s first lines were changed.',
      means: 'The file was not opened. It does not count as your backup yet.',
      next: 'Show what you typed and compare it with your notes. If they agree, make another file.',
    }),
    'identity-invalid': () => ({
      happened: 'This is not an identity that opens age files.',
      cause:
        'It was mistyped or cut off. An identity begins with AGE-SECRET-KEY-1 or AGE-SECRET-KEY-PQ-1, and is written in capitals.',
      means: 'The file was not opened.',
      next: 'Copy the identity again: that one line, from its beginning to its end.',
    }),
    'wrong-identity': () => ({
      happened: 'The identity does not open this file.',
      cause: 'The file is for other recipients, or its first lines were changed.',
      means: 'The file was not opened. It does not count as your backup yet.',
      next: 'Try the identity of another recipient. If none opens it, make another file.',
    }),
    'file-damaged': () => ({
      happened: 'This file is damaged.',
      cause: 'It was cut off, changed, or lies on a failing medium.',
      means: nothing,
      next: 'Save it again, on another medium if it fails twice, and read that one back.',
    }),
    'not-a-backup': () =>
      wrongFile('The file opens, but it is no backup.', 'It holds something else.'),
    'no-secret': () =>
      wrongFile(
        'This file holds no secret.',
        'It is a recovery file, which all operators have alike. It restores nothing by itself.',
      ),
    'backup-version': (detail) => ({
      happened: 'This backup was made by a later version of Conclave.',
      cause: `It is in version ${detail} of the format, which this version does not know.`,
      means: nothing,
      next: 'Open it with the version that made it.',
    }),
    'backup-malformed': (detail) => ({
      happened: 'The file opens, but what it holds is not as it should be.',
      cause: `It was written by another or a faulty program (${detail}).`,
      means: nothing,
      next: makeAnother,
    }),
    'other-network': (detail) =>
      wrongFile('This backup is for another network.', `It belongs to ${detail}.`),
    'rehearsal-differs': () =>
      wrongFile(
        'This backup confuses a rehearsal with a real group.',
        'One of the two, the file or this ceremony, is a rehearsal and the other is not.',
      ),
    'other-group': (detail) =>
      wrongFile('This backup is for another group.', `The file names the group “${detail}”.`),
    'other-epoch': (detail) =>
      wrongFile('This backup is for another epoch.', `It belongs to epoch ${detail}.`),
    'other-operator': (detail) =>
      wrongFile('This backup is another operator’s.', `The file names “${detail}”.`),
    'other-manifest': () =>
      wrongFile(
        'This backup was made under another manifest.',
        'It comes from another ceremony of this group.',
      ),
    'other-host-secret': () => ({
      happened: 'The host secret in this backup is not yours.',
      cause: 'It does not lead to the host key that stands for you in the manifest.',
      means: nothing,
      next: makeAnother,
    }),
    'other-recovery-data': () =>
      wrongFile(
        'This backup holds the recovery data of another key.',
        'It comes from another ceremony of this group.',
      ),
  } satisfies Record<AgeFaultName | BackupFaultName, (detail: string) => FaultText>,
} as const;
