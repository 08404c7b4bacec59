/** What the whole app knows about itself: the engine, the kept bundle, the latest announcement. */
import { keepBundle, keptStatus, type NotKept } from '../integrity/keeper.ts';
import type { Status } from '../integrity/messages.ts';
import { startEngine } from '../worker/door.ts';
import type { EngineReport } from '../worker/report.ts';

interface AppState {
  /** undefined while the self-test runs. */
  engine: EngineReport | undefined;
  /** undefined while the files are being fetched, or where nothing is kept. */
  kept: Status | undefined;
  notKept: NotKept | undefined;
  /** Read aloud by screen readers when it changes. */
  announcement: string;
}

export const app = $state<AppState>({
  engine: undefined,
  kept: undefined,
  notKept: undefined,
  announcement: '',
});

/** Start the engine and keep the bundle, side by side. Called once, by the app's shell. */
export async function startApp(): Promise<void> {
  await Promise.all([
    startEngine().then((report) => {
      app.engine = report;
    }),
    // `vite dev` serves no bundle that could be kept.
    import.meta.env.PROD ? keepAndAsk() : undefined,
  ]);
}

async function keepAndAsk(): Promise<void> {
  app.notKept = await keepBundle();
  await refreshKept();
}

/** Ask again what this browser keeps and what the launcher offers. */
export async function refreshKept(): Promise<void> {
  app.kept = await keptStatus();
}
