import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { ageBackup, cards, PASSPHRASE } from '../../../../tests/support/desk-recovery.ts';
import { keyed, type Sitting } from '../../../../tests/support/desks.ts';
import { jsGroups, publicGroups } from '../../../../tests/support/groups.ts';
import { Auditor } from '../../worker/auditor.ts';
import { restoreCheckText, sourceText } from '../text/recover.ts';
import '../styles/app.css';
import { chunksOf } from '../words.ts';
import RestoreCheck from './RestoreCheck.svelte';

/* A backup is held against the certified keys, apart from any workspace. */

const [asha, ben] = (await keyed(3, 2)) as [Sitting, Sitting, Sitting];
const recovery = new File([(await asha.desk.recoveryFile())!.file], 'recovery.cbor');
const auditor = new Auditor(jsGroups, jsGroups);

const shown = (by = auditor) => render(RestoreCheck, { auditor: () => Promise.resolve(by) });
const button = (name: string) => page.getByRole('button', { name, exact: true });
const alert = page.getByRole('alert');

const bring = (file: File) => page.getByLabelText(restoreCheckText.recovery).upload(file);

async function open(file: File, passphrase = PASSPHRASE) {
  await page.getByLabelText(sourceText.file, { exact: true }).upload(file);
  await page.getByLabelText('Passphrase', { exact: true }).fill(passphrase);
  await button(sourceText.open).click();
}

test('a backup that restores shows operator and both public shares, as they are certified', async () => {
  await shown();
  await bring(recovery);
  await open(await ageBackup(ben));
  await expect.element(page.getByTestId('restores')).toHaveTextContent(restoreCheckText.equals);
  const section = page.getByTestId('restore-check');
  await expect.element(section).toHaveTextContent(restoreCheckText.operatorIs('Ben', 2, 3));
  const keys = ben.seat.progress().keys!;
  for (const { pubshares } of [keys.custody, keys.attestation])
    await expect.element(section).toHaveTextContent(chunksOf(pubshares[1]!).join(''));
});

test('so do cards; no device is asked for', async () => {
  const words = await cards(asha);
  await shown();
  await bring(recovery);
  await expect.element(page.getByText(sourceText.kinds.device.title)).not.toBeInTheDocument();
  await page.getByRole('radio', { name: sourceText.kinds.slip39.title }).click();
  for (const [i, card] of words.slice(0, 2).entries()) {
    await page.getByLabelText(sourceText.cards.entry(i + 1)).fill(card);
    await button(sourceText.cards.add).click();
  }
  await button(sourceText.restore).click();
  await expect
    .element(page.getByTestId('restore-check'))
    .toHaveTextContent(restoreCheckText.operatorIs('Asha', 1, 3));
});

test('another file, and another passphrase, are named', async () => {
  const file = await ageBackup(ben);
  await shown();
  await bring(new File(['something'], 'letter.txt'));
  await open(file);
  await expect.element(alert).toHaveTextContent('This is not a recovery file.');
  await bring(recovery);
  await open(file, 'another');
  await expect.element(alert).toHaveTextContent('The passphrase does not open this file.');
  await expect.element(page.getByTestId('restores')).not.toBeInTheDocument();
});

test('without WebAssembly no share is computed, and that is said', async () => {
  await shown(new Auditor(publicGroups, publicGroups));
  await bring(recovery);
  await open(await ageBackup(ben));
  await expect.element(alert).toHaveTextContent(restoreCheckText.noWasm.happened);
});
