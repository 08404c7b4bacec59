import { equal, fromHex, toHex, type Bytes } from '../crypto/bytes.ts';
import { isFault, type Fault } from '../crypto/faults.ts';
import type { Group } from '../wasm/group.ts';
import { addressOfScript, type AddressNetwork } from './address.ts';
import { branches, branchOf, outputAt, type Path } from './branches.ts';
import { MAX_SAT } from './spend.ts';

/** An unspent output of the group's. */
export interface Coin {
  /** 32 bytes, as they stand in transactions; shown reversed. */
  readonly txid: Bytes;
  readonly vout: number;
  /** In sat. */
  readonly amount: number;
  /** Where its key is derived; its script was derived from there and is the same. */
  readonly path: Path;
  /** In blocks; 0 where it is in none. */
  readonly confirmations: number;
}

/** Why an entry of the list is not among the coins. */
export type SkipReason = 'malformed' | 'amount' | 'foreign' | 'wrong-network' | 'duplicate';

/** An entry that was left out. */
export interface SkippedCoin {
  /** Its place in the list, from 0. */
  readonly entry: number;
  /** `txid:vout` as the list has them, where they are well formed. */
  readonly outpoint: string | undefined;
  readonly why: SkipReason;
}

/** What keeps a text from being a list of coins. */
export type CoinListProblem = 'too-large' | 'not-a-list';

/**
 * So many blocks deep a transaction counts as final: that a longer chain takes its block away is not
 * reckoned with any more.
 */
export const FINAL_DEPTH = 6;

/** The longest text, in UTF-16 units; Bitcoin Core writes less than 1000 for each coin. */
const MAX_LENGTH = 4_000_000;
/** The most coins in one list. */
export const MAX_COINS = 4000;

/** How many addresses of each growing branch are tried for a coin that does not name its path. */
const GAP = 20;

/**
 * Reads what Bitcoin Core's `listunspent` printed, from any source: what it says is checked against
 * the key or, for amounts, by everybody who signs (BIP 341: a wrong one makes the signature invalid).
 * Each entry is a coin, or is skipped for a reason.
 *
 * A coin's path is the one in its descriptor `tr([…/0/7]…)` if the script derived there is the coin's;
 * else it is looked for among the first addresses of each branch and those of `deposits`.
 *
 * Faults: those of `outputAt`, for the threshold key (33 bytes) itself.
 */
export function readCoins(
  group: Group,
  network: AddressNetwork,
  threshPk: Uint8Array,
  json: string,
  deposits: readonly Path[],
): { coins: readonly Coin[]; skipped: readonly SkippedCoin[] } | CoinListProblem | Fault {
  const first = outputAt(group, threshPk, [branches.receive, 0]);
  if (isFault(first)) return first;
  if (json.length > MAX_LENGTH) return 'too-large';
  const entries = parsed(json);
  if (!Array.isArray(entries)) return 'not-a-list';
  if (entries.length > MAX_COINS) return 'too-large';

  const pathTo = finder(group, threshPk, deposits);
  const coins = new Map<string, Coin>();
  const skipped: SkippedCoin[] = [];
  for (const [entry, value] of entries.entries()) {
    const outpoint = outpointOf(value);
    const read =
      outpoint && coins.has(outpoint) ? 'duplicate' : readCoin(network, pathTo, value, outpoint);
    if (typeof read === 'string') skipped.push({ entry, outpoint, why: read });
    else coins.set(outpoint!, read);
  }
  return { coins: [...coins.values()], skipped };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // JSON.parse throws on what is not JSON
  }
}

type Fields = Partial<Record<string, unknown>>;
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? value : {};

/** An integer from 0 to `max`; not −0, which JSON can say and a request cannot. */
const isCount = (value: unknown, max: number): value is number =>
  Number.isInteger(value) && !Object.is(value, -0) && Number(value) >= 0 && Number(value) <= max;

