import { afterEach, describe, expect, it, vi } from 'vitest';
import { fromHex, toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { deviceFault, isDeviceFault } from '../../src/lib/devices/device.ts';
import type { Connector } from '../../src/lib/devices/hardware.ts';
import { commands } from '../../src/lib/devices/yubihsm/commands.ts';
import {
  agreedKeys,
  cryptogram,
  keysOfPassword,
  receiptOf,
  sessionKeys,
} from '../../src/lib/devices/yubihsm/scp03.ts';
import { inSession } from '../../src/lib/devices/yubihsm/session.ts';

/*
 * A session by known answers: computed with OpenSSL's AES and CMAC and Python's PBKDF2, apart from
 * the code that is tested. The keys of the factory's password are published by Yubico.
 */

const utf8 = new TextEncoder();
const counted = (length: number, from = 0) => Uint8Array.from({ length }, (_, i) => from + i);
const password = () => utf8.encode('password');

/** Both challenges: 00…07 of the host, 08…0f of the YubiHSM. */
const context = counted(16);

describe('the keys', () => {
  it('of a password are those of PBKDF2', () => {
    const { enc, mac } = keysOfPassword(password());
    expect(toHex(enc)).toBe('090b47dbed595654901dee1cc655e420');
    expect(toHex(mac)).toBe('592fd483f759e29909a04c4505d2ce0a');
  });

  it('of a session, and the cryptograms, are those of CMAC in counter mode', () => {
    const keys = sessionKeys(keysOfPassword(password()), context);
    expect(toHex(keys.enc)).toBe('6a7481280688c6e0acf6226085a33167');
    expect(toHex(keys.mac)).toBe('4387b8a1aef81f16782246452c6485c1');
    expect(toHex(keys.rmac)).toBe('3a5b6bcce25badb45333b40160557a67');
    expect(toHex(cryptogram(keys, 'cardCryptogram', context))).toBe('0d89ea51bf1bf533');
    expect(toHex(cryptogram(keys, 'hostCryptogram', context))).toBe('b01410d72022ed0e');
  });

  it('of a session with P-256 keys are those of X9.63, and so is the receipt', () => {
    const keys = agreedKeys(counted(32), counted(32, 32));
    expect(toHex(keys.receipt)).toBe('78e6afba798e338b0b6104dfc18e5b9e');
    expect(toHex(keys.enc)).toBe('faabdf39c991de6879d9c7a0c21ff022');
    expect(toHex(keys.mac)).toBe('40998ce38b6d3dd3fd3fa9c7d956b673');
    expect(toHex(keys.rmac)).toBe('23d069af6457586600431b7ec83d38c7');
    const device = Uint8Array.of(4, ...counted(64));
    const host = Uint8Array.of(4, ...counted(64, 64));
    expect(toHex(receiptOf(keys, device, host))).toBe('7b0eaf1f66bc34231c1b46bbfd451895');
  });
});

describe('a session with session id 3, ECHO, and its end', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const exchanges: readonly (readonly [sent: string, came: string])[] = [
    ['03000a00010001020304050607', '83001103' + '08090a0b0c0d0e0f' + '0d89ea51bf1bf533'],
    ['04001103b01410d72022ed0ee1cf42bc3c332c0d', '840000'],
    [
      '0500190346a77ba4f8e023365ef5ac2b0680f95b1d9e1043a56c4f41',
      '85001903677408825ed3b2da31f14eee4809ce1248fb156ebe78fac7',
    ],
    [
      '0500190394394bfaa50211be1610e2a7adb4bbeab789ff932044f574',
      '85001903dd03d923fe45261dd77eefc021d83e07f322878b806ec2e8',
    ],
  ];

  /** A connector that gives these replies and notes what it was sent. */
  const scripted = (sent: string[]): Connector => ({
    status: () => Promise.resolve('status=OK\n'),
    exchange(frame) {
      sent.push(toHex(frame));
      const reply = fromHex(exchanges[sent.length - 1]?.[1] ?? '');
      return Promise.resolve(reply ?? deviceFault('no-hsm'));
    },
  });

  it('sends and takes these bytes', async () => {
    vi.spyOn(crypto, 'getRandomValues').mockImplementation((out) => {
      (out as unknown as Bytes).set(counted(8));
      return out;
    });
    const sent: string[] = [];
    const credential = { authentication: 1, password: password() };
    const echoed = await inSession(scripted(sent), credential, (session) =>
      session.send(commands.echo, utf8.encode('hello')),
    );
    expect(isDeviceFault(echoed) ? echoed : toHex(echoed)).toBe(toHex(utf8.encode('hello')));
    expect(sent).toEqual(exchanges.map(([frame]) => frame));
  });
});
