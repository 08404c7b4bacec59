import { p256 } from '@noble/curves/nist.js';
import { describe, expect, it, vi } from 'vitest';
import {
  ask,
  bench,
  header,
  idOf,
  keysOf,
  open as openHost,
} from '../../../../tests/support/yubihsm-host.ts';
import {
  ADMINISTRATOR,
  EVERYDAY,
  faultOf,
  good,
  hardwareWith,
  provisioned,
  replying,
  typing,
  utf8,
} from '../../../../tests/support/yubihsm-owner.ts';
import { concat, equal, isZero, toHex, type Bytes } from '../../crypto/bytes.ts';
import { bareYubiHsm } from '../simulators/yubihsm.ts';
import { capabilityBytes, commands, errors, objectTypes, origins } from './commands.ts';
import { be16, errorFrame } from './frames.ts';
import { infoOf } from './objects.ts';
import { provision, type Escrow, type ProvisionChoice } from './provision.ts';
import { cryptogram, decryptMessage, sessionKeys, type LongKeys } from './scp03.ts';
import { inSession } from './session.ts';

/** Deriving keys takes most of the time; here each password is derived once. */
vi.mock('./scp03.ts', async (original) => {
  const real = await original<typeof import('./scp03.ts')>();
  const derived = new Map<string, LongKeys>();
  return {
    ...real,
    keysOfPassword: (password: Uint8Array) => {
      const found = derived.get(toHex(password)) ?? real.keysOfPassword(password);
      derived.set(toHex(password), found);
      return { enc: found.enc.slice(), mac: found.mac.slice() };
    },
  };
});

/** The secrets of the P-256 keys that sessions were opened with. */
const opened: Bytes[] = [];

vi.mock('./session.ts', async (original) => {
  const real = await original<typeof import('./session.ts')>();
  return {
    ...real,
    inSession: ((connector, credential, work) => {
      if ('secret' in credential) opened.push(credential.secret);
      return real.inSession(connector, credential, work);
    }) satisfies typeof real.inSession,
  };
});

const choice = (change: Partial<ProvisionChoice> = {}): ProvisionChoice => ({
  password: utf8(EVERYDAY),
  administrator: utf8(ADMINISTRATOR),
  exportable: false,
  ...change,
});

const fresh = () => {
  const { simulator } = bench();
  return { simulator, hardware: hardwareWith(bareYubiHsm(simulator)) };
};

/** How many objects there are, as the factory's key sees it. */
async function objectsIn(simulator: ReturnType<typeof fresh>['simulator']): Promise<number> {
  const list = await (await openHost(simulator)).send(commands.listObjects);
  return (list as Bytes).length / 4;
}

