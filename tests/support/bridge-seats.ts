import { expect } from 'vitest';
import { branches, outputAt } from '../../src/lib/bitcoin/branches.ts';
import { chainEvidenceFile, type ChainEvidence } from '../../src/lib/bitcoin/evidence-file.ts';
import type { Spend } from '../../src/lib/bitcoin/spend.ts';
import { findingsOf } from '../../src/lib/ceremony/findings.ts';
import { FEES_TO } from '../../src/lib/ceremony/problems.ts';
import type { Batch, Request, RequestOf } from '../../src/lib/ceremony/request.ts';
import { concat, equal, toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { isFault } from '../../src/lib/crypto/faults.ts';
import { destinationHash, type Burn } from '../../src/lib/wire/burn-record.ts';
import { feeUtxoId, type FeeUtxo } from '../../src/lib/wire/fees.ts';
import { bridgeViewOf, type DepositCandidate } from '../../src/lib/worker/bridge.ts';
import { takeEvidence, type EvidenceTaken } from '../../src/lib/worker/evidence.ts';
import {
  blockWith,
  bury,
  chainNow,
  depositTx,
  evidenceOf,
  ownScript,
  recordsOf,
  type Deposit,
} from './bridge-chain.ts';
import type { TestBlock, TestChain } from './chain.ts';
import { randomFrom } from './players.ts';
import { clock, groups, type Player } from './seats.ts';
import { accept, halted, itemAt, lie } from './signing-cheats.ts';
import { did, everybodyHears, lastSession } from './signing-seats.ts';

/* The bridge's business of a group with a key: what its operators bring, request and refuse. */

export * from './bridge-chain.ts';

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

// What is refused

/** What does not hold for a request here, by name. */
export const lacking = ({ seat }: Player, request: Request): string[] =>
  findingsOf(
    { known: seat.known()!, requests: seat.requests()!, own: seat.state.own!, now: clock.now },
    { request },
  )
    .filter(({ state }) => state !== 'holds')
    .map(({ finding, state }) => `${finding} ${state}`);

/** A batch is proposed, whatever is wrong with it; everybody hears it. */
export async function forced(players: readonly Player[], batch: Batch): Promise<Bytes> {
  await lie(players[0]!, { kind: 'request', batch });
  const { root } = lastSession(players[0]!);
  await everybodyHears(players);
  return root;
}

/**
 * A request is proposed, whatever is wrong with it, and nobody can accept it: why it does not go on,
 * and everything by name that is wrong with it or does not hold, at the second operator.
 */
export async function refusal(
  players: readonly Player[],
  request: Request,
): Promise<[string | undefined, ...string[]]> {
  const root = await forced(players, [request]);
  for (const player of players) expect(await accept(player, root)).toEqual({ fault: 'not-now' });
  const second = players[1]!;
  const problems = itemAt(second, root).problems.map(({ problem }) => problem);
  return [halted(second, root).halt, ...problems, ...lacking(second, request)];
}

// Burns

/** These operators take in what their observers saw; everybody hears it. */
export async function everybodySaw(
  players: readonly Player[],
  burns: readonly Burn[],
  all: readonly Player[] = players,
): Promise<void> {
  for (const player of players) {
    const taken = await takeEvidence(player.seat, utf8.encode(await recordsOf(player, burns)), '');
    expect(taken).toMatchObject({ took: 'burn-records', records: burns.length });
  }
  await everybodyHears(all);
}

/**
 * Each of these operators verified a proof of a burn. Nobody can make one here, so what the seat notes
 * of a proof that it verified is written without one; the tests with official vectors take real bytes.
 */
export async function proved(players: readonly Player[], burns: readonly Burn[]): Promise<void> {
  for (const { seat } of players)
    for (const { nullifier, amount, script } of burns) {
      const destination = destinationHash(script) ?? new Uint8Array(20);
      await seat.log.append([
        { kind: 'proof', hash: proofOf(nullifier), nullifier, amount, destination },
      ]);
    }
}

/** What stands for the made-up proof of a burn. */
export const proofOf = (nullifier: Bytes): Bytes => concat(nullifier, new Uint8Array(24));

const outpoints = randomFrom('coins of burns');

/** A request that pays these burns from one made-up coin, each by the output of its number. */
export function burnRequest(
  { seat }: Player,
  burns: readonly Burn[],
  more: Partial<RequestOf<'burn'>> = {},
): RequestOf<'burn'> {
  const { threshPk } = seat.progress().keys!.custody;
  const change = outputAt(groups.secp256k1, threshPk, [branches.change, 3]);
  if (isFault(change)) throw new Error(change.fault);
  const paid = burns.map(({ amount, fee, script }) => ({
    amount: amount - fee,
    script,
    path: null,
  }));
  const left = 100_000_000;
  const total = paid.reduce((sum, { amount }) => sum + amount, left);
  return {
    kind: 'burn',
    purpose: 'Withdrawals of today',
    expires: clock.now + 86_400_000,
    replaces: null,
    withdrawals: burns.map((burn, output) => ({ burn, proof: proofOf(burn.nullifier), output })),
    transaction: {
      version: 2,
      locktime: 0,
      inputs: [
        {
          txid: outpoints(),
          vout: 0,
          sequence: 0xffff_fffd,
          amount: total,
          path: [branches.receive, 2],
        },
      ],
      outputs: [
        ...paid,
        { amount: left - 2000, script: change.script, path: [branches.change, 3] },
      ],
    },
    ...more,
  };
}

// Fees

/** A request that gathers all outputs of such a transaction (its id as in bytes). */
export function feesRequest(
  player: Player,
  txid: Bytes,
  amounts: readonly number[],
  more: Partial<Spend> = {},
): RequestOf<'fees'> {
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  return {
    kind: 'fees',
    purpose: 'Fees of the week',
    expires: clock.now + 86_400_000,
    replaces: null,
    transaction: {
      version: 2,
      locktime: 0,
      inputs: amounts.map((amount, vout) => ({
        txid,
        vout,
        sequence: 0xffff_fffd,
        amount,
        path: [branches.fees, vout],
      })),
      outputs: [{ amount: total - 2000, script: ownScript(player, FEES_TO), path: null }],
      ...more,
    },
  };
}

/** The bridge's own list of fee outputs, as its node keeps it. */
export const feeList = (utxos: readonly FeeUtxo[]): string =>
  JSON.stringify(
    utxos.map(({ owner, asset, ...utxo }) => ({
      id: toHex(feeUtxoId({ owner, asset, ...utxo })),
      owner_pubkey_hash: [...owner],
      asset_id: [...asset],
      amount: utxo.amount,
      salt: [...utxo.salt],
      txid: utxo.txid,
      timestamp: utxo.timestamp,
      status: 'Available',
    })),
  );

/** These operators take in a list of fee outputs, each from their own node. */
export async function everybodyLists(
  players: readonly Player[],
  utxos: readonly FeeUtxo[],
): Promise<void> {
  for (const { seat } of players)
    expect(await takeEvidence(seat, utf8.encode(feeList(utxos)), 'own node')).toMatchObject({
      took: 'fee-list',
      utxos: utxos.length,
    });
}
