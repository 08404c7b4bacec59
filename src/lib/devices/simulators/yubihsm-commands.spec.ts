import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  bench,
  header,
  idOf,
  open,
  type Answered,
  type Bench,
  type Header,
  type HostSession,
} from '../../../../tests/support/yubihsm-host.ts';
import { concat, type Bytes } from '../../crypto/bytes.ts';
import {
  algorithms,
  capabilityBytes,
  commands,
  errors,
  objectTypes,
  origins,
  type Capability,
} from '../yubihsm/commands.ts';
import { be16, readBe16 } from '../yubihsm/frames.ts';

let device: Bench;
let session: HostSession;

beforeEach(async () => {
  device = bench();
  session = await open(device.simulator);
});

const put = async (command: number, head: Header, ...rest: readonly Uint8Array[]) =>
  idOf(await session.send(command, header(head), ...rest));

/** OBJECT INFO, cut into its fields. */
async function infoOf(id: number, type: number) {
  const info = (await session.send(commands.objectInfo, be16(id), Uint8Array.of(type))) as Bytes;
  expect(info).toHaveLength(66);
  const [kind, algorithm, sequence, origin] = info.subarray(14, 18);
  return {
    capabilities: info.slice(0, 8),
    id: readBe16(info, 8),
    length: readBe16(info, 10),
    domains: readBe16(info, 12),
    type: kind,
    algorithm,
    sequence,
    origin,
    label: new TextDecoder().decode(info.subarray(18, 58)).replace(/\0+$/, ''),
    delegated: info.slice(58),
  };
}

