/** What the tampering tests share: servers that end with their test, and what a page shows. */
import { expect, type Page } from '@playwright/test';
import { text } from '../../src/lib/ui/text.ts';
import { built, freePort, pathOf, serveDishonestly, type Running } from './origin.ts';

export const SCRIPT = pathOf(/immutable\/nodes\/2\..*\.js$/);
export const STYLE = pathOf(/immutable\/assets\/0\..*\.css$/);
export const WORKER = pathOf(/immutable\/workers\/.*\.js$/);
export const ENGINE = pathOf(/\.wasm$/);

export const running: Running[] = [];

/** Stop it at the end of the test, whatever happens. */
export function started(server: Running): Running {
  running.push(server);
  return server;
}

/** For `test.afterEach`. */
export async function stopAll(): Promise<void> {
  for (const server of running.splice(0)) await server.stop();
}

/** Serve the built bundle with one file changed by a byte at its end. */
export async function serveChanged(changed: string): Promise<Running> {
  return started(
    await serveDishonestly(built, await freePort(), (path, bytes) =>
      path === changed ? Buffer.concat([bytes!, Buffer.from('\n')]) : bytes,
    ),
  );
}

/** Open the app and wait until this browser keeps its bundle. */
export async function keepIn(page: Page, { address }: Running): Promise<void> {
  await page.goto(`${address}#/verify`);
  await expect(page.getByTestId('kept')).toContainText('is kept here');
  // Until the page has checked every kept file, it would mend what a test breaks.
  await expect(page.getByTestId('verdict')).toBeVisible();
}

/** The root that the page computed itself; the one of a bundle offered may stand on the page before it. */
export async function shownRoot(page: Page): Promise<string> {
  const groups = page
    .getByRole('region', { name: text.verify.rootHeading })
    .getByTestId('root-hex')
    .getByRole('listitem');
  await expect(groups).toHaveCount(16);
  return (await groups.allTextContents()).join('');
}

/** What the browser does by itself once in a while; resolves when it has come to an end, good or bad. */
export const lookForUpdate = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const registration = (await navigator.serviceWorker.getRegistration('/'))!;
    await registration.update().catch(() => null);
    while (registration.installing) await new Promise((turn) => setTimeout(turn, 50));
  });

export const version = (page: Page) => page.getByRole('contentinfo');
