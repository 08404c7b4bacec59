import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openAge, sealAge } from '../../src/lib/worker/age-file.ts';
import { ageDecrypt, ageEncrypt, hasAge } from '../support/age-cli.ts';

/** A file of the age test kit: lines of what is expected, an empty line, the age file. */
function parseCase(bytes: Buffer) {
  const end = bytes.indexOf('\n\n');
  const fields = bytes
    .toString('latin1', 0, end)
    .split('\n')
    .map((line) => line.split(': ', 2) as [string, string]);
  return {
    expected: fields.find(([name]) => name === 'expect')![1],
    payload: fields.find(([name]) => name === 'payload')?.[1],
    passphrases: fields.filter(([name]) => name === 'passphrase').map(([, value]) => value),
    file: Uint8Array.from(bytes.subarray(end + 2)),
  };
}

/** What our names for faults are called in the test kit. */
const faultsOf: Record<string, readonly string[]> = {
  'header failure': ['file-damaged', 'not-for-a-passphrase', 'work-factor'],
  'no match': ['wrong-passphrase', 'not-for-a-passphrase'],
};

/** Cases with a passphrase, and all. */
const COUNTS = [26, 143];

const vectors = process.env['CONCLAVE_VECTORS'];
if (!vectors) {
  const line = 'age: set CONCLAVE_VECTORS (public source: github.com/C2SP/CCTV, age/testdata)';
  console.info(`Skipped: ${line}`);
  it.skip(line);
} else {
  const folder = join(vectors, 'age/testdata');
  const cases = readdirSync(folder).map((name) => ({
    name,
    ...parseCase(readFileSync(join(folder, name))),
  }));
  const ours = cases.filter(({ passphrases }) => passphrases.length > 0);

  it('the age test kit is complete', () => {
    expect([ours.length, cases.length]).toEqual(COUNTS);
  });

  it.each(ours)('age test kit, $name', async ({ expected, payload, passphrases, file }) => {
    for (const passphrase of passphrases) {
      const opened = await openAge(file, passphrase);
      if (expected === 'success') {
        expect(opened).toBeInstanceOf(Uint8Array);
        const hash = createHash('sha256').update(opened as Uint8Array);
        expect(hash.digest('hex')).toBe(payload);
      } else {
        expect(faultsOf[expected]).toContain((opened as { fault: string }).fault);
      }
    }
  });

  it('every other file of the age test kit gets a name and opens nothing', async () => {
    for (const { name, file, passphrases } of cases)
      if (passphrases.length === 0)
        expect(await openAge(file, 'password'), name).toHaveProperty('fault');
  });
}

describe.skipIf(!hasAge)('the age program', () => {
  const plain = Uint8Array.from({ length: 70_000 }, (_, i) => (i * i) & 255);
  const passphrase = 'ünlike-harbour-7 ok';

  it('opens our file', async () => {
    const file = await sealAge(plain, passphrase);
    expect(Uint8Array.from(ageDecrypt(file, passphrase))).toEqual(plain);
    expect(() => ageDecrypt(file, 'another')).toThrow(/incorrect passphrase/);
  });

  it('writes a file that we open', async () => {
    const file = Uint8Array.from(ageEncrypt(plain, passphrase));
    expect(await openAge(file, passphrase)).toEqual(plain);
    expect(await openAge(file, 'another')).toMatchObject({ fault: 'wrong-passphrase' });
  });
});
