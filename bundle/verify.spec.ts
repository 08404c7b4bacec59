import { spawnSync } from 'node:child_process';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { entropyToMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { afterAll, describe, expect, it } from 'vitest';
import {
  cleanUp,
  EMPTY_KEYS,
  keyList,
  makeBundle,
  makeSigner,
  put,
  signBundle,
} from './testing.ts';
import { verifyBundle } from './verify.mjs';

afterAll(cleanUp);
const [alice, bob] = [makeSigner('alice'), makeSigner('bob')];
const keys = keyList(2, [alice, bob]);

describe('verifying a finished bundle', () => {
  it('finds a good one good, and says whose signatures it has', async () => {
    const made = makeBundle('0.1.0', { keys });
    put(made.folder, {
      'sigs/alice.minisig': signBundle(alice, made),
      'sigs/bob.minisig': signBundle(bob, made),
      'sigs/bob.keys.minisig': bob.sign('other', ''),
    });
    expect(await verifyBundle(made.folder, keys)).toEqual({
      version: '0.1.0',
      root: made.root,
      reports: [
        { file: 'sigs/alice.minisig', by: 'alice' },
        { file: 'sigs/bob.minisig', by: 'bob' },
      ],
    });
  });

  it.each<[string, (folder: string) => void, string]>([
    ['a changed file', (at) => put(at, { 'app/entry.js': 'x' }), 'app/entry.js was changed'],
    [
      'a missing file',
      (at) => rmSync(join(at, 'app/entry.js')),
      'app/entry.js is in the manifest but',
    ],
    ['an extra file', (at) => put(at, { '.hidden': '' }), '.hidden is in the folder but'],
    ['a link', (at) => symlinkSync('index.html', join(at, 'link')), 'link is a link or a device'],
    ['no manifest', (at) => rmSync(join(at, 'bundle.manifest')), 'no bundle.manifest'],
    [
      'a manifest cut off',
      (at) => writeFileSync(join(at, 'bundle.manifest'), 'conclave'),
      'manifest',
    ],
    [
      'other keys',
      (at) => put(at, { 'keys.json': EMPTY_KEYS }),
      'keys.json is not this checkout’s',
    ],
    ['too few signatures', () => undefined, 'Of the 2 reviewers who must sign, 1 did'],
  ])('tells of %s', async (_, spoil, sentence) => {
    const made = makeBundle('0.1.0', { keys });
    put(made.folder, { 'sigs/alice.minisig': signBundle(alice, made) });
    spoil(made.folder);
    expect((await verifyBundle(made.folder, keys)).fault).toContain(sentence);
  });

  it('is a command that shows hex and words, and fails with one sentence', () => {
    const run = (folder: string) =>
      spawnSync(process.execPath, [join(import.meta.dirname, 'verify.mjs'), folder], {
        encoding: 'utf8',
      });
    const made = makeBundle();
    const good = run(made.folder);
    expect(good.stdout).toContain(made.root.match(/.{4}/g)?.join(' '));
    const words = entropyToMnemonic(Buffer.from(made.root, 'hex'), wordlist).split(' ');
    expect(good.stdout.replace(/\s+/g, ' ')).toContain(
      words.map((word, i) => `${i + 1} ${word}`).join(' '),
    );
    expect(good.status).toBe(0);
    put(made.folder, { 'app/entry.js': 'x' });
    const bad = run(made.folder);
    expect(bad.stderr).toMatch(/^Not verified: app\/entry\.js was changed: [^\n]+\n/);
    expect(bad.status).toBe(1);
    expect(run('/nowhere').status).toBe(1);
  });
});
