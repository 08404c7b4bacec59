/**
 * observe: what an operator's own 0BTC Wire node says of burns, signed with the operator's observer
 * key, as a file for Conclave. It asks this machine only. OBSERVING.md says how it is used.
 *
 * The key is in memory while the program runs: the engine that uses it is constant time and wipes
 * what it used; the passphrase of its file is a string, which cannot be wiped.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { AddressNetwork } from '../src/lib/bitcoin/address.ts';
import { consensusOf } from '../src/lib/bitcoin/networks.ts';
import { xOnly } from '../src/lib/crypto/bip340.ts';
import { fromHex, toHex, wipe, type Bytes } from '../src/lib/crypto/bytes.ts';
import { loadEngine } from '../src/lib/wasm/engine.ts';
import type { Group, Scalar } from '../src/lib/wasm/group.ts';
import { jsGroup } from '../src/lib/wasm/js-group.ts';
import {
  burnFile,
  burnHolds,
  burnMessage,
  signBurn,
  type Burn,
  type BurnPlace,
  type BurnRecord,
} from '../src/lib/wire/burn-record.ts';
import { openAge } from '../src/lib/worker/age-file.ts';
import { readBurns } from './burn-list.ts';
import { ask, loopback } from './loopback.ts';
import { Signed } from './signed.ts';
import { Trouble, askSecret, codeOf, misused, run, writeOut } from './terminal.ts';

/** engine.wasm in base64; the build puts it here. */
declare const __ENGINE__: string;

/** Blocks of 0BTC Wire that must follow a burn, and the fewest that can be asked for. */
const DEPTH = 100;
const LEAST_DEPTH = 12;

const usage = `node observe.mjs --burns FILE|URL --key FILE --group GROUP

  --burns    burns as your own 0BTC Wire node has them, a file or an address on this machine
  --key      the observer key that Conclave exported; its passphrase is asked for
  --group    the group's identity, 64 hex digits
  --network  ${Object.keys(consensusOf).join(', ')}; mainnet if not given
  --depth    blocks that must follow a burn: ${DEPTH} if not given, never less than ${LEAST_DEPTH}
  --state    what was signed so far; a file in the settings folder if not given
  --out      a new file; standard output if not given`;

async function main(): Promise<void> {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      ...{ burns: option, key: option, group: option, network: option },
      ...{ depth: option, state: option, out: option },
    },
  });
  const { burns: source, key, group = '', network = 'mainnet', depth = `${DEPTH}` } = values;
  if (source === undefined || key === undefined) throw misused('Give --burns and --key.');
  if (!isNetwork(network)) throw misused(`There is no network “${network}”.`);
  if (!/^[0-9a-f]{64}$/.test(group)) throw misused('--group is 64 hex digits, in lower case.');
  if (!/^[0-9]{1,9}$/.test(depth) || Number(depth) < LEAST_DEPTH)
    throw misused(`--depth is a number from ${LEAST_DEPTH} on.`);
  const where: BurnPlace = { network, group: fromHex(group)! };

  const read = readBurns(network, Number(depth), await textOf(source));
  if (typeof read === 'string')
    throw new Trouble(
      `${source} is no list of burns (${read}). Nothing was signed. OBSERVING.md says what it must hold.`,
    );
  for (const { name, why } of read.leftOut) console.error(`Left out: ${name}, ${why}.`);

  const { secp256k1 } = await loadEngine(new Uint8Array(Buffer.from(__ENGINE__, 'base64')));
  const secret = await readKey(secp256k1, key);
  try {
    const observer = xOnly(secp256k1.mulBase(secret));
    const state = values.state ?? usualState(observer, group);
    const signed = Signed.open(state, `${network} ${group} ${toHex(observer)}`);
    try {
      const records = signAll(secp256k1, { secret, observer, where }, read.burns, signed);
      writeOut(values.out, `${burnFile(where, records)}\n`);
    } finally {
      signed.close();
    }
    console.error(`Signed: ${read.burns.length} burns, by the observer ${toHex(observer)}.`);
  } finally {
    wipe(secret);
  }
}

/** Who signs, and for which group. */
interface Observer {
  readonly secret: Scalar;
  readonly observer: Bytes;
  readonly where: BurnPlace;
}

/** Signs all of them, or none where one contradicts what was signed before. */
function signAll(
  secp256k1: Group,
  { secret, observer, where }: Observer,
  burns: readonly Burn[],
  signed: Signed,
): BurnRecord[] {
  const noted = burns.map((burn) => ({
    nullifier: burn.nullifier,
    message: burnMessage(where, burn),
  }));
  const byNullifier = new Map(noted.map(({ nullifier, message }) => [toHex(nullifier), message]));
  for (const { nullifier, message } of noted)
    if (signed.contradicts(nullifier, message) || byNullifier.get(toHex(nullifier)) !== message)
      throw new Trouble(
        `The burn ${toHex(nullifier)} is not what was signed for it before, or stands twice in the ` +
          'list. One of the two is false, or 0BTC Wire went back behind a final block; nothing was ' +
          'signed. Tell the other operators, and find out which is true before anybody signs.',
      );
  signed.note(noted);
  const [publicGroup, aux] = [jsGroup('secp256k1'), new Uint8Array(32)];
  return burns.map((burn) => {
    crypto.getRandomValues(aux);
    const signature = signBurn(secp256k1, secret, where, burn, aux);
    if (!burnHolds(publicGroup, observer, where, burn, signature))
      throw new Trouble(
        'A signature that was just made does not hold. This machine computes wrongly; nothing was ' +
          'written. Use another one.',
      );
    return { burn, observer, signature };
  });
}

const isNetwork = (name: string): name is AddressNetwork => Object.hasOwn(consensusOf, name);

async function textOf(source: string): Promise<string> {
  if (!source.includes('://')) return readFile(source).toString('utf8');
  const { status, text } = await ask(loopback(source), 'The source of burns');
  if (status === 200) return text;
  throw new Trouble(
    `The source of burns answers ${status}. Nothing was signed. See what it says at ${source}.`,
  );
}

function readFile(path: string): Buffer<ArrayBuffer> {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Trouble(
      `${path} cannot be read (${codeOf(error)}). Nothing was signed. Give the name of the file.`,
    );
  }
}

/** The observer's secret; the caller wipes it. */
async function readKey(secp256k1: Group, path: string): Promise<Scalar> {
  const file = new Uint8Array(readFile(path));
  const opened = await openAge(file, await askSecret('Passphrase of the observer key'));
  if ('fault' in opened)
    throw new Trouble(
      `${path} does not open (${opened.fault}). Nothing was signed. ` +
        'Try the passphrase again; if it is right, export the observer key anew.',
    );
  const secret = opened.length === 32 ? secp256k1.scalarFromBytesNonzeroChecked(opened) : undefined;
  wipe(opened);
  if (secret) return secret;
  throw new Trouble(
    `${path} opens, but holds no observer key. Nothing was signed. Export the observer key anew.`,
  );
}

/** Where what was signed is kept, for each observer and group. */
function usualState(observer: Bytes, group: string): string {
  const { XDG_CONFIG_HOME, APPDATA } = process.env;
  const settings = XDG_CONFIG_HOME || APPDATA || join(homedir(), '.config');
  return join(settings, 'conclave', `observed-${group}-${toHex(observer)}.txt`);
}

await run(usage, main);
