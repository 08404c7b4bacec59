import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { echoes, fakeConnector, sendRaw, STATUS, type FakeConnector } from './testing-connector.ts';
import { ask, launch, launchers, serve, type Served } from './testing-launchers.ts';
import { cleanUp, makeBundle, POLICY } from './testing.ts';

afterAll(cleanUp);

const FRAME = Buffer.from('01000568656c6c6f', 'hex');
const NOTHING_THERE = (port: number) => `No connector answers at port ${port} of this machine.\n`;

describe.each(Object.keys(launchers))('%s --connector', (name) => {
  const made = makeBundle();
  let target: FakeConnector;
  let served: Served;
  beforeAll(async () => {
    target = await fakeConnector();
    const pinning = [made.folder, '--root', made.root, '--no-pin', '--port', '0'];
    served = await serve(name, [...pinning, '--connector', String(target.port)]);
  });
  afterAll(async () => {
    await target.stop();
    expect(await served.stop()).toBe(0);
  });
  beforeEach(() => {
    target.behaves = echoes;
    target.noted.length = 0;
  });

  const origin = () => `http://conclave.localhost:${served.port}`;
  const ours = () => ({ origin: origin(), 'content-type': 'application/octet-stream' });
  const post = (body: Uint8Array = FRAME, more: Record<string, string> = {}) =>
    ask(served.port, '/connector/api', { method: 'POST', headers: { ...ours(), ...more }, body });

  it('hands a frame on and its answer back: these bytes and nothing else', async () => {
    const reply = await post(FRAME, { cookie: 'a=b', 'x-more': 'yes', 'yubihsm-session': '0011' });
    expect([reply.status, reply.body]).toEqual([200, FRAME]);
    expect(reply.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-security-policy': `${POLICY}; frame-ancestors 'none'`,
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      connection: 'close',
    });
    const [{ method, url, body, headers }, ...more] = target.noted as [FakeConnector['noted'][0]];
    expect([method, url, body, more]).toEqual(['POST', '/connector/api', FRAME, []]);
    const { 'accept-encoding': plain = 'identity', ...sent } = headers;
    expect(plain).toBe('identity');
    expect(sent).toEqual({
      host: `127.0.0.1:${target.port}`,
      connection: 'close',
      'content-type': 'application/octet-stream',
      'content-length': '8',
    });
  });

  it('every byte value, and the largest frame', async () => {
    const frame = Buffer.from(Array.from({ length: 3139 }, (_, i) => i & 0xff));
    const reply = await post(frame, { 'sec-fetch-site': 'same-origin' });
    expect(reply.body.equals(frame)).toBe(true);
    expect(target.noted[0]?.body.equals(frame)).toBe(true);
  });

  it('hands the status back', async () => {
    const reply = await ask(served.port, '/connector/status');
    expect([reply.status, reply.body.toString()]).toEqual([200, STATUS]);
    expect(reply.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(target.noted).toMatchObject([{ method: 'GET', url: '/connector/status' }]);
  });

  it('serves the bundle as ever', async () => {
    expect((await ask(served.port, '/')).status).toBe(200);
    const worker = { headers: { 'service-worker': 'script' } };
    expect((await ask(served.port, '/connector/status', worker)).body.toString()).toContain(
      'the verified worker',
    );
    expect(target.noted).toEqual([]);
  });

  /**
   * A request byte by byte: our page's own frame but for the named changes; '' leaves a header out.
   * `drip`: so many ms after it, and again and again, one byte more.
   */
  async function wire(change: Record<string, string>, drip?: number): Promise<string> {
    const { line = 'POST /connector/api', body = FRAME.toString('latin1'), ...headers } = change;
    const all = {
      Host: `conclave.localhost:${served.port}`,
      Origin: origin(),
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(body.length),
      ...headers,
    };
    const head = Object.entries(all).filter(([, value]) => value !== '');
    const lines = head.map(([field, value]) => `${field}: ${value}`);
    return sendRaw(served.port, [`${line} HTTP/1.1`, ...lines, '', body].join('\r\n'), drip);
  }
  const READ = { Origin: '', 'Content-Type': '', 'Content-Length': '', body: '' };
  const there = (path: string) => `http://conclave.localhost:PORT${path}`;
  const chunked = `8\r\n${FRAME.toString('latin1')}\r\n0\r\n\r\n`;
  const hidden = 'POST /connector/api HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc';

  it('accepts the request that the refused ones below differ from', async () => {
    expect(await wire({})).toMatch(/^HTTP\/1\.1 200 /);
    expect(await wire({ line: 'GET /connector/status', ...READ })).toMatch(/^HTTP\/1\.1 200 /);
    expect(target.noted).toHaveLength(2);
  });

  it.each<[string, number, Record<string, string>]>([
    ['another host', 421, { Host: 'evil.example' }],
    ['the connector’s own name', 421, { Host: '127.0.0.1:12345' }],
    ['this machine under another name', 421, { Host: 'localhost:PORT' }],
    ['no host', 421, { Host: '' }],
    ['two hosts', 421, { Host: 'conclave.localhost:PORT\r\nHost: evil.example' }],
    ['another host for the status', 421, { line: 'GET /connector/status', ...READ, Host: 'x' }],
    ['the status by POST', 405, { line: 'POST /connector/status' }],
    ['the status by HEAD', 405, { line: 'HEAD /connector/status', ...READ }],
    ['a frame by GET', 405, { line: 'GET /connector/api' }],
    ['a frame by PUT', 405, { line: 'PUT /connector/api' }],
    ['a preflight', 405, { line: 'OPTIONS /connector/api', ...READ, Origin: 'http://x' }],
    ['another path', 405, { line: 'POST /connector/api/' }],
    ['a path above', 405, { line: 'POST /connector' }],
    ['a path with dots', 405, { line: 'POST /connector/x/../api' }],
    ['two slashes', 405, { line: 'POST //connector/api' }],
    ['a query', 405, { line: 'POST /connector/api?x' }],
    ['an encoded path', 405, { line: 'POST /connector/%61pi' }],
    ['an encoded slash', 405, { line: 'POST /connector%2fapi' }],
    ['other letters', 405, { line: 'POST /Connector/api' }],
    ['a whole address as the target', 405, { line: `POST ${there('/connector/api')}` }],
    ['another machine’s address as the target', 405, { line: 'POST http://x/connector/api' }],
    ['a query for the status', 404, { line: 'GET /connector/status?x', ...READ }],
    ['an encoded path for the status', 404, { line: 'GET /connector/stat%75s', ...READ }],
    ['no origin', 403, { Origin: '' }],
    ['another origin', 403, { Origin: 'http://evil.example' }],
    ['another port as origin', 403, { Origin: 'http://conclave.localhost:1' }],
    ['another scheme as origin', 403, { Origin: 'https://conclave.localhost:PORT' }],
    ['a hidden origin', 403, { Origin: 'null' }],
    ['two origins', 403, { Origin: `${there('')}\r\nOrigin: ${there('')}` }],
    ['another port’s page', 403, { 'Sec-Fetch-Site': 'same-site' }],
    ['another site’s page', 403, { 'Sec-Fetch-Site': 'cross-site' }],
    ['another origin for the status', 403, { line: 'GET /connector/status', Origin: 'http://x' }],
    [
      'another site’s image of the status',
      403,
      { line: 'GET /connector/status', ...READ, 'Sec-Fetch-Site': 'cross-site' },
    ],
    [
      'the status typed as an address',
      403,
      { line: 'GET /connector/status', ...READ, 'Sec-Fetch-Site': 'none' },
    ],
    ['no type', 415, { 'Content-Type': '' }],
    ['a form’s type', 415, { 'Content-Type': 'text/plain' }],
    ['a type with more', 415, { 'Content-Type': 'application/octet-stream; x=text/plain' }],
    ['no length', 400, { 'Content-Length': '', body: '' }],
    ['two bytes', 400, { body: 'ab' }],
    ['3140 bytes', 400, { body: 'a'.repeat(3140) }],
    ['a length in another spelling', 400, { 'Content-Length': '0x8' }],
    ['a length with a sign', 400, { 'Content-Length': '+8' }],
    ['two lengths', 400, { 'Content-Length': '8\r\nContent-Length: 3' }],
    ['chunks', 400, { 'Content-Length': '', 'Transfer-Encoding': 'chunked', body: chunked }],
    ['chunks and a length', 400, { 'Transfer-Encoding': 'chunked', body: chunked }],
    ['an odd coding and a length', 400, { 'Transfer-Encoding': 'xchunked' }],
    [
      'a request hidden in chunks',
      400,
      { 'Transfer-Encoding': 'chunked', body: `0\r\n\r\n${hidden}` },
    ],
    ['a request hidden in another’s body', 405, { line: 'POST /', body: hidden }],
    [
      'a request hidden in a status’ body',
      403,
      { line: 'GET /connector/status', Origin: 'x', body: hidden },
    ],
  ])('refuses %s: %i', async (_, status, change) => {
    const here = (value: string) => value.replaceAll('PORT', String(served.port));
    const said = await wire(
      Object.fromEntries(Object.entries(change).map(([key, value]) => [key, here(value)])),
    );
    expect(said.match(/HTTP\/1\.1 \d+/g)).toEqual([`HTTP/1.1 ${status}`]);
    expect(target.noted).toEqual([]);
  });

  it('answers one request on a connection, and no second one', async () => {
    const whole = [
      'POST /connector/api HTTP/1.1',
      `Host: conclave.localhost:${served.port}`,
      ...Object.entries({ ...ours(), 'content-length': '3' }).map((pair) => pair.join(': ')),
    ];
    const body = `${FRAME.toString('latin1')}${whole.join('\r\n')}\r\n\r\nabc`;
    const said = await wire({ body, 'Content-Length': '8' });
    expect(said.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
    expect(target.noted.map(({ body }) => body)).toEqual([FRAME]);
  });

  it.each<[string, FakeConnector['behaves']]>([
    ['answers too much', (_, response) => response.end(Buffer.alloc(3140))],
    [
      'never stops',
      (_, response) => void setInterval(() => response.write('x'.repeat(500)), 1).unref(),
    ],
    ['answers too little', (_, response) => response.end('ab')],
    ['answers nothing', (_, response) => response.end()],
    [
      'redirects',
      (_, response) => response.writeHead(307, { location: '/connector/api' }).end('abc'),
    ],
    ['fails', (_, response) => response.writeHead(500).end('abc')],
    ['hangs up', (_, response) => response.destroy()],
    [
      'breaks off',
      (_, response) =>
        response.writeHead(200, { 'content-length': 9 }).write('abc', () => response.destroy()),
    ],
    [
      'changes the protocol',
      (_, response) => response.writeHead(101, { upgrade: 'x', connection: 'upgrade' }).end(),
    ],
    ['speaks something else', (_, response) => response.socket?.end('hello\r\n\r\n')],
  ])('says so where the target %s: 502', async (_, behaves) => {
    target.behaves = behaves;
    const { status, body, headers } = await post();
    expect([status, body.toString()]).toEqual([502, NOTHING_THERE(target.port)]);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(target.noted).toHaveLength(1);
  });

  it('takes no longer status than 256 bytes', async () => {
    target.behaves = (_, response) => response.end('s'.repeat(256));
    expect((await ask(served.port, '/connector/status')).status).toBe(200);
    target.behaves = (_, response) => response.end('s'.repeat(257));
    expect((await ask(served.port, '/connector/status')).status).toBe(502);
  });

  it('waits ten seconds for an answer, and as long for a frame', async () => {
    target.behaves = (_, response) => response.writeHead(200).write('abc');
    const begun = Date.now();
    const [silent, slow, dripping] = await Promise.all([
      post(),
      wire({ 'Content-Length': '9' }), // one byte never comes
      wire({ 'Content-Length': '40' }, 1000), // one byte each second
    ]);
    expect(Date.now() - begun).toBeLessThan(20_000);
    expect([silent.status, silent.body.toString()]).toEqual([502, NOTHING_THERE(target.port)]);
    for (const said of [slow, dripping])
      expect(said).toMatch(/^HTTP\/1\.1 400 [^]*The frame did not come whole\.\n$/);
    expect(target.noted).toHaveLength(1);
  });
});

describe.each(Object.keys(launchers))('%s --connector with nothing at that port', (name) => {
  it('says so: 502', async () => {
    const gone = await fakeConnector();
    await gone.stop();
    const { folder, root } = makeBundle();
    const args = [folder, '--root', root, '--no-pin', '--port', '0'];
    const served = await serve(name, [...args, '--connector', String(gone.port)]);
    const { status, body } = await ask(served.port, '/connector/status');
    expect([status, body.toString()]).toEqual([502, NOTHING_THERE(gone.port)]);
    expect(await served.stop()).toBe(0);
  });
});

it.each(Object.keys(launchers))('%s: a connector’s port is a port', (name) => {
  const { folder } = makeBundle();
  for (const port of ['70000', '80', 'x', '-1']) {
    expect(launch(name, [folder, '--check', '--connector', port]).code).toBe(2);
  }
});
