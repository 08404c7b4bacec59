import { ed25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { beforeAll, describe, expect, it } from 'vitest';
import {
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
  heldIn,
  provisioned,
  replying,
  typing,
  utf8,
  type Owned,
} from '../../../../tests/support/yubihsm-owner.ts';
import { approvalMessage } from '../../crypto/approval-key.ts';
import { isZero, type Bytes } from '../../crypto/bytes.ts';
import type { Device } from '../device.ts';
import type { Presence } from '../prompt.ts';
import { bareYubiHsm } from '../simulators/yubihsm.ts';
import { capabilityBytes, commands, errors, objectTypes } from './commands.ts';
import { be16, errorFrame } from './frames.ts';
import { inSession, openSession } from './session.ts';
import { open, seal, WRAP_OVERHEAD } from './wrap.ts';
import { enrolYubiHsm, openYubiHsm } from './yubihsm.ts';

const STATEMENT = 'Approve request 1\nof group 2';
const LABEL = 'Conclave/host secret v1/regtest/group/1';

let owned: Owned;
let device: Device;

beforeAll(async () => {
  owned = await provisioned();
  device = good(await enrolYubiHsm(owned.hardware, typing(EVERYDAY).presence));
});

const reopened = (presence: Presence, hardware = owned.hardware) =>
  openYubiHsm(heldIn(device.identity.handle), hardware, presence);

/** What the operator's key opens. */
const credential = () => ({
  authentication: owned.made.ids.operator,
  password: utf8(EVERYDAY),
});

describe('enrolling', () => {
  it('tells what it is, and no more than it can', () => {
    expect(device.identity).toMatchObject({
      kind: 'yubihsm',
      model: 'YubiHSM 2',
      serial: '12345678',
      firmware: owned.made.firmware,
      simulated: true,
      capabilities: {
        trustedDisplay: false,
        touch: false,
        attestation: false,
        nonExportable: true,
      },
      approvalKey: { kind: 'ed25519', key: owned.made.approvalKey },
    });
  });

  it('asks once, and wipes the password', async () => {
    const typed = typing(EVERYDAY);
    good(await enrolYubiHsm(owned.hardware, typed.presence));
    expect(typed.prompts).toEqual([
      {
        kind: 'yubihsm',
        model: 'YubiHSM 2',
        serial: '12345678',
        simulated: true,
        asks: { to: 'enrol' },
        screen: [],
        press: 'password',
      },
    ]);
    expect(typed.given.map(isZero)).toEqual([true]);
  });

  it('says where a key can be copied', async () => {
    const { hardware } = await provisioned(true);
    const exportable = good(await enrolYubiHsm(hardware, typing(EVERYDAY).presence));
    expect(exportable.identity.capabilities.nonExportable).toBe(false);
    expect(heldIn(exportable.identity.handle).exportable).toBe(true);
  });

  it('refuses the factory’s key and password, before it asks', async () => {
    const typed = typing('password');
    const hardware = hardwareWith(bareYubiHsm(bench().simulator));
    expect(faultOf(await enrolYubiHsm(hardware, typed.presence))).toBe('factory-password');
    expect(typed.prompts).toEqual([]);
  });

  it.each<[string, (reply: Bytes) => Bytes]>([
    ['says it is not there', () => errorFrame(errors.objectNotFound)],
    ['lets its password seem wrong', (reply) => reply.with(-1, reply.at(-1)! ^ 1)],
  ])('refuses the factory’s key behind a connector that %s', async (_, denied) => {
    const { made, simulator, hardware } = await provisioned();
    const admin = await openHost(simulator, made.ids.administrator, ADMINISTRATOR);
    const key = header({ id: 1, domains: 0xffff, may: ['sign-hmac'], algorithm: 38 });
    const { enc, mac } = keysOf('password');
    await admin.send(commands.putAuthenticationKey, key, new Uint8Array(8), enc, mac);
    const denying = replying(hardware, (frame, reply) =>
      frame[0] === commands.createSession && frame[4] === 1 ? denied(reply) : reply,
    );
    const typed = typing(EVERYDAY);
    expect(await enrolYubiHsm(denying, typed.presence)).toEqual({ fault: 'factory-password' });
    expect(typed.prompts).toHaveLength(1);
  });

  it('refuses a YubiHSM without the operator’s key', async () => {
    const { simulator } = bench();
    const host = await openHost(simulator);
    await host.send(commands.deleteObject, be16(1), Uint8Array.of(objectTypes.authenticationKey));
    const hardware = hardwareWith(bareYubiHsm(simulator));
    expect(faultOf(await enrolYubiHsm(hardware, typing(EVERYDAY).presence))).toBe(
      'not-provisioned',
    );
  });

  it('refuses a key that is missing, or one too many', async () => {
    const { made, simulator, hardware } = await provisioned();
    const admin = await openHost(simulator, made.ids.administrator, 'for administration');
    const head = (label: string) => {
      const name = new Uint8Array(40);
      name.set(utf8(label));
      return [be16(0), name, be16(1), capabilityBytes(['sign-eddsa']), Uint8Array.of(46)];
    };
    await admin.send(commands.generateAsymmetricKey, ...head('Conclave approvals'));
    const enrol = () => enrolYubiHsm(hardware, typing(EVERYDAY).presence);
    expect(await enrol()).toEqual({
      fault: 'not-provisioned',
      detail: 'Conclave approvals: more than one',
    });
    const hmac = [be16(made.ids.hmac), Uint8Array.of(objectTypes.hmacKey)];
    await admin.send(commands.deleteObject, ...hmac);
    expect(await enrol()).toEqual({
      fault: 'not-provisioned',
      detail: 'Conclave secrets: missing',
    });
  });
});

describe('an authentication key beside the operator’s and the administrator’s', () => {
  /** Enrols with another key, that somebody put in with these domains and this label. */
  async function enrolledBeside(domains: number, label: string) {
    const { made, simulator, hardware } = await provisioned();
    const admin = await openHost(simulator, made.ids.administrator, ADMINISTRATOR);
    const key = header({ id: 9, label, domains, may: ['sign-hmac'], algorithm: 38 });
    const may = capabilityBytes(['sign-hmac']);
    const { enc, mac } = keysOf('planted');
    idOf(await admin.send(commands.putAuthenticationKey, key, may, enc, mac));
    return enrolYubiHsm(hardware, typing(EVERYDAY).presence);
  }

  it.each(['test', 'Conclave operator', 'Conclave administrator', 'Conclave provisioning'])(
    'refuses one that reaches the keys, called %s',
    async (label) => {
      expect(faultOf(await enrolledBeside(0x8001, label))).toBe('not-provisioned');
    },
  );

  it('says which, and takes one of other domains, or no administrator', async () => {
    expect(await enrolledBeside(1, 'test')).toEqual({
      fault: 'not-provisioned',
      detail: 'authentication key 9 is there too',
    });
    good(await enrolledBeside(0x8000, 'test'));
    const { made, simulator, hardware } = await provisioned();
    const id = be16(made.ids.administrator);
    const admin = await openHost(simulator, made.ids.administrator, ADMINISTRATOR);
    await admin.send(commands.deleteObject, id, Uint8Array.of(objectTypes.authenticationKey));
    good(await enrolYubiHsm(hardware, typing(EVERYDAY).presence));
  });
});

describe('deriving', () => {
  it('gives HKDF of the HMAC, the same for ever, in one prompt and one session', async () => {
    const typed = typing(EVERYDAY);
    const again = reopened(typed.presence);
    const labels = [LABEL, `${LABEL}/other`];
    const [one, two] = good(await again.derive(labels));
    expect(typed.prompts.map(({ asks }) => asks)).toEqual([{ to: 'derive', labels }]);
    expect(typed.given.map(isZero)).toEqual([true]);
    const mac = await inSession(owned.hardware.yubihsm, credential(), (session) =>
      session.send(commands.signHmac, be16(owned.made.ids.hmac), utf8(LABEL)),
    );
    expect(one).toEqual(hkdf(sha256, good(mac), undefined, utf8(LABEL), 32));
    expect(two).not.toEqual(one);
    expect(good(await device.derive([LABEL]))).toEqual([one]);
  });

  it('brings the device’s randomness, once', async () => {
    const fresh = reopened(typing(EVERYDAY).presence);
    expect(fresh.takeEntropy()).toBeUndefined();
    good(await fresh.derive([LABEL]));
    const first = fresh.takeEntropy();
    expect(first?.length).toBe(32);
    expect(fresh.takeEntropy()).toBeUndefined();
    good(await fresh.derive([LABEL]));
    expect(fresh.takeEntropy()).not.toEqual(first);
  });

  it('takes one or two labels, and one request at a time', async () => {
    expect(faultOf(await device.derive([]))).toBe('unsupported');
    expect(faultOf(await device.derive(['a', 'b', 'c']))).toBe('unsupported');
    expect(faultOf(await device.derive(['a'.repeat(4000)]))).toBe('unsupported');
    const first = device.derive([LABEL]);
    expect(faultOf(await device.approve(STATEMENT))).toBe('busy');
    good(await first);
  });
});

describe('approving', () => {
  it('signs the statement’s message, and does not claim to have shown it', async () => {
    const { signature, shown } = good(await device.approve(STATEMENT));
    const message = approvalMessage(STATEMENT)!;
    expect(ed25519.verify(signature, message, owned.made.approvalKey)).toBe(true);
    expect(shown).toBe(false);
  });

  it('refuses a statement that does not fit, and a signature of another key', async () => {
    expect(faultOf(await device.approve('é'))).toBe('statement-unfit');
    const held = heldIn(device.identity.handle);
    const approvalKey = ed25519.getPublicKey(new Uint8Array(32).fill(1)) as Bytes;
    const other = openYubiHsm({ ...held, approvalKey }, owned.hardware, typing(EVERYDAY).presence);
    expect(faultOf(await other.approve(STATEMENT))).toBe('other-device');
  });
});

describe('sealing', () => {
  it.each([1, 16, 700, 1900])('%i bytes makes them 30 bytes longer, and opens', async (length) => {
    const data = Uint8Array.from({ length }, (_, i) => i);
    const { wrap } = owned.made.ids;
    const both = await inSession(owned.hardware.yubihsm, credential(), async (session) => {
      const sealed = good(await seal(session, wrap, data));
      const opened = good(await open(session, wrap, sealed));
      sealed[20]! ^= 1;
      return { sealed, opened, changed: await open(session, wrap, sealed) };
    });
    const { sealed, opened, changed } = good(both);
    expect(sealed.length).toBe(length + WRAP_OVERHEAD);
    expect(opened).toEqual(data);
    expect(faultOf(changed)).toBe('unsupported');
  });
});

describe('what goes wrong', () => {
  it('is a wrong password', async () => {
    const typed = typing('forgotten');
    expect(faultOf(await reopened(typed.presence).derive([LABEL]))).toBe('wrong-password');
    expect(typed.given.map(isZero)).toEqual([true]);
  });

  it('is a person who refuses', async () => {
    const refusing = reopened(() => Promise.resolve('refused'));
    expect(faultOf(await refusing.derive([LABEL]))).toBe('refused');
    expect(refusing.takeEntropy()).toBeUndefined();
  });

  it('is another YubiHSM, before anybody is asked', async () => {
    const typed = typing(EVERYDAY);
    const held = { ...heldIn(device.identity.handle), serial: '7' };
    const other = openYubiHsm(held, owned.hardware, typed.presence);
    expect(faultOf(await other.derive([LABEL]))).toBe('other-device');
    expect(typed.prompts).toEqual([]);
  });

  it('is another YubiHSM behind a connector that lies about it', async () => {
    const held = { ...heldIn(device.identity.handle), serial: '7' };
    const lying = replying(owned.hardware, (frame, reply) => {
      if (frame[0] === commands.deviceInfo) reply.set([0, 0, 0, 7], 6);
      return reply;
    });
    const other = openYubiHsm(held, lying, typing(EVERYDAY).presence);
    expect(await other.derive([LABEL])).toEqual({
      fault: 'other-device',
      detail: `12345678, firmware ${owned.made.firmware}`,
    });
  });

  it('is a cable pulled: before, while the password is typed, and in the middle', async () => {
    const { simulator } = owned;
    simulator.unplug();
    expect(faultOf(await device.derive([LABEL]))).toBe('no-hsm');
    simulator.plug();
    const pulling = reopened(() => {
      simulator.unplug();
      return Promise.resolve({ password: utf8(EVERYDAY) });
    });
    expect(faultOf(await pulling.derive([LABEL]))).toBe('no-hsm');
    simulator.plug();
    let left = 5;
    const breaking = replying(owned.hardware, (_, reply) => {
      if (--left === 0) simulator.unplug();
      return reply;
    });
    expect(faultOf(await reopened(typing(EVERYDAY).presence, breaking).derive([LABEL]))).toBe(
      'no-hsm',
    );
    simulator.plug();
    good(await device.derive([LABEL]));
  });

  it('is a connector that serves something else', async () => {
    const says = (status: string) =>
      enrolYubiHsm(
        hardwareWith({ ...owned.hardware.yubihsm, status: () => Promise.resolve(status) }),
        typing(EVERYDAY).presence,
      );
    expect(faultOf(await says('<!doctype html>'))).toBe('no-connector');
    expect(faultOf(await says('status=NO_DEVICE\nserial=*\n'))).toBe('no-hsm');
  });

  it('is sixteen sessions, until they end; its own are closed after whatever happens', async () => {
    const { hardware, wait } = owned;
    wait(31_000);
    for (let i = 0; i < 20; i++) good(await device.derive([LABEL]));
    const sessions = [];
    for (let i = 0; i < 16; i++)
      sessions.push(good(await openSession(hardware.yubihsm, credential())));
    expect(faultOf(await device.derive([LABEL]))).toBe('no-session');
    await sessions[0]!.close();
    good(await device.derive([LABEL]));
    wait(31_000);
    expect(faultOf(await sessions[1]!.send(commands.echo, Uint8Array.of(1)))).toBe('timed-out');
    good(await device.derive([LABEL]));
  });

  it('is a session that was closed', async () => {
    const session = good(await openSession(owned.hardware.yubihsm, credential()));
    await session.close();
    await session.close();
    expect(faultOf(await session.send(commands.echo, Uint8Array.of(1)))).toBe('timed-out');
  });
});
