import { commands } from 'vitest/browser';
import { wrap } from 'comlink';
import { inject } from 'vitest';
import { loadEngine } from '../../src/lib/wasm/engine.ts';
import engineUrl from '../../src/lib/wasm/engine.wasm?url';
import { conform, type Conformance, type Loader } from './conformance.ts';
import type { ConformanceWorker } from './conformance-worker.ts';
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
  const text = await commands.readFile(`${folder!}/${file}`);
  return file.endsWith('.json') ? (JSON.parse(text) as unknown) : text;
};

/** All implementations that run in a browser's page. */
export const implementations: readonly Groups[] = [
  jsGroups,
  { name: 'WASM', ...(await loadEngine(await fetch(engineUrl))) },
];

const worker = wrap<ConformanceWorker>(
  new Worker(new URL('./conformance-worker.ts', import.meta.url), { type: 'module' }),
);

/** Declares a conformance suite in a module worker, where the app runs it too, for all implementations. */
export const conformInWorker = (suite: Conformance): Promise<void> =>
  conform(
    suite,
    implementations.map(({ name }) => name),
    folder ? load : undefined,
    ({ name }, implementation, contents) => worker.run(name, implementation, contents),
  );
