import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { keyed, share, type Sitting } from '../../../../tests/support/desks.ts';
import { testDevice } from '../../../../tests/support/simulated.ts';
import { isDeviceFault } from '../../devices/device.ts';
import { meWith } from '../../worker/me.ts';
import type { CardPlan, MadePiece } from '../../worker/pieces.ts';
import { openHost } from '../ceremony/acts.ts';
import '../styles/app.css';
import { backupsText as text, tierText } from '../text/backups.ts';
import { makeText, placeText, verifyText } from '../text/backups-make.ts';
import { cardsText } from '../text/cards.ts';
import { pieceFaults } from '../text/piece-faults.ts';
import { text as shared } from '../text.ts';
import { hexOf } from '../words.ts';
import Backups from './Backups.svelte';

/* A real seat with a complete key behind the page; others act at their own desks. Two of three sign. */

let three: [Sitting, Sitting, Sitting];

const button = (name: string | RegExp) => page.getByRole('button', { name });
const next = page.getByTestId('next');
const pieces = page.getByTestId('piece');
const make = page.getByTestId('make');
const liveness = page.getByTestId('liveness');

/** What the page saves, by the browser's own door for it. */
const saved: Blob[] = [];
const createObjectURL = URL.createObjectURL.bind(URL);

beforeAll(() => {
  URL.createObjectURL = (blob: Blob) => {
    saved.push(blob);
    return createObjectURL(blob);
  };
});

beforeEach(async () => {
  three = (await keyed(3, 2)) as typeof three;
  saved.length = 0;
});

afterEach(async () => {
  await page.viewport(1280, 720);
});

/** What was made on the page: it is shown once, so the test keeps it. */
let made: readonly MadePiece[] = [];

async function shown({ desk, device }: Sitting = three[0]) {
  await render(Backups, {
    desk: {
      ...desk,
      cards: async (plan: CardPlan) => {
        const cards = await desk.cards(plan);
        if (!('fault' in cards)) made = cards;
        return cards;
      },
    },
    device: () => Promise.resolve(device),
    group: '#/g/here',
    survive: '#/g/here/survive',
    recover: '#/recover',
  });
  await expect.element(next).toBeVisible();
}

const backups = async ({ desk }: Sitting = three[0]) => (await desk.backups())!;
const statuses = async (tier: string) =>
  (await backups()).pieces.filter((one) => one.tier === tier).map(({ status }) => status);

const tier = (name: keyof typeof makeText.tiers) =>
  make.getByRole('radio', { name: makeText.tiers[name].title });

/** Cards for three contacts, of whom two suffice. */
async function makeCards() {
  await tier('slip39').click();
  for (const [i, name] of ['Aunt May', 'Bo', 'Cy'].entries()) {
    await page.getByLabelText(makeText.contacts.holder(i + 1)).fill(name);
    await page.getByLabelText(makeText.contacts.place(i + 1)).fill(`house ${i + 1}`);
  }
  await button(makeText.cards.act).click();
  await expect.element(page.getByTestId('cards')).toBeVisible();
}

test('after the ceremony one file is verified, and nothing is to be done before it is due', async () => {
  await shown();
  const [file] = (await backups()).pieces;
  await expect.element(next).toHaveAttribute('data-step', 'done');
  await expect.element(next).toHaveTextContent(/You’re done until \d{4}-\d\d-\d\d/);
  await expect.element(next).toHaveTextContent(text.next.single);
  await expect.element(pieces).toHaveAttribute('data-status', 'ok');
  await expect.element(pieces).toHaveTextContent(text.pieces.day(file!.due!));
  await page.getByText(text.what.tiers).click();
  for (const { restores, needs } of Object.values(tierText))
    for (const one of [restores, needs]) await expect.element(page.getByText(one)).toBeVisible();
  await page.getByText(text.what.schemes).click();
  for (const scheme of ['HashiCorp Vault', 'rusty-secrets', 'Cryptosteel'])
    await expect.element(page.getByTestId('what')).toHaveTextContent(scheme);
});

