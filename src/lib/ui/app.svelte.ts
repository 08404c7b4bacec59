/** What the whole app knows about itself: the engine, the kept bundle, the latest announcement. */
import { onDestroy } from 'svelte';
import { keepBundle, keptStatus, type NotKept } from '../integrity/keeper.ts';
import type { Status } from '../integrity/messages.ts';
import { startEngine } from '../worker/door.ts';
import type { EngineReport } from '../worker/report.ts';
import type { GroupView } from '../worker/view.ts';
import type { Network } from '../ceremony/card.ts';
import { text } from './text.ts';

interface AppState {
  /** undefined while the self-test runs. */
  engine: EngineReport | undefined;
  /** undefined while the files are being fetched, or where nothing is kept. */
  kept: Status | undefined;
  notKept: NotKept | undefined;
  /** The network of the group on the page; the page of a group sets it, and unsets it when left. */
  network: Network | undefined;
  /** Read aloud by screen readers when it changes. */
  announcement: string;
}

export const app = $state<AppState>({
  engine: undefined,
  kept: undefined,
  notKept: undefined,
  network: undefined,
  announcement: '',
});

/** For a page of a group: its network is the app's until the page is left. Called as it is made. */
export function ofGroup(): (view: GroupView | undefined) => void {
  onDestroy(() => (app.network = undefined));
  return (view) => (app.network = view?.id.network);
}

/**
 * Keep the bundle, then start the engine: no integrity metadata reaches a worker's script, but the
 * verifying service worker does, once it is in place. Called once, by the app's shell.
 */
export async function startApp(): Promise<void> {
  // `vite dev` serves no bundle that could be kept.
  if (import.meta.env.PROD) app.notKept = await keepBundle();
  if (typeof app.notKept === 'object') {
    app.engine = { state: 'refused', why: text.engine.notKept };
    return;
  }
  await Promise.all([startEngine().then((report) => (app.engine = report)), refreshKept()]);
}

/** Ask again what this browser keeps and what the launcher offers. */
export async function refreshKept(): Promise<void> {
  app.kept = await keptStatus();
}
