/** The connected bundle: what it adds, what it says of it, and a Trezor behind a stand-in for Suite. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../../bundle/build.mjs';
import { SUITE } from '../../bundle/connected.mjs';
import { top } from '../../bundle/machine.mjs';
import { attended } from '../../src/lib/devices/simulators/simulator.ts';
import { TrezorSimulator } from '../../src/lib/devices/simulators/trezor.ts';
import { policyOf } from '../../src/lib/integrity/headers.ts';
import { connectedText } from '../../src/lib/ui/text/connected.ts';
import { fakeSuite } from '../support/fake-suite.ts';
import { expect, test } from '../support/fixtures.ts';
import { built, freePort, launch, rootOf, type Running } from '../support/origin.ts';
import { keepIn } from '../support/tampering.ts';

const connected = join(top, 'build-connected');
const made = (folder: string) =>
  statSync(join(folder, 'bundle.manifest'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
const policy = (folder: string) => policyOf(readFileSync(join(folder, 'index.html'), 'utf8'));

/** The files of a bundle whose bytes match, by path. */
const holding = (folder: string, pattern: RegExp): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => pattern.test(readFileSync(file, 'latin1')))
    .map((file) => file.slice(folder.length));

let server: Running;
test.beforeAll(async () => {
  test.setTimeout(180_000);
  if (made(connected) < made(built)) await build({ connected: true });
  server = await launch(connected, await freePort());
});
test.afterAll(() => server.stop());

test('differs from the ordinary bundle by one address in its policy, and the ordinary one by nothing of it', async () => {
  expect(await rootOf(connected)).not.toBe(await rootOf(built));
  const bare = (text: string) => text.replaceAll(/ 'sha256-[^']+'/g, '');
  expect(bare(policy(connected))).toBe(
    bare(policy(built)).replace("connect-src 'self'", `connect-src 'self' ${SUITE}`),
  );
  const signs =
    /127\.0\.0\.1:21335|connect-ws|connect-web|iframe-call|popup-handshake|connected bundle/;
  expect(holding(connected, signs).length).toBeGreaterThan(2);
  expect(holding(built, signs)).toEqual([]);
});

test('says on every page what it is', async ({ page }) => {
  await keepIn(page, server);
  for (const route of ['/', '/start', '/try', '/courier', '/verify', '/about', '/settings']) {
    await page.goto(`${server.address}#${route}`);
    await expect(page.getByTestId('connected')).toHaveText(connectedText.banner);
  }
});

test('reaches a Trezor through Suite, from the launcher and from this browser’s store', async ({
  page,
}) => {
  const simulator = new TrezorSimulator({ seed: new Uint8Array(32).fill(7), serial: 'SIM-1' });
  attended(simulator);
  const suite = await fakeSuite(simulator);
  try {
    for (const kept of [false, true]) {
      await page.goto(`${server.address}#/verify`);
      if (kept) {
        await keepIn(page, server);
        await page.reload();
      }
      const [link] = holding(connected, /\bas withSuite\b/);
      const [driver] = holding(connected, /\bas enrolTrezor\b/);
      const got = await page.evaluate(
        async ([link, driver]) => {
          const { withSuite } = (await import(
            link!
          )) as typeof import('../../src/lib/devices/connected/suite.ts');
          const { enrolTrezor } = (await import(
            driver!
          )) as typeof import('../../src/lib/devices/trezor/trezor.ts');
          const never = () => new Promise<never>(() => undefined);
          const noUsb = { simulated: false } as Parameters<typeof withSuite>[0];
          const device = await enrolTrezor(withSuite(noUsb, never), never);
          if ('fault' in device) return device;
          const approval = await device.approve('Conclave approval 1/1');
          return { model: device.identity.model, approved: 'signature' in approval };
        },
        [link, driver] as const,
      );
      expect(got).toEqual({ model: 'Trezor Model T', approved: true });
    }
    expect([...suite.origins]).toEqual([server.address.slice(0, -1)]);
  } finally {
    await suite.stop();
  }
});
