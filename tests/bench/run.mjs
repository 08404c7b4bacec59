/**
 * npm run bench: the engine against @noble/curves, tiny-secp256k1 and libsodium, interleaved in one
 * process, as a table on the console. It informs, it decides nothing.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runnerImport } from 'vite';
import { buildWasm } from '../../bundle/build-wasm.mjs';
import { top } from '../../bundle/machine.mjs';

buildWasm();
const wasm = readFileSync(join(top, 'src/lib/wasm/engine.wasm'));
const { module } = /** @type {{ module: typeof import('./bench.ts') }} */ (
  await runnerImport(join(top, 'tests/bench/bench.ts'))
);
console.log(`Node ${process.version}, V8 ${process.versions.v8}, ${cpus()[0]?.model ?? ''}`);
console.log(`engine.wasm: ${wasm.length} bytes, ${gzipSync(wasm, { level: 9 }).length} gzipped\n`);
console.log(await module.bench(new Uint8Array(wasm)));
