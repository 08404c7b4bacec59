import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareVersions,
  contentHash,
  isUnlisted,
  parseManifest,
  sha256,
  writeManifest,
} from './manifest.mjs';

const hash = 'ab'.repeat(32);
const file = (path: string) => ({ sha256: hash, size: 7, path });
const good = writeManifest({ version: '1.2.3', files: [file('b.js'), file('a/c.wasm')] });

const segment = fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,12}$/);
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const manifest = fc.record({
  version: fc.tuple(fc.nat(999), fc.nat(999), fc.nat(999)).map((parts) => parts.join('.')),
  files: fc
    .uniqueArray(path, { maxLength: 20 })
    .map((paths) => paths.filter((name) => !isUnlisted(name)).map(file)),
});

describe('the manifest', () => {
  it('is a header, a version and one sorted line per file', () => {
    expect(good).toBe(
      `conclave bundle manifest 1\nversion 1.2.3\n${hash} 7 a/c.wasm\n${hash} 7 b.js\n`,
    );
  });

  it('is read back as it was written, and written back as it was read', () => {
    fc.assert(
      fc.property(manifest, (value) => {
        const text = writeManifest(value);
        const read = parseManifest(new TextEncoder().encode(text));
        expect(read).not.toBeTypeOf('string');
        if (typeof read !== 'string') expect(writeManifest(read)).toBe(text);
      }),
    );
  });

  it.each([
    ['nothing', '', 'does not begin with'],
    ['another header', good.replace('manifest 1', 'manifest 2'), 'does not begin with'],
    ['a version with a leading zero', good.replace('1.2.3', '01.2.3'), 'does not name a version'],
    ['a cut end', good.slice(0, -1), 'its end is missing'],
    ['Windows line ends', good.replaceAll('\n', '\r\n'), 'does not begin with'],
    ['a blank line', good.replace('b.js\n', 'b.js\n\n'), 'line 5 is not of the form'],
    ['a short hash', good.replace(hash, hash.slice(2)), 'line 3 is not of the form'],
    ['a hash in capitals', good.replace(hash, hash.toUpperCase()), 'line 3 is not of the form'],
    ['a size with a sign', good.replace(' 7 b', ' +7 b'), 'line 4 is not of the form'],
    ['a path that climbs', good.replace('a/c.wasm', '../c.wasm'), 'line 3 is not of the form'],
    ['an absolute path', good.replace('a/c.wasm', '/a/c.wasm'), 'line 3 is not of the form'],
    ['a hidden file', good.replace('a/c.wasm', '.a/c.wasm'), 'line 3 is not of the form'],
    ['an empty segment', good.replace('a/c.wasm', 'a//c.wasm'), 'line 3 is not of the form'],
    ['an encoded path', good.replace('a/c.wasm', 'a%2fc.wasm'), 'line 3 is not of the form'],
    ['a repeated line', good.replace('a/c.wasm', 'b.js'), 'line 4 is out of order'],
    ['lines out of order', good.replace('a/c.wasm', 'c.wasm'), 'line 4 is out of order'],
    ['itself', good.replace('b.js', 'bundle.manifest'), 'lists bundle.manifest, which it must not'],
    ['a signature', good.replace('b.js', 'sigs/ada.minisig'), 'which it must not'],
  ])('refuses %s', (_, text, why) => {
    expect(parseManifest(text)).toContain(why);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(['string', 'object']).toContain(typeof parseManifest(bytes));
      }),
    );
  });
});

describe('the content hash', () => {
  const withWorker = (workerHash: string, otherHash: string) => ({
    version: '1.0.0',
    files: [
      { sha256: workerHash, size: 1, path: 'service-worker.js' },
      { sha256: otherHash, size: 1, path: 'a.js' },
    ],
  });

  it('does not depend on the service worker, and on everything else', async () => {
    const one = await contentHash(withWorker('11'.repeat(32), hash));
    expect(await contentHash(withWorker('22'.repeat(32), hash))).toBe(one);
    expect(await contentHash(withWorker('11'.repeat(32), '33'.repeat(32)))).not.toBe(one);
    expect(await contentHash({ ...withWorker('11'.repeat(32), hash), version: '1.0.1' })).not.toBe(
      one,
    );
  });
});

describe('helpers', () => {
  it('orders versions by number, not by text', () => {
    expect(compareVersions('0.10.0', '0.9.9')).toBeGreaterThan(0);
    expect(compareVersions('1.0.0', '1.0.0')).toBe(0);
    expect(compareVersions('1.0.9', '1.1.0')).toBeLessThan(0);
  });

  it('hashes with SHA-256 (FIPS 180-4, “abc”)', async () => {
    expect(await sha256(new TextEncoder().encode('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  it('knows the unlisted files, and no path beside them', () => {
    expect(
      ['bundle.manifest', 'keys.json', 'sigs/ada.minisig', 'sigs/ada.keys.minisig'].every(
        isUnlisted,
      ),
    ).toBe(true);
    expect(
      [
        'sigs',
        'sigs/',
        'sigs/../x.minisig',
        'sigs/a/b.minisig',
        'sigs/.minisig',
        'sigs/x.js',
        'xkeys.json',
      ].some(isUnlisted),
    ).toBe(false);
  });
});
