/**
 * `npm run bundle:verify [DIR]`: holds a finished bundle (default: build) against its own manifest
 * and against the reviewers' keys of this checkout, and says in one sentence what is wrong.
 * Exit codes: 0 good, 1 not. Unlike the launcher it pins and serves nothing.
 */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { entropyToMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { top } from './machine.mjs';
import { isUnlisted, MANIFEST_NAME, parseManifest, sha256 } from './manifest.mjs';
import { countSignatures, manifestComment, parseKeyList } from './minisign.mjs';

/** @typedef {Map<string, Uint8Array<ArrayBuffer>>} Files path → bytes */
/**
 * @typedef {object} Verdict
 * @property {string} [version]
 * @property {string} [root] 64 hex digits, where the manifest could be read
 * @property {import('./minisign.mjs').Report[]} reports one for each reviewer's signature file
 * @property {string} [fault] one sentence; nothing, where all is well
 */

/**
 * Every file below a folder.
 * @param {string} folder
 * @param {string} [prefix]
 * @returns {Files | string} the files, or a fault: a link or a device
 */
function readFiles(folder, prefix = '') {
  /** @type {Files} */
  const files = new Map();
  for (const name of readdirSync(join(folder, prefix)).sort()) {
    const path = prefix + name;
    const info = lstatSync(join(folder, path));
    if (!info.isDirectory() && !info.isFile()) {
      return `${path} is a link or a device, not a plain file.`;
    }
    const below = info.isDirectory() ? readFiles(folder, `${path}/`) : undefined;
    if (typeof below === 'string') return below;
    for (const [deeper, bytes] of below ?? []) files.set(deeper, bytes);
    if (!below) files.set(path, new Uint8Array(readFileSync(join(folder, path))));
  }
  return files;
}

/**
 * The first file that is not as the manifest lists it.
 * @param {Files} files
 * @param {import('./manifest.mjs').Manifest} manifest
 * @returns {Promise<string | undefined>} a fault, or nothing
 */
async function findDifference(files, manifest) {
  for (const { path, size, sha256: hash } of manifest.files) {
    const bytes = files.get(path);
    if (!bytes) return `${path} is in the manifest but missing from the folder.`;
    if (bytes.length !== size || (await sha256(bytes)) !== hash) {
      return `${path} was changed: it is not the file that the manifest lists.`;
    }
  }
  const listed = new Set(manifest.files.map(({ path }) => path));
  const extra = [...files.keys()].find((path) => !listed.has(path) && !isUnlisted(path));
  return extra && `${extra} is in the folder but not in the manifest.`;
}

/**
 * Verify a finished bundle.
 * @param {string} folder
 * @param {string} keysText the trusted keys.json, which the folder's must equal
 * @returns {Promise<Verdict>}
 */
export async function verifyBundle(folder, keysText) {
  /** @type {Verdict} */
  const verdict = { reports: [] };
  const files = readFiles(folder);
  if (typeof files === 'string') return { ...verdict, fault: files };
  const bytes = files.get(MANIFEST_NAME);
  if (!bytes) return { ...verdict, fault: `There is no ${MANIFEST_NAME} in the folder.` };
  const manifest = parseManifest(bytes);
  if (typeof manifest === 'string') return { ...verdict, fault: manifest };
  const { version } = manifest;
  const root = await sha256(bytes);
  const known = { ...verdict, version, root };
  const difference = await findDifference(files, manifest);
  if (difference !== undefined) return { ...known, fault: difference };
  const keys = parseKeyList(keysText);
  if (typeof keys === 'string') return { ...known, fault: keys };
  if (Buffer.from(files.get('keys.json') ?? []).toString() !== keysText) {
    return { ...known, fault: 'The bundle’s keys.json is not this checkout’s bundle/keys.json.' };
  }
  const signatures = [...files]
    .filter(([path]) => /^sigs\/.*(?<!\.keys)\.minisig$/.test(path))
    .map(([file, content]) => ({ file, bytes: content }));
  const { good, reports } = countSignatures(
    signatures,
    bytes,
    keys,
    manifestComment(version, root),
  );
  if (good.length < keys.threshold) {
    const fault = `Of the ${keys.threshold} reviewers who must sign, ${good.length} did.`;
    return { ...known, reports, fault };
  }
  return { ...known, reports };
}

async function main() {
  const folder = process.argv[2] ?? join(top, 'build');
  const keysText = readFileSync(join(top, 'bundle', 'keys.json'), 'utf8');
  const { version, root, reports, fault } = await verifyBundle(folder, keysText);
  if (version !== undefined && root !== undefined) {
    const words = entropyToMnemonic(Uint8Array.from(Buffer.from(root, 'hex')), wordlist).split(' ');
    console.log(`Conclave ${version} in ${folder}`);
    console.log(`Root     ${root.replace(/.{4}(?=.)/g, '$& ')}`);
    const cells = words.map((word, i) => `${i + 1}`.padStart(2) + ` ${word}`.padEnd(11));
    const rows = [0, 4, 8, 12, 16, 20].map((i) =>
      cells
        .slice(i, i + 4)
        .join('')
        .trimEnd(),
    );
    console.log(`Words    ${rows.join('\n         ')}`);
  }
  for (const { file, by, fault: why = '' } of reports) {
    console.log(by === undefined ? `${file}: not counted. ${why}` : `${file}: good, by ${by}.`);
  }
  if (fault === undefined) {
    const counted = reports.filter(({ by }) => by !== undefined).length;
    console.log(`Every file is as the manifest lists it; ${counted} good signatures.`);
  } else {
    console.error(`Not verified: ${fault}`);
    console.error('Build again from a clean checkout; if it stays so, do not use this folder.');
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((/** @type {unknown} */ error) => {
    console.error(`Not verified: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  });
}
