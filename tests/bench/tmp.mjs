import { readFileSync } from 'node:fs';
import { runnerImport } from 'vite';
const { module } = await runnerImport('/work/h-c/tests/bench/tmp.ts');
await module.go(new Uint8Array(readFileSync('/work/h-c/src/lib/wasm/engine.wasm')));