describe('objects of a simulated YubiHSM', () => {
  it('begin with the factory’s authentication key', async () => {
    const { capabilities, delegated, ...rest } = await infoOf(1, objectTypes.authenticationKey);
    expect(rest).toEqual({
      id: 1,
      length: 40,
      domains: 0xffff,
      type: objectTypes.authenticationKey,
      algorithm: algorithms.aes128Authentication,
      sequence: 0,
      origin: origins.imported,
      label: 'DEFAULT AUTHKEY CHANGE THIS ASAP',
    });
    expect([capabilities, delegated]).toEqual([
      delegated,
      Uint8Array.of(0, ...Array<number>(7).fill(0xff)),
    ]);
  });

  it('report what they were made with, in the lengths of the hardware', async () => {
    const { generateAsymmetricKey, generateHmacKey, generateWrapKey, putOpaque } = commands;
    const delegated = capabilityBytes(['sign-hmac']);
    const made: readonly (readonly [number, number, number, number, ...Uint8Array[]])[] = [
      [generateAsymmetricKey, algorithms.p256, objectTypes.asymmetricKey, 96],
      [generateAsymmetricKey, algorithms.k256, objectTypes.asymmetricKey, 96],
      [generateAsymmetricKey, algorithms.ed25519, objectTypes.asymmetricKey, 128],
      [generateHmacKey, algorithms.hmacSha256, objectTypes.hmacKey, 128],
      [generateHmacKey, algorithms.hmacSha512, objectTypes.hmacKey, 256],
      [generateWrapKey, algorithms.aes256CcmWrap, objectTypes.wrapKey, 40, delegated],
      [putOpaque, algorithms.opaqueData, objectTypes.opaque, 3, Uint8Array.of(1, 2, 3)],
    ];
    for (const [command, algorithm, type, length, ...rest] of made) {
      const id = await put(
        command,
        { algorithm, label: 'über', domains: 6, may: ['sign-hmac'] },
        ...rest,
      );
      expect(await infoOf(id, type)).toEqual({
        capabilities: delegated,
        id,
        length,
        domains: 6,
        type,
        algorithm,
        sequence: 0,
        origin: command === putOpaque ? origins.imported : origins.generated,
        label: 'über',
        delegated: type === objectTypes.wrapKey ? delegated : new Uint8Array(8),
      });
    }
  });

  it('count how often their id was used, and keep it from another', async () => {
    const [type, head] = [Uint8Array.of(objectTypes.hmacKey), { id: 7, algorithm: 20 }];
    for (const sequence of [0, 1, 2]) {
      expect(await put(commands.generateHmacKey, head)).toBe(7);
      expect(await infoOf(7, objectTypes.hmacKey)).toMatchObject({ sequence });
      expect(await session.send(commands.generateHmacKey, header(head))).toBe(errors.objectExists);
      expect(await session.send(commands.deleteObject, be16(7), type)).toHaveLength(0);
    }
    const last = header({ id: 0xffff, algorithm: 20 });
    expect(await session.send(commands.generateHmacKey, last)).toBe(errors.invalidId);
  });

  it('are found by every filter', async () => {
    await put(commands.generateHmacKey, {
      id: 7,
      algorithm: 20,
      domains: 2,
      may: ['sign-hmac'],
      label: 'a',
    });
    await put(commands.generateAsymmetricKey, { id: 8, algorithm: 46, domains: 4, label: 'b' });
    const list = async (...filter: readonly Uint8Array[]) => {
      const found = (await session.send(commands.listObjects, ...filter)) as Bytes;
      return Array.from({ length: found.length / 4 }, (_, i) => readBe16(found, 4 * i));
    };
    const label = concat(Uint8Array.of(6, 97), new Uint8Array(39));
    expect(await list()).toEqual([1, 8, 7]);
    expect(await list(Uint8Array.of(1, 0, 8))).toEqual([8]);
    expect(await list(Uint8Array.of(2, objectTypes.hmacKey))).toEqual([7]);
    expect(await list(Uint8Array.of(3, 0, 4))).toEqual([1, 8]);
    expect(await list(Uint8Array.of(4), capabilityBytes(['sign-hmac']))).toEqual([1, 7]);
    expect(await list(Uint8Array.of(5, 46))).toEqual([8]);
    expect(await list(label)).toEqual([7]);
    expect(await list(Uint8Array.of(2, 5), Uint8Array.of(3, 0, 4))).toEqual([]);
    expect(await session.send(commands.listObjects, Uint8Array.of(7))).toBe(errors.invalidData);
    expect(await session.send(commands.listObjects, Uint8Array.of(1, 0))).toBe(errors.wrongLength);
  });

  it('are 256 at most', async () => {
    for (let i = 1; i < 256; i++)
      await put(commands.putOpaque, { algorithm: 30 }, Uint8Array.of(i));
    const one = [header({ algorithm: 30 }), Uint8Array.of(1)];
    expect(await session.send(commands.putOpaque, ...one)).toBe(errors.storageFailed);
    const storage = (await session.send(commands.storageInfo)) as Bytes;
    expect([0, 2, 4, 6, 8].map((at) => readBe16(storage, at))).toEqual([256, 0, 1024, 768, 126]);
  });

  it('are refused with material of another length, algorithm or range', async () => {
    const refused = async (command: number, algorithm: number, ...rest: readonly Uint8Array[]) =>
      session.send(command, header({ algorithm }), ...rest);
    const { putHmacKey, putAsymmetricKey, putWrapKey, putOpaque, generateHmacKey } = commands;
    expect(await refused(putHmacKey, 20, new Uint8Array(65))).toBe(errors.wrongLength);
    expect(await refused(putHmacKey, 20)).toBe(errors.wrongLength);
    expect(await refused(putHmacKey, 46, new Uint8Array(32))).toBe(errors.invalidData);
    expect(await refused(generateHmacKey, 20, new Uint8Array(1))).toBe(errors.wrongLength);
    expect(await refused(putAsymmetricKey, 12, new Uint8Array(32))).toBe(errors.invalidData);
    expect(await refused(putAsymmetricKey, 46, new Uint8Array(31))).toBe(errors.wrongLength);
    expect(await refused(putWrapKey, 42, new Uint8Array(8 + 16))).toBe(errors.wrongLength);
    expect(await refused(putOpaque, 30)).toBe(errors.wrongLength);
    const auth = commands.putAuthenticationKey;
    expect(await refused(auth, 49, new Uint8Array(8 + 64).fill(1))).toBe(errors.invalidData);
    expect(await session.send(generateHmacKey, new Uint8Array(52))).toBe(errors.wrongLength);
  });
});

