/** Runs conformance suites inside a module worker, on the engine as the app's worker loads it. */
import { expose } from 'comlink';
import { loadEngine } from '../../src/lib/wasm/engine.ts';
import engineUrl from '../../src/lib/wasm/engine.wasm?url';
import { suites } from '../conformance/suites.ts';
import { runCases } from './conformance.ts';
import { jsGroups, type Groups } from './groups.ts';

const engine = fetch(engineUrl, { integrity: __ENGINE_INTEGRITY__ }).then(loadEngine);

const worker = {
  /** The suite of this name on “JS” or “WASM”; rejects with the first case that fails. */
  async run(
    suite: string,
    implementation: string,
    contents: ReadonlyMap<string, unknown>,
  ): Promise<Map<string, number>> {
    const groups: Groups =
      implementation === jsGroups.name ? jsGroups : { name: implementation, ...(await engine) };
    return runCases(
      suites.find(({ name }) => name === suite)!,
      groups,
      contents,
    );
  },
};

export type ConformanceWorker = typeof worker;

expose(worker);
