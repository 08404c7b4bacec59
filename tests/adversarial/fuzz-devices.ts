import { fromHandle, toHandle, type Enrolled } from '../../src/lib/devices/handle.ts';
import { isDeviceFault } from '../../src/lib/devices/device.ts';
import { fromWire, toWire } from '../../src/lib/devices/trezor/messages.ts';
import { toPackets, Unpacker, PACKET } from '../../src/lib/devices/trezor/packets.ts';
import { parseEntry } from '../../src/lib/devices/yubihsm/audit.ts';
import { fromFrame, toFrame } from '../../src/lib/devices/yubihsm/frames.ts';
import { parseDeviceInfo } from '../../src/lib/devices/yubihsm/device-info.ts';
import { concat, equal } from '../../src/lib/crypto/bytes.ts';
import type { FuzzTarget } from './fuzz-targets.ts';

const latin1 = new TextDecoder('latin1');
const encode = (text: string) => new TextEncoder().encode(text);
const always = () => true;

const enrolled: Enrolled = {
  kind: 'trezor',
  simulated: true,
  model: 'Trezor Model T',
  serial: 'SIM-1',
  firmware: '2.8.1',
  fingerprint: new Uint8Array(4).fill(1),
  path: "m/84'/0'/100'/0/0",
  approvalKey: new Uint8Array(33).fill(2),
};

const features = toWire({
  is: 'Features',
  vendor: 'trezor.io',
  major: 2,
  minor: 8,
  patch: 1,
  deviceId: 'SIM-1',
  initialized: true,
  sessionId: new Uint8Array(32).fill(3),
});

const info = toFrame(0x86, Uint8Array.of(2, 5, 0, 0, 0, 0, 7, 62, 3, 20, 46));

/** Unpacks whole packets; the message they make, if they make one. */
function unpacked(input: Uint8Array) {
  const unpacker = new Unpacker();
  for (let at = 0; at + PACKET <= input.length; at += PACKET) {
    const taken = unpacker.take(input.slice(at, at + PACKET));
    if (taken === 'malformed') return undefined;
    if (taken !== 'more') return fromWire(taken.type, taken.payload);
  }
  return undefined;
}

function infoIn(input: Uint8Array) {
  const frame = fromFrame(input);
  const read = frame && parseDeviceInfo(frame.data);
  return !read || isDeviceFault(read) ? undefined : read;
}

/** The parsers of what devices answer, and of what is kept of them. */
export const deviceTargets: readonly FuzzTarget[] = [
  {
    name: 'handle of a device',
    seed: encode(toHandle(enrolled)),
    parse: (input) => fromHandle(latin1.decode(input)),
    mayAccept: (input) => {
      const read = fromHandle(latin1.decode(input));
      return read !== undefined && equal(encode(toHandle(read)), input);
    },
  },
  {
    name: 'packets of a Trezor',
    seed: concat(...toPackets(features.type, features.payload)),
    parse: unpacked,
    mayAccept: always,
  },
  { name: 'frame of a YubiHSM', seed: info, parse: infoIn, mayAccept: always },
  {
    name: 'entry of a YubiHSM’s log',
    seed: new Uint8Array(32).fill(0xff),
    parse: parseEntry,
    mayAccept: always,
  },
];
