/** Recompute every hash of the bundle from what this browser really gets, kept or served. */
import { MANIFEST_NAME, parseManifest, sha256 } from '../../../bundle/manifest.mjs';

export interface CheckedFile {
  readonly path: string;
  readonly size: number;
  /** `good`: the bytes hash as listed. `changed`: others. `missing`: no bytes came. */
  readonly state: 'good' | 'changed' | 'missing';
}

export interface CheckedBundle {
  readonly version: string;
  /** SHA-256 of the manifest, 32 bytes. */
  readonly root: Uint8Array<ArrayBuffer>;
  readonly files: readonly CheckedFile[];
}

/**
 * Fetch the manifest and every file it lists, and hash them.
 * @param onFile called after each file with the number of files done and in all
 * @returns one sentence where there is no readable manifest
 */
export async function checkBundle(
  onFile: (done: number, of: number) => void = () => undefined,
): Promise<CheckedBundle | string> {
  const bytes = await bytesOf(`/${MANIFEST_NAME}`);
  if (!bytes) return 'No manifest could be read: neither this browser nor the launcher has one.';
  const manifest = parseManifest(bytes);
  if (typeof manifest === 'string') return manifest;
  const files: CheckedFile[] = [];
  for (const { path, size, sha256: expected } of manifest.files) {
    const content = await bytesOf(`/${path}`);
    const state =
      content === undefined ? 'missing' : (await sha256(content)) === expected ? 'good' : 'changed';
    files.push({ path, size, state });
    onFile(files.length, manifest.files.length);
  }
  const root = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return { version: manifest.version, root, files };
}

async function bytesOf(url: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const response = await fetch(url, { cache: 'no-store', redirect: 'error' }).catch(
    () => undefined,
  );
  return response?.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
}
