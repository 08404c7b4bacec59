import { expect, type Locator } from '@playwright/test';
import type { Batch } from '../../src/lib/ceremony/request.ts';
import { queueText } from '../../src/lib/ui/text/queue.ts';
import { requestBridgeText } from '../../src/lib/ui/text/request-bridge.ts';
import { requestNewText } from '../../src/lib/ui/text/request-new.ts';
import { requestsText } from '../../src/lib/ui/text/requests.ts';
import { rulesText } from '../../src/lib/ui/text/rules.ts';
import { hexOf } from '../../src/lib/ui/words.ts';
import { visit, type Seat } from './bridge-operator.ts';
import { Operator } from './operator.ts';
import type { Peer } from './peer.ts';
import { answer } from './requester.ts';

/* The bridge's requests, as operators make, answer and sign them at their browsers, and as peers lie. */

type Way = keyof typeof requestNewText.ways;

/** Opens the page of new requests at one way to make them. */
export async function newRequest(operator: Operator, way: Way): Promise<Locator> {
  await visit(operator, '/requests/new');
  const compose = operator.page.getByTestId('compose');
  const { title, help } = requestNewText.ways[way];
  await operator.choose(compose.getByRole('radio', { name: `${title} ${help}` }));
  return compose;
}

/** Proposes what is in the batch; its root in hex. */
export async function proposeBatch(operator: Operator, count: number): Promise<string> {
  const { page } = operator;
  await operator.press(operator.button(requestNewText.batch.propose(count)));
  await expect(page.getByTestId('now')).toHaveAttribute('data-act', 'answer');
  return page.url().split('/').at(-1)!;
}

/** Proposes mints of the deposits whose recipients are shown so, and of no other. */
export async function proposeMints(operator: Operator, recipients: string[]): Promise<string> {
  const compose = await newRequest(operator, 'mint');
  const boxes = compose.locator('label').filter({ has: operator.page.getByRole('checkbox') });
  await expect(boxes.first()).toBeVisible();
  let count = 0;
  for (const box of await boxes.filter({ visible: true }).all()) {
    const shown = (await box.innerText()).replace(/\s/g, '');
    const wanted = recipients.some((one) => shown.includes(one));
    await box.getByRole('checkbox').setChecked(wanted);
    if (wanted) count += 1;
  }
  await operator.press(operator.button(requestBridgeText.mint.add(count)));
  return proposeBatch(operator, count);
}

/** Puts together what is chosen at this fee rate, adds it and proposes it. */
export async function proposeComposed(operator: Operator, purpose: string): Promise<string> {
  const { page } = operator;
  await operator.fill(operator.field(requestBridgeText.feeRate), '5');
  await operator.press(
    page.getByRole('button', { name: requestBridgeText.make }).filter({ visible: true }),
  );
  await operator.fill(operator.field(requestNewText.purpose), purpose);
  await operator.press(
    page.getByRole('button', { name: requestNewText.draft.add }).filter({ visible: true }),
  );
  return proposeBatch(operator, 1);
}

/** Takes in packets among the requests and opens a batch there. */
export async function openBatch(operator: Operator, root: string, given?: string[]): Promise<void> {
  await visit(operator, '/requests');
  if (given) await operator.take(given);
  const { page } = operator;
  const entry = page.locator(`[data-testid=entry] a[href$="/${root}"]`);
  await operator.press(entry);
  await expect(page.getByTestId('now')).toBeVisible();
}

/** A request of the batch that is open, by position. */
export const itemOf = ({ page }: Operator, position = 0): Locator =>
  page.getByTestId('item').nth(position);

/** A check of a request, by name. */
export const findingOf = (item: Locator, name: string): Locator =>
  item.locator(`[data-finding="${name}"]`);

/** Every check of a request holds. */
export async function expectAllHold(item: Locator): Promise<void> {
  await expect(item.locator('[data-finding]').first()).toBeVisible();
  await expect(item.locator('[data-finding]:not([data-state=holds])')).toHaveCount(0);
}

/** The bytes of a request's digest, in hex. */
export async function digestOf(item: Locator): Promise<string> {
  const digest = item.locator('dt', { hasText: requestsText.session.digest }).last();
  return (await digest.locator('xpath=following-sibling::dd[1]').innerText()).replace(/\s/g, '');
}

/** Holds a button until what it says is done. */
async function hold(operator: Operator, button: Locator): Promise<void> {
  await button.focus();
  await operator.page.keyboard.down('Space');
  await expect(operator.page.getByTestId('now')).not.toHaveAttribute('data-act', 'answer', {
    timeout: 60_000,
  });
  await operator.page.keyboard.up('Space');
}

/** Opens what is to be opened of a batch, accepts the rest at once, and approves; how many were opened. */
export async function answerBatch(operator: Operator): Promise<number> {
  const { answer: text } = requestsText;
  const { page } = operator;
  const next = () => page.getByRole('button', { name: queueText.batch.next }).first();
  const acceptAll = operator.button(text.acceptAll);
  await expect(acceptAll).toBeDisabled();
  let opened = 0;
  for (; (await next().count()) > 0; opened++) await next().click();
  await acceptAll.click();
  await operator.fill(operator.field(text.source), `${operator.name}’s own node`);
  const approve = operator.button(text.approve);
  await expect(approve).toBeEnabled();
  await hold(operator, approve);
  return opened;
}

