/** Why a piece of a backup was not taken for what it should be. */
import type { PlateFaultName } from '../../crypto/plate.ts';
import type { Slip39FaultName } from '../../crypto/slip39/faults.ts';
import type { RecoveryFaultName } from '../../worker/recovery.ts';
import type { VaultShareFaultName } from '../../worker/vault-share.ts';
import type { FaultText } from '../text.ts';
import type { backupText } from './backup.ts';

const nothing = 'Nothing was restored, and nothing was changed.';
const readAgain = 'Read it from its piece again, word for word, and enter it once more.';

const wrong = (happened: string, cause: string, next = readAgain): FaultText => ({
  happened,
  cause,
  means: nothing,
  next,
});

type Name = Exclude<
  | Slip39FaultName
  | PlateFaultName
  | VaultShareFaultName
  | RecoveryFaultName
  | 'not-a-kit'
  | 'another-piece',
  keyof typeof backupText.faults
>;

export const pieceFaults = {
  'word-count': (detail) =>
    wrong(
      'The number of words is wrong.',
      `A card for this secret has 33 words, a plate 25.${detail && ` These are ${detail}.`}`,
    ),
  'unknown-word': (detail) =>
    wrong(
      `One word is not in the list: ${detail}.`,
      'It was misread or mistyped. The first four letters of each word suffice.',
    ),
  checksum: () =>
    wrong('The words do not fit together.', 'One of them is another one, or two changed places.'),
  padding: () =>
    wrong('These words are not a card that a program wrote.', 'They were made up or changed.'),
  'group-threshold': () =>
    wrong('This card contradicts itself.', 'It asks for more groups than it says there are.'),
  'other-set': () =>
    wrong(
      'A card or share is from another set.',
      'It was made at another time than the others, or for another group.',
      'Look at set, group and epoch on them, and enter those of one set only.',
    ),
  duplicate: (detail) =>
    wrong(
      'A card or share was entered twice.',
      `It stands for the same place as another one${detail && `: ${detail}`}.`,
      'Leave it out and enter that of another contact.',
    ),
  'member-threshold': () =>
    wrong(
      'The cards contradict each other.',
      'They say different things about how many are needed.',
      'Enter the cards of one set only.',
    ),
  'too-few': (detail) =>
    wrong(
      'There are too few cards or shares.',
      detail || 'More of them are needed.',
      'Ask another contact for theirs.',
    ),
  digest: () =>
    wrong(
      'These cards do not belong to one secret.',
      'At least one was changed in a way that its own check does not show.',
      'Enter other cards of the set in place of each, one after the other.',
    ),
  iterations: () =>
    wrong('This card demands too much computing.', 'Conclave does not write such cards.'),
  passphrase: () =>
    wrong(
      'The passphrase of the cards cannot be right.',
      'It has a character that no such passphrase has.',
      'Enter it again; leave it empty if none was chosen.',
    ),
  'plate-words': () =>
    wrong(
      'The words of the plate do not fit together.',
      'A word, the operator’s number or the key is another one.',
    ),
  'plate-polynomial': () =>
    wrong(
      'This plate is of another key.',
      'It was made for another group or another epoch.',
      'Look for the plate with this group and epoch on it.',
    ),
  'not-a-vault-share': () =>
    wrong(
      'This is not a share of a backup.',
      'A share begins with conclave-vault-share-1, and the whole of it is entered.',
    ),
  'share-damaged': () =>
    wrong('This share was changed.', 'A character of it is another one, or is missing.'),
  'payload-damaged': () =>
    wrong(
      'These shares do not give a secret of this group.',
      'They are of different sets, or one was changed.',
      'Enter the shares of one set only.',
    ),
  'not-a-kit': () =>
    wrong(
      'This is not a recovery kit.',
      'It is another file, or it was changed.',
      'Choose the kit that you saved for this group and epoch.',
    ),
  'another-piece': () =>
    wrong(
      'This is another piece.',
      'It reads well, but it is not the one that is checked.',
      'Compare number and name on it with those on this page.',
    ),
  'no-packets': (detail) =>
    wrong(
      'These are no packets of a group.',
      detail || 'The file is another one.',
      'Ask another operator for “everything for a restored operator”, and bring all of its files.',
    ),
  'not-sealed': () =>
    wrong(
      'This group was not sealed yet.',
      'Nobody’s share exists, so there is nothing to restore.',
      'Join the group again with a new card.',
    ),
  'kept-keys': (detail) =>
    wrong(
      'The keys that this operator speaks with are missing.',
      `The packet of ${detail} that holds them is not among these, or was changed.`,
      'Bring everything that another operator has of this group.',
    ),
  'clock-behind': () =>
    wrong(
      'The clock of this machine is behind.',
      'The others’ packets say that it is later. By a clock that is behind, what they said long ago would count as said after the restoration.',
      'Set the clock, then try again.',
    ),
  'remains-of-another': (name) =>
    wrong(
      'This piece is not of the seat that was here.',
      `It is of ${name}. A key that still reads in what is left of this group is another operator’s.`,
      `If you are not ${name}, tell them on the phone that their piece is in your hands, as it counts as exposed, and go on with a piece of your own. If you are, restore in a workspace where this group is not, for example in another browser profile.`,
    ),
  'here-already': () =>
    wrong(
      'This group is in this workspace already.',
      'It was restored or joined before.',
      'Open it. To put its shares under another device, use “Restore” on its page of backups.',
    ),
} satisfies Record<Name, (detail: string) => FaultText>;

const elsewhere = (what: string) => (detail: string) =>
  wrong(
    `A share is of another ${what}: ${detail}.`,
    'Its line says where it belongs.',
    'Leave it out, and enter the shares of this group and epoch only.',
  );

/** A share that belongs elsewhere, by its place among those that were entered. */
export const shareElsewhere = {
  'other-group': elsewhere('group'),
  'other-epoch': elsewhere('epoch'),
};
