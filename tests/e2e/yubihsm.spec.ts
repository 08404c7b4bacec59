/** A YubiHSM from its factory to a group's record: the simulated one, and one behind the launcher. */
import type { Locator, Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { verifyRecord } from '../../src/lib/ceremony/record.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { ENTRY_LENGTH } from '../../src/lib/devices/yubihsm/audit.ts';
import { commands } from '../../src/lib/devices/yubihsm/commands.ts';
import { operator } from '../../src/lib/devices/yubihsm/objects.ts';
import { deviceFaults } from '../../src/lib/ui/text/device-faults.ts';
import { devices } from '../../src/lib/ui/text/devices.ts';
import { recordText } from '../../src/lib/ui/text/record.ts';
import { text } from '../../src/lib/ui/text.ts';
import { workspaceText } from '../../src/lib/ui/text/workspace.ts';
import { yubihsmText } from '../../src/lib/ui/text/yubihsm.ts';
import { jsGroup } from '../../src/lib/wasm/js-group.ts';
import { expect, test } from '../support/fixtures.ts';
import {
  ADMINISTRATOR_PASSWORD,
  choosePasswords,
  FACTORY_PASSWORD,
  follow,
  hold,
} from '../support/hsm.ts';
import { HSM_PASSWORD } from '../support/operator.ts';
import { built, freePort, launch } from '../support/origin.ts';
import { button, field, go, inspect, made, PATIENCE, unlock } from '../support/workspace.ts';
import { serveYubiHsm } from '../support/yubihsm-connector.ts';
import { open as openSession } from '../support/yubihsm-host.ts';

const { which, provision, look, escrow, restore, panel, log } = yubihsmText;
const { begin, about, device } = workspaceText;
const { prompt, simulated } = devices;
const js = { secp256k1: jsGroup('secp256k1'), ed25519: jsGroup('ed25519') };

const standing = (page: Page) => page.getByTestId('standing');
const alert = (page: Page) => page.getByRole('alert');

/** The page for it, with both passwords chosen. */
async function open(page: Page, how: 'real' | 'simulated'): Promise<void> {
  await follow(page, '#/devices/yubihsm');
  await page.getByRole('radio', { name: which[how] }).check();
  await choosePasswords(page, HSM_PASSWORD);
}

/** Answers the dialog that asks for a password. */
async function answer(page: Page, password: string, label: string = prompt.password) {
  await field(page, label).fill(password);
  await button(page, prompt.passwordAction).click();
}

/** Holds the button, and says this password opens the YubiHSM now. */
async function attempt(page: Page, password = FACTORY_PASSWORD): Promise<void> {
  await hold(page, provision.confirm);
  await answer(page, password, prompt.factory);
}

const ready = (page: Page) => expect(page.getByTestId('provisioned')).toBeVisible(PATIENCE);

/** Pulls the simulated device's cable, or puts it back. */
async function cable(page: Page, does: 'unplug' | 'plug'): Promise<void> {
  const all = page.getByTestId('simulated');
  if ((await all.getAttribute('open')) === null) await all.locator('summary').click();
  await button(page, simulated[does]).click();
}

/** Pulls it as soon as the page counts so many messages. */
const unplugAt = (page: Page, messages: number): Promise<void> =>
  page.evaluate(
    ({ said, name }) => {
      const observer = new MutationObserver(() => {
        const progress = document.querySelector('[data-testid=progress]')?.textContent.trim();
        if (progress !== said) return;
        observer.disconnect();
        [...document.querySelectorAll('button')]
          .find(({ textContent }) => textContent.trim() === name)!
          .click();
      });
      observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    },
    { said: provision.working(messages), name: simulated.unplug },
  );

/** Begins a rehearsal with the YubiHSM; ends at the first dialog. */
async function beginGroup(page: Page, how: 'real' | 'simulated'): Promise<void> {
  await follow(page, '#/start');
  await go(page, 'begin');
  await field(page, begin.name).fill('Bridge custody');
  await field(page, about.name).fill('Asha');
  await page.getByRole('radio', { name: device.yubihsm }).check();
  await page.getByRole('radio', { name: device[how] }).check();
  await button(page, begin.action).click();
}

const inGroup = (page: Page) => expect(page).toHaveURL(/#\/g\/[0-9a-f]{64}$/);

/** Reads the log; how many entries were kept so far. */
async function readLog(page: Page): Promise<number> {
  const kept = page.getByTestId('device-log-read');
  const before = (await kept.count()) > 0 ? Number(await kept.getAttribute('data-entries')) : 0;
  await button(page, panel.action).click();
  await answer(page, HSM_PASSWORD);
  await expect
    .poll(async () => ((await kept.count()) > 0 ? await kept.getAttribute('data-entries') : '0'))
    .not.toBe(String(before));
  await expect(kept).toContainText(panel.holds);
  return Number(await kept.getAttribute('data-entries'));
}

test('a simulated YubiHSM is provisioned after mishaps, enters a rehearsal, and its log is evidence', async ({
  page,
}) => {
  test.setTimeout(180_000);
  await made(page);
  await open(page, 'simulated');
  await inspect(page, 'the page of the YubiHSM');
  await button(page, look.action).click();
  await expect(standing(page)).toHaveAttribute('data-standing', 'new');

  await attempt(page, 'not the password');
  await expect(alert(page)).toContainText(deviceFaults['wrong-password'].happened);
  await expect(standing(page)).toHaveAttribute('data-standing', 'new');

  // Half-way the temporary key and two more are made, and nobody can take them back while the cable is out.
  await unplugAt(page, 25);
  await attempt(page);
  await expect(alert(page).first()).toContainText(deviceFaults['no-hsm'].happened);
  await expect(page.getByRole('heading', { name: yubihsmText.now })).toBeVisible();
  await cable(page, 'plug');
  await button(page, look.action).click();
  await expect(standing(page)).toHaveAttribute('data-standing', 'unfinished');
  await inspect(page, 'an attempt that broke off');
  await attempt(page);
  await expect(alert(page)).toContainText('already there');
  await hold(page, look.remove);
  await expect(standing(page)).toHaveAttribute('data-standing', 'new');
  await expect(alert(page)).toHaveCount(0);

  await attempt(page);
  await ready(page);
  await expect(page.getByTestId('provisioned').getByRole('row')).toHaveCount(6);
  await inspect(page, 'a YubiHSM that is ready');

  // What is in it outlives the page.
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(yubihsmText.heading);
  await follow(page, '#/start');
  await unlock(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    workspaceText.groups.heading,
    PATIENCE,
  );
  await follow(page, '#/devices/yubihsm');
  await page.getByRole('radio', { name: which.simulated }).check();
  await button(page, look.action).click();
  await expect(standing(page)).toHaveAttribute('data-standing', 'taken');

  await beginGroup(page, 'simulated');
  await answer(page, 'not the password');
  await expect(alert(page)).toContainText(deviceFaults['wrong-password'].happened);
  await button(page, begin.action).click();
  await answer(page, HSM_PASSWORD);
  await answer(page, HSM_PASSWORD);
  await inGroup(page);

  const first = await readLog(page);
  const there = new URL(page.url()).hash;
  await page.reload();
  await unlock(page);
  await expect(page.getByTestId('device-log-read')).toHaveAttribute('data-entries', String(first));
  const second = await readLog(page);
  expect(second).toBeGreaterThan(first);
  await inspect(page, 'the group with its log');

  await follow(page, `${there}/record`);
  const shown = page.getByTestId('device-logs');
  await expect(shown.getByTestId('device-chain')).toContainText(log.holds);
  await expect(shown.locator('tbody tr')).toHaveCount(second);
  await expect(shown.locator('tbody')).toHaveCount(2);
  await expect(shown).toContainText(log.commands.generateHmacKey);
  await inspect(page, 'the record with its log');
  const download = page.waitForEvent('download');
  await button(page, recordText.page.save).click();
  const file = readFileSync(await (await download).path());
  const { content } = verifyRecord(js, js, new Uint8Array(file));
  expect(content!.deviceLogs.map(({ entries }) => entries.length / 32)).toEqual([
    first,
    second - first,
  ]);

  await follow(page, '#/verify');
  await page
    .getByLabel(recordText.verify.choose)
    .setInputFiles({ name: 'a.record', mimeType: 'application/octet-stream', buffer: file });
  await page.getByText(recordText.verify.open).click();
  await expect(page.getByTestId('device-chain')).toContainText(log.holds);
});

test('an escrow is shown once, read back, not left before, and restored on another', async ({
  page,
  browser,
  baseURL,
  watch,
}) => {
  test.setTimeout(120_000);
  await made(page);
  await open(page, 'simulated');
  await page.getByRole('radio', { name: provision.yes }).check();
  await attempt(page);
  await ready(page);
  await inspect(page, 'an escrow that is shown');
  const parts = await Promise.all(
    (['wrapKey', 'hmacKey'] as const).map((part) =>
      page.getByTestId(`escrow-${part}`).textContent(),
    ),
  );
  expect(parts[0]!.replace(/\s/g, '')).toMatch(/^[0-9a-f]{64}$/);
  await follow(page, '#/about');
  await expect(alert(page)).toContainText(escrow.leaveFirst.happened);
  await expect(page).toHaveURL(/devices\/yubihsm$/);

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: `${escrow.save} ${escrow.parts.hmacKey}` }).click();
  const file = await (await download).path();
  await button(page, escrow.kept).click();
  await expect(page.getByTestId('escrow-wrapKey')).toHaveCount(0);
  await inspect(page, 'an escrow that is read back');
  await expect(button(page, escrow.done)).toBeDisabled();
  const wrong = parts[0]!.replace(/[0-9a-f]/, (digit) => (digit === '0' ? '1' : '0'));
  await field(page, escrow.parts.wrapKey).fill(wrong);
  await field(page, escrow.file(escrow.parts.hmacKey)).setInputFiles(file);
  await expect(page.getByText(escrow.wrong)).toBeVisible();
  await expect(button(page, escrow.done)).toBeDisabled();
  await field(page, escrow.parts.wrapKey).fill(parts[0]!);
  await button(page, escrow.done).click();
  await expect(page.getByText(escrow.over)).toBeVisible();
  await follow(page, '#/about');
  await expect(page).toHaveURL(/about$/);

  const context = await browser.newContext({ baseURL: baseURL! });
  try {
    watch.over(context);
    await restored(await context.newPage(), parts[0]!, { wrong, file });
  } finally {
    await context.close();
  }
});

