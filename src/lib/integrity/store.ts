/**
 * The bundles that this browser keeps, one Cache each; the pin, which says whose turn it is; and the
 * mark by which a person accepts another one. Runs in the service worker.
 *
 * Nothing here is believed because it is stored: a kept manifest counts only if its content hash is
 * the one compiled into the service worker, a kept file only if its hash is the manifest's.
 */
import {
  MANIFEST_NAME,
  contentHash,
  parseManifest,
  sha256,
  type Manifest,
  type ManifestFile,
} from '../../../bundle/manifest.mjs';

const PREFIX = 'conclave-bundle-';
const NOTES = 'conclave-notes';
const PIN = '/pin';
const ACCEPTED = '/accepted';
/** How long a launcher may take to answer, in milliseconds; a program that never does is no launcher. */
const PATIENCE = 5000;

export interface KeptBundle {
  readonly root: string;
  readonly manifest: Manifest;
  readonly text: string;
}

/** A manifest's text as a bundle, or one sentence that says why it is none. */
async function bundleOf(text: string): Promise<KeptBundle | string> {
  const manifest = parseManifest(text);
  if (typeof manifest === 'string') return manifest;
  return { root: await sha256(new TextEncoder().encode(text)), manifest, text };
}

/** The completely kept bundle with this content hash. */
export async function keptBundle(pinned: string): Promise<KeptBundle | undefined> {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX)) continue;
    const text = await (await (await caches.open(name)).match(`/${MANIFEST_NAME}`))?.text();
    const bundle = text === undefined ? 'incomplete' : await bundleOf(text);
    if (typeof bundle === 'string' || name !== PREFIX + bundle.root) continue;
    if ((await contentHash(bundle.manifest)) === pinned) return bundle;
  }
  return undefined;
}

/**
 * The bundle that the launcher serves now.
 * @returns undefined where there is no answer; a sentence where the answer is no manifest
 */
export async function offeredBundle(): Promise<KeptBundle | string | undefined> {
  const response = await fetch(`/${MANIFEST_NAME}`, {
    cache: 'no-store',
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE),
  }).catch(() => undefined);
  if (!response) return undefined;
  if (!response.ok) return `The address answers ${response.status} where the manifest belongs.`;
  return bundleOf(await response.text());
}

/**
 * Fetch one file from the launcher; the browser refuses it unless its hash is the manifest's.
 * @throws TypeError where it is absent or other than listed
 */
async function fetchListed({ path, sha256: hash }: ManifestFile): Promise<Uint8Array<ArrayBuffer>> {
  const digest = Uint8Array.from(hash.match(/../g) ?? [], (byte) => parseInt(byte, 16));
  const integrity = `sha256-${btoa(String.fromCharCode(...digest))}`;
  const response = await fetch(`/${path}`, { integrity, cache: 'no-store', redirect: 'error' });
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * Fetch, verify and keep a whole bundle. The manifest is stored last: without it a bundle does not count.
 * @throws TypeError where a file is absent or other than listed, QuotaExceededError where the disk is
 *   full; nothing is kept then
 */
export async function keep({ root, manifest, text }: KeptBundle): Promise<void> {
  const files = await Promise.all(
    manifest.files.map(async (file) => [file.path, await fetchListed(file)] as const),
  );
  try {
    const cache = await caches.open(PREFIX + root);
    for (const [path, bytes] of files) await cache.put(`/${path}`, new Response(bytes));
    await cache.put(`/${MANIFEST_NAME}`, new Response(text));
  } catch (error) {
    await caches.delete(PREFIX + root);
    throw error;
  }
}

/**
 * A kept file, hashed again on this read.
 * @returns its bytes and whether they had to be fetched anew because the kept ones were missing or
 *   changed; undefined where neither the store nor the launcher has the listed bytes
 */
export async function readKept(
  { root }: KeptBundle,
  file: ManifestFile,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; repaired: boolean } | undefined> {
  const cache = await caches.open(PREFIX + root);
  const stored = await cache.match(`/${file.path}`);
  if (stored) {
    const bytes = new Uint8Array(await stored.arrayBuffer());
    if ((await sha256(bytes)) === file.sha256) return { bytes, repaired: false };
  }
  const bytes = await fetchListed(file).catch(() => undefined);
  if (!bytes) return undefined;
  // Verified bytes are good even where the disk is too full to keep them.
  await cache.put(`/${file.path}`, new Response(bytes)).catch(() => undefined);
  return { bytes, repaired: true };
}

/** The bundle whose turn it is in this browser. It outlives the files, so losing them opens no door. */
export interface Pin {
  readonly root: string;
  readonly version: string;
}

const note = async (name: string): Promise<string | undefined> =>
  (await (await caches.open(NOTES)).match(name))?.text();

/** The pin; undefined before the first bundle. */
export async function readPin(): Promise<Pin | undefined> {
  const [, version, root] = /^(\d+\.\d+\.\d+) ([0-9a-f]{64})$/.exec((await note(PIN)) ?? '') ?? [];
  return version === undefined || root === undefined ? undefined : { version, root };
}

/** Pin this bundle, and drop every other one and the acceptance that let it in. */
export async function pin({ root, manifest }: KeptBundle): Promise<void> {
  const notes = await caches.open(NOTES);
  await notes.put(PIN, new Response(`${manifest.version} ${root}`));
  await notes.delete(ACCEPTED);
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== PREFIX + root) await caches.delete(name);
  }
}

/** Note that the person accepts the bundle with this root. */
export async function accept(root: string): Promise<void> {
  await (await caches.open(NOTES)).put(ACCEPTED, new Response(root));
}

/** Whether the person has accepted this root. */
export const isAccepted = async (root: string): Promise<boolean> => (await note(ACCEPTED)) === root;

/** Take the acceptance back: what it was given for could not be installed. */
export async function withdrawAcceptance(): Promise<void> {
  await (await caches.open(NOTES)).delete(ACCEPTED);
}
