/** Opens the worker's door from the page. */
import { transfer, wrap, type Remote as Wrapped } from 'comlink';
import url from './engine.worker.ts?worker&url';
import { trustedScript } from '../integrity/trusted-script.ts';
import { VaultError } from '../vault/fault.ts';
import type {
  Answer,
  Door,
  EngineReport,
  RemoteAuditor,
  RemoteDesk,
  RemoteRehearsal,
  RemoteWorkspace,
} from './report.ts';

let door: Wrapped<Door> | undefined;
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

/**
 * The workspace behind the door. Every call may reject with a VaultError. Byte strings at the top of
 * an argument named as secret are transferred, so that no copy stays in the page.
 */
export const workspace = remote((method, args) => door!.workspace(method, args)) as RemoteWorkspace;

/** The desk of a group. */
export const deskAt = (group: string): RemoteDesk =>
  remote((method, args) => door!.desk(group, method, args)) as RemoteDesk;

/** The room for rehearsals in one page. It needs no workspace and no WebAssembly. */
export const rehearsal = remote((method, args) => door!.rehearsal(method, args)) as RemoteRehearsal;

/** The desk of the operator whom a person plays in that room. */
export const rehearsalDesk: RemoteDesk = deskAt('rehearsal');

/** Checks records; it needs no workspace and no WebAssembly. */
export const auditor = remote((method, args) => door!.auditor(method, args)) as RemoteAuditor;

/** Secrets on their way to the worker: the fields of arguments whose buffers move instead of being copied. */
const secretFields = ['reply', 'entropy', 'host', 'custody', 'attestation', 'passphrase', 'prf'];

function secretsIn(args: readonly unknown[]): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  for (const arg of args)
    if (typeof arg === 'object' && arg !== null)
      for (const field of secretFields) {
        const value = (arg as Record<string, unknown>)[field];
        if (value instanceof Uint8Array) found.add(value.buffer as ArrayBuffer);
      }
  return [...found];
}

function remote(call: (method: string, args: readonly unknown[]) => Promise<Answer>): object {
  const ask = async (method: string, args: unknown[]) => {
    const answer = await call(method, transfer(args, secretsIn(args)));
    if ('vault' in answer) throw new VaultError(answer.vault);
    return answer.value;
  };
  return new Proxy(
    {},
    {
      get: (_, method) =>
        method === 'then' ? undefined : (...args: unknown[]) => ask(String(method), args),
    },
  );
}
