import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equal, toHex, type Bytes } from '../../crypto/bytes.ts';
import {
  allows,
  extendedKey,
  isExtendedKey,
  isTaprootAccount,
  isUsual,
  masterFingerprint,
  pathText,
  policyHmac,
  signDigest,
  taprootAddress,
  type LedgerApp,
  type Path,
} from './ledger-keys.ts';
import {
  agreed,
  elementOf,
  Fields,
  Halt,
  preimageOf,
  SW,
  varint,
  type Asking,
} from './ledger-wire.ts';

/*
 * The Bitcoin app of a Ledger, from the inside: its commands (class E1, protocol version 1), in the
 * order of requests of version 2.4.6. It signs messages and registers `tr(@0/**)`; transactions
 * (SIGN_PSBT) it does not know.
 */

const utf8 = new TextEncoder();
const ascii = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Runs a command of the app to the data of its reply. Ends with a `Halt` for any other status. */
export function command(
  seed: Bytes,
  app: LedgerApp,
  instruction: number,
  data: Bytes,
): Asking<Bytes> {
  const fields = new Fields(data, SW.wrongLength);
  switch (instruction) {
    case 0x00:
      return getExtendedKey(seed, app, fields);
    case 0x02:
      return registerPolicy(seed, app, fields);
    case 0x03:
      return getAddress(seed, app, fields);
    case 0x05:
      return getFingerprint(seed, app);
    case 0x10:
      return signMessage(seed, app, fields);
    default:
      throw new Halt(SW.unknownCommand);
  }
}

// eslint-disable-next-line require-yield -- it asks nobody
function* getFingerprint(seed: Bytes, app: LedgerApp): Asking<Bytes> {
  return masterFingerprint(seed, app);
}

/** The longest path, in steps. */
const MAX_STEPS = 10;

function readPath(fields: Fields): Path {
  const steps = fields.u8();
  if (steps > MAX_STEPS) throw new Halt(SW.wrongData);
  return Array.from({ length: steps }, fields.u32);
}

const shownPath = (path: Path): string => (path.length === 0 ? '(Master key)' : pathText(path));

function* getExtendedKey(seed: Bytes, app: LedgerApp, fields: Fields): Asking<Bytes> {
  const display = fields.u8();
  if (display > 1) throw new Halt(SW.wrongData);
  const path = readPath(fields);
  if (display === 0 && !isUsual(app, path)) throw new Halt(SW.notSupported);
  if (!allows(app, path)) throw new Halt(SW.notSupported);
  const key = extendedKey(seed, app, path);
  if (display === 1)
    yield* agreed({
      items: [
        { name: 'Confirm public key' },
        { name: 'Path', value: shownPath(path) },
        { name: 'Public key', value: key },
      ],
      yes: 'Approve public key',
      no: 'Reject',
    });
  return utf8.encode(key);
}

const TEMPLATE = 'tr(@0/**)';
const MAX_NAME = 64;

/** A policy (version 2) as it is sent: the template and the keys by their hashes. */
interface Policy {
  readonly name: string;
  readonly serialized: Bytes;
  /** SHA-256 of the serialized policy. */
  readonly id: Bytes;
  readonly keysRoot: Bytes;
}

/** Reads a policy, and its template from the client. */
function* readPolicy(fields: Fields): Asking<Policy> {
  if (fields.u8() !== 2) throw new Halt(SW.wrongData);
  const nameBytes = fields.take(fields.u8());
  const templateLength = fields.varint();
  const templateHash = fields.take(32);
  const keyCount = fields.varint();
  const keysRoot = fields.take(32);
  const template = ascii(yield* preimageOf(templateHash, SW.wrongData));
  if (template.length !== templateLength) throw new Halt(SW.wrongData);
  if (template !== TEMPLATE) throw new Halt(SW.notSupported);
  if (keyCount !== 1) throw new Halt(SW.wrongData);
  const serialized = concat(
    Uint8Array.of(2, nameBytes.length),
    nameBytes,
    varint(templateLength),
    templateHash,
    varint(keyCount),
    keysRoot,
  );
  return { name: ascii(nameBytes), serialized, id: sha256(serialized), keysRoot };
}

/** The key of a policy: its origin, if it tells it, and the extended key. */
interface KeyInfo {
  readonly text: string;
  readonly key: string;
  readonly origin: { readonly fingerprint: string; readonly path: Path } | undefined;
}

