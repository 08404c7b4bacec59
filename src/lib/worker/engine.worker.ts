/** The worker: loads the engine by its hash, tests it, and answers at the door. */
import { expose } from 'comlink';
import engineUrl from '../wasm/engine.wasm?url';
import { loadEngine } from '../wasm/engine.ts';
import { jsGroup } from '../wasm/js-group.ts';
import { selfTest } from '../wasm/self-test.ts';
import type { Door, EngineReport } from './report.ts';

const now = () => performance.now();
const js = [jsGroup('secp256k1'), jsGroup('ed25519')];

async function load(): Promise<EngineReport> {
  if (!('WebAssembly' in globalThis)) return report('js', selfTest(js, now));
  try {
    const engine = await loadEngine(
      await fetch(engineUrl, { integrity: __ENGINE_INTEGRITY__, cache: 'no-store' }),
    );
    return report('wasm', selfTest([engine.secp256k1, engine.ed25519, ...js], now));
  } catch (error) {
    return { state: 'refused', why: error instanceof Error ? error.message : String(error) };
  }
}

const report = (engine: 'wasm' | 'js', results: ReturnType<typeof selfTest>): EngineReport =>
  results.every(({ ok }) => ok)
    ? { state: 'ready', engine, results }
    : { state: 'failed', results };

let started: Promise<EngineReport> | undefined;

const door: Door = {
  start: () => (started ??= load()),
};

expose(door);