test('a kit is saved, stays recorded, and counts once it was read back; another file does not', async () => {
  await shown();
  await tier('kit').click();
  await make.getByLabelText(placeText.name).fill('blue envelope');
  await make.getByLabelText(placeText.place).fill('bank box');
  await button(makeText.kit.act).click();
  await expect.element(make).toHaveTextContent('conclave-kit-Harbour-bridge-Asha-0.cbor');
  await expect.element(next).toHaveAttribute('data-step', 'verify');
  expect(await statuses('kit')).toEqual(['recorded']);
  const kit = pieces.first();
  await expect.element(kit).toHaveTextContent(text.pieces.statuses.recorded.word);
  await expect.element(kit).toHaveTextContent('bank box');
  const mark = kit.getByTestId('mark').element();
  expect(getComputedStyle(mark).borderStyle).toBe('dashed');

  const file = make.getByLabelText(verifyText.file);
  await userEvent.upload(file, new File(['a letter'], 'kit.cbor'));
  await button(verifyText.act).click();
  await expect
    .element(page.getByRole('alert'))
    .toHaveTextContent(pieceFaults['not-a-kit']().happened);
  expect(await statuses('kit')).toEqual(['recorded']);
  await userEvent.upload(file, new File([saved[0]!], 'kit.cbor'));
  await button(verifyText.act).click();
  await expect.element(kit).toHaveAttribute('data-status', 'ok');
  await expect.element(next).toHaveAttribute('data-step', 'done');
  await expect.element(make.getByText(makeText.heading)).toHaveFocus();
});

test('a file for recipients: a wrong one is refused; what was made is read back with the identity', async () => {
  await shown();
  await make.getByRole('radio', { name: makeText.age.ways.recipients.title }).click();
  const recipients = page.getByLabelText(makeText.age.recipients);
  await recipients.fill('age1nonsense');
  await button(makeText.age.act).click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('Recipient 1 is not valid');
  expect(await statuses('age-file')).toEqual(['ok']);
  const identity = await generateX25519Identity();
  await recipients.fill(`\n ${await identityToRecipient(identity)} \n`);
  await button(makeText.age.act).click();
  await expect.element(make).toHaveTextContent('Harbour-bridge-Asha-0.age');
  expect(await statuses('age-file')).toEqual(['ok', 'recorded']);
  const form = make.getByTestId('verify');
  await form.getByRole('radio', { name: /identity/ }).click();
  await userEvent.upload(
    form.getByLabelText('The backup file'),
    new File([saved[0]!], 'Harbour.age'),
  );
  await form.getByRole('textbox').fill(identity);
  await form.getByRole('button', { name: 'Open the file' }).click();
  await expect.element(pieces.nth(1)).toHaveAttribute('data-status', 'ok');
});

test('cards are made for contacts, shown apart, and verified later by entering one again', async () => {
  await shown();
  await tier('slip39').click();
  const contacts = page.getByTestId('contacts');
  await expect.element(contacts).toHaveTextContent(makeText.contacts.wrong.names);
  await expect.element(button(makeText.cards.act)).toBeDisabled();
  await makeCards();
  await expect.element(next).not.toBeInTheDocument();
  expect(made.map(({ place }) => place.holder)).toEqual(['Aunt May', 'Bo', 'Cy']);
  expect(await statuses('slip39')).toEqual(['recorded', 'recorded', 'recorded']);
  expect(document.body.textContent).not.toContain(made[0]!.words.slice(0, 3).join(' '));

  // Somebody comes back to the page: the cards are never shown again.
  document.body.replaceChildren();
  await shown();
  await expect.element(next).toHaveTextContent(text.next.verify('Card (SLIP-39), Aunt May').title);
  await button(text.next.verify('').act).first().click();
  const form = page.getByTestId('verify');
  await form.getByLabelText(verifyText.words).fill(made[1]!.words.join(' '));
  await form.getByRole('button', { name: verifyText.act }).click();
  await expect
    .element(page.getByRole('alert'))
    .toHaveTextContent(pieceFaults['another-piece']().happened);
  await form
    .getByLabelText(verifyText.words)
    .fill(made[0]!.words.map((word) => word.slice(0, 4)).join('\n'));
  await form.getByRole('button', { name: verifyText.act }).click();
  await expect.element(pieces.filter({ hasText: 'Aunt May' })).toHaveAttribute('data-status', 'ok');
  expect(await statuses('slip39')).toEqual(['ok', 'recorded', 'recorded']);
});

