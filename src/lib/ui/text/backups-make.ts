/** Every sentence of the forms that make a piece of a backup, and of those that verify one. */
import type { Tier } from '../../ceremony/pieces.ts';
import type { DeviceKind } from '../../devices/device.ts';
import type { FaultText } from '../text.ts';

const file = 'The file: choose it, or drop it here';

/** Where a piece is kept. */
export const placeText = {
  name: 'What you call it',
  nameHelp: 'So that you know it again, such as “blue envelope”.',
  place: 'Where it is kept',
  holder: 'Who keeps it',
  seal: 'Number of its bag or seal',
  stays: 'This stays in your workspace, encrypted. Nobody else is told.',
} as const;

export const makeText = {
  heading: 'Make a piece',
  legend: 'What do you want to make?',
  help: 'Two kinds in two places outlive most losses.',
  tiers: {
    device: {
      title: 'Primary: the device’s own seed',
      help: 'What the vendor gave you to set up the same device again.',
    },
    kit: {
      title: 'Primary: recovery kit',
      help: 'A small file without a secret, for an empty machine with the same device.',
    },
    'age-file': {
      title: 'Secondary: encrypted file',
      help: 'For a stick in a safe. Opens with a passphrase or an identity.',
    },
    slip39: {
      title: 'Tertiary: cards for contacts',
      help: 'SLIP-39: some of several trusted people together restore you.',
    },
    'vault-share': {
      title: 'Tertiary: Vault shares',
      help: 'The same for people who keep such shares with HashiCorp Vault’s tools.',
    },
    plate: {
      title: 'Last resort: plates',
      help: 'Each share of yours as 25 words for metal.',
    },
  } satisfies Record<Tier, { title: string; help: string }>,
  once: 'What is on them is shown once. Have pen and paper ready, and be alone.',
  device: {
    kinds: {
      ledger:
        'Your Ledger’s recovery phrase restores it on any new Ledger. You wrote it down when you set the device up. Never enter it anywhere but on such a device.',
      trezor:
        'Your Trezor’s wallet backup restores it on any new Trezor; its passphrase, if you use one, is not in it. You wrote it down when you set the device up. Never enter it anywhere but on such a device.',
      yubihsm:
        'A YubiHSM 2 comes back from its wrapped keys and the parts of the wrap key that were given into escrow. That is made on the device’s own page.',
      'security-key':
        'A security key has no backup: nobody can make the same one again. If it is lost, a file or cards bring you back, under another device.',
    } satisfies Record<DeviceKind, string>,
    simulated: 'Your device is simulated: its seed guards nothing.',
    escrow: 'To the page of the YubiHSM',
    steps: [
      'Note here where that seed is kept.',
      'Take a second device of the same family, and restore the seed on it.',
      'Verify the piece with that second device: it must give the same secret.',
    ],
    needsKit: 'To verify it, have the recovery kit at hand.',
    act: 'Note where the seed is kept',
  },
  kit: {
    explains:
      'The kit has the salt of this group and epoch in it. With your device it gives your secret; without, it says nothing. Keep it with the papers of the device.',
    none: 'No kit can be made: your host secret was sealed with a restored device, not made by it. Make a file or cards instead.',
    act: 'Make and save the kit',
    file: (name: string) => `conclave-kit-${name}.cbor`,
    saved: (name: string) =>
      `Your browser saved ${name}. Move it to where it will stay, then read it back from there.`,
  },
  age: {
    legend: 'How the file opens',
    ways: {
      passphrase: {
        title: 'With a passphrase',
        help: 'You remember it, or write it down in another place.',
      },
      recipients: {
        title: 'With identities',
        help: 'For keys of the age program that somebody already keeps well.',
      },
    },
    recipients: 'Recipients, one per line',
    recipientsHelp:
      'Each begins with age1. Post-quantum ones, with age1pq1, do not go together with others: the weakest would decide.',
    act: 'Make and save the file',
    saved: (name: string) =>
      `Your browser saved ${name}. Move it to where it will stay, then read it back from there with an identity.`,
    another: 'Make another file',
    failed: (why: string): FaultText => ({
      happened: 'The file was not made.',
      cause: why,
      means: 'Nothing else was changed.',
      next: 'Set right what is named, and make it again.',
    }),
    /** The forms of the encrypted file ask for no place. */
    where: 'Note where it is under your pieces.',
  },
  contacts: {
    legend: 'Contacts',
    group: (number: number) => `Contacts, group ${number}`,
    holder: (number: number) => `Name of contact ${number}`,
    place: (number: number) => `Place of contact ${number}`,
    threshold: 'How many of them restore it',
    add: 'Add a contact',
    remove: (number: number) => `Remove contact ${number}`,
    means: (threshold: number, count: number) =>
      `Any ${threshold} of these ${count} restore your secret; ${count - threshold} may be lost.`,
    wrong: {
      names: 'Each contact needs a name.',
      twice: 'Two contacts have the same name.',
      threshold: (count: number) => `Give a number from 2 to ${count}.`,
      one: 'With one contact alone, one is needed.',
    },
    groups: 'Several groups of contacts',
    groupsHelp:
      'Such as family and colleagues: enough people in enough groups are needed. A group of one needs that one.',
    addGroup: 'Add a group',
    removeGroup: (number: number) => `Remove group ${number}`,
    groupThreshold: 'How many groups are needed',
    wrongGroups: (count: number) => `Give a number from 1 to ${count}.`,
  },
  cards: {
    passphrase: 'A passphrase beside the cards',
    passphraseHelp:
      'Optional. A wrong one gives another secret without a word, so that nobody can tell by trying. Without it the cards restore nothing: write it down elsewhere.',
    label: 'Passphrase of the cards',
    again: 'The same once more',
    differs: 'The two are different.',
    ascii: 'Letters, digits and signs of an English keyboard only.',
    act: 'Make the cards',
  },
  vault: {
    explains:
      'Each contact gets one line of text. No photograph, no chat: a line that was sent is exposed.',
    act: 'Make the shares',
  },
  plates: {
    explains:
      'Two plates, one for each key. They restore your shares and not your voice: use them beside another piece, not instead. Who reads the plate of the custody key has your share of the bitcoin.',
    act: 'Make the plates',
  },
} as const;

export const verifyText = {
  heading: (name: string) => `Verify: ${name}`,
  file,
  kit: 'Choose the kit where it is kept.',
  'age-file': 'Choose the file where it is kept, and open it.',
  words: 'Everything that stands on it, read from the piece itself',
  wordsHelp: {
    slip39: '33 words in order. The first four letters of each suffice.',
    plate: '25 words in order. The first four letters of each suffice.',
    'vault-share': 'The whole line, from conclave-vault-share-1 on.',
  },
  device:
    'Restore the seed on a second device of the same family and plug that one in, not the one you use. Then bring the kit.',
  act: 'Compare',
  cancel: 'Not now',
  done: (name: string) => `Verified: ${name}.`,
  together: {
    heading: 'Restore from several and compare',
    help: 'With enough cards or shares in one place, restore the secret from them and hold it against your host key. All that were used are verified. Do it rarely: together they are your secret.',
    done: 'The secret was restored and is yours. What was used is verified.',
  },
} as const;
