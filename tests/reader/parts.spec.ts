import { createHash } from 'node:crypto';
import { schnorr } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openAge, parseAge } from '../../reader/age.ts';
import { outputAt } from '../../reader/bitcoin.ts';
import { decode } from '../../reader/cbor.ts';
import { readCoins, type Coin } from '../../reader/coins.ts';
import { custodyCurve } from '../../reader/curves.ts';
import { readPiece, type Content } from '../../reader/files.ts';
import { readPlate } from '../../reader/plate.ts';
import { readRecovery } from '../../reader/recovery.ts';
import { combineCards, readCard } from '../../reader/slip39.ts';
import { slip39Words } from '../../reader/slip39-words.ts';
import { planSweep, sighashOf, signSweep } from '../../reader/sweep.ts';
import { Trouble } from '../../reader/terminal.ts';
import { combineVault } from '../../reader/vault-shares.ts';
import { scriptOfAddress } from '../../src/lib/bitcoin/address.ts';
import { recoveryToBytes, type RecoveryContent } from '../../src/lib/ceremony/backup.ts';
import { sign } from '../../src/lib/crypto/bip340.ts';
import { be32, concat, fromHex, readBe32, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { fromCbor } from '../../src/lib/crypto/cbor.ts';
import { prefix33 } from '../../src/lib/crypto/dkg-suite.ts';
import { taggedHash, tags } from '../../src/lib/crypto/tagged-hash.ts';
import type { Scalar } from '../../src/lib/wasm/group.ts';
import {
  backupAddress,
  cardsOf,
  ownersOf,
  passphrase,
  plateOf,
  vaultSharesOf,
  type Owner,
} from '../support/owners.ts';
import { randomFrom } from '../support/players.ts';
import { groups } from '../support/seats.ts';

/*
 * The reader's parts on hostile bytes: whatever is changed in a piece is a named fault, in three
 * parts, and never another secret.
 */

let owners: Owner[];
let content: RecoveryContent;
let known: Content;

beforeAll(async () => {
  ({ owners, content } = await ownersOf(3, 2, 'parts'));
  const piece = readPiece(recoveryToBytes(content));
  if (piece.kind !== 'recovery') throw new Error(piece.kind);
  known = piece.content;
}, 60_000);

/** The name of the fault that this ends with; it must be told in three parts. */
function faultOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    const told = /^([a-z0-9-]+): [^]+\. Nothing was written\. [^]+\.$/.exec(error.message);
    expect(error.message).toMatch(/^[a-z0-9-]+: /);
    expect(told, error.message).not.toBeNull();
    return told![1]!;
  }
  throw new Error('there was no fault');
}

/** One byte changed, anywhere. */
const changed = (bytes: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }))
    .map(([at, by]) => bytes.map((byte, i) => (i === at ? byte ^ by : byte)));

const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

describe('a changed byte is a named fault', () => {
  it('of a recovery file, unless only a label is another', () => {
    const file = recoveryToBytes(content);
    fc.assert(
      fc.property(changed(file), (bytes) => {
        let piece;
        try {
          piece = readPiece(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Trouble);
          return;
        }
        if (piece.kind !== 'recovery') throw new Error(piece.kind);
        expect(piece.content.recovery.certified).toEqual(content.certified);
        expect(piece.content.recovery.keys).toEqual(known.recovery.keys);
      }),
      { numRuns: 60 },
    );
  });

  it('of recovery data', () => {
    fc.assert(
      fc.property(changed(content.recoveryData), (recoveryData) => {
        const file = recoveryToBytes({ ...content, recoveryData: recoveryData as Bytes });
        expect(faultOf(() => readPiece(file))).toMatch(/^(recovery-|other-)/);
        // Not only by the hash in the file, which whoever changes the file can change too.
        expect(faultOf(() => readRecovery(recoveryData))).toMatch(/^recovery-/);
      }),
      { numRuns: 60 },
    );
  });

  it('of an age file', () => {
    const file = latin1(owners[0]!.ageFile);
    fc.assert(
      fc.property(changed(file), (bytes) => {
        const open = () => openAge(parseAge(bytes), { passphrase });
        // White space around the armor, and the ends of its lines, mean nothing.
        const text = Buffer.from(bytes).toString('latin1');
        if (text.replace(/\s/g, '') === owners[0]!.ageFile.replace(/\s/g, '')) return;
        expect(['file-damaged', 'wrong-secret', 'work-factor']).toContain(faultOf(open));
      }),
      { numRuns: 200 },
    );
  });

  it('of a Vault share', async () => {
    const [first, ...rest] = await vaultSharesOf(owners[0]!, content, 2, 2);
    const bare = first!.slice(0, 36) + first!.slice(36).replace(' ', '');
    fc.assert(
      fc.property(changed(latin1(first!)), (bytes) => {
        const text = Buffer.from(bytes).toString('latin1');
        const [beginning, digits] = [text.slice(0, 36).replace(/\s/g, ' '), text.slice(36)];
        if ((beginning + digits.replace(/\s/g, '')).toLowerCase() === bare) return;
        const fault = faultOf(() => combineVault([text, ...rest].join('\n'), known));
        expect(['vault-share-malformed', 'vault-share-damaged']).toContain(fault);
      }),
      { numRuns: 200 },
    );
  });
});

