import { ripemd160 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { createBase58check } from '@scure/base';
import { concat, fromHex, toHex, type Bytes } from '../crypto/bytes.ts';
import type { AddressNetwork } from './address.ts';
import { branches, CHAIN_CODE, type Path } from './branches.ts';

/*
 * What other programs need to watch the group's bitcoin without being able to spend it: output
 * descriptors (BIP 380, BIP 386, BIP 389) below the custody key. Nothing in them is secret, but who
 * has them sees every payment.
 */

const base58check = createBase58check(sha256);

/** BIP 32's fingerprint of the threshold key (33 bytes): the first 4 bytes of its HASH160. */
export const fingerprintOf = (threshPk: Uint8Array): Bytes =>
  ripemd160(sha256(threshPk)).slice(0, 4);

/**
 * The threshold key (33 bytes) with the fixed chain code as an extended public key (BIP 32) that is
 * its own root: depth, parent's fingerprint and child number are zero. `xpub…` on mainnet, `tpub…`
 * elsewhere.
 */
export function xpubOf(network: AddressNetwork, threshPk: Uint8Array): string {
  const version = fromHex(network === 'mainnet' ? '0488b21e' : '043587cf')!;
  return base58check.encode(concat(version, new Uint8Array(9), CHAIN_CODE, threshPk));
}

/**
 * The descriptors of the branches that grow by themselves: `main` holds receive and change, `fees`
 * the fee reservoir. Each has its checksum.
 */
export function descriptorsOf(
  network: AddressNetwork,
  threshPk: Uint8Array,
): { main: string; fees: string } {
  const { receive, change, fees } = branches;
  return {
    main: descriptor(network, threshPk, `<${receive};${change}>/*`),
    fees: descriptor(network, threshPk, `${fees}/*`),
  };
}

/** The descriptor of one issued deposit address, with its checksum. `path`: see `depositPath`. */
export const depositDescriptor = (
  network: AddressNetwork,
  threshPk: Uint8Array,
  path: Path,
): string => descriptor(network, threshPk, path.join('/'));

/** Origin and key both name the threshold key: some programs refuse a key without an origin. */
function descriptor(network: AddressNetwork, threshPk: Uint8Array, below: string): string {
  const origin = toHex(fingerprintOf(threshPk));
  const text = `tr([${origin}]${xpubOf(network, threshPk)}/${below})`;
  return `${text}#${descriptorChecksum(text)!}`;
}

/** BIP 380: which characters a descriptor may have, in the order that the checksum counts them. */
const INPUT =
  '0123456789()[],\'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~ijklmnopqrstuvwxyzABCDEFGH`#"\\ ';
const OUTPUT = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0xf5dee51989n, 0xa9fdca3312n, 0x1bab10e32dn, 0x3706b1677an, 0x644d626ffdn];

/**
 * The 8 characters after the `#` of a descriptor (BIP 380); undefined where the text has a character
 * that no descriptor has.
 */
export function descriptorChecksum(text: string): string | undefined {
  const places = Array.from(text, (character) => INPUT.indexOf(character));
  if (places.includes(-1)) return undefined;
  // After every three characters, and at the end, stands what each place lacks above its lower 5 bits.
  const symbols: number[] = [];
  for (let i = 0; i < places.length; i += 3) {
    const three = places.slice(i, i + 3);
    symbols.push(...three.map((place) => place & 31));
    symbols.push(three.reduce((above, place) => 3 * above + (place >> 5), 0));
  }
  let state = 1n;
  for (const symbol of [...symbols, 0, 0, 0, 0, 0, 0, 0, 0]) {
    const top = state >> 35n;
    state = ((state & 0x7ffffffffn) << 5n) ^ BigInt(symbol);
    for (const [bit, term] of GENERATOR.entries()) if ((top >> BigInt(bit)) & 1n) state ^= term;
  }
  state ^= 1n;
  return Array.from(
    { length: 8 },
    (_, i) => OUTPUT[Number((state >> BigInt(35 - 5 * i)) & 31n)],
  ).join('');
}
