import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  ask,
  begin,
  bench,
  counting,
  header,
  HostSession,
  idOf,
  keysOf,
  open,
} from '../../../../tests/support/yubihsm-host.ts';
import { concat, type Bytes } from '../../crypto/bytes.ts';
import { algorithms, commands, errors } from '../yubihsm/commands.ts';
import { be16, errorFrame, fromFrame, toFrame } from '../yubihsm/frames.ts';
import { agreedKeys, receiptOf } from '../yubihsm/scp03.ts';
import { bareYubiHsm, YubiHsmSimulator } from './yubihsm.ts';

const make = async (session: HostSession) =>
  idOf(
    await session.send(
      commands.generateHmacKey,
      header({ algorithm: algorithms.hmacSha256, may: ['sign-hmac'] }),
    ),
  );

describe('a simulated YubiHSM in clear', () => {
  it('says what it is', async () => {
    const info = (await ask(bench().simulator, commands.deviceInfo)) as Bytes;
    expect([...info.subarray(0, 9)]).toEqual([2, 5, 0, 0x00, 0xbc, 0x61, 0x4e, 62, 2]);
    expect([...info.subarray(9)]).toEqual([
      12, 15, 19, 20, 21, 22, 29, 30, 31, 38, 41, 42, 43, 46, 49,
    ]);
    expect(bench().simulator.serial).toBe('SIM-12345678');
  });

  it('answers what needs a session, or is unknown, with an error', async () => {
    const { simulator } = bench();
    expect(await ask(simulator, commands.signHmac, be16(1))).toBe(errors.invalidCommand);
    expect(await ask(simulator, 0x7e)).toBe(errors.invalidCommand);
    expect(await simulator.exchange(Uint8Array.of(1, 0, 2, 0))).toEqual(
      errorFrame(errors.wrongLength),
    );
    expect(await ask(simulator, commands.echo, Uint8Array.of(1, 2))).toEqual(Uint8Array.of(1, 2));
  });
});