describe('provisioning', () => {
  it('makes an operator’s key that may do what is needed and nothing else', async () => {
    const { made, hardware } = await provisioned();
    const { ids } = made;
    const as = { authentication: ids.operator, password: utf8(EVERYDAY) };
    await inSession(hardware.yubihsm, as, async (session) => {
      const operator = good(await infoOf(session, objectTypes.authenticationKey, ids.operator));
      expect(operator.domains).toBe(1);
      expect(operator.delegated).toEqual(new Uint8Array(8));
      expect(operator.capabilities).toEqual(
        capabilityBytes([
          ...(['sign-hmac', 'verify-hmac', 'wrap-data', 'unwrap-data', 'sign-eddsa'] as const),
          ...(['get-log', 'get-pseudo-random'] as const),
        ]),
      );
      const hmac = good(await infoOf(session, objectTypes.hmacKey, ids.hmac));
      expect(hmac.capabilities).toEqual(capabilityBytes(['sign-hmac', 'verify-hmac']));
      const keys = [
        hmac,
        good(await infoOf(session, objectTypes.wrapKey, ids.wrap)),
        good(await infoOf(session, objectTypes.asymmetricKey, ids.approval)),
      ];
      expect(keys.map(({ origin }) => origin)).toEqual(keys.map(() => origins.generated));
      for (const command of [commands.generateHmacKey, commands.putAuthenticationKey])
        expect(faultOf(await session.send(command, new Uint8Array(93)))).toBe('not-provisioned');
      const gone = Uint8Array.of(objectTypes.hmacKey);
      expect(faultOf(await session.send(commands.deleteObject, be16(ids.hmac), gone))).toBe(
        'not-provisioned',
      );
      return session;
    });
    expect(made.escrow).toBeUndefined();
  });

  it('deletes the factory’s key, and leaves an administrator', async () => {
    const { made, simulator } = await provisioned();
    expect(await ask(simulator, commands.createSession, be16(1), new Uint8Array(8))).toBe(
      errors.objectNotFound,
    );
    const admin = await openHost(simulator, made.ids.administrator, ADMINISTRATOR);
    const label = new Uint8Array(40);
    const header = [be16(0), label, be16(0xffff), capabilityBytes(['sign-hmac'])];
    expect(
      idOf(await admin.send(commands.generateHmacKey, ...header, Uint8Array.of(20))),
    ).toBeGreaterThan(0);
  });

  it('gives an exportable key’s only copies, from which another YubiHSM makes the same', async () => {
    const { made, simulator } = await provisioned(true);
    const escrow = made.escrow!;
    expect(escrow.wrapKey.length).toBe(32);
    const first = await openHost(simulator, made.ids.operator, EVERYDAY);
    const mac = await first.send(commands.signHmac, be16(made.ids.hmac), utf8('label'));

    const other = await openHost(bench().simulator);
    const may = capabilityBytes(['import-wrapped']);
    const mayBe = capabilityBytes(['sign-hmac', 'verify-hmac', 'exportable-under-wrap']);
    const header = [be16(5), new Uint8Array(40), be16(1), may, Uint8Array.of(42)];
    const wrap = await other.send(commands.putWrapKey, ...header, mayBe, escrow.wrapKey);
    expect(idOf(wrap)).toBe(5);
    const imported = await other.send(commands.importWrapped, be16(5), escrow.hmacKey);
    expect(imported).toEqual(Uint8Array.of(objectTypes.hmacKey, ...be16(made.ids.hmac)));
    expect(await other.send(commands.signHmac, be16(made.ids.hmac), utf8('label'))).toEqual(mac);
  });

  it('keeps a key that is not exportable from being wrapped, even for the administrator', async () => {
    const { made, simulator } = await provisioned();
    const admin = await openHost(simulator, made.ids.administrator, ADMINISTRATOR);
    const may = capabilityBytes(['export-wrapped']);
    const header = [be16(5), new Uint8Array(40), be16(1), may, Uint8Array.of(42)];
    await admin.send(
      commands.generateWrapKey,
      ...header,
      capabilityBytes(['sign-hmac', 'verify-hmac']),
    );
    const which = [Uint8Array.of(objectTypes.hmacKey), be16(made.ids.hmac)];
    expect(await admin.send(commands.exportWrapped, be16(5), ...which)).toBe(
      errors.insufficientPermissions,
    );
  });

  it('wipes all passwords', async () => {
    const { hardware } = fresh();
    const typed = typing('password');
    const chosen = choice();
    good(await provision(hardware, typed.presence, chosen));
    expect([chosen.password, chosen.administrator, ...typed.given].map(isZero)).toEqual([
      true,
      true,
      true,
    ]);
    expect(typed.prompts.map(({ asks }) => asks)).toEqual([{ to: 'provision' }]);
  });
});

/** What passed between page and YubiHSM, each with its reply. */
type Overheard = readonly (readonly [frame: Bytes, reply: Bytes])[];