/** The YubiHSM of another workspace gets the HMAC key, after a first part that is wrong. */
async function restored(
  page: Page,
  wrapKey: string,
  { wrong, file }: { readonly wrong: string; readonly file: string },
): Promise<void> {
  await made(page);
  await open(page, 'simulated');
  await page.getByText(restore.heading).click();
  await expect(page.getByRole('radio', { name: provision.yes })).toHaveCount(0);
  await inspect(page, 'an escrow that is entered');
  await field(page, escrow.parts.wrapKey).fill(wrong);
  await expect(button(page, restore.confirm)).toBeDisabled();
  await field(page, escrow.file(escrow.parts.hmacKey)).setInputFiles(file);
  await hold(page, restore.confirm);
  await answer(page, FACTORY_PASSWORD, prompt.factory);
  await expect(alert(page)).toContainText(deviceFaults['wrong-escrow'].happened, PATIENCE);
  await expect(standing(page)).toHaveAttribute('data-standing', 'new');
  await field(page, escrow.parts.wrapKey).fill(wrapKey);
  await hold(page, restore.confirm);
  await answer(page, FACTORY_PASSWORD, prompt.factory);
  await ready(page);
  await expect(page.getByText(restore.over)).toBeVisible();
  await expect(page.getByText(yubihsmText.capabilities['export-wrapped']!)).toBeVisible();
  await page.getByRole('link', { name: restore.recover }).click();
  await expect(page).toHaveURL(/recover$/);
}

