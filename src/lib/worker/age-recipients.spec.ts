import {
  armor,
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
  Stanza,
} from 'age-encryption';
import { bech32 } from '@scure/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_PLAIN, openAge, openAgeWith, sealAge, sealAgeTo } from './age-file.ts';
import { MAX_FILE, MAX_RECIPIENTS } from './age-report.ts';

const plain = new TextEncoder().encode('what the file holds');
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const pair = async (identity: Promise<string>) => ({
  identity: await identity,
  recipient: await identityToRecipient(await identity),
});
const classical = await pair(generateX25519Identity());
const another = await pair(generateX25519Identity());
const hybrid = await pair(generateHybridIdentity());
const anotherHybrid = await pair(generateHybridIdentity());

const kinds = [
  { kind: 'X25519', one: classical, two: another, other: hybrid },
  { kind: 'mlkem768x25519', one: hybrid, two: anotherHybrid, other: classical },
];

describe.each(kinds)('recipients of kind $kind', ({ kind, one, two, other }) => {
  it('each open the file, in armor or not, and nobody else does', async () => {
    const file = (await sealAgeTo(plain, [one.recipient, two.recipient])) as string;
    expect(file).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n[^]+-----END .*-----\n$/);
    const header = latin1(armor.decode(file)).split('\n--- ')[0]!;
    expect(header.match(/^-> \S+/gm)).toEqual([`-> ${kind}`, `-> ${kind}`]);
    for (const { identity } of [one, two])
      for (const form of [file, armor.decode(file) as Uint8Array<ArrayBuffer>])
        expect(await openAgeWith(form, identity)).toEqual(plain);
    const forOne = (await sealAgeTo(plain, [one.recipient])) as string;
    for (const { identity } of [two, other])
      expect(await openAgeWith(forOne, identity)).toEqual({ fault: 'wrong-identity', detail: '' });
    expect(await openAge(file, '')).toMatchObject({ fault: 'not-for-a-passphrase' });
  });

  it('are as many as the file can bear, with the largest plaintext', async () => {
    const most = Array<string>(MAX_RECIPIENTS - 1).fill(two.recipient);
    const file = (await sealAgeTo(new Uint8Array(MAX_PLAIN), [...most, one.recipient])) as string;
    expect(file.length).toBeLessThan(MAX_FILE);
    expect(await openAgeWith(file, one.identity)).toHaveLength(MAX_PLAIN);
    const tooMany = [...most, one.recipient, one.recipient];
    expect(await sealAgeTo(plain, tooMany)).toEqual({ fault: 'recipient-count', detail: '33' });
    await expect(sealAgeTo(new Uint8Array(MAX_PLAIN + 1), [one.recipient])).rejects.toThrow(
      RangeError,
    );
  });

  it('are refused by number where a letter is another', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(one.recipient.length - 1),
        fc.constantFrom(...Array.from('023456789acdefghjklmnpqrstuvwxyz1bioA -\n')),
        async (at, letter) => {
          const changed = one.recipient.slice(0, at) + letter + one.recipient.slice(at + 1);
          fc.pre(changed !== one.recipient);
          expect(await sealAgeTo(plain, [one.recipient, changed])).toEqual({
            fault: 'recipient-invalid',
            detail: '2',
          });
        },
      ),
    );
  });

  it('have no file with a changed byte that opens, nor one that throws', async () => {
    const file = (await sealAgeTo(plain, [one.recipient])) as string;
    const binary = armor.decode(file);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(binary.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, mask) => {
          const changed = Uint8Array.from(binary);
          changed[at]! ^= mask;
          expect(await openAgeWith(changed, one.identity)).toHaveProperty('fault');
        },
      ),
      { numRuns: 300 },
    );
  });

  it('have no cut file that opens', async () => {
    const binary = armor.decode((await sealAgeTo(plain, [one.recipient])) as string);
    for (let length = 0; length < binary.length; length += kind === 'X25519' ? 1 : 7)
      expect(
        await openAgeWith(Uint8Array.from(binary.subarray(0, length)), one.identity),
      ).toHaveProperty('fault');
  });
});