/**
 * Recovery data of three operators of whom two sign, changed and then certified anew by all of them:
 * what only dishonest operators can make. `change` gets the custody transcript, `rebind` the hash that
 * binds the attestation transcript to it.
 */
function recertified(
  change: (transcript: Uint8Array) => void,
  rebind: (bound: Uint8Array) => void = () => undefined,
): Bytes {
  const { secp256k1 } = groups;
  const { recoveryData } = content;
  const custodyEnd = 37 + readBe32(recoveryData.subarray(33));
  const custody = recoveryData.slice(37, custodyEnd - 3 * 64);
  change(custody);
  const manifestHash = recoveryData.slice(1, 33);
  const bound = taggedHash(tags.custodyTranscript, manifestHash, custody);
  rebind(bound);
  const attestation = concat(bound, recoveryData.slice(custodyEnd + 32, -3 * 64));
  const signed = (prefix: string, transcript: Uint8Array) =>
    owners.map(({ hostSecret }, i) => {
      const message = concat(prefix33(prefix), be32(i), transcript);
      return sign(secp256k1, hostSecret as Scalar, message, new Uint8Array(32));
    });
  return concat(
    recoveryData.slice(0, 37),
    ...[custody, ...signed('BIP DKG/certeq message', custody)],
    ...[attestation, ...signed('Conclave attestation certeq v1', attestation)],
  );
}

it('an age file for a passphrase and for somebody else beside it is opened with neither', () => {
  const stanzas = ['-> X25519 AAAA', 'AAAA', '-> scrypt AAAA 18', 'AAAA'];
  const parsed = (lines: readonly string[]) =>
    parseAge(latin1(['age-encryption.org/v1', ...lines, '--- AAAA', ''].join('\n')));
  expect(parsed(stanzas.slice(0, 2)).opens).toBe('identity');
  expect(parsed(stanzas.slice(2)).opens).toBe('passphrase');
  expect(parsed(stanzas).opens).toBeUndefined();
  expect(parsed([...stanzas.slice(2), ...stanzas.slice(2)]).opens).toBeUndefined();
});

describe('what all operators certified', () => {
  /** After t and two commitments: host keys, nonces, ciphertexts, of three operators each. */
  const at = { hostKey: 4 + 2 * 33, nonce: 4 + 5 * 33, ciphertext: 4 + 8 * 33 };
  const shares = (change: (transcript: Uint8Array) => void) => {
    const recovery = readRecovery(recertified(change));
    return owners.map(({ hostSecret }, i) => recovery.sharesOf(i, hostSecret).custody);
  };

  it('is taken if nothing was changed', () => {
    expect(shares(() => undefined)).toEqual(
      owners.map(({ recovered }) => recovered.custody.secshare),
    );
  });

  it('may still hold a wrong share, a nonce that is none, or a host key twice', () => {
    expect(faultOf(() => shares((all) => (all[at.ciphertext + 40]! ^= 1)))).toBe('share-wrong');
    expect(faultOf(() => shares((all) => (all[at.nonce + 33] = 5)))).toBe('recovery-malformed');
    const twice = (all: Uint8Array) => all.copyWithin(at.hostKey, at.hostKey + 33, at.hostKey + 66);
    expect(faultOf(() => shares(twice))).toBe('recovery-malformed');
  });

  it('is about one group: halves of two do not fit together', () => {
    const other = recertified(
      () => undefined,
      (bound) => (bound[0]! ^= 1),
    );
    expect(faultOf(() => readRecovery(other))).toBe('recovery-certificate');
  });
});

