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
