import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { sveltekit } from '@sveltejs/kit/vite';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { isConnected } from './bundle/connected.mjs';
import { chromiumArgs, findChromium, packageVersion, top } from './bundle/machine.mjs';
import { releaseOf } from './bundle/release.mjs';

const engine = new URL('src/lib/wasm/engine.wasm', import.meta.url);
if (!existsSync(engine))
  throw new Error('The engine is not built: run “npm run build:wasm” first.');
const integrity = `sha256-${createHash('sha256').update(readFileSync(engine)).digest('base64')}`;

const chromium = findChromium();
/** The folder of the official test vectors, if there is one. */
const vectors = process.env['CONCLAVE_VECTORS'];

/** A busy machine takes its time: for what a test polls, and for what is made before it, in ms. */
const patient = { expect: { poll: { timeout: 15_000 } }, hookTimeout: 60_000 };

/** Files that take minutes, longest first: begun last, they would leave the other cores idle. */
const long = ['adversarial/fuzz.spec.ts', 'rehearsal.spec.ts', 'rehearsal-withdrawal.spec.ts'];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = long.findIndex((name) => moduleId.endsWith(name));
      return at < 0 ? long.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  plugins: [sveltekit()],
  define: {
    __RELEASE__: JSON.stringify(releaseOf(packageVersion(), isConnected()) !== undefined),
    __CONNECTED__: JSON.stringify(isConnected()),
    __ENGINE_INTEGRITY__: JSON.stringify(integrity),
  },
  worker: { format: 'es' },
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, sourcemap: false },
  test: {
    sequence: { sequencer: LongFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          environment: 'node',
          // By itself vitest leaves a core idle, and of two that is half.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          // The linter and the launchers start slowly on a busy machine.
          testTimeout: 60_000,
          ...patient,
          include: [
            'src/**/*.spec.ts',
            'bundle/**/*.spec.ts',
            'tests/{house,conformance,adversarial,constant-time,courier,ceremony,programs,reader}/**/*.spec.ts',
          ],
          exclude: ['**/*.browser.spec.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'reproducible',
          environment: 'node',
          include: ['tests/reproducible/**/*.spec.ts'],
          testTimeout: 300_000,
        },
      },
      ...(chromium
        ? [
            {
              extends: true as const,
              // Bundled before the tests: the test page would be loaded anew once these were met.
              optimizeDeps: {
                include: [
                  '@ledgerhq/hw-transport-webhid',
                  '@ledgerhq/ledger-bitcoin',
                  'buffer',
                  'shamir-secret-sharing',
                  'zxing-wasm/reader',
                ],
              },
              server: { fs: { allow: [top, ...(vectors ? [vectors] : [])] } },
              test: {
                name: 'chromium',
                testTimeout: 60_000,
                ...patient,
                provide: { vectors },
                include: ['src/**/*.browser.spec.ts', 'tests/**/*.browser.spec.ts'],
                browser: {
                  enabled: true,
                  headless: true,
                  screenshotFailures: false,
                  provider: playwright({
                    launchOptions: { executablePath: chromium, args: chromiumArgs },
                  }),
                  instances: [{ browser: 'chromium' as const }],
                },
              },
            },
          ]
        : []),
    ],
  },
});