describe('a changed word is a named fault', () => {
  const otherWord = (words: readonly string[], list: readonly string[]) =>
    fc
      .tuple(fc.integer({ min: 0, max: words.length - 1 }), fc.constantFrom(...list))
      .filter(([at, word]) => words[at] !== word)
      .map(([at, word]) => words.with(at, word).join(' '));

  it('of a card', () => {
    const plan = { groupThreshold: 1, groups: [{ threshold: 2, count: 2 }] };
    const words = cardsOf(owners[0]!, plan)[0]![0]!.split(' ');
    fc.assert(
      fc.property(otherWord(words, slip39Words), (text) => {
        expect(faultOf(() => readCard(text, 1))).toBe('card-checksum');
      }),
    );
    expect(faultOf(() => readCard(words.with(4, 'zzzz').join(' '), 1))).toBe('card-word');
    expect(faultOf(() => readCard(words.slice(1).join(' '), 1))).toBe('card-checksum');
    expect(faultOf(() => readCard('academic acid', 1))).toBe('card-length');
    expect(faultOf(() => readCard('acid '.repeat(60), 1))).toBe('card-length');
  });

  it('of a plate, in all but one case of 2048', () => {
    const text = plateOf(owners[0]!, 'custody');
    const words = text.split(/\s+/);
    expect(readPlate(text).share).toEqual(owners[0]!.recovered.custody.secshare);
    let passed = 0;
    fc.assert(
      fc.property(otherWord(words.slice(2), ['abandon', 'zoo', 'legal', 'winner']), (rest) => {
        try {
          readPlate(`custody 1 ${rest}`);
          passed++;
        } catch (error) {
          expect((error as Error).message).toMatch(/^plate-(checksum|length): /);
        }
      }),
    );
    expect(passed).toBeLessThanOrEqual(2);
    const plate = (suite: string, number: string) => [suite, number, ...words.slice(2)].join(' ');
    expect(faultOf(() => readPlate(plate('attestation', '1')))).toBe('plate-checksum');
    expect(faultOf(() => readPlate(plate('custody', '2')))).toBe('plate-checksum');
    expect(faultOf(() => readPlate(plate('custody', '0')))).toBe('plate-number');
    expect(faultOf(() => readPlate(`${text} abandon`))).toBe('plate-length');
    expect(faultOf(() => readPlate(text.replace(/\S+$/, 'zzzz')))).toBe('plate-word');
  });
});

describe('cards', () => {
  const plan = {
    groupThreshold: 2,
    groups: [
      { threshold: 2, count: 3 },
      { threshold: 1, count: 1 },
      { threshold: 3, count: 4 },
    ],
  };
  const combined = (cards: readonly string[]) =>
    combineCards(
      cards.map((card, i) => readCard(card, i + 1)),
      '',
    );

  it('of any sufficient set give the secret, and no fewer', () => {
    const cards = cardsOf(owners[1]!, plan);
    const all = cards.flatMap((group, g) => group.map((card) => ({ card, g })));
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: 1 }), (some) => {
        const whole = plan.groups.filter(
          ({ threshold }, g) => some.filter((one) => one.g === g).length >= threshold,
        );
        const given = some.map(({ card }) => card);
        if (whole.length >= 2) expect(combined(given)).toEqual(owners[1]!.hostSecret);
        else expect(faultOf(() => combined(given))).toBe('card-too-few');
      }),
      { numRuns: 25 },
    );
  });

  it('that do not belong together are named', () => {
    // Drawn the same in every run: of two sets in 32768 the identifiers are equal.
    const random = randomFrom('two sets');
    const [[a], [b]] = [0, 1].map(() =>
      cardsOf(owners[1]!, { groupThreshold: 1, groups: [{ threshold: 2, count: 3 }] }, (length) =>
        random().slice(0, length),
      ),
    ) as [string[][], string[][]];
    expect(faultOf(() => combined([a![0]!, b![1]!]))).toBe('card-other-set');
    expect(faultOf(() => combined([a![0]!, a![0]!]))).toBe('card-twice');
    expect(faultOf(() => combined([a![0]!]))).toBe('card-too-few');
  });
});