describe('keys of a simulated YubiHSM', () => {
  it('sign what others verify', async () => {
    const may: readonly Capability[] = ['sign-ecdsa', 'sign-eddsa'];
    const publicKey = async (id: number, algorithm: number) => {
      const got = (await session.send(commands.getPublicKey, be16(id))) as Bytes;
      expect(got[0]).toBe(algorithm);
      return got.slice(1);
    };
    const digest = new Uint8Array(32).fill(3);
    for (const [algorithm, curve] of [
      [12, p256],
      [15, secp256k1],
    ] as const) {
      const id = await put(commands.generateAsymmetricKey, { algorithm, may });
      const key = concat(Uint8Array.of(4), await publicKey(id, algorithm));
      const sign = async () => (await session.send(commands.signEcdsa, be16(id), digest)) as Bytes;
      const signature = await sign();
      const how = { prehash: false, format: 'der', lowS: false } as const;
      expect(curve.verify(signature, digest, key, how)).toBe(true);
      expect(await sign()).not.toEqual(signature);
      expect(await session.send(commands.signEddsa, be16(id), digest)).toBe(errors.invalidData);
      expect(await session.send(commands.signEcdsa, be16(id), be16(1))).toBe(errors.wrongLength);
    }
    const id = await put(commands.generateAsymmetricKey, { algorithm: 46, may });
    const signature = (await session.send(commands.signEddsa, be16(id), digest)) as Bytes;
    expect(ed25519.verify(signature, digest, await publicKey(id, 46))).toBe(true);
    expect(await session.send(commands.signEcdsa, be16(id), digest)).toBe(errors.invalidData);
  });

  it('give the HMAC of the key that was put', async () => {
    const [key, data] = [new Uint8Array(20).fill(0x0b), new TextEncoder().encode('Hi There')];
    const may: readonly Capability[] = ['sign-hmac', 'verify-hmac'];
    const id = await put(commands.putHmacKey, { algorithm: 20, may }, key);
    const right = hmac(sha256, key, data);
    expect(await session.send(commands.signHmac, be16(id), data)).toEqual(right);
    const verify = (mac: Uint8Array) => session.send(commands.verifyHmac, be16(id), mac, data);
    expect(await verify(right)).toEqual(Uint8Array.of(1));
    expect(await verify(right.map((byte, i) => (i === 31 ? byte ^ 1 : byte)))).toEqual(
      Uint8Array.of(0),
    );
    expect(await session.send(commands.verifyHmac, be16(id), be16(1))).toBe(errors.wrongLength);
  });
});

