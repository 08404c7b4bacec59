/** A list of coins: what Bitcoin Core's `listunspent` prints, or written by hand. */
import { DEPOSIT, CHANGE, FEES, RECEIVE, depositPath, outputAt, type Output } from './bitcoin.ts';
import { equal, fromHex, hex } from './bytes.ts';
import type { Content } from './files.ts';
import { Trouble } from './terminal.ts';

/** An unspent output of the group's. */
export interface Coin {
  /** As it is shown: 64 hex digits. */
  readonly txid: string;
  readonly vout: number;
  /** In sat. */
  readonly amount: number;
  readonly output: Output;
}

const MAX_SAT = 21e14;
/** How many addresses of each branch are tried for a coin that does not say its path. */
const GAP = 100;

/** Reads the list; ends the program where an entry is not a coin of the group's. */
export function readCoins(content: Content, json: string): Coin[] {
  const entries = parsed(json);
  if (!Array.isArray(entries) || entries.length === 0)
    throw new Trouble(
      'coins-malformed',
      'The list of coins is no list in JSON, or is empty.',
      'Give what “bitcoin-cli listunspent” prints.',
    );
  const find = finder(content);
  const coins = entries.map((entry: unknown, i) => readCoin(content, find, entry, i + 1));
  const names = coins.map(({ txid, vout }) => `${txid}:${vout}`);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return coins;
  throw new Trouble('coin-twice', `The coin ${twice} stands twice in the list.`, 'Take one out.');
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // what is not JSON
  }
}

type Entry = Partial<Record<string, unknown>>;

function readCoin(
  content: Content,
  find: (script: Uint8Array, hint: readonly number[] | undefined) => Output | undefined,
  value: unknown,
  number: number,
): Coin {
  const { txid, vout, amount, path, scriptPubKey, desc } = (value ?? {}) as Entry;
  const named =
    typeof txid === 'string' && /^[0-9a-f]{64}$/.test(txid) && Number.isInteger(vout)
      ? { txid, vout: Number(vout) }
      : undefined;
  if (!named || named.vout < 0 || named.vout > 0xffff_ffff)
    throw new Trouble(
      'coin-malformed',
      `Entry ${number} of the list of coins has no txid and vout.`,
      'Write them as Bitcoin Core does.',
    );
  const name = `The coin ${named.txid}:${named.vout}`;
  const sat = satOf(amount);
  if (sat === undefined)
    throw new Trouble(
      'coin-amount',
      `${name} has no amount in BTC, of whole satoshis.`,
      'Write it as a number, as Bitcoin Core does.',
    );
  const said = typeof path === 'string' ? pathOf(content, path) : undefined;
  const script = typeof scriptPubKey === 'string' ? fromHex(scriptPubKey) : undefined;
  if (path !== undefined && !said)
    throw new Trouble(
      'coin-path',
      `${name} says a path that no output of a group has.`,
      'Write 0/5, 1/5, 3/5, or 2/<recipient, 64 hex digits>/<index>.',
    );
  const output = said
    ? outputAt(content.recovery.keys.custody.threshPk, said)
    : script && find(script, hintOf(desc));
  if (!output || (script && !equal(script, output.script)))
    throw new Trouble(
      'coin-foreign',
      `${name} does not lie where this group’s key can spend it, as far as its path is known.`,
      'Give its path if you know it, or newer recovery files, which may name it; else take it out.',
    );
  return { ...named, amount: sat, output };
}

/** Whole satoshis in an amount in BTC. */
function satOf(btc: unknown): number | undefined {
  if (typeof btc !== 'number' || !(btc > 0)) return undefined;
  const sat = Math.round(btc * 1e8);
  return sat >= 1 && sat <= MAX_SAT && sat / 1e8 === btc ? sat : undefined;
}

/** `0/5`, `2/c1/…/c8`, or `2/<recipient>/<index>`. */
function pathOf({ network }: Content, text: string): readonly number[] | undefined {
  const deposit = /^(?:m\/)?2\/([0-9a-f]{64})\/(\d{1,10})$/.exec(text);
  if (deposit) {
    const index = Number(deposit[2]);
    return index < 2 ** 31 ? depositPath(network, fromHex(deposit[1]!), index) : undefined;
  }
  return /^(?:m\/)?\d{1,10}(?:\/\d{1,10})+$/.test(text) ? checked(text) : undefined;
}

/** The path in the origin of Core's descriptor. */
const hintOf = (desc: unknown): readonly number[] | undefined => {
  const origin =
    typeof desc === 'string' ? /^tr\(\[[0-9a-f]{8}((?:\/\d{1,10})+)\]/.exec(desc) : null;
  return origin ? checked(origin[1]!.slice(1)) : undefined;
};

function checked(text: string): readonly number[] | undefined {
  const path = text.replace(/^m\//, '').split('/').map(Number);
  const long = path[0] === DEPOSIT ? 9 : 2;
  const fits = path[0]! <= FEES && path.length === long && path.every((step) => step < 2 ** 31);
  return fits ? path : undefined;
}

/** Looks for a script: where the hint says, then at issued addresses and the first of each branch. */
function finder({ network, issued, recovery }: Content) {
  const { threshPk } = recovery.keys.custody;
  let byScript: ReadonlyMap<string, Output> | undefined;
  return (script: Uint8Array, hint: readonly number[] | undefined): Output | undefined => {
    const there = hint && outputAt(threshPk, hint);
    if (there && equal(there.script, script)) return there;
    byScript ??= new Map(
      [
        ...issued.map(({ recipient, index }) => depositPath(network, recipient, index)),
        ...[RECEIVE, CHANGE, FEES].flatMap((branch) =>
          Array.from({ length: GAP }, (_, i) => [branch, i]),
        ),
      ]
        .map((path) => outputAt(threshPk, path))
        .map((output) => [hex(output.script), output]),
    );
    return byScript.get(hex(script));
  };
}