describe('Vault shares', () => {
  it('of any sufficient set give the secret, and no fewer', async () => {
    const shares = await vaultSharesOf(owners[2]!, content, 3, 6);
    fc.assert(
      fc.property(fc.shuffledSubarray(shares, { minLength: 1 }), (some) => {
        const combine = () => combineVault(some.join('\n'), known);
        if (some.length >= 3) expect(combine()).toEqual(owners[2]!.hostSecret);
        else expect(faultOf(combine)).toBe('vault-share-too-few');
      }),
      { numRuns: 40 },
    );
  });

  it('are read in groups and on several lines, one after the other', async () => {
    const shares = await vaultSharesOf(owners[2]!, content, 2, 2);
    const inGroups = (share: string, gap: string) => {
      const [beginning, digits] = [share.split(' ').slice(0, 4), share.split(' ').slice(4)];
      return [...beginning, ...digits.join('').match(/.{4}/g)!].join(gap);
    };
    for (const gap of [' ', '\n', '\r\n  '])
      for (const between of ['\n', '\n\n', ' '])
        expect(
          combineVault(`${shares.map((one) => inGroups(one, gap)).join(between)}\n`, known),
        ).toEqual(owners[2]!.hostSecret);
  });

  it('that do not belong together are named', async () => {
    const [one, two] = await vaultSharesOf(owners[2]!, content, 2, 2);
    const others = await vaultSharesOf(owners[2]!, content, 2, 2);
    /** Its x: the last of its 50 bytes. */
    const place = (share: string) => share.split(' ')[4]!.slice(-2);
    const other = others.find((share) => place(share) !== place(one!))!;
    const fault = (text: string, of = content) => faultOf(() => combineVault(text, of));
    expect(fault(`${one!}\n${one!}`)).toBe('vault-share-twice');
    expect(fault(`${one!}\n${other}`)).toBe('vault-share-other-set');
    expect(fault(`${one!}\n${two!}`, { ...content, epoch: 1 })).toBe('vault-share-other-group');
    const [three] = await vaultSharesOf(owners[2]!, content, 3, 3);
    expect(fault(`${one!}\n${three!}`)).toMatch(/^vault-share-(other-set|twice)$/);
  });
});

describe('CBOR', () => {
  it('is read as the app reads it, or refused as the app refuses it', () => {
    const plain = (value: unknown): unknown => {
      if (value instanceof Map)
        return Object.fromEntries([...value].map(([key, one]) => [key, plain(one)]));
      return Array.isArray(value) ? value.map(plain) : value;
    };
    const some = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      changed(recoveryToBytes(content)),
      fc
        .constantFrom(
          'a2616101616202',
          'a2616201616102',
          '1817',
          '180a',
          '9f01ff',
          '62c328',
          'f97e00',
        )
        .map((hex) => fromHex(hex)!),
    );
    fc.assert(
      fc.property(some, (bytes) => {
        const ours = fromCbor(bytes);
        const theirs = decode(bytes);
        // Only counts are in files: the reader knows neither negative numbers nor fractions.
        if (typeof theirs === 'string' && holdsOther(ours)) return;
        expect(typeof theirs === 'string' ? undefined : plain(theirs.value)).toEqual(ours);
      }),
      { numRuns: 2000 },
    );
  });
});

const holdsOther = (value: unknown): boolean =>
  (typeof value === 'number' && !(Number.isSafeInteger(value) && value >= 0)) ||
  (typeof value === 'object' && value !== null && Object.values(value).some(holdsOther));

