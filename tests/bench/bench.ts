/** The benchmark, apart from where it runs and what it prints on. */
import sodium from 'libsodium-wrappers-sumo';
import * as tiny from 'tiny-secp256k1';
import { loadEngine } from '../../src/lib/wasm/engine.ts';
import { measure, table } from './measure.ts';
import { operations } from './operations.ts';

/** Measure everything. @returns the table, and what the start takes */
export async function bench(wasm: Uint8Array<ArrayBuffer>): Promise<string> {
  const starts: number[] = [];
  let engine = await loadEngine(wasm);
  for (let i = 0; i < 5; i++) {
    const before = performance.now();
    engine = await loadEngine(wasm);
    starts.push(performance.now() - before);
  }
  await sodium.ready;
  const figures = measure(operations(engine, tiny, sodium), 41, () => performance.now());
  const start = starts.sort((a, b) => a - b)[2]!;
  return `compile, instantiate, tables: ${start.toFixed(1)} ms\n\n${table(figures)}`;
}
