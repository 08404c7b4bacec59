/** What is said of cards, shares and plates while they are made, and what stands on them on paper. */
import type { FaultText } from '../text.ts';

/** What is shown once. */
export type CardKind = 'slip39' | 'vault-share' | 'plate';

const one: Record<CardKind, string> = { slip39: 'card', 'vault-share': 'share', plate: 'plate' };
const One: Record<CardKind, string> = { slip39: 'Card', 'vault-share': 'Share', plate: 'Plate' };
const part: Record<CardKind, string> = { slip39: 'word', 'vault-share': 'group', plate: 'word' };

/** Which part differs; 0: the beginning of a share’s line. */
const partAt = (kind: CardKind, position: number): string =>
  position === 0
    ? 'The beginning of the line'
    : `${part[kind] === 'word' ? 'Word' : 'Group'} ${position}`;

const stillRecorded = (kind: CardKind): string =>
  `The ${one[kind]} is recorded and does not count as verified. Nothing else was changed.`;

interface Restoring {
  readonly threshold: number;
  readonly members: number;
  readonly groupThreshold: number;
  readonly groups: number;
}

const restores = (kind: CardKind, { threshold, members }: Restoring): string =>
  members === 1
    ? `The one ${one[kind]} of its circle`
    : `Any ${threshold} of these ${members} ${one[kind]}s restore`;

/** Whether one card is all that is needed. */
const alone = ({ threshold, groupThreshold }: Restoring): boolean =>
  threshold === 1 && groupThreshold === 1;

