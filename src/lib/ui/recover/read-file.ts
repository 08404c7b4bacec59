import type { Bytes } from '../../crypto/bytes.ts';

/** A file's bytes, at most one more than `most` of them; what the browser says where it has none. */
export async function readFile(file: File, most: number): Promise<Bytes | string> {
  try {
    return new Uint8Array(await file.slice(0, most + 1).arrayBuffer());
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
