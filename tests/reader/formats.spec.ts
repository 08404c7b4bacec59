import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { top } from '../../bundle/machine.mjs';
import type { BackupContent } from '../../src/lib/ceremony/backup.ts';
import { fromHex, inFours, toHex } from '../../src/lib/crypto/bytes.ts';
import { combineCards } from '../../src/lib/crypto/slip39/slip39.ts';
import { openAge } from '../../src/lib/worker/age-file.ts';
import { combineVault } from '../../src/lib/worker/vault-share.ts';
import { formatExample } from '../support/format-example.ts';
import { builtPrograms, type Programs } from '../support/programs.ts';

/* The worked example of docs/formats.md: by the app's code, and by the reader as it is built. */

const text = readFileSync(join(top, 'docs', 'formats.md'), 'utf8');
const example = text.slice(text.indexOf('## 13. '));
const ageFile = /```age\n([^`]+)```/.exec(example)![1]!;
const passphrase = /passphrase `([^`]+)`/.exec(example)![1]!;

/** What stands in the page's blocks of figures, by name; continued lines joined with spaces. */
const written = new Map(
  [...example.matchAll(/```text\n([^`]+)```/g)].flatMap(([, block]) =>
    block!
      .replace(/\n {2}/g, ' ')
      .trim()
      .split('\n')
      .map((line) => line.split(/:\s+/, 2) as [string, string]),
  ),
);
/** Hex, whose continued lines belong together. */
const hexOf = (name: string): string => written.get(name)!.replaceAll(' ', '');
const series = (name: string) => [1, 2, 3].map((i) => written.get(`${name} ${i}`)!);

let computed: ReadonlyMap<string, string>;
let backup: BackupContent;
let programs: Programs;
const put = (name: string, data: string | Uint8Array) =>
  writeFileSync(join(programs.folder, name), data);

beforeAll(async () => {
  programs = await builtPrograms('recover');
  ({ figures: computed, backup } = await formatExample());
  put('age', ageFile);
  put('recovery', fromHex(hexOf('recovery file'))!);
}, 60_000);
afterAll(() => programs.remove());

/** What the reader says of pieces of the page. */
async function reader(...args: string[]): Promise<string> {
  const input = `${args.includes('age') ? passphrase : ''}\n`;
  const { code, out, err } = await programs.run('recover', args, { input });
  expect({ code, err }).toMatchObject({ code: 0 });
  return out;
}

describe('the app computes', () => {
  it('every figure that the page has, and the page has every figure', () => {
    const figures = [...written].filter(([name]) => !/^(card|vault share) /.test(name));
    const words = (name: string) => name.endsWith('plate');
    expect(figures.map(([name]) => name).sort()).toEqual([...computed.keys()].sort());
    for (const [name, value] of computed)
      expect(words(name) ? written.get(name) : hexOf(name), name).toBe(value);
  });

  it('the host secret from the backup file, any two cards and any two Vault shares', async () => {
    const plain = await openAge(ageFile, passphrase);
    if (!(plain instanceof Uint8Array)) throw new Error(plain.fault);
    expect(toHex(sha256(plain))).toBe(hexOf('backup plaintext, SHA-256'));
    expect(plain.slice(-32)).toEqual(backup.hostSecret);
    for (const left of [0, 1, 2]) {
      expect(combineCards(series('card').toSpliced(left, 1))).toEqual(backup.hostSecret);
      const shares = series('vault share').toSpliced(left, 1);
      expect(await combineVault(shares, backup)).toEqual(backup.hostSecret);
    }
  });
});

describe('the reader computes', () => {
  const figure = (name: string) => inFours(fromHex(hexOf(name))!);

  it('shares, plates, keys and fingerprints from the backup file', async () => {
    const out = await reader('secret', '--show-secret', '--plate', 'age');
    expect(out).toContain('operator 2, Ben');
    expect(out).toContain(`SECRET share ${figure('custody share')}`);
    expect(out).toContain(`SECRET share ${figure('attestation share')}`);
    expect(out).toContain(`SECRET host secret ${figure('host secret')}`);
    for (const name of ['certified', 'custody threshold key', 'attestation threshold key'])
      expect(out, name).toContain(figure(name));
    for (const suite of ['custody', 'attestation'])
      expect(out).toContain(`SECRET plate: ${suite} 2 ${written.get(`${suite} plate`)!}`);
  });

  it('the same from cards, Vault shares and plates, with the recovery file', async () => {
    put('cards', series('card').slice(1).join('\n'));
    put('vault', series('vault share').slice(0, 2).join('\n'));
    const secretOf = (piece: string) =>
      reader('secret', '--show-secret', '--recovery', 'recovery', piece);
    for (const piece of ['cards', 'vault']) {
      const out = await secretOf(piece);
      expect(out).toContain(`SECRET share ${figure('custody share')}`);
      expect(out).toContain(`SECRET share ${figure('attestation share')}`);
    }
    for (const suite of ['custody', 'attestation']) {
      put('plate', `${suite} 2 ${written.get(`${suite} plate`)!}`);
      expect(await secretOf('plate')).toContain(`SECRET share ${figure(`${suite} share`)}`);
    }
  });

  it('the addresses', async () => {
    const out = await reader('addresses', '--recovery', 'recovery');
    for (const path of ['0/0', '1/0', '3/0'])
      expect(out).toContain(`  ${path}  ${written.get(`address ${path}`)!}\n`);
    const deposit = `  2/${hexOf('recipient')}/7  ${written.get('deposit address')!}\n`;
    expect(out).toContain(deposit);
    expect(out).toContain(written.get('deposit path')!.replace(/^m/, ''));
  });

  it('what the kit says', async () => {
    put('kit', fromHex(hexOf('kit'))!);
    expect(await reader('show', 'kit')).toContain(figure('host key'));
  });
});
