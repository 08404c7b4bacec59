import { commands } from 'vitest/browser';
import { inject } from 'vitest';
import { loadEngine } from '../../src/lib/wasm/engine.ts';
import engineUrl from '../../src/lib/wasm/engine.wasm?url';
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

/** All implementations that run in a browser. */
export const implementations: readonly Groups[] = [
  jsGroups,
  { name: 'WASM', ...(await loadEngine(await fetch(engineUrl))) },
];

/** Declares a conformance suite in the browser, for all implementations. */
export const conformInBrowser = (suite: Conformance): Promise<void> =>
  conform(suite, implementations, load);
