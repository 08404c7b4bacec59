import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import { depositScript } from '../../src/lib/ceremony/findings.ts';
import { attestationBytes, expiryOf, readAttestationJson } from '../../src/lib/wire/mint.ts';
import { equal, toHex } from '../../src/lib/crypto/bytes.ts';
import { mintedOf } from '../../src/lib/worker/handed.ts';
import { requestsViewOf } from '../../src/lib/worker/requests-view.ts';
import { clock, reload, type Player } from '../support/seats.ts';
import {
  bring,
  bury,
  chainNow,
  deposited,
  depositsOf,
  depositTx,
  evidenceOf,
  everybodySees,
  blockWith,
  forced,
  issue,
  lacking,
  mintRequest,
  recipient,
  refusal,
} from '../support/bridge-seats.ts';
import { coinbaseTx, evidenceFor, fork, mine, tipOf, type TestChain } from '../support/chain.ts';
import { accept, halted, itemAt, lie } from '../support/signing-cheats.ts';
import {
  did,
  everybodyHears,
  proposed,
  pursue,
  reply,
  sessionAt,
  signBatch,
  withKey,
} from '../support/signing-seats.ts';

const AMOUNT = 10_000_000;
const BTC = 100_000_000;
const wide = { items: 50, batch: 10_000 * BTC, item: 1000 * BTC, feeRate: 200 };

describe('a deposit', async () => {
  const players = await withKey(5, 3, 'mints');
  const [asha] = players as [Player, ...Player[]];
  await deposited(players, [{ recipient: recipient(1), index: 0, amount: AMOUNT }]);

  it('is attested in the bytes that the bridge takes', async () => {
    const [candidate] = await depositsOf(asha);
    expect(candidate).toMatchObject({ amount: AMOUNT, depth: 6, requested: [], attested: false });
    const session = await signBatch(players, [mintRequest(candidate!)], [0, 2, 4]);
    expect(session.faults).toEqual([]);
    const [item] = session.items;
    const [signature] = item!.signatures!;
    const { json } = mintedOf(asha.seat, item!.digest)!;
    const handed = readAttestationJson(json);
    if (typeof handed === 'string') throw new Error(handed);
    const signed = attestationBytes(handed.attestation);
    expect(signed).toHaveLength(150);
    expect(handed.signature).toEqual(signature);
    const { threshPk } = asha.seat.progress().keys!.attestation;
    expect(ed25519.verify(signature!, signed, threshPk)).toBe(true);
    expect((await depositsOf(asha))[0]).toMatchObject({ attested: true });
    // Another operator repeats the batch, by a clock that is years ahead.
    const { now } = clock;
    clock.now = Date.UTC(2100);
    await lie(players[4]!, { kind: 'request', batch: [item!.request] });
    clock.now = now;
    await everybodyHears(players);
    expect(sessionAt(asha, session.root).proposers).toEqual([0, 4]);
    expect(mintedOf(asha.seat, item!.digest)!.json).toBe(json);
  });

  it('is not attested a second time, whatever is proposed', async () => {
    const [candidate] = await depositsOf(asha);
    const root = await proposed(players, [mintRequest(candidate!, { purpose: 'Again' })]);
    for (const player of players) {
      const view = requestsViewOf(player.seat)!.sessions.find(({ items }) =>
        items.some(({ request }) => request.purpose === 'Again'),
      )!;
      expect(view.items[0]).toMatchObject({ halt: 'held', heldBy: [{ over: 'deposit' }] });
      expect(lacking(player, itemAt(player, root).request)).toEqual([]);
      expect(await accept(player, root)).toEqual({ fault: 'not-now' });
    }
  });
});

