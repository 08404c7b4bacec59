import { describe, expect, it } from 'vitest';
import { bench, header, idOf, open as openHost } from '../../../../tests/support/yubihsm-host.ts';
import {
  ADMINISTRATOR,
  EVERYDAY,
  faultOf,
  good,
  hardwareWith,
  provisioned,
  typing,
  utf8,
} from '../../../../tests/support/yubihsm-owner.ts';
import { concat, isZero, type Bytes } from '../../crypto/bytes.ts';
import { bareYubiHsm } from '../simulators/yubihsm.ts';
import { algorithms, capabilityBytes, commands, objectTypes, origins } from './commands.ts';
import { be16 } from './frames.ts';
import * as objects from './objects.ts';
import { provision, type Escrow, type ProvisionChoice } from './provision.ts';
import { inSession } from './session.ts';
import { standingOf } from './unfinished.ts';
import { enrolYubiHsm } from './yubihsm.ts';

/* The HMAC key of a YubiHSM that is lost comes into another by its escrow. */

const lost = await provisioned(true);
const kept = lost.made.escrow!;
const copied = ({ wrapKey, hmacKey }: Escrow): Escrow => ({
  wrapKey: wrapKey.slice(),
  hmacKey: hmacKey.slice(),
});

const choice = (escrow?: Escrow): ProvisionChoice => ({
  password: utf8(EVERYDAY),
  administrator: utf8(ADMINISTRATOR),
  exportable: escrow === undefined,
  escrow,
});

/** A YubiHSM from the factory that makes other keys than the one that is lost. */
async function another() {
  const { simulator } = bench();
  idOf(await (await openHost(simulator)).send(commands.getPseudoRandom, be16(3)));
  return { simulator, hardware: hardwareWith(bareYubiHsm(simulator)) };
}
type Another = Awaited<ReturnType<typeof another>>;

const restore = ({ hardware }: Another, escrow: Escrow) =>
  provision(hardware, typing('password').presence, choice(escrow));

async function derivedBy({ hardware }: Pick<Another, 'hardware'>): Promise<Bytes> {
  const device = good(await enrolYubiHsm(hardware, typing(EVERYDAY).presence));
  return good(await device.derive(['a label']))[0]!;
}

/** How many objects there are, as the factory's key sees it. */
async function objectsIn({ simulator }: Another): Promise<number> {
  const list = await (await openHost(simulator)).send(commands.listObjects);
  return (list as Bytes).length / 4;
}

/** No HMAC key came of it, and the YubiHSM is as it was. */
async function refuses(escrow: Escrow): Promise<string | undefined> {
  const other = await another();
  const done = await restore(other, escrow);
  expect(done).toMatchObject({ fault: 'wrong-escrow' });
  expect(await objectsIn(other)).toBe(1);
  expect(await standingOf(other.hardware)).toMatchObject({ is: 'new' });
  return 'detail' in done ? done.detail : undefined;
}

describe('an escrow', () => {
  it('gives another YubiHSM the same secrets; it approves by a key of its own', async () => {
    const [other, fresh] = [await another(), await another()];
    const escrow = copied(kept);
    const made = good(await restore(other, escrow));
    expect([escrow.wrapKey, escrow.hmacKey].map(isZero)).toEqual([true, true]);
    expect(made).toMatchObject({ restored: true, escrow: undefined });
    expect(made.ids.hmac).toBe(lost.made.ids.hmac);
    expect(await derivedBy(other)).toEqual(await derivedBy(lost));
    expect(made.approvalKey).not.toEqual(lost.made.approvalKey);

    good(await provision(fresh.hardware, typing('password').presence, choice()));
    expect(await derivedBy(fresh)).not.toEqual(await derivedBy(lost));
  });

  it('leaves keys that may the same as where it was made, and stays good', async () => {
    const other = await another();
    const { ids } = good(await restore(other, copied(kept)));
    const as = { authentication: ids.administrator, password: utf8(ADMINISTRATOR) };
    const copy = await inSession(other.hardware.yubihsm, as, async (session) => {
      const hmac = good(await objects.infoOf(session, objectTypes.hmacKey, ids.hmac));
      expect(objects.misfit(hmac, objects.hmacKey(true))).toBeUndefined();
      expect(hmac.origin).toBe(origins.generated | origins.wrapped);
      const wrap = good(await objects.infoOf(session, objectTypes.wrapKey, ids.wrap));
      expect(objects.misfit(wrap, objects.wrapKey(true))).toBeUndefined();
      expect(wrap.origin).toBe(origins.imported);
      const which = [Uint8Array.of(objectTypes.hmacKey), be16(ids.hmac)];
      return session.send(commands.exportWrapped, be16(ids.wrap), ...which);
    });
    for (const hmacKey of [kept.hmacKey, good(copy)]) {
      const third = await another();
      good(await restore(third, copied({ ...kept, hmacKey })));
      expect(await derivedBy(third)).toEqual(await derivedBy(lost));
    }
  });

  it('changes nothing on a YubiHSM that was provisioned', async () => {
    const other = await another();
    good(await provision(other.hardware, typing('password').presence, choice()));
    const before = await derivedBy(other);
    const escrow = copied(kept);
    expect(faultOf(await restore(other, escrow))).toBe('not-provisioned');
    expect([escrow.wrapKey, escrow.hmacKey].map(isZero)).toEqual([true, true]);
    expect(await derivedBy(other)).toEqual(before);
  });

  it('does not take the place of a key that is there', async () => {
    const other = await another();
    const host = await openHost(other.simulator);
    const there = header({ id: lost.made.ids.hmac, algorithm: algorithms.hmacSha256 });
    idOf(await host.send(commands.generateHmacKey, there));
    expect(await restore(other, copied(kept))).toEqual({
      fault: 'not-provisioned',
      detail: 'YubiHSM error 11',
    });
    expect(await objectsIn(other)).toBe(2);
  });
});

