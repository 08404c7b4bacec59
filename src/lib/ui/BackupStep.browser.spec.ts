import { sha256 } from '@noble/hashes/sha2.js';
import { expect, test, vi } from 'vitest';
import { recoveryLabels } from '../../../tests/support/backup-content.ts';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { jsGroups } from '../../../tests/support/groups.ts';
import { value } from '../../../tests/support/hex.ts';
import { hostPubkeyOf } from '../crypto/host-key.ts';
import {
  backupFromBytes,
  backupToBytes,
  checkBackup,
  type BackupContent,
} from '../ceremony/backup.ts';
import { openAge, sealAge } from '../worker/age-file.ts';
import { MAX_FILE } from '../worker/age-report.ts';
import BackupStep from './BackupStep.svelte';
import { sheetText } from './text/cards.ts';
import { hexOf } from './words.ts';

/* The step with real backups and real age files, at a low cost; the worker's door is left out. */

const host = jsGroups.secp256k1;
const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);
const content: BackupContent = {
  ...recoveryLabels,
  network: 'regtest',
  groupId: filled(32, 1),
  groupName: 'Harbour bridge',
  epoch: 0,
  rehearsal: true,
  operatorName: 'Ana',
  index: 0,
  manifestHash: filled(32, 2),
  hostSecret: filled(32, 7),
  recoveryData: filled(1500, 4),
  created: 0,
};
const expected = { ...content, hostPubkey: value(hostPubkeyOf(host, content.hostSecret)) };
const seal = (of: BackupContent, passphrase: string) => sealAge(backupToBytes(of), passphrase, 2);

/** The step on the page, kept at the stage that it reports; `log` is what it reported. */
async function step(stage: 'planned' | 'recorded' = 'planned') {
  const log: string[] = [];
  const files: File[] = [];
  const view = await render(BackupStep, {
    group: content.groupName,
    operator: content.operatorName,
    epoch: content.epoch,
    stage,
    belongs: { groupId: content.groupId, network: 'regtest', rehearsal: true },
    make: async (passphrase: string) => {
      const file = await seal(content, passphrase);
      files.push(new File([file], 'ana.age'));
      return { file, name: 'ana.age' };
    },
    verify: async (file: Uint8Array<ArrayBuffer>, passphrase: string) => {
      const opened = await openAge(file, passphrase);
      if ('fault' in opened) return opened;
      const read = backupFromBytes(opened);
      return 'fault' in read ? read : (checkBackup(host, read, expected) ?? 'ok');
    },
    onrecorded: (name: string) => {
      log.push(`recorded ${name}`);
      void view.rerender({ stage: 'recorded' });
    },
    onverified: () => {
      log.push('verified');
      void view.rerender({ stage: 'verified' });
    },
  });
  return { log, files };
}

const button = (name: string) => page.getByRole('button', { name, exact: true });
const phrase = () => page.getByLabelText('Passphrase', { exact: true });
const stage = () => page.getByTestId('stage');
const drop = (file: File) => userEvent.upload(page.getByLabelText('The saved file'), file);
const GOOD = 'clock-wisdom-frame-orbit-salad-merry-tiger';

async function readBack(file: File, passphrase: string) {
  await drop(file);
  await phrase().fill(passphrase);
  await button('Read back and compare').click();
}

test('a drawn passphrase, the saved file, both read back: only then it is verified', async () => {
  const { log, files } = await step();
  await expect.element(stage()).toHaveTextContent('Not made');
  await button('Draw words for me').click();
  await expect.element(page.getByText(/7 words drawn at random: 77 bits/)).toBeVisible();
  const drawn = (phrase().element() as HTMLInputElement).value;
  await button('Make and save the file').click();

  await expect.element(stage()).toHaveTextContent('Recorded, not verified');
  await expect.element(stage()).not.toHaveClass('verified');
  expect(log).toEqual(['recorded ana.age']);
  await expect.element(phrase()).toHaveValue('');
  await expect.element(button('Read back and compare')).toBeDisabled();
  await drop(files[0]!);
  await expect.element(button('Read back and compare')).toBeDisabled();
  await phrase().fill(drawn);
  await button('Read back and compare').click();
  await expect.element(stage()).toHaveTextContent('Verified');
  await expect.element(stage()).toHaveClass('verified');
  expect(log).toEqual(['recorded ana.age', 'verified']);
});

