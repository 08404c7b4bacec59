import { readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { entropyToMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ask,
  launch,
  launchers,
  needsMinisign,
  python,
  serve,
  type Said,
  type Served,
} from './testing-launchers.ts';
import {
  alice,
  argumentsOf,
  bob,
  carol,
  pinOf,
  tampered,
  TWO_OF_TWO,
  update,
  type Case,
} from './testing-tampered.ts';
import { unsigned } from './testing-unsigned.ts';
import {
  cleanUp,
  EMPTY_KEYS,
  GOOD_FILES,
  keyList,
  makeBundle,
  POLICY,
  put,
  signBundle,
  signKeys,
  temporary,
  type Made,
} from './testing.ts';

afterAll(cleanUp);

/** Run a case with every launcher; they say the same, whatever it is. */
function launchAll(made: Case, ...more: string[]): Said {
  const args = [...argumentsOf(made), '--check', ...more];
  const said = Object.keys(launchers).map((name) => launch(name, args));
  for (const other of said) expect(other).toEqual(said[0]);
  return said[0] ?? { code: null, out: '', err: '' };
}

describe(Object.keys(launchers).join(' and '), () => {
  it.each(tampered)('refuse: %s', (_, make, sentence) => {
    const { code, err } = launchAll(make());
    expect(err).toMatch(/^Refused: [^\n]+\nNothing is served\. [^\n]+\n$/);
    expect(err).toContain(sentence);
    expect(code).toBe(1);
  });

  it.skipIf(needsMinisign).each(unsigned)('refuse: %s', (_, make, sentence) => {
    const { code, err } = launchAll(make());
    expect(err).toContain(sentence);
    expect(code).toBe(1);
  });

  it('trust a first bundle on first use, and show its root as hex and words', () => {
    const { folder, root } = makeBundle();
    const { code, out } = launchAll({ folder });
    expect(out).toContain('First use');
    expect(out).toContain(root.match(/.{4}/g)?.join(' '));
    const words = entropyToMnemonic(Buffer.from(root, 'hex'), wordlist).split(' ');
    const rows = out
      .slice(out.indexOf('Words    ') + 9)
      .split('\n')
      .slice(0, 6);
    for (const [i, row] of rows.entries()) {
      const numbered = words.map((word, j) => `${j + 1} ${word}`).slice(4 * i, 4 * i + 4);
      expect(row.trim().split(/ {2,}/)).toEqual(numbered);
      expect(row).toMatch(i === 0 ? /^ 1 \S/ : /^ {9}[ 12][0-9] \S.*\S$/);
    }
    expect(code).toBe(0);
  });

  it('show no words from a word list that is another', () => {
    const files = { 'bip39-english.txt': `${wordlist.toReversed().join('\n')}\n` };
    expect(launchAll({ folder: makeBundle('0.1.0', { files }).folder }).out).toContain('not shown');
  });

  it('accept the pinned bundle, and the root as it is shown', () => {
    const made = makeBundle();
    const shown = made.root.toUpperCase().match(/.{4}/g)?.join(' ') ?? '';
    const { code, out } = launchAll({
      folder: made.folder,
      pin: pinOf(made),
      options: ['--root', shown],
    });
    expect(out).toContain('are the pinned ones');
    expect(code).toBe(0);
  });

  it('accept an update on the human’s word while the pinned key list is empty', () => {
    const { code, out } = launchAll(update(() => ({}), EMPTY_KEYS, TWO_OF_TWO));
    expect(out).toContain('the pinned key list is empty');
    expect(code).toBe(0);
  });

  it.skipIf(needsMinisign)('accept a signed update with a signed new key list', () => {
    const keys = keyList(1, [carol], 2);
    const made = update(
      (made) => ({
        'sigs/alice.minisig': signBundle(alice, made),
        'sigs/bob.minisig': signBundle(bob, made),
        'sigs/carol.minisig': signBundle(carol, made),
        'sigs/alice.keys.minisig': signKeys(alice, keys),
        'sigs/bob.keys.minisig': signKeys(bob, keys, true),
      }),
      TWO_OF_TWO,
      keys,
    );
    const { code, out } = launchAll(made);
    expect(out).toContain('sigs/bob.minisig: good, by bob.');
    expect(out).toContain(
      'sigs/carol.minisig: not counted, it is by a key that is not in the key list.',
    );
    expect(out).toContain('sigs/bob.keys.minisig: good, by bob.');
    expect(out).toContain('signed by 2 or more of the pinned keys');
    expect(code).toBe(0);
  });

  it.skipIf(python === undefined)(
    '(Python) say where signatures cannot be checked, and accept nothing for them',
    () => {
      const args = argumentsOf(
        update((made) => ({ 'sigs/alice.minisig': signBundle(alice, made) })),
      );
      const { code, out, err } = launch('launch.py', [...args, '--check'], { PATH: temporary() });
      expect(out).toContain('minisign is not installed');
      expect(err).toContain('0 good signatures');
      expect(code).toBe(1);
    },
  );

  it.each(Object.keys(launchers))('%s: keep a pin for each port', async (name) => {
    const settings = temporary();
    const env = { ...process.env, XDG_CONFIG_HOME: settings };
    const [one, other] = [makeBundle(), makeBundle('0.1.0', { files: { 'app/new.js': '' } })];
    put(join(settings, 'conclave'), { 'pin-7465.json': pinOf(one) });
    const check = ({ folder }: Made, port: string) =>
      launch(name, [folder, '--check', '--port', port], env);
    expect(check(one, '7465').out).toContain('are the pinned ones');
    expect(check(other, '7465').err).toContain('may be an old release');
    expect(check(other, '7466').out).toContain('First use');
    const served = await serve(name, [other.folder, '--port', '0'], env);
    expect(await served.stop()).toBe(0);
    expect(readFileSync(join(settings, 'conclave', 'pin-0.json'), 'utf8')).toBe(pinOf(other));
  });

  it.each(Object.keys(launchers))('%s: leave with 2 on wrong usage', (name) => {
    const { folder } = makeBundle();
    for (const args of [
      [],
      [folder, folder],
      [folder, '--no-pin'],
      [folder, '--port', '70000'],
      // Browsers leave :80 out of the Host, which is compared whole.
      [folder, '--check', '--port', '80'],
      [folder, '--root', 'ab'],
      [folder, '--odd'],
    ]) {
      expect(launch(name, args).code).toBe(2);
    }
  });
});

describe.each(Object.keys(launchers))('%s serves', (name) => {
  const made = makeBundle('0.1.0', { keys: TWO_OF_TWO });
  put(made.folder, { 'sigs/alice.minisig': signBundle(alice, made) });
  const store = join(temporary(), 'settings', 'pin.json');
  let served: Served;
  beforeAll(async () => {
    served = await serve(name, [made.folder, '--port', '0', '--store', store]);
    // From here on only memory counts.
    rmSync(made.folder, { recursive: true });
  });
  afterAll(async () => {
    expect(await served.stop()).toBe(0);
  });
  const get = (path: string, options?: Parameters<typeof ask>[2]) =>
    ask(served.port, path, options);

  it('pins the bundle for its owner’s eyes only', () => {
    expect(readFileSync(store, 'utf8')).toBe(pinOf(made, TWO_OF_TWO));
    expect(statSync(store).mode & 0o777).toBe(0o600);
  });

  it('every file, with its type and under every security header', async () => {
    const types: Record<string, string> = {
      '/': 'text/html; charset=utf-8',
      '/app/entry.js': 'text/javascript; charset=utf-8',
      '/app/entry.css': 'text/css; charset=utf-8',
      '/app/engine.wasm': 'application/wasm',
      '/app/icon.svg': 'image/svg+xml',
      '/app/version.json': 'application/json',
      '/app.webmanifest': 'application/manifest+json',
      '/bundle.manifest': 'text/plain; charset=utf-8',
      '/keys.json': 'application/json',
      '/sigs/alice.minisig': 'text/plain; charset=utf-8',
    };
    for (const [path, type] of Object.entries(types)) {
      const { status, headers } = await get(path);
      expect([path, status, headers['content-type']]).toEqual([path, 200, type]);
    }
    for (const [path, content] of Object.entries(GOOD_FILES)) {
      const { body, headers } = await get(`/${path}`);
      expect(body).toEqual(Buffer.from(content));
      expect(headers).toMatchObject({
        'content-length': String(body.length),
        'content-security-policy': `${POLICY}; frame-ancestors 'none'`,
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
        'cross-origin-resource-policy': 'same-origin',
        'integrity-policy': 'blocked-destinations=(script)',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
      });
      expect(headers['permissions-policy']).toMatch(
        /^hid=\(self\), usb=\(self\), camera=\(self\), /,
      );
      expect(headers['permissions-policy']).toMatch(/, microphone=\(\), .*=\(\)$/);
      expect(headers).not.toHaveProperty('server');
    }
  });

  it('HEAD with the length and no body', async () => {
    const { status, headers, body } = await get('/app/entry.js', { method: 'HEAD' });
    expect([status, headers['content-length'], body.length]).toEqual([200, '26', 0]);
  });

  it('no other host: 421', async () => {
    const hosts = [
      `localhost:${served.port}`,
      `127.0.0.1:${served.port}`,
      'conclave.localhost',
      'evil.example',
    ];
    hosts.push(
      `evil.conclave.localhost:${served.port}`,
      `conclave.localhost:${served.port}.evil.example`,
      '',
    );
    for (const host of hosts) {
      expect([host, (await get('/', { host })).status]).toEqual([host, 421]);
    }
    expect(
      (await get('/', { host: 'evil.example', headers: { 'service-worker': 'script' } })).status,
    ).toBe(421);
  });

  it('no other method: 405', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const { status, headers } = await get('/', { method });
      expect([status, headers['x-content-type-options']]).toEqual([405, 'nosniff']);
    }
  });

  it('nothing that the bundle does not name as it stands: 404', async () => {
    const paths = [
      '/nothing',
      '/index.html?x',
      '/?x',
      '//index.html',
      '/app/../index.html',
      '/app',
      '/%69ndex.html',
    ];
    paths.push(
      '/app%2fentry.js',
      '/./index.html',
      '/index.html/',
      `http://conclave.localhost:${served.port}/index.html`,
    );
    for (const path of paths) expect([path, (await get(path)).status]).toEqual([path, 404]);
  });

  it('no connector yet', async () => {
    for (const path of ['/connector/api', '/connector/status']) {
      for (const method of ['GET', 'POST']) {
        const { status, body } = await get(path, { method });
        expect([status, body.toString()]).toEqual([404, 'No connector.\n']);
      }
    }
  });

  it('its own service worker wherever a service worker is asked for', async () => {
    for (const path of ['/old/sw.js', '/sw.js?v=1', '/connector/api', '/']) {
      const { status, headers, body } = await get(path, {
        headers: { 'service-worker': 'script' },
      });
      expect([status, body.toString()]).toEqual([200, GOOD_FILES['service-worker.js']]);
      expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
      expect(headers['service-worker-allowed']).toBe('/');
    }
    expect((await get('/sw.js', { headers: { 'service-worker': 'scripts' } })).status).toBe(404);
  });

  it('on the other loopback address too, and on no outer one', async () => {
    expect((await get('/', { address: '::1' })).status).toBe(200);
    await expect(get('/', { address: '127.0.0.2' })).rejects.toThrow('ECONNREFUSED');
  });
});

describe('a port that is taken', () => {
  it.each(Object.keys(launchers))('%s says so in one sentence and leaves with 3', async (name) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    const { folder, root } = makeBundle();
    const said = launch(name, [folder, '--root', root, '--no-pin', '--port', String(port)]);
    taken.close();
    expect(said.err).toContain(`Port ${port} on 127.0.0.1 cannot be had (EADDRINUSE).`);
    expect(said.code).toBe(3);
  });
});

describe.skipIf(python === undefined)('launch.mjs and launch.py', () => {
  it('serve the same bytes under the same headers', async () => {
    const made = makeBundle();
    const args = [made.folder, '--root', made.root, '--no-pin', '--port', '0'];
    const both = await Promise.all(Object.keys(launchers).map((name) => serve(name, args)));
    const paths = [
      ...Object.keys(GOOD_FILES),
      'bundle.manifest',
      'keys.json',
      '',
      'nothing',
      'connector/api',
    ];
    for (const path of paths) {
      const [node, other] = await Promise.all(both.map(({ port }) => ask(port, `/${path}`)));
      expect(other).toEqual(node);
    }
    expect(await Promise.all(both.map(({ stop }) => stop()))).toEqual([0, 0]);
  });
});
