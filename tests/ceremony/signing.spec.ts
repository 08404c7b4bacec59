import { ed25519 } from '@noble/curves/ed25519.js';
import { schnorr } from '@noble/curves/secp256k1.js';
import { base64 } from '@scure/base';
import { initEccLib, Psbt } from 'bitcoinjs-lib';
import * as ecc from 'tiny-secp256k1';
import { describe, expect, it } from 'vitest';
import { psbtBytes } from '../../src/lib/bitcoin/psbt.ts';
import type { Spend } from '../../src/lib/bitcoin/spend.ts';
import { unsignedTx } from '../../src/lib/bitcoin/transaction.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import { draftFromPsbt, finishedOf } from '../../src/lib/worker/watch.ts';
import { value } from '../support/hex.ts';
import { groups } from '../support/seats.ts';
import { audit } from '../support/signing-audit.ts';
import {
  signBatch,
  spendOf,
  spendRequest,
  testRequest,
  withKey,
} from '../support/signing-seats.ts';
import { writePsbt } from '../support/write-psbt.ts';

initEccLib(ecc);

const players = await withKey(5, 3);
const { seat } = players[0]!;
const { custody, attestation } = seat.progress().keys!;

/** A spend of three inputs, through a PSBT as Bitcoin Core makes it. */
async function imported(): Promise<Spend> {
  const spend = spendOf(players[0]!, { inputs: 3 });
  const psbt = value(writePsbt(groups.secp256k1, custody.threshPk, spend, 2));
  const drafted = (await draftFromPsbt(seat, base64.encode(psbt)))!;
  if (!('transaction' in drafted)) throw new Error(JSON.stringify(drafted));
  expect(drafted.review.problems).toEqual([]);
  expect(drafted.transaction).toEqual(spend);
  return drafted.transaction;
}

const subsets = [0, 1, 2, 3, 4].flatMap((a) =>
  [0, 1, 2, 3, 4].flatMap((b) => [0, 1, 2, 3, 4].map((c) => [a, b, c] as const)),
);
const ascending = subsets.filter(([a, b, c]) => a < b && b < c);

describe('three of five', () => {
  it.each(ascending)('%i, %i and %i sign a spend from a PSBT', async (...signers) => {
    const transaction = await imported();
    const session = await signBatch(players, [spendRequest(transaction)], signers);
    expect(session.faults).toEqual([]);
    expect(session.packages[0]!.ids).toEqual(signers);
    const [item] = session.items;
    expect(item!.signatures).toHaveLength(3);

    // Another program holds the same signatures to be right and makes the same transaction of them.
    const theirs = Psbt.fromBuffer(
      value(writePsbt(groups.secp256k1, custody.threshPk, transaction, 0)),
    );
    for (const [i, tapKeySig] of item!.signatures!.entries()) theirs.updateInput(i, { tapKeySig });
    const right = theirs.validateSignaturesOfAllInputs((key, sighash, signature) =>
      ecc.verifySchnorr(sighash, key, signature),
    );
    expect(right).toBe(true);
    const extracted = theirs.finalizeAllInputs().extractTransaction();
    for (const player of players) {
      const final = finishedOf(player.seat, item!.digest)!;
      expect(toHex(final.raw)).toBe(extracted.toHex());
      expect(final.txid).toBe(extracted.getId());
      expect(Psbt.fromBuffer(final.psbtV0).extractTransaction().toHex()).toBe(extracted.toHex());
    }
  });

  it('there are ten such three', () => expect(ascending).toHaveLength(10));

  it('a finished PSBT is not taken for something to be signed', async () => {
    const { items } = seat.requests()!.sessions[0]!;
    const { psbtV0, psbtV2 } = finishedOf(seat, items[0]!.digest)!;
    for (const psbt of [psbtV0, psbtV2]) {
      expect(psbtBytes(psbt)).toEqual(psbt);
      const drafted = (await draftFromPsbt(seat, psbt))!;
      if (!('problems' in drafted)) throw new Error('It was drafted again.');
      expect(drafted.problems.map(({ problem }) => problem)).toContain('already-signed');
    }
  });

  it('what a request says of its transaction is what is signed', () => {
    const { items } = seat.requests()!.sessions[0]!;
    const { request, digest } = items[0]!;
    if (request.kind !== 'spend') throw new Error('It is no spend.');
    const raw = toHex(finishedOf(seat, digest)!.raw);
    const plain = toHex(unsignedTx(request.transaction));
    expect(raw.slice(0, 8)).toBe(plain.slice(0, 8));
    expect(raw).toContain(plain.slice(8, -8));
  });
});

it('a test is signed with both keys', async () => {
  const session = await signBatch(players, [testRequest()], [1, 3, 4]);
  expect(session.faults).toEqual([]);
  const [item] = session.items;
  const [first, second] = item!.signatures!;
  const [underCustody, underAttestation] = item!.units;
  // Its message can be no sighash, and stands apart from every attestation.
  expect(underCustody!.message.length).toBeGreaterThan(32);
  expect(schnorr.verify(first!, underCustody!.message, custody.threshPk.slice(1))).toBe(true);
  expect(ed25519.verify(second!, underAttestation!.message, attestation.threshPk)).toBe(true);
  expect(finishedOf(seat, item!.digest)).toBeUndefined();
});

it('every share of all this was accepted, reserved and approved before it left', () => {
  expect(audit(players).shares).toBe(33);
});
