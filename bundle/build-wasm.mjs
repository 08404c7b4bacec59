/**
 * npm run build:wasm: the engine from its AssemblyScript sources.
 *
 *     src/lib/wasm/assembly/ → engine.wasm, and engine.wat for the constant-time check
 *
 * The same sources give the same bytes on every machine: pinned compiler, no time, no path inside.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { run, top } from './machine.mjs';

const folder = 'src/lib/wasm';

/**
 * Compile the engine.
 * @throws Error where a step failed; its own message has been printed
 */
export function buildWasm() {
  step(`${folder}/assembly/generate.mjs`);
  // As a command: the compiler's module brings type declarations that change the language's own.
  step('node_modules/assemblyscript/bin/asc.js', [
    `${folder}/assembly/index.ts`,
    ...['--outFile', `${folder}/engine.wasm`],
    ...['--textFile', `${folder}/engine.wat`],
    ...['--runtime', 'stub'],
    ...['--enable', 'simd'],
    ...['-O3', '--noAssert'],
    // usize is 32 bits wide on this target, and on no other do we build.
    ...['--disableWarning', '201'],
  ]);
}

/** @param {string} script below the checkout @param {string[]} [args] */
function step(script, args = []) {
  if (run(process.execPath, [script, ...args]) !== 0) {
    throw new Error(`The engine could not be built: ${script} failed; the reason stands above.`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  buildWasm();
  const file = join(top, folder, 'engine.wasm');
  const zipped = gzipSync(readFileSync(file), { level: 9 }).length;
  console.log(`${folder}/engine.wasm: ${statSync(file).size} bytes, ${zipped} gzipped`);
}
