/**
 * An operator's packet and observer secrets, encrypted with the host secret: all operators hold the box
 * in the packet that sealed the manifest, so a restored host secret is enough to speak again.
 */
import { concat, wipe, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import type { GroupId } from '../ceremony/card.ts';

/** iv 12 ‖ both secrets 64 ‖ tag 16. */
const IV = 12;
const BOX = IV + 64 + 16;

export interface KeptKeys {
  /** 32 bytes each. */
  readonly packet: Bytes;
  readonly observer: Bytes;
}

/** HKDF-SHA256 of the host secret without salt: an AES-256-GCM key. */
async function keyFrom(hostSecret: Bytes): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', hostSecret, 'HKDF', false, ['deriveKey']);
  const info = new TextEncoder().encode('Conclave/kept keys v1');
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}

const cipher = (iv: Bytes, id: GroupId) => ({
  name: 'AES-GCM',
  iv,
  additionalData: toCbor({ ...id }),
});

/** The box, 92 bytes. `iv`: 12 fresh random bytes; neither secret is wiped here. */
export async function keepKeys(
  { packet, observer }: KeptKeys,
  hostSecret: Bytes,
  id: GroupId,
  iv: Bytes,
): Promise<Bytes> {
  const both = concat(packet, observer);
  const key = await keyFrom(hostSecret);
  const sealed = await crypto.subtle.encrypt(cipher(iv, id), key, both).finally(() => wipe(both));
  return concat(iv, new Uint8Array(sealed));
}

/** Opens a box; undefined where the host secret, the group or the box is another. The caller wipes. */
export async function keptKeys(
  box: Uint8Array,
  hostSecret: Bytes,
  id: GroupId,
): Promise<KeptKeys | undefined> {
  if (box.length !== BOX) return undefined;
  const key = await keyFrom(hostSecret);
  try {
    const opened = await crypto.subtle.decrypt(cipher(box.slice(0, IV), id), key, box.slice(IV));
    const both = new Uint8Array(opened);
    const kept = { packet: both.slice(0, 32), observer: both.slice(32) };
    wipe(both);
    return kept;
  } catch {
    return undefined; // the browser says no more than that it failed
  }
}
