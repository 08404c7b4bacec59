import { readFile } from 'node:fs/promises';
import { schnorr } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { addressOfScript, scriptOfAddress } from '../../src/lib/bitcoin/address.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import { readBurnFile } from '../../src/lib/wire/burn-record.ts';
import { BURN_PROOF_BYTES, checkBurnProof } from '../../src/lib/wire/plonky2/burn-proof.ts';
import { bridgeViewOf } from '../../src/lib/worker/bridge.ts';
import { composeBurn } from '../../src/lib/worker/bridge-draft.ts';
import { takeEvidence } from '../../src/lib/worker/evidence.ts';
import { requestsViewOf } from '../../src/lib/worker/requests-view.ts';
import { finishedOf, importCoins } from '../../src/lib/worker/watch.ts';
import {
  burnRequest,
  everybodySaw,
  lacking,
  newBurn,
  ownScript,
  proofOf,
  proved,
  recordsOf,
  refusal,
  scriptOf,
} from '../support/bridge-seats.ts';
import { unhex } from '../support/hex.ts';
import type { Player } from '../support/seats.ts';
import { accept, halted, itemAt } from '../support/signing-cheats.ts';
import { everybodyHears, OTHER, proposed, signBatch, withKey } from '../support/signing-seats.ts';

const utf8 = new TextEncoder();
const P2TR = scriptOfAddress('regtest', OTHER)!;

