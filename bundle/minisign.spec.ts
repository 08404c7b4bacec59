import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  countSignatures,
  isGood,
  manifestComment,
  parseKeyList,
  parsePublicKey,
  parseSignature,
  WEAK_POINT,
} from './minisign.mjs';
import {
  cleanUp,
  keyList,
  keyOfPoint,
  makeSigner,
  newPair,
  put,
  temporary,
  tool,
} from './testing.ts';

afterAll(cleanUp);

const minisign = tool('minisign', 'interoperation with minisign');
const ROOT = 'ab'.repeat(32);
const MESSAGE = Buffer.from('the manifest’s bytes\n');
const COMMENT = manifestComment('0.1.0', ROOT);
const [alice, bob, carol] = [makeSigner('alice'), makeSigner('bob'), makeSigner('carol')];

/** The value of a parser that must not fault. */
function value<T>(parsed: T | string): T {
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}
const read = (text: string) => value(parseSignature(Buffer.from(text)));
const keyOf = (signer: { publicKey: string }) => value(parsePublicKey(signer.publicKey));
const count = (
  files: Record<string, string>,
  keys: string,
  comment: string | undefined = COMMENT,
) =>
  countSignatures(
    Object.entries(files).map(([file, text]) => ({ file, bytes: Buffer.from(text) })),
    MESSAGE,
    value(parseKeyList(keys)),
    comment,
  );

describe('a minisign signature', () => {
  it.each([false, true])('is good over its own bytes only (legacy: %s)', (legacy) => {
    const signature = read(alice.sign(MESSAGE, COMMENT, legacy));
    expect(signature.prehashed).toBe(!legacy);
    expect(signature.comment).toBe(COMMENT);
    expect(isGood(signature, keyOf(alice), MESSAGE)).toBe(true);
    expect(isGood(signature, keyOf(alice), Buffer.from('other bytes'))).toBe(false);
    expect(isGood(signature, keyOf(bob), MESSAGE)).toBe(false);
    expect(isGood({ ...signature, prehashed: legacy }, keyOf(alice), MESSAGE)).toBe(false);
  });

  it('covers its trusted comment', () => {
    const forged = alice.sign(MESSAGE, COMMENT).replace('0.1.0', '9.9.9');
    expect(isGood(read(forged), keyOf(alice), MESSAGE)).toBe(false);
  });

  it('is read strictly', () => {
    const text = alice.sign(MESSAGE, COMMENT);
    const bad = [
      '',
      text.slice(0, -10),
      text.replaceAll('\n', '\r\n'),
      `${text}\n`,
      `\n${text}`,
      text.replace('trusted comment: c', 'trusted comment: \0c'),
      text.replace(/\nR/, '\nS'),
      text.replace('untrusted comment', 'comment'),
      text.split('\n').slice(0, 2).join('\n'),
    ];
    for (const broken of bad) expect(parseSignature(Buffer.from(broken))).toBeTypeOf('string');
  });
});

describe('the parsers', () => {
  it('never throw, and take only what the formats allow', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.string({ maxLength: 200 }),
        (bytes, text) => {
          expect(parseSignature(bytes)).toBeTypeOf('string');
          expect(parsePublicKey(text)).toBeTypeOf('string');
          expect(parseKeyList(text)).toBeTypeOf('string');
        },
      ),
    );
  });

  it('read the committed key list', () => {
    const text = readFileSync(join(import.meta.dirname, 'keys.json'), 'utf8');
    expect(value(parseKeyList(text))).toEqual({ serial: 0, threshold: 0, reviewers: [] });
  });

  it.each([
    [
      'a threshold above the number of distinct keys',
      keyList(2, [alice, { ...alice, name: 'a2' }]),
    ],
    ['a threshold of none', keyList(0, [alice])],
    [
      'a threshold that is no number',
      keyList(1, [alice]).replace('"threshold": 1', '"threshold": "1"'),
    ],
    ['no serial', keyList(1, [alice]).replace('"serial": 1,', '')],
    ['a serial spelt twice', keyList(1, [alice]).replace('"serial": 1', '"serial": 01')],
    ['another format', keyList(1, [alice]).replace('"format": 1', '"format": 2')],
    ['a member too many', keyList(1, [alice]).replace('"threshold"', '"x": 1, "threshold"')],
    ['a name with odd characters', keyList(1, [{ ...alice, name: '../x' }])],
    ['a broken key', keyList(1, [alice]).replace('RW', 'RX')],
    ['a text that is cut off', keyList(1, [alice]).slice(0, -3)],
  ])('refuse a key list with %s', (_, text) => {
    expect(parseKeyList(text)).toBeTypeOf('string');
  });
});

/** Every encoding, with either sign bit, of a y in `ys`. */
const encodings = (ys: Iterable<bigint>) =>
  [...ys].flatMap((y) =>
    [y, y | (1n << 255n)].map((bits) =>
      Buffer.from(bits.toString(16).padStart(64, '0'), 'hex').reverse(),
    ),
  );

