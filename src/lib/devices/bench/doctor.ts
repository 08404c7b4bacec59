import type { DeviceFault, DeviceKind } from '../device.ts';

/*
 * Why a device cannot be reached: from what a page can find out without one, and from one that it may
 * use already. What cannot be known is said to be likely.
 */

/** What was found out. */
export interface Facts {
  readonly kind: DeviceKind;
  /** Whether the page is a secure context; only there do browsers hand out devices. */
  readonly secure: boolean;
  readonly host: string;
  readonly linux: boolean;
  /** Whether the browser has the interface for this make. */
  readonly offered: boolean;
  /** Whether the page's policy lets it be used; undefined where the browser does not tell. */
  readonly allowed: boolean | undefined;
  /** How many devices of this make the person has let this page use and are plugged in. */
  readonly chosen: number;
  /** What came of opening it and asking who it is; undefined where there was none to open. */
  readonly opened: DeviceFault | 'ready' | undefined;
}

/** Where the launcher serves the app. */
export const OUR_HOST = 'conclave.localhost';

export type Cause =
  | 'insecure-origin'
  | 'wrong-address'
  | 'no-webhid'
  | 'no-webusb'
  | 'no-webauthn'
  | 'policy'
  | 'none-chosen'
  | 'no-rule'
  | 'sandboxed'
  | 'other-program'
  | 'locked'
  | 'wrong-app'
  | 'too-old'
  | 'not-set-up'
  | 'newer-protocol'
  | 'connector-not-asked-for'
  | 'no-connector'
  | 'no-hsm'
  | 'no-answer'
  | 'untried'
  | 'ready';

export interface Finding {
  readonly cause: Cause;
  readonly certain: boolean;
}

const certain = (cause: Cause): Finding => ({ cause, certain: true });
const likely = (cause: Cause): Finding => ({ cause, certain: false });

const missing = {
  ledger: 'no-webhid',
  trezor: 'no-webusb',
  'security-key': 'no-webauthn',
} as const;

/**
 * The rule that lets the person at a Linux machine's screen use the device, as in 70-conclave.rules of
 * the hardening kit. Security keys have one of the system's own.
 */
export const udevRules: Readonly<Partial<Record<DeviceKind, string>>> = {
  ledger:
    'SUBSYSTEM=="hidraw", ATTRS{idVendor}=="2c97", ATTRS{idProduct}=="0004|0005|0006|0007|40??|50??|60??|70??", MODE="0660", TAG+="uaccess"',
  trezor:
    'SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ATTR{idVendor}=="1209", ATTR{idProduct}=="53c0|53c1", MODE="0660", TAG+="uaccess"',
};

/** What the facts mean, what is certain first; never empty. */
export function findings(facts: Facts): readonly Finding[] {
  const { kind, secure, host, offered, allowed } = facts;
  const found: Finding[] = [];
  if (!secure) found.push(certain('insecure-origin'));
  if (host !== OUR_HOST)
    // Browsers bind security keys to a name; an address of numbers has none.
    found.push(
      kind === 'security-key' && isNumeric(host)
        ? certain('wrong-address')
        : likely('wrong-address'),
    );
  // An insecure page has none of these, whatever the browser.
  if (secure && kind !== 'yubihsm' && !offered) found.push(certain(missing[kind]));
  if (allowed === false) found.push(certain('policy'));
  if (!found.some((finding) => finding.certain)) found.push(...reached(facts));
  return [...found.filter((finding) => finding.certain), ...found.filter((one) => !one.certain)];
}

/** `127.0.0.1`, `[::1]`. */
const isNumeric = (host: string): boolean => /^\d+(\.\d+){3}$|^\[/.test(host);

function reached({ kind, linux, chosen, opened }: Facts): readonly Finding[] {
  if (kind === 'security-key') return [likely('untried')];
  if (kind !== 'yubihsm' && chosen === 0)
    return [certain('none-chosen'), ...(linux ? [likely('no-rule'), likely('sandboxed')] : [])];
  if (opened === undefined || opened === 'ready') return [certain('ready')];
  return unopened(opened, linux);
}

/** What a device or a connector says plainly. */
const plain = ['locked', 'wrong-app', 'too-old', 'not-set-up', 'newer-protocol', 'no-hsm'] as const;

function unopened({ fault, detail }: DeviceFault, linux: boolean): readonly Finding[] {
  const said = plain.find((cause) => cause === fault);
  if (said) return [certain(said)];
  if (fault === 'unsupported')
    // On Linux the browser says so where the system does not let it open the device.
    return linux && detail === 'SecurityError' ? [certain('no-rule')] : [likely('policy')];
  if (fault === 'other-program')
    // Chromium says NotAllowedError both where another program has it and where no rule allows it.
    return linux && detail === 'NotAllowedError'
      ? [likely('other-program'), likely('no-rule')]
      : [likely('other-program')];
  if (fault === 'not-found') return [certain('none-chosen')];
  if (fault !== 'no-connector') return [likely('no-answer')];
  return detail === 'status 404' || detail === 'something else answers'
    ? [certain('connector-not-asked-for')]
    : [certain('no-connector')];
}
