/** Bech32 (BIP 173) and bech32m (BIP 350). */

const CHARACTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
export const BECH32 = 1;
export const BECH32M = 0x2bc830a3;

function checksumOf(prefix: string, values: readonly number[]): number {
  const letters = Array.from(prefix, (letter) => letter.charCodeAt(0));
  let state = 1;
  for (const v of [...letters.map((c) => c >> 5), 0, ...letters.map((c) => c & 31), ...values]) {
    const top = state >>> 25;
    state = ((state & 0x1ffffff) << 5) ^ v;
    for (const [bit, term] of GENERATOR.entries()) if ((top >> bit) & 1) state ^= term;
  }
  return state >>> 0;
}

/** Numbers of `from` bits cut anew into such of `to` bits. */
export function regroup(
  values: Iterable<number>,
  from: number,
  to: number,
  pad: boolean,
): number[] | undefined {
  const out: number[] = [];
  let [bits, have] = [0, 0];
  for (const value of values) {
    bits = ((bits << from) | value) & 0xffff;
    for (have += from; have >= to;) out.push((bits >> (have -= to)) & (2 ** to - 1));
  }
  const rest = bits & (2 ** have - 1);
  if (pad && have > 0) out.push(rest << (to - have));
  return pad || (have < from && rest === 0) ? out : undefined;
}

export function encode(prefix: string, values: readonly number[], constant: number): string {
  const state = checksumOf(prefix, [...values, 0, 0, 0, 0, 0, 0]) ^ constant;
  const check = [25, 20, 15, 10, 5, 0].map((shift) => (state >>> shift) & 31);
  return `${prefix}1${[...values, ...check].map((value) => CHARACTERS[value]).join('')}`;
}

/** Prefix, values of 5 bits and which checksum; undefined for anything else. */
export function decode(
  text: string,
): { prefix: string; values: number[]; constant: number } | undefined {
  const lower = text.toLowerCase();
  if (text !== lower && text !== text.toUpperCase()) return undefined;
  const cut = lower.lastIndexOf('1');
  const [prefix, values] = [
    lower.slice(0, cut),
    Array.from(lower.slice(cut + 1), (letter) => CHARACTERS.indexOf(letter)),
  ];
  if (cut < 1 || values.length < 6 || values.includes(-1)) return undefined;
  const constant = checksumOf(prefix, values);
  return { prefix, values: values.slice(0, -6), constant };
}
