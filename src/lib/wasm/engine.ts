/**
 * Loads the WASM engine. No fetch inside: the caller brings the bytes, pinned by their hash, or the
 * response of a fetch with `integrity`, or the compiled module. Runs in Node, page and worker.
 */
import type { Suite } from './group.ts';
import { Instance } from './instance.ts';
import { WasmGroup } from './wasm-group.ts';

/** The two groups of one engine; they share an instance and its memory. */
export type Engine = Readonly<Record<Suite, WasmGroup>>;

/**
 * Compile and start engine.wasm.
 * @param source its bytes, a response that carries them (application/wasm), or the compiled module
 * @returns the groups; rejects with WebAssembly.CompileError where the bytes are no WASM
 */
export async function loadEngine(
  source: BufferSource | Response | WebAssembly.Module,
): Promise<Engine> {
  const instance = new Instance(await WebAssembly.instantiate(await compile(source)));
  return {
    secp256k1: new WasmGroup('secp256k1', instance),
    ed25519: new WasmGroup('ed25519', instance),
  };
}

/** The module of any of the three sources. */
const compile = async (source: BufferSource | Response | WebAssembly.Module) => {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof Response) return WebAssembly.compileStreaming(source);
  return WebAssembly.compile(source);
};
