import { ed25519 } from '@noble/curves/ed25519.js';
import { schnorr } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { addressOfScript } from '../../src/lib/bitcoin/address.ts';
import { branches } from '../../src/lib/bitcoin/branches.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import { consolidationBytes, type FeeUtxo } from '../../src/lib/wire/fees.ts';
import { bridgeViewOf } from '../../src/lib/worker/bridge.ts';
import { composeFees } from '../../src/lib/worker/bridge-draft.ts';
import { importCoins } from '../../src/lib/worker/watch.ts';
import type { RequestOf } from '../../src/lib/ceremony/request.ts';
import {
  blockWith,
  bury,
  chainNow,
  everybodyLists,
  everybodySees,
  evidenceOf,
  feesRequest,
  feesTx,
  lacking,
  ownScript,
  refusal,
} from '../support/bridge-seats.ts';
import { mine, paying, tipOf } from '../support/chain.ts';
import { clock, type Player } from '../support/seats.ts';
import { feeUtxo } from '../support/wire.ts';
import { RECIPIENT, signBatch, withKey } from '../support/signing-seats.ts';
import { scriptOfAddress } from '../../src/lib/bitcoin/address.ts';

const DAY = 86_400;

describe('fees of the reservoir', async () => {
  const players = await withKey(5, 3, 'fees');
  const [asha, ben] = players as [Player, Player];
  const chain = chainNow();
  const amounts = [70_000, 40_000];
  const small = [3000, 4000];
  const block = blockWith(chain, [
    feesTx(asha, amounts),
    feesTx(asha, small),
    // Coins of other branches, and one of somebody else.
    paying(9001, { amount: 200_000, script: ownScript(asha, [branches.receive, 4]) }),
    paying(9002, { amount: 200_000, script: scriptOfAddress('regtest', RECIPIENT)! }),
  ]);
  const [, big, little, receive, foreign] = block.txids as [
    Uint8Array<ArrayBuffer>,
    Uint8Array<ArrayBuffer>,
    Uint8Array<ArrayBuffer>,
    Uint8Array<ArrayBuffer>,
    Uint8Array<ArrayBuffer>,
  ];
  bury(chain, 5);
  await everybodySees(players, evidenceOf(chain, [block]));
  const right = () => feesRequest(asha, big, amounts);

  it('go to the group’s first address, by whichever three are there', async () => {
    const listed = amounts.map((amount, vout) => ({
      txid: toHex(big.toReversed()),
      vout,
      address: addressOfScript('regtest', ownScript(asha, [branches.fees, vout])),
      scriptPubKey: toHex(ownScript(asha, [branches.fees, vout])),
      amount: amount / 1e8,
      confirmations: 6,
    }));
    await importCoins(asha.seat, JSON.stringify(listed));
    const { feeCoins } = (await bridgeViewOf(asha.seat))!;
    expect(feeCoins).toMatchObject(
      amounts.map((amount) => ({ amount, depth: 6, requested: false })),
    );
    const names = feeCoins.map(({ txid, vout }) => `${txid}:${vout}`);
    const draft = (await composeFees(asha.seat, names, 2))!;
    if (!('request' in draft) || draft.request.kind !== 'fees') throw new Error('no draft');
    expect(lacking(ben, right())).toEqual([]);
    const { expires } = right();
    const request = { ...draft.request, purpose: 'Fees', expires };
    const session = await signBatch(players, [request], [0, 3, 4]);
    const { units, signatures } = session.items[0]!;
    for (const [i, { key, message }] of units.entries())
      expect(schnorr.verify(signatures![i]!, message, key)).toBe(true);
    expect(signatures).toHaveLength(2);
  });

  const { transaction } = right();
  const [coin, other] = transaction.inputs as [
    (typeof transaction.inputs)[0],
    (typeof transaction.inputs)[0],
  ];
  const [home] = transaction.outputs as [(typeof transaction.outputs)[0]];
  const elsewhere = scriptOfAddress('regtest', RECIPIENT)!;

  it.each([
    [
      'a coin of another branch',
      { inputs: [coin, other, { ...coin, txid: receive, amount: 1e5, path: [0, 4] }] },
      ['fees-branch'],
    ],
    ['another address', { outputs: [{ ...home, script: elsewhere }] }, ['fees-output']],
    [
      'two outputs',
      {
        outputs: [
          { ...home, amount: 50_000 },
          { ...home, amount: 58_000 },
        ],
      },
      ['fees-output'],
    ],
    [
      'change',
      {
        outputs: [
          { ...home, amount: 50_000 },
          { amount: 58_000, script: ownScript(asha, [1, 0]), path: [1, 0] },
        ],
      },
      ['fees-output'],
    ],
    [
      'the second address',
      { outputs: [{ ...home, script: ownScript(asha, [0, 1]) }] },
      ['fees-output'],
    ],
  ])('%s: refused, whatever the evidence says', async (_, change, problems) => {
    const wrong = { ...right(), transaction: { ...transaction, ...change } };
    const [halt, ...why] = await refusal(players, wrong);
    expect(halt).toBe('refused');
    expect(why).toEqual(expect.arrayContaining(problems));
    expect(why.filter((one) => !one.includes(' '))).toContain(problems[0]);
  });

  const txidOf = { big, little, foreign };
  it.each([
    ['another amount than the coin’s', { amount: coin.amount + 1000 }, 'coin fails'],
    ['another output of it', { vout: 1 }, 'coin fails'],
    ['an output that is not there', { vout: 7 }, 'coin fails'],
    ['another place of its key', { path: [branches.fees, 5] }, 'coin fails'],
    ['somebody else’s coin', { txid: txidOf.foreign, amount: 200_000 }, 'coin fails'],
    ['a coin without evidence', { txid: new Uint8Array(32) }, 'coin missing'],
  ])('%s: %s', async (_, change, why) => {
    // A coin of its own amount beside it, so that nothing else is wrong.
    const inputs = [{ ...coin, ...change }];
    const total = inputs[0]!.amount;
    const outputs = [{ ...home, amount: total - 2000 }];
    const wrong = { ...right(), transaction: { ...transaction, inputs, outputs } };
    expect(lacking(ben, wrong).filter((one) => one.startsWith('coin'))).toEqual([why]);
    expect((await refusal(players, wrong))[0]).not.toBeUndefined();
  });

  it('a coin that lies five blocks deep waits', async () => {
    const young = blockWith(chain, [feesTx(asha, [150_000])]);
    bury(chain, 4);
    await everybodySees(players, evidenceOf(chain, [young]));
    const request = feesRequest(asha, young.txids[1]!, [150_000]);
    expect(await refusal(players, request)).toEqual(['unproved', 'coin missing']);
    bury(chain, 1);
    await everybodySees(players, evidenceOf(chain));
    expect(lacking(ben, request)).toEqual([]);
  });

  it('little is gathered once it is a day old by the chain, not by the clock', async () => {
    const request = feesRequest(asha, little, small);
    expect(await refusal(players, request)).toEqual(['unproved', 'due missing']);
    const now = clock.now;
    clock.now += 1000 * (DAY - 7200);
    clock.now += 1000 * 7200;
    expect(lacking(ben, request)).toContain('due missing');
    const late = block.header.time + DAY;
    for (let i = 0; i < 6; i++) mine(chain, { time: late - 6 + i });
    await everybodySees(players, evidenceOf(chain));
    expect(lacking(ben, { ...request, expires: clock.now + 1e9 })).toContain('due missing');
    for (let i = 0; i < 6; i++) mine(chain, { time: tipOf(chain).header.time + 1 });
    await everybodySees(players, evidenceOf(chain));
    expect(clock.now).toBeGreaterThan(now);
    const due = { ...feesRequest(asha, little, small), purpose: 'A day later' };
    expect(lacking(ben, due)).toEqual([]);
    const session = await signBatch(players, [due], [1, 2, 3]);
    expect(session.items[0]!.signatures).toHaveLength(2);
  });
});

