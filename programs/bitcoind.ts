/** The operator's own bitcoind, asked over JSON-RPC and never told anything. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { AddressNetwork } from '../src/lib/bitcoin/address.ts';
import type { Cbor } from '../src/lib/crypto/cbor.ts';
import { fit, record, type Reader } from '../src/lib/crypto/schema.ts';
import { ask, loopback } from './loopback.ts';
import { Trouble, askSecret, codeOf } from './terminal.ts';

/** All that is ever called. None of them changes anything or needs a wallet. */
export const METHODS = [
  'getblockchaininfo',
  'getblockhash',
  'getblockheader',
  'getblock',
  'getrawtransaction',
] as const;
export type Method = (typeof METHODS)[number];

/** By network: the name that bitcoind has for it, its port, its folder below the data directory. */
const chains: Readonly<Record<AddressNetwork, { name: string; port: number; folder: string }>> = {
  mainnet: { name: 'main', port: 8332, folder: '' },
  testnet4: { name: 'testnet4', port: 48332, folder: 'testnet4' },
  signet: { name: 'signet', port: 38332, folder: 'signet' },
  regtest: { name: 'regtest', port: 18443, folder: 'regtest' },
};
export const chainName = (network: AddressNetwork): string => chains[network].name;

/** bitcoind refused a call; `code` is Bitcoin Core's (`rpc/protocol.h`). */
export class RpcError extends Error {
  readonly code: number;
  /** In Bitcoin Core's words. */
  readonly said: string;
  constructor(method: Method, code: number, said: string) {
    super(
      `bitcoind refused ${method}: ${said} (${code}). Nothing was written. ` +
        'See what it notes in its debug.log, then try again.',
    );
    this.code = code;
    this.said = said;
  }
}
/** Codes of refusals that are told in other words. */
export const rpcCodes = { notFound: -5, misc: -1, outOfRange: -8, warmingUp: -28 } as const;

/** Those fields of an object that are named here; bitcoind may send more. */
export const some = <F extends Record<string, Reader<unknown>>>(
  fields: F,
): ReturnType<typeof record<F>> => {
  const inner = record(fields);
  return (value, at) =>
    inner(
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).filter(([key]) => Object.hasOwn(fields, key)))
        : value,
      at,
    );
};

interface Reply {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code?: unknown; readonly message?: unknown } | null;
}

export class Bitcoind {
  readonly #url: URL;
  readonly #authorization: string;

  constructor(url: URL, user: string, password: string) {
    this.#url = url;
    this.#authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }

  async call<T>(reader: Reader<T>, method: Method, ...params: readonly unknown[]): Promise<T> {
    const [result] = await this.each(reader, method, [params]);
    return result!;
  }

  /** One method for each of these parameters, in one request. */
  async each<T>(
    reader: Reader<T>,
    method: Method,
    all: readonly (readonly unknown[])[],
  ): Promise<T[]> {
    const calls = all.map((params, id) => ({ jsonrpc: '2.0', id, method, params }));
    const { status, text } = await ask(this.#url, 'bitcoind', {
      method: 'POST',
      headers: { authorization: this.#authorization, 'content-type': 'application/json' },
      body: JSON.stringify(calls),
    });
    if (status === 401 || status === 403)
      throw new Trouble(
        `bitcoind does not let us in (${status}). Nothing was read. ` +
          'Give --cookie its .cookie file as it is now, or set BITCOIN_RPC_USER.',
      );
    const replies = repliesOf(text);
    if (!replies) throw odd(method, `status ${status}, no list of replies`);
    return calls.map(({ id }) => {
      const mine = replies.filter((reply) => reply.id === id);
      if (mine.length !== 1) throw odd(method, `${mine.length} replies to one call`);
      return resultOf(reader, method, mine[0]!);
    });
  }
}

function repliesOf(text: string): readonly Reply[] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isMap = (one: unknown) => typeof one === 'object' && one !== null;
  return Array.isArray(json) && json.every(isMap) ? json : undefined;
}

function resultOf<T>(reader: Reader<T>, method: Method, { result, error }: Reply): T {
  if (error) {
    const { code, message } = error;
    if (code === rpcCodes.warmingUp)
      throw new Trouble(
        `bitcoind is still starting (${String(message)}). Nothing was read. Wait, then try again.`,
      );
    throw new RpcError(method, Number(code), String(message).slice(0, 300));
  }
  const read = fit(reader, result as Cbor);
  if (typeof read === 'string') throw odd(method, read);
  return read.value;
}

const odd = (method: Method, what: string) =>
  new Trouble(
    `bitcoind answered ${method} with something else (${what}). Nothing was written. ` +
      'See that Bitcoin Core itself, of version 25 or later, listens at this port.',
  );

/** How bitcoind is reached, as the command line has it. */
export interface Way {
  readonly url: string | undefined;
  readonly cookie: string | undefined;
}

/**
 * The bitcoind of this network on this machine. Its cookie opens it; or a user and a password, from
 * the variables BITCOIN_RPC_USER and BITCOIN_RPC_PASSWORD, the second one asked for if it is not set.
 */
export async function bitcoindOf(network: AddressNetwork, way: Way): Promise<Bitcoind> {
  const { port, folder } = chains[network];
  const url = loopback(way.url ?? `http://127.0.0.1:${port}`);
  const user = process.env['BITCOIN_RPC_USER'];
  if (user !== undefined) {
    const set = process.env['BITCOIN_RPC_PASSWORD'];
    return new Bitcoind(url, user, set ?? (await askSecret(`RPC password of ${user}`)));
  }
  const cookie = way.cookie ?? join(homedir(), '.bitcoin', folder, '.cookie');
  const [name = '', ...rest] = readCookie(cookie).split(':');
  return new Bitcoind(url, name, rest.join(':'));
}

function readCookie(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new Trouble(
      `The cookie ${path} cannot be read (${codeOf(error)}). bitcoind was not asked. ` +
        'See that bitcoind runs; give --cookie its .cookie file, or set BITCOIN_RPC_USER.',
    );
  }
}
