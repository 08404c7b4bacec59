import { describe, expect, it } from 'vitest';
import {
  bench,
  header,
  idOf,
  keysOf,
  open,
  type HostSession,
} from '../../../../tests/support/yubihsm-host.ts';
import { concat, type Bytes } from '../../crypto/bytes.ts';
import {
  algorithms,
  capabilities,
  capabilityBytes,
  commands,
  errors,
  objectTypes,
  type Capability,
} from '../yubihsm/commands.ts';
import { be16 } from '../yubihsm/frames.ts';
import type { YubiHsmSimulator } from './yubihsm.ts';

const all = Object.keys(capabilities) as Capability[];
const allBut = (one: Capability) => all.filter((capability) => capability !== one);

const raw = Uint8Array.of(...keysOf('password').enc, ...keysOf('password').mac);

const ids = { opaque: 10, hmac: 11, ed25519: 12, p256: 13, wrap: 14, authentication: 15 } as const;
/** A wrap key of the same material as the other one, which may do everything. */
const TWIN = 99;

/** Puts an object of each type, all with these capabilities, and the twin of the wrap key. */
async function furnish(session: HostSession, may: readonly Capability[]): Promise<void> {
  const put = async (
    command: number,
    { id, algorithm, can = may }: { id: number; algorithm: number; can?: readonly Capability[] },
    ...rest: readonly Uint8Array[]
  ) => idOf(await session.send(command, header({ id, algorithm, may: can }), ...rest));
  const delegated = capabilityBytes(all);
  const wrapKey = new Uint8Array(32).fill(9);
  const { opaqueData, hmacSha256, ed25519, p256, aes256CcmWrap } = algorithms;
  await put(commands.putOpaque, { id: ids.opaque, algorithm: opaqueData }, Uint8Array.of(1, 2));
  await put(commands.generateHmacKey, { id: ids.hmac, algorithm: hmacSha256 });
  await put(commands.generateAsymmetricKey, { id: ids.ed25519, algorithm: ed25519 });
  await put(commands.generateAsymmetricKey, { id: ids.p256, algorithm: p256 });
  const wrap = { id: ids.wrap, algorithm: aes256CcmWrap };
  await put(commands.putWrapKey, wrap, delegated, wrapKey);
  await put(commands.putWrapKey, { ...wrap, id: TWIN, can: all }, delegated, wrapKey);
  const authentication = { id: ids.authentication, algorithm: algorithms.aes128Authentication };
  await put(commands.putAuthenticationKey, authentication, delegated, raw);
}

/** Puts an authentication key that may do just this, with the factory's password. */
async function admit(
  session: HostSession,
  {
    may,
    domains = 1,
    delegated = all,
  }: {
    readonly may: readonly Capability[];
    readonly domains?: number;
    readonly delegated?: readonly Capability[];
  },
): Promise<number> {
  const head = header({ algorithm: algorithms.aes128Authentication, may, domains });
  const put = await session.send(
    commands.putAuthenticationKey,
    head,
    capabilityBytes(delegated),
    raw,
  );
  return idOf(put);
}

/** A device with the objects, and a session that may do everything. */
async function furnished(may: readonly Capability[] = all): Promise<{
  readonly simulator: YubiHsmSimulator;
  readonly session: HostSession;
  /** An opaque object that is there no more, and data, under the wrap key. */
  readonly copy: Bytes;
  readonly sealed: Bytes;
}> {
  const { simulator } = bench();
  const session = await open(simulator);
  await furnish(session, may);
  const gone = {
    id: 50,
    algorithm: algorithms.opaqueData,
    may: ['exportable-under-wrap'] as const,
  };
  await session.send(commands.putOpaque, header(gone), Uint8Array.of(5));
  const opaque = Uint8Array.of(objectTypes.opaque);
  const copy = await session.send(commands.exportWrapped, be16(TWIN), opaque, be16(50));
  await session.send(commands.deleteObject, be16(50), opaque);
  const sealed = await session.send(commands.wrapData, be16(TWIN), Uint8Array.of(1));
  return { simulator, session, copy: copy as Bytes, sealed: sealed as Bytes };
}

type Furnished = Awaited<ReturnType<typeof furnished>>;

