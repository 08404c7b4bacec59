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
import asc from 'assemblyscript/asc';
import { run, top } from './machine.mjs';

const folder = 'src/lib/wasm';

/**
 * Compile the engine.
 * @returns {Promise<void>} rejects with the compiler's own message
 */
export async function buildWasm() {
  if (run(process.execPath, [`${folder}/assembly/generate.mjs`]) !== 0) {
    throw new Error('The generated part of the engine could not be written; the reason stands above.');
  }
  const stderr = asc.createMemoryStream();
  const { error } = await asc.main([
    `${folder}/assembly/index.ts`,
    ...['--baseDir', top],
    ...['--outFile', `${folder}/engine.wasm`],
    ...['--textFile', `${folder}/engine.wat`],
    ...['--runtime', 'stub'],
    ...['--enable', 'simd'],
    ...['-O3', '--noAssert'],
  ], { stderr });
  if (error) throw new Error(`The engine could not be compiled.\n${stderr.toString()}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildWasm();
  const file = join(top, folder, 'engine.wasm');
  const zipped = gzipSync(readFileSync(file), { level: 9 }).length;
  console.log(`${folder}/engine.wasm: ${statSync(file).size} bytes, ${zipped} gzipped`);
}