/** Asks the client for the one key of a policy, as `[f5acc2fd/86'/1'/0']tpub…`. */
function* readKey(app: LedgerApp, keysRoot: Bytes, otherwise: number): Asking<KeyInfo> {
  const text = ascii(yield* elementOf(keysRoot, 1, 0, otherwise));
  const parts = /^(?:\[([0-9a-f]{8})((?:\/\d{1,10}'?){0,10})\])?([0-9A-Za-z]{1,120})$/.exec(text);
  const [, fingerprint, steps = '', key] = parts ?? [];
  if (key === undefined || !isExtendedKey(app, key)) throw new Halt(otherwise);
  const path = steps
    .split('/')
    .slice(1)
    .map((step) => parseInt(step, 10) + (step.endsWith("'") ? 2 ** 31 : 0));
  if (path.some((step) => step >= 2 ** 32)) throw new Halt(otherwise);
  return { text, key, origin: fingerprint === undefined ? undefined : { fingerprint, path } };
}

/** Whether a policy's key is one of this seed. A path that the app must not use ends the command. */
function isOwn(seed: Bytes, app: LedgerApp, { origin, key }: KeyInfo): boolean {
  if (origin?.fingerprint !== toHex(masterFingerprint(seed, app))) return false;
  if (!allows(app, origin.path)) throw new Halt(SW.notSupported);
  return extendedKey(seed, app, origin.path) === key;
}

function* registerPolicy(seed: Bytes, app: LedgerApp, fields: Fields): Asking<Bytes> {
  fields.varint(); // the length, which the rest tells itself
  const { name, id, keysRoot } = yield* readPolicy(fields);
  if (name.length > MAX_NAME || !/^[!-~](?:[ -~]*[!-~])?$/.test(name)) throw new Halt(SW.wrongData);
  const key = yield* readKey(app, keysRoot, SW.wrongData);
  if (!isOwn(seed, app, key)) throw new Halt(SW.wrongData);
  yield* agreed({
    items: [
      { name: 'Review account\nto register' },
      { name: 'Account name', value: name },
      { name: 'Wallet policy', value: TEMPLATE },
      { name: 'Review co-signer\npublic keys' },
      { name: 'Our key@0', value: key.text },
    ],
    yes: 'Register account',
    no: 'Reject',
  });
  return concat(id, policyHmac(seed, id));
}

function* getAddress(seed: Bytes, app: LedgerApp, fields: Fields): Asking<Bytes> {
  const display = fields.u8();
  const id = fields.take(32);
  const proof = fields.take(32);
  const change = fields.u8();
  const index = fields.u32();
  if (change > 1 || index >= 2 ** 31) throw new Halt(SW.wrongData);
  const serialized = yield* preimageOf(id, SW.wrongData);
  const policy = yield* readPolicy(new Fields(serialized, SW.wrongData));
  const standard = proof.every((byte) => byte === 0);
  if (standard) {
    const own = yield* readKey(app, policy.keysRoot, SW.wrongData);
    const account = own.origin?.path ?? [];
    if (policy.name !== '' || !isTaprootAccount(app, account) || !isOwn(seed, app, own))
      throw new Halt(SW.wrongData);
  } else if (!equal(proof, policyHmac(seed, id))) throw new Halt(SW.wrongSignature);
  if (!equal(policy.serialized, serialized)) throw new Halt(SW.wrongData);
  const { key } = yield* readKey(app, policy.keysRoot, SW.badState);
  const address = taprootAddress(app, key, change, index);
  if (display !== 0)
    yield* agreed({
      items: [
        { name: 'Verify bitcoin\naddress' },
        ...(standard ? [] : [{ name: 'Account name', value: policy.name }]),
        { name: 'Address', value: address },
      ],
      yes: 'Confirm',
      no: 'Cancel',
    });
  return utf8.encode(address);
}

const CHUNK = 64;
/** The longest message that is shown itself, in bytes; of others the hash is. */
const MAX_SHOWN = 640;

function* signMessage(seed: Bytes, app: LedgerApp, fields: Fields): Asking<Bytes> {
  const path = readPath(fields);
  const length = fields.varint();
  const root = fields.take(32);
  if (length >= 2 ** 32) throw new Halt(SW.wrongData);
  const chunks = Math.ceil(length / CHUNK);
  const magic = utf8.encode('\x18Bitcoin Signed Message:\n');
  const digest = sha256.create().update(magic).update(varint(length));
  const hash = sha256.create();
  let shown: string | undefined = length <= MAX_SHOWN ? '' : undefined;
  for (let i = 0; i < chunks; i++) {
    const chunk = yield* elementOf(root, chunks, i, SW.badState);
    const expected = i < chunks - 1 ? CHUNK : length - i * CHUNK;
    if (chunk.length !== expected) throw new Halt(SW.badState);
    digest.update(chunk);
    hash.update(chunk);
    const text = ascii(chunk);
    shown = shown !== undefined && /^[ -~\n]*$/.test(text) ? shown + text : undefined;
  }
  yield* agreed({
    items: [
      { name: 'Review message' },
      { name: 'Path', value: shownPath(path) },
      shown === undefined
        ? { name: 'Message hash', value: toHex(hash.digest()).toUpperCase(), words: true }
        : { name: 'Message', value: shown, words: true },
    ],
    yes: 'Sign message',
    no: 'Reject message',
  });
  // The real app, too, finds out only after it has asked.
  if (!allows(app, path)) throw new Halt(SW.badState);
  return signDigest(seed, app, path, sha256(digest.digest()));
}
