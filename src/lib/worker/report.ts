/** What stands between page and worker. Types only: the page needs no engine code. */
import type { SelfTestResult } from '../wasm/self-test.ts';
import type { VaultFault } from '../vault/fault.ts';
import type { Auditor } from './auditor.ts';
import type { Desk } from './desk.ts';
import type { RehearsalRoom } from './rehearsal-room.ts';
import type { Workspace } from './workspace.ts';

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

/** A call's value, or the fault of the vault that it met; other errors are the program's mistakes. */
export type Answer = { readonly value: unknown } | { readonly vault: VaultFault };

/** The worker's door: everything the page may ask of it. Values are copied, never shared. */
export interface Door {
  /** Load the engine and run its self-test; the same report at every call. */
  start(): Promise<EngineReport>;
  /** A method of the workspace. */
  workspace(method: string, args: readonly unknown[]): Promise<Answer>;
  /** A method of the room for rehearsals in one page. */
  rehearsal(method: string, args: readonly unknown[]): Promise<Answer>;
  /** A method of a group's desk; `rehearsal` names the desk in the room for rehearsals. */
  desk(group: string, method: string, args: readonly unknown[]): Promise<Answer>;
  /** A method of the auditor, who needs no workspace. */
  auditor(method: string, args: readonly unknown[]): Promise<Answer>;
}

/** The methods of T as they look through the door. */
export type Remote<T> = {
  readonly [K in keyof T as T[K] extends (...args: never[]) => unknown ? K : never]: T[K] extends (
    ...args: infer A
  ) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never;
};

export type RemoteWorkspace = Omit<Remote<Workspace>, 'desk'>;
export type RemoteDesk = Remote<Desk>;
export type RemoteAuditor = Remote<Auditor>;
export type RemoteRehearsal = Remote<RehearsalRoom>;
