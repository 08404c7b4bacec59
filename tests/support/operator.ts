import type { Browser, BrowserContext, Locator, Page } from '@playwright/test';
import { expect } from '@playwright/test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backupText } from '../../src/lib/ui/text/backup.ts';
import { courierText } from '../../src/lib/ui/text/courier.ts';
import { ceremonyText } from '../../src/lib/ui/text/ceremony.ts';
import { transferText } from '../../src/lib/ui/text/transfer.ts';
import { workspaceText } from '../../src/lib/ui/text/workspace.ts';
import type { DeviceKind } from '../../src/lib/devices/device.ts';
import { securityKey } from './authenticator.ts';
import { attendDrawn, drawnWords } from './drawn.ts';
import { temporaryFolder } from './folder.ts';

/* An operator at an own browser: what a person does there, by mouse or by keyboard alone. */

const { begin, join: joining, about, device: choice, door, groups, kind } = workspaceText;
const { transfer, prepare, words: wordsText, ask } = ceremonyText;
const { frames } = courierText;

/** How an operator's packets leave and come. */
export type Courier = 'files' | 'codes';

interface How {
  readonly courier?: Courier;
  readonly keyboard?: boolean;
  readonly simulated?: DeviceKind;
}

/** The password of a simulated YubiHSM's everyday key. */
export const HSM_PASSWORD = 'nine-otters-read-the-log-at-noon';

export class Operator {
  readonly name: string;
  readonly page: Page;
  readonly context: BrowserContext;
  readonly courier: Courier;
  /** Everything by keyboard. */
  readonly keyboard: boolean;
  /** The simulated device of a rehearsal; undefined for a real security key. */
  readonly simulated: DeviceKind | undefined;
  /** Opens the workspace. */
  readonly passphrase = 'seven-words-nobody-drew-lamps-otter-quietly';
  /** Bundles carried in or out. */
  transfers = 0;
  /** What was read aloud, twice 24 words. */
  readonly words: string[] = [];
  private readonly folder = temporaryFolder('operator');
  /** The backup file, once it was saved. */
  backup = '';
  /** Chosen for the backup file. */
  readonly backupPassphrase: string;

  private constructor(
    name: string,
    context: BrowserContext,
    page: Page,
    { courier = 'files', keyboard = false, simulated }: How,
  ) {
    this.name = name;
    this.backupPassphrase = `${name}'s otter counts nine quiet lamps in Trondheim`;
    this.context = context;
    this.page = page;
    this.courier = courier;
    this.keyboard = keyboard;
    this.simulated = simulated;
  }

  /** A browser of one's own with a security key plugged in, and a new workspace. */
  static async sitDown(
    browser: Browser,
    name: string,
    how: How & { watch?: (context: BrowserContext) => void } = {},
  ): Promise<Operator> {
    const context = await browser.newContext({ acceptDownloads: true });
    how.watch?.(context);
    return Operator.sitDownIn(context, name, how);
  }

