import { scriptOfAddress } from '../../src/lib/bitcoin/address.ts';
import { branches, outputAt } from '../../src/lib/bitcoin/branches.ts';
import type { Spend } from '../../src/lib/bitcoin/spend.ts';
import { deviceLabel } from '../../src/lib/ceremony/card.ts';
import type { Batch, RequestOf } from '../../src/lib/ceremony/request.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { isFault } from '../../src/lib/crypto/faults.ts';
import { isDeviceFault } from '../../src/lib/devices/device.ts';
import { rehearsal, share, sit, terms, until, type Sitting } from './desks.ts';
import { jsGroups } from './groups.ts';

/* Seats of a rehearsal whose key is complete, and what they do with requests, for pages in the browser. */

export const RECIPIENT = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

/** Three operators, of whom two sign; all is done. */
export async function withKey(): Promise<[Sitting, Sitting, Sitting]> {
  const three = (await sit(terms(3, 2), 2)) as [Sitting, Sitting, Sitting];
  for (let round = 0; round < 8; round++) {
    for (const one of three) await until(one);
    await share(three);
  }
  return three;
}

let made = 0;

/** Two made-up coins of 1 BTC each, 0.4 BTC to a stranger, the rest comes back. */
export function spendOf({ seat }: Sitting): Spend {
  const { threshPk } = seat.progress().keys!.custody;
  const path = [branches.change, 7];
  const change = outputAt(jsGroups.secp256k1, threshPk, path);
  if (isFault(change)) throw new Error(change.fault);
  const coin = (vout: number) => ({
    txid: new Uint8Array(32).fill(made),
    vout,
    sequence: 0xffff_fffd,
    amount: 100_000_000,
    path: [branches.receive, vout],
  });
  made += 1;
  return {
    version: 2,
    locktime: 840_000,
    inputs: [coin(0), coin(1)],
    outputs: [
      { amount: 40_000_000, script: scriptOfAddress('regtest', RECIPIENT)!, path: null },
      { amount: 159_999_000, script: change.script, path },
    ],
  };
}

export const spendRequest = (sitting: Sitting): RequestOf<'spend'> => ({
  kind: 'spend',
  purpose: `Withdrawal ${made}`,
  expires: Date.now() + 86_400_000,
  payment: new Uint8Array(16).fill(made),
  replaces: null,
  transaction: spendOf(sitting),
});

async function did(act: Promise<{ readonly fault: string } | undefined>): Promise<void> {
  const fault = await act;
  if (fault) throw new Error(`Not done: ${fault.fault}`);
}

/** Proposes and lets everybody know; the batch's root. */
export async function propose(sitting: readonly Sitting[], batch: Batch): Promise<Bytes> {
  await did(sitting[0]!.desk.act({ act: 'request', batch, draft: undefined }));
  await share(sitting);
  return (await sitting[0]!.desk.requests())!.sessions[0]!.root;
}

/** Accepts everything, approves it and gives nonces. */
export async function reply({ desk, device }: Sitting, root: Bytes, source: string): Promise<void> {
  const { items, suites } = (await desk.requests())!.sessions[0]!;
  const approval = await device.approve(
    (await desk.statement(
      root,
      items.map((_, i) => i),
    ))!,
  );
  const replies = await device.derive(
    suites.map((suite) => deviceLabel(`${suite} share`, rehearsal)),
  );
  if (isDeviceFault(approval) || isDeviceFault(replies)) throw new Error('the device refused');
  const of = (suite: 'custody' | 'attestation') => replies[suites.indexOf(suite)];
  await did(
    desk.act({
      act: 'open-for-signing',
      custody: of('custody'),
      attestation: of('attestation'),
    }),
  );
  const verdicts = items.map(() => ({ accept: true, because: '' }));
  const findings = { source, verdicts };
  await did(desk.act({ act: 'reply', root, findings, approval: approval.signature }));
}

export const freeze = ({ desk }: Sitting, root: Bytes) =>
  did(desk.act({ act: 'freeze', root, among: undefined }));

export const sign = ({ desk }: Sitting, root: Bytes) => did(desk.act({ act: 'sign', root }));
