import { base64 } from '@scure/base';
import { fromHex, toHex, wipe, type Bytes } from '../../crypto/bytes.ts';
import { whileAsked } from '../ask.ts';
import { deviceFault, isDeviceFault, type DeviceFault } from '../device.ts';
import type { Hardware, PacketLink } from '../hardware.ts';
import type { Presence, Prompt } from '../prompt.ts';
import {
  button,
  failure,
  fromWire,
  toWire,
  type Message,
  type MessageOf,
} from '../trezor/messages.ts';
import { toPackets, Unpacker } from '../trezor/packets.ts';
import { member, Wallet } from './wallet.ts';

/*
 * A Trezor that Trezor Suite holds. The driver is the one for USB, so keys, checks and faults are the
 * same and a device enrolled one way opens the other way: this file speaks codec v1 to the driver and
 * Suite's own requests to Suite. What the device derives passes through Suite, which can read it, and
 * some of its versions write it to their log; over USB no other program sees it.
 */

/** The hardware, with the Trezor behind Trezor Suite where Suite runs, and over USB where it does not. */
export const withSuite = (hardware: Hardware, presence: Presence): Hardware => ({
  ...hardware,
  async trezor() {
    const link = await openWallet(presence);
    return link === 'no-suite' ? hardware.trezor() : link;
  },
});

/** Everything that the driver reads without a question, read at once: Suite asks for leave each time. */
interface Read {
  readonly features: unknown;
  /** Extended public keys, in the order of `paths`. */
  readonly keys: unknown;
}

/** The paths whose public keys the driver reads (trezor/keys.ts). */
const paths = ["m/0'", "m/84'/0'/100'"];

/** What the person is told while Suite opens the wallet. */
const opening: Prompt = {
  ...{ kind: 'trezor', model: 'Trezor', serial: '', simulated: false },
  asks: { to: 'unlock', by: 'pin' },
  screen: [],
  press: 'device',
};

async function openWallet(presence: Presence): Promise<PacketLink | DeviceFault | 'no-suite'> {
  const wallet = new Wallet();
  if (!(await wallet.connect())) {
    wallet.leave();
    return 'no-suite';
  }
  const read = await whileAsked(presence, opening, readAll(wallet), () => wallet.leave());
  if (!isDeviceFault(read)) return new SuiteLink(wallet, read);
  wallet.leave();
  return read;
}

async function readAll(wallet: Wallet): Promise<Read | DeviceFault> {
  const features = await wallet.ask({ method: 'getFeatures' });
  if (isDeviceFault(features)) return features;
  const bundle = paths.map((path) => ({ path, coin: 'btc', showOnTrezor: false }));
  const keys = await wallet.ask({ method: 'getPublicKey', bundle });
  return isDeviceFault(keys) ? keys : { features: features.payload, keys: keys.payload };
}

type Asked = MessageOf<'CipherKeyValue'> | MessageOf<'SignMessage'>;
type Answer = Message | DeviceFault;

/** The device's side of codec v1, as far as the driver goes. */
class SuiteLink implements PacketLink {
  readonly #wallet: Wallet;
  readonly #read: Read;
  readonly #unpacker = new Unpacker();
  readonly #out: Bytes[] = [];
  /** What the person is asked next, once the driver gives leave. */
  #asked: Asked | undefined;
  /** What Suite works on. */
  #answer: Promise<Answer> | undefined;
  /** What Suite made of the last secret when it decrypted it again. */
  #decrypted: Answer | undefined;

  constructor(wallet: Wallet, read: Read) {
    this.#wallet = wallet;
    this.#read = read;
  }

  send(packet: Bytes): Promise<DeviceFault | undefined> {
    const taken = this.#unpacker.take(packet);
    if (typeof taken === 'string') return Promise.resolve(undefined);
    const message = fromWire(taken.type, taken.payload);
    wipe(taken.payload);
    this.#answer = Promise.resolve(message ? this.#serve(message) : unexpected);
    return Promise.resolve(undefined);
  }

