import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { openAge, openAgeWith } from '../../src/lib/worker/age-file.ts';
import type { AgeFaultName } from '../../src/lib/worker/age-report.ts';

/** A file of the age test kit: lines of what is expected, an empty line, the age file. */
function parseCase(name: string, bytes: Buffer) {
  const end = bytes.indexOf('\n\n');
  const fields = bytes
    .toString('latin1', 0, end)
    .split('\n')
    .map((line) => line.split(': ', 2) as [string, string]);
  const all = (field: string) =>
    fields.filter(([name]) => name === field).map(([, value]) => value);
  const body = bytes.subarray(end + 2);
  return {
    name,
    expected: all('expect')[0]!,
    payload: all('payload')[0],
    passphrases: all('passphrase'),
    identities: all('identity'),
    file: Uint8Array.from(all('compressed')[0] === 'zlib' ? inflateSync(body) : body),
  };
}

/** How many files expect what; 143 in all. */
const COUNTS = {
  success: 26,
  'no match': 13,
  'header failure': 62,
  'HMAC failure': 1,
  'payload failure': 19,
  'armor failure': 22,
};

/** How we name the kit's failures, where `differing` does not say otherwise. */
const usual: Readonly<Record<string, readonly AgeFaultName[]>> = {
  'no match': ['wrong-passphrase', 'wrong-identity'],
  'header failure': ['file-damaged'],
  'HMAC failure': ['file-damaged'],
  'payload failure': ['file-damaged'],
  'armor failure': ['file-damaged'],
};

/** Files that we name otherwise or refuse by design, and why. */
const differing: readonly {
  readonly why: string;
  readonly names: readonly string[];
  readonly faults: readonly AgeFaultName[];
}[] = [
  {
    why: 'What is larger than the largest backup is refused, though it is sound.',
    names: ['stream_257_chunks', 'stream_257_chunks_full', 'stream_258_chunks'],
    faults: ['file-too-large'],
  },
  {
    why: 'Without the right first line, of the armor or of the file in it, it is no age file.',
    names: [
      'armor_empty',
      'armor_garbage_leading',
      'armor_header_crlf',
      'armor_lowercase',
      'armor_whitespace_begin',
      'armor_wrong_type',
      'empty',
      'header_crlf',
      'version_unsupported',
    ],
    faults: ['not-an-age-file'],
  },
  {
    why: 'A passphrase stands alone in the header.',
    names: ['scrypt_and_x25519'],
    faults: ['not-for-a-passphrase', 'not-for-an-identity'],
  },
  {
    why: 'One passphrase stands alone in the header, and no other stanza takes one.',
    names: ['scrypt_double', 'scrypt_uppercase'],
    faults: ['not-for-a-passphrase'],
  },
  {
    why: 'A cost beyond what a browser bears has its own name.',
    names: ['scrypt_work_factor_23', 'scrypt_work_factor_overflow'],
    faults: ['work-factor'],
  },
  {
    why: 'The kit tries both identities at once, we one after the other; the second has no stanza.',
    names: ['hybrid_x25519_arg'],
    faults: ['file-damaged', 'wrong-identity'],
  },
];

/** Tried on files that come without a passphrase or an identity. */
const ANY_PASSPHRASE = 'password';
const ANY_IDENTITY = 'AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0';

/** What each passphrase and each identity of a case leads to. */
async function resultsOf({ file, passphrases, identities }: ReturnType<typeof parseCase>) {
  const none = passphrases.length + identities.length === 0;
  return Promise.all([
    ...(none ? [ANY_PASSPHRASE] : passphrases).map((one) => openAge(file, one)),
    ...(none ? [ANY_IDENTITY] : identities).map((one) => openAgeWith(file, one)),
  ]);
}

const vectors = process.env['CONCLAVE_VECTORS'];
if (!vectors) {
  const line = 'age: set CONCLAVE_VECTORS (public source: github.com/C2SP/CCTV, age/testdata)';
  console.info(`Skipped: ${line}`);
  it.skip(line);
} else {
  const folder = join(vectors, 'age/testdata');
  const cases = readdirSync(folder).map((name) =>
    parseCase(name, readFileSync(join(folder, name))),
  );

  it('the age test kit is complete, and what differs is part of it', () => {
    const counts: Record<string, number> = {};
    for (const { expected } of cases) counts[expected] = (counts[expected] ?? 0) + 1;
    expect(counts).toEqual(COUNTS);
    const all = cases.map(({ name }) => name);
    for (const { names } of differing) expect(all).toEqual(expect.arrayContaining([...names]));
  });

  it.each(cases)('age test kit, $name', async (vector) => {
    const results = await resultsOf(vector);
    const ours = differing.find(({ names }) => names.includes(vector.name));
    if (vector.expected === 'success' && !ours) {
      expect(results.length).toBeGreaterThan(0);
      for (const opened of results) {
        expect(opened).toBeInstanceOf(Uint8Array);
        const hash = createHash('sha256').update(opened as Uint8Array);
        expect(hash.digest('hex')).toBe(vector.payload);
      }
      return;
    }
    const named = new Set(results.map((result) => ('fault' in result ? result.fault : 'opened')));
    if (ours) expect([...named].sort()).toEqual([...ours.faults].sort());
    else {
      expect(named.size).toBe(1);
      expect(usual[vector.expected]).toContain([...named][0]);
    }
  });
}