describe('every field of a request is held against the evidence', async () => {
  const players = await withKey(5, 3, 'fields');
  const [asha] = players as [Player, ...Player[]];
  await deposited(players, [{ recipient: recipient(1), index: 0, amount: AMOUNT }]);
  const [candidate] = await depositsOf(asha);
  const right = mintRequest(candidate!);

  it.each([
    ['txid', { txid: new Uint8Array(32) }, ['included missing']],
    ['vout', { vout: 1 }, ['output fails', 'amount fails']],
    ['recipient', { recipient: recipient(2) }, ['issued missing', 'output fails']],
    ['index', { index: 1 }, ['issued missing', 'output fails']],
    ['amount, one sat less', { amount: AMOUNT - 1 }, ['amount fails']],
    ['amount, one sat more', { amount: AMOUNT + 1 }, ['amount fails']],
    ['mined', { mined: right.mined + 1 }, ['mined fails']],
    ['validity', { validity: right.validity + 3600 }, ['schedule fails']],
    ['issue', { issue: 1 }, ['reissue missing']],
  ])('%s', async (_, change, why) => {
    expect(await refusal(players, { ...right, ...change })).toEqual(['unproved', ...why]);
  });

  it('an address that too few hold is as good as not given out', async () => {
    const to = recipient(9);
    await did(asha.seat.issueAddress(to));
    const chain = chainNow();
    const block = blockWith(chain, [depositTx(asha, [{ recipient: to, index: 0, amount: 7000 }])]);
    bury(chain, 5);
    // Asha’s packet with the address reaches Ben alone.
    await bring(players[1]!, evidenceOf(chain, [block]));
    for (const { seat } of players.slice(1, 2))
      await seat.take(asha.seat.log.outgoing(true).bundle);
    const request = { ...right, txid: block.txids[1]!, recipient: to, amount: 7000 };
    expect(lacking(players[1]!, request)).toContain('issued missing');
    await everybodyHears(players);
    for (const { seat } of players) await did(seat.receipt());
    await everybodyHears(players);
    expect(lacking(players[1]!, request)).not.toContain('issued missing');
  });
});

describe('how deep a deposit must lie', async () => {
  const players = await withKey(4, 3, 'depth', { terms: { limits: wide } });
  const [asha, ben] = players as [Player, Player];
  await issue(players, [1, 2, 3, 4, 5].map(recipient));
  const chain = chainNow();
  const see = (blocks: Parameters<typeof evidenceOf>[1] = []) =>
    everybodySees(players, evidenceOf(chain, blocks));
  const deposit = (...each: readonly [number, number][]) =>
    blockWith(
      chain,
      each.map(([to, amount]) => depositTx(asha, [{ recipient: recipient(to), index: 0, amount }])),
    );
  const mintOf = async (to: number) =>
    mintRequest((await depositsOf(asha)).find(({ recipient: [first] }) => first === to)!);
  const depth = (to: number) => {
    const item = requestsViewOf(ben.seat)!
      .sessions.flatMap(({ items }) => items)
      .find(({ request }) => request.kind === 'mint' && request.recipient[0] === to)!;
    return item.findings.find(({ finding }) => finding === 'depth')!.detail;
  };

  it('six blocks; one less is too little', async () => {
    const block = deposit([1, AMOUNT]);
    bury(chain, 4);
    await see([block]);
    expect(await refusal(players, await mintOf(1))).toEqual(['unproved', 'depth missing']);
    bury(chain, 1);
    await see();
    expect(lacking(ben, await mintOf(1))).toEqual([]);
  });

  it('a huge one until the blocks on it cost twice what it is worth', async () => {
    const block = deposit([2, 200 * BTC]);
    bury(chain, 6);
    await see([block]);
    expect(await refusal(players, await mintOf(2))).toEqual(['unproved', 'depth missing']);
    expect(depth(2)).toEqual([7, 8]);
    bury(chain, 1);
    await see();
    expect(lacking(ben, await mintOf(2))).toEqual([]);
  });

  it('two in one block count together, somebody else’s coins in it do not', async () => {
    const foreign = depositTx(asha, [{ recipient: recipient(77), index: 0, amount: 9000 * BTC }]);
    const block = blockWith(chain, [
      depositTx(asha, [{ recipient: recipient(3), index: 0, amount: 90 * BTC }]),
      depositTx(asha, [{ recipient: recipient(4), index: 0, amount: 90 * BTC }]),
      foreign,
    ]);
    bury(chain, 6);
    await see([block]);
    // A liar proposes a mint of coins that are nobody’s deposit, so that others have to wait.
    const wrong = { ...(await mintOf(3)), txid: block.txids[3]!, amount: 9000 * BTC };
    await forced(players, [{ ...wrong, recipient: recipient(77) }]);
    for (const to of [3, 4])
      expect(await refusal(players, await mintOf(to))).toEqual(['unproved', 'depth missing']);
    expect(depth(3)).toEqual([7, 8]);
    bury(chain, 1);
    await see();
    for (const to of [3, 4]) expect(lacking(ben, await mintOf(to))).toEqual([]);
  });

  it('a coinbase a hundred blocks', async () => {
    const height = tipOf(chain).height + 1;
    const to = { recipient: recipient(5), index: 0 };
    const script = depositScript(asha.seat.known()!, to)!;
    const coinbase = coinbaseTx(height, [{ amount: 50 * BTC, script }]);
    const block = mine(chain, { time: tipOf(chain).header.time + 60, coinbase });
    bury(chain, 98);
    const inclusion = evidenceFor(block, block.txids[0]!);
    await everybodySees(players, {
      ...evidenceOf(chain),
      inclusions: [{ block: block.header.hash, inclusion }],
    });
    expect(await refusal(players, await mintOf(5))).toEqual(['unproved', 'depth missing']);
    bury(chain, 1);
    await see();
    expect(lacking(ben, await mintOf(5))).toEqual([]);
  });
});

