import type { Group, Scalar } from '../wasm/group.ts';
import { expectSecrets } from '../wasm/secrets.ts';
import { concat, fromHex, toHex, wipe, type Bytes } from './bytes.ts';
import { decodeNonzeroScalar, decodePoint } from './decode.ts';
import { fault, isFault, type Fault } from './faults.ts';
import { MAX_OPERATORS } from './limits.ts';

/*
 * Key packages as the Zcash Foundation's FROST libraries write them, version 0, as JSON or in the
 * binary “postcard” form. The parsers accept exactly one text or byte string for each package, white
 * space in JSON aside. What a package *means* is checked in `imported-key.ts`.
 */

/** One operator's package. Secret. */
export interface KeyPackage {
  /** id + 1, below 2¹⁶. */
  readonly identifier: number;
  readonly signingShare: Scalar;
  /** Encoded points. */
  readonly verifyingShare: Bytes;
  readonly verifyingKey: Bytes;
  readonly minSigners: number;
}

/** The package that all operators share. */
export interface PublicKeyPackage {
  /** Encoded points by identifier, in ascending order. */
  readonly verifyingShares: ReadonlyMap<number, Bytes>;
  readonly verifyingKey: Bytes;
  /** Missing in packages from before version 3.0 of the libraries. */
  readonly minSigners: number | undefined;
}

/** Name and short name (CRC-32 of the name) of the ciphersuites that fit our keys. */
const ciphersuites = {
  ed25519: { name: 'FROST-ED25519-SHA512-v1', crc: [0xb1, 0x69, 0xf0, 0xda], point: 32 },
  secp256k1: { name: 'FROST-secp256k1-SHA256-TR-v1', crc: [0x23, 0x0f, 0x8a, 0xb3], point: 33 },
} as const;

const VERSION = 0;
/** A package of 128 operators as JSON is about 18 kB. */
const MAX_SIZE = 65_536;

const malformed = (detail: string): Fault => fault('key-package-malformed', [], detail);

const isUint16 = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) < 2 ** 16;

/** The number in a scalar, if it is from 1 to 65535. */
function identifierFrom(group: Group, bytes: Uint8Array): number | undefined {
  if (bytes.length !== 32) return undefined;
  const little = group.suite === 'ed25519' ? bytes : bytes.slice().reverse();
  const value = little[0]! + 256 * little[1]!;
  return value > 0 && little.subarray(2).every((byte) => byte === 0) ? value : undefined;
}

// JSON

const headerOf = (group: Group) => ({
  version: VERSION,
  ciphersuite: ciphersuites[group.suite].name,
});

/** The package as JSON. The text holds the share and, being a string, cannot be wiped. */
export function keyPackageToJson(group: Group, one: KeyPackage): string {
  return JSON.stringify({
    header: headerOf(group),
    identifier: toHex(group.scalarFromNumber(one.identifier)),
    signing_share: toHex(one.signingShare),
    verifying_share: toHex(one.verifyingShare),
    verifying_key: toHex(one.verifyingKey),
    min_signers: one.minSigners,
  });
}

/** The public package as JSON. */
export function publicKeyPackageToJson(group: Group, shared: PublicKeyPackage): string {
  const shares = Array.from(shared.verifyingShares, ([identifier, share]) => [
    toHex(group.scalarFromNumber(identifier)),
    toHex(share),
  ]);
  return JSON.stringify({
    header: headerOf(group),
    verifying_shares: Object.fromEntries(shares) as unknown,
    verifying_key: toHex(shared.verifyingKey),
    min_signers: shared.minSigners,
  });
}

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object with the right header and exactly these other fields (`optional` may be missing). */
function readJson(
  group: Group,
  text: string,
  names: readonly string[],
  optional: readonly string[] = [],
): Fields | Fault {
  if (text.length > MAX_SIZE) return malformed('size');
  let json: unknown;
  let again: string;
  try {
    json = JSON.parse(text);
    again = JSON.stringify(json); // overflows the stack where brackets are nested too deeply
  } catch {
    return malformed('JSON');
  }
  if (!isObject(json)) return malformed('JSON');
  // Names that occur twice and escaped letters would not survive this.
  if (again !== text.replace(/\s/g, '')) return malformed('ambiguous JSON');
  const required = ['header', ...names];
  const keys = Object.keys(json);
  if (required.some((name) => !keys.includes(name))) return malformed('missing field');
  if (keys.some((key) => !required.includes(key) && !optional.includes(key)))
    return malformed('unknown field');
  const { header } = json;
  const { version, ciphersuite } = headerOf(group);
  if (!isObject(header) || Object.keys(header).length !== 2) return malformed('header');
  if (header['version'] !== version) return malformed('version');
  return header['ciphersuite'] === ciphersuite ? json : malformed('ciphersuite');
}

