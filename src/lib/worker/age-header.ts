/** The header of an age file, looked at before anything is computed with it. */
import { ageFault, MAX_RECIPIENTS, type AgeFault } from './age-report.ts';

/** Longer than `MAX_RECIPIENTS` of the longest kind, the hybrid one with 1557 bytes. */
const MAX_HEADER = 2 ** 16;

/** A file may demand 1 GiB for its passphrase, and no more: a browser has no more to give. */
const MAX_WORK_FACTOR = 20;

const VERSION_LINE = 'age-encryption.org/v1\n';
const END = '\n--- ';

/** One stanza: its kind and arguments, then lines of base64 of which only the last is short. */
const STANZA = /^-> ([!-~]+)(?: [!-~]+)*\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n/;
const MAC_LINE = /^--- [A-Za-z0-9+/]{43}\n/;

const SCRYPT = /^-> scrypt [A-Za-z0-9+/]{22} ([1-9][0-9]*)\n[A-Za-z0-9+/]{43}\n$/;

/** Undefined where the header is that of one passphrase at a bearable cost. */
export function notForPassphrase(file: Uint8Array): AgeFault | undefined {
  const stanzas = stanzasOf(file);
  if ('fault' in stanzas) return stanzas;
  if (stanzas.length > 1 || stanzas[0]!.kind !== 'scrypt') return ageFault('not-for-a-passphrase');
  const cost = SCRYPT.exec(stanzas[0]!.text)?.[1];
  if (cost === undefined) return ageFault('file-damaged');
  return Number(cost) > MAX_WORK_FACTOR ? ageFault('work-factor', cost) : undefined;
}

/**
 * Undefined where the header may be opened with an identity. Stanzas of kinds that are not known
 * here stay, as age asks: other programs add them.
 */
export function notForIdentity(file: Uint8Array): AgeFault | undefined {
  const stanzas = stanzasOf(file);
  if ('fault' in stanzas) return stanzas;
  const passphrase = stanzas.some(({ kind }) => kind === 'scrypt');
  return passphrase ? ageFault('not-for-an-identity') : undefined;
}

interface Stanza {
  readonly kind: string;
  readonly text: string;
}

/** All stanzas of a header, one at least. */
function stanzasOf(file: Uint8Array): readonly Stanza[] | AgeFault {
  const head = new TextDecoder('latin1').decode(file.subarray(0, MAX_HEADER));
  if (!head.startsWith(VERSION_LINE)) return ageFault('not-an-age-file');
  if (!head.includes(END))
    return ageFault(file.length > MAX_HEADER ? 'header-too-large' : 'file-damaged');
  const stanzas: Stanza[] = [];
  let rest = head.slice(VERSION_LINE.length);
  for (let found; (found = STANZA.exec(rest)); rest = rest.slice(found[0].length)) {
    if (stanzas.length === MAX_RECIPIENTS) return ageFault('header-too-large');
    stanzas.push({ text: found[0], kind: found[1]! });
  }
  return stanzas.length > 0 && MAC_LINE.test(rest) ? stanzas : ageFault('file-damaged');
}