describe('tips', async () => {
  const players = await withKey(5, 3, 'tips');
  const [asha, ben, chen, dora] = players as [Player, Player, Player, Player];
  await issue(players, [recipient(1)]);
  const chain = chainNow();
  const trunk = tipOf(chain).height;
  const block = blockWith(chain, [
    depositTx(asha, [{ recipient: recipient(1), index: 0, amount: AMOUNT }]),
  ]);
  bury(chain, 5);
  const see = async (who: readonly Player[], of: TestChain) => {
    for (const player of who) await bring(player, evidenceOf(of));
    await everybodyHears(players);
  };
  await bring(asha, evidenceOf(chain, [block]));
  await everybodyHears(players);
  const request = async () => mintRequest((await depositsOf(asha))[0]!);
  const first = mintRequest({
    mint: {
      kind: 'mint',
      txid: block.txids[1]!,
      vout: 0,
      recipient: recipient(1),
      index: 0,
      amount: AMOUNT,
      mined: block.header.time,
      validity: ben.seat.requests()!.inForce.rules.validity,
      issue: 0,
    },
  });

  it('of fewer than t, or without the own, are not enough', async () => {
    await see([ben], chain);
    expect(lacking(ben, first)).toEqual(['tips missing', 'included fails']);
    await see([chen], chain);
    expect(lacking(ben, first)).toEqual([]);
    expect(lacking(dora, first)).toEqual(['own-tip missing']);
    const root = await forced(players, [first]);
    expect(await accept(dora, root)).toEqual({ fault: 'not-now' });
  });

  it('on two forks agree on nothing that both do not have', async () => {
    const other = fork(chain, trunk);
    bury(other, 9);
    await see([chen, dora], other);
    expect(lacking(ben, first)).toEqual(['tips missing', 'included fails']);
    // A third on the fork: it is what t agree on, and the deposit is out of the chain.
    await see([players[4]!], other);
    expect(lacking(ben, first)).toEqual(['own-tip fails', 'included fails']);
    expect(lacking(dora, first)).toEqual(['included fails']);
    // The fork takes the deposit in again, later: its depth counts from there.
    const again = mine(other, { time: tipOf(other).header.time + 60, txs: block.txs.slice(1) });
    bury(other, 4);
    await bring(chen, evidenceOf(other, [again]));
    await see([ben, dora, players[4]!], other);
    const moved = await request();
    expect(moved.mined).toBe(again.header.time);
    expect(lacking(ben, moved)).toEqual(['depth missing']);
    bury(other, 1);
    await see([ben, chen, dora], other);
    expect(lacking(ben, moved)).toEqual([]);
    expect(lacking(ben, first)).toEqual(['mined fails']);
  });

  it('that are old, or of the future, are no witnesses of now', async () => {
    const now = clock.now;
    const moved = await request();
    clock.now = now + 2 * 864e5;
    expect(lacking(ben, moved)).toEqual(['fresh fails']);
    clock.now = now - 12 * 36e5;
    expect(lacking(ben, moved)).toEqual(['future fails']);
    clock.now = now;
  });
});

