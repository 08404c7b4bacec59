/** Requests of a group that was played in Node, computed again in the browser without a workspace. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { bundleOf } from '../../src/lib/ceremony/packet.ts';
import { toFile } from '../../src/lib/courier/file.ts';
import { pack } from '../../src/lib/courier/transport.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import { recomputeText as text } from '../../src/lib/ui/text/recompute.ts';
import { recordText } from '../../src/lib/ui/text/record.ts';
import { recordRequestsText } from '../../src/lib/ui/text/record-requests.ts';
import { expect, test } from '../support/fixtures.ts';
import {
  did,
  lastSession,
  signBatch,
  spendOf,
  spendRequest,
  withKey,
} from '../support/signing-seats.ts';

/** A signed spend, then a batch of six that nobody has answered. */
async function proposed() {
  const players = await withKey(5, 3, 'recomputed');
  const { seat } = players[0]!;
  await signBatch(players, [spendRequest(spendOf(players[0]!, { inputs: 3 }))], [0, 1, 4]);
  const record = seat.log.record();
  const six = Array.from({ length: 6 }, (_, i) =>
    spendRequest(spendOf(players[0]!), { purpose: `Withdrawal ${i + 20}` }),
  );
  await did(seat.request(six));
  const last = seat.state.packetsFrom(seat.state.me).at(-1)!;
  const { root } = lastSession(players[0]!);
  const all = [0, 1, 2, 3, 4, 5];
  return {
    record,
    packets: toFile(await pack(bundleOf([last.bytes]))),
    root: toHex(root),
    statement: seat.statement(root, all)!,
  };
}

let made: Awaited<ReturnType<typeof proposed>>;
test.beforeAll(async () => {
  made = await proposed();
});

const section = (page: Page) => page.getByTestId('recompute');
const choose = (page: Page, name: string, bytes: Uint8Array) =>
  section(page)
    .getByLabel(text.choose)
    .setInputFiles({
      name,
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(bytes),
    });

async function recomputed(page: Page): Promise<void> {
  await page.goto('./#/verify');
  await expect(page.getByTestId('verdict')).toBeVisible();
  await choose(page, 'batch.conclave', made.packets);
  await expect(section(page).getByRole('alert')).toContainText(text.missing('invitation').happened);
  await choose(page, 'asha.record', made.record);
  await expect(page.getByTestId('device-statement')).toBeVisible();
}

test('packets and a record give the statement and the root that the device shows', async ({
  page,
}) => {
  await recomputed(page);
  await expect(page.getByTestId('recomputed-batch')).toHaveCount(2);
  await expect(page.getByTestId('recomputed-request')).toHaveCount(6);
  expect(await page.getByTestId('device-statement').textContent()).toBe(made.statement);
  expect(made.statement).toContain('6 payments');
  const chunks = page.getByTestId('device-hash').locator('.chunks span');
  expect((await chunks.allTextContents()).join('')).toBe(made.root);
});

test('axe finds nothing, and at 360 × 640 nothing scrolls sideways', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 640 });
  await recomputed(page);
  const { violations } = await new AxeBuilder({ page })
    .include('[data-testid=recompute]')
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  const wider = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
  expect(wider).toBeLessThanOrEqual(0);
});

test('a record tells on paper who signed what', async ({ page }) => {
  await page.goto('./#/verify');
  await expect(page.getByTestId('verdict')).toBeVisible();
  const { verify } = recordText;
  await page
    .getByTestId('verify-record')
    .getByLabel(verify.choose)
    .setInputFiles({
      name: 'asha.record',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(made.record),
    });
  const audit = page.getByTestId('audit');
  await expect(audit).toHaveAttribute('data-verdict', 'intact');
  await expect(audit.locator('tr[data-check=requests]')).toContainText('1 of 1 requests');
  await page.getByText(verify.open).click();
  const request = page.getByTestId('recorded-request');
  await expect(request).toContainText(recordRequestsText.signed('Asha, Ben, and Emre'));
  await expect(request).toContainText('1.20000000 BTC');
});