describe('an escrow that is not right is named, and nothing stays', () => {
  const flipped = (bytes: Bytes, at: number): Bytes =>
    bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

  it.each([0, 31])('a byte of the wrap key, at %i', async (at) => {
    expect(await refuses({ ...copied(kept), wrapKey: flipped(kept.wrapKey, at) })).toBe(
      'YubiHSM error 02',
    );
  });

  it.each([0, 40, kept.hmacKey.length - 1])('a byte of what is wrapped, at %i', async (at) => {
    await refuses({ ...copied(kept), hmacKey: flipped(kept.hmacKey, at) });
  });

  it.each([0, 1, 30, kept.hmacKey.length - 1])('%i bytes of what is wrapped', async (length) => {
    await refuses({ ...copied(kept), hmacKey: kept.hmacKey.slice(0, length) });
  });

  it('the wrap key of another, and one of another length, for which nobody is asked', async () => {
    await refuses({ ...copied(kept), wrapKey: new Uint8Array(32).fill(9) });
    const { hardware } = await another();
    const typed = typing('password');
    const escrow = { ...copied(kept), wrapKey: kept.wrapKey.slice(1) };
    expect(faultOf(await provision(hardware, typed.presence, choice(escrow)))).toBe('wrong-escrow');
    expect(typed.prompts).toEqual([]);
  });

  const secrets = {
    label: 'Conclave secrets',
    may: ['sign-hmac', 'verify-hmac', 'exportable-under-wrap'] as const,
    algorithm: algorithms.hmacSha256,
  };
  const chosen = new Uint8Array(32).fill(5);
  it.each([
    ['label', { ...secrets, label: 'Conclave' }, undefined],
    ['domains', { ...secrets, domains: 2 }, undefined],
    ['algorithm', { ...secrets, algorithm: algorithms.hmacSha512 }, undefined],
    ['capabilities', { ...secrets, may: secrets.may.slice(1) }, undefined],
    ['origin', secrets, chosen],
  ] as const)('a key of another %s under the right wrap key', async (what, made, secret) => {
    const host = await openHost((await another()).simulator);
    const role = { ...objects.wrapKey(true), domains: 0xffff };
    const put = [objects.headerOf(role), role.delegated, kept.wrapKey];
    const wrap = be16(idOf(await host.send(commands.putWrapKey, ...put)));
    const command = secret ? commands.putHmacKey : commands.generateHmacKey;
    const id = be16(idOf(await host.send(command, header(made), secret ?? new Uint8Array())));
    const which = concat(wrap, Uint8Array.of(objectTypes.hmacKey), id);
    const hmacKey = (await host.send(commands.exportWrapped, which)) as Bytes;
    expect(await refuses({ ...copied(kept), hmacKey })).toBe(`Conclave secrets: ${what}`);
  });

  it('a copy of what may more than an HMAC key', async () => {
    const host = await openHost((await another()).simulator);
    const more = capabilityBytes(['sign-eddsa', 'exportable-under-wrap']);
    const role = { ...objects.wrapKey(true), delegated: more };
    const put = [objects.headerOf(role), role.delegated, kept.wrapKey];
    const wrap = be16(idOf(await host.send(commands.putWrapKey, ...put)));
    const may = ['sign-eddsa', 'exportable-under-wrap'] as const;
    const key = header({ may, algorithm: algorithms.ed25519 });
    const id = be16(idOf(await host.send(commands.generateAsymmetricKey, key)));
    const which = concat(wrap, Uint8Array.of(objectTypes.asymmetricKey), id);
    const hmacKey = (await host.send(commands.exportWrapped, which)) as Bytes;
    expect(await refuses({ ...copied(kept), hmacKey })).toBe('YubiHSM error 09');
  });
});