describe('the schedule', async () => {
  const players = await withKey(5, 3, 'schedule');
  const [asha, ben] = players as [Player, Player];
  const { chain } = await deposited(players, [
    { recipient: recipient(1), index: 0, amount: AMOUNT },
  ]);
  const [candidate] = await depositsOf(asha);
  const first = mintRequest(candidate!);
  const ends = expiryOf(first, first.mined, 0);
  const later = { ...first, issue: 1, purpose: 'A second issue', expires: 1000 * ends + 864e5 };
  /** The local clock goes on; the chain follows only when it is mined. */
  const until = (time: number) => void (clock.now = 1000 * time);

  it('nothing is signed that the bridge would hardly take any more', () => {
    const now = clock.now;
    until(ends - 6 * 3600 + 60);
    expect(lacking(ben, first)).toContain('time-left fails');
    clock.now = now;
  });

  it('a retry after a lost share signs identical bytes', async () => {
    const root = await proposed(players, [first]);
    for (const player of players) await reply(player, root, { sign: player !== players[4] });
    await everybodyHears(players);
    await did(asha.seat.freeze(root, [0, 1, 2]));
    await everybodyHears(players);
    for (const player of [asha, ben]) await did(player.seat.sign(root));
    await everybodyHears(players);
    const { message } = itemAt(asha, root).units[0]!;
    // The third one’s machine stops: the nonces are gone, and it never gave a share.
    await reload(players[2]!);
    await pursue(players, root);
    const item = itemAt(asha, root);
    expect(sessionAt(asha, root).packages.length).toBeGreaterThan(1);
    const { threshPk } = asha.seat.progress().keys!.attestation;
    expect(ed25519.verify(item.signatures![0]!, message, threshPk)).toBe(true);
  });

  it('is not issued again before the first issue ended, nor by the local clock alone', async () => {
    expect(await refusal(players, later)).toEqual(['held', 'reissue missing']);
    until(ends + 7200);
    const root = await forced(players, [{ ...later, purpose: 'By the clock' }]);
    expect(halted(ben, root)).toEqual({ halt: 'held', over: ['deposit'] });
    expect(lacking(ben, later)).toEqual(['fresh fails', 'reissue missing']);
  });

  it('is issued again, under the same nonce, once the chain’s time is past', async () => {
    mine(chain, { time: ends - 3600 });
    for (let i = 0; i < 12; i++) mine(chain, { time: ends + 1 + i });
    await everybodySees(players, evidenceOf(chain));
    expect(ben.seat.requests()!.chain.time).toBeGreaterThan(ends);
    const [again] = await depositsOf(asha);
    expect(again).toMatchObject({ attested: false, mint: { issue: 1 } });
    const root = await proposed(players, [mintRequest(again!, { purpose: 'Once more' })]);
    // Under rules with another validity, its first issue would be a second attestation, too.
    const other = await forced(players, [{ ...first, validity: first.validity + 86_400 }]);
    const marked = requestsViewOf(ben.seat)!.sessions.flatMap((session) =>
      session.items.flatMap((item) => (item.again ? [toHex(session.root)] : [])),
    );
    expect(marked).toEqual(expect.arrayContaining([toHex(root), toHex(other)]));
    const once = requestsViewOf(ben.seat)!.sessions.at(-1)!;
    expect(once.items[0]).toMatchObject({ again: false, request: first });
    await pursue(players, root);
    const item = itemAt(asha, root);
    const handed = readAttestationJson(mintedOf(asha.seat, item.digest)!.json);
    if (typeof handed === 'string') throw new Error(handed);
    const before = [...ben.seat.requests()!.items.values()].find(
      ({ request, signatures }) => signatures && (request as typeof first).issue === 0,
    )!;
    const former = readAttestationJson(mintedOf(asha.seat, before.digest)!.json);
    if (typeof former === 'string') throw new Error(former);
    expect(handed.attestation).toEqual({
      ...former.attestation,
      expiry: former.attestation.expiry + first.validity,
    });
    expect(ben.seat.requests()!.faults).toEqual([]);
  });
});

describe('a request that ended', async () => {
  const players = await withKey(5, 3, 'late mints');
  const [asha] = players as [Player, ...Player[]];
  await deposited(players, [{ recipient: recipient(1), index: 0, amount: AMOUNT }]);
  const then = clock.now;

  it('one that was not finished in time is proposed anew, and signs identical bytes', async () => {
    const now = clock.now;
    clock.now = then;
    const [candidate] = await depositsOf(asha);
    const late = mintRequest(candidate!, { purpose: 'Late', expires: clock.now + 600_000 });
    const anew = mintRequest(candidate!, { purpose: 'Anew' });
    const root = await proposed(players, [late]);
    for (const player of players) await reply(player, root);
    await everybodyHears(players);
    await did(asha.seat.freeze(root, [0, 1, 2]));
    await everybodyHears(players);
    await did(asha.seat.sign(root));
    await everybodyHears(players);
    const again = await proposed(players, [anew]);
    for (const { seat } of players) {
      const view = requestsViewOf(seat)!.sessions.find((one) => equal(one.root, again))!;
      expect(view.items[0]).toMatchObject({ halt: 'held', heldBy: [{ over: 'deposit' }] });
    }
    clock.now = late.expires + 1;
    await pursue(players, again);
    const item = itemAt(asha, again);
    expect(item.signatures).toHaveLength(1);
    expect(item.units[0]!.message).toEqual(itemAt(asha, root).units[0]!.message);
    expect(asha.seat.requests()!.faults).toEqual([]);
    clock.now = now;
  });
});
