import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/lib/devices/yubihsm/commands.ts';
import { MAX_FRAME, toFrame } from '../../src/lib/devices/yubihsm/frames.ts';
import { serveYubiHsm } from '../support/yubihsm-connector.ts';

/** The connector that other programs reach the simulated YubiHSM through. */

let served: Awaited<ReturnType<typeof serveYubiHsm>>;

beforeAll(async () => {
  served = await serveYubiHsm(0);
});
afterAll(() => served.close());

interface Reply {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Uint8Array;
}

const send = (method: string, path: string, body = new Uint8Array()): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const headers = { Origin: 'https://elsewhere.example', 'Content-Length': body.length };
    const sent = request({ port: served.port, host: '127.0.0.1', method, path, headers }, (got) => {
      const chunks: Buffer[] = [];
      got.on('data', (chunk: Buffer) => chunks.push(chunk));
      got.on('end', () =>
        resolve({
          status: got.statusCode,
          headers: got.headers,
          body: new Uint8Array(Buffer.concat(chunks)),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });

const echo = toFrame(commands.echo, Uint8Array.of(1, 2));

describe('the connector of a simulated YubiHSM', () => {
  it('says how it is', async () => {
    const { status, body } = await send('GET', '/connector/status');
    expect(status).toBe(200);
    const said = new TextDecoder().decode(body);
    expect(said).toBe(
      `status=OK\nserial=*\nversion=3.0.7\npid=${process.pid}\naddress=localhost\nport=${served.port}\n`,
    );
    expect(body.length).toBeLessThanOrEqual(256);
  });

  it('passes a frame on, up to the longest', async () => {
    expect(await send('POST', '/connector/api', echo)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/octet-stream' },
      body: toFrame(0x81, Uint8Array.of(1, 2)),
    });
    const longest = toFrame(commands.echo, new Uint8Array(MAX_FRAME - 3));
    expect((await send('POST', '/connector/api', longest)).body).toHaveLength(MAX_FRAME);
  });

  it('refuses other paths, methods and lengths, and tells pages of other origins nothing', async () => {
    const refused = [
      ['GET', '/', 404],
      ['GET', '/connector/api/', 404],
      ['GET', '/connector/api', 405],
      ['OPTIONS', '/connector/api', 405],
      ['OPTIONS', '/connector/status', 405],
      ['POST', '/connector/status', 405],
    ] as const;
    for (const [method, path, status] of refused) {
      const reply = await send(method, path);
      expect(reply.status, `${method} ${path}`).toBe(status);
      expect(Object.keys(reply.headers).filter((name) => name.includes('access-control'))).toEqual(
        [],
      );
    }
    for (const length of [0, 2, MAX_FRAME + 1])
      expect(await send('POST', '/connector/api', new Uint8Array(length))).toMatchObject({
        status: 400,
      });
  });

  it('says that there is no device, and fails, while it is unplugged', async () => {
    served.simulator.unplug();
    expect(await send('POST', '/connector/api', echo)).toMatchObject({ status: 500 });
    const { body } = await send('GET', '/connector/status');
    expect(new TextDecoder().decode(body)).toMatch(/^status=NO_DEVICE\n/);
    served.simulator.plug();
    expect(await send('POST', '/connector/api', echo)).toMatchObject({ status: 200 });
  });
});
