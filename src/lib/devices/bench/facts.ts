/// <reference types="w3c-web-hid" />
/// <reference types="w3c-web-usb" />
import { deviceFault, isDeviceFault, type DeviceFault, type DeviceKind } from '../device.ts';
import { simulatorBehind } from '../simulators/marks.ts';
import type { Facts } from './doctor.ts';

/*
 * What a page can find out about a make of devices without asking anybody: nobody is asked to choose
 * one, and nothing is asked of one that is open.
 */

/** The page's own policy, where the browser tells it. */
interface Policies {
  readonly featurePolicy?: { allowsFeature(feature: string): boolean };
}

const features = {
  ledger: 'hid',
  trezor: 'usb',
  yubihsm: undefined,
  'security-key': 'publickey-credentials-get',
} as const;

const LEDGER = 0x2c97;
const TREZOR = 0x1209;

/** Finds out what `findings` judges. Opens the device if there is one, and closes it. */
export async function gather(kind: DeviceKind): Promise<Facts> {
  const feature = features[kind];
  const policy = (document as Policies).featurePolicy;
  const facts = {
    kind,
    secure: isSecureContext,
    host: location.hostname,
    linux: /Linux/.test(navigator.userAgent) && !/Android/.test(navigator.userAgent),
    offered: isOffered(kind),
    allowed: feature && policy ? policy.allowsFeature(feature) : undefined,
  };
  const chosen = facts.offered && facts.allowed !== false ? await chosenOf(kind) : 0;
  const opens = kind === 'yubihsm' || chosen > 0;
  return { ...facts, chosen, opened: opens ? await open(kind) : undefined };
}

function isOffered(kind: DeviceKind): boolean {
  switch (kind) {
    case 'ledger':
      return 'hid' in navigator;
    case 'trezor':
      return 'usb' in navigator;
    case 'security-key':
      return 'credentials' in navigator && 'PublicKeyCredential' in globalThis;
    case 'yubihsm':
      return true;
  }
}

/** Real devices only. An error is the browser's no. */
async function chosenOf(kind: DeviceKind): Promise<number> {
  const count = (devices: readonly { readonly vendorId: number }[], vendor: number) =>
    devices.filter((one) => one.vendorId === vendor && !simulatorBehind(one)).length;
  try {
    if (kind === 'ledger') return count(await navigator.hid.getDevices(), LEDGER);
    if (kind === 'trezor') return count(await navigator.usb.getDevices(), TREZOR);
  } catch {
    return 0;
  }
  return 0;
}

const real = (device: object): boolean => !simulatorBehind(device);

async function open(kind: DeviceKind): Promise<DeviceFault | 'ready'> {
  switch (kind) {
    case 'ledger': {
      const { webHidLedger } = await import('../ledger/webhid.ts');
      const channel = await webHidLedger({ wanted: real, ask: () => Promise.resolve([]) })();
      if (isDeviceFault(channel)) return channel;
      const { LedgerClient } = await import('../ledger/client.ts');
      const { appNames } = await import('../ledger/keys.ts');
      const app = await new LedgerClient(channel).getAppAndVersion();
      await channel.close();
      if (isDeviceFault(app)) return app;
      const right = appNames.some((name) => name === app.name);
      return right ? 'ready' : deviceFault('wrong-app', app.name);
    }
    case 'trezor': {
      const { webUsbTrezor } = await import('../trezor/webusb.ts');
      const link = await webUsbTrezor({ wanted: real, ask: () => Promise.resolve(undefined) })();
      if (isDeviceFault(link)) return link;
      const { initialize } = await import('../trezor/probe.ts');
      const found = await initialize(link, undefined);
      await link.close();
      return isDeviceFault(found) ? found : 'ready';
    }
    case 'yubihsm': {
      const { httpConnector } = await import('../yubihsm/connector.ts');
      const { reachYubiHsm } = await import('../yubihsm/device-info.ts');
      const found = await reachYubiHsm(httpConnector());
      return isDeviceFault(found) ? found : 'ready';
    }
    case 'security-key':
      return 'ready';
  }
}
