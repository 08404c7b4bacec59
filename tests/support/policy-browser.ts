/**
 * Chromium under the hardening kit's managed policy, without touching this machine's own /etc: a
 * wrapper enters a mount namespace, lays a copy of /etc/chromium with the policy over the real one,
 * and becomes Chromium. The namespace ends with the browser.
 */
import { type BrowserContext, chromium } from '@playwright/test';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumArgs, findChromium } from '../../bundle/machine.mjs';

export type Policy = Record<string, unknown>;
export type PolicedBrowser = { context: BrowserContext; close: () => Promise<void> };
export type PolicyRow = { name: string; level: string; status: string };

const SHIPPED = new URL('../../bundle/hardening/policy.json', import.meta.url);
const SHIPPED_HOST = 'conclave.localhost:7465';
const ETC = '/etc/chromium';

/** The only lines in which a driven browser departs from the shipped policy; each alone stops a driver. */
export const STOPS_AUTOMATION: Policy = {
  // 2 closes the DevTools protocol, which is what Playwright speaks; 1 leaves it open.
  DeveloperToolsAvailability: 1,
  // false refuses --remote-debugging-pipe, Playwright's only way in.
  RemoteDebuggingAllowed: true,
};

/**
 * The policy as shipped, with the test server's host and port in place of the shipped ones.
 * @param origin such as http://conclave.localhost:7465; the host must stay, the port may differ
 */
export function shippedPolicy(origin: string): Policy {
  const text = readFileSync(SHIPPED, 'utf8').replaceAll(SHIPPED_HOST, new URL(origin).host);
  return JSON.parse(text) as Policy;
}

/** One sentence that says why no policed browser can be had on this machine; undefined if it can. */
export function whyNotPoliced(): string | undefined {
  if (findChromium() === undefined) return 'No Chromium is installed.';
  if (!existsSync(ETC)) return `There is no ${ETC}: only Debian’s Chromium reads its policy there.`;
  const { status } = spawnSync('unshare', [...inMountNamespace(tmpdir()), 'true']);
  return status === 0 ? undefined : 'This system does not permit unshare and mount.';
}

/**
 * Start Chromium under a policy, headless, with a fresh profile.
 * @param policy the whole content of the one managed policy file
 * @param timeout how long Chromium may take to accept the driver, in ms
 */
export async function openPolicedBrowser(
  policy: Policy,
  timeout = 45_000,
): Promise<PolicedBrowser> {
  const missing = whyNotPoliced();
  if (missing !== undefined) throw new Error(missing);
  const folder = mkdtempSync(join(tmpdir(), 'conclave-policy-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const etc = join(folder, 'etc');
    cpSync(ETC, etc, { recursive: true });
    const managed = join(etc, 'policies', 'managed');
    rmSync(managed, { recursive: true, force: true });
    mkdirSync(managed, { recursive: true });
    writeFileSync(join(managed, 'conclave.json'), JSON.stringify(policy));

    const words = [...inMountNamespace(etc), findChromium() ?? ''].map(shellWord).join(' ');
    const executablePath = join(folder, 'chromium');
    writeFileSync(executablePath, `#!/bin/sh\nexec unshare ${words} "$@"\n`, { mode: 0o755 });

    // Incognito is off by policy, so the pages live in the context of a (temporary) profile.
    const context = await chromium.launchPersistentContext('', {
      executablePath,
      args: chromiumArgs.filter((arg) => arg !== '--no-sandbox'),
      chromiumSandbox: !chromiumArgs.includes('--no-sandbox'),
      timeout,
    });
    return { context, close: () => context.close().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

/** The rows of chrome://policy that carry a value, as the browser judged them; status is “OK” or a complaint. */
export async function readPolicyPage(context: BrowserContext): Promise<PolicyRow[]> {
  const page = await context.newPage();
  await page.goto('chrome://policy');
  await page.locator('policy-row').first().waitFor({ state: 'attached' });
  const rows = await page.locator('policy-row').evaluateAll((elements) =>
    elements.map(({ shadowRoot }) => {
      const text = (part: string) => shadowRoot?.querySelector(part)?.textContent.trim() ?? '';
      return { name: text('.name'), level: text('.level'), status: text('.messages') };
    }),
  );
  await page.close();
  return rows.filter(({ status }) => status !== 'Not set.');
}

/**
 * The words after `unshare` that lay `etc` over /etc/chromium in a mount namespace of its own and then
 * become the command whose words follow. Root needs only the namespace. Others borrow root inside a user namespace for the mount and then
 * become themselves again, because Chromium refuses to be root.
 */
function inMountNamespace(etc: string): string[] {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  const borrow = uid === 0 ? [] : ['--map-root-user'];
  const giveBack =
    uid === 0 ? [] : ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--'];
  const script = `mount --bind "$1" ${ETC} && shift && exec "$@"`;
  return ['--mount', ...borrow, '--', 'sh', '-c', script, 'sh', etc, ...giveBack];
}

const shellWord = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
