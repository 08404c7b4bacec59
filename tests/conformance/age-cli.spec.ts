/** Files to and from the ordinary age program. */
import {
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { openAge, openAgeWith, sealAge, sealAgeTo } from '../../src/lib/worker/age-file.ts';
import {
  ageDecrypt,
  ageDecryptWith,
  ageEncrypt,
  ageEncryptTo,
  ageKeygen,
  hasAge,
  isClassicalAge,
} from '../support/age-cli.ts';

/** More than one chunk. */
const plain = Uint8Array.from({ length: 70_000 }, (_, i) => (i * i) & 255);
const bytesOf = (file: Buffer) => Uint8Array.from(file);

describe.skipIf(!hasAge)('the age program and a passphrase', () => {
  const passphrase = 'ünlike-harbour-7 ok';

  it('opens our file', async () => {
    const file = await sealAge(plain, passphrase);
    expect(bytesOf(ageDecrypt(file, passphrase))).toEqual(plain);
    expect(() => ageDecrypt(file, 'another')).toThrow(/incorrect passphrase/);
  });

  it('writes a file that we open', async () => {
    const file = bytesOf(ageEncrypt(plain, passphrase));
    expect(await openAge(file, passphrase)).toEqual(plain);
    expect(await openAge(file, 'another')).toMatchObject({ fault: 'wrong-passphrase' });
    const { identity } = ageKeygen();
    expect(await openAgeWith(file, identity)).toMatchObject({ fault: 'not-for-an-identity' });
  });
});

describe.skipIf(!hasAge)('the age program and recipients', () => {
  it('opens our file with the identities that age-keygen made, and with ours', async () => {
    const ours = await generateX25519Identity();
    const [one, two, stranger] = [ageKeygen(), ageKeygen(), ageKeygen()];
    const recipients = [one.recipient, two.recipient, await identityToRecipient(ours)];
    const file = (await sealAgeTo(plain, recipients)) as string;
    for (const identity of [one.identity, two.identity, ours])
      expect(bytesOf(ageDecryptWith(file, identity))).toEqual(plain);
    expect(() => ageDecryptWith(file, stranger.identity)).toThrow(/no identity matched/);
  });

  it.each([true, false])('writes a file that we open (armor: %s)', async (armored) => {
    const [one, two, stranger] = [ageKeygen(), ageKeygen(), ageKeygen()];
    const file = bytesOf(ageEncryptTo(plain, [one.recipient, two.recipient], armored));
    for (const { identity } of [one, two]) expect(await openAgeWith(file, identity)).toEqual(plain);
    expect(await openAgeWith(file, stranger.identity)).toMatchObject({ fault: 'wrong-identity' });
    expect(await openAge(file, '')).toMatchObject({ fault: 'not-for-a-passphrase' });
  });

  it.skipIf(!isClassicalAge)('knows nothing post-quantum before 1.3, and says so', async () => {
    const identity = await generateHybridIdentity();
    const recipient = await identityToRecipient(identity);
    const file = (await sealAgeTo(plain, [recipient])) as string;
    expect(() => ageDecryptWith(file, identity)).toThrow(/unknown identity type/);
    expect(() => ageDecryptWith(file, ageKeygen().identity)).toThrow(/no identity matched/);
    expect(() => ageEncryptTo(plain, [recipient], true)).toThrow(/couldn't start plugin/);
    expect(await openAgeWith(file, identity)).toEqual(plain);
  });
});