test('without a connector the page says so, and what to do', async ({ page, watch }) => {
  watch.tolerate(/404/);
  await page.goto('./#/devices/yubihsm');
  await expect(page.getByRole('radio', { name: which.simulated })).toBeDisabled();
  await button(page, look.action).click();
  await expect(alert(page)).toContainText(deviceFaults['no-connector'].happened);
});

test('a YubiHSM behind the launcher is provisioned by the page’s real driver, and derives', async ({
  page,
  watch,
}) => {
  test.setTimeout(180_000);
  watch.tolerate(/500|502|503/); // the connector’s answer without a YubiHSM
  const hsm = await serveYubiHsm(0, 12_345_678);
  const server = await launch(built, await freePort(), ['--connector', String(hsm.port)]);
  try {
    await made(page, server.address);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await open(page, 'real');
    await button(page, look.action).click();
    await expect(standing(page)).toHaveAttribute('data-standing', 'new');
    await expect(page.getByText(hsm.simulator.serial.replace('SIM-', ''))).toBeVisible();

    const exchange = hsm.simulator.exchange.bind(hsm.simulator);
    let frames = 0;
    hsm.simulator.exchange = (frame) => {
      if (++frames === 25) hsm.simulator.unplug();
      return exchange(frame);
    };
    await attempt(page);
    await expect(alert(page).first()).toContainText(deviceFaults['no-hsm'].happened);
    hsm.simulator.plug();
    await button(page, look.action).click();
    await expect(standing(page)).toHaveAttribute('data-standing', 'unfinished');
    await hold(page, look.remove);
    await expect(standing(page)).toHaveAttribute('data-standing', 'new');
    await attempt(page);
    await ready(page);
    expect(frames).toBeGreaterThan(60);

    await beginGroup(page, 'real');
    await answer(page, HSM_PASSWORD);
    await answer(page, HSM_PASSWORD);
    await inGroup(page);
    const kept = await readLog(page);
    expect(kept).toBeGreaterThan(0);

    // Another program takes entries away that nobody kept.
    const other = await openSession(hsm.simulator, operator.id, HSM_PASSWORD);
    const said = (await other.send(commands.getLog)) as Bytes;
    const last = said.length - ENTRY_LENGTH;
    await other.send(commands.setLogIndex, said.slice(last, last + 2));
    await button(page, panel.action).click();
    await answer(page, HSM_PASSWORD);
    const gap = panel.missing(said[4]!).happened;
    await expect(alert(page)).toContainText(gap);
    const read = page.getByTestId('device-log-read');
    expect(Number(await read.getAttribute('data-entries'))).toBeGreaterThan(kept);
    await expect(read).not.toContainText(panel.holds);
    await follow(page, `${new URL(page.url()).hash}/record`);
    await expect(page.getByTestId('device-gap')).toContainText(log.gap(said[4]!));
    await expect(page.getByTestId('device-chain')).toHaveCount(0);
    await expect(page.getByText(log.gapHere(said[4]!))).toBeVisible();
    await inspect(page, 'a record with a gap');
  } finally {
    await server.stop();
    hsm.close();
  }
});

