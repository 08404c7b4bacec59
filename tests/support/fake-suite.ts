import { HDKey } from '@scure/bip32';
import { toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { isDeviceFault, type DeviceFault } from '../../src/lib/devices/device.ts';
import { bareTrezor, type TrezorSimulator } from '../../src/lib/devices/simulators/trezor.ts';
import { call, type Talk } from '../../src/lib/devices/trezor/calls.ts';
import { HARDENED, SPEND_WITNESS } from '../../src/lib/devices/trezor/messages.ts';
import { serveWebSocket } from './websocket.ts';

/*
 * A stand-in for Trezor Suite Desktop: its WebSocket at 127.0.0.1:21335, its JSON, and a simulated
 * Trezor behind it. Written from what the package sends and what Suite's public source answers.
 */

const PORT = 21335;

interface Call {
  readonly method: string;
  readonly path?: string | number[];
  readonly bundle?: readonly { readonly path: string }[];
  readonly key?: string;
  readonly value?: string;
  readonly encrypt?: boolean;
  readonly askOnEncrypt?: boolean;
  readonly askOnDecrypt?: boolean;
  readonly message?: string;
  readonly hex?: boolean;
  readonly no_script_type?: boolean;
}

export interface FakeSuite {
  /** The methods asked for so far, and from which origin. */
  readonly calls: string[];
  readonly origins: Set<string | undefined>;
  /** What it does with a call instead of letting the Trezor answer; undefined for a call that it answers. */
  instead: (made: Call) => unknown;
  /** The wallet it says it has open. */
  wallet: string;
  stop(): Promise<void>;
}

const steps = (path: string | number[] = []): number[] =>
  typeof path === 'string'
    ? path
        .split('/')
        .slice(1)
        .map((step) => parseInt(step) + (step.endsWith("'") ? HARDENED : 0))
    : path;
const bytes = (hex = ''): Bytes => Uint8Array.from(Buffer.from(hex, 'hex'));

/** Starts it. Fails where the port is taken, as by a real Trezor Suite. */
export async function fakeSuite(simulator: TrezorSimulator): Promise<FakeSuite> {
  const server = await serveWebSocket(PORT, '/connect-ws', async (text, origin) => {
    suite.origins.add(origin);
    const { id, type, payload } = JSON.parse(text) as { id: string; type: string; payload: Call };
    if (type === 'ping') return JSON.stringify({ id, type: 'pong' });
    if (type === 'popup-handshake') return JSON.stringify({ id, type, payload: 'ok' });
    if (type !== 'iframe-call') return undefined;
    suite.calls.push(payload.method);
    const other = suite.instead(payload);
    const answer = other === undefined ? await answered(simulator, payload) : other;
    if (answer === 'nothing') return undefined;
    const device = { state: { staticSessionId: suite.wallet } };
    return JSON.stringify({ device, ...(answer as object), id });
  });
  const suite: FakeSuite = {
    calls: [],
    origins: new Set(),
    instead: () => undefined,
    wallet: 'mvbu1Gdy8SUjTenqerxUaZyYjmveZvt33q@355C817510C0EABF2F147145:0',
    stop: () =>
      new Promise<void>((closed) => {
        server.emit('close'); // hangs up on who is connected
        server.close(() => closed());
      }),
  };
  return suite;
}

const failed = ({ fault }: DeviceFault) => ({
  success: false,
  error:
    fault === 'refused'
      ? { code: 'Failure_ActionCancelled', message: 'Action cancelled by user' }
      : { code: 'Device_NotFound', message: fault },
});

/** Lets the simulated Trezor answer, as Suite's own driver would. */
async function answered(simulator: TrezorSimulator, made: Call): Promise<object> {
  const link = await bareTrezor(simulator)();
  if (isDeviceFault(link)) return failed(link);
  const who = { model: 'Trezor', serial: '', simulated: true };
  const talk: Talk = { link, who, presence: () => new Promise(() => undefined) };
  try {
    const features = await call(talk, { is: 'Initialize' }, 'Features');
    if (isDeviceFault(features)) return failed(features);
    const payload = made.method === 'getFeatures' ? featuresOf(features) : await acted(talk, made);
    return isDeviceFault(payload) ? failed(payload) : { success: true, payload };
  } finally {
    await link.close();
  }
}

const featuresOf = ({ internalModel, deviceId, major, minor, patch }: Record<string, unknown>) => ({
  internal_model: internalModel,
  device_id: deviceId,
  major_version: major,
  minor_version: minor,
  patch_version: patch,
  initialized: true,
  bootloader_mode: false,
});

async function acted(talk: Talk, made: Call): Promise<object> {
  const own = { asks: { to: 'enrol' }, screen: [] } as const;
  const path = steps(made.path);
  switch (made.method) {
    case 'getPublicKey': {
      const keys: object[] = [];
      for (const one of made.bundle ?? []) {
        const request = { is: 'GetPublicKey', path: steps(one.path), coin: 'Bitcoin' } as const;
        const reply = await call(talk, request, 'PublicKey');
        if (isDeviceFault(reply)) return reply;
        const { xpub = '' } = reply;
        keys.push({ xpub, publicKey: toHex(HDKey.fromExtendedKey(xpub).publicKey!) });
      }
      return keys;
    }
    case 'cipherKeyValue': {
      const { key, value, encrypt, askOnEncrypt, askOnDecrypt } = made as Required<Call>;
      const flags = { encrypt, askOnEncrypt, askOnDecrypt };
      const request = { is: 'CipherKeyValue', path, key, value: bytes(value), ...flags } as const;
      const reply = await call(talk, request, 'CipheredKeyValue', own);
      return isDeviceFault(reply) ? reply : { value: toHex(reply.value!) };
    }
    case 'signMessage': {
      const message = made.hex ? bytes(made.message) : new TextEncoder().encode(made.message);
      const kind = { scriptType: SPEND_WITNESS, noScriptType: made.no_script_type === true };
      const request = { is: 'SignMessage', path, coin: 'Bitcoin', message, ...kind } as const;
      const reply = await call(talk, request, 'MessageSignature', own);
      if (isDeviceFault(reply)) return reply;
      return {
        address: reply.address,
        signature: Buffer.from(reply.signature!).toString('base64'),
      };
    }
    default:
      return { success: false, error: { code: 'Method_Unsupported', message: made.method } };
  }
}
