/**
 * The bundles that this browser keeps, one Cache each, and the mark by which a person accepts
 * another one. Runs in the service worker.
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
const ACCEPTED = 'conclave-accepted';

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

/** Every completely kept bundle. */
export async function keptBundles(): Promise<KeptBundle[]> {
  const kept: KeptBundle[] = [];
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX)) continue;
    const text = await (await (await caches.open(name)).match(`/${MANIFEST_NAME}`))?.text();
    const bundle = text === undefined ? 'incomplete' : await bundleOf(text);
    if (typeof bundle !== 'string' && name === PREFIX + bundle.root) kept.push(bundle);
  }
  return kept;
}

/** The kept bundle with this content hash. */
export async function keptBundle(pinned: string): Promise<KeptBundle | undefined> {
  for (const bundle of await keptBundles()) {
    if ((await contentHash(bundle.manifest)) === pinned) return bundle;
  }
  return undefined;
}

/**
 * The bundle that the launcher serves now.
 * @returns undefined where there is no answer; a sentence where the answer is no manifest
 */
export async function offeredBundle(): Promise<KeptBundle | string | undefined> {
  const response = await fetch(`/${MANIFEST_NAME}`, { cache: 'no-store', redirect: 'error' }).catch(
    () => undefined,
  );
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
 * @throws TypeError where a file is absent or other than listed; nothing is kept then
 */
export async function keep({ root, manifest, text }: KeptBundle): Promise<void> {
  const files = await Promise.all(
    manifest.files.map(async (file) => [file.path, await fetchListed(file)] as const),
  );
  const cache = await caches.open(PREFIX + root);
  for (const [path, bytes] of files) await cache.put(`/${path}`, new Response(bytes));
  await cache.put(`/${MANIFEST_NAME}`, new Response(text));
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
  await cache.put(`/${file.path}`, new Response(bytes));
  return { bytes, repaired: true };
}

/** Drop every kept bundle but this one, and the mark that let it in. */
export async function keepOnly(root: string): Promise<void> {
  for (const name of await caches.keys()) {
    if (name === ACCEPTED || (name.startsWith(PREFIX) && name !== PREFIX + root)) {
      await caches.delete(name);
    }
  }
}

/** Note that the person accepts the bundle with this root. */
export async function accept(root: string): Promise<void> {
  await (await caches.open(ACCEPTED)).put('/root', new Response(root));
}

/** Whether the person has accepted this root. */
export async function isAccepted(root: string): Promise<boolean> {
  const mark = await (await caches.open(ACCEPTED)).match('/root');
  return (await mark?.text()) === root;
}
