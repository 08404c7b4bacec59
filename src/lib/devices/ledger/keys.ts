import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import { bech32m } from '@scure/base';
import { HDKey } from '@scure/bip32';
import type { Bytes } from '../../crypto/bytes.ts';
import type { Path } from './client.ts';

/* Where this program's keys lie in a Ledger's tree, and what is computed from what it shows of them. */

const HARDENED = 2 ** 31;

/** What tells the two Bitcoin apps apart, by their names. */
const networks = {
  Bitcoin: { coin: 0, hrp: 'bc', versions: { public: 0x0488b21e, private: 0x0488ade4 } },
  'Bitcoin Test': { coin: 1, hrp: 'tb', versions: { public: 0x043587cf, private: 0x04358394 } },
} as const;
export type AppName = keyof typeof networks;

/** The apps that this program speaks with; the first is opened where either would do. */
export const appNames = Object.keys(networks) as [AppName, ...AppName[]];

/** Whether it is the name of one of them. */
export const isAppName = (name: string): name is AppName => Object.hasOwn(networks, name);

/** The path of approvals: one that Ledger and Trezor both sign messages at. */
export const approvalPath = (app: AppName): string => `m/84'/${networks[app].coin}'/100'/0/0`;

/** The steps of a path as `m/84'/0'/100'/0/0`; undefined for anything else. */
export function pathFrom(text: string): Path | undefined {
  if (!/^m(?:\/\d{1,10}'?){1,10}$/.test(text)) return undefined;
  const steps = text.split('/').slice(1);
  const numbers = steps.map((step) => parseInt(step, 10));
  if (numbers.some((number) => number >= HARDENED)) return undefined;
  return numbers.map((number, i) => number + (steps[i]!.endsWith("'") ? HARDENED : 0));
}

/** How many of a path's first steps are hardened. */
export const hardenedSteps = (path: Path): number => path.filter((step) => step >= HARDENED).length;

/** The account of the policies that secrets come from, beside the account of approvals. */
export const policyAccount = (path: Path): Path => [86 + HARDENED, ...path.slice(1, 3)];

/** A path as devices and policies write it, without a root: `86'/0'/100'`. */
export const pathText = (path: Path): string =>
  path.map((step) => (step >= HARDENED ? `${step - HARDENED}'` : `${step}`)).join('/');

/** The extended public key at this path, from base58 of its app's network; undefined for any other. */
export function extendedKeyFrom(app: AppName, path: Path, base58: string): HDKey | undefined {
  try {
    const key = HDKey.fromExtendedKey(base58, networks[app].versions);
    const here = key.depth === path.length && key.index === path.at(-1);
    return here && !key.privateKey ? key : undefined;
  } catch {
    return undefined; // not base58, its checksum, its version or its point is wrong
  }
}

/** The public key below an account, 33 bytes; undefined where one in 2¹²⁷ has none. */
export function publicKeyBelow(account: HDKey, steps: Path): Bytes | undefined {
  try {
    const key = steps.reduce((parent, step) => parent.deriveChild(step), account);
    return key.publicKey as Bytes | undefined;
  } catch {
    return undefined;
  }
}

/** The first receive address of `tr(account/**)` (BIP 86 and 341), as this app writes it. */
export function taprootAddress(app: AppName, account: HDKey): string | undefined {
  const key = publicKeyBelow(account, [0, 0]);
  if (!key) return undefined;
  const { lift_x, pointToBytes, taggedHash } = schnorr.utils;
  const point = secp256k1.Point;
  const internal = pointToBytes(point.fromBytes(key));
  const tweak = point.Fn.fromBytes(taggedHash('TapTweak', internal));
  const inner = lift_x(point.Fp.fromBytes(internal));
  const output = pointToBytes(inner.add(point.BASE.multiply(tweak)));
  return bech32m.encode(networks[app].hrp, [1, ...bech32m.toWords(output)]);
}