function outpointOf(value: unknown): string | undefined {
  const { txid, vout } = fieldsOf(value);
  const wellFormed = typeof txid === 'string' && /^[0-9a-f]{64}$/.test(txid);
  return wellFormed && isCount(vout, 0xffff_ffff) ? `${txid}:${vout}` : undefined;
}

function readCoin(
  network: AddressNetwork,
  pathTo: (script: Uint8Array, hint: Path | undefined) => Path | undefined,
  value: unknown,
  outpoint: string | undefined,
): Coin | SkipReason {
  const { scriptPubKey, address, desc, confirmations, ...rest } = fieldsOf(value);
  const script = typeof scriptPubKey === 'string' ? fromHex(scriptPubKey) : undefined;
  if (!outpoint || !script || !isCount(confirmations, 0xffff_ffff)) return 'malformed';
  const path = pathTo(script, pathIn(desc));
  if (!path) return 'foreign';
  if (address !== addressOfScript(network, script)) return 'wrong-network';
  const amount = satOf(rest['amount']);
  if (amount === undefined) return 'amount';
  const [txid, vout] = outpoint.split(':') as [string, string];
  return { txid: fromHex(txid)!.reverse(), vout: Number(vout), amount, path, confirmations };
}

/** The path after the fingerprint in `tr([fingerprint/…]…)`: a hint, nothing else in it is looked at. */
function pathIn(descriptor: unknown): Path | undefined {
  if (typeof descriptor !== 'string') return undefined;
  const origin = /^tr\(\[[0-9a-f]{8}((?:\/\d{1,10}){2,9})\]/.exec(descriptor);
  return origin?.[1]!.slice(1).split('/').map(Number);
}

/** Looks for the path of a script: at the hint first, then among the known ones. */
function finder(group: Group, threshPk: Uint8Array, deposits: readonly Path[]) {
  // Where no key exists at a path (a hint may be hardened), no output lies there.
  const scriptAt = (path: Path): Bytes | undefined => {
    const output = outputAt(group, threshPk, path);
    return isFault(output) ? undefined : output.script;
  };
  let known: ReadonlyMap<string, Path> | undefined;
  return (script: Uint8Array, hint: Path | undefined): Path | undefined => {
    const there = hint && branchOf(hint) && scriptAt(hint);
    if (there && equal(there, script)) return hint;
    known ??= new Map(
      [...growing(), ...deposits].flatMap((path) => {
        const own = scriptAt(path);
        return own ? [[toHex(own), path] as const] : [];
      }),
    );
    return known.get(toHex(script));
  };
}

const growing = (): Path[] =>
  [branches.receive, branches.change, branches.fees].flatMap((branch) =>
    Array.from({ length: GAP }, (_, index) => [branch, index]),
  );

/**
 * The sat in an amount in BTC as JSON.parse reads it; undefined for anything that is not a whole
 * number of sat, from 1 to all bitcoin.
 *
 * This is exact although JSON.parse rounds. Let the text say k sat, with k ≤ 2.1·10¹⁵ < 2⁵¹. Reading
 * it and multiplying by 10⁸ each err by a factor of at most 1 ± 2⁻⁵³, together by less than
 * k·2⁻⁵² + 2⁻⁵⁵ < 0.47, so rounding gives k. And since k and 10⁸ are themselves exact, k / 10⁸ is the
 * number next to the text's value, which is what was read. A text that says a fraction of a sat is read
 * as another number and refused, unless it is so close to a whole sat (0.2 sat at 21 million BTC,
 * 10⁻⁸ sat at 1 BTC) that no program that reads numbers so could tell.
 */
export function satOf(btc: unknown): number | undefined {
  if (typeof btc !== 'number') return undefined;
  const sat = Math.round(btc * 1e8);
  return sat >= 1 && sat <= MAX_SAT && sat / 1e8 === btc ? sat : undefined;
}