/** The one request that is open stops here: there is nothing by which it could be accepted. */
export async function cannotAccept({ page }: Operator): Promise<void> {
  await expect(page.getByTestId('now')).not.toHaveAttribute('data-act', 'answer');
  await expect(page.getByRole('radio', { name: requestsText.answer.accept })).toHaveCount(0);
}

/** Freezes a package of these signers, by name. */
export async function freeze(operator: Operator, signers: readonly string[]): Promise<void> {
  const { now: text } = requestsText;
  const { page } = operator;
  await page.getByText(text.choose, { exact: true }).click();
  for (const name of signers) await page.getByRole('checkbox', { name }).check();
  await operator.press(operator.button(text.chosen));
  await expect(page.getByTestId('now')).not.toHaveAttribute('data-act', 'freeze');
}

/** Gives the own shares. */
export async function release(operator: Operator): Promise<void> {
  await operator.press(operator.button(requestsText.now.release));
  await expect(operator.page.getByTestId('now')).not.toHaveAttribute('data-act', 'release');
}

/** Makes fresh nonces in place of those that were used. */
export async function renew(operator: Operator): Promise<void> {
  await operator.press(operator.button(requestsText.now.renew));
  await expect(operator.page.getByTestId('now')).not.toHaveAttribute('data-act', 'renew');
}

/**
 * A batch that the first proposed and has open is answered by everybody here, and signed by those with
 * these names. `answered`: how a browser's operator answers.
 */
export async function signWith(
  first: Operator,
  others: readonly Seat[],
  root: string,
  signers: readonly string[],
  answered: (operator: Operator) => Promise<unknown> = (operator) => answer(operator, true),
): Promise<void> {
  await answered(first);
  const proposal = await first.give();
  for (const seat of others)
    if (seat instanceof Operator) {
      await openBatch(seat, root, proposal);
      await answered(seat);
      await first.take(await seat.give());
    } else await first.take([await seat.answer(proposal[0])]);
  await freeze(first, signers);
  await signFrozen(first, others, signers);
}

/** A package that the first froze is signed by those with these names. */
export async function signFrozen(
  first: Operator,
  others: readonly Seat[],
  signers: readonly string[],
): Promise<void> {
  const signs = (name: string) => signers.includes(name);
  if (signs(first.name)) await release(first);
  const frozen = await first.give();
  for (const seat of others)
    if (!(seat instanceof Operator)) {
      if (signs(seat.player.name)) await first.take([await seat.answer(frozen[0])]);
    } else if (signs(seat.name)) {
      await seat.take(frozen);
      await release(seat);
      await first.take(await seat.give());
    }
}

// Rules

/** Proposes that one of the limits, by its place, is this many BTC. */
export async function proposeLimit(operator: Operator, place: number, most: string): Promise<void> {
  const { form } = rulesText;
  const { page } = operator;
  await visit(operator, '/rules');
  await page.getByText(form.summary, { exact: true }).click();
  const limit = page.getByRole('group', { name: form.limit(place), exact: true });
  await limit.getByLabel(form.amount, { exact: true }).fill(most);
  await operator.press(operator.button(form.try));
  await operator.press(operator.button(form.propose));
  await expect(page.getByTestId('proposed')).toBeVisible();
}

/** Tries the version of the rules that waits, and approves it on the device. */
export async function adoptRules(operator: Operator): Promise<void> {
  const { proposed: text } = rulesText;
  const waits = operator.page.getByTestId('proposed');
  await waits.getByRole('button', { name: text.try }).click();
  const approve = waits.getByRole('button', { name: text.approve });
  await approve.click();
  await expect(approve).toHaveCount(0);
}

// Lies

/** What a dishonest peer says of a batch: all of it is accepted, and reserved where `reserves`. */
export async function acceptAnyway(peer: Peer, root: string, reserves: boolean): Promise<void> {
  const { seat } = peer.player;
  const session = seat.requests()!.sessions.find((one) => hexOf(one.root) === root)!;
  const verdicts = session.items.map(() => ({ accept: true, because: '' }));
  const items = session.items.map((_, i) => i);
  await peer.lie(
    { kind: 'slip', session: session.root, source: 'My word', verdicts },
    ...(reserves ? [{ kind: 'reserve', session: session.root, items, time: 0 } as const] : []),
  );
}

/** Proposes a batch, whatever is wrong with it; its root in hex. */
export async function force(peer: Peer, batch: Batch): Promise<string> {
  await peer.lie({ kind: 'request', batch });
  return rootOf(peer);
}

/** The batch that came last here; its root in hex. */
export const rootOf = ({ player }: Peer): string =>
  hexOf(player.seat.requests()!.sessions.at(-1)!.root);
