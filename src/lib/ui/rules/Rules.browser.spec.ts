import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { propose, RECIPIENT, spendRequest } from '../../../../tests/support/desk-requests.ts';
import { keyed, share, sit, terms, type Sitting } from '../../../../tests/support/desks.ts';
import type { Rules as Version } from '../../ceremony/rules.ts';
import { isDeviceFault } from '../../devices/device.ts';
import {
  decisionText,
  ruleLines,
  rulesProblemText,
  rulesText,
  secondsOf,
  spanText,
} from '../text/rules.ts';
import '../styles/app.css';
import Rules from './Rules.svelte';

/* A real seat with a complete key behind the page; others act at their own desks. Two of three sign. */

const { stop, proposed, form, trial } = rulesText;
const button = (name: string | RegExp) => page.getByRole('button', { name });
const BTC = 100_000_000;
const DAY = 86_400;

let three: [Sitting, Sitting, Sitting];

beforeEach(async () => {
  three = (await keyed(3, 2)) as typeof three;
});

afterEach(async () => {
  await page.viewport(1280, 720);
});

const shown = ({ desk, device }: Sitting = three[0]) =>
  render(Rules, {
    desk,
    device: () => Promise.resolve(device),
    group: '#/g/here',
    session: (root: string) => `#/g/here/requests/${root}`,
  });

const governance = async ({ desk }: Sitting = three[0]) => (await desk.governance())!;

/** The next version with this changed, proposed by an operator; everybody hears of it. */
async function proposal(by: Sitting, more: Partial<Version>): Promise<Version> {
  const { rules, hash } = (await governance(by)).rules;
  const version = { ...rules, version: rules.version + 1, previous: hash, ...more };
  expect(await by.desk.act({ act: 'rules', rules: version })).toBeUndefined();
  await share(three);
  return version;
}

async function adopt({ desk, device }: Sitting): Promise<void> {
  const [version] = (await desk.governance())!.rules.proposed;
  const approval = await device.approve(version!.statement);
  if (isDeviceFault(approval)) throw new Error(approval.fault);
  const done = desk.act({ act: 'adopt', rules: version!.hash, approval: approval.signature });
  expect(await done).toBeUndefined();
  await share(three);
}

/** Goes to an element by the tab key alone, and presses a key there. */
async function press(name: string, key = '{Enter}') {
  for (let i = 0; i < 200; i++) {
    const { activeElement: at } = document;
    if (at?.textContent.replace(/\s+/g, ' ').trim() === name) break;
    await userEvent.keyboard('{Tab}');
  }
  expect(document.activeElement?.textContent.replace(/\s+/g, ' ').trim()).toBe(name);
  await userEvent.keyboard(key);
}

describe('words', () => {
  test('spans of time are read as they are written', () => {
    for (const seconds of [60, 600, 3600, 36 * 3600, DAY, 2 * DAY, 90 * DAY])
      expect(secondsOf(spanText(seconds))).toBe(seconds);
    expect(spanText(DAY)).toBe('24 hours');
    expect(secondsOf('7d')).toBe(7 * DAY);
    for (const wrong of ['', '7', 'days', '-1 h', '1.5 h', '1 year'])
      expect(secondsOf(wrong)).toBeUndefined();
  });

  test('a decision says rule, figures and version', () => {
    const of = (rule: Parameters<typeof decisionText>[0]['rule'], ...figures: number[]) =>
      decisionText({ rule, version: 3, figures });
    expect(of('window', BTC, 4, 5, DAY)).toMatch(
      /5 sat.*24 hours.*100.000.000 sat.*4 sat.*version 3/,
    );
    expect(of('destination', 1)).toContain('Output 2');
    expect(of(undefined)).toContain('version 3');
  });
});

test('what holds is said in plain words; nothing is proposed and nobody stops anything', async () => {
  await shown();
  const { rules } = (await governance()).rules;
  const card = page.getByTestId('in-force');
  await expect.element(card).toHaveTextContent(rulesText.inForce(1));
  for (const { name, says } of ruleLines(rules, 'regtest'))
    for (const one of [name, ...says]) await expect.element(card).toHaveTextContent(one);
  await expect.element(card).toHaveTextContent('Mints: at most 50 BTC within 24 hours.');
  await expect.element(card).toHaveTextContent(rulesText.time.none);
  await expect.element(page.getByText(stop.running)).toBeVisible();
  await expect.element(page.getByTestId('proposed')).not.toBeInTheDocument();
});

test('everything is stopped by one press, by keyboard, and goes on again', async () => {
  await shown();
  await page.getByLabelText(stop.because).fill('the observer is silent');
  await press(stop.act);
  const card = page.getByTestId('stop');
  await expect.element(card).toHaveTextContent(stop.stopped('Asha', 'the observer is silent'));
  expect((await governance()).rules.frozen.map(({ operator }) => operator)).toEqual([0]);
  await expect.element(button(stop.act)).not.toBeInTheDocument();
  await press(stop.go);
  await expect.element(page.getByText(stop.running)).toBeVisible();
  expect((await governance()).rules.frozen).toEqual([]);
});

test('who says that another’s stop may end is named, and says it once', async () => {
  await three[1].desk.act({ act: 'stop', on: true, because: '' });
  await share(three);
  await shown();
  const card = page.getByTestId('stop');
  await expect.element(card).toHaveTextContent(stop.stopped('Ben', ''));
  await button(stop.go).click();
  await expect.element(card).toHaveTextContent(stop.going(['Asha'], 3));
  await expect.element(button(stop.go)).not.toBeInTheDocument();
  await expect.element(button(stop.act)).toBeVisible();
});

