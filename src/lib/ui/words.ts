/** How bytes are shown to be compared by people. */
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';

/** 32 bytes as 24 BIP-39 words (the last carries 8 bits of checksum). */
export const wordsOf = (bytes: Uint8Array): string[] =>
  entropyToMnemonic(bytes, wordlist).split(' ');

/** The 32 bytes of such words, in any case and spacing; undefined where they are none. */
export function bytesOfWords(typed: string): Uint8Array<ArrayBuffer> | undefined {
  const words = typed.trim().toLowerCase().split(/\s+/);
  if (words.length !== 24) return undefined;
  try {
    return Uint8Array.from(mnemonicToEntropy(words.join(' '), wordlist));
  } catch {
    return undefined; // a word that is not in the list, or the checksum
  }
}

/** Bytes as lower-case hex in groups of 4 digits; the last may be shorter. */
export const chunksOf = (bytes: Uint8Array): string[] => hexOf(bytes).match(/.{1,4}/g) ?? [];

/** Bytes as lower-case hex. */
export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Hex as bytes; the digits must come in pairs. */
export const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
