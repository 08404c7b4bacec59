/** What the app says where somebody comes back from what is left of a backup. */
import type { GroupProgress } from '../../crypto/slip39/card-set.ts';
import type { Source } from '../../worker/sources.ts';
import type { FaultText } from '../text.ts';

/** The form that takes a secret from what is left of it. */
export const sourceText = {
  legend: 'What do you have?',
  kinds: {
    'age-file': {
      title: 'A backup file and its passphrase',
      help: 'The file that ends with .age, and the passphrase that was written down for it.',
    },
    'age-identity': {
      title: 'A backup file and an identity',
      help: 'The file that ends with .age was made for recipients; one of them has the identity.',
    },
    slip39: {
      title: 'Cards of words from your contacts',
      help: '33 words on each. So many of them as each card says are enough.',
    },
    'vault-share': {
      title: 'Shares as HashiCorp Vault has them',
      help: 'One line each, beginning with conclave-vault-share-1.',
    },
    device: {
      title: 'The device, or its seed on another one, and the kit',
      help: 'The kit is a small file without a secret. The same seed on a device of the same make answers the same.',
    },
  } satisfies Record<Source['from'], { title: string; help: string }>,
  file: 'The backup file',
  identity: 'The identity: the line that begins with AGE-SECRET-KEY-',
  open: 'Open the file',
  restore: 'Restore from these',
  working: 'It is being restored; this takes some seconds …',
  cards: {
    entry: (number: number) => `Card ${number}: its words, in order`,
    help: 'The first four letters of each word suffice. What you type stays in this page.',
    /** While words are typed. */
    typed: (count: number) => `${count} of 33 words`,
    add: 'Check this card and keep it',
    have: 'Cards that fit together',
    one: (number: number) => `Card ${number}`,
    kept: (number: number) => `Card ${number} is right.`,
    strangers:
      'It does not go with the cards above. If one of those is the stranger, leave that one out and check this one again.',
    passphraseHeading: 'The cards have a passphrase',
    passphrase: 'Passphrase of the cards',
    passphraseHelp: 'Leave it empty if none was chosen when they were made.',
  },
  shares: {
    entry: (number: number) => `Share ${number}: its whole line`,
    help: 'Small and large letters are alike, and line breaks do no harm.',
    add: 'Check this share and keep it',
    have: 'Shares that fit together',
    one: (number: number) => `Share ${number}`,
    kept: (number: number) => `Share ${number} is right.`,
    strangers:
      'It does not go with the shares above. If one of those is the stranger, leave that one out and check this one again.',
  },
  leaveOut: 'Leave out',
  leaveOutNamed: (name: string) => `Leave out: ${name}`,
  progress: (have: number, needed: number) =>
    have >= needed ? `${have} of ${needed}: enough.` : `${have} of ${needed}.`,
  groups: (threshold: number, groups: readonly GroupProgress[]) => [
    `${threshold} of ${groups.length} groups are needed.`,
    ...groups.map(({ have, needed }, index) =>
      needed === undefined
        ? `Group ${index + 1}: no card yet.`
        : `Group ${index + 1}: ${have} of ${needed} cards${have >= needed ? ', enough' : ''}.`,
    ),
  ],
  kit: {
    file: 'The kit',
    is: (operator: string, group: string, epoch: number) =>
      `This kit says: ${operator}, group “${group}”, epoch ${epoch}. Names are labels: what counts is whether the device’s answer fits.`,
    device:
      'Plug in the device that it was made with, or another one of that make with the same seed.',
    ask: 'Ask the device',
    asking: 'Look at the device and answer it there …',
  },
  unreadable: (why: string): FaultText => ({
    happened: 'The file could not be read.',
    cause: why,
    means: 'Nothing was restored, and nothing was changed.',
    next: 'Check that the medium is plugged in and the file is there, then choose it again.',
  }),
} as const;

const people = (count: number) => (count === 1 ? 'one other operator' : `${count} other operators`);

const fromAnother =
  'everything that another operator has of the group: files that they save on their page of backups under “Everything for a restored operator”. It holds no secret.';
const askOne =
  'Call one operator whose voice you know, and ask for those files. Later you need a new packet from some of the others.';
