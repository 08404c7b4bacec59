/** Opens the worker's door from the page. */
import { wrap, type Remote } from 'comlink';
import url from './engine.worker.ts?worker&url';
import { trustedScript } from '../integrity/trusted-script.ts';
import type { Door, EngineReport } from './report.ts';

let door: Remote<Door> | undefined;
let failure: Promise<never> | undefined;

/**
 * Start the engine's worker, once.
 * @returns its report; `refused` too where the worker's own script cannot be started
 */
export async function startEngine(): Promise<EngineReport> {
  if (!door) {
    const worker = new Worker(trustedScript(url), { type: 'module', name: 'engine' });
    failure = new Promise((_, reject) => {
      worker.addEventListener('error', (event) => {
        reject(new Error(event.message || 'The worker’s script could not be loaded.'));
      });
    });
    door = wrap<Door>(worker);
  }
  try {
    return await Promise.race([door.start(), failure!]);
  } catch (error) {
    return { state: 'refused', why: error instanceof Error ? error.message : String(error) };
  }
}
