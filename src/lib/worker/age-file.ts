/*
 * Files in the age format (age-encryption.org/v1), armored, as the ordinary `age` program writes
 * and reads them: encrypted to a passphrase, or to recipients who open them with their identities.
 * Passphrases and identities are strings, because the library takes strings: they cannot be wiped
 * and stay in memory until the browser collects them.
 */
import { armor, Decrypter, Encrypter } from 'age-encryption';
import type { Bytes } from '../crypto/bytes.ts';
import { notForIdentity, notForPassphrase } from './age-header.ts';
import { ageFault, MAX_FILE, MAX_RECIPIENTS, type AgeFault } from './age-report.ts';

/**
 * The largest plaintext that is sealed, in bytes: its armored file stays below `MAX_FILE`, for
 * `MAX_RECIPIENTS` too.
 */
export const MAX_PLAIN = 700_000;

/** log₂ of scrypt's cost: 256 MiB and about a second for each guess. */
const WORK_FACTOR = 18;

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
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(workFactor);
  return sealed(encrypter, plain);
}

/** X25519: 32 bytes. */
const CLASSICAL = /^age1[02-9ac-hj-np-z]{58}$/;

/** ML-KEM-768 and X25519: 1216 bytes. */
const HYBRID = /^age1pq1[02-9ac-hj-np-z]{1952}$/;

/**
 * Encrypts to recipients, any one of whom can open the file; it is text that ends with a newline.
 * One classical recipient would give a quantum computer what the others keep from it, so they are
 * of one kind.
 * @param plain at most `MAX_PLAIN` bytes; the caller wipes it
 * @param recipients 1 to `MAX_RECIPIENTS`, all `age1…` or all `age1pq1…`, without spaces
 * @throws RangeError where `plain` is longer
 */
export async function sealAgeTo(
  plain: Bytes,
  recipients: readonly string[],
): Promise<string | AgeFault> {
  const count = recipients.length;
  if (count === 0 || count > MAX_RECIPIENTS) return ageFault('recipient-count', String(count));
  const encrypter = new Encrypter();
  for (const [i, recipient] of recipients.entries()) {
    if (!(await isSound(recipient))) return ageFault('recipient-invalid', String(i + 1));
    encrypter.addRecipient(recipient);
  }
  const hybrid = recipients.map((recipient) => HYBRID.test(recipient));
  const other = hybrid.findIndex((is) => is !== hybrid[0]);
  if (other > 0) return ageFault('mixed-recipients', String(other + 1));
  return sealed(encrypter, plain);
}

/** Some keys pass their checksum and are found useless only when something is encrypted to them. */
async function isSound(recipient: string): Promise<boolean> {
  if (!CLASSICAL.test(recipient) && !HYBRID.test(recipient)) return false;
  const trial = new Encrypter();
  try {
    trial.addRecipient(recipient);
    await trial.encrypt(new Uint8Array(0));
    return true;
  } catch {
    return false;
  }
}

async function sealed(encrypter: Encrypter, plain: Bytes): Promise<string> {
  if (plain.length > MAX_PLAIN) throw new RangeError('The plaintext is too long for an age file.');
  return armor.encode(await encrypter.encrypt(plain));
}

/**
 * Decrypts an age file, armored or not. Nothing is computed before the header was found to be that
 * of one passphrase at a bearable cost. The caller wipes the plaintext.
 */
export async function openAge(file: string | Bytes, passphrase: string): Promise<Bytes | AgeFault> {
  const binary = binaryOf(file);
  if ('fault' in binary) return binary;
  const refused = notForPassphrase(binary);
  if (refused) return refused;
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  return opened(decrypter, binary, 'wrong-passphrase');
}

/**
 * Decrypts an age file, armored or not, that was encrypted to recipients, whoever else is among
 * them and of whatever kind. Nothing is computed before the header was found to be that of a
 * bearable number of recipients. The caller wipes the plaintext.
 * @param identity `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…`, in capitals and without spaces
 */
export async function openAgeWith(
  file: string | Bytes,
  identity: string,
): Promise<Bytes | AgeFault> {
  const binary = binaryOf(file);
  if ('fault' in binary) return binary;
  const refused = notForIdentity(binary);
  if (refused) return refused;
  const decrypter = new Decrypter();
  try {
    decrypter.addIdentity(identity);
  } catch {
    return ageFault('identity-invalid');
  }
  return opened(decrypter, binary, 'wrong-identity');
}

async function opened(
  decrypter: Decrypter,
  binary: Bytes,
  noMatch: 'wrong-passphrase' | 'wrong-identity',
): Promise<Bytes | AgeFault> {
  try {
    return (await decrypter.decrypt(binary)) as Bytes;
  } catch (error) {
    const other = error instanceof Error && error.message.startsWith('no identity matched');
    return ageFault(other ? noMatch : 'file-damaged');
  }
}

const ARMOR = '-----BEGIN AGE ENCRYPTED FILE-----';

/** The binary file. Armor is recognised by its first line; whitespace may stand around it. */
function binaryOf(file: string | Bytes): Bytes | AgeFault {
  if (file.length > MAX_FILE) return ageFault('file-too-large');
  const text = typeof file === 'string' ? file : new TextDecoder('latin1').decode(file);
  if (!text.trimStart().startsWith(ARMOR))
    return typeof file === 'string' ? ageFault('not-an-age-file') : file;
  try {
    return armor.decode(text) as Bytes;
  } catch {
    return ageFault('file-damaged');
  }
}
