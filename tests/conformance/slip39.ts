import { HDKey } from '@scure/bip32';
import { expect } from 'vitest';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import {
  isSlip39Fault,
  type Slip39Fault,
  type Slip39FaultName,
} from '../../src/lib/crypto/slip39/faults.ts';
import { combineCards } from '../../src/lib/crypto/slip39/slip39.ts';
import type { Conformance } from '../support/conformance.ts';

const file = 'slip39/vectors.json';

type Case = [title: string, mnemonics: string[], secret: string, xprv: string];

/** What is wrong with each case that restores nothing, by its number. */
const faults: Record<number, Slip39FaultName> = {
  2: 'checksum',
  3: 'padding',
  5: 'too-few',
  6: 'other-set',
  7: 'other-set',
  8: 'other-set',
  9: 'other-set',
  10: 'group-threshold',
  11: 'duplicate',
  12: 'member-threshold',
  13: 'digest',
  14: 'too-few',
  15: 'too-few',
  16: 'too-few',
  21: 'checksum',
  22: 'padding',
  24: 'too-few',
  25: 'other-set',
  26: 'other-set',
  27: 'other-set',
  28: 'other-set',
  29: 'group-threshold',
  30: 'duplicate',
  31: 'member-threshold',
  32: 'digest',
  33: 'too-few',
  34: 'too-few',
  35: 'too-few',
  39: 'word-count',
  40: 'word-count',
};

/** SLIP-39: cards of other programs, restored or refused for the right reason. */
export const slip39Vectors: Conformance = {
  name: 'SLIP-39',
  source: 'github.com/trezor/python-shamir-mnemonic, vectors.json',
  files: [file],
  cases: { [file]: 45 },
  run(_, load, check) {
    const passphrase = new TextEncoder().encode('TREZOR');
    for (const [title, mnemonics, secret, xprv] of load(file) as Case[]) {
      check(file, title, () => {
        const found = combineCards(mnemonics, passphrase);
        expect((found as Slip39Fault).fault).toBe(faults[parseInt(title)]);
        if (isSlip39Fault(found)) {
          expect(secret).toBe('');
        } else {
          expect(toHex(found)).toBe(secret);
          expect(HDKey.fromMasterSeed(found).privateExtendedKey).toBe(xprv);
        }
      });
    }
  },
};
