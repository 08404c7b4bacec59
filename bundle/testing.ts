/** What the bundle's tests share: small good bundles, reviewers' keys, and tools that may be missing. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { which } from './machine.mjs';
import { MANIFEST_NAME, writeManifest } from './manifest.mjs';
import { manifestComment } from './minisign.mjs';

/** A tool's path; where it is missing, undefined and one line saying what is skipped (a failure under `CONCLAVE_REQUIRE_TOOLS=1`). */
export function tool(name: string, skipped: string): string | undefined {
  const path = which(name);
  if (path === undefined && process.env['CONCLAVE_REQUIRE_TOOLS'] === '1') {
    throw new Error(`${name} is not installed, and CONCLAVE_REQUIRE_TOOLS=1 asks for it.`);
  }
  if (path === undefined) process.stdout.write(`skipped: ${skipped} (${name} is not installed)\n`);
  return path;
}

/** A new folder below a temporary one, removed by `cleanUp`. */
export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-'));
  folders.push(folder);
  return folder;
}
const folders: string[] = [];
export const cleanUp = () => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
};

/** Write files below a folder. */
export function put(folder: string, files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

export const sha256 = (data: string | Uint8Array) =>
  createHash('sha256').update(data).digest('hex');

export const EMPTY_KEYS = '{ "format": 1, "serial": 0, "threshold": 0, "keys": [] }\n';
export const POLICY = `default-src 'none'; script-src 'self' "quoted"`;

/** The listed files of a small good bundle. */
export const GOOD_FILES: Record<string, string | Uint8Array> = {
  'index.html': `<!doctype html><meta http-equiv="content-security-policy" content="${POLICY.replaceAll('"', '&quot;')}"><title>é</title>\n`,
  'app/entry.js': 'export const answer = 42;\n',
  'app/entry.css': 'body { color: black }\n',
  'app/engine.wasm': Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0]),
  'app/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>\n',
  'app/version.json': '{}\n',
  'app.webmanifest': '{}\n',
  'service-worker.js': '// the verified worker\n',
  'bip39-english.txt': `${wordlist.join('\n')}\n`,
};

/** A finished bundle in a new folder. */
export interface Made {
  folder: string;
  version: string;
  root: string;
  manifest: string;
}

/** Make a good bundle. `files` are added to, or replace, the usual ones. */
export function makeBundle(
  version = '0.1.0',
  { files = {}, keys = EMPTY_KEYS }: { files?: typeof GOOD_FILES; keys?: string } = {},
): Made {
  const folder = temporary();
  const listed = { ...GOOD_FILES, ...files };
  const manifest = writeManifest({
    version,
    files: Object.entries(listed).map(([path, content]) => {
      return { path, size: Buffer.from(content).length, sha256: sha256(content) };
    }),
  });
  put(folder, { ...listed, 'keys.json': keys, [MANIFEST_NAME]: manifest });
  return { folder, version, manifest, root: sha256(manifest) };
}

/** A reviewer's key, and what makes minisign files with it. */
export interface Signer {
  name: string;
  /** The line of the public key file: RW… */
  publicKey: string;
  sign: (message: string | Uint8Array, comment: string, legacy?: boolean) => string;
}

export function makeSigner(name: string, id = randomBytes(8), pair = newPair()): Signer {
  const publicKey = Buffer.concat([Buffer.from('Ed'), id, pair.point]).toString('base64');
  return {
    name,
    publicKey,
    sign(message, comment, legacy = false) {
      const data = Buffer.from(message);
      const signed = legacy ? data : createHash('blake2b512').update(data).digest();
      const signature = sign(null, signed, pair.secret);
      const global = sign(null, Buffer.concat([signature, Buffer.from(comment)]), pair.secret);
      const head = Buffer.concat([Buffer.from(legacy ? 'Ed' : 'ED'), id, signature]);
      const lines = [`untrusted comment: by ${name}`, head.toString('base64')];
      lines.push(`trusted comment: ${comment}`, global.toString('base64'), '');
      return lines.join('\n');
    },
  };
}

/** A reviewer whose key is this point; nobody need hold its secret. */
export const keyOfPoint = (name: string, point: Uint8Array) => ({
  name,
  publicKey: Buffer.concat([Buffer.from('Ed'), randomBytes(8), point]).toString('base64'),
});

export function newPair(): { secret: KeyObject; point: Buffer } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const x = publicKey.export({ format: 'jwk' }).x ?? '';
  return { secret: privateKey, point: Buffer.from(x, 'base64url') };
}

/** A signature over a bundle's manifest, as a reviewer makes it. */
export const signBundle = (signer: Signer, made: Made) =>
  signer.sign(made.manifest, manifestComment(made.version, made.root));

/** A signature over a key list, as a reviewer makes it. */
export const signKeys = (signer: Signer, keys: string, legacy?: boolean) =>
  signer.sign(keys, `conclave keys ${/"serial": (\d+)/.exec(keys)?.[1] ?? ''}`, legacy);

/** The text of keys.json. */
export function keyList(
  threshold: number,
  signers: Pick<Signer, 'name' | 'publicKey'>[],
  serial = 1,
): string {
  const keys = signers.map(({ name, publicKey: key }) => ({ name, key }));
  return JSON.stringify({ format: 1, serial, threshold, keys }, null, 2);
}