test('by keyboard alone: from the page’s heading to a YubiHSM that is ready', async ({ page }) => {
  await made(page);
  await follow(page, '#/devices/yubihsm');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  const reach = async (target: Locator) => {
    for (let i = 0; i < 40; i++) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`The Tab key does not reach ${String(target)}.`);
  };
  await reach(page.getByRole('radio', { name: which.real }));
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('radio', { name: which.simulated })).toBeChecked();
  for (const [legend, password] of [
    [provision.everyday, HSM_PASSWORD],
    [provision.administrator, ADMINISTRATOR_PASSWORD],
  ] as const)
    for (const typed of await page
      .getByRole('group', { name: legend, exact: true })
      .locator('input')
      .all()) {
      await reach(typed);
      await page.keyboard.type(password);
    }
  await expect(button(page, provision.confirm)).toBeEnabled();
  await reach(button(page, provision.confirm));
  await hold(page, provision.confirm);
  await reach(field(page, prompt.factory));
  await page.keyboard.type(FACTORY_PASSWORD);
  await page.keyboard.press('Enter');
  await ready(page);
  await expect(page.getByRole('heading', { name: yubihsmText.result.heading })).toBeFocused();
});

for (const theme of ['light', 'dark', 'dim'] as const)
  test(`axe finds nothing on the page of the YubiHSM in the ${theme} theme`, async ({ page }) => {
    await page.addInitScript((name) => {
      localStorage.setItem('conclave-theme', name);
    }, theme);
    await page.goto('./#/devices/yubihsm');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(yubihsmText.heading);
    await inspect(page, text.theme.names[theme]);
  });
