/*
 * Files in the age format (age-encryption.org/v1), encrypted to a passphrase and armored, as the
 * ordinary `age` program writes and reads them. Passphrases are strings, because the library takes
 * strings: they cannot be wiped and stay in memory until the browser collects them.
 */
import { armor, Decrypter, Encrypter } from 'age-encryption';
import type { Bytes } from '../crypto/bytes.ts';
import { MAX_FILE, type AgeFault, type AgeFaultName } from './age-report.ts';

/** The largest plaintext that is sealed, in bytes: its armored file stays below `MAX_FILE`. */
export const MAX_PLAIN = 700_000;

/** log₂ of scrypt's cost: 256 MiB and about a second for each guess. */
const WORK_FACTOR = 18;

/** A file may demand 1 GiB for its passphrase, and no more: a browser has no more to give. */
const MAX_WORK_FACTOR = 20;

const fault = (name: AgeFaultName, detail = ''): AgeFault => Object.freeze({ fault: name, detail });

/**
 * Encrypts to a passphrase; the file is text that ends with a newline.
 * @param plain at most `MAX_PLAIN` bytes; the caller wipes it
 * @param workFactor log₂ of scrypt's cost; lower only in tests
 * @throws RangeError where `plain` is longer
 */
export async function sealAge(
  plain: Bytes,
  passphrase: string,
  workFactor = WORK_FACTOR,
): Promise<string> {
  if (plain.length > MAX_PLAIN) throw new RangeError('The plaintext is too long for an age file.');
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(workFactor);
  return armor.encode(await encrypter.encrypt(plain));
}

/** The whole header of a file that is encrypted to one passphrase. */
const HEADER =
  /^age-encryption\.org\/v1\n-> scrypt [A-Za-z0-9+/]{22} ([1-9][0-9]*)\n[A-Za-z0-9+/]{43}\n--- [A-Za-z0-9+/]{43}\n/;
const VERSION_LINE = 'age-encryption.org/v1\n';
const ARMOR = '-----BEGIN AGE ENCRYPTED FILE-----';

/**
 * Decrypts an age file, armored or not. Nothing is computed before the header was found to be that
 * of one passphrase at a bearable cost. The caller wipes the plaintext.
 */
export async function openAge(file: string | Bytes, passphrase: string): Promise<Bytes | AgeFault> {
  if (file.length > MAX_FILE) return fault('file-too-large');
  const binary = dearmored(file);
  if (!(binary instanceof Uint8Array)) return binary;

  const head = latin1(binary.subarray(0, 1024));
  if (!head.startsWith(VERSION_LINE)) return fault('not-an-age-file');
  const header = HEADER.exec(head);
  if (!header) return notOurHeader(head);
  if (Number(header[1]) > MAX_WORK_FACTOR) return fault('work-factor', header[1]);

  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return (await decrypter.decrypt(binary)) as Bytes;
  } catch (error) {
    const noMatch = error instanceof Error && error.message.startsWith('no identity matched');
    return fault(noMatch ? 'wrong-passphrase' : 'file-damaged');
  }
}

/** The binary file. Armor is recognised by its first line; whitespace may stand around it. */
function dearmored(file: string | Bytes): Bytes | AgeFault {
  const text = typeof file === 'string' ? file : latin1(file);
  if (!text.trimStart().startsWith(ARMOR))
    return typeof file === 'string' ? fault('not-an-age-file') : file;
  try {
    return armor.decode(text) as Bytes;
  } catch {
    return fault('file-damaged');
  }
}

/** A header of the right version with another first stanza, or with several, is not damaged. */
function notOurHeader(head: string): AgeFault {
  const stanzas = head.match(/^-> \S+/gm) ?? [];
  const other = stanzas.length > 1 || stanzas.some((stanza) => stanza !== '-> scrypt');
  return fault(other ? 'not-for-a-passphrase' : 'file-damaged');
}

const latin1 = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);
