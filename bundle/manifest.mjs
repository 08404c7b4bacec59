/**
 * The bundle manifest: one line for every file that is served, and the root that stands for all of them.
 *
 *     conclave bundle manifest 1
 *     version 0.1.0
 *     <sha256, 64 hex> <size in bytes, decimal> <path>
 *     …
 *
 * ASCII, LF after every line, paths sorted bytewise and unique. root = SHA-256 of these bytes.
 * Runs in Node (build, verify), in the page and in the service worker: web platform only, no imports.
 */

/** @typedef {{ sha256: string, size: number, path: string }} ManifestFile one served file; sha256 as 64 hex digits, size in bytes */
/** @typedef {{ version: string, files: ManifestFile[] }} Manifest */

export const MANIFEST_NAME = 'bundle.manifest';
export const SERVICE_WORKER_NAME = 'service-worker.js';
export const WORDS_NAME = 'bip39-english.txt';

/**
 * Whether a path is served although the manifest does not list it: the manifest itself, the
 * reviewers' signatures and their keys. Nothing else may be.
 * @param {string} path
 */
export const isUnlisted = (path) =>
  path === MANIFEST_NAME ||
  path === 'keys.json' ||
  /^sigs\/[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.minisig$/.test(path);

const HEADER = 'conclave bundle manifest 1';
const VERSION = /^version ((?:0|[1-9]\d{0,5})\.(?:0|[1-9]\d{0,5})\.(?:0|[1-9]\d{0,5}))$/;
const SEGMENT = '[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}';
const FILE = new RegExp(`^([0-9a-f]{64}) (0|[1-9]\\d{0,8}) (${SEGMENT}(?:/${SEGMENT}){0,9})$`);
const MAX_FILES = 10_000;

/**
 * The manifest's text.
 * @param {Manifest} manifest files in any order
 * @returns {string} ASCII; `parseManifest` reads it back
 */
export function writeManifest({ version, files }) {
  const lines = [...files]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ sha256, size, path }) => `${sha256} ${size} ${path}`);
  return [HEADER, `version ${version}`, ...lines, ''].join('\n');
}

/**
 * Read a manifest strictly: only what `writeManifest` would write is accepted.
 * @param {Uint8Array | string} input hostile bytes or text
 * @returns {Manifest | string} the manifest, or one sentence that says what is wrong with it
 */
export function parseManifest(input) {
  const text = typeof input === 'string' ? input : new TextDecoder('latin1').decode(input);
  const lines = text.split('\n');
  if (lines[0] !== HEADER) return `The manifest does not begin with “${HEADER}”.`;
  const version = VERSION.exec(lines[1] ?? '')?.[1];
  if (version === undefined) return 'The manifest’s second line does not name a version.';
  if (lines.pop() !== '') return 'The manifest does not end with a line break: its end is missing.';
  if (lines.length - 2 > MAX_FILES) return `The manifest lists more than ${MAX_FILES} files.`;
  /** @type {ManifestFile[]} */
  const files = [];
  let last = '';
  for (const [i, line] of lines.slice(2).entries()) {
    const [, sha256, size, path] = FILE.exec(line) ?? [];
    if (sha256 === undefined || size === undefined || path === undefined) {
      return `The manifest’s line ${i + 3} is not of the form “sha256 size path”.`;
    }
    if (path <= last) return `The manifest’s line ${i + 3} is out of order or a repetition.`;
    if (isUnlisted(path)) return `The manifest’s line ${i + 3} lists ${path}, which it must not.`;
    files.push({ sha256, size: Number(size), path });
    last = path;
  }
  return { version, files };
}

/**
 * The version order: negative, zero or positive as `a` is below, at or above `b`.
 * @param {string} a such as 0.1.0
 * @param {string} b
 */
export function compareVersions(a, b) {
  const [x, y] = [a, b].map((version) => version.split('.').map(Number));
  return [0, 1, 2].map((i) => (x?.[i] ?? 0) - (y?.[i] ?? 0)).find((d) => d !== 0) ?? 0;
}

/**
 * SHA-256 as 64 hex digits.
 * @param {Uint8Array<ArrayBuffer> | ArrayBuffer} bytes
 * @returns {Promise<string>}
 */
export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * What the service worker script itself pins: the SHA-256 of the manifest without the script's own
 * line (a file cannot hold its own hash). The script so changes whenever any other file does.
 * @param {Manifest} manifest
 * @returns {Promise<string>} 64 hex digits
 */
export function contentHash({ version, files }) {
  const others = files.filter(({ path }) => path !== SERVICE_WORKER_NAME);
  return sha256(new TextEncoder().encode(writeManifest({ version, files: others })));
}
