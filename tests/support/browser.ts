import { commands } from 'vitest/browser';
import { inject } from 'vitest';
import engineUrl from '../../src/lib/wasm/engine.wasm?url';
import { Instance } from '../../src/lib/wasm/instance.ts';
import { WasmGroup } from '../../src/lib/wasm/wasm-group.ts';
import { conform, type Conformance, type Loader } from './conformance.ts';
import { jsGroups, type Groups } from './groups.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the official vectors, or nothing. */
    vectors: string | undefined;
  }
}

const folder = inject('vectors');

/** Vector files by way of the test server, as `node.ts` reads them. */
const load: Loader = async (file) => {
  if (!folder) return undefined;
  const text = await commands.readFile(`${folder}/${file}`).catch(() => undefined);
  return text !== undefined && file.endsWith('.json') ? (JSON.parse(text) as unknown) : text;
};

const bytes = await (await fetch(engineUrl)).arrayBuffer();
const engine = new Instance((await WebAssembly.instantiate(bytes)).instance);

/** All implementations that run in a browser. */
export const implementations: readonly Groups[] = [
  jsGroups,
  {
    name: 'WASM',
    secp256k1: new WasmGroup('secp256k1', engine),
    ed25519: new WasmGroup('ed25519', engine),
  },
];

/** Declares a conformance suite in the browser, for all implementations. */
export const conformInBrowser = (suite: Conformance): Promise<void> =>
  conform(suite, implementations, load);
