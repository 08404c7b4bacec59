/** What the worker tells the page when it has started. Types only: the page needs no engine code. */
import type { SelfTestResult } from '../wasm/self-test.ts';

export type EngineReport =
  /** All known answers are right. `js`: WebAssembly is not available, real secrets are not handled. */
  | {
      readonly state: 'ready';
      readonly engine: 'wasm' | 'js';
      readonly results: readonly SelfTestResult[];
    }
  /** A known answer came out wrong, or the implementations differ. */
  | { readonly state: 'failed'; readonly results: readonly SelfTestResult[] }
  /** The engine's bytes are absent or not those of the build; `why` is the browser's sentence. */
  | { readonly state: 'refused'; readonly why: string };

/** The worker's door: everything the page may ask of it. Values are copied, never shared. */
export interface Door {
  /** Load the engine and run its self-test; the same report at every call. */
  start(): Promise<EngineReport>;
}