const bytesOf = (value: unknown): Bytes | undefined =>
  typeof value === 'string' && value === value.toLowerCase() ? fromHex(value) : undefined;

/** Reads a key package from JSON. Fault: `key-package-malformed`. */
export function keyPackageFromJson(group: Group, text: string): KeyPackage | Fault {
  expectSecrets('import of a key package', group);
  const names = ['identifier', 'signing_share', 'verifying_share', 'verifying_key', 'min_signers'];
  const json = readJson(group, text, names);
  if (isFault(json)) return json;
  const signingShare = bytesOf(json['signing_share']);
  const read = keyPackageFrom(group, {
    identifier: bytesOf(json['identifier']),
    signingShare,
    verifyingShare: bytesOf(json['verifying_share']),
    verifyingKey: bytesOf(json['verifying_key']),
    minSigners: json['min_signers'],
  });
  if (signingShare) wipe(signingShare);
  return read;
}

/** Reads a public key package from JSON. Fault: `key-package-malformed`. */
export function publicKeyPackageFromJson(group: Group, text: string): PublicKeyPackage | Fault {
  const json = readJson(group, text, ['verifying_shares', 'verifying_key'], ['min_signers']);
  if (isFault(json)) return json;
  const shares = json['verifying_shares'];
  if (!isObject(shares)) return malformed('verifying shares');
  return publicKeyPackageFrom(group, {
    verifyingShares: Object.entries(shares).map(([id, share]) => [bytesOf(id), bytesOf(share)]),
    verifyingKey: bytesOf(json['verifying_key']),
    minSigners: json['min_signers'],
  });
}

// Postcard: fields one after the other, numbers as little-endian base-128 varints.

const binaryHeader = (group: Group) => Uint8Array.of(VERSION, ...ciphersuites[group.suite].crc);

const varint = (value: number): Bytes =>
  value < 128
    ? Uint8Array.of(value)
    : value < 2 ** 14
      ? Uint8Array.of((value & 127) | 128, value >> 7)
      : Uint8Array.of((value & 127) | 128, ((value >> 7) & 127) | 128, value >> 14);

/** The package in binary form. Secret: the caller wipes it. */
export function keyPackageToBytes(group: Group, one: KeyPackage): Bytes {
  const identifier = group.scalarFromNumber(one.identifier);
  const { signingShare, verifyingShare, verifyingKey, minSigners } = one;
  const points = concat(verifyingShare, verifyingKey);
  return concat(binaryHeader(group), identifier, signingShare, points, varint(minSigners));
}

/** The public package in binary form. */
export function publicKeyPackageToBytes(group: Group, shared: PublicKeyPackage): Bytes {
  const { verifyingShares, verifyingKey, minSigners } = shared;
  return concat(
    binaryHeader(group),
    varint(verifyingShares.size),
    ...Array.from(verifyingShares, ([id, share]) => concat(group.scalarFromNumber(id), share)),
    verifyingKey,
    minSigners === undefined ? new Uint8Array(0) : concat(Uint8Array.of(1), varint(minSigners)),
  );
}

/** Reads from front to back; every method gives undefined once something was missing. */
class Reader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  isAtEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }

  take(length: number): Bytes | undefined {
    if (this.#offset + length > this.#bytes.length) return undefined;
    return this.#bytes.slice(this.#offset, (this.#offset += length));
  }

  /** A number below 2¹⁶ in its shortest form. */
  varint(): number | undefined {
    let value = 0;
    for (let shift = 0; shift < 21; shift += 7) {
      const byte = this.take(1)?.[0];
      if (byte === undefined) return undefined;
      value += (byte & 127) << shift;
      if (byte < 128) return value < 2 ** 16 && !(byte === 0 && shift > 0) ? value : undefined;
    }
    return undefined;
  }
}

