import { p256 } from '@noble/curves/nist.js';
import { describe, expect, it } from 'vitest';
import { bench, header, open as openHost } from '../../../../tests/support/yubihsm-host.ts';
import {
  faultOf,
  good,
  hardwareWith,
  replying,
  utf8,
} from '../../../../tests/support/yubihsm-owner.ts';
import type { Bytes } from '../../crypto/bytes.ts';
import { bareYubiHsm } from '../simulators/yubihsm.ts';
import { algorithms, commands } from './commands.ts';
import { be16 } from './frames.ts';
import { inSession, openSession, readDevicePublicKey, type Session } from './session.ts';

/** A YubiHSM with an authentication key that is P-256, id 7. */
async function withP256() {
  const { simulator, wait } = bench();
  const secret = p256.utils.randomSecretKey();
  const host = await openHost(simulator);
  const head = header({ id: 7, algorithm: algorithms.p256Authentication });
  const key = p256.getPublicKey(secret, false).slice(1);
  await host.send(commands.putAuthenticationKey, head, new Uint8Array(8), key);
  const hardware = hardwareWith(bareYubiHsm(simulator));
  const devicePublicKey = good(await readDevicePublicKey(hardware.yubihsm));
  return { hardware, wait, credential: { authentication: 7, secret, devicePublicKey } };
}

const echo = (text: string) => (session: Session) => session.send(commands.echo, utf8(text));

describe('a session with P-256 keys', () => {
  it('opens with the pinned key, and carries commands', async () => {
    const { hardware, credential } = await withP256();
    expect(credential.devicePublicKey.length).toBe(65);
    expect(good(await inSession(hardware.yubihsm, credential, echo('one')))).toEqual(utf8('one'));
    expect(good(await inSession(hardware.yubihsm, credential, echo('two')))).toEqual(utf8('two'));
  });

  it('does not open with another key of either side', async () => {
    const { hardware, credential } = await withP256();
    const other = p256.utils.randomSecretKey();
    const devicePublicKey = p256.getPublicKey(other, false);
    for (const change of [{ devicePublicKey }, { secret: other }])
      expect(faultOf(await openSession(hardware.yubihsm, { ...credential, ...change }))).toBe(
        'other-device',
      );
    const pinned = { ...credential, devicePublicKey: new Uint8Array(65) };
    expect(faultOf(await openSession(hardware.yubihsm, pinned))).toBe('unreadable-answer');
  });

  it('does not open with any byte of the first reply changed', async () => {
    const { hardware, wait, credential } = await withP256();
    for (let byte = 0; byte < 3 + 1 + 65 + 16; byte++) {
      const damaged = replying(hardware, (frame, reply) => {
        if (frame[0] === commands.createSession) reply[byte]! ^= 1;
        return reply;
      });
      const result = await inSession(damaged.yubihsm, credential, echo('three'));
      expect(faultOf(result)).toMatch(/^(unreadable-answer|other-device|timed-out)$/);
      wait(31_000); // sessions whose receipt did not hold end by themselves
    }
  });
});

describe('a session', () => {
  it('refuses a reply that belongs to another session', async () => {
    const { simulator } = bench();
    const hardware = hardwareWith(bareYubiHsm(simulator));
    const credential = { authentication: 1, password: utf8('password') };
    const one = good(await openSession(hardware.yubihsm, credential));
    const misled = replying(hardware, (frame, reply) => {
      if (frame[0] === commands.sessionMessage) reply[3]! += 1;
      return reply;
    });
    const two = good(await openSession(misled.yubihsm, credential));
    expect(await two.send(commands.echo, utf8('x'))).toEqual({
      fault: 'unreadable-answer',
      detail: 'another session',
    });
    expect(await two.send(commands.echo, utf8('x'))).toMatchObject({ detail: 'another session' });
    expect(good(await one.send(commands.echo, utf8('y')))).toEqual(utf8('y'));
  });

  it('goes on after an error that the YubiHSM reports inside', async () => {
    const hardware = hardwareWith(bareYubiHsm(bench().simulator));
    const credential = { authentication: 1, password: utf8('password') };
    const session = good(await openSession(hardware.yubihsm, credential));
    expect(await session.send(commands.getPublicKey, be16(99))).toEqual({
      fault: 'not-provisioned',
      detail: 'YubiHSM error 0b',
    });
    expect(good(await session.send(commands.echo, utf8('x')))).toEqual(utf8('x'));
  });

  it.each([commands.authenticateSession, commands.sessionMessage])(
    'does not call the password wrong when message %i was damaged on its way',
    async (command) => {
      const { yubihsm } = hardwareWith(bareYubiHsm(bench().simulator));
      const damaging = {
        ...yubihsm,
        exchange: (frame: Bytes) => {
          if (frame[0] === command) frame[frame.length - 1]! ^= 1;
          return yubihsm.exchange(frame);
        },
      };
      const credential = { authentication: 1, password: utf8('password') };
      expect(await inSession(damaging, credential, echo('one'))).toEqual({
        fault: 'unreadable-answer',
        detail: 'YubiHSM error 04',
      });
    },
  );

  it('takes no message twice, and does not call the password wrong then', async () => {
    const { yubihsm } = hardwareWith(bareYubiHsm(bench().simulator));
    const repeating = {
      ...yubihsm,
      exchange: async (frame: Bytes) => {
        if (frame[0] === commands.sessionMessage) await yubihsm.exchange(frame.slice());
        return yubihsm.exchange(frame);
      },
    };
    const credential = { authentication: 1, password: utf8('password') };
    expect(await inSession(repeating, credential, echo('one'))).toEqual({
      fault: 'unreadable-answer',
      detail: 'YubiHSM error 04',
    });
  });

  it('needs an authentication key that is there', async () => {
    const hardware = hardwareWith(bareYubiHsm(bench().simulator));
    const credential = { authentication: 2, password: utf8('password') };
    expect(faultOf(await openSession(hardware.yubihsm, credential))).toBe('not-provisioned');
  });
});