/** Provisions a new YubiHSM while somebody listens. */
async function overheard() {
  const { hardware, simulator } = fresh();
  const heard: [Bytes, Bytes][] = [];
  const tapped = replying(hardware, (frame, reply) => {
    heard.push([frame.slice(), reply.slice()]);
    return reply;
  });
  const chosen = choice({ exportable: true });
  const made = good(await provision(tapped, typing('password').presence, chosen));
  return { heard, made, simulator };
}

/** All that a listener who knows this password reads: what was in clear, and each session it opens. */
function readableWith(password: string, heard: Overheard): Bytes[] {
  const read: Bytes[] = [];
  const sessions = new Map<number, { readonly enc: Bytes; counter: number }>();
  for (const [frame, reply] of heard) {
    const session = frame[0] === commands.sessionMessage ? sessions.get(frame[3]!) : undefined;
    if (frame[0] === commands.createSession && frame.length === 3 + 2 + 8) {
      const context = concat(frame.slice(5), reply.slice(4, 12));
      const keys = sessionKeys(keysOf(password), context);
      const fits = equal(cryptogram(keys, 'cardCryptogram', context), reply.slice(12));
      if (fits) sessions.set(reply[3]!, { enc: keys.enc, counter: 1 });
    } else if (frame[0] === commands.createSession) sessions.delete(reply[3]!);
    if (session) {
      const { enc, counter } = session;
      for (const message of [frame, reply]) {
        const plain = decryptMessage(enc, counter, message.slice(4, -8));
        if (plain) read.push(plain);
      }
      session.counter += 1;
    } else read.push(frame, reply);
  }
  return read;
}

describe('somebody who listens and knows the factory’s password', () => {
  const holds = (read: readonly Bytes[], secret: Bytes) =>
    read.some((bytes) => toHex(bytes).includes(toHex(secret)));

  it('reads the temporary key’s public half, and nothing that is secret', async () => {
    const { heard, made } = await overheard();
    const read = readableWith('password', heard);
    const put = read.find(([command]) => command === commands.putAuthenticationKey)!;
    expect(p256.Point.fromBytes(concat(Uint8Array.of(4), put.slice(-64))).is0()).toBe(false);
    for (const password of [EVERYDAY, ADMINISTRATOR]) {
      const { enc, mac } = keysOf(password);
      expect(holds(read, enc) || holds(read, mac)).toBe(false);
    }
    expect(holds(read, made.escrow!.wrapKey)).toBe(false);
    expect(holds(read, made.escrow!.hmacKey)).toBe(false);
  });

  it('finds another temporary key each time, whose secret is wiped and which does not stay', async () => {
    opened.length = 0;
    const { heard, simulator, made } = await overheard();
    const again = await overheard();
    const points = [heard, again.heard].map((all) =>
      readableWith('password', all)
        .find(([command]) => command === commands.putAuthenticationKey)!
        .slice(-64),
    );
    expect(points[0]).not.toEqual(points[1]);
    expect(opened.map(isZero)).toEqual([true, true]);
    const admin = await openHost(simulator, made.ids.administrator, ADMINISTRATOR);
    const type = Uint8Array.of(2, objectTypes.authenticationKey);
    const left = (await admin.send(commands.listObjects, type)) as Bytes;
    expect(left.length / 4).toBe(2);
  });
});

