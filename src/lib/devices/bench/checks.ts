import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equal, toHex, wipe, type Bytes } from '../../crypto/bytes.ts';
import {
  isDeviceFault,
  type DeviceFault,
  type DeviceFaultName,
  type DeviceKind,
} from '../device.ts';
import { fromHandle, toHandle } from '../handle.ts';
import {
  approvalHolds,
  faultLine,
  labels,
  lines,
  statements,
  type Found,
  type Skip,
  type Trial,
} from './check.ts';
import { knownAnswers } from './known-answers.ts';

/* The checks of the bench, in the order in which they are run. */

export const checkNames = [
  'enrol',
  'identity',
  'derive-again',
  'derive-apart',
  'approve-longest',
  'too-long',
  'refusal',
  'unplug',
  'lock',
  'other-seed',
  'known-answers',
] as const;
export type CheckName = (typeof checkNames)[number];

export interface Check {
  /** Why it cannot be done with this device; undefined where it can. */
  skip(kind: DeviceKind, simulated: boolean): Skip | undefined;
  /** Undefined where the run was stopped in its course. */
  run(trial: Trial): Promise<Found | undefined>;
}

const always = () => undefined;

/** Whether a check is run with the others; what takes a second device is run when it is asked for. */
export const isAlone = (name: CheckName, simulated: boolean): boolean =>
  name === 'other-seed' && !simulated;

const keyKinds = {
  ledger: 'bitcoin-message',
  trezor: 'bitcoin-message',
  yubihsm: 'ed25519',
  'security-key': 'webauthn-es256',
} as const;

/** What each make can do. */
const makes = {
  ledger: { display: true, touch: true, attestation: false, serial: false, firmware: true },
  trezor: { display: true, touch: true, attestation: false, serial: true, firmware: true },
  yubihsm: { display: false, touch: false, attestation: false, serial: true, firmware: true },
  'security-key': {
    display: false,
    touch: true,
    attestation: false,
    serial: false,
    firmware: false,
  },
} as const;

/** What a device says when its cable is pulled; a security key is waited for. */
const pulled: Readonly<Record<DeviceKind, DeviceFaultName | undefined>> = {
  ledger: 'unplugged',
  trezor: 'unplugged',
  yubihsm: 'no-hsm',
  'security-key': undefined,
};

/** What is said of another device in its place; browsers do not tell a key that lacks a credential. */
const otherwise: Readonly<Record<DeviceKind, DeviceFaultName>> = {
  ledger: 'other-seed',
  trezor: 'other-seed',
  yubihsm: 'other-device',
  'security-key': 'refused',
};