describe('wrap keys of a simulated YubiHSM', () => {
  const wrapMay: readonly Capability[] = [
    ...(['wrap-data', 'unwrap-data', 'export-wrapped', 'import-wrapped'] as const),
  ];
  const delegated: readonly Capability[] = ['sign-hmac', 'exportable-under-wrap'];
  const hmacKey = Uint8Array.of(objectTypes.hmacKey);
  let wrap: number;

  beforeEach(async () => {
    const head = { algorithm: algorithms.aes256CcmWrap, may: wrapMay };
    wrap = await put(commands.generateWrapKey, head, capabilityBytes(delegated));
  });

  const makeHmac = (may: readonly Capability[]) =>
    put(commands.generateHmacKey, { algorithm: 20, may, label: 'kept' });
  const send = (command: number, ...data: readonly Uint8Array[]): Promise<Answered> =>
    session.send(command, be16(wrap), ...data);

  it('wrap data, 30 bytes longer, and unwrap just that', async () => {
    for (const length of [1, 16, 100, 1989]) {
      const data = new Uint8Array(length).fill(length);
      const sealed = (await send(commands.wrapData, data)) as Bytes;
      expect(sealed).toHaveLength(length + 30);
      expect(await send(commands.unwrapData, sealed)).toEqual(data);
      sealed[length % sealed.length]! ^= 1;
      expect(await send(commands.unwrapData, sealed)).toBe(errors.invalidData);
    }
    expect(await send(commands.wrapData)).toBe(errors.wrongLength);
    expect(await send(commands.wrapData, new Uint8Array(3100))).toBe(errors.wrongLength);
  });

  it('let an exportable key out, and in again where it is gone', async () => {
    const id = await makeHmac(['sign-hmac', 'exportable-under-wrap']);
    const mac = await session.send(commands.signHmac, be16(id), be16(5));
    const copy = (await send(commands.exportWrapped, hmacKey, be16(id))) as Bytes;
    expect(await send(commands.importWrapped, copy)).toBe(errors.objectExists);
    expect(await session.send(commands.deleteObject, be16(id), hmacKey)).toHaveLength(0);
    expect(await send(commands.importWrapped, copy)).toEqual(concat(hmacKey, be16(id)));
    expect(await session.send(commands.signHmac, be16(id), be16(5))).toEqual(mac);
    expect(await infoOf(id, objectTypes.hmacKey)).toMatchObject({
      origin: origins.generated | origins.wrapped,
      sequence: 1,
      label: 'kept',
      capabilities: capabilityBytes(['sign-hmac', 'exportable-under-wrap']),
    });
  });

  it('keep keys that are not exportable, or may more than copies may', async () => {
    const kept = await makeHmac(['sign-hmac']);
    const strong = await makeHmac(['verify-hmac', 'exportable-under-wrap']);
    for (const id of [kept, strong])
      expect(await send(commands.exportWrapped, hmacKey, be16(id))).toBe(
        errors.insufficientPermissions,
      );
    expect(await send(commands.exportWrapped, hmacKey, be16(0x7777))).toBe(errors.objectNotFound);
  });

  it('do not take in what was changed, data as an object, or an object as data', async () => {
    const id = await makeHmac(['exportable-under-wrap']);
    const copy = (await send(commands.exportWrapped, hmacKey, be16(id))) as Bytes;
    await session.send(commands.deleteObject, be16(id), hmacKey);
    for (let at = 0; at < copy.length; at += 7) {
      const changed = copy.slice();
      changed[at]! ^= 0x10;
      expect(await send(commands.importWrapped, changed)).toBe(errors.invalidData);
    }
    expect(await send(commands.unwrapData, copy)).toBe(errors.invalidData);
    // All that follows the first byte of a copy; only that byte tells it from data.
    const label = new Uint8Array(40);
    const kind = Uint8Array.of(objectTypes.hmacKey, algorithms.hmacSha256, 0, origins.generated);
    const plain = concat(new Uint8Array(8), be16(id), be16(32), be16(1), kind, label);
    const data = await send(commands.wrapData, plain, new Uint8Array(32));
    expect(await send(commands.importWrapped, data as Bytes)).toBe(errors.invalidData);
  });

  it('take in nothing that may do more than their copies may', async () => {
    const twin = async (may: readonly Capability[]) => {
      const head = { algorithm: algorithms.aes128CcmWrap, may: wrapMay };
      const material = concat(capabilityBytes(may), new Uint8Array(16).fill(1));
      return be16(await put(commands.putWrapKey, head, material));
    };
    const [wide, narrow] = [await twin(delegated), await twin(['exportable-under-wrap'])];
    const id = await makeHmac(['sign-hmac', 'exportable-under-wrap']);
    const copy = await session.send(commands.exportWrapped, wide, hmacKey, be16(id));
    await session.send(commands.deleteObject, be16(id), hmacKey);
    const take = (by: Bytes) => session.send(commands.importWrapped, by, copy as Bytes);
    expect(await take(narrow)).toBe(errors.insufficientPermissions);
    expect(await take(wide)).toEqual(concat(hmacKey, be16(id)));
  });

  it('take authentication and wrap keys with what they delegate', async () => {
    const exportable: readonly Capability[] = ['exportable-under-wrap'];
    const inner = await put(
      commands.generateWrapKey,
      { algorithm: algorithms.aes128CcmWrap, may: exportable },
      capabilityBytes(['sign-hmac']),
    );
    const type = Uint8Array.of(objectTypes.wrapKey);
    const copy = (await send(commands.exportWrapped, type, be16(inner))) as Bytes;
    await session.send(commands.deleteObject, be16(inner), type);
    expect(await send(commands.importWrapped, copy)).toEqual(concat(type, be16(inner)));
    expect(await infoOf(inner, objectTypes.wrapKey)).toMatchObject({
      delegated: capabilityBytes(['sign-hmac']),
    });
  });
});
