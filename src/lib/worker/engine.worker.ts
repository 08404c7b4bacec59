/** The worker: loads the engine by its hash, tests it, and answers at the door. */
import { expose } from 'comlink';
import engineUrl from '../wasm/engine.wasm?url';
import { loadEngine } from '../wasm/engine.ts';
import { jsGroup, jsRehearsalGroup } from '../wasm/js-group.ts';
import { selfTest } from '../wasm/self-test.ts';
import { VaultError } from '../vault/fault.ts';
import { Auditor } from './auditor.ts';
import type { Answer, Door, EngineReport } from './report.ts';
import { RehearsalRoom } from './rehearsal-room.ts';
import { Workspace } from './workspace.ts';

const now = () => performance.now();
const js = { secp256k1: jsGroup('secp256k1'), ed25519: jsGroup('ed25519') };
const all = Object.values(js);

/** What came up with the engine: with JavaScript alone there is no workspace. */
let workspace: Workspace | undefined;
let room: RehearsalRoom | undefined;
/** With WebAssembly, signatures are verified by both implementations. */
let auditor = new Auditor(js, js);

/** A rehearsal's secrets guard nothing, so JavaScript may handle them. */
function rehearseInJs(): void {
  const words = 'a rehearsal: these secrets guard nothing';
  const groups = {
    secp256k1: jsRehearsalGroup('secp256k1', words),
    ed25519: jsRehearsalGroup('ed25519', words),
  };
  room = new RehearsalRoom({ groups, other: js });
}

async function load(): Promise<EngineReport> {
  if (!('WebAssembly' in globalThis)) {
    const tested = report('js', selfTest(all, now));
    if (tested.state === 'ready') rehearseInJs();
    return tested;
  }
  try {
    const engine = await loadEngine(
      await fetch(engineUrl, { integrity: __ENGINE_INTEGRITY__, cache: 'no-store' }),
    );
    const wasm = { secp256k1: engine.secp256k1, ed25519: engine.ed25519 };
    const tested = report('wasm', selfTest([...Object.values(wasm), ...all], now));
    if (tested.state === 'ready') {
      workspace = new Workspace({ groups: wasm, other: js });
      auditor = new Auditor(wasm, js);
      room = new RehearsalRoom({ groups: wasm, other: js });
    }
    return tested;
  } catch (error) {
    return { state: 'refused', why: error instanceof Error ? error.message : String(error) };
  }
}

const report = (engine: 'wasm' | 'js', results: ReturnType<typeof selfTest>): EngineReport =>
  results.every(({ ok }) => ok)
    ? { state: 'ready', engine, results }
    : { state: 'failed', results };

let started: Promise<EngineReport> | undefined;

/** Calls a method by name; a fault of the vault is an answer, anything else a mistake. */
async function call(target: object, method: string, args: readonly unknown[]): Promise<Answer> {
  const member = (target as Record<string, unknown>)[method];
  if (typeof member !== 'function') throw new TypeError(`There is no method ${method}.`);
  try {
    return { value: await (member as (...a: unknown[]) => unknown).apply(target, [...args]) };
  } catch (error) {
    if (error instanceof VaultError) return { vault: error.fault };
    throw error;
  }
}

function opened(): Workspace {
  if (!workspace) throw new Error('The engine did not start, so there is no workspace.');
  return workspace;
}

function rehearsing(): RehearsalRoom {
  if (!room) throw new Error('The engine did not start, so nothing can be rehearsed.');
  return room;
}

const deskOfGroup = (group: string) =>
  group === 'rehearsal' ? rehearsing().desk : opened().desk(group);

async function auditing(): Promise<Auditor> {
  const { state } = await door.start();
  if (state !== 'ready') throw new Error('The engine did not start, so nothing can be verified.');
  return auditor;
}

const door: Door = {
  start: () => (started ??= load()),
  workspace: (method, args) => call(opened(), method, args),
  rehearsal: (method, args) => call(rehearsing(), method, args),
  auditor: async (method, args) => call(await auditing(), method, args),
  desk: async (group, method, args) => {
    try {
      return await call(deskOfGroup(group), method, args);
    } catch (error) {
      if (error instanceof VaultError) return { vault: error.fault };
      throw error;
    }
  },
};

expose(door);
