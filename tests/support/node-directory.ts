/** A real directory of this machine as the folder courier wants one. */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Directory } from '../../src/lib/courier/directory.ts';

/** @param options `canRename: false` stands for browsers that cannot move files. */
export async function nodeDirectory(
  path: string,
  { canRename = true } = {},
): Promise<Directory & { path: string }> {
  await mkdir(path, { recursive: true });
  return {
    path,
    async list() {
      const files = (await readdir(path, { withFileTypes: true })).filter((file) => file.isFile());
      return Promise.all(
        files.map(async ({ name }) => {
          const { size, mtimeMs } = await stat(join(path, name));
          return { name, size, modified: mtimeMs };
        }),
      );
    },
    read: (name) =>
      readFile(join(path, name)).then(
        (bytes) => new Uint8Array(bytes),
        () => undefined,
      ),
    write: (name, bytes) => writeFile(join(path, name), bytes),
    async rename(from, to) {
      if (canRename) await rename(join(path, from), join(path, to));
      return canRename;
    },
    remove: (name) => rm(join(path, name)),
  };
}
