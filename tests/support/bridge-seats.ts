import { chainEvidenceFile, type ChainEvidence } from '../../src/lib/bitcoin/evidence-file.ts';
import { depositScript } from '../../src/lib/ceremony/findings.ts';
import type { RequestOf } from '../../src/lib/ceremony/request.ts';
import { equal, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { bridgeViewOf, type DepositCandidate } from '../../src/lib/worker/bridge.ts';
import { takeEvidence, type EvidenceTaken } from '../../src/lib/worker/evidence.ts';
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
import { clock, type Player } from './seats.ts';
import { did, everybodyHears } from './signing-seats.ts';

/* The bridge's business of a group with a key: a chain with deposits, and evidence of it. */

/** 32 bytes that stand for a recipient's public key. */
export const recipient = (number: number): Bytes => new Uint8Array(32).fill(number);

/** A recipient's deposit. */
export interface Deposit {
  readonly recipient: Bytes;
  readonly index: number;
  /** In sat. */
  readonly amount: number;
}

/** A chain of regtest whose blocks end about now. */
export function chainNow(blocks = 3): TestChain {
  const chain = newChain();
  const start = Math.floor(clock.now / 1000) - 4 * 3600;
  for (let i = 0; i < blocks; i++) mine(chain, { time: start + 60 * i });
  return chain;
}

/** Mines so many blocks, a minute apart. */
export function bury(chain: TestChain, blocks: number): void {
  for (let i = 0; i < blocks; i++) mine(chain, { time: tipOf(chain).header.time + 60 });
}

/** Gives out addresses, as the first operator does, until each recipient has so many. */
export async function issue(
  players: readonly Player[],
  recipients: readonly Bytes[],
): Promise<void> {
  for (const one of recipients) await did(players[0]!.seat.issueAddress(one));
  // Once to tell it, once to say that it was heard.
  await everybodyHears(players);
  for (const { seat } of players) await did(seat.receipt());
  await everybodyHears(players);
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

const utf8 = new TextEncoder();

/** An operator takes in what their own node says. */
export const bring = (
  { seat }: Player,
  evidence: ChainEvidence,
  source = 'own node',
): Promise<EvidenceTaken> => takeEvidence(seat, utf8.encode(chainEvidenceFile(evidence)), source);

/** These operators take in the same evidence, each from their own node; everybody hears it. */
export async function everybodySees(
  players: readonly Player[],
  evidence: ChainEvidence,
  all: readonly Player[] = players,
): Promise<void> {
  for (const [i, player] of players.entries()) {
    // The first brings the transactions; a tip is everybody's own.
    const taken = await bring(player, i === 0 ? evidence : { ...evidence, inclusions: [] });
    if (!('took' in taken)) throw new Error(`Not taken: ${JSON.stringify(taken)}`);
    await everybodyHears(all);
  }
}

/** What could be minted. */
export const depositsOf = async ({ seat }: Player): Promise<readonly DepositCandidate[]> =>
  (await bridgeViewOf(seat))!.deposits;

/** The request for a deposit. */
export const mintRequest = (
  { mint }: Pick<DepositCandidate, 'mint'>,
  more: Partial<RequestOf<'mint'>> = {},
): RequestOf<'mint'> => ({
  ...mint,
  purpose: 'Deposit 3',
  expires: clock.now + 86_400_000,
  ...more,
});

/**
 * Addresses are given out, deposits are made to them in one block and buried, and everybody saw it.
 * Undefined amounts are 0.1 BTC.
 */
export async function deposited(
  players: readonly Player[],
  deposits: readonly Deposit[],
  { chain = chainNow(), depth = 6 }: { chain?: TestChain; depth?: number } = {},
): Promise<{ chain: TestChain; block: TestBlock }> {
  const fresh = deposits.filter(
    ({ recipient: to }, i) => deposits.findIndex((one) => equal(one.recipient, to)) === i,
  );
  await issue(
    players,
    fresh.map(({ recipient: to }) => to),
  );
  const block = blockWith(
    chain,
    deposits.map((one) => depositTx(players[0]!, [one])),
  );
  bury(chain, depth - 1);
  await everybodySees(players, evidenceOf(chain, [block]));
  return { chain, block };
}