export const checks: Readonly<Record<CheckName, Check>> = {
  enrol: {
    skip: always,
    async run(trial) {
      const device = await trial.enrol();
      const expected = lines({ 'approval key': keyKinds[trial.kind], 'handle reads back': true });
      if (isDeviceFault(device)) return { expected, actual: faultLine(device) };
      const { approvalKey, handle } = device.identity;
      const held = fromHandle(handle);
      const same = held?.kind === trial.kind && toHandle(held) === handle;
      return {
        expected,
        actual: lines({ 'approval key': approvalKey.kind, 'handle reads back': same }),
      };
    },
  },

  identity: {
    skip: always,
    run({ kind, simulated, device }) {
      const { model, serial, firmware, capabilities, ...identity } = device.identity;
      const told = { display: capabilities.trustedDisplay, touch: capabilities.touch };
      return Promise.resolve({
        expected: lines({ make: kind, simulated, model: 'told', ...makesLines(makes[kind]) }),
        actual: lines({
          make: identity.kind,
          simulated: identity.simulated,
          model: model === '' ? 'not told' : 'told',
          ...makesLines({
            ...told,
            attestation: capabilities.attestation,
            serial: serial !== '',
            firmware: /\d+\.\d+/.test(firmware),
          }),
        }),
      });
    },
  },

  'derive-again': {
    skip: always,
    async run({ device }) {
      const first = await device.derive([labels[0]]);
      if (isDeviceFault(first))
        return { expected: lines({ fault: 'none' }), actual: faultLine(first) };
      const again = await device.derive([labels[0]]);
      const expected = lines({ 'mark of the secret': markOf(first) });
      return {
        expected,
        actual: isDeviceFault(again)
          ? faultLine(again)
          : lines({ 'mark of the secret': markOf(again) }),
      };
    },
  },

  'derive-apart': {
    skip: always,
    async run({ device }) {
      const expected = lines({ secrets: 2, 'bytes in each': 32, 'the same': false });
      const derived = await device.derive(labels);
      if (isDeviceFault(derived)) return { expected, actual: faultLine(derived) };
      const [one, two] = derived;
      const actual = lines({
        secrets: derived.length,
        'bytes in each': one?.length === two?.length ? (one?.length ?? 0) : 'not the same',
        'the same': one !== undefined && two !== undefined && equal(one, two),
      });
      wipe(...derived);
      return { expected, actual };
    },
  },

  'approve-longest': {
    skip: always,
    async run({ kind, device }) {
      const statement = statements.longest;
      const expected = lines({
        characters: 640,
        'shown by the device': makes[kind].display,
        'signature holds': true,
        'and for one letter less': false,
      });
      const approval = await device.approve(statement);
      if (isDeviceFault(approval)) return { expected, actual: faultLine(approval) };
      const holds = (text: string) =>
        approvalHolds(device.identity.approvalKey, text, approval.signature);
      return {
        expected,
        actual: lines({
          characters: statement.length,
          'shown by the device': approval.shown,
          'signature holds': holds(statement),
          'and for one letter less': holds(statement.slice(0, -1)),
        }),
      };
    },
  },

  'too-long': {
    skip: always,
    async run(trial) {
      const before = trial.asked;
      const result = await trial.device.approve(statements.tooLong);
      const asked = 'requests to device and person';
      return {
        expected: `fault: statement-unfit\n${lines({ [asked]: 0 })}`,
        actual: `${faultLine(result, 'statement-unfit')}\n${lines({ [asked]: trial.asked - before })}`,
      };
    },
  },

  refusal: {
    skip: always,
    async run({ device, person }) {
      if (!(await person.does('refuse'))) return undefined;
      const refused = await device.approve(statements.refuse);
      person.agrees();
      return { expected: 'fault: refused', actual: faultLine(refused, 'refused') };
    },
  },

  unplug: {
    skip: always,
    async run({ kind, device, person }) {
      if (!(await person.does('pull'))) return undefined;
      const fault = pulled[kind];
      const broken = await device.approve(statements.pull);
      if (!(await person.does('plug'))) return undefined;
      const again = fault ? await device.approve(statements.agree) : broken;
      const after = 'plugged in again, it signs';
      return {
        expected: `fault: ${fault ?? 'none'}\n${lines({ [after]: true })}`,
        actual: `${faultLine(broken, fault)}\n${lines({ [after]: signs(again) })}`,
      };
    },
  },

  lock: {
    skip: (kind) => (kind === 'ledger' || kind === 'trezor' ? undefined : 'no-lock'),
    async run({ device, person }) {
      if (!(await person.does('lock'))) return undefined;
      const result = await device.approve(statements.agree);
      const unlocked = 'unlocked, it signs';
      return {
        expected: lines({ [unlocked]: true }),
        actual: lines({ [unlocked]: signs(result) }),
      };
    },
  },

  'other-seed': {
    skip: always,
    async run({ kind, device, person }) {
      if (!(await person.does('change'))) return undefined;
      const wanted = otherwise[kind];
      const other = await device.approve(statements.agree);
      if (!(await person.does('change-back'))) return undefined;
      const back = await device.approve(statements.agree);
      const own = 'with its own again, it signs';
      return {
        expected: `fault: ${wanted}\n${lines({ [own]: true })}`,
        actual: `${faultLine(other, wanted)}\n${lines({ [own]: signs(back) })}`,
      };
    },
  },

  'known-answers': {
    skip: (kind, simulated) =>
      !simulated ? 'real' : kind === 'ledger' || kind === 'trezor' ? undefined : 'random-keys',
    async run({ kind, known }) {
      if (!known) return undefined;
      const actual = await knownAnswers(kind, await known.hardware());
      return { expected: known.expected, actual };
    },
  },
};

/** `yes`, or the fault that came instead. */
const signs = (result: object | DeviceFault): string =>
  isDeviceFault(result) ? faultLine(result) : 'yes';

const makesLines = (make: Readonly<Record<string, boolean>>) => {
  const { serial, firmware, ...can } = make;
  const told = (it: boolean | undefined) => (it ? 'told' : 'not told');
  return { ...can, 'serial number': told(serial), firmware: told(firmware) };
};

/** 64 bits of a hash of the one secret, which is wiped: they tell two secrets apart, and no more. */
function markOf(secrets: readonly Bytes[]): string {
  const tag = new TextEncoder().encode('Conclave/bench mark v1');
  const tagged = concat(tag, ...secrets);
  const mark = toHex(sha256(tagged).subarray(0, 8));
  wipe(tagged, ...secrets);
  return mark;
}
