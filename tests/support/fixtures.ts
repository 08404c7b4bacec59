/**
 * Playwright's `test` with what holds in every end-to-end run: no violation of the page's policy, no
 * error in the console or thrown, no request outside the origin. A test that provokes one of them
 * says so with `tolerate`.
 */
import { test as base, type BrowserContext, type Page, type Worker } from '@playwright/test';

export { expect } from '@playwright/test';

export interface Watch {
  /** What went wrong so far, one line each. */
  readonly incidents: string[];
  /** Let incidents that match pass in this test. */
  tolerate(pattern: RegExp): void;
  /** Watch another context (the default one is watched already). */
  over(context: BrowserContext): void;
}

const isOurs = (url: string): boolean => {
  const { protocol, hostname } = new URL(url);
  return hostname === 'conclave.localhost' || ['data:', 'blob:', 'about:'].includes(protocol);
};

/**
 * Violations inside a worker reach neither the page's console nor its events: listen in the worker.
 * It may be gone before the listener is in place, and then it violates nothing any more.
 */
function watchWorker(worker: Worker): void {
  worker
    .evaluate(() => {
      addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
        console.error(`Content Security Policy in a worker: ${effectiveDirective} ${blockedURI}`);
      });
    })
    .catch(() => null);
}

/**
 * The router loads an open app again when its fragment is changed from outside, just after `goto` has
 * returned: a test may still see the old document, and a `goto` that meets this loading is left
 * without an answer by Chromium now and then. From an empty page (where init scripts run too) each
 * `goto` is one load, over when it returns.
 */
function goAfresh(page: Page): void {
  const goto = page.goto.bind(page);
  page.goto = async (url, options) => {
    if (url.includes('#') && page.url() !== 'about:blank') await goto('about:blank');
    return goto(url, options);
  };
}

function watchOver(context: BrowserContext, incidents: string[]): void {
  context.on('request', (request) => {
    if (!isOurs(request.url())) incidents.push(`request outside the origin: ${request.url()}`);
  });
  context.on('page', (page) => {
    goAfresh(page);
    page.on('worker', watchWorker);
  });
  context.on('serviceworker', (worker) => {
    watchWorker(worker);
    worker.on('console', (message) => {
      if (message.type() === 'error') incidents.push(`service worker: ${message.text()}`);
    });
  });
  // Violations of the policy and of Trusted Types are errors in the console.
  context.on('console', (message) => {
    if (message.type() === 'error' || message.text().includes('Content Security Policy')) {
      incidents.push(`console: ${message.text()}`);
    }
  });
  context.on('weberror', (error) => {
    incidents.push(`thrown: ${error.error().message}`);
  });
}

export const test = base.extend<{ watch: Watch }>({
  watch: [
    async ({ context }, use) => {
      const incidents: string[] = [];
      const tolerated: RegExp[] = [];
      watchOver(context, incidents);
      await use({
        incidents,
        tolerate: (pattern) => tolerated.push(pattern),
        over: (other) => watchOver(other, incidents),
      });
      const left = incidents.filter((line) => !tolerated.some((pattern) => pattern.test(line)));
      if (left.length > 0) throw new Error(`This run was not clean:\n${left.join('\n')}`);
    },
    { auto: true },
  ],
});
