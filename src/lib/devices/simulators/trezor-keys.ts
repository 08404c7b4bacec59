import { cbc } from '@noble/ciphers/aes.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { HDKey } from '@scure/bip32';
import { NETWORK, p2pkh, p2sh, p2wpkh, TEST_NETWORK } from '@scure/btc-signer';
import { concat, type Bytes } from '../../crypto/bytes.ts';

/*
 * What a Trezor does with its seed: nodes of BIP 32, SLIP 11's cipher, signed messages. The seed of a
 * simulated device protects nothing, so it is not wiped.
 */

const utf8 = new TextEncoder();

/** The step of a path behind an apostrophe. */
export const HARDENED = 0x80000000;

/** Kinds of addresses by their number on the wire. */
export const script = { address: 0, witness: 3, p2shWitness: 4 } as const;

/** The coins of this simulator: SLIP 44 number, addresses, and versions of public keys by kind of address. */
export const coins = {
  Bitcoin: {
    number: 0,
    network: NETWORK,
    versions: {
      [script.address]: 0x0488b21e,
      [script.p2shWitness]: 0x049d7cb2,
      [script.witness]: 0x04b24746,
    },
  },
  Testnet: {
    number: 1,
    network: TEST_NETWORK,
    versions: {
      [script.address]: 0x043587cf,
      [script.p2shWitness]: 0x044a5262,
      [script.witness]: 0x045f1cf6,
    },
  },
} as const;
export type Coin = (typeof coins)[keyof typeof coins];

/** The coin of a name; undefined for one that this simulator does not have. */
export const coinNamed = (name: string): Coin | undefined =>
  name === 'Bitcoin' || name === 'Testnet' ? coins[name] : undefined;

/**
 * The nodes below a BIP 32 seed of 16 to 64 bytes, for one passphrase. A real device makes another seed
 * from words and passphrase; this one has no words and takes HMAC-SHA512(seed, passphrase) instead,
 * and the seed itself where the passphrase is empty. Nodes are kept once derived.
 */
export class Nodes {
  readonly #nodes = new Map<string, HDKey>();

  constructor(seed: Bytes, passphrase: string) {
    const own = passphrase === '' ? seed : hmac(sha512, seed, utf8.encode(passphrase));
    this.#nodes.set('', HDKey.fromMasterSeed(own));
  }

  /** The node at a path, with its private key. */
  at(path: readonly number[]): HDKey {
    const name = path.join('/');
    let node = this.#nodes.get(name);
    if (!node) {
      node = this.at(path.slice(0, -1)).deriveChild(path.at(-1)!);
      this.#nodes.set(name, node);
    }
    return node;
  }
}

/** The extended public key of a node, base58, in a coin's version for a kind of address. */
export function extendedPublicKey(node: HDKey, coin: Coin, kind: number): string {
  const { depth, index, parentFingerprint, chainCode, publicKey } = node;
  const version = (coin.versions as Record<number, number>)[kind] ?? coin.versions[script.address];
  return new HDKey({
    versions: { private: 0, public: version },
    ...{ depth, index, parentFingerprint, chainCode: chainCode!, publicKey: publicKey! },
  }).publicExtendedKey;
}

/** A request for SLIP 11's cipher. `value` and the answer have the same length, a multiple of 16. */
export interface Ciphering {
  readonly key: string;
  readonly value: Uint8Array;
  readonly encrypt: boolean;
  readonly askOnEncrypt: boolean;
  readonly askOnDecrypt: boolean;
  /** 16 bytes, or none: then it is made with the key. */
  readonly iv: Uint8Array;
}

/** SLIP 11: AES-256-CBC under a key made of the node's, the shown key and both flags; no padding, no MAC. */
export function cipher(node: HDKey, asked: Ciphering): Bytes {
  const flags = `E${asked.askOnEncrypt ? 1 : 0}D${asked.askOnDecrypt ? 1 : 0}`;
  const made = hmac(sha512, node.privateKey!, utf8.encode(asked.key + flags));
  const iv = asked.iv.length === 16 ? asked.iv : made.subarray(32, 48);
  const aes = cbc(made.subarray(0, 32), iv, { disablePadding: true });
  return asked.encrypt ? aes.encrypt(asked.value) : aes.decrypt(asked.value);
}

/** The address of a node; undefined for kinds of addresses that sign no messages. */
export function addressOf(node: HDKey, coin: Coin, kind: number): string | undefined {
  const key = node.publicKey!;
  if (kind === script.address) return p2pkh(key, coin.network).address;
  if (kind === script.witness) return p2wpkh(key, coin.network).address;
  if (kind !== script.p2shWitness) return undefined;
  return p2sh(p2wpkh(key, coin.network), coin.network).address;
}

/** Whether messages may be signed at a path for a kind of address: BIP 44, 49 or 84 in full, account at most 100. */
export function pathFits(path: readonly number[], coin: Coin, kind: number): boolean {
  const purpose = { [script.address]: 44, [script.p2shWitness]: 49, [script.witness]: 84 }[kind];
  const [first, second, account, change, index] = path;
  return (
    path.length === 5 &&
    purpose !== undefined &&
    first === HARDENED + purpose &&
    second === HARDENED + coin.number &&
    account! >= HARDENED &&
    account! <= HARDENED + 100 &&
    change! <= 1 &&
    index! <= 1_000_000
  );
}

/** What is signed of a message of at most 65535 bytes: double SHA-256 behind the maker's magic. */
function messageDigest(message: Uint8Array): Uint8Array {
  const { length } = message;
  const size = length < 0xfd ? [length] : [0xfd, length & 0xff, length >> 8];
  const magic = utf8.encode('\x18Bitcoin Signed Message:\n');
  return sha256(sha256(concat(magic, Uint8Array.from(size), message)));
}

/**
 * A Bitcoin message signed with RFC 6979 and low s, 65 bytes: header ‖ r ‖ s. The header adds 4 for
 * P2WPKH in P2SH and 8 for P2WPKH, unless `bare`.
 */
export function signedMessage(
  node: HDKey,
  message: Uint8Array,
  kind: number,
  bare: boolean,
): Bytes {
  const signed = secp256k1.sign(messageDigest(message), node.privateKey!, {
    prehash: false,
    lowS: true,
    format: 'recovered',
  });
  const raised = bare ? 0 : { [script.p2shWitness]: 4, [script.witness]: 8 }[kind];
  return concat(Uint8Array.of(31 + signed[0]! + (raised ?? 0)), signed.subarray(1));
}

/**
 * Bytes that pass for random: SHA-512 of the seed and how often it was asked. The same for the same
 * device and order of questions, so that tests repeat; nobody may count on them.
 */
export function pretendedEntropy(seed: Bytes, times: number, size: number): Bytes {
  const blocks: Uint8Array[] = [];
  for (let block = 0; 64 * block < size; block++)
    blocks.push(hmac(sha512, seed, utf8.encode(`entropy ${times} ${block}`)));
  return concat(...blocks).slice(0, size);
}
