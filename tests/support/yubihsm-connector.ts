import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { concat, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { MAX_FRAME, MIN_FRAME } from '../../src/lib/devices/yubihsm/frames.ts';
import { simulatedSerial } from '../../src/lib/devices/simulators/marks.ts';
import { connectorStatus, YubiHsmSimulator } from '../../src/lib/devices/simulators/yubihsm.ts';

/*
 * A simulated YubiHSM behind an HTTP server on the loopback that answers as Yubico's connector does:
 * two paths, one method each, nothing for pages of other origins.
 */

/**
 * Puts a fresh simulated YubiHSM at a port of 127.0.0.1; 0 takes one that is free. `serial`: one that
 * does not say so plays a real one.
 */
export async function serveYubiHsm(
  port: number,
  serial = simulatedSerial(randomBytes(4).readUInt32BE()),
): Promise<{ readonly port: number; readonly simulator: YubiHsmSimulator; close(): void }> {
  const simulator = new YubiHsmSimulator({
    seed: randomBytes(32),
    serial,
    random: (length) => new Uint8Array(randomBytes(length)),
    now: () => performance.now(),
  });
  const server = createServer((request, response) => {
    const { port: own } = server.address() as AddressInfo;
    answer(simulator, own, request, response).catch((error: unknown) =>
      response.destroy(error as Error),
    );
  });
  await listening(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    simulator,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

async function answer(
  simulator: YubiHsmSimulator,
  port: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const method = { '/connector/status': 'GET', '/connector/api': 'POST' }[pathname];
  if (!method) {
    refuse(response, 404, 'Not Found');
    return;
  }
  if (request.method !== method) {
    response.setHeader('Allow', method);
    refuse(response, 405, 'Method Not Allowed');
    return;
  }
  if (method === 'GET') {
    response.setHeader('Content-Type', 'text/plain; charset=utf-8');
    response.end(connectorStatus(simulator, { process: process.pid, port }));
    return;
  }
  const length = Number(request.headers['content-length'] ?? -1);
  if (!(length >= MIN_FRAME && length <= MAX_FRAME)) {
    refuse(response, 400, 'Bad Request');
    return;
  }
  const reply = await simulator.exchange(await bodyOf(request));
  if (!reply) {
    refuse(response, 500, 'Internal Server Error');
    return;
  }
  response.setHeader('Content-Type', 'application/octet-stream');
  response.end(reply);
}

/** Node ends a body at its announced length, and a request that takes too long. */
async function bodyOf(request: IncomingMessage): Promise<Bytes> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return concat(...chunks);
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Connection', 'close');
  response.end(`${reason}\n`);
}