const thenSeals =
  'From your host secret and what all operators have, both of your shares are computed, compared with the certified public shares, and sealed under a device.';
const notesGone =
  'Notes, drafts and records of places that stood on the old machine alone do not come back.';

/** The wizard of recovery. */
export const recoverText = {
  heading: 'Restore your seat in a group',
  lead: 'One question after the other. Nothing here spends, signs or destroys anything, and a wrong answer can be given again.',
  step: (number: number) => `Step ${number} of 6`,
  reading: 'The group is being read …',
  back: 'Back',
  goOn: 'Go on',
  what: {
    heading: 'What happened?',
    export:
      'Is a workspace file there, which you exported? It is the better way: it brings back all groups with their notes at once. Lock this workspace and import the file on the page where it is unlocked. It is as old as its day, so you hear from the others first there, too.',
    exportLink: 'To the workspace',
    needs: 'You need',
    call: 'Call',
    does: 'It does',
    cannot: 'It cannot',
    another: 'Something else happened',
    cases: {
      'same-device': {
        title: 'A new laptop, the same device',
        short: 'The device is at hand, and so is the kit.',
        needs: `Your device, your recovery kit, and ${fromAnother}`,
        call: askOne,
        does: `The device answers, and with the kit that gives your host secret. ${thenSeals} The others need not approve anything.`,
        cannot: `Without the kit the device alone restores nothing; then take a backup file, cards or shares. A security key answers only at the address where it was enrolled. ${notesGone}`,
      },
      'vendor-seed': {
        title: 'The device is lost, its seed words are at hand',
        short: 'Or the escrow of a YubiHSM.',
        needs: `Another device of the same make, with the same seed restored on it as its maker says (a YubiHSM: with its escrow, on this app’s page for it); your recovery kit; and ${fromAnother}`,
        call: `${askOne} A YubiHSM that was restored from its escrow approves with another key: they also approve it as a new device, comparing its numbers with you.`,
        does: `Whether the device has the right seed is checked by its fingerprint before it is asked for a secret. ${thenSeals}`,
        cannot: `Seed words are never typed into a computer, also not here. A security key has no seed; then take a backup file, cards or shares. ${notesGone}`,
      },
      'age-file': {
        title: 'The device is lost, a backup file is at hand',
        short: 'With its passphrase, or an identity that opens it.',
        needs: `The file, its passphrase or identity, another device, and ${fromAnother}`,
        call: `${askOne} They also approve your new device, comparing its numbers with you.`,
        does: `The file opens and gives your host secret. ${thenSeals}`,
        cannot: `Nobody can find or reset a passphrase that is lost. ${notesGone}`,
      },
      cards: {
        title: 'Everything is lost, contacts have cards',
        short: 'Cards of words, or shares as HashiCorp Vault has them.',
        needs: `So many cards or shares as stand on each of them, another device, and ${fromAnother}`,
        call: `First your contacts, and let them see that it is you. ${askOne} They also approve your new device, comparing its numbers with you.`,
        does: `The cards are entered one after the other; each is checked at once. Together they give your host secret. ${thenSeals}`,
        cannot: `With one card too few nothing opens. Cards of different sets do not go together. ${notesGone}`,
      },
      'mid-ceremony': {
        title: 'The laptop was lost in mid-ceremony',
        short: 'While the keys were being made.',
        needs: `Your device and the kit, or another backup, if you had made one; and ${fromAnother}`,
        call: 'Call everybody who was in the ceremony, and let nobody go on meanwhile.',
        does: 'If the keys were certified already, you go on to the end. If they were not, it says so, and you stop that ceremony for everybody and begin anew.',
        cannot:
          'What a first message was made from is never stored, so a run that it was lost from cannot end. Nothing of value is lost with it: no money lies under a key that is not finished. Before the manifest was sealed there is nothing to restore: join again.',
      },
      'only-data': {
        title: 'I have only what another operator gave me',
        short: 'Their files, and nothing of my own.',
        needs: `A piece of your own besides: a backup file, cards, shares, or device and kit. What you have is this: ${fromAnother}`,
        call: 'Think of every place and person that was to keep a piece: safes, contacts, the office. Then tell the other operators, so that they know how many can still sign.',
        does: 'It shows which group it is and who is in it, and takes a piece of yours as soon as there is one.',
        cannot:
          'What the others have holds no secret of yours, on purpose. Without any piece of your own your share stays lost; the group signs on without you while enough others are left, and should make new keys soon.',
      },
    },
  },
  others: {
    heading: 'What does another operator have?',
    lead: 'Bring all of their files, in any order. Each may also come by camera or as text.',
    taken: (count: number) =>
      count === 1 ? 'One file is taken in.' : `${count} files are taken in.`,
    same: 'This file was taken in before.',
    foundHeading: 'The group that they are of',
    group: 'Group',
    network: 'Network',
    epoch: 'Epoch',
    id: 'Fingerprint',
    operators: 'Operators',
    compare:
      'The name is a label that anybody can give. Compare the fingerprint with a card, a sheet or a file of yours, or read it to another operator on the phone.',
    more: 'If there are more files, bring them too.',
    rightGroup: 'This is my group: go on',
    anew: 'Forget these files',
    notYet: 'These files alone do not say enough yet. Bring the others too.',
    otherGroup: (name: string, here: string): FaultText => ({
      happened: `This file is of another group, “${name}”.`,
      cause: `Those before it are of “${here}”.`,
      means: 'It was left aside. The files before it are still here.',
      next: 'Bring files of one group. For the other group, begin again afterwards.',
    }),
    here: {
      happened: 'This group is in this workspace already.',
      cause: 'It was joined or restored here before.',
      means: 'Nothing was changed. Its log is here, so files of others are taken in on its page.',
      next: 'If its device is gone, put its shares under another one. Otherwise open the group.',
    } satisfies FaultText,
    putUnder: 'Put its shares under a device',
    open: 'Open the group',
  },
  secret: {
    heading: 'What is left of your secret?',
    lead: 'One of these is enough. What is entered here stays in this machine and is told to nobody.',
    onlyData:
      'As long as you have none of these, there is nothing more to do on this page. Nothing is lost by waiting.',
    here: (group: string) => `It is taken for your seat in “${group}”, which is in this workspace.`,
    deviceHere:
      'A device is noted for this group here. If it is at hand and works, you need nothing of this page.',
    nothing: {
      happened: 'There is nothing to restore in this group.',
      cause: 'You are no operator of it here, or its manifest is not sealed yet.',
      means: 'Nobody’s share exists for this seat.',
      next: 'Open the group and see what its next step is.',
    } satisfies FaultText,
  },
  who: {
    heading: 'Is this you?',
    is: (name: string, number: number, of: number) =>
      `You are ${name}, operator ${number} of ${of}.`,
    how: 'This follows from the secret itself: its public key stands for this operator in the manifest.',
    organisation: 'Organisation',
    place: 'Place',
    hostKey: 'Host key',
    yes: 'Yes, this is me',
    no: 'No, this is somebody else',
    other: (name: string, gone: boolean): FaultText => ({
      happened: `This piece is not yours but that of ${name}.`,
      cause: 'Pieces were mixed up, or somebody gave you another’s.',
      means: gone
        ? 'Nothing was sent. The secret was dropped, and the group was taken out of this workspace again.'
        : 'Nothing was sent. The secret was dropped; the group is in this workspace as it was before.',
      next: `Tell ${name} on the phone that their piece is in your hands, as it counts as exposed. Then go on with a piece of your own.`,
    }),
  },
  device: {
    heading: 'Which device will guard your shares?',
    lead: 'The host secret and both shares are sealed under it, and read back at once. The device is asked for three secrets.',
    which: 'Device',
    same: 'The device that is noted',
    sameHelp: 'It is found again by what is noted of it; another one is refused.',
    another: 'Another device',
    anotherHelp: 'It is enrolled now.',
    find: 'Find the device',
    finding: 'Look at the device and answer it there …',
    found: 'The device',
    approvalKey: 'Its approval key',
    cardKey: 'The key on your card',
    sameKey: 'It is the device that stands on your card. The others need not approve anything.',
    otherKey: (needed: number) =>
      `Its approval key is not the one on your card. What it approves counts once ${people(needed)} approved it on their devices.`,
    otherRoot: {
      happened: 'The group does not accept the bundle that you run.',
      cause: 'Its root is not among those in the manifest.',
      means: 'The others would refuse a new device of yours, so it could never sign.',
      next: 'Ask another operator which bundle they run, start that one, and begin again there. Your pieces stay as they are.',
    } satisfies FaultText,
    seal: 'Seal my shares under this device',
    sealing: 'Look at the device and answer it there. Then everything is read back …',
    other: 'Take another device',
  },
  hear: {
    heading: 'Hear from the others first',
    sealed: 'Your shares are computed, sealed under the device, and read back.',
    why: 'Others may have signed or reserved payments while you were away. Whoever does not know of that could approve the same payment twice. So nothing is said or signed here before enough others said something new.',
    more: (more: number) =>
      more === 1
        ? 'A new packet of one more operator is needed.'
        : `New packets of ${more} more operators are needed.`,
    missing: 'Not heard since',
    say: 'Say on the call',
    words: 'I restored my seat. Please make and send me a new packet each.',
  },
  done: {
    heading: 'Your seat is restored',
    sealed: 'Your shares are sealed under the device, and you have heard from enough others.',
    hand: 'Hand your packets over now, so that the others know.',
    newDevice: 'The others approve your new device',
    needed: (needed: number) =>
      `${people(needed).replace(/^o/, 'O')} must do it, each on their page of backups. Until then what your device approves counts for nobody.`,
    admitted: (have: number, needed: number) => `${have} of ${needed} approved it so far.`,
    counts: 'What your device approves counts.',
    read: 'On the call they compare this number, the hash of your new card, with what their device shows. Read it aloud:',
    thenHeading: 'Then',
    then: [
      'Verify each backup that is left, or make new ones.',
      'Mark what is lost as lost. If somebody else may have a piece, mark it as exposed.',
      'Give cards and shares back to their contacts, or make a new set. Nothing is destroyed before its copy reads back.',
      'A device that was lost and could be opened counts as exposed too: plan new keys with the others.',
    ],
    backups: 'To the backups',
    group: 'Open the group',
  },
} as const;

