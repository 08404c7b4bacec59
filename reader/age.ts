/** Files of age-encryption.org/v1, for a passphrase or an X25519 identity. */
import {
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  scryptSync,
  type KeyObject,
} from 'node:crypto';
import * as bech32 from './bech32.ts';
import { concat, equal, fromHex, utf8 } from './bytes.ts';
import { Trouble } from './terminal.ts';

/** What a file is opened with. */
export type AgeSecret = { readonly passphrase: string } | { readonly identity: string };

interface Stanza {
  readonly words: readonly string[];
  readonly body: Uint8Array;
}

/** A file taken apart; nothing of it is decrypted or believed yet. */
export interface AgeFile {
  /** What it can be opened with here; undefined where it needs something else. */
  readonly opens: 'passphrase' | 'identity' | undefined;
  readonly kinds: string;
  readonly stanzas: readonly Stanza[];
  /** The header up to its MAC. */
  readonly head: Uint8Array;
  readonly mac: Uint8Array;
  readonly payload: Uint8Array;
}

const VERSION = 'age-encryption.org/v1';
const ARMOR = ['-----BEGIN AGE ENCRYPTED FILE-----', '-----END AGE ENCRYPTED FILE-----'] as const;
const MAX_WORK_FACTOR = 20;
const CHUNK = 65_536;

const damaged = (what: string): Trouble =>
  new Trouble(
    'file-damaged',
    `The age file is not as it was written: ${what}.`,
    'Take another copy of it.',
  );

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Whether a file says that it is an age file. */
export const isAge = (file: Uint8Array): boolean => {
  const text = latin1(file.subarray(0, 200)).trimStart();
  return text.startsWith(VERSION) || text.startsWith(ARMOR[0]);
};

/** Base64 of the one canonical form; `padding` is what a length that needs some ends with. */
function base64(text: string, padding: '' | '='): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  const again = bytes.toString('base64');
  if ((padding ? again : again.replace(/=+$/, '')) !== text) throw damaged('its base64');
  return new Uint8Array(bytes);
}

function dearmored(file: Uint8Array): Uint8Array {
  const lines = latin1(file).trim().split(/\r?\n/);
  if (lines[0] !== ARMOR[0]) return file;
  const body = lines.slice(1, -1);
  const whole = body.slice(0, -1).every(({ length }) => length === 64);
  const rest = body.at(-1)?.length ?? 0;
  if (lines.at(-1) !== ARMOR[1] || !whole || rest === 0 || rest > 64) throw damaged('its armor');
  return base64(body.join(''), '=');
}

/** Takes a file apart and finds out what it can be opened with. */
export function parseAge(file: Uint8Array): AgeFile {
  const binary = dearmored(file);
  const text = latin1(binary);
  const macAt = text.indexOf('\n--- ') + 1;
  const end = text.indexOf('\n', macAt);
  if (!text.startsWith(`${VERSION}\n`) || macAt === 0 || end < 0) throw damaged('its header');
  const stanzas: { words: string[]; lines: string[] }[] = [];
  // A stanza's last line is shorter than 64 characters, empty if need be.
  const complete = () => (stanzas.at(-1)?.lines.at(-1)?.length ?? 64) < 64;
  for (const line of text.slice(VERSION.length + 1, macAt - 1).split('\n')) {
    const begins = line.startsWith('-> ');
    const fits = begins ? /^->( [!-~]+)+$/.test(line) : line.length <= 64;
    if (!fits || begins !== (stanzas.length === 0 || complete())) throw damaged('its header');
    if (begins) stanzas.push({ words: line.split(' ').slice(1), lines: [] });
    else stanzas.at(-1)!.lines.push(line);
  }
  if (!complete()) throw damaged('its header');
  const kinds = stanzas.map(({ words }) => words[0]!);
  // Beside a passphrase no other stanza may stand, says age.
  const opens = kinds.includes('X25519') && !kinds.includes('scrypt') ? 'identity' : undefined;
  return {
    opens: kinds[0] === 'scrypt' && kinds.length === 1 ? 'passphrase' : opens,
    kinds: [...new Set(kinds)].join(', '),
    stanzas: stanzas.map(({ words, lines }) => ({ words, body: base64(lines.join(''), '') })),
    head: binary.slice(0, macAt + 3),
    mac: base64(text.slice(macAt + 4, end), ''),
    payload: binary.slice(end + 1),
  };
}

/** Decrypts a file. Nothing of it is believed before its MAC, and no chunk before its tag. */
export function openAge(file: AgeFile, secret: AgeSecret): Uint8Array {
  const fileKey =
    'passphrase' in secret
      ? fromPassphrase(file.stanzas[0]!, secret.passphrase)
      : fromIdentity(file.stanzas, secret.identity);
  if (!fileKey)
    throw new Trouble(
      'wrong-secret',
      'passphrase' in secret
        ? 'The age file does not open with this passphrase.'
        : 'The age file was not encrypted to this identity.',
      'Try again; capitals and spaces count. If it is surely right, the file is damaged.',
    );
  const mac = createHmac('sha256', hkdf(fileKey, new Uint8Array(0), 'header', 32));
  if (!equal(mac.update(file.head).digest(), file.mac)) throw damaged('its header');
  const nonce = file.payload.slice(0, 16);
  if (nonce.length < 16) throw damaged('it ends too early');
  return stream(hkdf(fileKey, nonce, 'payload', 32), file.payload.slice(16));
}

