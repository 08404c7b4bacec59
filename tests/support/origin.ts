/**
 * Origins for the tampering tests: the real launcher on a folder, a dishonest server that serves
 * whatever it is told, and bundles that differ from the built one.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, cpSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { top } from '../../bundle/machine.mjs';
import { MANIFEST_NAME, contentHash, parseManifest, sha256 } from '../../bundle/manifest.mjs';
import { list } from '../../bundle/seal.mjs';
import { headersFor, policyOf } from '../../src/lib/integrity/headers.ts';
import { temporaryFolder } from './folder.ts';

export const built = join(top, 'build');

/** A server that runs. */
export interface Running {
  readonly port: number;
  readonly address: string;
  stop(): Promise<void>;
}

const addressOf = (port: number): string => `http://conclave.localhost:${port}/`;

/** The root of a bundle folder, 64 hex digits. */
export const rootOf = (folder: string): Promise<string> =>
  sha256(new Uint8Array(readFileSync(join(folder, MANIFEST_NAME))));

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Serve a folder through the real launcher, with more of its options. */
export async function launch(
  folder: string,
  port: number,
  more: readonly string[] = [],
): Promise<Running> {
  const launcher = [join(top, 'bundle', 'launch.mjs'), folder, '--no-pin', '--port', String(port)];
  const child = spawn(process.execPath, [...launcher, '--root', await rootOf(folder), ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  let said = '';
  await new Promise<void>((ready, failed) => {
    child.once('exit', (code) => failed(new Error(`The launcher ended with ${code}: ${said}`)));
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString();
      if (said.includes('Address')) ready();
    });
  });
  return {
    port,
    address: addressOf(port),
    async stop() {
      child.kill();
      await exited;
    },
  };
}

/** Serve a folder dishonestly: `change` may replace what a path is answered with. */
export async function serveDishonestly(
  folder: string,
  port: number,
  change: (path: string, bytes: Buffer | undefined) => Buffer | string | undefined,
): Promise<Running> {
  const policy = policyOf(readFileSync(join(folder, 'index.html'), 'utf8'));
  const files = new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path)]),
  );
  return serve(port, (path) => {
    const body = change(path, files.get(path));
    return { status: body === undefined ? 404 : 200, headers: headersFor(path, policy), body };
  });
}

/** Another program on the port: a page without any policy, and its service worker at one path. */
export const serveForeign = (port: number, script: string, worker: string): Promise<Running> =>
  serve(port, (path) =>
    `/${path}` === script
      ? { status: 200, headers: { 'Content-Type': 'text/javascript' }, body: worker }
      : { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<h1>another program</h1>' },
  );

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer | string | undefined;
}

async function serve(port: number, answer: (path: string) => Answer): Promise<Running> {
  const server = createServer((request, response) => {
    const { status, headers, body } = answer((request.url ?? '/').slice(1) || 'index.html');
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  return {
    port,
    address: addressOf(port),
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/**
 * A bundle like the built one, but of another version and with a comment in its page: correctly
 * sealed, so every hash is right and its root is another.
 * @returns its folder
 */
export async function anotherBundle(version: string): Promise<string> {
  const folder = temporaryFolder('bundle');
  cpSync(built, folder, { recursive: true });
  appendFileSync(join(folder, 'index.html'), `<!-- another bundle, ${version} -->\n`);
  const manifest = parseManifest(new Uint8Array(readFileSync(join(built, MANIFEST_NAME))));
  if (typeof manifest === 'string') throw new Error(manifest);
  await list(folder, version, await contentHash(manifest));
  return folder;
}

/** The path of the one file of the built bundle that matches. */
export function pathOf(pattern: RegExp): string {
  const paths = readdirSync(built, { recursive: true, encoding: 'utf8' }).filter((path) =>
    pattern.test(path),
  );
  if (paths.length === 0) throw new Error(`No file of the bundle matches ${pattern.source}.`);
  return paths[0]!;
}
