/**
 * Seal a finished build: everything that has to know the hash of something else is written here, last.
 *   1. index.html: an import map with the integrity of every page script, integrity on the
 *      preloads and stylesheets, and the import map's own hash in the page's policy
 *   2. the BIP-39 word list, for the launcher's and the reader's 24 words
 *   3. service-worker.js: the hash of everything else
 *   4. bundle.manifest, and beside it the unlisted keys.json and sigs/
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { top } from './machine.mjs';
import {
  MANIFEST_NAME,
  SERVICE_WORKER_NAME,
  WORDS_NAME,
  contentHash,
  isUnlisted,
  sha256,
  writeManifest,
} from './manifest.mjs';

/** What src/service-worker carries where its content hash belongs. */
const CONTENT_MARK = '@content-hash@';

/**
 * Seal the build in `folder`.
 * @param {string} folder
 * @param {string} version package.json's
 * @param {string} signatures the folder in bundle/sigs whose signatures go with it
 * @returns {Promise<string>} the root, 64 hex digits
 */
export async function seal(folder, version, signatures) {
  const page = join(folder, 'index.html');
  writeFileSync(page, pinScripts(readFileSync(page, 'utf8'), folder));
  writeFileSync(join(folder, WORDS_NAME), wordlist.join('\n') + '\n');
  const root = await list(folder, version, CONTENT_MARK);
  cpSync(join(top, 'bundle', 'keys.json'), join(folder, 'keys.json'));
  const signed = join(top, 'bundle', 'sigs', signatures);
  if (existsSync(signed)) cpSync(signed, join(folder, 'sigs'), { recursive: true });
  return root;
}

/**
 * Write the service worker's pin and the manifest.
 * @param {string} folder
 * @param {string} version
 * @param {string} mark the text in service-worker.js that the content hash replaces
 * @returns {Promise<string>} the root, 64 hex digits
 */
export async function list(folder, version, mark) {
  const worker = join(folder, SERVICE_WORKER_NAME);
  const parts = readFileSync(worker, 'utf8').split(mark);
  if (parts.length !== 2)
    throw new Error(`${SERVICE_WORKER_NAME} holds “${mark}” ${parts.length - 1} times, not once.`);
  writeFileSync(worker, parts.join(await contentHash({ version, files: await filesOf(folder) })));
  const manifest = writeManifest({ version, files: await filesOf(folder) });
  writeFileSync(join(folder, MANIFEST_NAME), manifest);
  return sha256(new TextEncoder().encode(manifest));
}

/**
 * Every served file of a folder that the manifest lists.
 * @param {string} folder
 * @returns {Promise<import('./manifest.mjs').ManifestFile[]>}
 */
async function filesOf(folder) {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((path) => !isUnlisted(path));
  return Promise.all(
    paths.map(async (path) => {
      const bytes = new Uint8Array(readFileSync(join(folder, path)));
      return { sha256: await sha256(bytes), size: bytes.length, path };
    }),
  );
}

/**
 * @param {string} html
 * @param {string} folder
 */
function pinScripts(html, folder) {
  const built = readdirSync(join(folder, '_app', 'immutable'), {
    recursive: true,
    encoding: 'utf8',
  })
    .map((path) => `/_app/immutable/${path.replaceAll('\\', '/')}`)
    .sort();
  // A worker's script is fetched as a worker, which no integrity metadata reaches: the service worker covers it.
  const scripts = built.filter(
    (path) => path.endsWith('.js') && !path.startsWith('/_app/immutable/workers/'),
  );
  const styles = built.filter((path) => path.endsWith('.css'));
  /** @param {string} path */
  const integrity = (path) => digest(readFileSync(join(folder, path)));

  const map = JSON.stringify({
    integrity: Object.fromEntries(scripts.map((path) => [path, integrity(path)])),
  });
  const head = [
    `<script type="importmap">${map}</script>`,
    ...styles.map(
      (path) => `<link rel="stylesheet" href="${path}" integrity="${integrity(path)}">`,
    ),
  ].join('\n');

  html = html.replace(/[ \t]*<link href="[^"]*" rel="stylesheet">\n/g, '');
  html = html.replace(
    /<link href="([^"]*)" rel="modulepreload">/g,
    (_, /** @type {string} */ path) =>
      `<link rel="modulepreload" href="${path}" integrity="${integrity(path)}">`,
  );
  html = replaceOnce(html, /<link rel="modulepreload"/, `${head}\n<link rel="modulepreload"`);
  html = replaceOnce(html, /script-src 'self'/, `script-src 'self' '${digest(map)}'`);
  return html;
}

/**
 * @param {string} text
 * @param {RegExp} pattern
 * @param {string} by
 */
function replaceOnce(text, pattern, by) {
  if (!pattern.test(text))
    throw new Error(`index.html has no ${pattern.source}: SvelteKit's page has changed shape.`);
  return text.replace(pattern, () => by);
}

/** @param {string | Uint8Array} bytes */
const digest = (bytes) => `sha256-${createHash('sha256').update(bytes).digest('base64')}`;