test('a weak passphrase makes no file', async () => {
  await step();
  await phrase().fill('Harbour bridge');
  await expect.element(page.getByTestId('strength')).toHaveTextContent(/Too weak.*names from this/);
  await expect.element(button('Make and save the file')).toBeDisabled();
  await phrase().fill(`${GOOD} `);
  await expect.element(page.getByTestId('strength')).toHaveTextContent(/ends with a space/);
  await expect.element(button('Make and save the file')).toBeDisabled();
  await phrase().fill(GOOD);
  await expect.element(page.getByTestId('strength')).toHaveTextContent(/Strong enough.*years/);
  await expect.element(button('Make and save the file')).toBeEnabled();
});

test('after a reload the file that was saved before is read back', async () => {
  const { log } = await step('recorded');
  await readBack(new File([await seal(content, GOOD)], 'a'), GOOD);
  await expect.element(stage()).toHaveTextContent('Verified');
  expect(log).toEqual(['verified']);
});

test.each<[string, () => Promise<File> | File, string]>([
  [
    'a wrong passphrase',
    async () => new File([await seal(content, 'other')], 'a'),
    'passphrase does not open',
  ],
  ['another file', () => new File(['a letter'], 'a'), 'This is not a backup file'],
  ['a huge file', () => new File([new Uint8Array(MAX_FILE + 1)], 'a'), 'too large'],
  [
    'a cut file',
    async () => new File([(await seal(content, GOOD)).slice(0, -90)], 'a'),
    'is damaged',
  ],
  [
    'another epoch',
    async () => new File([await seal({ ...content, epoch: 4 }, GOOD)], 'a'),
    'for another epoch',
  ],
])('%s is named and does not count', async (_, file, sentence) => {
  const { log } = await step('recorded');
  await readBack(await file(), GOOD);
  await expect.element(page.getByRole('alert')).toHaveTextContent(sentence);
  await expect.element(stage()).toHaveTextContent('Recorded, not verified');
  expect(log).toEqual([]);
});

test('the sheet says which file it is for, and no secret', async () => {
  const print = vi.spyOn(window, 'print').mockReturnValue();
  const { files } = await step('recorded');
  expect(button(sheetText.open).elements()).toEqual([]);
  const file = new File([await seal(content, GOOD)], 'kept.age');
  await readBack(file, GOOD);
  await button(sheetText.open).click();
  const hash = sha256(new Uint8Array(await file.arrayBuffer()));
  const shown = () => page.getByTestId('sheet-hash').element().textContent.replaceAll(/\s/g, '');
  await expect.poll(shown).toBe(hexOf(hash));
  expect(print).toHaveBeenCalledOnce();
  const sheet = page.getByTestId('printed');
  await expect.element(sheet).toHaveTextContent('node recover.mjs secret kept.age');
  await expect.element(sheet).toHaveTextContent('REHEARSAL');
  await expect.element(sheet).not.toHaveTextContent(GOOD);
  expect(files).toEqual([]);

  await button(sheetText.close).click();
  await expect.element(sheet).not.toBeInTheDocument();
});

test('another file can be made in its place', async () => {
  const { log, files } = await step('recorded');
  await button('Make another file').click();
  await phrase().fill(GOOD);
  await expect.element(page.getByTestId('strength')).toHaveTextContent('Strong enough');
  await button('Make and save the file').click();
  await expect.poll(() => files).toHaveLength(1);
  await readBack(files[0]!, GOOD);
  await expect.element(stage()).toHaveTextContent('Verified');
  expect(log).toEqual(['recorded ana.age', 'verified']);
});

test('by keyboard alone; the focus stays in the step', async () => {
  const { log } = await step();
  await userEvent.tab();
  await expect.element(phrase()).toHaveFocus();
  await userEvent.keyboard(GOOD);
  await userEvent.tab();
  await userEvent.keyboard(' ');
  await expect.element(phrase()).toHaveAttribute('type', 'text');
  await expect.element(page.getByTestId('strength')).toHaveTextContent('Strong enough');
  await userEvent.tab({ shift: true });
  await userEvent.keyboard('{Enter}');
  await expect.element(stage()).toHaveTextContent('Recorded, not verified');
  await expect.element(page.getByRole('heading', { level: 2 })).toHaveFocus();
  expect(log).toEqual(['recorded ana.age']);
});
