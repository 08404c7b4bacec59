import { branches, outputAt } from '../../src/lib/bitcoin/branches.ts';
import type { ChainEvidence } from '../../src/lib/bitcoin/evidence-file.ts';
import { depositScript } from '../../src/lib/ceremony/findings.ts';
import { concat, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { isFault } from '../../src/lib/crypto/faults.ts';
import { burnFile, signBurn, type Burn } from '../../src/lib/wire/burn-record.ts';
import {
  evidenceFor,
  fork,
  mine,
  newChain,
  packed,
  paying,
  tipOf,
  type TestBlock,
  type TestChain,
} from './chain.ts';
import { randomFrom } from './players.ts';
import { clock, groups, type Player } from './seats.ts';

/* What happens outside of a group: a chain with deposits and fees to it, burns, and what is seen of them. */

/** 32 bytes that stand for a recipient's public key. */
export const recipient = (number: number): Bytes => new Uint8Array(32).fill(number);

/** A recipient's deposit. */
export interface Deposit {
  readonly recipient: Bytes;
  readonly index: number;
  /** In sat. */
  readonly amount: number;
}

/** A chain of regtest whose blocks end some hours before now, in ms since 1970. */
export function chainNow(blocks = 3, now = clock.now): TestChain {
  const chain = newChain();
  const start = Math.floor(now / 1000) - 4 * 3600;
  for (let i = 0; i < blocks; i++) mine(chain, { time: start + 60 * i });
  return chain;
}

/** Mines so many blocks, a minute apart. */
export function bury(chain: TestChain, blocks: number): void {
  for (let i = 0; i < blocks; i++) mine(chain, { time: tipOf(chain).header.time + 60 });
}

let transactions = 0;

/** A transaction that makes these deposits, one output each. */
export const depositTx = (player: Player, deposits: readonly Deposit[]): Bytes =>
  paying(
    transactions++,
    ...deposits.map((one) => ({
      amount: one.amount,
      script: depositScript(player.seat.known()!, one)!,
    })),
  );

/** A block with these transactions. */
export const blockWith = (chain: TestChain, txs: readonly Bytes[]): TestBlock =>
  mine(chain, { time: tipOf(chain).header.time + 60, txs });

/** Everything that an operator's own node says of a chain, with all transactions of these blocks. */
export function evidenceOf(chain: TestChain, blocks: readonly TestBlock[] = []): ChainEvidence {
  const from = chain.checkpoint.height;
  const { height, header } = tipOf(chain);
  return {
    network: 'regtest',
    checkpoint: undefined,
    headers: [{ after: tipOf(fork(chain, from)).header.hash, packed: packed(chain, from) }],
    tip: { height, hash: header.hash },
    inclusions: blocks.flatMap((block) =>
      block.txids.slice(1).map((txid) => ({
        block: block.header.hash,
        inclusion: evidenceFor(block, txid),
      })),
    ),
  };
}

// Burns

const nullifiers = randomFrom('nullifiers');

/** P2WPKH of a made-up key. */
export const scriptOf = (number: number): Bytes =>
  concat(Uint8Array.of(0, 20), new Uint8Array(20).fill(number));

/** A burn on the bridge that nobody has seen yet. */
export const newBurn = (more: Partial<Burn> = {}): Burn => ({
  height: 812,
  block: new Uint8Array(32).fill(0xb1),
  asset: new Uint8Array(32),
  nullifier: nullifiers().slice(0, 8),
  amount: 5_000_000,
  fee: 1000,
  script: scriptOf(7),
  ...more,
});

/** The records of these burns by an operator's own observer, as the file that it writes. */
export async function recordsOf(
  { seat }: Player,
  burns: readonly Burn[],
  { network, group } = seat.state.id!,
): Promise<string> {
  const secret = await seat.log.ports.store.read(seat.log.keys.observerSecret);
  const scalar = groups.secp256k1.scalarFromBytesNonzeroChecked(secret!)!;
  const { observerKey } = seat.state.ownCard!;
  return burnFile(
    { network, group },
    burns.map((burn) => ({
      burn,
      observer: observerKey,
      signature: signBurn(groups.secp256k1, scalar, { network, group }, burn, new Uint8Array(32)),
    })),
  );
}

// Fees

/** The script of the fee reservoir's address of this number, or of another branch. */
export function ownScript({ seat }: Player, path: readonly number[]): Bytes {
  const { threshPk } = seat.progress().keys!.custody;
  const output = outputAt(groups.secp256k1, threshPk, path);
  if (isFault(output)) throw new Error(output.fault);
  return output.script;
}

/** A transaction that pays these amounts to the fee reservoir, each to the address of its number. */
export const feesTx = (player: Player, amounts: readonly number[]): Bytes =>
  paying(
    transactions++,
    ...amounts.map((amount, i) => ({ amount, script: ownScript(player, [branches.fees, i]) })),
  );
