/** The engine for tests that run in Node, from the file that `npm run build:wasm` wrote. */
import { readFileSync } from 'node:fs';
import { loadEngine } from '../../src/lib/wasm/engine.ts';

const file = new URL('../../src/lib/wasm/engine.wasm', import.meta.url);

/** The bytes of engine.wasm. */
export const engineBytes = (): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(file));

/** A freshly started engine. */
export const startEngine = () => loadEngine(engineBytes());