describe('provisioning is refused', () => {
  it.each(['password', 'administrator'] as const)('with the factory’s as %s', async (name) => {
    const { hardware, simulator } = fresh();
    const typed = typing('password');
    const chosen = choice({ [name]: utf8('password') });
    expect(faultOf(await provision(hardware, typed.presence, chosen))).toBe('factory-password');
    expect(typed.prompts).toEqual([]);
    expect(await objectsIn(simulator)).toBe(1);
  });

  it('with a wrong password, by the person, and without a YubiHSM', async () => {
    const { hardware, simulator } = fresh();
    expect(faultOf(await provision(hardware, typing('other').presence, choice()))).toBe(
      'wrong-password',
    );
    expect(faultOf(await provision(hardware, () => Promise.resolve('refused'), choice()))).toBe(
      'refused',
    );
    simulator.unplug();
    expect(faultOf(await provision(hardware, typing('password').presence, choice()))).toBe(
      'no-hsm',
    );
  });

  it('by firmware that opens no sessions with P-256 keys, before anything is made', async () => {
    const { hardware, simulator } = fresh();
    const old = replying(hardware, (frame, reply) =>
      frame[0] === commands.getDevicePublicKey ? errorFrame(errors.invalidCommand) : reply,
    );
    expect(faultOf(await provision(old, typing('password').presence, choice()))).toBe('too-old');
    expect(await objectsIn(simulator)).toBe(1);
  });

  it('where keys stand in the way, which stay', async () => {
    const { hardware, simulator } = fresh();
    const host = await openHost(simulator);
    const name = new Uint8Array(40);
    name.set(utf8('Conclave secrets'));
    const header = [be16(0), name, be16(1), capabilityBytes(['sign-hmac']), Uint8Array.of(20)];
    await host.send(commands.generateHmacKey, ...header);
    expect(await provision(hardware, typing('password').presence, choice())).toEqual({
      fault: 'not-provisioned',
      detail: 'Conclave secrets: already there',
    });
    expect(await objectsIn(simulator)).toBe(2);
  });
});

describe('an authentication key that somebody put in before', () => {
  const planted = async (domains: number) => {
    const { hardware, simulator } = fresh();
    const host = await openHost(simulator);
    const key = { id: 9, domains, may: ['sign-hmac'] as const, algorithm: 38 };
    const secrets = [new Uint8Array(8), new Uint8Array(32).fill(1)];
    idOf(await host.send(commands.putAuthenticationKey, header(key), ...secrets));
    const done = await provision(hardware, typing('password').presence, choice());
    return { done, simulator };
  };

  it('stands in the way where it reaches the keys', async () => {
    const { done, simulator } = await planted(0x8001);
    expect(done).toEqual({
      fault: 'not-provisioned',
      detail: 'authentication key 9 is there too',
    });
    expect(await objectsIn(simulator)).toBe(2);
  });

  it('does not where it has other domains', async () => {
    good((await planted(0x8000)).done);
  });
});

describe('provisioning that breaks off', async () => {
  const escrow = (await provisioned(true)).made.escrow!;
  const copied = ({ wrapKey, hmacKey }: Escrow): Escrow => ({
    wrapKey: wrapKey.slice(),
    hmacKey: hmacKey.slice(),
  });

  it.each([
    ['makes an HMAC key', () => choice()],
    ['restores one', () => choice({ escrow: copied(escrow) })],
  ])('at any reply takes back what it made, and can be done again: it %s', async (_, choice) => {
    const count = await replies(choice);
    expect(count).toBeGreaterThan(25);
    for (let broken = 0; broken < count; broken++) {
      const { hardware, simulator } = fresh();
      let left = broken;
      const flaky = replying(hardware, (_, reply) => {
        if (left-- === 0) reply[reply.length - 1]! ^= 1;
        return reply;
      });
      const done = await provision(flaky, typing('password').presence, choice());
      const factory = await ask(simulator, commands.createSession, be16(1), new Uint8Array(8));
      if (typeof factory === 'number') {
        good(done); // handed over: no reply before was broken, and the YubiHSM was asked again
        continue;
      }
      expect(faultOf(done)).toMatch(/^(unreadable-answer|wrong-password|other-device)$/);
      good(await provision(hardware, typing('password').presence, choice()));
    }
  });
});

/** How many replies provisioning takes. */
async function replies(choice: () => ProvisionChoice): Promise<number> {
  let count = 0;
  const { hardware } = fresh();
  const counting = replying(hardware, (_, reply) => {
    count += 1;
    return reply;
  });
  good(await provision(counting, typing('password').presence, choice()));
  return count;
}