  async receive(limit: number): Promise<Bytes | DeviceFault> {
    if (this.#out.length === 0) {
      const answer = await within(limit, this.#answer);
      if (isDeviceFault(answer)) return answer;
      this.#answer = undefined;
      const { type, payload } = toWire(answer);
      this.#out.push(...toPackets(type, payload));
      wipe(payload);
      if (answer.is === 'CipheredKeyValue') wipe(answer.value ?? none);
    }
    return this.#out.shift()!;
  }

  close(): Promise<void> {
    this.#wallet.leave();
    wipe(...this.#out);
    return Promise.resolve();
  }

  #serve(message: Message): Answer | Promise<Answer> {
    if (message.is === 'Initialize') return featuresOf(this.#read.features);
    if (message.is === 'GetPublicKey') return this.#publicKey(message);
    if (message.is === 'SignMessage') return this.#afterLeave(message);
    if (message.is === 'CipherKeyValue') {
      const decrypted = this.#decrypted;
      this.#decrypted = undefined;
      return message.encrypt || !decrypted ? this.#afterLeave(message) : decrypted;
    }
    if (message.is === 'ButtonAck' && this.#asked) {
      const asked = this.#asked;
      this.#asked = undefined;
      return asked.is === 'SignMessage' ? this.#sign(asked) : this.#secret(asked);
    }
    if (message.is !== 'Cancel') return unexpected;
    this.#wallet.leave();
    return { is: 'Failure', code: failure.actionCancelled };
  }

  /** Lets the driver show the person what is asked before Suite is asked. */
  #afterLeave(asked: Asked): Message {
    this.#asked = asked;
    return { is: 'ButtonRequest', code: button.protectCall };
  }

  #publicKey({ path = [] }: MessageOf<'GetPublicKey'>): Message {
    const at = paths.findIndex((known) => known.split('/').length === path.length + 1);
    const xpub = member(Array.isArray(this.#read.keys) ? this.#read.keys[at] : undefined, 'xpub');
    return { is: 'PublicKey', xpub: text(xpub) };
  }

  /** Encrypts, and has the result decrypted at once: the driver will ask for that, without a person. */
  async #secret(asked: MessageOf<'CipherKeyValue'>): Promise<Answer> {
    const made = await this.#cipher(asked);
    if (isDeviceFault(made) || made.is !== 'CipheredKeyValue') return made;
    this.#decrypted = await this.#cipher({ ...asked, encrypt: false, value: made.value! });
    return made;
  }

  async #cipher(asked: MessageOf<'CipherKeyValue'>): Promise<Answer> {
    const { path = [], key, value, encrypt, askOnEncrypt, askOnDecrypt } = asked;
    const flags = { encrypt, askOnEncrypt, askOnDecrypt };
    // Suite speaks JSON only: here secrets are in strings, which nobody can wipe.
    const hex = toHex(value ?? new Uint8Array());
    const request = { method: 'cipherKeyValue', path: [...path], key, value: hex, ...flags };
    const answer = await this.#wallet.ask(request);
    if (isDeviceFault(answer)) return answer;
    return {
      is: 'CipheredKeyValue',
      value: fromHex(text(member(answer.payload, 'value'))) ?? none,
    };
  }

  async #sign({ path = [], message, noScriptType }: MessageOf<'SignMessage'>): Promise<Answer> {
    const answer = await this.#wallet.ask({
      method: 'signMessage',
      path: [...path],
      coin: 'btc',
      message: toHex(message ?? none),
      hex: true,
      no_script_type: noScriptType,
    });
    if (isDeviceFault(answer)) return answer;
    return {
      is: 'MessageSignature',
      signature: fromBase64(text(member(answer.payload, 'signature'))),
    };
  }
}

const none: Bytes = new Uint8Array();
const unexpected: Message = { is: 'Failure', code: failure.unexpectedMessage };

/** Longer than any text that is wanted. */
const MAX_TEXT = 200;

const text = (value: unknown): string =>
  typeof value === 'string' && value.length <= MAX_TEXT ? value : '';

const number = (value: unknown): number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1000 ? value : 0;

function fromBase64(value: string): Bytes {
  try {
    return base64.decode(value) as Bytes;
  } catch {
    return none; // not base64: no signature either
  }
}

function featuresOf(features: unknown): Message {
  const of = (name: string) => member(features, name);
  return {
    is: 'Features',
    internalModel: text(of('internal_model')),
    deviceId: text(of('device_id')),
    major: number(of('major_version')),
    minor: number(of('minor_version')),
    patch: number(of('patch_version')),
    initialized: of('initialized') === true,
    bootloaderMode: of('bootloader_mode') === true,
  };
}

/** The answer, within so many ms; without one `timed-out`. */
async function within(limit: number, answer: Promise<Answer> | undefined): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => resolve(deviceFault('timed-out')), Math.max(0, limit));
  });
  try {
    return await Promise.race([over, ...(answer ? [answer] : [])]);
  } finally {
    clearTimeout(timer);
  }
}