test('a version is made, tried on the past, proposed, approved on the device, and holds', async () => {
  const [asha, ben, chen] = three;
  await propose(three, [spendRequest(asha)]);
  await shown();
  await page.getByText(form.summary).click();
  const fields = page.getByTestId('propose');
  await expect.element(fields).toHaveTextContent(form.same);
  await expect.element(button(form.try)).toBeDisabled();
  await button(form.addLimit).click();
  await expect.element(fields).toHaveTextContent(form.incomplete);
  const limits = page.getByRole('group', { name: /^Limit \d$/ });
  const last = limits.nth(3);
  await last.getByLabelText(form.amount).fill('0.3');
  await button(form.try).click();

  const outcome = page.getByTestId('outcome');
  await expect.element(outcome).toHaveTextContent('Spends: at most 0.3 BTC each.');
  await expect.element(outcome).toHaveTextContent(rulesText.loosens([]));
  await expect.element(outcome).toHaveTextContent(rulesText.from(0));
  await expect.element(outcome).toHaveTextContent(trial.changes(1));
  await expect.element(outcome).toHaveTextContent('one request may move 30');
  // What was tried is what is proposed: a change takes it away.
  await last.getByLabelText(form.amount).fill('0.2');
  await expect.element(outcome).not.toBeInTheDocument();
  await button(form.try).click();
  await button(form.propose).click();
  const card = page.getByTestId('proposed');
  await expect.element(card).toHaveTextContent(proposed.approvals([], 3));
  await expect.element(card).toHaveTextContent('Spends: at most 0.2 BTC each.');
  await expect.element(button(proposed.approve)).not.toBeInTheDocument();
  await card.getByRole('button', { name: proposed.try }).click();
  const [version] = (await governance()).rules.proposed;
  await expect.element(page.getByTestId('to-approve')).toHaveTextContent('CONCLAVE RULES');
  expect(page.getByTestId('to-approve').element().textContent).toBe(version!.statement);
  await button(proposed.approve).click();
  await expect.element(card).toHaveTextContent(proposed.approvals(['Asha'], 3));
  await expect.element(card).toHaveTextContent(proposed.own);

  await share(three);
  await adopt(ben);
  await adopt(chen);
  expect((await governance()).rules.rules.version).toBe(2);
});

test('another device approves nothing, and the page says so', async () => {
  await proposal(three[1], { separation: true });
  await render(Rules, { desk: three[0].desk, device: () => Promise.resolve(three[2].device) });
  await button(proposed.try).click();
  await button(proposed.approve).click();
  await expect
    .element(page.getByRole('alert'))
    .toHaveTextContent('This device opens something else');
  expect((await governance()).rules.proposed[0]!.approved).toEqual([]);
});

test('why a version that loosens cannot be approved now is said; there is no button', async () => {
  await proposal(three[1], { lifetime: 90 * DAY });
  await shown();
  const card = page.getByTestId('proposed');
  const fault = rulesProblemText('too-soon', false);
  await expect.element(card).toHaveTextContent(fault.happened);
  await expect.element(card).toHaveTextContent(rulesText.loosens(['lifetime']));
  await card.getByRole('button', { name: proposed.try }).click();
  await expect.element(page.getByTestId('trial')).toHaveTextContent(trial.none);
  await expect.element(button(proposed.approve)).not.toBeInTheDocument();
});

test('fields that are wrong are named; what needs a wait is not proposed without a time', async () => {
  await shown();
  await page.getByText(form.summary).click();
  await page.getByLabelText(form.only).click();
  await button(form.addDestination).click();
  const fields = page.getByTestId('propose');
  for (const wrong of [form.wrong.address, form.wrong.name, form.incomplete])
    await expect.element(fields).toHaveTextContent(wrong);
  await page.getByLabelText(form.address).fill(RECIPIENT);
  await page.getByLabelText(form.name).fill('Harbour AG');
  await page.getByLabelText(form.organisations).fill('4');
  await expect.element(fields).toHaveTextContent(form.wrong.organisations(3));
  await page.getByLabelText(form.organisations).fill('2');
  await page.getByLabelText(form.lifetime).fill('soon');
  await expect.element(fields).toHaveTextContent(form.wrong.span);
  await page.getByLabelText(form.lifetime).fill('20 days');
  await button(form.try).click();
  const outcome = page.getByTestId('outcome');
  await expect.element(outcome).toHaveTextContent(`Harbour AG: ${RECIPIENT}`);
  await expect.element(button(form.propose)).toBeVisible();
  await page.getByLabelText(form.lifetime).fill('40 days');
  await button(form.try).click();
  await expect.element(outcome).toHaveTextContent(rulesText.loosens(['lifetime']));
  await expect.element(outcome).toHaveTextContent(rulesProblemText('too-soon', false).happened);
  await expect.element(button(form.propose)).not.toBeInTheDocument();
});

test('former versions are kept, and nothing sticks out sideways on a small screen', async () => {
  await proposal(three[1], { separation: true });
  for (const one of three) await adopt(one);
  await proposal(three[2], { organisations: 2 });
  await page.viewport(360, 640);
  await shown();
  await expect.element(page.getByTestId('in-force')).toHaveTextContent(rulesText.inForce(2));
  await page.getByText(rulesText.former).click();
  await page.getByText(form.summary).click();
  await expect.element(page.getByText(rulesText.version(1), { exact: true })).toBeVisible();
  await button(proposed.try).click();
  await expect.element(page.getByTestId('to-approve')).toBeVisible();
  const { scrollWidth, clientWidth } = document.documentElement;
  expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
});

test('before the key may be used there are no rules, and why is said', async () => {
  const [asha] = await sit(terms(3, 2), 2);
  await shown(asha);
  await expect.element(page.getByRole('alert')).toHaveTextContent(rulesText.unavailable.happened);
});
