import { cbc, ctr } from '@noble/ciphers/aes.js';
import { concat, equal, wipe, type Bytes } from '../../crypto/bytes.ts';

/*
 * AES-CCM (RFC 3610) as the YubiHSM 2 wraps with it: a nonce of 13 bytes, a tag of 16, nothing
 * authenticated beside the message.
 */

export const NONCE_LENGTH = 13;
const TAG_LENGTH = 16;

/** Nonce and tag: how much longer a sealed message is. */
export const CCM_OVERHEAD = NONCE_LENGTH + TAG_LENGTH;

/** Flags of the first block: no associated data, a tag of 16 bytes, a length of 2 bytes. */
const FIRST_BLOCK = 0x39;
/** Flags of the counter blocks: a counter of 2 bytes. */
const COUNTER_BLOCK = 0x01;

/** CBC-MAC over the first block and the message, filled up with zeros; 16 bytes. */
function tagOf(key: Uint8Array, nonce: Uint8Array, message: Uint8Array): Bytes {
  const blocks = new Uint8Array(16 * (1 + Math.ceil(message.length / 16)));
  blocks[0] = FIRST_BLOCK;
  blocks.set(nonce, 1);
  new DataView(blocks.buffer).setUint16(14, message.length);
  blocks.set(message, 16);
  const chained = cbc(key, new Uint8Array(16), { disablePadding: true }).encrypt(blocks);
  wipe(blocks);
  return chained.slice(-TAG_LENGTH);
}

/** XORs tag and message with the key stream: block 0 is for the tag, the others for the message. */
const stream = (key: Uint8Array, nonce: Uint8Array, tagAndMessage: Uint8Array): Uint8Array =>
  ctr(key, concat(Uint8Array.of(COUNTER_BLOCK), nonce, new Uint8Array(2))).encrypt(tagAndMessage);

/**
 * Nonce ‖ ciphertext ‖ tag of a message below 2¹⁶ bytes under an AES key (16, 24 or 32 bytes); the
 * nonce has 13 bytes.
 */
export function seal(key: Uint8Array, nonce: Uint8Array, message: Uint8Array): Bytes {
  const streamed = stream(key, nonce, concat(tagOf(key, nonce, message), message));
  return concat(nonce, streamed.subarray(TAG_LENGTH), streamed.subarray(0, TAG_LENGTH));
}

/** The message of `seal`; undefined where the bytes were not sealed under this key. */
export function unseal(key: Uint8Array, sealed: Uint8Array): Bytes | undefined {
  if (sealed.length < CCM_OVERHEAD) return undefined;
  const nonce = sealed.subarray(0, NONCE_LENGTH);
  const [ciphertext, tag] = [
    sealed.subarray(NONCE_LENGTH, -TAG_LENGTH),
    sealed.subarray(-TAG_LENGTH),
  ];
  const streamed = stream(key, nonce, concat(tag, ciphertext));
  const message = streamed.slice(TAG_LENGTH);
  if (equal(streamed.subarray(0, TAG_LENGTH), tagOf(key, nonce, message))) return message;
  wipe(message, streamed);
  return undefined;
}
