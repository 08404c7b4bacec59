import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { expect, it } from 'vitest';
import { concat, toHex } from './bytes.ts';
import { taggedHash, taggedHash512, tags, type Tag } from './tagged-hash.ts';

const all: Tag[] = Object.values(tags);
const message = new TextEncoder().encode('message');

it('no two uses share a tag', () => {
  expect(new Set(all).size).toBe(all.length);
  expect(new Set(all.map((tag) => toHex(taggedHash(tag)))).size).toBe(all.length);
  expect(new Set(all.map((tag) => toHex(taggedHash512(tag)))).size).toBe(all.length);
});

it('tags of our own are named and versioned as such', () => {
  const specified = /^(BIP0340|BIP0445)\/\w+$|^Tap(Tweak|Sighash)$|^BIP DKG\/[\w /]+$/;
  const ours = /^Conclave\/[\w ]+ v\d+(\/[\w ]+)?$/;
  for (const tag of all) expect(tag).toMatch(specified.test(tag) ? specified : ours);
});

it('is SHA-256, or SHA-512, of the tag hashed, twice, and all parts', () => {
  for (const tag of all) {
    const name = new TextEncoder().encode(tag);
    const short = sha256(name);
    const long = sha512(name);
    for (let twice = 0; twice < 2; twice++) {
      expect(taggedHash(tag, message, message)).toEqual(
        sha256(concat(short, short, message, message)),
      );
      expect(taggedHash512(tag, message)).toEqual(sha512(concat(long, long, message)));
    }
  }
});