export const cardsText = {
  heading: (kind: CardKind, number: number, of: number) => `${One[kind]} ${number} of ${of}`,
  stages: {
    recorded: {
      word: 'Recorded, not verified',
      meaning: (kind: CardKind) =>
        `The ${one[kind]} exists on this screen only. Write or print it, then check what was written.`,
    },
    later: {
      word: 'Recorded, not verified',
      meaning: (kind: CardKind) =>
        `Nobody checked whether the ${one[kind]} was written rightly. It does not count until it is entered again from what was written, on the page of backups.`,
    },
    verified: {
      word: 'Verified',
      meaning: (kind: CardKind) => `What was written of this ${one[kind]} is right.`,
    },
  },
  once: (kind: CardKind) =>
    `It is shown once: when you go on, nobody can show this ${one[kind]} again. Only its contact should see the screen now.`,
  oncePlate:
    'It is shown once: when you go on, nobody can show this plate again. Nobody else should see the screen now.',
  covered: (count: number, kind: CardKind) => `Covered: ${count} ${part[kind]}s.`,
  uncover: 'Uncover',
  cover: 'Cover',
  coverHelp: 'It covers itself when this window loses the focus, and after two minutes untouched.',
  views: {
    legend: 'Shown as',
    words: { title: 'Whole words', help: 'For paper. The first four letters stand out.' },
    letters: {
      title: 'Four letters each',
      help: 'For metal. No two words of the list begin alike.',
    },
  },
  print: 'Print this page',
  printHelp:
    'Use a printer on a cable, not one on a network. Turn off “headers and footers” in the print window, and do not save as PDF.',
  afterPrint: {
    heading: 'Now the printer',
    steps: [
      'Take every sheet, the spoilt ones too; burn those, or shred them finely.',
      'Open the queue of this computer and remove what is left of the job.',
      'Switch the printer off at the wall for a minute: most forget what they printed. One with a disk does not; erase its storage, or do not let it out of your hands.',
      'If the page was saved as a file, it is exposed: make a new set.',
    ],
  },
  check: {
    heading: (kind: CardKind) => `Check what was written of this ${one[kind]}`,
    quiz: 'Check by eight questions',
    quizHelp: 'Pick the word that you wrote. The other two look much like it.',
    enter: 'Enter everything again',
    enterHelp: 'Read it from what was written, not from this screen.',
    back: 'Back, and see it again',
  },
  quiz: {
    question: (position: number) => `What did you write as word ${position}?`,
    progress: (number: number, of: number) => `Question ${number} of ${of}.`,
    help: 'Read it from your paper or metal. A wrong answer, or covering, begins anew.',
    wrong: (kind: CardKind, position: number): FaultText => ({
      happened: `The answer for word ${position} was wrong.`,
      cause: 'It was written wrongly, misread, or the wrong button was pressed.',
      means: stillRecorded(kind),
      next: `The ${one[kind]} is shown again. Compare word ${position}, and then all the others; write it anew where they differ. Then check again.`,
    }),
  },
  enter: {
    label: { slip39: 'All 33 words', plate: 'All 25 words', 'vault-share': 'The whole line' },
    help: (kind: CardKind) =>
      kind === 'vault-share'
        ? 'From the beginning to the last group. Spaces between groups do not matter.'
        : 'In order, with spaces between them. The first four letters of each suffice.',
    read: 'Read it from what was written. Pasting works, and checks nothing that was written.',
    check: 'Compare',
    wrong: (kind: CardKind, position: number): FaultText => ({
      happened: `${partAt(kind, position)} is missing or another one.`,
      cause: 'It was mistyped just now, or written wrongly.',
      means: stillRecorded(kind),
      next: `Look at this place in what was written. If it stands there as you typed it, go back to see the ${one[kind]} again and correct what was written.`,
    }),
    tooMany: (kind: CardKind): FaultText => ({
      happened: `This is more than the ${one[kind]} has.`,
      cause: 'Something was entered twice, or stands after the end.',
      means: stillRecorded(kind),
      next: 'Remove what does not belong to it, and compare again.',
    }),
  },
  notNoted: (why: string): FaultText => ({
    happened: 'The check was passed and could not be noted.',
    cause: why,
    means: 'It still stands as recorded and not verified.',
    next: 'Check once more. If that fails too, check it later on the page of backups.',
  }),
  later: {
    summary: 'Check it later',
    explains: (kind: CardKind) =>
      `Until then it does not count as a backup. Later it is checked only by entering all of it; it will not be shown again. Go on only if the ${one[kind]} is written.`,
    label: (kind: CardKind) => `Go on without checking this ${one[kind]}`,
    help: 'It is not shown again.',
  },
  after: {
    give: (holder: string) => `Give it to ${holder} before you go on, with the instructions on it.`,
    keep: (place: string) => `It belongs to: ${place}.`,
    next: (kind: CardKind, number: number, of: number) =>
      `On to ${one[kind]} ${number} of ${of}, covered`,
    end: 'On to the end',
  },
  end: {
    heading: 'All of them were shown',
    verified: 'Verified',
    recorded: 'Recorded, not verified',
    all: 'Every one was checked.',
    some: (count: number, kind: CardKind) =>
      `${count === 1 ? `One ${one[kind]} is` : `${count} ${one[kind]}s are`} recorded and not verified. They do not count until each was entered again from what was written.`,
    done: 'Done',
  },
  paper: {
    title: {
      slip39: 'Card of a backup',
      'vault-share': 'Share of a backup',
      plate: 'One share of one key, for metal',
    },
    for: 'Kept by',
    place: 'Place',
    seal: 'Seal',
    piece: (kind: CardKind) => One[kind],
    numbered: (number: number, of: number) => `${number} of ${of}`,
    needed: 'Needed',
    restores: (kind: CardKind, share: Restoring) =>
      alone(share)
        ? `This ${one[kind]} alone restores`
        : `${restores(kind, share)}${share.groups > 1 ? ' their circle' : ''}`,
    circle: 'Circle',
    circleOf: (number: number, share: Restoring) =>
      `${number} of ${share.groups}; ${share.groupThreshold} of the circles ${share.groupThreshold === 1 ? 'is' : 'are'} needed`,
    key: 'Key',
    keys: {
      custody: 'custody (holds the bitcoin)',
      attestation: 'attestation (signs mints)',
    },
    number: 'Operator’s number',
    operator: 'Backup of',
    group: 'Group',
    groupEpoch: (group: string, epoch: number) => `${group}, epoch ${epoch}`,
    network: 'Network',
    id: 'Number of this piece',
    set: 'Set',
    made: 'Made',
    beginning: 'The line begins with',
    checks: {
      slip39: 'In this order. The last three words check the others.',
      plate: 'In this order. The last word checks the others, the key and the number.',
      'vault-share':
        'The beginning, a space, then groups 1 to 27 in this order. Spaces and new lines between groups do not matter. The last two groups check the others.',
    },
    footer: (kind: CardKind, piece: string) => `Conclave · ${one[kind]} ${piece}`,
    footerDate: (at: string, rehearsal: boolean) => (rehearsal ? `REHEARSAL · ${at}` : at),
    pageOf: ['Initials __________ · page ', ' of '],
    instructions: (holder: string) => `For ${holder}`,
    forOwner: 'For whoever finds or needs it',
    what: 'What this is',
    keep: 'Keep it',
    never: 'Never',
    give: 'Give it to',
    lost: 'If it is lost',
    whatText: (kind: CardKind, operator: string, group: string, share: Restoring) =>
      alone(share)
        ? `It restores the part that ${operator} has in the keys of “${group}”. That part alone moves no money.`
        : `${operator} gave such ${one[kind]}s to people they trust. Enough of them together restore the part that ${operator} has in the keys of “${group}”. This one alone restores nothing and tells nothing.`,
    whatPlate: (operator: string, group: string) =>
      `${operator}’s share of one key of “${group}”, readable by anybody who holds it. It moves no money alone: the shares of other operators must join it. It needs no device and no passphrase.`,
    keepText:
      'Dry, safe from fire, where nobody but you gets at it, closed in its bag or envelope. Look at the seal once a year.',
    keepPlate:
      'Set the four letters of each word in metal, with number and key beside them, and check them here. Keep the two plates of an operator apart from each other, and from those of other operators.',
    neverText:
      'Do not photograph, scan or copy it. Do not type it into a phone or computer, and do not read it to anybody by telephone. Whoever asks you to by message, mail or telephone is a thief, in whatever name.',
    giveText: (operator: string) =>
      `${operator}, in person, whom you know by face and who tells you what you agreed on by word of mouth. Or to the person named here by hand, who shows a document:`,
    givePlate: (operator: string) =>
      `${operator}, or the person named here by hand, who shows a document:`,
    lostText: (operator: string) =>
      `Tell ${operator} on the same day, also if only the seal is broken or somebody saw it. Nothing is lost yet: a new set makes this one worthless.`,
    lostPlate: (operator: string) =>
      `Tell ${operator} on the same day, also if somebody may have seen it. The operators then make new shares, and this one becomes worthless.`,
  },
} as const;