describe('withdrawals', async () => {
  const players = await withKey(5, 3, 'burns');
  const [asha, ben, chen] = players as [Player, Player, Player];

  it('three in one transaction are paid, by whichever three are there', async () => {
    for (const signers of [
      [0, 1, 2],
      [1, 3, 4],
      [0, 2, 4],
    ]) {
      const burns = [1, 2, 3].map((i) => newBurn({ amount: 1_000_000 * i, script: scriptOf(i) }));
      await proved(players, burns);
      await everybodySaw(players, burns);
      const session = await signBatch(players, [burnRequest(asha, burns)], signers);
      expect(session.faults).toEqual([]);
      const { signatures, units, digest } = session.items[0]!;
      const [{ message, key }] = units as [(typeof units)[number]];
      expect(schnorr.verify(signatures![0]!, message, key)).toBe(true);
      const raw = toHex(finishedOf(asha.seat, digest)!.raw);
      for (const { script } of burns) expect(raw).toContain(toHex(script));
    }
  });

  it('are composed from what observers saw and proofs say, each with its own output', async () => {
    const coin = ownScript(asha, [0, 1]);
    const listed = [
      {
        txid: 'cd'.repeat(32),
        vout: 0,
        address: addressOfScript('regtest', coin),
        scriptPubKey: toHex(coin),
        amount: 0.5,
        confirmations: 9,
      },
    ];
    expect(await importCoins(asha.seat, JSON.stringify(listed))).toMatchObject({ coins: 1 });
    // Two that look the same but for their nullifier.
    const burns = [newBurn(), newBurn()];
    await everybodySaw(players, burns);
    const names = burns.map(({ nullifier }) => nullifier);
    expect(await composeBurn(asha.seat, names, 5, [])).toEqual({ burns: 'no-proof' });
    // A proof to another destination is none of these.
    const { nullifier: of, amount } = burns[0]!;
    const destination = new Uint8Array(20).fill(99);
    const hash = new Uint8Array(32).fill(99);
    await asha.seat.log.append([{ kind: 'proof', hash, nullifier: of, amount, destination }]);
    await proved([asha], [burns[1]!]);
    expect(await composeBurn(asha.seat, names, 5, [])).toEqual({ burns: 'no-proof' });
    await proved(players, burns);
    const draft = (await composeBurn(asha.seat, names, 5, []))!;
    if (!('request' in draft) || draft.request.kind !== 'burn') throw new Error('no draft');
    expect(new Set(draft.request.withdrawals.map(({ output }) => output)).size).toBe(2);
    const request = { ...draft.request, purpose: 'Two', expires: burnRequest(asha, burns).expires };
    const session = await signBatch(players, [request], [1, 2, 3]);
    expect(session.items[0]!.signatures).toHaveLength(1);
    const view = (await bridgeViewOf(asha.seat))!.burns;
    for (const { nullifier } of burns)
      expect(
        view.find(({ burn }) => toHex(burn.nullifier) === toHex(nullifier))!.requested,
      ).toHaveLength(1);
  });

  describe('are refused', async () => {
    const one = newBurn();
    const two = newBurn({ script: scriptOf(8), amount: 7_000_000 });
    await proved(players, [one, two]);
    await everybodySaw(players, [one, two]);
    const paying = (change: Partial<typeof one>) => burnRequest(asha, [{ ...one, ...change }]);
    const right = () => burnRequest(asha, [one, two]);
    const { withdrawals } = right();
    const [first, second] = withdrawals as [(typeof withdrawals)[0], (typeof withdrawals)[0]];

    it('not when nothing is wrong', () => {
      expect(lacking(ben, right())).toEqual([]);
    });

    it.each([
      ['amount', { amount: one.amount + 1 }, ['proof-says fails']],
      ['fee', { fee: one.fee - 1 }, []],
      ['script of the same hash, another kind', { script: p2pkh(one.script) }, []],
      ['script of another hash', { script: scriptOf(9) }, ['proof-says fails']],
      ['height', { height: one.height + 1 }, []],
      ['block', { block: new Uint8Array(32) }, []],
    ])('the transaction pays it so, but its %s is another', async (_, change, why) => {
      const records = ['own-record missing', 'records missing', 'records-agree fails'];
      expect(await refusal(players, paying(change))).toEqual(['unproved', ...why, ...records]);
    });

    it('the nullifier is another: nobody saw it and no proof says it', async () => {
      const nullifier = unhex('00000000000000ff');
      const wrong = burnRequest(asha, [{ ...one, nullifier }]);
      const records = ['own-record missing', 'records missing'];
      expect(await refusal(players, wrong)).toEqual(['unproved', 'proof missing', ...records]);
      const borrowed = {
        ...wrong,
        withdrawals: [{ ...wrong.withdrawals[0]!, proof: proofOf(one.nullifier) }],
      };
      expect(await refusal(players, borrowed)).toEqual([
        'unproved',
        'proof-says fails',
        ...records,
      ]);
    });

    it('the proof is one that nobody verified', async () => {
      const wrong = { ...right(), withdrawals: [{ ...first, proof: new Uint8Array(32) }, second] };
      expect(await refusal(players, wrong)).toEqual(['unproved', 'proof missing']);
    });

    it('another asset, whatever observers say of it', async () => {
      const asset = new Uint8Array(32).fill(1);
      const other = newBurn({ asset });
      await proved(players, [other]);
      await everybodySaw(players, [other]);
      expect(await refusal(players, burnRequest(asha, [other]))).toEqual([
        'refused',
        'withdrawal-asset',
      ]);
    });

    const spend = right().transaction;
    const [a, b, change] = spend.outputs as [
      (typeof spend.outputs)[0],
      (typeof spend.outputs)[0],
      (typeof spend.outputs)[0],
    ];
    const more = (sat: number) => ({ ...change, amount: change.amount + sat });
    it.each([
      ['one sat less', [{ ...a, amount: a.amount - 1 }, b, change], ['withdrawal-output']],
      ['the fee as well', [{ ...a, amount: one.amount }, b, change], ['withdrawal-output']],
      ['somebody else', [{ ...a, script: scriptOf(66) }, b, change], ['withdrawal-output']],
      ['one of the two', [a, more(b.amount)], ['withdrawal-output']],
      ['in another order', [b, a, change], ['withdrawal-output', 'withdrawal-output']],
      ['somebody beside', [a, b, { ...a, amount: 20_000 }, more(-20_000)], ['output-unexplained']],
    ])('the transaction pays %s', async (_, outputs, problems) => {
      const wrong = { ...right(), transaction: { ...spend, outputs } };
      expect(await refusal(players, wrong)).toEqual(['refused', ...problems]);
    });

    it.each([
      [
        'both to one output',
        [first, { ...second, output: 0 }],
        ['withdrawal-output', 'output-unexplained'],
      ],
      [
        'one twice',
        [first, first],
        ['withdrawal-output', 'withdrawal-twice', 'output-unexplained'],
      ],
      [
        'one to an output that is not there',
        [first, { ...second, output: 9 }],
        ['withdrawal-output', 'output-unexplained'],
      ],
      [
        'one to the change',
        [first, { ...second, output: 2 }],
        ['withdrawal-output', 'output-unexplained'],
      ],
      ['only one', [first], ['output-unexplained']],
    ])('the mapping says %s', async (_, mapped, problems) => {
      const why = await refusal(players, { ...right(), withdrawals: mapped });
      expect(why[0]).toBe('refused');
      expect([...new Set(why.slice(1))].sort()).toEqual([...problems].sort());
    });

    it('less than 10 000 sat after the fee', async () => {
      const small = newBurn({ amount: 10_999, fee: 1000 });
      await proved(players, [small]);
      await everybodySaw(players, [small]);
      expect(await refusal(players, burnRequest(asha, [small]))).toEqual([
        'refused',
        'withdrawal-small',
      ]);
      const least = newBurn({ amount: 11_000, fee: 1000 });
      await proved(players, [least]);
      await everybodySaw(players, [least]);
      expect(lacking(ben, burnRequest(asha, [least]))).toEqual([]);
    });

    it('to Taproot: the 20 bytes of a proof cannot mean it', async () => {
      const taproot = newBurn({ script: P2TR });
      await proved(players, [taproot]);
      await everybodySaw(players, [taproot]);
      expect(await refusal(players, burnRequest(asha, [taproot]))).toEqual([
        'unproved',
        'proof-says fails',
      ]);
    });
  });

  describe('without enough records', () => {
    it('of t operators, or without the own, nobody pays', async () => {
      const burn = newBurn();
      await proved(players, [burn]);
      await everybodySaw([ben, chen], [burn], players);
      const request = burnRequest(asha, [burn]);
      expect(lacking(ben, request)).toEqual(['records missing']);
      expect(await refusal(players, request)).toEqual(['unproved', 'records missing']);
      await everybodySaw([players[3]!], [burn], players);
      expect(lacking(ben, request)).toEqual([]);
      expect(lacking(asha, request)).toEqual(['own-record missing']);
      expect(halted(asha, await proposed(players, [request])).halt).toBe('unproved');
    });

    it('one observer who saw something else keeps it back', async () => {
      const burn = newBurn();
      await proved(players, [burn]);
      await everybodySaw(players.slice(0, 4), [burn], players);
      await everybodySaw([players[4]!], [{ ...burn, height: 813 }], players);
      const request = burnRequest(asha, [burn]);
      expect(await refusal(players, request)).toEqual(['unproved', 'records-agree fails']);
      const view = requestsViewOf(ben.seat)!.sessions[0]!.items[0]!;
      const differs = view.findings.find(({ finding }) => finding === 'records-agree')!;
      expect(differs.detail).toEqual([4]);
    });

    it('records of another key, group or network are not taken, nor heard', async () => {
      const burn = newBurn();
      const take = async (file: string) => takeEvidence(ben.seat, utf8.encode(file), '');
      expect(await take(await recordsOf(chen, [burn]))).toMatchObject({
        refused: 'records-observer',
      });
      const where = ben.seat.state.id!;
      const group = new Uint8Array(32).fill(1);
      expect(await take(await recordsOf(ben, [burn], { ...where, group }))).toMatchObject({
        refused: 'records-group',
      });
      expect(
        await take(await recordsOf(ben, [burn], { ...where, network: 'signet' })),
      ).toMatchObject({
        refused: 'records-group',
      });
      const file = await recordsOf(ben, [burn]);
      const broken = file.replace(`"fee": ${burn.fee}`, `"fee": ${burn.fee - 1}`);
      expect(await take(broken)).toMatchObject({ refused: 'records-signature' });
      // Told all the same, as somebody's own: a signature for another group or of another observer.
      for (const wrong of [
        await recordsOf(chen, [burn]),
        await recordsOf(ben, [burn], { ...where, group }),
        await recordsOf(ben, [burn], { ...where, network: 'signet' }),
        broken,
      ]) {
        const { records } = readBurnFile(wrong) as Exclude<ReturnType<typeof readBurnFile>, string>;
        await ben.seat.log.say([
          {
            kind: 'burn-records',
            records: records.map(({ burn: told, signature }) => ({ burn: told, signature })),
          },
        ]);
      }
      await everybodyHears(players);
      await proved(players, [burn]);
      expect(lacking(ben, burnRequest(asha, [burn]))).toEqual([
        'own-record missing',
        'records missing',
      ]);
    });
  });

  it('are kept back by the limit on a window', async () => {
    // The group’s limit is 50 BTC a day, 10 BTC each.
    const each = 900_000_000;
    const burns = Array.from({ length: 6 }, () => newBurn({ amount: each, fee: 0 }));
    await proved(players, burns);
    await everybodySaw(players, burns);
    const roots = [];
    for (const burn of burns) {
      const root = await proposed(players, [burnRequest(asha, [burn])]);
      roots.push(root);
      const { halt } = halted(ben, root);
      if (halt === undefined) await signBatchReplies(players, root);
      else expect(halt).toBe('policy');
    }
    const decisions = roots.map(
      (root) =>
        requestsViewOf(ben.seat)!.sessions.find((one) => toHex(one.root) === toHex(root))!.items[0]!
          .decision.rule,
    );
    expect(decisions.filter((rule) => rule === 'window').length).toBeGreaterThan(0);
    expect(decisions[0]).toBeUndefined();
    expect(itemAt(ben, roots.at(-1)!).reserved.size).toBe(0);
  });
});

