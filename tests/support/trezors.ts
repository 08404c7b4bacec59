import { deviceFault, isDeviceFault, type DeviceFault } from '../../src/lib/devices/device.ts';
import type { Hardware, PacketLink } from '../../src/lib/devices/hardware.ts';
import type { Presence, Prompt } from '../../src/lib/devices/prompt.ts';
import { bareTrezor, type TrezorSimulator } from '../../src/lib/devices/simulators/trezor.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';

/*
 * Simulated Trezors as drivers reach them, with what happens on their wire in a test's hands.
 */

/** Hardware with nothing but this Trezor. */
export function onlyTrezor(trezor: Hardware['trezor'], simulated = true): Hardware {
  const none = () => Promise.resolve(deviceFault('not-found'));
  return {
    simulated,
    trezor,
    ledger: none,
    yubihsm: { status: none, exchange: none },
    credentials: { create: () => Promise.resolve(null), get: () => Promise.resolve(null) },
  };
}

/** Notes each prompt, and leaves the answer to the device. `over` counts those that are done. */
export function watching(act: (prompt: Prompt) => 'refuses' | undefined = () => undefined) {
  const prompts: Prompt[] = [];
  const counts = { over: 0 };
  const presence: Presence = (prompt, over) => {
    prompts.push(prompt);
    over.addEventListener('abort', () => (counts.over += 1));
    return act(prompt) === 'refuses' ? Promise.resolve('refused') : new Promise(() => undefined);
  };
  return { presence, prompts, counts };
}

/** What becomes of the packet with this number on its way; an empty list loses it. */
export type Meddling = (packet: Bytes, number: number) => readonly Bytes[];

const honest: Meddling = (packet) => [packet];

/**
 * The way to a simulator with somebody on the wire. `limit`: how long a packet may take at most, in
 * ms, whatever the driver would wait. Counts what was opened and not closed.
 */
export function meddled(
  simulator: TrezorSimulator,
  { back = honest, out = honest, limit = 20 }: { back?: Meddling; out?: Meddling; limit?: number },
) {
  const counts = { open: 0, back: 0, out: 0 };
  const open = bareTrezor(simulator);
  const trezor = async (): Promise<PacketLink | DeviceFault> => {
    const link = await open();
    if (isDeviceFault(link)) return link;
    counts.open += 1;
    const ahead: Bytes[] = [];
    return {
      async send(packet) {
        for (const sent of out(packet.slice(), counts.out++)) {
          const fault = await link.send(sent);
          if (fault) return fault;
        }
        return undefined;
      },
      async receive(wanted) {
        for (;;) {
          const next = ahead.shift();
          if (next) return next;
          const packet = await link.receive(Math.min(wanted, limit));
          if (isDeviceFault(packet)) return packet;
          ahead.push(...back(packet, counts.back++));
        }
      },
      close() {
        counts.open -= 1;
        return link.close();
      },
    };
  };
  return { trezor, counts };
}
