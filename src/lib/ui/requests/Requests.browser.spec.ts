import { expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { propose, spendRequest, withKey } from '../../../../tests/support/desk-requests.ts';
import type { Desk } from '../../worker/desk.ts';
import type { ItemView, RequestsView } from '../../worker/requests-view.ts';
import '../styles/app.css';
import { app } from '../app.svelte.ts';
import { hexOf } from '../words.ts';
import Requests from './Requests.svelte';

const three = await withKey();
const [asha, ben] = three;

const HOUR = 3_600_000;
const entries = page.getByTestId('entry');

const shown = (desk: Desk = ben.desk) =>
  render(Requests, {
    desk,
    device: () => Promise.resolve(ben.device),
    create: '#/new',
    session: (root: string) => `#/requests/${root}`,
  });

/** Proposes a payment that expires in so many ms. */
const proposeFor = (span: number) =>
  propose(three, [{ ...spendRequest(asha), expires: Date.now() + span }]);

/** Another desk's view: the first item of each batch, the last batch first, is changed. */
const changed = (change: (at: number, item: ItemView) => Partial<ItemView>): Desk => ({
  ...ben.desk,
  requests: async () => {
    const view = (await ben.desk.requests())!;
    const sessions = view.sessions.map((session, at) => {
      const items = session.items.map((item) => ({ ...item, ...change(at, item) }));
      const { halt } = items[0]!;
      return { ...session, items, next: halt ? { act: 'done' as const } : session.next };
    });
    return { ...view, sessions } satisfies RequestsView;
  },
});

test('what waits for the operator is first, and of it what expires first', async () => {
  const later = await proposeFor(49.5 * HOUR);
  const sooner = await proposeFor(2.5 * HOUR - 10_000);
  await proposeFor(3 * HOUR);
  await shown();
  await expect
    .element(entries.first().getByRole('link'))
    .toHaveAttribute('href', `#/requests/${hexOf(sooner)}`);
  await expect
    .element(entries.nth(2).getByRole('link'))
    .toHaveAttribute('href', `#/requests/${hexOf(later)}`);
  await expect.element(entries.first()).toHaveTextContent('To be signed within 2 h 29 min');
  await expect.element(entries.nth(2)).toHaveTextContent('To be signed within 2 days 1 h');
  const first = entries.first();
  await expect.element(first.getByTestId('stage')).toHaveTextContent('Stage 2 of 13: Proposed.');
  await expect.element(first).toHaveTextContent('Check and answer');
  await expect.element(page.getByText('Times run by this machine’s clock.')).toBeVisible();
  await expect.element(page.getByLabelText('Show')).not.toBeInTheDocument();
  await expect.element(page.getByTestId('part-transfer')).toBeVisible();
});

test('in the last hour it ticks, and is announced as it begins', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  try {
    await proposeFor(HOUR + 2500);
    app.announcement = '';
    await shown();
    await expect.element(entries.first()).toHaveTextContent('To be signed within 1 h 0 min');
    expect(app.announcement).toBe('');
    vi.advanceTimersByTime(2500);
    await expect.poll(() => app.announcement).toMatch(/To be signed within 1 h 0 min\.$/);
    for (const second of [59, 58, 57]) {
      vi.advanceTimersByTime(1000);
      await expect.element(entries.first()).toHaveTextContent(`within 59 min ${second} s`);
    }
  } finally {
    vi.useRealTimers();
  }
});

test('what keeps a batch back is said: the first check that does not hold, or the rule', async () => {
  const desk = changed((at) => {
    if (at === 0)
      return {
        halt: 'unproved',
        findings: [
          { finding: 'issued', state: 'holds', detail: [2, 2] },
          { finding: 'depth', state: 'missing', detail: [4, 6] },
        ],
      };
    if (at !== 1) return {};
    return { halt: 'policy', decision: { rule: 'stopped', version: 3, figures: [] } };
  });
  await shown(desk);
  const kept = page.getByTestId('part-kept');
  await expect
    .element(kept)
    .toHaveTextContent('Not proved. It is not deep enough: 4 blocks, 6 needed');
  await expect
    .element(kept)
    .toHaveTextContent('Kept back by a rule. An operator stopped everything');
  await expect.element(page.getByTestId('part-mine')).not.toHaveTextContent('Not proved');
});

test('more than ten are filtered by kind', async () => {
  const { sessions } = (await ben.desk.requests())!;
  for (let i = sessions.length; i < 10; i++) await proposeFor(4 * HOUR);
  await ben.desk.act({
    act: 'request',
    batch: [
      { kind: 'test', purpose: 'Monthly', expires: Date.now() + HOUR, salt: new Uint8Array(16) },
    ],
    draft: undefined,
  });
  await shown();
  await expect.element(entries).toHaveLength(11);
  await page.getByLabelText('Show').selectOptions('Tests (1)');
  await expect.element(entries).toHaveLength(1);
  await expect.element(entries).toHaveTextContent('Test of both keys');
});
