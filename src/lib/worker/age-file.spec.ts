import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MAX_PLAIN, openAge, sealAge } from './age-file.ts';
import { MAX_FILE } from './age-report.ts';

const FAST = 2;
const plain = new TextEncoder().encode('what the file holds');
const sealed = await sealAge(plain, 'right', FAST);
const lines = sealed.trimEnd().split('\n');
const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const binary = bytesOf(atob(lines.slice(1, -1).join('')));

/** A file with this header and a payload that is never reached. */
const withHeader = (...header: string[]) =>
  bytesOf(['age-encryption.org/v1', ...header, 'x'.repeat(64)].join('\n'));
const salt = 'A'.repeat(22);
const body = 'A'.repeat(43);
const mac = `--- ${body}`;

it('opens what it sealed: as text, as bytes, without armor, with spaces around it', async () => {
  expect(lines[0]).toBe('-----BEGIN AGE ENCRYPTED FILE-----');
  for (const file of [
    sealed,
    bytesOf(sealed),
    binary,
    ` \r\n${sealed.replaceAll('\n', '\r\n')}\n `,
  ])
    expect(await openAge(file, 'right')).toEqual(plain);
});

it('seals with 2¹⁸ unless told otherwise', async () => {
  const file = atob((await sealAge(plain, 'right')).split('\n').slice(1, -2).join(''));
  expect(file).toMatch(/^age-encryption\.org\/v1\n-> scrypt \S{22} 18\n/);
});

it('holds as much as it says, and no more', async () => {
  const file = await sealAge(new Uint8Array(MAX_PLAIN), '', FAST);
  expect(file.length).toBeLessThan(MAX_FILE);
  expect(await openAge(file, '')).toHaveLength(MAX_PLAIN);
  await expect(sealAge(new Uint8Array(MAX_PLAIN + 1), '', FAST)).rejects.toThrow(RangeError);
});

it('names a wrong passphrase', async () => {
  expect(await openAge(sealed, 'wrong')).toEqual({ fault: 'wrong-passphrase', detail: '' });
  expect(await openAge(sealed, '')).toMatchObject({ fault: 'wrong-passphrase' });
});

it('names a file that is too large, or no age file', async () => {
  expect(await openAge(new Uint8Array(MAX_FILE + 1), '')).toMatchObject({
    fault: 'file-too-large',
  });
  expect(await openAge('x'.repeat(MAX_FILE + 1), '')).toMatchObject({ fault: 'file-too-large' });
  for (const other of ['', 'a letter', new Uint8Array(0), bytesOf('PK\x03\x04'.repeat(200))])
    expect(await openAge(other, '')).toMatchObject({ fault: 'not-an-age-file' });
  expect(await openAge(bytesOf('age-encryption.org/v2\n'), '')).toMatchObject({
    fault: 'not-an-age-file',
  });
});

it('refuses other recipients and several of them before anything is computed', async () => {
  const scrypt = `-> scrypt ${salt} 18`;
  const refused = [
    withHeader(`-> X25519 ${body}`, body, mac),
    withHeader(scrypt, body, scrypt, body, mac),
    withHeader(scrypt, body, '-> grease x', '', mac),
  ];
  for (const file of refused)
    expect(await openAge(file, '')).toMatchObject({ fault: 'not-for-a-passphrase' });
});

it('refuses a cost above 2²⁰ at once', async () => {
  for (const cost of ['21', '22', '63', '99999999999999999999999'])
    expect(await openAge(withHeader(`-> scrypt ${salt} ${cost}`, body, mac), '')).toEqual({
      fault: 'work-factor',
      detail: cost,
    });
});

it('names damage: a cut, a bent header, a torn armor', async () => {
  const damaged = [
    withHeader(`-> scrypt ${salt} 0x12`, body, mac),
    withHeader(`-> scrypt ${salt} 18`, `${body}A`, mac),
    binary.slice(0, -1),
    binary.slice(0, 60),
    lines.slice(0, -1).join('\n'),
    sealed.replace('\n', '\n\n'),
  ];
  for (const file of damaged)
    expect(await openAge(file, 'right')).toMatchObject({ fault: 'file-damaged' });
});

it('accepts no file with a changed byte, and throws at none', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(binary.length - 1),
      fc.integer({ min: 1, max: 255 }),
      async (at, mask) => {
        const changed = binary.slice();
        changed[at]! ^= mask;
        // A higher cost, at most 2⁹ here, leads to a wrong key.
        expect(await openAge(changed, 'right')).toHaveProperty('fault');
      },
    ),
    { numRuns: 300 },
  );
});