describe('coins', () => {
  const one = { txid: 'ab'.repeat(32), vout: 3, amount: 0.5, path: '0/7' };
  const fault = (list: unknown) =>
    faultOf(() => readCoins(known, typeof list === 'string' ? list : JSON.stringify(list)));

  it('are read with their amounts exact', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_100_000_000_000_000 }), (sat) => {
        const text = `${Math.floor(sat / 1e8)}.${String(sat % 1e8).padStart(8, '0')}`;
        const json = `[{"txid":"${one.txid}","vout":0,"path":"3/1","amount":${text}}]`;
        expect(readCoins(known, json)[0]!.amount).toBe(sat);
      }),
    );
  });

  it.each([
    ['coins-malformed', 'nothing'],
    ['coins-malformed', {}],
    ['coins-malformed', []],
    ['coin-malformed', [null]],
    ['coin-malformed', ['text']],
    ['coin-malformed', [{ ...one, txid: '00' }]],
    ['coin-malformed', [{ ...one, vout: -1 }]],
    ['coin-malformed', [{ ...one, vout: 2 ** 32 }]],
    ['coin-amount', [{ ...one, amount: 0 }]],
    ['coin-amount', [{ ...one, amount: -1 }]],
    ['coin-amount', [{ ...one, amount: '1' }]],
    ['coin-amount', [{ ...one, amount: 0.000000001 }]],
    ['coin-amount', [{ ...one, amount: 21_000_001 }]],
    ['coin-path', [{ ...one, path: '4/1' }]],
    ['coin-path', [{ ...one, path: '0/2147483648' }]],
    ['coin-path', [{ ...one, path: '2/1/2' }]],
    ['coin-path', [{ ...one, path: `2/${'0f'.repeat(32)}/2147483648` }]],
    ['coin-path', [{ ...one, path: 7 }]],
    ['coin-foreign', [{ ...one, scriptPubKey: `5120${'11'.repeat(32)}` }]],
    ['coin-foreign', [{ ...one, path: undefined }]],
    ['coin-foreign', [{ ...one, path: undefined, scriptPubKey: `5120${'11'.repeat(32)}` }]],
    ['coin-twice', [one, { ...one, path: '0/8' }]],
  ])('%s: %j', (name, list) => {
    expect(fault(list)).toBe(name);
  });
});

describe('a sweep', () => {
  const script = scriptOfAddress('regtest', backupAddress)!;
  const coin = (amount: number, vout: number, threshPk: Uint8Array, path: number[]): Coin => ({
    ...{ txid: 'ab'.repeat(32), vout, amount },
    output: outputAt(threshPk, path),
  });

  it('is refused where its fee is out of bounds, more than what is paid, or leaves dust', () => {
    const small = () => [coin(2000, 0, owners[0]!.recovered.custody.threshPk, [0, 0])];
    const fault = (rate: number) => faultOf(() => planSweep(small(), script, rate));
    expect(planSweep(small(), script, 10).amount).toBe(2000 - 990);
    for (const rate of [0, 0.99, 2001, NaN, Infinity]) expect(fault(rate)).toBe('fee-rate');
    expect(fault(12)).toBe('fee-too-high');
    expect(fault(18)).toBe('dust');
    expect(fault(100)).toBe('dust');
  });

  it('of more coins than Bitcoin Core passes on in one transaction is refused', () => {
    const [one] = [coin(2000, 0, owners[0]!.recovered.custody.threshPk, [0, 0])];
    const many = Array.from({ length: 1800 }, (_, vout) => ({ ...one, vout }));
    expect(faultOf(() => planSweep(many, script, 1))).toBe('too-many-coins');
  });

  it('signs whatever the parities of key, internal key, output key and nonce are', () => {
    const { order, scalar, times, base, encode } = custodyCurve;
    const [seen, random] = [new Set<string>(), randomFrom('parities')];
    for (let i = 0; i < 24; i++) {
      const [secret, slope] = [0, 1].map(() => custodyCurve.number(random()) % order);
      const threshPk = encode(times(secret!, base));
      const coins = [coin(50_000, i, threshPk, [i % 4 === 2 ? 3 : i % 4, i])];
      const plan = planSweep(coins, script, 2);
      const shares = [0, 1, 2].map((index) => ({
        index,
        share: scalar((secret! + slope! * BigInt(index + 1)) % order),
      }));
      const signers = shares.toSpliced(i % 3, 1);
      const signature = fromHex(signSweep(plan, signers).slice(-136, -8))!;
      const { output } = coins[0]!;
      expect(schnorr.verify(signature, sighashOf(plan, 0), output.key)).toBe(true);
      seen.add(`${threshPk[0]} ${output.sign}`);
    }
    expect(seen.size).toBe(4);
  });
});

it('the list of SLIP-39’s words is the official one', () => {
  const hash = createHash('sha256')
    .update(`${slip39Words.join('\n')}\n`)
    .digest('hex');
  expect(hash).toBe('bcc4555340332d169718aed8bf31dd9d5248cb7da6e5d355140ef4f1e601eec3');
});