const made = (algorithm: number, ...rest: readonly Uint8Array[]) =>
  concat(header({ algorithm }), ...rest);
const none = new Uint8Array(8);
const digest = new Uint8Array(32);

/** Every capability of a session, with a command that needs it. */
const cases: readonly (readonly [Capability, number, Uint8Array | ((on: Furnished) => Bytes)])[] = [
  ['get-opaque', commands.getOpaque, be16(ids.opaque)],
  ['put-opaque', commands.putOpaque, made(algorithms.opaqueData, digest)],
  [
    'put-authentication-key',
    commands.putAuthenticationKey,
    made(algorithms.aes128Authentication, none, raw),
  ],
  ['put-asymmetric-key', commands.putAsymmetricKey, made(algorithms.ed25519, digest)],
  ['generate-asymmetric-key', commands.generateAsymmetricKey, made(algorithms.k256)],
  ['sign-ecdsa', commands.signEcdsa, concat(be16(ids.p256), digest)],
  ['sign-eddsa', commands.signEddsa, concat(be16(ids.ed25519), digest)],
  ['export-wrapped', commands.exportWrapped, concat(be16(ids.wrap), Uint8Array.of(1), be16(10))],
  ['import-wrapped', commands.importWrapped, ({ copy }) => concat(be16(ids.wrap), copy)],
  ['put-wrap-key', commands.putWrapKey, made(algorithms.aes256CcmWrap, none, digest)],
  ['generate-wrap-key', commands.generateWrapKey, made(algorithms.aes128CcmWrap, none)],
  ['set-option', commands.setOption, Uint8Array.of(1, 0, 1, 0)],
  ['get-option', commands.getOption, Uint8Array.of(1)],
  ['get-pseudo-random', commands.getPseudoRandom, be16(4)],
  ['put-mac-key', commands.putHmacKey, made(algorithms.hmacSha256, digest)],
  ['generate-hmac-key', commands.generateHmacKey, made(algorithms.hmacSha256)],
  ['sign-hmac', commands.signHmac, concat(be16(ids.hmac), digest)],
  ['verify-hmac', commands.verifyHmac, concat(be16(ids.hmac), digest)],
  ['get-log', commands.getLog, new Uint8Array()],
  ['get-log', commands.setLogIndex, be16(1)],
  ['reset-device', commands.resetDevice, new Uint8Array()],
  ['wrap-data', commands.wrapData, concat(be16(ids.wrap), digest)],
  ['unwrap-data', commands.unwrapData, ({ sealed }) => concat(be16(ids.wrap), sealed)],
  ['delete-opaque', commands.deleteObject, concat(be16(ids.opaque), Uint8Array.of(1))],
  [
    'delete-authentication-key',
    commands.deleteObject,
    concat(be16(ids.authentication), Uint8Array.of(2)),
  ],
  ['delete-asymmetric-key', commands.deleteObject, concat(be16(ids.p256), Uint8Array.of(3))],
  ['delete-wrap-key', commands.deleteObject, concat(be16(ids.wrap), Uint8Array.of(4))],
  ['delete-hmac-key', commands.deleteObject, concat(be16(ids.hmac), Uint8Array.of(5))],
];

/** The capabilities that the key has to have too. */
const ofKeys: readonly Capability[] = [
  ...(['sign-ecdsa', 'sign-eddsa', 'sign-hmac', 'verify-hmac'] as const),
  ...(['wrap-data', 'unwrap-data', 'export-wrapped', 'import-wrapped'] as const),
];

const dataOf = (data: (typeof cases)[number][2], on: Furnished) =>
  typeof data === 'function' ? data(on) : data;