describe('fee outputs of the bridge', async () => {
  const players = await withKey(5, 3, 'consolidation');
  const [asha, ben] = players as [Player, Player];
  // Made now, and the chain's time is about now, too.
  const young = (i: number) => ({ ...feeUtxo(i), timestamp: Math.floor(clock.now / 1000) });
  const listed = Array.from({ length: 11 }, (_, i) => young(i));
  const chain = chainNow();
  bury(chain, 12);
  await everybodySees(players, evidenceOf(chain));
  await everybodyLists(players, listed);
  const joining = (
    inputs: readonly FeeUtxo[],
    more: Partial<RequestOf<'consolidation'>> = {},
  ): RequestOf<'consolidation'> => ({
    kind: 'consolidation',
    purpose: 'Fees of the bridge',
    expires: clock.now + 86_400_000,
    inputs,
    ...more,
  });

  it('become one by the attestation key, each once', async () => {
    const inputs = listed.slice(0, 10);
    const session = await signBatch(players, [joining(inputs)], [0, 1, 4]);
    const { network, group, epoch } = asha.seat.state.id!;
    const signed = consolidationBytes({ network, group, epoch, inputs });
    const { threshPk } = asha.seat.progress().keys!.attestation;
    const [signature] = session.items[0]!.signatures!;
    expect(ed25519.verify(signature!, signed, threshPk)).toBe(true);
    // In another order, or with others: what was joined is gone.
    for (const again of [inputs.toReversed(), [listed[3]!, listed[10]!]])
      expect((await refusal(players, joining(again)))[0]).toBe('held');
  });

  it.each<[string, readonly FeeUtxo[], readonly string[]]>([
    [
      'one that is not in the own list',
      [...Array(10).keys()].map((i) => feeUtxo(20 + i)),
      ['unproved', ...Array<string>(10).fill('own-list missing')],
    ],
    [
      'another amount than listed',
      [{ ...young(10), amount: 1e9 }],
      ['unproved', 'own-list missing'],
    ],
    [
      'another salt',
      [{ ...young(10), amount: 1e9, salt: new Uint8Array(32) }],
      ['unproved', 'own-list missing'],
    ],
    [
      'another origin than listed',
      [{ ...young(10), txid: 'tx-0' }],
      ['unproved', 'own-list fails', 'due missing'],
    ],
    [
      'too little and young, whatever time it claims',
      [{ ...young(10), timestamp: 0 }],
      ['unproved', 'due missing'],
    ],
    [
      'two owners',
      [young(10), { ...feeUtxo(11), owner: new Uint8Array(32) }],
      ['refused', 'fee-owner'],
    ],
    [
      'two assets',
      [young(10), { ...feeUtxo(11), asset: new Uint8Array(32).fill(1) }],
      ['refused', 'fee-asset'],
    ],
    ['the same twice', [young(10), young(10)], ['refused', 'fee-duplicate']],
  ])('%s: refused', async (_, inputs, why) => {
    const found = await refusal(players, joining(inputs));
    expect(found.slice(0, why.length)).toEqual(why);
  });

  it('what one operator’s node does not list is not joined by them', async () => {
    const fresh = Array.from({ length: 10 }, (_, i) => feeUtxo(40 + i));
    await everybodyLists(players.slice(0, 3), fresh);
    expect(lacking(ben, joining(fresh))).toEqual([]);
    expect(lacking(players[3]!, joining(fresh))).toContain('own-list missing');
  });

  it('little is joined once it is a day old by the chain', async () => {
    const one = { ...feeUtxo(60), timestamp: Math.floor(clock.now / 1000) - DAY + 3600 };
    await everybodyLists(players, [one]);
    expect(lacking(ben, joining([one]))).toEqual(['due missing']);
    for (let i = 0; i < 8; i++) mine(chain, { time: Math.floor(clock.now / 1000) + 3700 + i });
    await everybodySees(players, evidenceOf(chain));
    expect(lacking(ben, joining([one]))).toEqual([]);
  });
});