test('what is left for later at the cards stays recorded; groups of contacts have their threshold', async () => {
  await shown();
  await tier('slip39').click();
  await page.getByText(makeText.contacts.groups).click();
  await button(makeText.contacts.addGroup).click();
  const groups = page.getByTestId('contacts');
  expect(groups.elements()).toHaveLength(2);
  await page.getByLabelText(makeText.contacts.groupThreshold).fill('3');
  await expect.element(make).toHaveTextContent(makeText.contacts.wrongGroups(2));
  await page.getByLabelText(makeText.contacts.groupThreshold).fill('2');
  const second = groups.nth(1);
  await second.getByRole('button', { name: makeText.contacts.remove(3) }).click();
  await second.getByRole('button', { name: makeText.contacts.remove(2) }).click();
  await second.getByLabelText(makeText.contacts.holder(1)).fill('Dee');
  await expect.element(second).toHaveTextContent(makeText.contacts.wrong.one);
  await second.getByLabelText(makeText.contacts.threshold).fill('1');
  for (const [i, name] of ['Aunt May', 'Aunt May', 'Cy'].entries())
    await groups
      .first()
      .getByLabelText(makeText.contacts.holder(i + 1))
      .fill(name);
  await expect.element(groups.first()).toHaveTextContent(makeText.contacts.wrong.twice);
  await groups.first().getByLabelText(makeText.contacts.holder(2)).fill('Bo');
  await page.getByText(makeText.cards.passphrase).click();
  await page.getByLabelText(makeText.cards.label, { exact: true }).fill('grüße');
  await expect.element(make).toHaveTextContent(makeText.cards.ascii);
  await page.getByLabelText(makeText.cards.label, { exact: true }).fill('open sesame');
  await expect.element(make).toHaveTextContent(makeText.cards.differs);
  await page.getByLabelText(makeText.cards.again, { exact: true }).fill('open sesame');
  await button(makeText.cards.act).click();
  await expect.element(page.getByTestId('cards')).toBeVisible();
  expect(made.map(({ share: of }) => [of!.group, of!.member, of!.threshold])).toEqual([
    [0, 0, 2],
    [0, 1, 2],
    [0, 2, 2],
    [1, 0, 1],
  ]);
  expect(new Set(made.map(({ share: of }) => of!.groupThreshold))).toEqual(new Set([2]));
  const { desk } = three[0];
  const cards = made.filter((_, i) => i !== 1).map(({ words }) => words.join(' '));
  const from = { from: 'slip39', cards, passphrase: 'open sesame' } as const;
  expect(await desk.verifyFrom(from)).toBeUndefined();
  expect(await statuses('slip39')).toEqual(['ok', 'recorded', 'ok', 'ok']);
});

test('plates ask the device; Vault shares are made for contacts', async () => {
  await shown();
  await tier('plate').click();
  await button(makeText.plates.act).click();
  await expect
    .element(page.getByTestId('cards'))
    .toHaveTextContent(cardsText.heading('plate', 1, 2));
  expect(await statuses('plate')).toEqual(['recorded', 'recorded']);
  document.body.replaceChildren();
  await shown();
  await tier('vault-share').click();
  for (const i of [1, 2, 3])
    await page.getByLabelText(makeText.contacts.holder(i)).fill(`Contact ${i}`);
  await button(makeText.vault.act).click();
  await expect.element(page.getByTestId('cards')).toBeVisible();
  expect(await statuses('vault-share')).toEqual(Array(3).fill('recorded'));
});

test('a device’s seed is noted and stays planned; the page says how it is verified', async () => {
  await shown();
  await tier('device').click();
  await expect.element(make).toHaveTextContent(makeText.device.kinds.trezor);
  await make.getByLabelText(placeText.place).fill('bank box');
  await button(makeText.device.act).click();
  const seed = pieces.filter({ hasText: 'bank box' });
  await expect.element(seed).toHaveAttribute('data-status', 'planned');
  await expect.element(next).toHaveTextContent(text.next.verify(tierText.device.name).title);
  await seed.getByRole('button', { name: /^Verify/ }).click();
  await expect.element(page.getByTestId('verify')).toHaveTextContent(verifyText.device);
});

