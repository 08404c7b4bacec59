import { chromium, type CDPSession, type Page } from '@playwright/test';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { chromiumArgs, findChromium } from '../../bundle/machine.mjs';
import { backupFromBytes } from '../../src/lib/ceremony/backup.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import { recoverBoth } from '../../src/lib/crypto/dual-dkg.ts';
import { isFault } from '../../src/lib/crypto/faults.ts';
import { resultText } from '../../src/lib/ui/text/request-result.ts';
import { requestsText } from '../../src/lib/ui/text/requests.ts';
import { shellText } from '../../src/lib/ui/text/shell.ts';
import { openAge } from '../../src/lib/worker/age-file.ts';
import { expect, test } from '../support/fixtures.ts';
import { temporaryFolder } from '../support/folder.ts';
import { Operator } from '../support/operator.ts';
import { Peer } from '../support/peer.ts';
import { answer as respond, proposeTest } from '../support/requester.ts';
import { groups } from '../support/seats.ts';

/* After a ceremony and a signing, the operator's secrets are nowhere: not in the profile's files, not in the heap of
   the page or its worker. What the secrets were is known from the backup file and the security key. */

/** How a secret could have been written down. */
const written = (secret: Uint8Array): string[] => {
  const buffer = Buffer.from(secret);
  return [
    toHex(secret),
    buffer.toString('base64').replace(/=+$/, ''),
    buffer.toString('base64url'),
    secret.join(),
    secret.join(', '),
  ];
};

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

/** The strings in the heaps of a page and of its workers. */
async function heaps(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const all = [await snapshot((method) => session.send(method as never), session)];
  const workers: string[] = [];
  session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
    if (targetInfo.type === 'worker') workers.push(sessionId);
  });
  await session.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  await expect.poll(() => workers.length).toBeGreaterThan(0);
  for (const sessionId of workers) all.push(await workerSnapshot(session, sessionId));
  return all;
}

async function snapshot(
  send: (method: string) => Promise<unknown>,
  session: CDPSession,
): Promise<string> {
  let text = '';
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => (text += chunk));
  await send('HeapProfiler.enable');
  await send('HeapProfiler.collectGarbage');
  await send('HeapProfiler.takeHeapSnapshot');
  return text;
}

/** A worker's target speaks through its page's session, message by message. */
async function workerSnapshot(session: CDPSession, sessionId: string): Promise<string> {
  let text = '';
  let id = 0;
  const answers = new Map<number, () => void>();
  session.on('Target.receivedMessageFromTarget', ({ message, sessionId: from }) => {
    if (from !== sessionId) return;
    const told = JSON.parse(message) as {
      id?: number;
      method?: string;
      params?: { chunk: string };
    };
    if (told.method === 'HeapProfiler.addHeapSnapshotChunk') text += told.params!.chunk;
    if (told.id !== undefined) answers.get(told.id)?.();
  });
  for (const method of ['enable', 'collectGarbage', 'takeHeapSnapshot']) {
    id += 1;
    const answered = new Promise<void>((resolve) => answers.set(id, resolve));
    const message = JSON.stringify({ id, method: `HeapProfiler.${method}` });
    await session.send('Target.sendMessageToTarget', { sessionId, message });
    await answered;
  }
  return text;
}

const keyState = (page: Page) => page.getByTestId('key-state').getAttribute('data-state');

test('canary secrets: none in the profile directory, none in a heap snapshot', async ({
  watch,
}) => {
  test.setTimeout(240_000);
  const profile = temporaryFolder('profile');
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findChromium()!,
    args: chromiumArgs,
    acceptDownloads: true,
    baseURL: test.info().project.use.baseURL!,
  });
  watch.over(context);
  const asha = await Operator.sitDownIn(context, 'Asha');
  // What the security key answers, masked, so that the copy kept here is not what is looked for.
  await asha.page.evaluate(() => {
    const kept = globalThis as { answers?: number[][] };
    kept.answers = [];
    const get = navigator.credentials.get.bind(navigator.credentials);
    navigator.credentials.get = async (options?: CredentialRequestOptions) => {
      const credential = (await get(options)) as PublicKeyCredential;
      const { first, second } = credential.getClientExtensionResults().prf?.results ?? {};
      for (const output of [first, second])
        if (output)
          kept.answers!.push([...new Uint8Array(output as ArrayBuffer)].map((b) => b ^ 90));
      return credential;
    };
  });
  await asha.begin(2, 2);
  const [invitation] = await asha.give();
  const ben = await Peer.join('Ben', invitation!);
  await asha.take([await ben.answer()]);
  let answer = '';
  for (let i = 0; i < 16 && (await keyState(asha.page)) !== 'active'; i++)
    if ((await asha.work()) === 'send') answer = await ben.answer((await asha.give())[0]);
    else await asha.take([answer]);
  expect(ben.complete).toBe(false); // what completes the key is still on its way to Ben
  await expect(asha.page.getByTestId('key-state')).toHaveAttribute('data-state', 'active');

  await proposeTest(asha);
  await respond(asha, true);
  await asha.take([await ben.answer((await asha.give())[0])]);
  await asha.press(asha.button(requestsText.now.freeze));
  await asha.press(asha.button(requestsText.now.release));
  await asha.take([await ben.answer((await asha.give())[0])]);
  await expect(asha.page.getByTestId('result')).toContainText(resultText.tests);

  const opened = await openAge(readFileSync(asha.backup, 'utf8'), asha.backupPassphrase);
  const content = opened instanceof Uint8Array ? backupFromBytes(opened) : opened;
  if ('fault' in content) throw new Error(content.fault);
  const recovered = recoverBoth(groups, content.hostSecret, content.recoveryData);
  if (isFault(recovered)) throw new Error(recovered.fault);
  const answers = await asha.page.evaluate(
    () => (globalThis as unknown as { answers: number[][] }).answers,
  );
  expect(answers.length).toBeGreaterThanOrEqual(5);
  const secrets = {
    'host secret': content.hostSecret,
    'custody share': recovered.custody.secshare!,
    'attestation share': recovered.attestation.secshare!,
    ...Object.fromEntries(
      answers.map((masked, i) => [`answer ${i}`, Uint8Array.from(masked, (b) => b ^ 90)]),
    ),
  };

  await asha.page.getByRole('button', { name: shellText.lockHelp, exact: true }).click();
  await expect(asha.page.getByRole('heading', { level: 1 })).toBeVisible();
  const texts = await heaps(asha.page);
  expect(texts.length).toBeGreaterThan(1);
  for (const text of texts) {
    expect(text).toContain('Conclave'); // what is looked through is a heap of ours
    const found = Object.entries(secrets).filter(([, secret]) =>
      written(secret).some((form) => text.includes(form)),
    );
    expect(found.map(([name]) => name)).toEqual([]);
  }
  await context.close();

  const files = filesOf(profile).map((file) => readFileSync(file));
  expect(files.some((file) => file.includes('group/'))).toBe(true); // the vault's records are among them
  const found = Object.entries(secrets).filter(([, secret]) =>
    [Buffer.from(secret), ...written(secret)].some((form) =>
      files.some((file) => file.includes(form)),
    ),
  );
  expect(found.map(([name]) => name)).toEqual([]);
  for (const phrase of [asha.passphrase, asha.backupPassphrase])
    expect(files.some((file) => file.includes(phrase) || file.includes(phrase, 'utf16le'))).toBe(
      false,
    );
});
