/**
 * The programs that operators run beside their own machines, each as one file that a human can read:
 *
 *     programs/collect.ts, observe.ts, reader/recover.ts → <folder>/collect.mjs, observe.mjs, recover.mjs
 *
 * The engine is inside the one that signs. The same sources give the same bytes on every machine.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { top } from './machine.mjs';

/** The programs, with the folders of their sources. */
export const programs = /** @type {const} */ ({
  collect: 'programs',
  observe: 'programs',
  recover: 'reader',
});
const all = /** @type {(keyof typeof programs)[]} */ (Object.keys(programs));

/**
 * Build programs; the engine is built already.
 * @param {string} folder is made where it is not there
 * @param {readonly (keyof typeof programs)[]} names all, where none are named
 */
export async function buildPrograms(folder, names = all) {
  const engine = readFileSync(join(top, 'src', 'lib', 'wasm', 'engine.wasm'));
  for (const name of names) {
    await build({
      root: top,
      configFile: false,
      publicDir: false,
      logLevel: 'error',
      define: { __ENGINE__: JSON.stringify(engine.toString('base64')) },
      ssr: { noExternal: true },
      build: {
        ssr: join(top, programs[name], `${name}.ts`),
        outDir: folder,
        emptyOutDir: false,
        target: 'node20',
        minify: false,
        rolldownOptions: {
          output: {
            entryFileNames: `${name}.mjs`,
            codeSplitting: false,
            comments: { legal: false, jsdoc: true, annotation: false },
          },
          // Otherwise the paths of the sources, which may lead out of the checkout, stand in comments.
          experimental: { attachDebugInfo: 'none' },
        },
      },
    });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildPrograms(/** @type {string} */ (process.argv[2]));
}
