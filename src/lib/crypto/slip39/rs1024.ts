/*
 * The checksum of SLIP-39: a Reed–Solomon code over GF(1024), three words of it. It finds any change
 * of up to three words for certain, and any other but for one in 2³⁰.
 */

/** How many words of a card are its checksum. */
export const CHECKSUM_WORDS = 3;

const generator = [
  0x00e0e040, 0x01c1c080, 0x03838100, 0x07070200, 0x0e0e0009, 0x1c0c2412, 0x38086c24, 0x3090fc48,
  0x21b1f890, 0x03f3f120,
];

/** The remainder, 30 bits. Masks instead of branches: the words are secret. */
function remainder(values: Iterable<number>): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 20;
    sum = ((sum & 0xfffff) << 10) ^ value;
    for (const [i, term] of generator.entries()) sum ^= term & -((top >>> i) & 1);
  }
  return sum;
}

/** What is hashed before the words, so that cards of the two kinds are not taken for each other. */
const customization = (extendable: boolean): Uint8Array =>
  new TextEncoder().encode(extendable ? 'shamir_extendable' : 'shamir');

/** The three numbers below 1024 that complete these. */
export function checksumOf(extendable: boolean, indices: Uint16Array): number[] {
  const sum =
    remainder([...customization(extendable), ...indices, ...new Uint16Array(CHECKSUM_WORDS)]) ^ 1;
  return [sum >>> 20, (sum >>> 10) & 1023, sum & 1023];
}

/** Whether the last three of these numbers complete the others. */
export const checksumHolds = (extendable: boolean, indices: Uint16Array): boolean =>
  remainder([...customization(extendable), ...indices]) === 1;
