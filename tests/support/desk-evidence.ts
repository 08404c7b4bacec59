import { chainEvidenceFile, type ChainEvidence } from '../../src/lib/bitcoin/evidence-file.ts';
import { depositScript } from '../../src/lib/ceremony/findings.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { signBurn, burnFile, type Burn } from '../../src/lib/wire/burn-record.ts';
import type { Scalar } from '../../src/lib/wasm/group.ts';
import {
  evidenceFor,
  fork,
  mine,
  newChain,
  packed,
  paying,
  tipOf,
  type TestChain,
} from './chain.ts';
import { rehearsal, share, type Sitting } from './desks.ts';
import { jsGroups } from './groups.ts';

/* Evidence that is brought to desks of a rehearsal, for pages in the browser. */

export const recipientOf = (number: number): Bytes => new Uint8Array(32).fill(number);

/** Mines so many blocks, a minute apart. */
export function bury(chain: TestChain, blocks: number): void {
  for (let i = 0; i < blocks; i++) mine(chain, { time: tipOf(chain).header.time + 60 });
}

/** A chain of regtest whose blocks end some hours ago. */
export function chainNow(): TestChain {
  const chain = newChain();
  mine(chain, { time: Math.floor(Date.now() / 1000) - 4 * 3600 });
  bury(chain, 2);
  return chain;
}

/** What `collect` writes of a chain: its headers and tip, and all transactions of these blocks. */
export function evidenceOf(chain: TestChain, heights: readonly number[] = []): string {
  const { height, header } = tipOf(chain);
  const evidence: ChainEvidence = {
    network: 'regtest',
    checkpoint: undefined,
    headers: [{ after: tipOf(fork(chain, 0)).header.hash, packed: packed(chain, 0) }],
    tip: { height, hash: header.hash },
    inclusions: chain.blocks
      .filter((block) => heights.includes(block.height))
      .flatMap((block) =>
        block.txids.slice(1).map((txid) => ({
          block: block.header.hash,
          inclusion: evidenceFor(block, txid),
        })),
      ),
  };
  return chainEvidenceFile(evidence);
}

/** An operator takes in a file. */
export async function bring({ desk }: Sitting, file: string): Promise<void> {
  const taken = await desk.takeEvidence(new TextEncoder().encode(file), 'own node');
  if (!('took' in taken)) throw new Error(`Not taken: ${JSON.stringify(taken)}`);
}

/** Gives out an address for each recipient; everybody holds it. */
export async function issue(sitting: readonly Sitting[], count: number): Promise<void> {
  for (let i = 1; i <= count; i++)
    await sitting[0]!.desk.act({ act: 'issue-address', recipient: recipientOf(i) });
  await share(sitting);
  for (const { desk } of sitting) await desk.act({ act: 'receipt' });
  await share(sitting);
}

/** A block in which each of these amounts (sat) comes to the recipient of its number, from 1; its height. */
export function deposit({ seat }: Sitting, chain: TestChain, amounts: readonly number[]): number {
  const txs = amounts.map((amount, i) =>
    paying(chain.blocks.length * 100 + i, {
      amount,
      script: depositScript(seat.known()!, { recipient: recipientOf(i + 1), index: 0 })!,
    }),
  );
  return mine(chain, { time: tipOf(chain).header.time + 60, txs }).height;
}

/** What an operator's `observe` writes of burns. */
export async function recordsOf({ seat }: Sitting, burns: readonly Burn[]): Promise<string> {
  const where = { network: rehearsal.network, group: rehearsal.group };
  const secret = (await seat.log.ports.store.read(seat.log.keys.observerSecret)) as Scalar;
  const observer = seat.state.ownCard!.observerKey;
  return burnFile(
    where,
    burns.map((burn) => ({
      burn,
      observer,
      signature: signBurn(jsGroups.secp256k1, secret, where, burn, new Uint8Array(32)),
    })),
  );
}