it('never mixes kinds, and says which recipient differs', async () => {
  const mixed = [
    [classical, another, hybrid],
    [hybrid, anotherHybrid, classical],
  ];
  for (const recipients of mixed)
    expect(
      await sealAgeTo(
        plain,
        recipients.map(({ recipient }) => recipient),
      ),
    ).toEqual({ fault: 'mixed-recipients', detail: '3' });
});

it('needs a recipient, and sound ones', async () => {
  expect(await sealAgeTo(plain, [])).toEqual({ fault: 'recipient-count', detail: '0' });
  const encode = (prefix: string, bytes: Uint8Array) =>
    bech32.encode(prefix, bech32.toWords(bytes), false);
  const hybridKey = bech32.fromWords(bech32.decode(hybrid.recipient, false).words);
  const unsound = [
    '',
    'somebody',
    classical.identity,
    hybrid.identity,
    ` ${classical.recipient}`,
    classical.recipient.toUpperCase(),
    encode('age', new Uint8Array(31).fill(9)),
    encode('age1tag', new Uint8Array(33).fill(2)),
    encode('age1pq', hybridKey.slice(1)),
    // Points of low order, with which every shared secret is zero.
    encode('age', new Uint8Array(32)),
    encode('age', Uint8Array.of(1, ...new Uint8Array(31))),
    encode('age1pq', Uint8Array.from([...hybridKey.slice(0, 1184), ...new Uint8Array(32)])),
  ];
  for (const recipient of unsound)
    expect(await sealAgeTo(plain, [classical.recipient, recipient]), recipient).toEqual({
      fault: 'recipient-invalid',
      detail: '2',
    });
});

it('opens a file that mixes kinds, and one with a stanza of a kind unknown here', async () => {
  const encrypter = new Encrypter();
  encrypter.addRecipient({ wrapFileKey: () => [new Stanza(['x-grease', 'y'], plain)] });
  encrypter.addRecipient(classical.recipient);
  encrypter.addRecipient(hybrid.recipient);
  const file = Uint8Array.from(await encrypter.encrypt(plain));
  for (const { identity } of [classical, hybrid])
    expect(await openAgeWith(file, identity)).toEqual(plain);
});

it('refuses what is for a passphrase, and what is no identity', async () => {
  const forPassphrase = await sealAge(plain, 'right', 2);
  expect(await openAgeWith(forPassphrase, classical.identity)).toEqual({
    fault: 'not-for-an-identity',
    detail: '',
  });
  const file = (await sealAgeTo(plain, [classical.recipient])) as string;
  const { identity } = classical;
  const none = [
    '',
    'AGE-SECRET-KEY-1',
    classical.recipient,
    identity.toLowerCase(),
    identity.slice(0, -1),
    `${identity}\n`,
    identity.replace('KEY-1', 'KEY-PQ-1'),
    'AGE-SECRET-KEY-1'.padEnd(100_000, 'Q'),
  ];
  for (const text of none)
    expect(await openAgeWith(file, text)).toEqual({ fault: 'identity-invalid', detail: '' });
});

it('refuses more recipients than it can bear before it tries one', async () => {
  const stanza = `-> X25519 ${'A'.repeat(43)}\n${'A'.repeat(43)}\n`;
  const withHeader = (stanzas: string) =>
    Uint8Array.from(
      Buffer.from(`age-encryption.org/v1\n${stanzas}--- ${'A'.repeat(43)}\n${'x'.repeat(64)}`),
    );
  const long = `-> long\n${`${'A'.repeat(64)}\n`.repeat(1100)}\n`;
  for (const stanzas of [stanza.repeat(MAX_RECIPIENTS + 1), stanza.repeat(5000), long])
    expect(await openAgeWith(withHeader(stanzas), classical.identity)).toEqual({
      fault: 'header-too-large',
      detail: '',
    });
  expect(await openAgeWith(withHeader(''), classical.identity)).toMatchObject({
    fault: 'file-damaged',
  });
});
