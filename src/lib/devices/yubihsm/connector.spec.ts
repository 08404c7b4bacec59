import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { httpConnector } from './connector.ts';

const OCTETS = 'application/octet-stream';
const FRAME = Uint8Array.of(0x01, 0, 1, 7);

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Something that answers at the page's own address, for the length of the work. */
async function behind<T>(listener: RequestListener, work: () => Promise<T>): Promise<T> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const real = globalThis.fetch;
  // In Node, fetch knows no page whose address a path would belong to.
  vi.stubGlobal('fetch', (path: string, init: RequestInit) =>
    real(new URL(path, `http://127.0.0.1:${port}`), { ...init, mode: 'cors' }),
  );
  try {
    return await work();
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Answers `/connector/status` with a text and everything else with `reply`. */
const serving =
  (text: string, reply: RequestListener): RequestListener =>
  (request, response) => {
    if (request.url !== '/connector/status') {
      reply(request, response);
      return;
    }
    response.setHeader('content-type', 'text/plain; charset=utf-8');
    response.end(text);
  };

const bytes =
  (body: Uint8Array, type = OCTETS, status = 200): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': type }).end(body);
  };

const exchange = () => httpConnector().exchange(FRAME);

describe('the connector behind the page’s address', () => {
  it('is asked with the frame and nothing else', async () => {
    const seen: unknown[] = [];
    const reply = await behind(
      serving('status=OK\n', (request, response) => {
        const { method, url, headers } = request;
        request.on('data', (body: Buffer) => {
          seen.push({ method, url, type: headers['content-type'], body: [...body] });
          seen.push(headers.cookie, headers.referer);
        });
        request.on('end', () => bytes(Uint8Array.of(0x81, 0, 1, 7))(request, response));
      }),
      exchange,
    );
    expect(reply).toEqual(Uint8Array.of(0x81, 0, 1, 7));
    expect(seen).toEqual([
      { method: 'POST', url: '/connector/api', type: OCTETS, body: [...FRAME] },
      undefined,
      undefined,
    ]);
  });

  it('tells its status', async () => {
    const status = await behind(serving('status=OK\nserial=*\n', bytes(FRAME)), () =>
      httpConnector().status(),
    );
    expect(status).toBe('status=OK\nserial=*\n');
  });

  it.each([
    ['404, as the launcher answers without one', bytes(FRAME, 'text/plain', 404), 'no-connector'],
    ['502, as the launcher answers in its place', bytes(FRAME, 'text/plain', 502), 'no-connector'],
    ['another type', bytes(FRAME, 'text/html'), 'no-connector'],
    [
      'a redirect',
      (_: unknown, response: Parameters<RequestListener>[1]) => {
        response.writeHead(307, { location: '/elsewhere' }).end();
      },
      'no-connector',
    ],
    [
      'a connection that breaks',
      (_: unknown, response: Parameters<RequestListener>[1]) => {
        response.destroy();
      },
      'no-connector',
    ],
    ['more than a frame', bytes(new Uint8Array(3140)), 'unreadable-answer'],
    ['less than a frame', bytes(new Uint8Array(2)), 'unreadable-answer'],
    ['nothing', bytes(new Uint8Array()), 'unreadable-answer'],
  ])('is not taken for one with %s', async (_, listener, fault) => {
    expect(await behind(serving('status=OK\n', listener), exchange)).toMatchObject({ fault });
  });

  it('without a YubiHSM is told from none', async () => {
    const listener = serving('status=NO_DEVICE\n', bytes(FRAME, 'text/plain', 502));
    expect(await behind(listener, exchange)).toEqual({ fault: 'no-hsm' });
  });

  it('may not send a status without end', async () => {
    const listener = serving('x'.repeat(257), bytes(FRAME));
    expect(await behind(listener, () => httpConnector().status())).toMatchObject({
      fault: 'unreadable-answer',
    });
  });

  it('that never answers is given up', async () => {
    const inFact = AbortSignal.timeout.bind(AbortSignal);
    const given = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => inFact(50));
    const silent = serving('status=OK\n', () => undefined);
    expect(await behind(silent, exchange)).toEqual({ fault: 'timed-out' });
    expect(given.mock.calls).toEqual([[10_000]]);
    given.mockRestore();
  });
});
