import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { mnemonicToSeedSync } from '@scure/bip39';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { attended } from '../../src/lib/devices/simulators/simulator.ts';
import { TrezorSimulator } from '../../src/lib/devices/simulators/trezor.ts';

/*
 * A simulated Trezor for other programs, as its maker's emulator is reached: datagrams of 64 bytes on
 * UDP, on this machine only.
 */

const PING = Buffer.from('PINGPING');
const PONG = Buffer.from('PONGPONG');
const PACKET = 64;

/** The seed of the words “all”, twelve times: everybody knows it. */
export const knownSeed = (): Bytes => mnemonicToSeedSync(Array(12).fill('all').join(' '));

/**
 * Serves a simulated Trezor on a UDP port of 127.0.0.1; 0 takes a free one. It agrees to everything by
 * itself, or where `ask` is set, a person answers at this terminal.
 */
export async function serveTrezor(
  port: number,
  ask: boolean,
): Promise<{ port: number; simulator: TrezorSimulator; close: () => void }> {
  const simulator = new TrezorSimulator({ seed: knownSeed(), serial: 'SIM-UDP' });
  const socket = createSocket('udp4');
  /** Whoever sent the last packet; each command of the other program comes from another port. */
  let host: RemoteInfo | undefined;
  socket.on('message', (datagram, from) => {
    if (datagram.equals(PING)) socket.send(PONG, from.port, from.address);
    else if (datagram.length === PACKET) {
      host = from;
      simulator.take(Uint8Array.from(datagram));
    }
  });
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  const closed = new AbortController();
  const answer = async () => {
    for (;;) {
      const packet = await simulator.next(closed.signal);
      if (!packet) return;
      if (host) socket.send(packet, host.port, host.address);
    }
  };
  void answer();
  const leave = ask ? atTerminal(simulator) : attended(simulator);
  return {
    port: socket.address().port,
    simulator,
    close() {
      leave();
      closed.abort();
      socket.close();
    },
  };
}

/** Shows the device in this terminal; a line with the name of a button presses it. */
function atTerminal(simulator: TrezorSimulator): () => void {
  const show = () => {
    const { lines, page, buttons } = simulator.face();
    const names = buttons.map(({ id }) => `[${id}]`).join(' ');
    console.log(['', ...lines, ...(page ? [`${page[0]}/${page[1]}`] : []), names].join('\n'));
  };
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => simulator.press(line.trim()));
  const end = simulator.watch(show);
  show();
  return () => {
    end();
    lines.close();
  };
}