const hkdf = (key: Uint8Array, salt: Uint8Array, info: string, length: number): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', key, salt, info, length));

function fromPassphrase({ words, body }: Stanza, passphrase: string): Uint8Array | undefined {
  const [, salt = '', factor = ''] = words;
  if (words.length !== 3 || !/^[1-9][0-9]?$/.test(factor)) throw damaged('its header');
  const log2 = Number(factor);
  if (log2 > MAX_WORK_FACTOR)
    throw new Trouble(
      'work-factor',
      `The age file demands 2^${log2} steps of scrypt for its passphrase, and Conclave never wrote such a file.`,
      'Look whether it is the right file; the age program opens it if it is.',
    );
  const bytes = base64(salt, '');
  if (bytes.length !== 16) throw damaged('its header');
  const N = 2 ** log2;
  const key = scryptSync(passphrase, concat(utf8(`${VERSION}/scrypt`), bytes), 32, {
    ...{ N, r: 8, p: 1 },
    maxmem: 1024 * N + 2 ** 24,
  });
  return unwrapped(key, body);
}

/** An X25519 key of node:crypto from 32 bytes: they follow a fixed DER head. */
const privateKey = (bytes: Uint8Array): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([fromHex('302e020100300506032b656e04220420'), bytes]),
    ...{ format: 'der', type: 'pkcs8' },
  });
const publicHead = fromHex('302a300506032b656e032100');
const publicKey = (bytes: Uint8Array): KeyObject =>
  createPublicKey({
    key: Buffer.concat([publicHead, bytes]),
    ...{ format: 'der', type: 'spki' },
  });

/** The file key, by the first of the identities, one a line, that a stanza is for. */
function fromIdentity(stanzas: readonly Stanza[], text: string): Uint8Array | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  for (const identity of lines.filter((line) => line !== '' && !line.startsWith('#'))) {
    const own = privateKey(identityBytes(identity));
    const spki = createPublicKey(own).export({ format: 'der', type: 'spki' });
    const recipient = spki.subarray(publicHead.length);
    for (const { words, body } of stanzas) {
      if (words[0] !== 'X25519') continue;
      const theirs = base64(words[1] ?? '', '');
      if (words.length !== 2 || theirs.length !== 32) throw damaged('its header');
      const salt = concat(theirs, recipient);
      const fileKey = unwrapped(hkdf(agreed(own, theirs), salt, `${VERSION}/X25519`, 32), body);
      if (fileKey) return fileKey;
    }
  }
  return undefined;
}

function identityBytes(identity: string): Uint8Array {
  const read = bech32.decode(identity);
  const bytes = read && bech32.regroup(read.values, 5, 8, false);
  const fits = read?.prefix === 'age-secret-key-' && read.constant === bech32.BECH32;
  if (fits && bytes?.length === 32) return Uint8Array.from(bytes);
  throw new Trouble(
    'identity-invalid',
    'This is no identity AGE-SECRET-KEY-1… of the age program.',
    'Give the file that age-keygen wrote. For AGE-SECRET-KEY-PQ-1…, decrypt with the age program (1.3 or later) and give what it writes.',
  );
}

function agreed(own: KeyObject, theirs: Uint8Array): Uint8Array {
  try {
    return diffieHellman({ privateKey: own, publicKey: publicKey(theirs) });
  } catch {
    throw damaged('its header'); // a point of small order
  }
}

/** The file key, 16 bytes; undefined where the wrapping key is another. */
function unwrapped(key: Uint8Array, body: Uint8Array): Uint8Array | undefined {
  if (body.length !== 32) throw damaged('its header');
  return chacha(key, new Uint8Array(12), body);
}

function chacha(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  const cipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
  cipher.setAuthTag(sealed.subarray(-16));
  try {
    return concat(cipher.update(sealed.subarray(0, -16)), cipher.final());
  } catch {
    return undefined; // another key, or another text
  }
}

/** STREAM: chunks of 64 KiB, each with its number; the last says that it is. */
function stream(key: Uint8Array, sealed: Uint8Array): Uint8Array {
  const plain: Uint8Array[] = [];
  for (let at = 0, number = 0; ; number++) {
    const chunk = sealed.subarray(at, (at += CHUNK + 16));
    const last = at >= sealed.length;
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32BE(number, 7);
    nonce[11] = last ? 1 : 0;
    const opened = chunk.length < 16 ? undefined : chacha(key, nonce, chunk);
    if (!opened || (opened.length === 0 && number > 0)) throw damaged('what it holds');
    plain.push(opened);
    if (last) return concat(...plain);
  }
}