function readBinary(group: Group, bytes: Uint8Array): Reader | Fault {
  if (bytes.length > MAX_SIZE) return malformed('size');
  const reader = new Reader(bytes);
  const header = reader.take(5);
  if (header?.[0] !== VERSION) return malformed('version');
  const fits = header.join() === binaryHeader(group).join();
  return fits ? reader : malformed('ciphersuite');
}

/** Reads a key package from its binary form. Fault: `key-package-malformed`. */
export function keyPackageFromBytes(group: Group, bytes: Uint8Array): KeyPackage | Fault {
  expectSecrets('import of a key package', group);
  const reader = readBinary(group, bytes);
  if (!(reader instanceof Reader)) return reader;
  const { point } = ciphersuites[group.suite];
  const fields = {
    identifier: reader.take(32),
    signingShare: reader.take(32),
    verifyingShare: reader.take(point),
    verifyingKey: reader.take(point),
    minSigners: reader.varint(),
  };
  const read = reader.isAtEnd() ? keyPackageFrom(group, fields) : malformed('length');
  if (fields.signingShare) wipe(fields.signingShare);
  return read;
}

/** Reads a public key package from its binary form. Fault: `key-package-malformed`. */
export function publicKeyPackageFromBytes(
  group: Group,
  bytes: Uint8Array,
): PublicKeyPackage | Fault {
  const reader = readBinary(group, bytes);
  if (!(reader instanceof Reader)) return reader;
  const { point } = ciphersuites[group.suite];
  const count = reader.varint() ?? 0;
  if (count * (32 + point) > bytes.length) return malformed('length');
  const verifyingShares = Array.from(
    { length: count },
    () => [reader.take(32), reader.take(point)] as const,
  );
  const verifyingKey = reader.take(point);
  if (reader.isAtEnd())
    return publicKeyPackageFrom(group, { verifyingShares, verifyingKey, minSigners: undefined });
  if (reader.take(1)?.[0] !== 1) return malformed('threshold');
  const minSigners = reader.varint() ?? 0;
  if (!reader.isAtEnd()) return malformed('length');
  return publicKeyPackageFrom(group, { verifyingShares, verifyingKey, minSigners });
}

// Fields of either form

type Maybe<T> = T | undefined;

function keyPackageFrom(
  group: Group,
  fields: {
    identifier: Maybe<Bytes>;
    signingShare: Maybe<Bytes>;
    verifyingShare: Maybe<Bytes>;
    verifyingKey: Maybe<Bytes>;
    minSigners: unknown;
  },
): KeyPackage | Fault {
  const { verifyingShare, verifyingKey, minSigners } = fields;
  const identifier = fields.identifier && identifierFrom(group, fields.identifier);
  if (!identifier) return malformed('identifier');
  if (!verifyingShare || !decodePoint(group, verifyingShare)) return malformed('verifying share');
  if (!verifyingKey || !decodePoint(group, verifyingKey)) return malformed('verifying key');
  if (!isUint16(minSigners)) return malformed('threshold');
  // Last, so that a fault leaves no copy of it behind.
  const signingShare = fields.signingShare && decodeNonzeroScalar(group, fields.signingShare);
  if (!signingShare) return malformed('signing share');
  return { identifier, signingShare, verifyingShare, verifyingKey, minSigners };
}

function publicKeyPackageFrom(
  group: Group,
  fields: {
    verifyingShares: readonly (readonly [Maybe<Bytes>, Maybe<Bytes>])[];
    verifyingKey: Maybe<Bytes>;
    minSigners: unknown;
  },
): PublicKeyPackage | Fault {
  const { verifyingKey, minSigners } = fields;
  if (fields.verifyingShares.length > MAX_OPERATORS) return malformed('number of operators');
  const verifyingShares = new Map<number, Bytes>();
  let previous = 0;
  for (const [id, share] of fields.verifyingShares) {
    const identifier = id && identifierFrom(group, id);
    if (!identifier || identifier <= previous) return malformed('identifier');
    if (!share || !decodePoint(group, share)) return malformed('verifying share');
    verifyingShares.set(identifier, share);
    previous = identifier;
  }
  if (!verifyingKey || !decodePoint(group, verifyingKey)) return malformed('verifying key');
  if (minSigners !== undefined && !isUint16(minSigners)) return malformed('threshold');
  return { verifyingShares, verifyingKey, minSigners };
}
