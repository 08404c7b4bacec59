import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import {
  admit,
  ageBackup,
  asText,
  cards,
  EmptyMachine,
  everythingOf,
  kit,
  PASSPHRASE,
} from '../../../../tests/support/desk-recovery.ts';
import {
  keyed,
  rehearsal,
  sit,
  share,
  terms,
  until,
  type Sitting,
} from '../../../../tests/support/desks.ts';
import { testDevice, type TestDevice } from '../../../../tests/support/simulated.ts';
import { cardHash } from '../../ceremony/operator-device.ts';
import { viewOf } from '../../worker/view.ts';
import Ceremony from '../ceremony/Ceremony.svelte';
import { deviceOf, enrolDevice } from '../device.svelte.ts';
import { recoverText, sourceText } from '../text/recover.ts';
import { restoreFaultText } from '../text/ceremony-faults.ts';
import '../styles/app.css';
import { chunksOf } from '../words.ts';
import Recover from './Recover.svelte';

/* A person before an empty machine; the group, its keys and the pieces are real, the devices drawn. */

vi.mock('../device.svelte.ts', () => ({ enrolDevice: vi.fn(), deviceOf: vi.fn() }));

const { what, others, secret, who, device, hear, done } = recoverText;
const HOUR = 3_600_000;
const button = (name: string) => page.getByRole('button', { name, exact: true });
const question = page.getByTestId('question');

let three: [Sitting, Sitting, Sitting];
let machine: EmptyMachine;

beforeEach(async () => {
  three = (await keyed(3, 2)) as typeof three;
  machine = new EmptyMachine(three[0].seat);
});

afterEach(() => {
  vi.useRealTimers();
  vi.resetAllMocks();
});

/** What was said before lies further back than clocks may be apart. */
function anHourLater() {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + HOUR });
}

const shown = (group?: string, root: Uint8Array = ROOT) =>
  render(Recover, { ways: machine, root, group });

const ROOT = terms(3, 2).roots[0]!;

/** Goes to an element by the tab key alone. */
async function reach(is: (at: Element) => boolean) {
  for (let i = 0; i < 200; i++) {
    if (document.activeElement && is(document.activeElement)) return;
    await userEvent.keyboard('{Tab}');
  }
  throw new Error('It cannot be reached by Tab.');
}

const named = (name: string) => (at: Element) =>
  at.textContent.trim() === name ||
  (at as HTMLInputElement).labels?.[0]?.textContent.trim().startsWith(name) === true;

async function press(name: string) {
  await reach(named(name));
  await userEvent.keyboard('{Enter}');
}

async function type(label: string, text: string) {
  await reach(named(label));
  // Key by key it would take minutes; pasting is allowed.
  await userEvent.fill(document.activeElement!, text);
}

async function bring(text: string) {
  await page.getByLabelText('Text with packets').fill(text);
  await button('Read the text').click();
}

async function choose(name: keyof typeof what.cases) {
  await page.getByRole('button', { name: what.cases[name].title }).click();
  await button(recoverText.goOn).click();
}

async function openFile(file: File) {
  await page.getByLabelText(sourceText.file, { exact: true }).upload(file);
  await page.getByLabelText('Passphrase', { exact: true }).fill(PASSPHRASE);
  await button(sourceText.open).click();
}

const FOREIGN = new Uint8Array(32).fill(1);
const foundHere = () => ({ operators: [], hostLabel: '' });

/** Everybody else says something after the restoration, and all of it comes in. */
async function heardFromAll() {
  for (const { seat } of three.slice(1)) {
    await seat.receipt();
    await machine.seat.take(seat.log.outgoing(true).bundle);
  }
}

