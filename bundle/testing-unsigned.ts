/** The bundles that both launchers refuse for want of good signatures. */
import { alice, bob, carol, TWO_OF_TWO, update, type Refused } from './testing-tampered.ts';
import { keyList, signBundle, signKeys } from './testing.ts';

/** A later list than `TWO_OF_TWO`. */
const ONE_OF_ONE = keyList(1, [carol], 2);

/** By name, with words of the sentence that says why. */
export const unsigned: Refused[] = [
  [
    'update with one signature of two',
    () => update((made) => ({ 'sigs/alice.minisig': signBundle(alice, made) })),
    '1 good signatures',
  ],
  [
    'update with two signatures by one key',
    () =>
      update((made) => ({
        'sigs/alice.minisig': signBundle(alice, made),
        'sigs/bob.minisig': alice.sign(made.manifest, `conclave 0.2.0 root ${made.root}`, true),
      })),
    '1 good signatures',
  ],
  [
    'update signed by a stranger',
    () =>
      update((made) => ({
        'sigs/alice.minisig': signBundle(alice, made),
        'sigs/bob.minisig': signBundle(carol, made),
      })),
    '1 good signatures',
  ],
  [
    'update signed over another manifest',
    () =>
      update((made) => ({
        'sigs/alice.minisig': signBundle(alice, made),
        'sigs/bob.minisig': signBundle(bob, { ...made, manifest: 'x' }),
      })),
    '1 good signatures',
  ],
  [
    'update signed with another comment',
    () =>
      update((made) => ({
        'sigs/alice.minisig': signBundle(alice, made),
        'sigs/bob.minisig': bob.sign(made.manifest, 'looks good'),
      })),
    '1 good signatures',
  ],
  [
    'update signed by a key list of its own',
    () =>
      update(
        (made) => ({
          'sigs/carol.minisig': signBundle(carol, made),
          'sigs/carol.keys.minisig': signKeys(carol, ONE_OF_ONE),
        }),
        TWO_OF_TWO,
        ONE_OF_ONE,
      ),
    '0 good signatures over bundle.manifest and 0 over keys.json',
  ],
  [
    'key list replaced without the former list’s signatures',
    () =>
      update(
        (made) => ({
          'sigs/alice.minisig': signBundle(alice, made),
          'sigs/bob.minisig': signBundle(bob, made),
        }),
        TWO_OF_TWO,
        ONE_OF_ONE,
      ),
    '2 good signatures over bundle.manifest and 0 over keys.json',
  ],
  [
    'key list replaced with signatures under another comment',
    () =>
      update(
        (made) => ({
          'sigs/alice.minisig': signBundle(alice, made),
          'sigs/bob.minisig': signBundle(bob, made),
          'sigs/alice.keys.minisig': signKeys(alice, ONE_OF_ONE),
          'sigs/bob.keys.minisig': bob.sign(ONE_OF_ONE, 'conclave keys 1'),
        }),
        TWO_OF_TWO,
        ONE_OF_ONE,
      ),
    '2 good signatures over bundle.manifest and 1 over keys.json',
  ],
  [
    'former key list brought back with its signatures',
    () => {
      const later = keyList(2, [alice, bob], 3);
      return update(
        (made) => ({
          'sigs/alice.minisig': signBundle(alice, made),
          'sigs/bob.minisig': signBundle(bob, made),
          'sigs/alice.keys.minisig': signKeys(alice, ONE_OF_ONE),
          'sigs/bob.keys.minisig': signKeys(bob, ONE_OF_ONE),
        }),
        later,
        ONE_OF_ONE,
      );
    },
    'Another key list, but serial 2 is not above the pinned 3',
  ],
];
