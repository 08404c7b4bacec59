import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { bech32m } from '@scure/base';
import { HDKey } from '@scure/bip32';
import { be32, concat, toHex, wipe, type Bytes } from '../../crypto/bytes.ts';

/*
 * The keys of the Bitcoin app below its seed (BIP 32), and which of them a version lets it use.
 */

/** An app on a Ledger. */
export interface LedgerApp {
  /** `Bitcoin` and `Bitcoin Test` do their work; any other does nothing but be open. */
  readonly name: string;
  /** As `2.4.6`. */
  readonly version: string;
  /** A path below which this version refuses to work, as `84'/0'/100'`: what an update may bring. */
  readonly refuses?: string;
}

/** Steps of a path, unsigned, hardened ones with bit 31. */
export type Path = readonly number[];

const HARDENED = 2 ** 31;
const MAX_ACCOUNT = 100;
const utf8 = new TextEncoder();

/** As the device shows it: `84'/0'/100'/0/0`. */
export const pathText = (path: Path): string =>
  path.map((step) => (step < HARDENED ? `${step}` : `${step - HARDENED}'`)).join('/');

const isTest = (app: LedgerApp): boolean => app.name === 'Bitcoin Test';
const coinOf = (app: LedgerApp): number => HARDENED + (isTest(app) ? 1 : 0);

const versionsOf = (app: LedgerApp) =>
  isTest(app)
    ? { public: 0x043587cf, private: 0x04358394 }
    : { public: 0x0488b21e, private: 0x0488ade4 };

/** Whether a version, as `2.4.6`, comes before another. */
function isBefore(version: string, other: string): boolean {
  const [a, b] = [version, other].map((text) => text.split('.').map(Number));
  const differs = b!.findIndex((part, i) => a![i] !== part);
  return differs >= 0 && (a![differs] ?? 0) < b![differs]!;
}

/** Whether the app may use keys at a path at all. Versions since 2.4.3 keep to their coin. */
export function allows(app: LedgerApp, path: Path): boolean {
  const text = pathText(path);
  if (app.refuses !== undefined && `${text}/`.startsWith(`${app.refuses}/`)) return false;
  if (isBefore(app.version, '2.4.3')) return true;
  return (
    path[0] === HARDENED + 45 ||
    path[0] === HARDENED + 4541509 ||
    (path[0]! >= HARDENED && path[1] === coinOf(app))
  );
}

/** Whether the app gives the extended key of a path without asking: accounts of the usual purposes. */
export function isUsual(app: LedgerApp, path: Path): boolean {
  const [purpose = 0, coin, account = 0, script = 0] = path;
  const hardened = purpose === HARDENED + 48 ? 4 : 3;
  return (
    [44, 45, 48, 49, 84, 86].includes(purpose - HARDENED) &&
    coin === coinOf(app) &&
    path.length >= hardened &&
    path.every((step, i) => step >= HARDENED === i < hardened) &&
    account <= HARDENED + MAX_ACCOUNT &&
    (hardened === 3 || script === HARDENED + 1 || script === HARDENED + 2)
  );
}

/** Whether a path is the account of a BIP-86 wallet that needs no registration. */
export const isTaprootAccount = (app: LedgerApp, path: Path): boolean =>
  path.length === 3 && path[0] === HARDENED + 86 && isUsual(app, path);

/** Lends the private node at a path and wipes it afterwards. */
function withNode<T>(seed: Bytes, app: LedgerApp, path: Path, use: (node: HDKey) => T): T {
  const master = HDKey.fromMasterSeed(seed, versionsOf(app));
  const node = path.length === 0 ? master : master.derive(`m/${pathText(path)}`);
  try {
    return use(node);
  } finally {
    master.wipePrivateData();
    node.wipePrivateData();
  }
}

/** BIP-32 fingerprint of the master key, 4 bytes. */
export const masterFingerprint = (seed: Bytes, app: LedgerApp): Bytes =>
  withNode(seed, app, [], (master) => be32(master.fingerprint));

/** The extended public key at a path, in base58. */
export const extendedKey = (seed: Bytes, app: LedgerApp, path: Path): string =>
  withNode(seed, app, path, (node) => node.publicExtendedKey);

/** Signs a digest of 32 bytes with the key at a path: RFC 6979, low s, in 65 bytes as Bitcoin Core's. */
export const signDigest = (seed: Bytes, app: LedgerApp, path: Path, digest: Bytes): Bytes =>
  withNode(seed, app, path, (node) => {
    const signature = secp256k1.sign(digest, node.privateKey!, {
      prehash: false,
      lowS: true,
      format: 'recovered',
    });
    return concat(Uint8Array.of(31 + (signature[0]! & 1)), signature.subarray(1));
  });

/** The HMAC that says that the person registered the policy with this id: 32 bytes. */
export function policyHmac(seed: Bytes, id: Uint8Array): Bytes {
  // SLIP 21: the node of the label “LEDGER-Wallet policy”, right below the master node.
  const master = hmac(sha512, utf8.encode('Symmetric key seed'), seed);
  const label = concat(Uint8Array.of(0), utf8.encode('LEDGER-Wallet policy'));
  const node = hmac(sha512, master.subarray(0, 32), label);
  const proof = hmac(sha256, node.subarray(32), id) as Bytes;
  wipe(master, node);
  return proof;
}

/** Whether this is an extended public key of the app's network. */
export function isExtendedKey(app: LedgerApp, text: string): boolean {
  try {
    return HDKey.fromExtendedKey(text, versionsOf(app)).privateKey === null;
  } catch {
    return false; // not base58, or of another network
  }
}

/** The address of `tr(key/change/index)`, key-path only (BIP 86). The key is one of this network. */
export function taprootAddress(app: LedgerApp, key: string, change: number, index: number): string {
  const node = HDKey.fromExtendedKey(key, versionsOf(app)).derive(`m/${change}/${index}`);
  const internal = node.publicKey!.subarray(1);
  const { lift_x, taggedHash, pointToBytes } = schnorr.utils;
  const tweak = secp256k1.Point.Fn.create(BigInt(`0x${toHex(taggedHash('TapTweak', internal))}`));
  const output = lift_x(BigInt(`0x${toHex(internal)}`)).add(secp256k1.Point.BASE.multiply(tweak));
  const words = [1, ...bech32m.toWords(pointToBytes(output))];
  return bech32m.encode(isTest(app) ? 'tb' : 'bc', words);
}
