import { concat, equal } from '../../src/lib/crypto/bytes.ts';
import { plateWords, readPlate } from '../../src/lib/crypto/plate.ts';
import { possessionHolds, provePossession } from '../../src/lib/crypto/possession.ts';
import { readVaultShare, splitForVault } from '../../src/lib/worker/vault-share.ts';
import type { Groups } from '../support/groups.ts';
import type { FuzzTarget } from './fuzz-targets.ts';

const text = new TextDecoder('utf-8', { ignoreBOM: true });
const encode = (words: string) => new TextEncoder().encode(words);

/** As a person may write it: of either case, with any white space. */
const plain = (input: Uint8Array) => text.decode(input).trim().toLowerCase().split(/\s+/);

/** A line of a Vault share, what follows its threshold in one. */
const joined = (words: readonly string[]) =>
  [...words.slice(0, 4), words.slice(4).join('')].join(' ');

const fill = (byte: number, length: number) => new Uint8Array(length).fill(byte);
const keys = { threshPk: fill(2, 33), pubshares: [fill(3, 33), fill(4, 33)] };
const [line] = await splitForVault(fill(5, 32), { groupId: fill(6, 32), epoch: 1 }, 2, 2);

/** What is typed from plates and from lines of Vault's shares, and proofs to know a secret. */
export function plateTargets({ secp256k1, ed25519 }: Groups): FuzzTarget[] {
  return [
    {
      name: 'plate',
      seed: encode(plateWords('custody', 2, fill(5, 32), keys).join(' ')),
      parse: (input) => asValue(readPlate('custody', 2, text.decode(input), keys)),
      // One wrong plate in 2¹⁹ passes; its words are still the share's, whole or their first four letters.
      mayAccept: (input) => {
        const share = readPlate('custody', 2, text.decode(input), keys) as Uint8Array;
        const words = plateWords('custody', 2, share, keys);
        return plain(input).every((word, i) => [words[i], words[i]!.slice(0, 4)].includes(word));
      },
    },
    {
      name: 'line of a Vault share',
      seed: encode(line!),
      parse: (input) => asValue(readVaultShare(text.decode(input))),
      // From the threshold on, white space means nothing.
      mayAccept: (input) => joined(plain(input)) === joined(line!.split(' ')),
    },
    ...[secp256k1, ed25519].map((group): FuzzTarget => {
      const secret = group.scalarFromNumber(7);
      const pubkey = group.pointToBytes(group.mulBase(secret));
      const seed = concat(pubkey, provePossession(group, secret, fill(8, 32), fill(9, 32)));
      return {
        name: `${group.suite} key and proof of possession`,
        seed,
        parse: (input) =>
          possessionHolds(
            group,
            input.subarray(0, pubkey.length),
            fill(8, 32),
            input.subarray(pubkey.length),
          ),
        mayAccept: (input) => equal(input, seed),
      };
    }),
  ];
}

/** Faults of these parsers have no texts of their own. */
const asValue = <T extends object>(result: T): T | undefined =>
  'fault' in result ? undefined : result;
