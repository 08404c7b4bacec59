import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { expect, type Browser, type Locator, type Page } from '@playwright/test';
import { toFile } from '../../src/lib/courier/file.ts';
import { pack } from '../../src/lib/courier/transport.ts';
import { toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { enrolDevice } from '../../src/lib/devices/open.ts';
import { LedgerSimulator } from '../../src/lib/devices/simulators/ledger.ts';
import { bareHardware } from '../../src/lib/devices/simulators/simulate.ts';
import { attended } from '../../src/lib/devices/simulators/simulator.ts';
import { TrezorSimulator } from '../../src/lib/devices/simulators/trezor.ts';
import type { Case } from '../../src/lib/ui/recover/cases.ts';
import { backupText } from '../../src/lib/ui/text/backup.ts';
import { benchText } from '../../src/lib/ui/text/bench.ts';
import { recoverText, sourceText } from '../../src/lib/ui/text/recover.ts';
import { requestsText } from '../../src/lib/ui/text/requests.ts';
import { workspaceText } from '../../src/lib/ui/text/workspace.ts';
import { fileOf } from './bridge-operator.ts';
import type { Watch } from './fixtures.ts';
import { Operator } from './operator.ts';
import { Peer } from './peer.ts';
import { answer, hear } from './requester.ts';
import { clock, rehearsalId, type Player } from './seats.ts';
import { did, everybodyHears, proposed, reply, sessionAt, testRequest } from './signing-seats.ts';
import { brought, type TestDevice } from './simulated.ts';
import { good } from './yubihsm-owner.ts';

/*
 * Operators whose group was played in Node lose what they have, and come back in an empty browser.
 */

/** The group, as in the addresses of its pages. */
export const GROUP = toHex(rehearsalId.group);

/** Node's clock goes on from so many hours before that of the browsers. */
export function setClock(hoursAgo: number): void {
  clock.now = Date.now() - hoursAgo * 3_600_000;
}

/** As a page makes it from its workspace's seed (32 bytes), but with another serial number. */
export async function deviceFrom(seed: Bytes, kind: 'ledger' | 'trezor'): Promise<TestDevice> {
  const info = new TextEncoder().encode(`Conclave/simulated ${kind} v1`);
  const made = { seed: hkdf(sha256, seed, undefined, info, 32), serial: 'SIM-0123ABCD' };
  const simulator = kind === 'ledger' ? new LedgerSimulator(made) : new TrezorSimulator(made);
  attended(simulator);
  const never = () => new Promise<never>(() => undefined);
  const device = good(await enrolDevice(kind, await bareHardware(simulator), never, 'tester'));
  return brought(device, simulator);
}

/** Everything that an operator gives to one who comes back, as files. */
export const everythingOf = ({ seat }: Player): Promise<string[]> =>
  Promise.all(seat.log.everything().map(async (bundle) => fileOf(toFile(await pack(bundle)))));

/** A new machine: an empty workspace in a browser of its own. */
export const newMachine = (browser: Browser, watch: Watch, name: string): Promise<Operator> =>
  Operator.sitDown(browser, name, { simulated: 'trezor', watch: (context) => watch.over(context) });

const { what, others, who, device } = recoverText;

export const question = (page: Page): Locator => page.getByTestId('question');
export const alert = (page: Page): Locator => page.getByRole('alert');

/** By a link: an address that is typed loads the page again, which locks. */
export async function follow({ page }: Operator, hash: string): Promise<void> {
  await page.evaluate((to) => {
    const link = document.createElement('a');
    link.href = to;
    document.body.append(link);
    link.click();
    link.remove();
  }, hash);
}

/** The seed (24 words) of the operator's former simulated devices, on the new ones. */
export async function restoreSeed(operator: Operator, words: readonly string[]): Promise<void> {
  const { page } = operator;
  await follow(operator, '#/devices/bench');
  await page.getByText(benchText.seed.summary).click();
  await operator.fill(operator.field(benchText.seed.enter), words.join(' '));
  await operator.press(operator.button(benchText.seed.restore));
  await expect(page.getByText(benchText.seed.restored)).toBeVisible();
  await follow(operator, '#/start');
}

/** Begins the wizard, up to the question what another operator has. */
export async function begin(operator: Operator, happened: Case): Promise<void> {
  const { page } = operator;
  await page.getByRole('link', { name: workspaceText.groups.recover, exact: true }).click();
  await operator.press(page.getByRole('button', { name: what.cases[happened].title }));
  await operator.press(operator.button(recoverText.goOn));
  await expect(question(page)).toHaveAttribute('data-stage', 'others');
}

/** Brings files of another operator; so many were taken in then. */
export async function bringFiles({ page }: Operator, files: string[], taken: number) {
  await page.locator('.receive input[type=file]').setInputFiles(files);
  await expect(page.getByTestId('brought')).toContainText(others.taken(taken));
}

/** From the files of another operator to the question for the own secret. */
export async function bringAll(operator: Operator, files: string[]): Promise<void> {
  await bringFiles(operator, files, files.length);
  await operator.press(operator.button(others.rightGroup));
  await expect(question(operator.page)).toHaveAttribute('data-stage', 'secret');
}

/** Takes the secret from a backup file. */
export async function openFile(operator: Operator, file: string, passphrase: string) {
  const { page } = operator;
  await page.getByLabel(sourceText.file, { exact: true }).setInputFiles(file);
  await operator.fill(operator.field(backupText.passphrase.label), passphrase);
  await operator.press(operator.button(sourceText.open));
}

/** Takes the secret from the kit and whatever answers as its device. */
export async function askDevice(operator: Operator, kit: string): Promise<void> {
  const { page } = operator;
  await page.getByLabel(sourceText.kit.file, { exact: true }).setInputFiles(kit);
  await expect(page.getByTestId('kit')).toBeVisible();
  await operator.press(operator.button(sourceText.kit.ask));
}

/** Types one of the cards. */
export async function typeCard(operator: Operator, number: number, words: string): Promise<void> {
  await operator.fill(operator.field(sourceText.cards.entry(number)), words);
  await operator.press(operator.button(sourceText.cards.add));
}

/** Says yes to the name that the secret leads to: operator `number` (from 0) of the group. */
export async function isMe(operator: Operator, { name }: Player, number: number, of: number) {
  await expect(operator.page.getByTestId('who')).toHaveText(who.is(name, number + 1, of));
  await operator.press(operator.button(who.yes));
}

/** Chooses a simulated device of this make where another one is asked for. */
export async function chooseAnother(operator: Operator, kind: 'ledger' | 'trezor') {
  const { page } = operator;
  await expect(question(page)).toHaveAttribute('data-stage', 'device');
  const another = page.getByRole('radio', { name: device.another });
  if (await another.isVisible()) await operator.choose(another);
  const { device: choice } = workspaceText;
  await operator.choose(page.getByRole('radio', { name: choice[kind] }));
  await operator.choose(page.getByRole('radio', { name: choice.simulated }));
}

/** Finds the device that is chosen, and sees what is said of its key. */
export async function find(operator: Operator, said: string): Promise<void> {
  await operator.press(operator.button(device.find));
  await expect(operator.page.getByTestId('device-key')).toContainText(said);
}

/** Seals the shares; what comes then. */
export async function sealShares(operator: Operator, stage: 'hear' | 'done'): Promise<void> {
  await operator.press(operator.button(device.seal));
  await expect(question(operator.page)).toHaveAttribute('data-stage', stage);
}

/** What everybody in Node says after the restoration comes to the browser. */
export async function hearFrom(operator: Operator, players: readonly Player[]): Promise<void> {
  setClock(0);
  for (const { seat } of players) await did(seat.receipt());
  await everybodyHears(players);
  await operator.take([await Peer.of(players[0]!).give()], false);
}

/** A test of both keys, proposed by the first in Node; it comes to the list of requests. */
export async function proposeTo(operator: Operator, players: readonly Player[]): Promise<Bytes> {
  setClock(0);
  const root = await proposed(players, [testRequest()]);
  await follow(operator, `#/g/${GROUP}/requests`);
  await expect(operator.page.getByTestId('part-transfer')).toBeVisible();
  await hear(operator, [await Peer.of(players[0]!).give()]);
  return root;
}

/**
 * The operator in the browser (number `own`, from 0) and two in Node (the first among them) sign what
 * was proposed; everybody has both signatures.
 */
export async function signWith(
  operator: Operator,
  own: number,
  players: readonly Player[],
  root: Bytes,
): Promise<void> {
  const [first, second] = players as [Player, Player];
  const peer = Peer.of(first);
  for (const player of players)
    await reply(player, root, { sign: player === first || player === second });
  await answer(operator, true);
  for (const file of await operator.give(false)) await peer.take(file);
  await everybodyHears(players);
  const numbers = [first, second].map(({ seat }) => seat.state.own!);
  await did(
    first.seat.freeze(
      root,
      [...numbers, own].sort((a, b) => a - b),
    ),
  );
  await everybodyHears(players);
  await operator.take([await peer.give()], false);
  await operator.press(operator.button(requestsText.now.release));
  await expect(operator.page.getByTestId('now')).not.toHaveAttribute('data-act', 'release');
  for (const player of [first, second]) await did(player.seat.sign(root));
  for (const file of await operator.give(false)) await peer.take(file);
  await everybodyHears(players);
  for (const player of players)
    expect(sessionAt(player, root).items[0]!.signatures).toHaveLength(2);
  await operator.take([await peer.give()], false);
  await expect(operator.page.getByTestId('now')).toHaveAttribute('data-act', 'done');
}
