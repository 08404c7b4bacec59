import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';

/*
 * As much of a WebSocket server (RFC 6455) as one text message there and one back need: no
 * fragments, no extensions, messages of at most 64 KiB.
 */

/** What a handshake's answer is made of (RFC 6455, 1.3). */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const [TEXT, CLOSE] = [1, 8];

/** Serves on 127.0.0.1; `answer` gives the answer to a text, or undefined for none. */
export async function serveWebSocket(
  port: number,
  path: string,
  answer: (text: string, origin: string | undefined) => Promise<string | undefined>,
): Promise<Server> {
  const server = createServer((_, response) => response.writeHead(404).end());
  server.on('upgrade', ({ url, headers }, socket: Duplex) => {
    socket.on('error', () => socket.destroy());
    const key = headers['sec-websocket-key'];
    if (url !== path || key === undefined) {
      socket.destroy();
      return;
    }
    const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64');
    const lines = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`];
    socket.write(['HTTP/1.1 101 Switching Protocols', ...lines, '', ''].join('\r\n'));
    server.once('close', () => socket.destroy());
    let unread = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      unread = Buffer.concat([unread, bytes]);
      for (let frame = take(unread); frame; frame = take(unread)) {
        unread = unread.subarray(frame.length);
        if (frame.opcode === CLOSE) socket.end(framed(CLOSE, frame.payload));
        if (frame.opcode !== TEXT) continue;
        void answer(frame.payload.toString(), headers.origin).then((said) => {
          if (said !== undefined && socket.writable) socket.write(framed(TEXT, Buffer.from(said)));
        });
      }
    });
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed).listen(port, '127.0.0.1', listening);
  });
  return server;
}

/** The first whole frame of what came; clients mask theirs. */
function take(bytes: Buffer) {
  if (bytes.length < 6) return undefined;
  const short = bytes[1]! & 0x7f;
  const [size, at] = short < 126 ? [short, 2] : [bytes.length < 8 ? 1e9 : bytes.readUInt16BE(2), 4];
  const length = at + 4 + size;
  if (bytes.length < length) return undefined;
  const mask = bytes.subarray(at, at + 4);
  const payload = bytes.subarray(at + 4, length).map((byte, i) => byte ^ mask[i % 4]!);
  return { opcode: bytes[0]! & 0x0f, payload: Buffer.from(payload), length };
}

/** A whole frame, unmasked as servers send theirs. */
function framed(opcode: number, payload: Buffer): Buffer {
  const head = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...head]), payload]);
}