/** Everybody accepts the only request of a session. */
async function signBatchReplies(players: readonly Player[], root: Parameters<typeof itemAt>[1]) {
  for (const player of players) expect(await accept(player, root)).toBeUndefined();
  await everybodyHears(players);
}

/** The P2PKH script with the hash of a P2WPKH one. */
function p2pkh(script: Uint8Array) {
  return unhex(`76a914${toHex(script.subarray(2))}88ac`);
}

it.each(['{', '['])('a proof may begin with the byte of “%s”: it is no text', async (letter) => {
  const [player] = await withKey(2, 2, `proof ${letter}`);
  const bytes = new Uint8Array(BURN_PROOF_BYTES).fill(0xff);
  bytes[0] = letter.charCodeAt(0);
  const taken = await takeEvidence(player!.seat, bytes, 'somebody');
  expect(taken).toMatchObject({ refused: 'proof' });
  expect(taken).not.toMatchObject({ detail: expect.stringContaining('length') as string });
});

const vectors = process.env['CONCLAVE_VECTORS'];

describe.skipIf(!vectors)('the proof that was made without any secret', async () => {
  const file = vectors
    ? await readFile(`${vectors}/plonky2/burn_forged_proof.json`, 'utf8')
    : '{"proof_bytes":""}';
  const bytes = unhex((JSON.parse(file) as { proof_bytes: string }).proof_bytes);

  it('is verified as a proof and refused as a burn: no observer saw one', async () => {
    const players = await withKey(3, 2, 'forged');
    const [first] = players as [Player];
    const checked = checkBurnProof(bytes);
    if (!('inputs' in checked)) throw new Error(checked.problem);
    for (const { seat } of players)
      expect(await takeEvidence(seat, bytes, 'somebody')).toMatchObject({ took: 'burn-proof' });
    const { nullifier, amount } = checked.inputs;
    const script = unhex(`0014${toHex(checked.inputs.destination)}`);
    const burn = newBurn({ nullifier, amount, fee: 0, script });
    const wanted = burnRequest(first, [burn]);
    const { withdrawals } = wanted;
    // It burns all bitcoin that there will ever be.
    const [input] = wanted.transaction.inputs;
    const [payment] = wanted.transaction.outputs;
    const request = {
      ...wanted,
      withdrawals: [{ ...withdrawals[0]!, proof: checked.hash }],
      transaction: {
        ...wanted.transaction,
        inputs: [{ ...input!, amount }],
        outputs: [payment!],
      },
    };
    expect(lacking(first, request)).toEqual(['own-record missing', 'records missing']);
    expect(await refusal(players, request)).toEqual([
      'refused',
      'item-too-large',
      'fee-too-low',
      'own-record missing',
      'records missing',
    ]);
  });
});
