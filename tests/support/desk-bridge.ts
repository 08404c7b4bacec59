import { chainEvidenceFile } from '../../src/lib/bitcoin/evidence-file.ts';
import { branches, outputAt } from '../../src/lib/bitcoin/branches.ts';
import { depositScript } from '../../src/lib/ceremony/findings.ts';
import type { RequestOf } from '../../src/lib/ceremony/request.ts';
import { concat, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { isFault } from '../../src/lib/crypto/faults.ts';
import { burnFile, destinationHash, signBurn, type Burn } from '../../src/lib/wire/burn-record.ts';
import { evidenceFor, mine, newChain, packed, paying, tipOf } from './chain.ts';
import { share, type Sitting } from './desks.ts';
import { jsGroups } from './groups.ts';

/* The bridge's business of a rehearsal whose key is complete, for pages in the browser. */

const utf8 = new TextEncoder();

/**
 * These amounts (in sat) are deposited for this recipient in one block, six deep; what everybody's own
 * node says of it, as a file.
 */
export async function deposited(
  sitting: readonly Sitting[],
  recipient: Bytes,
  amounts: readonly number[],
): Promise<Bytes> {
  const [first] = sitting;
  await first!.seat.issueAddress(recipient);
  await share(sitting);
  for (const { seat } of sitting) await seat.receipt();
  await share(sitting);
  const script = depositScript(first!.seat.known()!, { recipient, index: 0 })!;
  const chain = newChain();
  const start = Math.floor(Date.now() / 1000) - 3600;
  for (let i = 0; i < 3; i++) mine(chain, { time: start + 60 * i });
  const txs = amounts.map((amount, i) => paying(i, { amount, script }));
  const block = mine(chain, { time: start + 300, txs });
  for (let i = 1; i < 6; i++) mine(chain, { time: start + 300 + 60 * i });
  const { height, header } = tipOf(chain);
  return utf8.encode(
    chainEvidenceFile({
      network: 'regtest',
      checkpoint: undefined,
      headers: [
        { after: tipOf(newChain()).header.hash, packed: packed(chain, chain.checkpoint.height) },
      ],
      tip: { height, hash: header.hash },
      inclusions: block.txids.slice(1).map((txid) => ({
        block: block.header.hash,
        inclusion: evidenceFor(block, txid),
      })),
    }),
  );
}

/** An operator takes in a file of their own node. */
export async function bring({ desk }: Sitting, file: Bytes): Promise<void> {
  const taken = await desk.takeEvidence(file, 'own node');
  if (!('took' in taken)) throw new Error(JSON.stringify(taken));
}

/** Requests for all deposits that the evidence shows. */
export async function mints({ desk }: Sitting): Promise<RequestOf<'mint'>[]> {
  const { deposits } = (await desk.bridge())!;
  return deposits.map(({ mint }, i) => ({
    ...mint,
    purpose: `Deposit ${i + 1}`,
    expires: Date.now() + 86_400_000,
  }));
}

/** A burn on the bridge; its number keeps two apart. */
export const burnOf = (number: number): Burn => ({
  height: 812,
  block: new Uint8Array(32).fill(0xb1),
  asset: new Uint8Array(32),
  nullifier: new Uint8Array(8).fill(number),
  amount: 5_000_000 * number,
  fee: 1000,
  script: concat(Uint8Array.of(0, 20), new Uint8Array(20).fill(number)),
});

const proofOf = ({ nullifier }: Burn): Bytes => concat(nullifier, new Uint8Array(24));

/**
 * The observers of all saw these burns; what a seat notes of a proof that it verified is written
 * without one, at those of `proved` (by number).
 */
export async function burned(
  sitting: readonly Sitting[],
  burns: readonly Burn[],
  proved: readonly number[] = sitting.map((_, i) => i),
): Promise<void> {
  const { secp256k1 } = jsGroups;
  for (const [i, sitter] of sitting.entries()) {
    const { seat } = sitter;
    const { network, group } = seat.state.id!;
    const secret = await seat.log.ports.store.read(seat.log.keys.observerSecret);
    const scalar = secp256k1.scalarFromBytesNonzeroChecked(secret!)!;
    const file = burnFile(
      { network, group },
      burns.map((burn) => ({
        burn,
        observer: seat.state.ownCard!.observerKey,
        signature: signBurn(secp256k1, scalar, { network, group }, burn, new Uint8Array(32)),
      })),
    );
    await bring(sitter, utf8.encode(file));
    if (!proved.includes(i)) continue;
    await seat.log.append(
      burns.map((burn) => ({
        kind: 'proof',
        hash: proofOf(burn),
        nullifier: burn.nullifier,
        amount: burn.amount,
        destination: destinationHash(burn.script)!,
      })),
    );
  }
  await share(sitting);
}

/** A request that pays these burns from a made-up coin, in reverse order, with change between them. */
export function burnRequest({ seat }: Sitting, burns: readonly Burn[]): RequestOf<'burn'> {
  const path = [branches.change, 3];
  const change = outputAt(jsGroups.secp256k1, seat.progress().keys!.custody.threshPk, path);
  if (isFault(change)) throw new Error(change.fault);
  const paid = burns
    .map(({ amount, fee, script }) => ({ amount: amount - fee, script, path: null }))
    .reverse();
  const left = 100_000_000;
  const total = paid.reduce((sum, { amount }) => sum + amount, left);
  return {
    kind: 'burn',
    purpose: 'Withdrawals of today',
    expires: Date.now() + 86_400_000,
    replaces: null,
    withdrawals: burns.map((burn, i) => ({
      burn,
      proof: proofOf(burn),
      output: burns.length - 1 - i,
    })),
    transaction: {
      version: 2,
      locktime: 0,
      inputs: [
        {
          txid: burns[0]!.block.map((byte, i) => byte ^ i),
          vout: 0,
          sequence: 0xffff_fffd,
          amount: total,
          path: [branches.receive, 2],
        },
      ],
      outputs: [...paid, { amount: left - 2000, script: change.script, path }],
    },
  };
}
