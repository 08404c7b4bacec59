/** The benchmark, apart from where it runs and what it prints on: Node and Chromium share it. */
import sodium from 'libsodium-wrappers-sumo';
import { loadEngine } from '../../src/lib/wasm/engine.ts';
import { growth } from './keygen.ts';
import { measure, table } from './measure.ts';
import { operations, type TinySecp } from './operations.ts';

/**
 * Measure everything.
 * @param wasm the bytes of engine.wasm
 * @param tiny tiny-secp256k1 where it can be loaded: its WASM needs Node or a bundler's help
 * @param goals whether to hold the ratios against the goals, which are those for Node on x64
 * @param grow whether to measure key generation in ever larger groups too
 * @returns what the start takes, and the tables
 */
export async function bench(
  wasm: Uint8Array<ArrayBuffer>,
  tiny: TinySecp | undefined,
  goals: boolean,
  grow: boolean,
): Promise<string> {
  const starts: number[] = [];
  let engine = await loadEngine(wasm);
  for (let i = 0; i < 5; i++) {
    const before = performance.now();
    engine = await loadEngine(wasm);
    starts.push(performance.now() - before);
  }
  await sodium.ready;
  const now = () => performance.now();
  const figures = measure(operations(engine, tiny, sodium), 41, now);
  const start = starts.sort((a, b) => a - b)[2]!;
  return [
    `compile, instantiate, tables: ${start.toFixed(1)} ms`,
    table(figures, goals),
    ...(grow ? [growth(engine, now)] : []),
  ].join('\n\n');
}
