/** A stand-in for Yubico's connector, which notes all that reaches it, and plain requests, byte by byte. */
import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect, type AddressInfo } from 'node:net';

export interface Noted {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface FakeConnector {
  port: number;
  /** What has reached it, oldest first. */
  noted: Noted[];
  /** What it does next; at first it gives each frame back, and an ordinary status. */
  behaves: (request: Noted, response: ServerResponse) => void;
  stop: () => Promise<void>;
}

export const STATUS = 'status=OK\nserial=*\nversion=3.0.7\npid=1\naddress=localhost\nport=12345\n';

/** Gives back what comes, as a YubiHSM does with ECHO. */
export const echoes: FakeConnector['behaves'] = ({ url, body }, response) => {
  response.end(url === '/connector/status' ? STATUS : body);
};

export async function fakeConnector(): Promise<FakeConnector> {
  const noted: Noted[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks) };
      noted.push(one);
      fake.behaves(one, response);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const fake: FakeConnector = {
    port: (server.address() as AddressInfo).port,
    noted,
    behaves: echoes,
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return fake;
}

/**
 * Send these very bytes to a launcher; gives all that comes back until it hangs up. `drip`: so many ms
 * after them, and again and again, one byte more.
 */
export function sendRaw(port: number, bytes: string, drip?: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    socket.setEncoding('latin1');
    socket.on('data', (data: string) => (said += data));
    const dripping = drip && setInterval(() => socket.write('x'), drip);
    socket.on('close', () => {
      clearInterval(dripping);
      resolve(said);
    });
    // Hung up with bytes unread: what was said before counts.
    socket.on('error', (error) => {
      if (said === '') reject(error);
    });
  });
}
