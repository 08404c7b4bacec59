import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deviceFault, deviceFaultNames, deviceKinds } from '../device.ts';
import { findings, OUR_HOST, udevRules, type Facts } from './doctor.ts';

/** A page at the right address on Linux, with a device that it may use and that answers. */
const well: Facts = {
  kind: 'ledger',
  secure: true,
  host: OUR_HOST,
  linux: true,
  offered: true,
  allowed: true,
  chosen: 1,
  opened: 'ready',
};

/** As `policy` where it is certain, as `policy?` where it is likely. */
const said = (facts: Partial<Facts>): readonly string[] =>
  findings({ ...well, ...facts }).map(({ cause, certain }) => (certain ? cause : `${cause}?`));

describe('the doctor', () => {
  it.each<[string, Partial<Facts>, string[]]>([
    ['all is well', {}, ['ready']],
    ['the browser does not tell its policy', { allowed: undefined }, ['ready']],
    ['no secure context', { secure: false, offered: false }, ['insecure-origin']],
    ['localhost', { host: 'localhost' }, ['ready', 'wrong-address?']],
    ['numbers', { host: '127.0.0.1' }, ['ready', 'wrong-address?']],
    ['numbers, and a key', { kind: 'security-key', host: '127.0.0.1' }, ['wrong-address']],
    ['numbers of IPv6, and a key', { kind: 'security-key', host: '[::1]' }, ['wrong-address']],
    ['no WebHID', { offered: false, chosen: 0, opened: undefined }, ['no-webhid']],
    ['no WebUSB', { kind: 'trezor', offered: false }, ['no-webusb']],
    ['no WebAuthn', { kind: 'security-key', offered: false }, ['no-webauthn']],
    ['a policy', { allowed: false, chosen: 0, opened: undefined }, ['policy']],
    [
      'none chosen on Linux',
      { chosen: 0, opened: undefined },
      ['none-chosen', 'no-rule?', 'sandboxed?'],
    ],
    ['none chosen elsewhere', { linux: false, chosen: 0, opened: undefined }, ['none-chosen']],
    [
      'it does not open on Linux',
      { opened: deviceFault('other-program', 'NotAllowedError') },
      ['other-program?', 'no-rule?'],
    ],
    [
      'it does not open elsewhere',
      { linux: false, opened: deviceFault('other-program', 'NotAllowedError') },
      ['other-program?'],
    ],
    [
      'it is open already',
      { opened: deviceFault('other-program', 'InvalidStateError') },
      ['other-program?'],
    ],
    [
      'the system denies it',
      { kind: 'trezor', opened: deviceFault('unsupported', 'SecurityError') },
      ['no-rule'],
    ],
    [
      'the browser denies it',
      { kind: 'trezor', linux: false, opened: deviceFault('unsupported', 'SecurityError') },
      ['policy?'],
    ],
    ['it is locked', { opened: deviceFault('locked', '5515') }, ['locked']],
    ['another app', { opened: deviceFault('wrong-app', 'Ethereum') }, ['wrong-app']],
    ['old', { kind: 'trezor', opened: deviceFault('too-old', '2.5.3') }, ['too-old']],
    ['no seed', { kind: 'trezor', opened: deviceFault('not-set-up') }, ['not-set-up']],
    ['a Safe 7', { kind: 'trezor', opened: deviceFault('newer-protocol') }, ['newer-protocol']],
    ['it went', { opened: deviceFault('unplugged') }, ['no-answer?']],
    ['a key', { kind: 'security-key', chosen: 0, opened: undefined }, ['untried?']],
    [
      'a launcher without --connector',
      { kind: 'yubihsm', chosen: 0, opened: deviceFault('no-connector', 'status 404') },
      ['connector-not-asked-for'],
    ],
    [
      'another server',
      { kind: 'yubihsm', chosen: 0, opened: deviceFault('no-connector', 'something else answers') },
      ['connector-not-asked-for'],
    ],
    [
      'no connector',
      { kind: 'yubihsm', chosen: 0, opened: deviceFault('no-connector', 'status 502') },
      ['no-connector'],
    ],
    ['no HSM', { kind: 'yubihsm', chosen: 0, opened: deviceFault('no-hsm') }, ['no-hsm']],
    ['an HSM', { kind: 'yubihsm', chosen: 0, opened: 'ready' }, ['ready']],
  ])('%s', (_, facts, expected) => {
    expect(said(facts)).toEqual(expected);
  });

  it('has something to say of every fault', () => {
    for (const kind of deviceKinds)
      for (const fault of deviceFaultNames)
        for (const linux of [true, false])
          expect(said({ kind, linux, opened: deviceFault(fault) }).length).toBeGreaterThan(0);
  });

  it('names the rules of the hardening kit', () => {
    const kit = readFileSync('bundle/hardening/70-conclave.rules', 'utf8').split('\n');
    for (const rule of Object.values(udevRules)) expect(kit).toContain(rule);
  });
});
