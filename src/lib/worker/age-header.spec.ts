import { expect, it } from 'vitest';
import { notForIdentity, notForPassphrase } from './age-header.ts';

const body = 'A'.repeat(43);
const mac = `--- ${body}`;
const key = `-> X25519 ${body}`;
const scrypt = (cost: string) => `-> scrypt ${'A'.repeat(22)} ${cost}`;
const fileWith = (...lines: string[]) =>
  new TextEncoder().encode(['age-encryption.org/v1', ...lines, 'x'.repeat(64)].join('\n'));

it('lets pass what is well formed', () => {
  expect(notForPassphrase(fileWith(scrypt('20'), body, mac))).toBeUndefined();
  expect(notForIdentity(fileWith(key, body, mac))).toBeUndefined();
  expect(notForIdentity(fileWith('-> other', '', key, body, '-> x y', body, mac))).toBeUndefined();
});

// The library finds most of these too, but some of them only after scrypt.
it.each([
  ['no cost', [`-> scrypt ${'A'.repeat(22)}`, body, mac]],
  ['a cost with a zero before it', [scrypt('018'), body, mac]],
  ['a cost that is no number', [scrypt('0x12'), body, mac]],
  ['one argument more', [scrypt('18 18'), body, mac]],
  ['a salt that is too short', [`-> scrypt ${'A'.repeat(21)} 18`, body, mac]],
  ['a body that is too long', [scrypt('18'), `${body}A`, mac]],
  ['a body that is too short', [scrypt('18'), '', mac]],
])('refuses for a passphrase: %s', (_, lines) => {
  expect(notForPassphrase(fileWith(...lines))).toEqual({ fault: 'file-damaged', detail: '' });
});

it.each([
  ['no MAC', [body, '']],
  ['a MAC that is too short', [body, mac.slice(1)]],
  ['a MAC with a letter less', [body, mac.slice(0, -1)]],
  ['a MAC that goes on', [body, `${mac}A`]],
  ['padding', [`${body}=`, mac]],
  ['a body without its short last line', ['A'.repeat(64), mac]],
  ['a line that is too long', ['A'.repeat(68), '', mac]],
  ['a line that ends otherwise', [`${body}\r`, mac]],
  ['an argument that is empty', [body, '-> x  y', '', mac]],
  ['a stanza without a kind', [body, '->', '', mac]],
  ['a letter beyond ASCII', [body, '-> é', '', mac]],
])('refuses for either: %s', (_, lines) => {
  for (const first of [scrypt('18'), key])
    for (const refused of [notForPassphrase, notForIdentity])
      expect(refused(fileWith(first, ...lines))).toEqual({ fault: 'file-damaged', detail: '' });
});