test('nothing is destroyed before its copy reads back; what is exposed counts no more', async () => {
  await shown();
  const file = pieces.first();
  await file.getByText(text.pieces.more).click();
  await expect.element(file.getByTestId('not-spare')).toBeVisible();
  await expect
    .element(file.getByRole('button', { name: text.pieces.destroyed }))
    .not.toBeInTheDocument();

  await file.getByRole('button', { name: text.pieces.lost }).click();
  await expect.element(file).toHaveAttribute('data-status', 'lost');
  await expect.element(next).toHaveAttribute('data-step', 'make');
  await button(text.next.make.act).first().click();
  await expect.element(make.getByText(makeText.heading)).toHaveFocus();

  await file.getByText(shared.hold.without).click();
  const asked = file.getByText(/^Type \d{4}/);
  await expect.element(asked).toBeVisible();
  const code = /\d{4}/.exec(asked.element().textContent)![0];
  await file.getByLabelText(shared.hold.type(code)).fill(code);
  await file.getByRole('button', { name: shared.hold.confirm }).click();
  await expect.element(file).toHaveAttribute('data-status', 'exposed');
  await expect
    .element(file.getByTestId('exposed'))
    .toHaveTextContent(/2 operators could be reached/);
  await expect.element(file.getByRole('button', { name: /^Verify/ })).not.toBeInTheDocument();
});

test('where a piece is can be noted, by keyboard', async () => {
  await shown();
  const file = pieces.first();
  const edit = file.getByRole('button', { name: text.pieces.edit });
  (edit.element() as HTMLElement).focus();
  await userEvent.keyboard('{Enter}');
  await file.getByLabelText(placeText.place).fill('safe in Uri ');
  await userEvent.keyboard('{Enter}');
  await expect.element(file).toHaveTextContent('safe in Uri');
  expect((await backups()).pieces[0]!.place?.place).toBe('safe in Uri');
});

test('the others are told kinds and numbers; they see it, and no place', async () => {
  await shown();
  await button(text.told.act).click();
  await expect.element(page.getByTestId('told-by').first()).toHaveTextContent(/1 of 1 good/);
  await expect.element(page.getByTestId('told-by').nth(1)).toHaveTextContent(text.told.nothing);
  await expect
    .element(page.getByTestId('part-transfer'))
    .toHaveTextContent('I have handed it over');
  await share(three);
  expect((await backups(three[1])).told[0]!.tiers).toMatchObject([
    { tier: 'age-file', pieces: 1, good: 1 },
  ]);
});

test('another operator asks; the answer is made with the device and holds elsewhere', async () => {
  expect(await three[1].desk.act({ act: 'challenge' })).toBeUndefined();
  await share(three);
  await shown();
  await expect.element(next).toHaveAttribute('data-step', 'answer');
  const stands = page.getByTestId('stand');
  await expect.element(stands.first()).toHaveTextContent(text.liveness.by.test);
  await expect.element(stands.first()).toHaveTextContent(/Asked by Ben/);
  await expect.element(stands.nth(2)).toHaveTextContent(text.liveness.askedSilent);
  await button(text.next.answer.act).first().click();
  await expect.element(liveness.getByText(text.liveness.heading)).toHaveFocus();
  await button(text.liveness.answer).click();
  await expect.element(stands.first()).toHaveTextContent(text.liveness.by.proof);
  await expect.element(next).toHaveAttribute('data-step', 'done');
  await share(three);
  expect((await backups(three[2])).liveness![0]!.shares!.by).toBe('proof');
  await button(text.liveness.ask).click();
  await expect.element(stands.nth(1)).toHaveTextContent(/Asked by Asha/);
});

test('another device gives no proof, and the page says so', async () => {
  await three[1].desk.act({ act: 'challenge' });
  await share(three);
  await shown({ ...three[0], device: three[2].device });
  await button(text.liveness.answer).click();
  await expect
    .element(page.getByRole('alert'))
    .toHaveTextContent('This device opens something else');
  expect((await backups()).liveness![0]!.shares!.by).toBe('test');
});

test('own dates are saved as a calendar with a reminder a week before', async () => {
  await shown();
  await button(text.liveness.calendar).click();
  const file = (await saved[0]!.text()).replaceAll('\r\n ', '');
  expect(file).toContain('SUMMARY:Verify a backup: Encrypted file (age): Harbour bridge');
  expect(file).toContain('SUMMARY:Prove that you hold your shares: Harbour bridge');
  expect(file.match(/TRIGGER:-P7D/g)).toHaveLength(2);
});