describe('everything is lost but the cards of two contacts and what another operator has', () => {
  test('by keyboard alone: back with another device, which the others approve', async () => {
    const [asha, ben, chen] = three;
    const mine = await cards(asha);
    const theirs = await everythingOf(ben);
    const fresh = await testDevice(50);
    vi.mocked(enrolDevice).mockResolvedValue(fresh);
    anHourLater();
    await shown();

    await expect.element(question).toHaveTextContent(what.heading);
    await press(what.cases.cards.title);
    await expect.element(page.getByText(what.cases.cards.cannot)).toBeVisible();
    await press(recoverText.goOn);
    await expect.element(page.getByRole('heading', { name: others.heading })).toHaveFocus();
    await type('Text with packets', theirs);
    await press('Read the text');
    await expect.element(page.getByTestId('found')).toHaveTextContent('Harbour bridge');
    await expect.element(page.getByTestId('found')).toHaveTextContent('Ben, Harbour AG');
    await press(others.rightGroup);

    await expect.element(page.getByRole('heading', { name: secret.heading })).toHaveFocus();
    for (const [i, card] of mine.slice(1).entries()) {
      await type(sourceText.cards.entry(i + 1), card);
      await press(sourceText.cards.add);
    }
    expect(document.body.textContent).not.toContain(mine[1]);
    await press(sourceText.restore);

    await expect.element(page.getByTestId('who')).toHaveTextContent(who.is('Asha', 1, 3));
    await press(who.yes);
    await press(device.find);
    await expect.element(page.getByTestId('device-key')).toHaveTextContent(device.otherKey(2));
    expect(fresh.prompts).toBe(0);
    await press(device.seal);

    await expect.element(page.getByTestId('still-to-hear')).toHaveTextContent(hear.more(2));
    await expect.element(question).toHaveTextContent('Ben');
    expect(fresh.prompts).toBe(3);
    const { seat } = machine;
    expect(await seat.receipt()).toEqual({ fault: 'not-now' });
    await chen.seat.receipt();
    await type('Text with packets', await asText(chen.seat.log.outgoing(true).bundle));
    await press('Read the text');
    await expect.element(page.getByTestId('still-to-hear')).toHaveTextContent(hear.more(1));
    await ben.seat.receipt();
    await type('Text with packets', await asText(ben.seat.log.outgoing(true).bundle));
    await press('Read the text');

    await expect.element(page.getByRole('heading', { name: done.heading })).toHaveFocus();
    await expect.element(question).toHaveTextContent(done.admitted(0, 2));
    const hash = cardHash(seat.state.ownCard!);
    const fours = page.getByTestId('card-hash');
    await expect.element(fours).toHaveTextContent(chunksOf(hash).join(''));

    // The others approve it; it is told when their packets come.
    for (const one of [ben, chen]) {
      await one.seat.take(seat.log.outgoing(true).bundle);
      await admit(one, 0);
    }
    await page.getByRole('radio', { name: 'Take in' }).click();
    await bring(await asText(ben.seat.log.outgoing(true).bundle));
    await expect.element(question).toHaveTextContent(done.admitted(1, 2));
    await bring(await asText(chen.seat.log.outgoing(true).bundle));
    await expect.element(question).toHaveTextContent(done.admitted(2, 2));
    await expect
      .element(page.getByRole('link', { name: done.backups }))
      .toHaveAttribute('href', `#/g/${'09'.repeat(32)}/backups`);
  });
});