describe('a weak key', () => {
  const p = ed25519.Point.Fp.ORDER;
  const small = ED25519_TORSION_SUBGROUP.map(
    (hex) => ed25519.Point.fromHex(hex, true).toAffine().y,
  );
  const beyond = Array.from({ length: 19 }, (_, i) => p + BigInt(i));
  const weak = encodings(new Set([...small, ...beyond]));

  it('would let a signature that nobody made pass', () => {
    const identity = { id: '', point: encodings([1n])[0] ?? Buffer.alloc(0) };
    const forged = Buffer.concat([identity.point, Buffer.alloc(32)]);
    const signature = { prehashed: true, keyId: '', comment: '', signature: forged };
    expect(isGood({ ...signature, globalSignature: forged }, identity, MESSAGE)).toBe(true);
  });

  it('is every point of small order and every y not below p, with either sign bit', () => {
    expect(weak.length).toBe(2 * (5 + 19));
    for (const point of weak) {
      expect(parsePublicKey(keyOfPoint('mallory', point).publicKey)).toContain('small order');
      expect(parseKeyList(keyList(1, [alice, keyOfPoint('mallory', point)]))).toBeTypeOf('string');
    }
  });

  it('is no neighbour of those', () => {
    const near = [2n, 3n, p - 2n, p - 3n, ...small.filter((y) => y > 1n && y < p - 1n)];
    const others = near.flatMap((y) => [y, y + 1n, y - 1n, y ^ (1n << 250n)]);
    for (const point of encodings(others.filter((y) => !small.includes(y)))) {
      expect(parsePublicKey(keyOfPoint('x', point).publicKey)).toBeTypeOf('object');
    }
  });

  it.each(['launch.mjs', 'launch.py'])('is told by the same expression in %s', (name) => {
    const source = readFileSync(join(import.meta.dirname, name), 'utf8');
    expect(source.replace(/[\s'+]/g, '')).toContain(WEAK_POINT.source.slice(1, -1));
  });
});

describe('counting signatures', () => {
  const list = keyList(2, [alice, bob]);

  it('counts each reviewer and says who', () => {
    const files = {
      'a.minisig': alice.sign(MESSAGE, COMMENT),
      'b.minisig': bob.sign(MESSAGE, COMMENT),
    };
    const { good, reports } = count(files, list);
    expect(good).toEqual(['alice', 'bob']);
    expect(reports).toEqual([
      { file: 'a.minisig', by: 'alice' },
      { file: 'b.minisig', by: 'bob' },
    ]);
  });

  it('counts two signatures by one key once, whatever the files are called', () => {
    const files = {
      'alice.minisig': alice.sign(MESSAGE, COMMENT),
      'bob.minisig': alice.sign(MESSAGE, COMMENT, true),
    };
    const { good, reports } = count(files, list);
    expect(good).toEqual(['alice']);
    expect(reports[1]?.fault).toBe('The key of alice is counted already.');
  });

  it('counts a key listed twice once, even under another key id', () => {
    const pair = newPair();
    const [one, two] = [
      makeSigner('one', Buffer.alloc(8, 1), pair),
      makeSigner('two', Buffer.alloc(8, 2), pair),
    ];
    const files = {
      'one.minisig': one.sign(MESSAGE, COMMENT),
      'two.minisig': two.sign(MESSAGE, COMMENT),
    };
    expect(count(files, keyList(2, [one, two, alice])).good).toEqual(['one']);
  });

  it.each([
    ['a key that is not in the list', carol.sign(MESSAGE, COMMENT), 'not in the key list'],
    ['other bytes', bob.sign('other', COMMENT), 'does not fit'],
    [
      'a comment of another version',
      bob.sign(MESSAGE, manifestComment('0.2.0', ROOT)),
      'trusted comment',
    ],
    [
      'a comment of another root',
      bob.sign(MESSAGE, manifestComment('0.1.0', 'cd'.repeat(32))),
      'trusted comment',
    ],
    [
      'minisign’s own comment',
      bob.sign(MESSAGE, 'timestamp:1\tfile:bundle.manifest'),
      'trusted comment',
    ],
    ['something that is no signature', 'hello', 'not a minisign signature'],
  ])('reports, and does not count, a signature over or with %s', (_, text, why) => {
    const { good, reports } = count(
      { 'a.minisig': alice.sign(MESSAGE, COMMENT), 'x.minisig': text },
      list,
    );
    expect(good).toEqual(['alice']);
    expect(reports[1]?.fault).toContain(why);
  });

  it('tells apart two listed keys with the same id', () => {
    const id = Buffer.alloc(8, 7);
    const [one, two] = [makeSigner('one', id), makeSigner('two', id)];
    expect(count({ 'x.minisig': two.sign(MESSAGE, COMMENT) }, keyList(1, [one, two])).good).toEqual(
      ['two'],
    );
  });
});

describe.skipIf(minisign === undefined)('with the minisign program', () => {
  it.each([[[]], [['-l']]])('verifies what it signs (options %j)', (options) => {
    const folder = temporary();
    put(folder, { message: MESSAGE });
    const at = (name: string) => join(folder, name);
    execFileSync('minisign', ['-G', '-W', '-f', '-p', at('pub'), '-s', at('sec')], {
      stdio: 'pipe',
    });
    const signing = [
      '-S',
      ...options,
      '-s',
      at('sec'),
      '-t',
      COMMENT,
      '-x',
      at('sig'),
      '-m',
      at('message'),
    ];
    execFileSync('minisign', signing, { stdio: 'pipe' });
    const dave = { name: 'dave', publicKey: readFileSync(at('pub'), 'utf8').split('\n')[1] ?? '' };
    const text = readFileSync(at('sig'), 'utf8');
    expect(read(text).prehashed).toBe(options.length === 0);
    expect(count({ 'dave.minisig': text }, keyList(1, [dave])).good).toEqual(['dave']);
  });

  it.each([false, true])('makes what it verifies (legacy: %s)', (legacy) => {
    const folder = temporary();
    put(folder, { message: MESSAGE, sig: alice.sign(MESSAGE, COMMENT, legacy), other: 'other' });
    const run = (file: string) =>
      spawnSync('minisign', [
        '-VQ',
        '-P',
        alice.publicKey,
        '-x',
        join(folder, 'sig'),
        '-m',
        join(folder, file),
      ]);
    expect(run('message').stdout.toString()).toBe(`${COMMENT}\n`);
    expect(run('message').status).toBe(0);
    expect(run('other').status).not.toBe(0);
  });
});
