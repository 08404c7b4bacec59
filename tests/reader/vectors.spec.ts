import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openAge, parseAge } from '../../reader/age.ts';
import { hex } from '../../reader/bytes.ts';
import { combineCards, readCard } from '../../reader/slip39.ts';
import { Trouble } from '../../reader/terminal.ts';

/* The reader's own age and SLIP-39 on the official vectors. */

const vectors = process.env['CONCLAVE_VECTORS'];

/** Sound files whose every stanza for a given identity is post-quantum: the age program opens them. */
const postQuantum = [
  'armor_hybrid',
  'hybrid',
  'hybrid_and_x25519',
  'hybrid_grease',
  'hybrid_multiple_recipients',
];

if (!vectors) console.info('Skipped: the reader on official vectors: set CONCLAVE_VECTORS');
describe.skipIf(!vectors)('official vectors', () => {
  const ageFolder = join(vectors ?? '', 'age/testdata');
  const ageCases = (vectors ? readdirSync(ageFolder) : []).map((name) => {
    const bytes = readFileSync(join(ageFolder, name));
    const end = bytes.indexOf('\n\n');
    const lines = bytes.toString('latin1', 0, end).split('\n');
    const all = (field: string) =>
      lines.flatMap((line) =>
        line.startsWith(`${field}: `) ? [line.slice(field.length + 2)] : [],
      );
    const body = bytes.subarray(end + 2);
    return {
      name,
      expected: all('expect')[0]!,
      payload: all('payload')[0],
      passphrase: { passphrase: all('passphrase')[0] ?? 'password' },
      identity: {
        identity: all('identity')
          .filter((one) => one.startsWith('AGE-SECRET-KEY-1'))
          .join('\n'),
      },
      file: new Uint8Array(all('compressed')[0] ? inflateSync(body) : body),
    };
  });

  it.each(ageCases)('age test kit, $name', ({ name, expected, payload, file, ...secrets }) => {
    const open = () => {
      const parsed = parseAge(file);
      if (parsed.opens) return openAge(parsed, secrets[parsed.opens]);
      throw new Trouble('age-kind', parsed.kinds, '');
    };
    if (expected !== 'success' || postQuantum.includes(name)) expect(open).toThrow(Trouble);
    else expect(createHash('sha256').update(open()).digest('hex')).toBe(payload);
  });

  it('SLIP-39', () => {
    const cases = vectors
      ? (JSON.parse(readFileSync(join(vectors, 'slip39/vectors.json'), 'utf8')) as [
          string,
          string[],
          string,
        ][])
      : [];
    expect(cases).toHaveLength(45);
    for (const [title, cards, secret] of cases) {
      const combine = () =>
        combineCards(
          cards.map((card, i) => readCard(card, i + 1)),
          'TREZOR',
        );
      if (secret === '') expect(combine, title).toThrow(Trouble);
      else expect(hex(combine()), title).toBe(secret);
    }
  });
});