  /** The same in a context that is there already. */
  static async sitDownIn(context: BrowserContext, name: string, how: How = {}): Promise<Operator> {
    if (how.simulated) await context.addInitScript(attendDrawn, drawnWords(HSM_PASSWORD));
    await context.addInitScript(() => {
      if (!isSecureContext) return;
      const counted = globalThis as { prompts?: number };
      for (const method of ['create', 'get'] as const) {
        const ask = navigator.credentials[method].bind(navigator.credentials);
        navigator.credentials[method] = (options?: object) => {
          counted.prompts = (counted.prompts ?? 0) + 1;
          return ask(options);
        };
      }
    });
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: securityKey,
    });
    const operator = new Operator(name, context, page, how);
    await page.goto('./#/start');
    await operator.fill(operator.field(backupText.passphrase.label), operator.passphrase);
    await operator.fill(operator.field(backupText.passphrase.again), operator.passphrase);
    await operator.press(operator.button(door.create.action));
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(groups.heading);
    return operator;
  }

  button = (name: string): Locator => this.page.getByRole('button', { name, exact: true });
  field = (label: string): Locator =>
    this.page.getByLabel(label, { exact: true }).filter({ visible: true }).first();
  private link = (name: string): Locator => this.page.getByRole('link', { name, exact: true });

  /** How often the device was asked for secrets or an approval. */
  prompts = (): Promise<number> =>
    this.page.evaluate(() => (globalThis as { prompts?: number }).prompts ?? 0);

  /** Tabs until this has the focus, as somebody without a mouse does. */
  private async tabTo(target: Locator): Promise<void> {
    await expect(target).toBeEnabled();
    for (let i = 0; i < 250; i++) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`${this.name} cannot reach ${String(target)} with the Tab key.`);
  }

  async press(target: Locator): Promise<void> {
    if (!this.keyboard) return target.click();
    await this.tabTo(target);
    await this.page.keyboard.press('Enter');
  }

  async fill(target: Locator, value: string): Promise<void> {
    if (!this.keyboard) return target.fill(value);
    await this.tabTo(target);
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.type(value);
  }

  /** Chooses a radio button; by keyboard through the one of its group that Tab reaches. */
  async choose(radio: Locator): Promise<void> {
    if (await radio.isChecked()) return;
    if (!this.keyboard) return radio.check();
    const name = (await radio.getAttribute('name'))!;
    const group = this.page.locator(`input[type=radio][name="${name}"]`);
    const checked = group.locator(':scope:checked');
    await this.tabTo((await checked.count()) > 0 ? checked : group.first());
    await this.page.keyboard.press('Space');
    for (let i = 0; i < 8 && !(await radio.isChecked()); i++)
      await this.page.keyboard.press('ArrowDown');
    await expect(radio).toBeChecked();
  }

  private async chooseFiles(input: Locator, files: string[]): Promise<void> {
    if (!this.keyboard) return input.setInputFiles(files);
    // Where the page moved the focus meanwhile, a person presses again.
    for (let tries = 0; ; tries++) {
      await this.tabTo(input);
      const opened = this.page
        .waitForEvent('filechooser', { timeout: 5000 })
        .catch(() => undefined);
      await this.page.keyboard.press('Enter');
      const chooser = await opened;
      if (chooser) return chooser.setFiles(files);
      if (tries === 3) throw new Error(`${this.name} cannot choose a file by keyboard.`);
    }
  }

  /** Loads the page again and unlocks the workspace: the group is there where it was left. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.fill(this.field(backupText.passphrase.label), this.passphrase);
    await this.press(this.button(door.unlock.action));
    await expect(this.page.getByTestId('now')).toBeVisible();
  }

  private async introduce(): Promise<void> {
    await this.fill(this.field(about.name), this.name);
    await this.fill(this.field(about.organisation), `${this.name} & Co.`);
    await this.fill(this.field(about.place), 'a room of their own');
  }

  private async chooseDevice(): Promise<void> {
    if (!this.simulated) return;
    await this.choose(this.page.getByRole('radio', { name: choice[this.simulated], exact: false }));
    await this.choose(this.page.getByRole('radio', { name: choice.simulated, exact: false }));
  }

  /**
   * Begins a group on regtest: a rehearsal where the device is a simulated one. `most`: what a request,
   * and a batch, pays at most, in BTC; else what is proposed.
   */
  async begin(n: number, t: number, most?: string): Promise<void> {
    await this.press(this.link(groups.begin));
    const which = this.simulated ? kind.rehearsal : kind.real;
    await this.choose(this.page.getByRole('radio', { name: which }));
    await this.fill(this.field(begin.name), 'Bridge custody');
    await this.fill(this.field(begin.purpose), 'Holds the bitcoin behind the bridge');
    await this.page.getByLabel(begin.network).selectOption('regtest');
    await this.fill(this.field(begin.n), String(n));
    await this.fill(this.field(begin.t), String(t));
    if (most) for (const of of [begin.batch, begin.item]) await this.fill(this.field(of), most);
    await this.introduce();
    await this.chooseDevice();
    await this.press(this.button(begin.action));
    await expect(this.page.getByTestId('now')).toBeVisible();
  }

  /** Takes up the invitation of the others. */
  async join(invitation: string[]): Promise<void> {
    await this.press(this.link(groups.join));
    await this.take(invitation);
    await this.introduce();
    await this.chooseDevice();
    await this.press(this.button(joining.action));
    await expect(this.page.getByTestId('now')).toBeVisible();
  }

  /** What is shown as the own next act, or `send` where a hand-over is due: both at one moment. */
  next = (): Promise<string> =>
    this.page.locator('.ceremony').evaluate((ceremony, handed) => {
      const buttons = [...ceremony.querySelectorAll('button')];
      const due = buttons.some(({ textContent }) => textContent.trim() === handed);
      return due ? 'send' : (ceremony as HTMLElement).dataset['act']!;
    }, transfer.handed);

  private handOver = async (side: 'send' | 'receive') => {
    const radio = this.page.getByRole('radio', { name: transfer[side], exact: true });
    // Where other things come first, handing over is folded up. What an act has just changed may be
    // drawn anew meanwhile.
    const folded = this.page.locator('details.transfer:not([open]) > summary').first();
    await expect(async () => {
      if (!(await radio.isVisible())) await folded.press('Enter', { timeout: 1000 });
      await expect(radio).toBeVisible({ timeout: 1000 });
    }).toPass({ timeout: 30_000 });
    await this.choose(radio);
  };

  /** Hands over what is due: files that another operator can take in. */
  async give(counts = true): Promise<string[]> {
    if (counts) this.transfers += 1;
    await this.handOver('send');
    const { ways, file } = transferText.send;
    let given: string[];
    if (this.courier === 'files') {
      await this.choose(this.page.getByRole('radio', { name: ways.file }));
      const download = this.page.waitForEvent('download');
      await this.press(this.button(file.save));
      const path = join(this.folder, `${Date.now()}.conclave`);
      await (await download).saveAs(path);
      given = [path];
    } else given = await this.codes();
    const handed = this.button(transfer.handed);
    if (await handed.isVisible()) await this.press(handed);
    return given;
  }

  /** The codes as they are drawn on the screen, one picture each, with some to spare. */
  private async codes(): Promise<string[]> {
    await this.choose(this.page.getByRole('radio', { name: transferText.send.ways.codes }));
    const drawn = this.page.locator('.send svg[role=img]');
    await expect(drawn).toBeVisible();
    const pause = this.page.getByRole('button', { name: frames.pause, exact: true });
    const moving = (await pause.count()) > 0;
    if (moving) await this.press(pause);
    const pictures: string[] = [];
    const shown = await this.page.locator('.frames .status').allTextContents();
    const count = moving ? Number(/of (\d+)/.exec(shown[0]!)![1]) + 3 : 1;
    for (let i = 0; i < count; i++) {
      const path = join(this.folder, `${Date.now()}-${i}.png`);
      writeFileSync(path, await drawn.screenshot());
      pictures.push(path);
      if (moving) await this.press(this.page.getByRole('button', { name: frames.forward }));
    }
    return pictures;
  }

  /** Takes in what another operator gave. */
  async take(given: string[], counts = true): Promise<void> {
    if (counts) this.transfers += 1;
    const receive = this.page.getByRole('radio', { name: transfer.receive, exact: true });
    const input = this.page.locator('.receive input[type=file]');
    await expect(receive.or(input).first()).toBeAttached();
    if ((await receive.count()) > 0) await this.choose(receive);
    const before = await this.told();
    await this.chooseFiles(input, given);
    const terms = this.page.getByTestId('terms');
    await expect
      .poll(async () => (await this.told()) !== before || (await terms.count()) > 0)
      .toBe(true);
  }

  /** Which report of packets taken in is shown; where a page has none, what it says of the log. */
  private told = async (): Promise<string> => {
    const reports = await this.page
      .getByTestId('taken')
      .evaluateAll((shown) => shown.map((report) => report.getAttribute('data-number')));
    return reports.length > 0 ? `report ${reports.join()}` : this.entries();
  };

  /** What the page says of the log: its length and head. */
  private entries = async (): Promise<string> =>
    (await this.page.getByTestId('trail').allTextContents()).join();

  /** Does everything that needs nobody else; ends where packets must move or nothing is left. */
  async work(): Promise<string> {
    for (;;) {
      const next = await this.next();
      if (['send', 'bring', 'invite', 'stopped', 'done', 'catch-up'].includes(next)) return next;
      await this.act(next);
      await expect.poll(() => this.next(), { timeout: 30_000 }).not.toBe(next);
    }
  }

  private async act(next: string): Promise<void> {
    if (next === 'propose') return this.press(this.button(ceremonyText.propose.act));
    if (next === 'prepare') return this.prepare();
    if (next === 'read-words') return this.readWords();
    if (next === 'backup') return this.backUp();
    await this.press(this.button(ask.buttons[next as keyof typeof ask.buttons]));
  }

  private async prepare(): Promise<void> {
    const open = this.page.locator('.now li:not(.has) form');
    while ((await this.next()) === 'prepare') {
      const left = await open.count();
      const form = open.first();
      await this.fill(form.locator('input'), `seen by ${this.name}`);
      await this.press(form.getByRole('button', { name: prepare.note }));
      await expect
        .poll(async () => (await this.next()) !== 'prepare' || (await open.count()) < left)
        .toBe(true);
    }
  }

  private async readWords(): Promise<void> {
    const groupsShown = this.page.locator('.groups fieldset');
    const shown = await groupsShown.locator('li span:last-child').allTextContents();
    this.words.push(shown.map((word) => word.trim()).join(' '));
    for (let i = 0; i < (await groupsShown.count()); i++)
      await this.choose(groupsShown.nth(i).getByRole('radio', { name: wordsText.same }));
    await this.press(this.button(wordsText.act));
  }

  private async backUp(): Promise<void> {
    const { step, passphrase } = backupText;
    const phrase = this.backupPassphrase;
    if (!this.backup) {
      await this.fill(this.field(passphrase.label), phrase);
      const download = this.page.waitForEvent('download');
      await this.press(this.button(step.make));
      this.backup = join(this.folder, 'backup.age');
      await (await download).saveAs(this.backup);
    }
    await this.chooseFiles(this.page.locator('.file input[type=file]'), [this.backup]);
    await this.fill(this.field(passphrase.label), phrase);
    await this.press(this.button(step.check));
  }
}

/**
 * From empty workspaces to a key in this state at all of them. Everybody does what they can; what they
 * have to give goes to the first, and from there to all.
 */
export async function makeKey(
  everybody: readonly Operator[],
  t: number,
  state: 'active' | 'rehearsed',
): Promise<void> {
  const [first, ...others] = everybody as [Operator, ...Operator[]];
  await first.begin(everybody.length, t);
  const invitation = await first.give();
  for (const operator of others) await operator.join(invitation);
  const states = () =>
    Promise.all(
      everybody.map(({ page }) => page.getByTestId('key-state').getAttribute('data-state')),
    );
  for (let round = 0; round < 12; round++) {
    for (const operator of everybody)
      if ((await operator.work()) === 'send' && operator !== first)
        await first.take(await operator.give());
    if (['send', 'done'].includes(await first.work())) {
      const given = await first.give();
      for (const operator of others) await operator.take(given);
    }
    if ((await states()).every((one) => one === state)) return;
  }
  expect(await states()).toEqual(everybody.map(() => state));
}