/** The check of a backup apart from every workspace. */
export const restoreCheckText = {
  heading: 'Does a backup restore?',
  lead: 'Take a recovery file, which another operator or your own workspace saves, and a piece of your backup. The share is computed from both and compared with the certified public share. It is kept nowhere.',
  why: 'Do it on a machine that nobody else uses, and close this page afterwards.',
  recovery: 'The recovery file',
  unreadable: (why: string): FaultText => ({
    happened: 'This is not a recovery file.',
    cause: why,
    means: 'Nothing was compared. It says nothing about your backup.',
    next: 'Choose the file that “Save the recovery file” on the page of backups made.',
  }),
  noWasm: {
    happened: 'Shares are not computed without WebAssembly.',
    cause: 'Only that engine handles secrets in constant time, and this browser does not run it.',
    means: 'Nothing was compared. What was entered was not used.',
    next: 'Allow WebAssembly for this address and load the page again, or use the standalone reader.',
  } satisfies FaultText,
  failed: (why: string): FaultText => ({
    happened: 'The backup could not be checked.',
    cause: `The program met something it did not expect. It says: ${why}`,
    means: 'It says nothing about your backup.',
    next: 'Load the page again and repeat it.',
  }),
  good: 'This backup restores.',
  equals: 'Both computed shares belong to the certified public shares.',
  operator: 'Operator',
  operatorIs: (name: string, number: number, of: number) => `${name}, ${number} of ${of}`,
  group: 'Group',
  epoch: 'Epoch',
  id: 'Fingerprint',
  custody: 'Public custody share',
  attestation: 'Public attestation share',
  states: {
    pending: 'When the file was made, the key was not finished: it guards nothing.',
    active: 'When the file was made, the key was in use. Whether it is still, the group knows.',
    rehearsed: 'It is of a rehearsal: it guards nothing.',
  },
  note: 'That it restores here says nothing about where it is kept. Note it as verified on your page of backups.',
} as const;