test('another operator’s new device is compared and approved; then it counts with a second one', async () => {
  const chen = three[2];
  const view = await chen.desk.view();
  expect(await openHost(chen.desk, view, () => Promise.resolve(chen.device))).toBeUndefined();
  const contact = { name: '', place: '', holder: 'Contact', seal: '' };
  const cards = await chen.desk.vaultShares(2, [contact, contact]);
  if ('fault' in cards) throw new Error(cards.fault);
  const shares = cards.map(({ words }) => words[0]!);
  expect(await chen.desk.restoreHost({ from: 'vault-share', shares })).toBeUndefined();
  const other = await testDevice(40);
  const { labels } = view;
  const [host] = (await other.derive([labels.host])) as Uint8Array<ArrayBuffer>[];
  const replies = await other.derive([labels.custody, labels.attestation]);
  if (isDeviceFault(replies)) throw new Error(replies.fault);
  const [custody, attestation] = replies as Uint8Array<ArrayBuffer>[];
  const me = meWith(other, { name: 'Chen', organisation: '', place: '' });
  const equip = {
    act: 'equip',
    host: host!,
    custody: custody!,
    attestation: attestation!,
    me,
  } as const;
  expect(await chen.desk.act(equip)).toBeUndefined();
  await share(three);

  await shown();
  await expect.element(next).toHaveTextContent(text.next.admit.title('Chen'));
  const card = page.getByTestId('new-device');
  await expect.element(card).toHaveTextContent(text.devices.count(0, 2));
  const [device] = (await backups()).newDevices;
  for (const chunk of hexOf(device!.hash).match(/.{4}/g)!)
    await expect.element(card).toHaveTextContent(chunk);
  expect(page.getByTestId('to-approve').element().textContent).toBe(device!.statement);
  await button(text.devices.approve).click();
  await expect.element(card).toHaveTextContent(text.devices.count(1, 2));
  await expect.element(card).toHaveTextContent(text.devices.own);
  await expect.element(next).toHaveAttribute('data-step', 'done');
  await share(three);
  document.body.replaceChildren();
  await shown(three[1]);
  await button(text.devices.approve).click();
  await expect.element(card).toHaveTextContent(text.devices.admitted);
});

test('everything for a restored operator and the recovery file are saved', async () => {
  await shown();
  await button(text.more.recovery).click();
  await expect
    .element(page.getByTestId('worst-day'))
    .toHaveTextContent('Harbour-bridge-Asha-0-recovery.cbor was saved.');
  const { size } = saved[0]!;
  expect(size).toBe((await three[0].desk.recoveryFile())!.file.length);
  await button(text.more.everything).click();
  await expect
    .element(page.getByTestId('worst-day'))
    .toHaveTextContent(text.more.everythingDone(1));
  expect(new TextDecoder().decode((await saved[1]!.arrayBuffer()).slice(0, 8))).toBe('CONCLAVE');
  await expect.element(page.getByRole('link', { name: text.more.survive })).toBeVisible();
});

test('a recovery file that could not be noted is saved all the same, and that is said', async () => {
  const { desk } = three[0];
  const { file } = (await desk.recoveryFile())!;
  const answers = [{ file, noted: false }, undefined, { file, noted: true }];
  await shown({
    ...three[0],
    desk: { ...desk, recoveryFile: () => Promise.resolve(answers.shift()) },
  });
  const card = page.getByTestId('worst-day');
  const alert = card.getByRole('alert');
  await button(text.more.recovery).click();
  await expect.element(alert).toHaveTextContent(text.more.recoveryUnnoted.means);
  await expect.element(card).toHaveTextContent(/-recovery\.cbor was saved\./);
  expect(saved.map(({ size }) => size)).toEqual([file.length]);
  await button(text.more.recovery).click();
  await expect.element(card).toHaveTextContent(text.more.recoveryNone);
  await expect.element(alert).not.toBeInTheDocument();
  await button(text.more.recovery).click();
  await expect.element(card).toHaveTextContent(/-recovery\.cbor was saved\./);
  await expect.element(alert).not.toBeInTheDocument();
});

test('nothing sticks out sideways on a small screen', async () => {
  await page.viewport(360, 640);
  await shown();
  await page.getByText(text.what.tiers).click();
  for (const name of ['device', 'kit', 'slip39', 'vault-share', 'plate'] as const) {
    await tier(name).click();
    const { scrollWidth, clientWidth } = document.documentElement;
    expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
  }
});