describe('what another operator has', () => {
  test('no packets, the same file twice, and a file of another group are named', async () => {
    await shown();
    await choose('age-file');
    await bring(await asText(Uint8Array.of(1, 2, 3)));
    const none = restoreFaultText({ fault: 'no-packets', detail: '' }).happened;
    await expect.element(page.getByRole('alert')).toHaveTextContent(none);
    const theirs = await everythingOf(three[1]);
    await bring(theirs);
    await expect.element(page.getByTestId('brought')).toHaveTextContent(others.taken(1));
    await bring(theirs);
    await expect.element(page.getByTestId('brought')).toHaveTextContent(others.same);
    const elsewhere = { ...foundHere(), name: 'Another', id: { ...rehearsal, group: FOREIGN } };
    vi.spyOn(machine.workspace, 'found').mockResolvedValueOnce(elsewhere);
    await bring(await asText(three[2].seat.log.outgoing(true).bundle));
    const told = others.otherGroup('Another', 'Harbour bridge').happened;
    await expect.element(page.getByRole('alert')).toHaveTextContent(told);
    await expect.element(page.getByTestId('brought')).toHaveTextContent(others.taken(1));
    await button(others.anew).click();
    await expect.element(page.getByTestId('found')).not.toBeInTheDocument();
  });

  test('a group that was not sealed cannot be gone on with', async () => {
    const young = await sit(terms(3, 2), 1);
    await shown();
    await choose('only-data');
    await bring(await everythingOf(young[0]!));
    await expect.element(page.getByTestId('brought')).toHaveTextContent(others.notYet);
    await expect.element(button(others.rightGroup)).not.toBeInTheDocument();
  });
});

describe('who one is', () => {
  test('follows from the piece: another’s is told, and nothing was sent', async () => {
    const file = await ageBackup(three[2]);
    anHourLater();
    await shown();
    await choose('age-file');
    await bring(await everythingOf(three[1]));
    await button(others.rightGroup).click();
    await openFile(file);
    await expect.element(page.getByTestId('who')).toHaveTextContent(who.is('Chen', 3, 3));
    await button(who.no).click();
    const { happened, means } = who.other('Chen', true);
    await expect.element(page.getByRole('alert')).toHaveTextContent(happened);
    await expect.element(page.getByRole('alert')).toHaveTextContent(means);
    await expect.element(question).toHaveAttribute('data-stage', 'secret');
    expect(machine.seats.size).toBe(0);
    // The files of the others are still there: the next piece may be the right one.
    await openFile(await ageBackup(three[0]));
    await expect.element(page.getByTestId('who')).toHaveTextContent(who.is('Asha', 1, 3));
  });
});

test('a new device under a bundle that the group does not accept is warned of', async () => {
  const file = await ageBackup(three[0]);
  vi.mocked(enrolDevice).mockResolvedValue(await testDevice(50));
  await shown(undefined, new Uint8Array(32));
  await choose('age-file');
  await bring(await everythingOf(three[1]));
  await button(others.rightGroup).click();
  await openFile(file);
  await button(who.yes).click();
  await button(device.find).click();
  await expect.element(page.getByRole('alert')).toHaveTextContent(device.otherRoot.happened);
});

