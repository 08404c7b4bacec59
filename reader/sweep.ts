/** One transaction that pays everything to one address, signed with t shares (docs/formats.md §12). */
import { randomBytes } from 'node:crypto';
import { dustOf } from './bitcoin.ts';
import { be32, concat, fromHex, hex, le, sha256, tagged, tagged512 } from './bytes.ts';
import type { Coin } from './coins.ts';
import { challenge, custodyCurve, holds, isOdd, lagrange, mod, xOf, type Secp } from './curves.ts';
import { Trouble } from './terminal.ts';

/** A share of the custody key, and whose. */
export interface Signer {
  readonly index: number;
  readonly share: Uint8Array;
}

/** What will be signed. Amounts in sat. */
export interface Sweep {
  readonly coins: readonly Coin[];
  /** Coins that cost more than they bring. */
  readonly leftOut: readonly Coin[];
  readonly script: Uint8Array;
  readonly amount: number;
  readonly fee: number;
  readonly vsize: number;
}

const MAX_RATE = 2000;
const MAX_WEIGHT = 400_000;
const INPUT_VSIZE = 57.5;
const SEQUENCE = 0xffff_fffd; // the fee can be raised

const length = (count: number): Uint8Array =>
  count < 253 ? le(count, 1) : concat(Uint8Array.of(253), le(count, 2));

/** What is paid and what is not; `rate`: sat for each vB. */
export function planSweep(all: readonly Coin[], script: Uint8Array, rate: number): Sweep {
  const feeTrouble = (fault: string, cause: string) =>
    new Trouble(fault, cause, 'Give another --fee, or other coins.');
  if (!(rate >= 1 && rate <= MAX_RATE))
    throw feeTrouble('fee-rate', `A fee rate of ${rate} sat/vB is not from 1 to ${MAX_RATE}.`);
  const coins = all.filter(({ amount }) => amount > INPUT_VSIZE * rate);
  const leftOut = all.filter((coin) => !coins.includes(coin));
  const total = coins.reduce((sum, { amount }) => sum + amount, 0);
  const base = 4 + length(coins.length).length + 41 * coins.length + 1 + 9 + script.length + 4;
  const weight = 4 * base + 2 + 66 * coins.length;
  const vsize = Math.ceil(weight / 4);
  const fee = Math.ceil(vsize * rate);
  const amount = total - fee;
  if (weight > MAX_WEIGHT)
    throw new Trouble(
      'too-many-coins',
      `${coins.length} coins make a transaction that Bitcoin Core does not pass on.`,
      'Cut the list into parts of 1500 coins and sweep each.',
    );
  if (amount < dustOf(script))
    throw feeTrouble('dust', `After a fee of ${fee} sat nothing is left that could be paid.`);
  if (fee > amount)
    throw feeTrouble('fee-too-high', `The fee of ${fee} sat is more than what would be paid.`);
  return { coins, leftOut, script, amount, fee, vsize };
}

const outpoint = ({ txid, vout }: Coin) => concat(fromHex(txid).reverse(), le(vout, 4));
const withLength = (script: Uint8Array) => concat(length(script.length), script);
const paid = ({ amount, script }: Sweep) => concat(le(amount, 8), withLength(script));

/** The transaction; without signatures, what its id is the hash of. */
function serialized(sweep: Sweep, signatures: readonly Uint8Array[]): Uint8Array {
  const { coins } = sweep;
  const signed = signatures.length > 0;
  return concat(
    le(2, 4),
    Uint8Array.from(signed ? [0, 1] : []),
    length(coins.length),
    ...coins.map((coin) => concat(outpoint(coin), Uint8Array.of(0), le(SEQUENCE, 4))),
    Uint8Array.of(1),
    paid(sweep),
    ...signatures.map((signature) => concat(Uint8Array.of(1, 64), signature)),
    le(0, 4),
  );
}

export const txidOf = (sweep: Sweep): string =>
  hex(sha256(sha256(serialized(sweep, []))).reverse());

/** BIP 341: the key path, SIGHASH_DEFAULT, no annex. */
export function sighashOf(sweep: Sweep, input: number): Uint8Array {
  const { coins } = sweep;
  const each = (part: (coin: Coin) => Uint8Array) => sha256(...coins.map(part));
  return tagged(
    'TapSighash',
    Uint8Array.of(0, 0), // epoch, hash type
    concat(le(2, 4), le(0, 4)),
    each(outpoint),
    each(({ amount }) => le(amount, 8)),
    each(({ output }) => withLength(output.script)),
    each(() => le(SEQUENCE, 4)),
    sha256(paid(sweep)),
    Uint8Array.of(0), // spend type
    le(input, 4),
  );
}

/** The signed transaction, in hex. Every signature was verified. `signers`: exactly t. */
export function signSweep(sweep: Sweep, signers: readonly Signer[]): string {
  const signatures = sweep.coins.map((coin, input) => {
    const message = sighashOf(sweep, input);
    const signature = sign(coin, message, signers);
    if (holds(coin.output.key, message, signature)) return signature;
    throw new Trouble(
      'signature-wrong',
      `The signature of input ${input + 1} that was just made does not hold.`,
      'This machine computes wrongly; use another one.',
    );
  });
  return hex(serialized(sweep, signatures));
}

/** Each share signs by itself, with a nonce of its own; nothing here is the group's secret. */
function sign({ output }: Coin, message: Uint8Array, signers: readonly Signer[]): Uint8Array {
  const { order, base, number, add, times, scalar } = custodyCurve;
  const indices = signers.map(({ index }) => index);
  const nonces = signers.map(({ index, share }) => freshNonce(share, be32(index), message));
  const R = nonces.map((k) => times(k, base)).reduce((sum: Secp, point) => add(sum, point));
  const g0 = isOdd(R) ? -1n : 1n;
  const e = challenge(xOf(R), output.key, message);
  const parts = signers.map(({ index, share }, i) => {
    const lambda = lagrange(order, indices, index);
    return mod(g0 * nonces[i]! + e * output.sign * lambda * number(share), order);
  });
  const s = mod(
    parts.reduce((sum, part) => sum + part, e * output.tweak),
    order,
  );
  return concat(xOf(R), scalar(s));
}

/** Random, and a function of share and message too, should the machine's randomness be bad. */
const freshNonce = (share: Uint8Array, index: Uint8Array, message: Uint8Array): bigint =>
  mod(
    custodyCurve.number(
      tagged512('Conclave/reader nonce v1', randomBytes(32), share, index, message),
    ),
    custodyCurve.order,
  );
