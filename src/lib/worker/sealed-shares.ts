/**
 * Shares at rest: AES-256-GCM under a key from the device's own label for that share. The associated
 * data says what the share is, so that none opens in another's place.
 */
import { equal, wipe, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { bytes, read, record, text } from '../crypto/schema.ts';
import { deviceLabel, type GroupId } from '../ceremony/card.ts';
import type { Change } from '../vault/store.ts';
import type { GroupLog } from './group-log.ts';
import type { ShareSecrets } from './memory.ts';

/** Which share this is. */
export interface ShareIs {
  readonly id: GroupId;
  /** A share of a key; or the host secret, where another device than the one that derives it guards it. */
  readonly suite: 'custody' | 'attestation' | 'host secret';
  /** The operator's number, from 0. */
  readonly operator: number;
  /** The public key of the secret. */
  readonly pubshare: Uint8Array;
  /** `CertifiedKeys.hash`; of a host secret the hash of the manifest. */
  readonly certified: Uint8Array;
}

/** With what a share was sealed: kept beside it, so that whoever finds it knows which device opens it. */
interface SealedWith {
  /** What the device was asked for. */
  readonly label: string;
  /** The device's handle: model, versions, path and fingerprint of its seed, where it has them. */
  readonly device: Uint8Array;
}

const boxReader = record({
  salt: bytes(32),
  iv: bytes(12),
  box: bytes(48),
  label: text(250, 1),
  device: bytes(0, 4096),
});

const associated = (is: ShareIs, { label, device }: SealedWith): Bytes =>
  toCbor({ ...is, id: { ...is.id }, label, device, sealed: 'share v1' });

/** HKDF-SHA256 of the device's reply (32 bytes; whoever took it wipes it): the key that seals one share. */
async function keyFrom(reply: Bytes, salt: Bytes, is: ShareIs): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', reply, 'HKDF', false, ['deriveKey']);
  const info = new TextEncoder().encode(`Conclave/${is.suite} share key v1`);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt, info },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}

/**
 * Seals a share (32 bytes) and opens it again before it returns; throws where the copy does not read
 * back. `reply`: the device's 32 bytes for this share. `random`: 44 fresh bytes.
 */
export async function sealShare(
  share: Bytes,
  reply: Bytes,
  is: ShareIs,
  by: SealedWith,
  random: Bytes,
): Promise<Bytes> {
  const [salt, iv] = [random.slice(0, 32), random.slice(32)];
  const key = await keyFrom(reply, salt, is);
  const parameters = { name: 'AES-GCM', iv, additionalData: associated(is, by) };
  const box = new Uint8Array(await crypto.subtle.encrypt(parameters, key, share));
  const sealed = toCbor({ salt, iv, box, ...by });
  const back = await openShare(sealed, reply, is);
  const same = back !== undefined && equal(back, share);
  if (back) wipe(back);
  if (!same) throw new Error('A sealed share does not read back.');
  return sealed;
}

/** The share, or undefined where the reply, the record or what it is said to be does not fit. */
export async function openShare(
  sealed: Uint8Array,
  reply: Bytes,
  is: ShareIs,
): Promise<Bytes | undefined> {
  const parsed = read(boxReader, sealed);
  if (typeof parsed === 'string') return undefined;
  const { salt, iv, box } = parsed.value;
  const key = await keyFrom(reply, salt, is);
  try {
    const parameters = { name: 'AES-GCM', iv, additionalData: associated(is, parsed.value) };
    return new Uint8Array(await crypto.subtle.decrypt(parameters, key, box));
  } catch {
    return undefined; // the browser says no more than that it failed
  }
}

/** The device's replies to the labels of both shares, 32 bytes each; wiped by whoever takes them. */
export type ShareReplies = Readonly<Record<'custody' | 'attestation', Bytes>>;

/** Whose shares are sealed: a seat. */
interface Owner {
  readonly log: GroupLog;
  shareIs(suite: 'custody' | 'attestation'): ShareIs;
}

/** Seals both shares for a device (its handle): what is to be written. Neither share is wiped. */
export const sealShares = (
  owner: Owner,
  shares: ShareSecrets,
  replies: ShareReplies,
  device: Bytes,
): Promise<Change[]> =>
  Promise.all(
    (['custody', 'attestation'] as const).map(async (suite) => {
      const { ports, keys, state } = owner.log;
      const by = { label: deviceLabel(`${suite} share`, state.id!), device };
      const is = owner.shareIs(suite);
      const sealed = await sealShare(shares[suite], replies[suite], is, by, ports.random(44));
      return { key: keys.share(suite), value: sealed };
    }),
  );

/** What a promise brings; where it brings an error, these secrets are wiped. */
export const orWiped = <T>(promise: Promise<T>, ...secrets: Bytes[]): Promise<T> =>
  promise.catch((error: unknown) => {
    wipe(...secrets);
    throw error;
  });
