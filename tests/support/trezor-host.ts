import { mnemonicToSeedSync } from '@scure/bip39';
import { expect } from 'vitest';
import { type Bytes } from '../../src/lib/crypto/bytes.ts';
import { isDeviceFault } from '../../src/lib/devices/device.ts';
import type { PacketLink } from '../../src/lib/devices/hardware.ts';
import {
  failure,
  fromWire,
  HARDENED,
  toWire,
  type Message,
} from '../../src/lib/devices/trezor/messages.ts';
import { toPackets, Unpacker } from '../../src/lib/devices/trezor/packets.ts';
import { type Means } from '../../src/lib/devices/simulators/simulator.ts';
import { bareTrezor, TrezorSimulator } from '../../src/lib/devices/simulators/trezor.ts';

/* A host that speaks to a simulated Trezor packet by packet. */

export const utf8 = new TextEncoder();
export const words = (mnemonic: string) => mnemonicToSeedSync(mnemonic) as Bytes;
export const alcohol = words(
  'alcohol woman abuse must during monitor noble actual mixed trade anger aisle',
);
export const all = words(Array(12).fill('all').join(' '));

export const simulated = (seed = all, model?: TrezorSimulator['internalModel']) =>
  new TrezorSimulator({ seed, serial: 'SIM-1', ...(model && { model }) });

/** A host that sends messages and acknowledges requests for buttons. */
export class Host {
  readonly link: PacketLink;
  /** The requests for buttons so far: code, name, pages. */
  readonly asked: string[] = [];

  constructor(link: PacketLink) {
    this.link = link;
  }

  static async of(simulator: TrezorSimulator): Promise<Host> {
    const link = await bareTrezor(simulator)();
    if (isDeviceFault(link)) throw new Error(link.fault);
    return new Host(link);
  }

  async send(message: Message): Promise<void> {
    const { type, payload } = toWire(message);
    for (const packet of toPackets(type, payload)) await this.link.send(packet);
  }

  async receive(limit = 1000): Promise<Message> {
    const unpacker = new Unpacker();
    for (;;) {
      const packet = await this.link.receive(limit);
      if (isDeviceFault(packet)) throw new Error(packet.fault);
      const taken = unpacker.take(packet);
      if (taken === 'more') continue;
      if (taken === 'malformed') throw new Error(taken);
      return fromWire(taken.type, taken.payload)!;
    }
  }

  async call(message: Message): Promise<Message> {
    await this.send(message);
    for (;;) {
      const reply = await this.receive();
      if (reply.is !== 'ButtonRequest') return reply;
      this.asked.push(`${reply.code} ${reply.name} ${reply.pages}`);
      await this.send({ is: 'ButtonAck' });
    }
  }

  /** Begins a session, or resumes the one that is named; gives its id. */
  async begin(sessionId?: Uint8Array): Promise<Uint8Array> {
    const reply = await this.call({ is: 'Initialize', ...(sessionId && { sessionId }) });
    if (reply.is !== 'Features') throw new Error(reply.is);
    return reply.sessionId!;
  }
}

export const bip84 = [84, 0, 100].map((step) => HARDENED + step);
export const signing = (text: string, more: object = {}): Message => ({
  is: 'SignMessage',
  path: [...bip84, 0, 0],
  message: utf8.encode(text),
  coin: 'Bitcoin',
  scriptType: 3,
  noScriptType: true,
  ...more,
});
export const ciphering = (more: object = {}): Message => ({
  is: 'CipherKeyValue',
  path: [HARDENED + 10016, HARDENED],
  key: 'Conclave host 00',
  value: new Uint8Array(32),
  encrypt: true,
  askOnEncrypt: true,
  askOnDecrypt: true,
  ...more,
});
export const press = (simulator: TrezorSimulator, means: Means) => {
  const button = simulator.face().buttons.find((one) => one.means === means);
  if (!button) throw new Error(`no button for ${means}`);
  simulator.press(button.id);
};
export const type = (simulator: TrezorSimulator, pin: string) => {
  for (const digit of pin) press(simulator, `digit-${Number(digit)}`);
  press(simulator, 'enter');
};
/** Sends, acknowledges one request for a button, and leaves the screen to the person. */
export const untilScreen = async (host: Host, message: Message) => {
  await host.send(message);
  expect((await host.receive()).is).toBe('ButtonRequest');
  await host.send({ is: 'ButtonAck' });
};
export const refusal = (code: number, message: string) => ({ is: 'Failure', code, message });
export const gaveUp = refusal(failure.actionCancelled, 'Cancelled');
