/**
 * npm run bench: the engine against @noble/curves, tiny-secp256k1 and libsodium, interleaved in one
 * process, as a table on the console. It informs, it decides nothing.
 *
 *     npm run bench                 in Node
 *     npm run bench -- --chromium   in Chromium, without tiny-secp256k1
 *     npm run bench -- --growth     key generation in groups of up to 1000 too
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import * as tiny from 'tiny-secp256k1';
import { createServer, runnerImport } from 'vite';
import { buildWasm } from '../../bundle/build-wasm.mjs';
import { chromiumArgs, findChromium, top } from '../../bundle/machine.mjs';

/** @typedef {typeof import('./bench.ts')} Bench */

/** @param {Uint8Array<ArrayBuffer>} wasm */
async function inNode(wasm) {
  const { module } = /** @type {{ module: Bench }} */ (
    await runnerImport(join(top, 'tests/bench/bench.ts'))
  );
  console.log(`Node ${process.version}, V8 ${process.versions.v8}`);
  console.log(await module.bench(wasm, tiny, true, grow));
}

/** @param {Uint8Array<ArrayBuffer>} wasm */
async function inChromium(wasm) {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('No Chromium was found; set $CONCLAVE_CHROMIUM to one.');
  const server = await createServer({ root: top, configFile: false, logLevel: 'error' });
  await server.listen(0);
  const browser = await chromium.launch({ executablePath, args: chromiumArgs });
  try {
    const page = await browser.newPage();
    await page.goto(new URL('tests/bench/page.html', server.resolvedUrls?.local[0]).href);
    console.log(`Chromium ${browser.version()}`);
    console.log(
      await page.evaluate(
        async ({ bytes, grow }) => {
          const path = '/tests/bench/bench.ts';
          /** @type {unknown} */
          const imported = await import(path);
          return /** @type {Bench} */ (imported).bench(
            Uint8Array.from(bytes),
            undefined,
            false,
            grow,
          );
        },
        { bytes: Array.from(wasm), grow },
      ),
    );
  } finally {
    await browser.close();
    await server.close();
  }
}

const grow = process.argv.includes('--growth');
buildWasm();
const wasm = new Uint8Array(readFileSync(join(top, 'src/lib/wasm/engine.wasm')));
console.log(cpus()[0]?.model ?? 'unknown processor');
console.log(`engine.wasm: ${wasm.length} bytes, ${gzipSync(wasm, { level: 9 }).length} gzipped`);
await (process.argv.includes('--chromium') ? inChromium : inNode)(wasm);