/** The printed sheet that lies with a backup file. It holds no secret. */
export const sheetText = {
  open: 'Print the sheet for this file',
  close: 'Close the sheet',
  help: 'A page without a secret, to lie with the medium: what the file is, its hash, and how to open it without Conclave. Write on it by hand where the passphrase lies.',
  title: 'Sheet for a backup file',
  what: (operator: string, group: string, epoch: number) =>
    `The file on this medium is a backup. With its passphrase, or the identity that it was encrypted to, it restores what ${operator} needs to use a share of “${group}”, epoch ${epoch}. It is one operator’s part: alone it moves no money. This sheet holds no secret.`,
  file: 'File',
  operator: 'Operator',
  group: 'Group',
  epoch: 'Epoch',
  network: 'Network',
  fingerprint: 'Group’s fingerprint',
  id: 'Number of this piece',
  date: 'Date of this sheet',
  hash: 'SHA-256 of the file',
  hashHelp: 'Compare it, all of it, with what “sha256sum” says of the file.',
  byHand: 'By hand',
  blanks: [
    'Where the passphrase or identity lies (not what it is)',
    'Where this medium lies',
    'Number of the seal or bag',
    'Copies of the file, and where',
    'Initials and date of two people',
  ],
  howHeading: 'To open it without Conclave',
  how: [
    {
      does: 'It is an ordinary age file. The age program, version 1, opens it and asks for the passphrase; for an identity, add “-i” and its file.',
      command: (name: string) => `age -d -o backup.cbor ${name}`,
    },
    {
      does: 'The reader in the folder “programs” of the bundle opens it too, with Node 20 or later and without a network. Its hash stands in the bundle’s manifest. It says whose secret the file holds and whether it fits the certified keys.',
      command: (name: string) => `node recover.mjs secret ${name}`,
    },
  ],
  formats:
    'Every format is specified in docs/formats.md of the project, well enough to write another reader.',
  after:
    'Do it on a computer that is offline and stays so: what comes out of the file holds the secret. Delete it after use.',
  footer: (piece: string) => `Conclave · sheet ${piece}`,
} as const;
