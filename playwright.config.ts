import { defineConfig } from '@playwright/test';
import { chromiumArgs, findChromium } from './bundle/machine.mjs';

const executablePath = findChromium();
if (!executablePath) throw new Error('No Chromium was found; set CONCLAVE_CHROMIUM to its path.');

/** End to end, in the machine's Chromium, against the sealed bundle served by the launcher. */
export default defineConfig({
  testDir: 'tests/e2e',
  timeout: 120_000,
  // Passphrases and five browsers take their time on a busy machine.
  expect: { timeout: 30_000 },
  workers: 1,
  retries: 0,
  forbidOnly: true,
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
  use: {
    baseURL: 'http://conclave.localhost:7465',
    // What cannot be done in a minute is named, instead of the whole test's time.
    actionTimeout: 60_000,
    launchOptions: { executablePath, args: chromiumArgs },
  },
  webServer: {
    command: 'node tests/support/serve.mjs',
    port: 7465,
    reuseExistingServer: false,
  },
});
