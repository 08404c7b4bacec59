/** Where the group's bitcoin lies, and addresses (docs/formats.md §12). */
import { createHmac } from 'node:crypto';
import * as bech32 from './bech32.ts';
import { be32, concat, fromHex, hash160, hex, sha256, tagged, utf8 } from './bytes.ts';
import { custodyCurve, isOdd, liftX, mod, xOf } from './curves.ts';
import type { Network } from './files.ts';

const CHAIN_CODE = fromHex('868087ca02a6f974c4598924c36b57762d32cb45717167e300622c7167e38965');
export const RECEIVE = 0;
export const CHANGE = 1;
export const DEPOSIT = 2;
export const FEES = 3;

/** An output of the group's, with what turns shares of the threshold key into shares of its key. */
export interface Output {
  readonly path: readonly number[];
  readonly script: Uint8Array;
  /** x(Q), 32 bytes. */
  readonly key: Uint8Array;
  /** g₁·g₂, and g₂·(g₁·b + τ). */
  readonly sign: bigint;
  readonly tweak: bigint;
}

/** The output at a path below the threshold key. */
export function outputAt(threshPk: Uint8Array, path: readonly number[]): Output {
  const { add, times, base, number, order } = custodyCurve;
  let [P, chainCode, b] = [custodyCurve.decode(threshPk)!, CHAIN_CODE, 0n];
  for (const step of path) {
    const hmac = createHmac('sha512', chainCode).update(custodyCurve.encode(P)).update(be32(step));
    const I = new Uint8Array(hmac.digest());
    const tweak = number(I.slice(0, 32));
    P = add(P, times(tweak, base));
    b = mod(b + tweak, order);
    chainCode = I.slice(32);
  }
  const g1 = isOdd(P) ? -1n : 1n;
  const tau = number(tagged('TapTweak', xOf(P)));
  const Q = add(liftX(xOf(P))!, times(tau, base));
  const g2 = isOdd(Q) ? -1n : 1n;
  return {
    ...{ path, key: xOf(Q), script: concat(Uint8Array.of(0x51, 32), xOf(Q)) },
    ...{ sign: g1 * g2, tweak: mod(g2 * (g1 * b + tau), order) },
  };
}

export function depositPath(network: Network, recipient: Uint8Array, index: number): number[] {
  const hash = tagged('Conclave/deposit address v1', recipient, be32(index), utf8(network));
  const bits = BigInt(`0x${hex(hash)}`) >> 8n;
  const chunk = (i: number) => Number((bits >> BigInt(31 * (7 - i))) & 0x7fffffffn);
  return [DEPOSIT, ...Array.from({ length: 8 }, (_, i) => chunk(i))];
}

const prefixes = { mainnet: 'bc', testnet4: 'tb', signet: 'tb', regtest: 'bcrt' };
const isTest = (network: Network): boolean => network !== 'mainnet';

/** The address of a Taproot output. */
export const addressOf = (network: Network, { key }: Output): string =>
  bech32.encode(prefixes[network], [1, ...bech32.regroup(key, 8, 5, true)!], bech32.BECH32M);

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const base58Check = (payload: Uint8Array) => sha256(sha256(payload)).slice(0, 4);

function toBase58(payload: Uint8Array): string {
  const bytes = concat(payload, base58Check(payload));
  let [text, rest] = ['', BigInt(`0x${hex(bytes)}`)];
  for (; rest > 0n; rest /= 58n) text = BASE58[Number(rest % 58n)]! + text;
  return '1'.repeat(bytes.findIndex((byte) => byte !== 0)) + text;
}

/** The 21 bytes of an address; undefined for anything else. */
function fromBase58(text: string): Uint8Array | undefined {
  const digits = Array.from(text, (letter) => BASE58.indexOf(letter));
  if (digits.includes(-1) || text.length > 40) return undefined;
  const number = digits.reduce((sum, digit) => sum * 58n + BigInt(digit), 0n);
  const bytes = fromHex(number.toString(16).padStart(50, '0'));
  const payload = bytes.slice(0, 21);
  return bytes.length === 25 && toBase58(payload) === text ? payload : undefined;
}

/** The script that an address of the network pays to; undefined where there is none to pay to. */
export function scriptOf(network: Network, address: string): Uint8Array | undefined {
  const payload = fromBase58(address);
  const hash = payload?.slice(1);
  if (hash && payload?.[0] === (isTest(network) ? 0x6f : 0))
    return concat(fromHex('76a914'), hash, fromHex('88ac'));
  if (hash && payload?.[0] === (isTest(network) ? 0xc4 : 5))
    return concat(fromHex('a914'), hash, fromHex('87'));
  const read = bech32.decode(address);
  if (read?.prefix !== prefixes[network] || address.length > 90) return undefined;
  const [version, ...values] = read.values;
  const program = Uint8Array.from(bech32.regroup(values, 5, 8, false) ?? []);
  if (version === 0 && read.constant === bech32.BECH32 && [20, 32].includes(program.length))
    return concat(Uint8Array.of(0, program.length), program);
  // A key that is no point could never be spent; of later versions nobody knows who can spend them.
  const taproot = version === 1 && read.constant === bech32.BECH32M && program.length === 32;
  return taproot && liftX(program) ? concat(Uint8Array.of(0x51, 32), program) : undefined;
}

/** Below so many sat Bitcoin Core does not pass an output on. */
export const dustOf = (script: Uint8Array): number =>
  3 * (9 + script.length + (script[0] === 0x76 || script[0] === 0xa9 ? 148 : 67));

/** `tr([fingerprint]xpub/<below>)` with its checksum (BIP 380). */
export function descriptor(network: Network, threshPk: Uint8Array, below: string): string {
  const version = fromHex(isTest(network) ? '043587cf' : '0488b21e');
  const xpub = toBase58(concat(version, new Uint8Array(9), CHAIN_CODE, threshPk));
  const text = `tr([${fingerprint(threshPk)}]${xpub}/${below})`;
  return `${text}#${checksum(text)}`;
}

/** Of the threshold key, as BIP 32 has it: 8 hex digits. */
export const fingerprint = (threshPk: Uint8Array): string => hex(hash160(threshPk).slice(0, 4));

const INPUT =
  '0123456789()[],\'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~ijklmnopqrstuvwxyzABCDEFGH`#"\\ ';
const OUTPUT = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0xf5dee51989n, 0xa9fdca3312n, 0x1bab10e32dn, 0x3706b1677an, 0x644d626ffdn];

function checksum(text: string): string {
  const places = Array.from(text, (letter) => INPUT.indexOf(letter));
  const symbols: number[] = [];
  for (let i = 0; i < places.length; i += 3) {
    const three = places.slice(i, i + 3);
    symbols.push(...three.map((place) => place & 31));
    symbols.push(three.reduce((sum, place) => 3 * sum + (place >> 5), 0));
  }
  let state = 1n;
  for (const symbol of [...symbols, ...new Array<number>(8).fill(0)]) {
    const top = state >> 35n;
    state = ((state & 0x7ffffffffn) << 5n) ^ BigInt(symbol);
    for (const [bit, term] of GENERATOR.entries()) if ((top >> BigInt(bit)) & 1n) state ^= term;
  }
  const sum = state ^ 1n;
  const at = (i: number) => OUTPUT[Number((sum >> BigInt(35 - 5 * i)) & 31n)];
  return Array.from({ length: 8 }, (_, i) => at(i)).join('');
}