describe('sessions of a simulated YubiHSM', () => {
  it('begin with the factory password, and with no other', async () => {
    const { simulator } = bench();
    const begun = await begin(simulator, 1, 'password');
    expect(begun).toMatchObject({ shown: true });
    expect(await begin(simulator, 1, 'passwort')).toMatchObject({ shown: false });
    expect(await begin(simulator, 2)).toBe(errors.objectNotFound);
  });

  it('do not open with a wrong cryptogram or a wrong MAC, and end', async () => {
    const { simulator } = bench();
    const begun = async () => {
      const one = await begin(simulator);
      if (typeof one === 'number') throw new Error('refused');
      return one;
    };
    const [first, second] = [await begun(), await begun()];
    const wrongMac = first.authenticate.slice();
    wrongMac[wrongMac.length - 1]! ^= 1;
    expect(await simulator.exchange(wrongMac)).toEqual(errorFrame(errors.authenticationFailed));
    expect(await simulator.exchange(second.authenticateWith(new Uint8Array(8)))).toEqual(
      errorFrame(errors.authenticationFailed),
    );
    for (const { authenticate } of [first, second])
      expect(await simulator.exchange(authenticate)).toEqual(errorFrame(errors.invalidSession));
  });

  it('do nothing before they are open', async () => {
    const { simulator } = bench();
    const begun = await begin(simulator);
    if (typeof begun === 'number') throw new Error('refused');
    expect(await simulator.exchange(begun.session.carry(commands.echo))).toEqual(
      errorFrame(errors.invalidSession),
    );
  });

  it('are sixteen at most, and end after 30 seconds without use', async () => {
    const { simulator, wait } = bench();
    const first = await open(simulator);
    const others = [];
    for (let i = 1; i < 16; i++) others.push(await open(simulator));
    expect(others.map(({ id }) => id)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
    expect(await begin(simulator)).toBe(errors.sessionsFull);
    wait(29_999);
    expect(await first.send(commands.echo, Uint8Array.of(9))).toEqual(Uint8Array.of(9));
    expect(await begin(simulator)).toBe(errors.sessionsFull);
    wait(1);
    expect((await open(simulator)).id).toBe(1);
    expect(await first.send(commands.echo, Uint8Array.of(8))).toEqual(Uint8Array.of(8));
    expect(await simulator.exchange(others[3]!.carry(commands.echo))).toEqual(
      errorFrame(errors.invalidSession),
    );
  });

  it('make room when they are closed', async () => {
    const { simulator } = bench();
    const [first, second] = [await open(simulator), await open(simulator)];
    expect(await first.send(commands.closeSession)).toHaveLength(0);
    expect(await simulator.exchange(first.carry(commands.echo))).toEqual(
      errorFrame(errors.invalidSession),
    );
    expect((await open(simulator)).id).toBe(first.id);
    expect(await second.send(commands.echo, Uint8Array.of(1))).toEqual(Uint8Array.of(1));
  });

  it('refuse a message that comes twice, and end', async () => {
    const { simulator } = bench();
    const session = await open(simulator);
    const message = session.carry(commands.echo, Uint8Array.of(1));
    expect(session.open((await simulator.exchange(message))!, commands.echo)).toHaveLength(1);
    expect(await simulator.exchange(message)).toEqual(errorFrame(errors.authenticationFailed));
    expect(await simulator.exchange(session.carry(commands.echo))).toEqual(
      errorFrame(errors.invalidSession),
    );
  });

  it('refuse a message with any byte changed', async () => {
    const kept = bench().state();
    const length = (await open(bench(kept).simulator)).carry(commands.echo).length;
    for (let at = 0; at < length; at++) {
      const { simulator } = bench(kept);
      const session = await open(simulator);
      const changed = session.carry(commands.echo);
      changed[at]! ^= 1;
      const reply = fromFrame((await simulator.exchange(changed))!);
      expect(reply?.command, `byte ${at}`).toBe(0x7f);
    }
  });

  it('open with P-256 keys too, and prove the device’s own', async () => {
    const { simulator } = bench();
    const session = await open(simulator);
    const random = counting();
    const [fixed, ephemeral] = [0, 1].map(() => p256.utils.randomSecretKey(random(48)));
    const pointOf = (secret: Uint8Array) => p256.getPublicKey(secret, false);
    const put = await session.send(
      commands.putAuthenticationKey,
      header({ id: 5, algorithm: algorithms.p256Authentication }),
      new Uint8Array(8),
      pointOf(fixed!).slice(1),
    );
    expect(idOf(put)).toBe(5);
    const device = (await ask(simulator, commands.getDevicePublicKey)) as Bytes;
    expect(device[0]).toBe(algorithms.p256Authentication);
    const hostKey = pointOf(ephemeral!);
    const created = (await ask(simulator, commands.createSession, be16(5), hostKey)) as Bytes;
    const theirs = created.slice(1, 66);
    const shared = (secret: Uint8Array, point: Uint8Array) =>
      p256.getSharedSecret(secret, point).slice(1);
    const keys = agreedKeys(
      shared(ephemeral!, theirs),
      shared(fixed!, concat(Uint8Array.of(4), device.subarray(1))),
    );
    const receipt = receiptOf(keys, theirs, hostKey);
    expect(created.subarray(66)).toEqual(receipt);
    const agreed = new HostSession(simulator, created[0]!, keys, receipt);
    expect(await agreed.send(commands.echo, Uint8Array.of(3))).toEqual(Uint8Array.of(3));
    // A point that is not on the curve, and a challenge of the other kind.
    const off = hostKey.slice();
    off[64]! ^= 1;
    expect(await ask(simulator, commands.createSession, be16(5), off)).toBe(errors.invalidData);
    expect(await ask(simulator, commands.createSession, be16(1), hostKey)).toBe(errors.invalidData);
  });

  it('keep what their key could do when they began', async () => {
    const { simulator } = bench();
    const session = await open(simulator);
    await session.send(commands.deleteObject, be16(1), Uint8Array.of(2));
    expect(
      idOf(await session.send(commands.generateHmacKey, header({ algorithm: 20 }))),
    ).toBeGreaterThan(0);
    expect(await begin(simulator)).toBe(errors.objectNotFound);
  });

  it('answer echoes that fit into a reply, and no longer ones', async () => {
    const { simulator } = bench();
    const session = await open(simulator);
    const longest = new Uint8Array(3116).fill(5);
    expect(await session.send(commands.echo, longest)).toEqual(longest);
    expect(await session.send(commands.getPseudoRandom, be16(3116))).toHaveLength(3116);
    expect(await session.send(commands.getPseudoRandom, be16(3117))).toBe(errors.wrongLength);
  });
});

describe('what a simulated YubiHSM keeps', () => {
  it('is the same device after it was saved and read', async () => {
    const before = bench();
    const session = await open(before.simulator);
    const id = await make(session);
    const data = Uint8Array.of(1, 2, 3);
    const mac = await session.send(commands.signHmac, be16(id), data);
    const after = bench(before.state());
    const again = await open(after.simulator);
    expect(await again.send(commands.signHmac, be16(id), data)).toEqual(mac);
    expect(await ask(after.simulator, commands.getDevicePublicKey)).toEqual(
      await ask(before.simulator, commands.getDevicePublicKey),
    );
  });

  it('is told after every change, and only then', async () => {
    const kept = vi.fn();
    const simulator = new YubiHsmSimulator({
      seed: new Uint8Array(32),
      serial: 1,
      kept,
      random: counting(),
      now: () => 0,
    });
    expect(kept).toHaveBeenCalledTimes(1);
    const session = await open(simulator);
    await session.send(commands.listObjects);
    expect(kept).toHaveBeenCalledTimes(1);
    await make(session);
    expect(kept).toHaveBeenCalledTimes(2);
  });

  it('is read only where it is one', () => {
    const state = bench().state();
    for (const wrong of [new Uint8Array(), state.slice(1), concat(state, Uint8Array.of(0))])
      expect(() => bench(wrong)).toThrow(RangeError);
  });

  it('is gone after a reset, sessions too', async () => {
    const { simulator } = bench();
    const [session, other] = [await open(simulator), await open(simulator)];
    await make(session);
    expect(await session.send(commands.resetDevice)).toHaveLength(0);
    expect(await simulator.exchange(other.carry(commands.echo))).toEqual(
      errorFrame(errors.invalidSession),
    );
    const listed = await (await open(simulator)).send(commands.listObjects);
    expect(listed).toEqual(Uint8Array.of(0, 1, 2, 0));
  });
});

describe('a simulated YubiHSM in the hand', () => {
  it('has a light and a cable', async () => {
    const { simulator } = bench();
    const seen: string[] = [];
    simulator.watch(() => seen.push(simulator.face().light));
    const session = await open(simulator);
    vi.useFakeTimers();
    try {
      await session.send(commands.blink, Uint8Array.of(2));
      vi.advanceTimersByTime(2000);
      await session.send(commands.blink, Uint8Array.of(2));
      simulator.unplug();
      vi.advanceTimersByTime(2000);
      simulator.plug();
    } finally {
      vi.useRealTimers();
    }
    expect(seen).toEqual(['blinking', 'on', 'blinking', 'off', 'on']);
    expect(await simulator.exchange(session.carry(commands.echo))).toEqual(
      errorFrame(errors.invalidSession),
    );
  });

  it('is not there for a connector while it is unplugged, even half-way', async () => {
    const { simulator } = bench();
    const connector = bareYubiHsm(simulator);
    expect(await connector.status()).toMatch(/^status=OK\nserial=\*\nversion=3\.0\.7\npid=\d+\n/);
    const echo = toFrame(commands.echo, Uint8Array.of(1));
    expect(await connector.exchange(echo)).toEqual(toFrame(0x81, Uint8Array.of(1)));
    const cut = connector.exchange(echo);
    simulator.unplug();
    expect(await cut).toEqual({ fault: 'no-hsm' });
    expect(await connector.exchange(echo)).toEqual({ fault: 'no-hsm' });
    expect(await connector.status()).toMatch(/^status=NO_DEVICE\n/);
  });
});

describe('hostile frames', () => {
  const anyBytes = fc.uint8Array({ maxLength: 120 }).map((some) => new Uint8Array(some));
  const numbers = fc.constantFrom(...Object.values(commands));

  it('are answered in clear', async () => {
    const { simulator } = bench();
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyBytes, fc.tuple(numbers, anyBytes)), async (input) => {
        const frame = input instanceof Uint8Array ? input : toFrame(input[0], input[1]);
        const reply = fromFrame((await simulator.exchange(frame))!)!;
        if (reply.command === 0x7f) expect(reply.data).toHaveLength(1);
        else expect(reply.command).toBe(frame[0]! | 0x80);
      }),
      { numRuns: 3000 },
    );
  });

  const heads = fc.constantFrom(new Uint8Array(), be16(1), be16(2), header({ algorithm: 20 }));
  const commandFrames = (numbers: fc.Arbitrary<number>) =>
    fc.oneof(
      anyBytes,
      fc.tuple(numbers, heads, anyBytes).map(([number, ...data]) => toFrame(number, ...data)),
    );
  const ending: readonly number[] = [
    commands.closeSession,
    commands.resetDevice,
    commands.deleteObject,
    commands.changeAuthenticationKey,
    commands.setOption,
  ];

  it('are answered within a session, which goes on', async () => {
    const { simulator } = bench();
    const session = await open(simulator);
    const id = await make(session);
    const before = await session.send(commands.signHmac, be16(id), be16(7));
    const harmless = commandFrames(numbers.filter((number) => !ending.includes(number)));
    await fc.assert(
      fc.asyncProperty(
        harmless.filter((plain) => !ending.includes(plain[0]!)),
        async (plain) => {
          const reply = await simulator.exchange(session.carryPlain(plain));
          expect(session.open(reply!, plain[0] ?? 0)).not.toHaveProperty('clear');
        },
      ),
      { numRuns: 1500 },
    );
    expect(await session.send(commands.signHmac, be16(id), be16(7))).toEqual(before);
  });

  it('are answered within a session where they can end it', async () => {
    const kept = bench().state();
    await fc.assert(
      fc.asyncProperty(commandFrames(fc.constantFrom(...ending)), async (plain) => {
        const { simulator } = bench(kept);
        const session = await open(simulator);
        const reply = await simulator.exchange(session.carryPlain(plain));
        expect(session.open(reply!, plain[0] ?? 0)).not.toHaveProperty('clear');
      }),
      { numRuns: 300 },
    );
  });
});

describe('the simulated factory', () => {
  it('puts in the keys of its password', () => {
    const { enc, mac } = keysOf('password');
    expect(Buffer.concat([enc, mac]).toString('hex')).toBe(
      '090b47dbed595654901dee1cc655e420592fd483f759e29909a04c4505d2ce0a',
    );
  });
});
