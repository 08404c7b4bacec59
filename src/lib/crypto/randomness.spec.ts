import { describe, expect, it } from 'vitest';
import { implementations } from '../../../tests/support/node.ts';
import { value } from '../../../tests/support/hex.ts';
import { randomFrom } from '../../../tests/support/players.ts';
import { concat } from './bytes.ts';
import * as frostEd from './frost-ed25519.ts';
import * as frostSecp from './frost-secp256k1.ts';

const { secp256k1, ed25519 } = implementations.find(({ name }) => name === 'WASM')!;
const random = randomFrom('randomness');
const share = secp256k1.scalarFromBytesWrapping(random());
const shareEd = ed25519.scalarFromBytesWrapping(random());

const custody = (rand: Uint8Array) => frostSecp.nonceGen(secp256k1, { rand, secshare: share });
const attestation = (rand: Uint8Array) => frostEd.nonceGen(ed25519, shareEd, rand);

describe('a nonce is made from fresh randomness of the exact length, or not at all', () => {
  it.each([0, 1, 16, 31, 33, 64])('custody, %i bytes', (length) => {
    expect(custody(new Uint8Array(length).fill(7))).toMatchObject({ fault: 'input-length' });
  });

  // 32 bytes used to give every binding nonce the same value.
  it.each([0, 32, 63, 65, 96])('attestation, %i bytes', (length) => {
    expect(attestation(new Uint8Array(length).fill(7))).toMatchObject({ fault: 'input-length' });
  });

  it('nothing but zeros, in either half', () => {
    const zero = new Uint8Array(32);
    const [some, other] = [random(), random()];
    const refused = { fault: 'randomness-zero' };
    expect(custody(zero)).toMatchObject(refused);
    for (const rand of [concat(zero, zero), concat(zero, some), concat(some, zero)])
      expect(attestation(rand)).toMatchObject(refused);
    expect(value(custody(some)).secnonce).toHaveLength(64);
    expect(value(attestation(concat(some, other))).secnonce).toHaveLength(64);
  });

  it('a share of another length: it would take randomness out of the hash', () => {
    const cut = share.slice(1) as typeof share;
    expect(frostSecp.nonceGen(secp256k1, { rand: random(), secshare: cut })).toMatchObject({
      fault: 'input-length',
    });
    const cutEd = shareEd.slice(1) as typeof shareEd;
    expect(frostEd.nonceGen(ed25519, cutEd, concat(random(), random()))).toMatchObject({
      fault: 'input-length',
    });
  });
});
