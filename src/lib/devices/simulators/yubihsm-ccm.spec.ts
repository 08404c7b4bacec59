import fc from 'fast-check';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concat } from '../../crypto/bytes.ts';
import { CCM_OVERHEAD, NONCE_LENGTH, seal, unseal } from './yubihsm-ccm.ts';

const bytes = (minLength: number, maxLength = minLength) =>
  fc.uint8Array({ minLength, maxLength }).map((some) => new Uint8Array(some));
const keys = fc.constantFrom(16, 24, 32).chain((length) => bytes(length));

/** The same with Node's own AES-CCM, on OpenSSL. */
function theirs(key: Uint8Array, nonce: Uint8Array, message: Uint8Array): Uint8Array {
  const name = `aes-${8 * key.length}-ccm` as 'aes-128-ccm';
  const cipher = createCipheriv(name, key, nonce, { authTagLength: 16 });
  const sealed = cipher.update(message);
  cipher.final();
  return concat(nonce, sealed, cipher.getAuthTag());
}

describe('AES-CCM of the simulated YubiHSM', () => {
  it('seals to the bytes that OpenSSL gives, which opens them', () => {
    fc.assert(
      fc.property(keys, bytes(NONCE_LENGTH), bytes(1, 300), (key, nonce, message) => {
        const sealed = seal(key, nonce, message);
        expect(sealed).toEqual(theirs(key, nonce, message));
        expect(sealed).toHaveLength(message.length + CCM_OVERHEAD);
        expect(unseal(key, sealed)).toEqual(message);
        const name = `aes-${8 * key.length}-ccm` as 'aes-128-ccm';
        const decipher = createDecipheriv(name, key, nonce, { authTagLength: 16 });
        decipher.setAuthTag(sealed.subarray(-16));
        expect(new Uint8Array(decipher.update(sealed.subarray(13, -16)))).toEqual(message);
      }),
    );
  });

  it('opens nothing in which one bit differs, or under another key', () => {
    fc.assert(
      fc.property(keys, bytes(0, 40), fc.nat(), (key, message, where) => {
        const sealed = seal(key, new Uint8Array(NONCE_LENGTH), message);
        const changed = sealed.slice();
        changed[where % sealed.length]! ^= 1 << (where & 7);
        expect(unseal(key, changed)).toBeUndefined();
        expect(
          unseal(
            Uint8Array.from(key, (byte) => byte ^ 1),
            sealed,
          ),
        ).toBeUndefined();
        expect(unseal(key, sealed.subarray(0, where % sealed.length))).toBeUndefined();
      }),
    );
  });
});