describe('what a session of a simulated YubiHSM may do', () => {
  it.each(cases)(
    '%s: what needs it is refused without, done with',
    async (needed, command, data) => {
      const on = await furnished();
      const without = await open(on.simulator, await admit(on.session, { may: allBut(needed) }));
      expect(await without.send(command, dataOf(data, on))).toBe(errors.insufficientPermissions);
      const only = await open(on.simulator, await admit(on.session, { may: [needed] }));
      expect(await only.send(command, dataOf(data, on))).toBeInstanceOf(Uint8Array);
    },
  );

  it('covers every capability that a session has here', () => {
    const elsewhere: Capability[] = [
      ...(['derive-ecdh', 'sign-attestation'] as const), // no such command here
      'exportable-under-wrap', // an object’s
      'change-authentication-key', // below
    ];
    const covered = new Set([...cases.map(([needed]) => needed), ...elsewhere]);
    expect(all.filter((capability) => !covered.has(capability))).toEqual([]);
  });

  it.each(cases.filter(([needed]) => ofKeys.includes(needed)))(
    '%s: a key without it is of no use',
    async (needed, command, data) => {
      const on = await furnished(allBut(needed));
      expect(await on.session.send(command, dataOf(data, on))).toBe(errors.insufficientPermissions);
    },
  );

  it('changes its own authentication key, where it may, and no other', async () => {
    const { simulator, session } = await furnished();
    const key = (id: number, password: string) =>
      concat(
        be16(id),
        Uint8Array.of(algorithms.aes128Authentication),
        keysOf(password).enc,
        keysOf(password).mac,
      );
    const id = await admit(session, { may: ['change-authentication-key'] });
    const own = await open(simulator, id);
    const change = commands.changeAuthenticationKey;
    expect(await own.send(change, key(1, 'second'))).toBe(errors.invalidId);
    expect(await own.send(change, key(id, 'second'))).toEqual(be16(id));
    await expect(open(simulator, id)).rejects.toThrow();
    const renewed = await open(simulator, id, 'second');
    expect(await renewed.send(commands.echo, be16(7))).toEqual(be16(7));
    const weak = await admit(session, { may: allBut('change-authentication-key') });
    expect(await (await open(simulator, weak)).send(change, key(weak, 'second'))).toBe(
      errors.insufficientPermissions,
    );
  });
});

describe('domains of a simulated YubiHSM', () => {
  it('hide what a session shares none with', async () => {
    const { simulator, session } = await furnished();
    const other = await open(simulator, await admit(session, { may: all, domains: 2 }));
    const hidden: readonly (readonly [number, Uint8Array])[] = [
      [commands.getOpaque, be16(ids.opaque)],
      [commands.getPublicKey, be16(ids.p256)],
      [commands.signHmac, be16(ids.hmac)],
      [commands.objectInfo, concat(be16(ids.hmac), Uint8Array.of(5))],
      [commands.deleteObject, concat(be16(ids.hmac), Uint8Array.of(5))],
      [commands.exportWrapped, concat(be16(ids.wrap), Uint8Array.of(1), be16(ids.opaque))],
    ];
    for (const [command, data] of hidden) {
      expect(await other.send(command, data), String(command)).toBe(errors.objectNotFound);
      expect(await session.send(command, data), String(command)).toBeInstanceOf(Uint8Array);
    }
    const listed = (await other.send(commands.listObjects)) as Bytes;
    expect(listed).toHaveLength(2 * 4); // the factory’s authentication key and its own
  });

  it('and delegated capabilities bound what a session may make', async () => {
    const { simulator, session } = await furnished();
    const admitted = await admit(session, {
      may: ['generate-hmac-key', 'put-wrap-key'],
      domains: 0b11,
      delegated: ['sign-hmac'],
    });
    const bounded = await open(simulator, admitted);
    const hmac = (domains: number, may: readonly Capability[]) =>
      bounded.send(
        commands.generateHmacKey,
        header({ algorithm: algorithms.hmacSha256, domains, may }),
      );
    expect(await hmac(0b11, ['sign-hmac'])).toBeInstanceOf(Uint8Array);
    expect(await hmac(0b101, ['sign-hmac'])).toBe(errors.insufficientPermissions);
    expect(await hmac(0b1, ['sign-hmac', 'verify-hmac'])).toBe(errors.insufficientPermissions);
    expect(await hmac(0, [])).toBe(errors.invalidData);
    const wrap = (delegated: readonly Capability[]) =>
      bounded.send(
        commands.putWrapKey,
        header({ algorithm: algorithms.aes128CcmWrap }),
        capabilityBytes(delegated),
        new Uint8Array(16),
      );
    expect(await wrap(['sign-hmac'])).toBeInstanceOf(Uint8Array);
    expect(await wrap(['sign-hmac', 'exportable-under-wrap'])).toBe(errors.insufficientPermissions);
  });
});