describe('the same device and the kit', () => {
  let own: TestDevice;
  beforeEach(() => {
    own = three[0].device;
    vi.mocked(deviceOf).mockResolvedValue(own);
  });

  async function restored() {
    const file = await kit(three[0]);
    const theirs = await everythingOf(three[1]);
    anHourLater();
    const drawn = await shown();
    await choose('same-device');
    await bring(theirs);
    await button(others.rightGroup).click();
    await page.getByLabelText(sourceText.kit.file, { exact: true }).upload(file);
    await expect.element(page.getByTestId('kit')).toHaveTextContent('Asha');
    await button(sourceText.kit.ask).click();
    await button(who.yes).click();
    return drawn;
  }

  test('nobody needs to approve anything', async () => {
    await restored();
    await button(device.find).click();
    await expect.element(page.getByTestId('device-key')).toHaveTextContent(device.sameKey);
    expect(vi.mocked(deviceOf)).toHaveBeenLastCalledWith(own.identity.handle);
    expect(enrolDevice).not.toHaveBeenCalled();
    await button(device.seal).click();
    await expect.element(page.getByTestId('still-to-hear')).toHaveTextContent(hear.more(2));
    await heardFromAll();
    await bring(await asText(three[1].seat.log.outgoing(true).bundle));
    await expect.element(question).toHaveTextContent(done.heading);
    await expect.element(page.getByTestId('card-hash')).not.toBeInTheDocument();
    expect(machine.seat.next().act).toBe('done');
    // What was noted before is gone; that it was over is known.
    expect(viewOf(machine.seat).script.every(({ state }) => state === 'done')).toBe(true);
  });

  test('after a reload the group’s page leads back to the secret, and shares are sealed then', async () => {
    const drawn = await restored();
    await drawn.unmount();
    await heardFromAll();
    const [[group, { desk, seat }]] = [...machine.seats.entries()] as [
      [string, NonNullable<ReturnType<typeof machine.seats.get>>],
    ];
    seat.restored = undefined; // a reload drops what is in memory
    const ceremony = await render(Ceremony, {
      desk,
      device: () => Promise.resolve(own),
      recover: `#/recover/${group}`,
    });
    const link = page.getByRole('link', { name: 'Put your shares under a device' });
    await expect.element(link).toHaveAttribute('href', `#/recover/${group}`);
    await ceremony.unmount();

    await shown(group);
    await expect.element(question).toHaveTextContent(secret.here('Harbour bridge'));
    await openFile(await ageBackup(three[1]));
    const other = restoreFaultText({ fault: 'other-operator', detail: 'Ben' }).happened;
    await expect.element(page.getByRole('alert')).toHaveTextContent(other);
    await openFile(await ageBackup(three[0]));
    await button(who.yes).click();
    vi.mocked(enrolDevice).mockResolvedValue(own);
    await button(device.find).click();
    await button(device.seal).click();
    await expect.element(question).toHaveTextContent(done.heading);
    expect(seat.next().act).toBe('done');
  });

  test('a device that refuses changes nothing, and is asked again', async () => {
    await restored();
    await button(device.find).click();
    const derive = vi.spyOn(own, 'derive').mockResolvedValueOnce({ fault: 'refused' });
    await button(device.seal).click();
    await expect.element(page.getByRole('alert')).toBeVisible();
    expect(machine.seat.restored).toBeDefined();
    derive.mockRestore();
    await button(device.seal).click();
    await expect.element(page.getByTestId('still-to-hear')).toBeVisible();
  });
});

test('a run that was lost with the machine is stopped for everybody, after a hold', async () => {
  const young = (await sit(terms(3, 2), 2)) as typeof three;
  await share(young);
  for (const one of young) await until(one, 'answer');
  await share(young);
  for (const one of young) await until(one, 'answer');
  const file = await kit(young[0]);
  machine = new EmptyMachine(young[0].seat);
  vi.mocked(deviceOf).mockResolvedValue(young[0].device);
  const theirs = await everythingOf(young[1]);
  anHourLater();
  await shown();
  await choose('mid-ceremony');
  await bring(theirs);
  await button(others.rightGroup).click();
  await page.getByLabelText(sourceText.kit.file, { exact: true }).upload(file);
  await button(sourceText.kit.ask).click();
  await button(who.yes).click();
  await button(device.find).click();
  await button(device.seal).click();
  await expect.element(page.getByTestId('still-to-hear')).toBeVisible();
  three = young;
  await heardFromAll();
  expect(machine.seat.next().act).toBe('run-lost');
  const [{ desk }] = machine.seats.values() as unknown as [{ desk: Sitting['desk'] }];
  await render(Ceremony, { desk, device: () => Promise.resolve(young[0].device) });
  const now = page.getByTestId('now');
  await expect.element(now).toHaveTextContent('This ceremony cannot end');
  await page.getByText('Without holding').first().click();
  const field = page.getByLabelText(/^Type \d{4}/).first();
  await expect.element(field).toBeVisible();
  const [code] = /\d{4}/.exec((field.element() as HTMLInputElement).labels![0]!.textContent)!;
  await field.fill(code);
  await userEvent.keyboard('{Enter}');
  await expect.element(now).toHaveTextContent('Hand over your packets');
  expect(machine.seat.next().act).toBe('stopped');
});
