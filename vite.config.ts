import { sveltekit } from '@sveltejs/kit/vite';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumArgs, findChromium } from './bundle/machine.mjs';

const chromium = findChromium();

export default defineConfig({
  plugins: [sveltekit()],
  worker: { format: 'es' },
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, sourcemap: false },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          environment: 'node',
          include: [
            'src/**/*.spec.ts',
            'bundle/**/*.spec.ts',
            'tests/{conformance,adversarial,constant-time,house}/**/*.spec.ts',
          ],
          exclude: ['**/*.browser.spec.ts'],
        },
      },
      ...(chromium
        ? [
            {
              extends: true as const,
              test: {
                name: 'chromium',
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
