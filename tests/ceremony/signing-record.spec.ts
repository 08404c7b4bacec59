import { describe, expect, it } from 'vitest';
import { compareRecords } from '../../src/lib/ceremony/record-compare.ts';
import { recordFile } from '../../src/lib/ceremony/record-file.ts';
import { verifyRecord } from '../../src/lib/ceremony/record.ts';
import { txidOf } from '../../src/lib/bitcoin/transaction.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import { readPacket } from '../../src/lib/ceremony/packet.ts';
import type { Part } from '../../src/lib/ceremony/parts.ts';
import { jsGroup } from '../../src/lib/wasm/js-group.ts';
import type { Scalar } from '../../src/lib/wasm/group.ts';
import { recordKeys } from '../../src/lib/worker/ports.ts';
import { altered, sayOtherwise } from '../support/cheating.ts';
import { groups, rehearsalId, type Player } from '../support/seats.ts';
import {
  did,
  everybodyHears,
  lastSession,
  reply,
  signBatch,
  spendOf,
  spendRequest,
  withKey,
} from '../support/signing-seats.ts';

const js = { secp256k1: jsGroup('secp256k1'), ed25519: jsGroup('ed25519') };
const verify = (file: Uint8Array) => verifyRecord(groups, js, file);

const players = await withKey(3, 2, 'signing record');
const [asha, ben, chen] = players as [Player, Player, Player];
const before = asha.seat.log.record();

const paid = spendRequest(spendOf(asha, { inputs: 2 }), { purpose: 'Withdrawal 17' });
const session = await signBatch(players, [paid], [0, 2]);
const { digest } = session.items[0]!;
await did(chen.seat.sight(digest, 6));
await did(asha.seat.request([spendRequest(spendOf(asha), { purpose: 'Withdrawal 18' })]));
await everybodyHears(players);
await reply(ben, lastSession(ben).root, { sign: false, refuse: [0] });
await everybodyHears(players);
const tested = await signBatch(
  players,
  [{ kind: 'test', purpose: 'Once a year', expires: paid.expires, salt: new Uint8Array(16) }],
  [0, 1],
);

const file = asha.seat.log.record();

/** In which entry of Asha’s log a part of this kind stands first, by this sender. */
function entryWith(kind: Part['kind'], { seat }: Player): number {
  return asha.seat.state.entries.findIndex(({ event }) => {
    if (event.kind !== 'sent' && event.kind !== 'received') return false;
    const packet = readPacket(groups.secp256k1, event.packet);
    return (
      typeof packet === 'object' &&
      toHex(packet.from) === toHex(seat.state.me) &&
      packet.parts.some((part) => part.kind === kind)
    );
  });
}

describe('the record of a group that signs', () => {
  it('holds for every operator, and says who signed what', () => {
    for (const { seat } of players) {
      const { report, content } = verify(seat.log.record());
      expect(report).toMatchObject({ verdict: 'intact', faults: [] });
      expect(report.checks.at(-1)).toEqual({
        name: 'requests',
        state: 'holds',
        count: 2,
        of: 3,
        who: [],
      });
      const [signed, open, test] = content!.batches;
      expect(signed).toMatchObject({ root: session.root, kind: 'spend', proposers: [0] });
      expect(signed!.requests).toEqual([
        {
          digest,
          purpose: 'Withdrawal 17',
          spend: {
            txid: toHex(txidOf(paid.transaction).reverse()),
            paid: 80_000_000,
            fee: 1000,
          },
          nullifiers: [],
          attested: undefined,
          objections: [],
          reserved: [0, 1, 2],
          shared: [0, 2],
          signed: { by: [0, 2], signatures: session.items[0]!.signatures },
          seen: [{ operator: 2, depth: 6 }],
        },
      ]);
      expect(open!.requests).toMatchObject([
        {
          purpose: 'Withdrawal 18',
          objections: [{ operator: 1, because: 'not on my list' }],
          reserved: [],
          shared: [],
          signed: undefined,
          seen: [],
        },
      ]);
      expect(test).toMatchObject({ kind: 'test', proposers: [0] });
      expect(test!.requests).toMatchObject([
        {
          purpose: 'Once a year',
          spend: undefined,
          reserved: [],
          signed: { by: [0, 1], signatures: tested.items[0]!.signatures },
        },
      ]);
    }
  });

  it('says nothing of requests where there is none', () => {
    const { report, content } = verify(before);
    expect(report.verdict).toBe('intact');
    expect(report.checks.map(({ name }) => name)).not.toContain('requests');
    expect(content!.batches).toEqual([]);
  });

  it('agrees with the record of another operator, and is longer than an earlier one', () => {
    const same = compareRecords(groups, js, file, ben.seat.log.record());
    expect(same).toMatchObject({ verdict: 'agree', findings: [] });
    const { verdict, findings } = compareRecords(groups, js, before, file);
    expect(verdict).toBe('agree');
    expect(findings).toEqual([expect.objectContaining({ finding: 'older', who: 'Asha' })]);
  });
});

describe('a changed byte', () => {
  it.each([
    ['request', asha],
    ['slip', chen],
    ['reserve', ben],
    ['nonces', chen],
    ['package', asha],
    ['signature-shares', chen],
    ['sighting', chen],
  ] as const)('in a part “%s” is named by its entry', (kind, sender) => {
    const number = entryWith(kind, sender);
    const { event } = asha.seat.state.entries[number]!;
    if (event.kind !== 'sent' && event.kind !== 'received') throw new Error(event.kind);
    const at = Buffer.from(file).indexOf(event.packet);
    for (const offset of [40, event.packet.length - 100, event.packet.length - 1]) {
      const bad = file.slice();
      bad[at + offset]! ^= 1;
      const { report, content } = verify(bad);
      expect(report.verdict).toBe('broken');
      expect(report.broken!.entry).toBe(number);
      expect(content).toBeUndefined();
    }
  });
});

describe('a dishonest operator', () => {
  it('whose share is wrong is named by everybody’s record; the chain holds', async () => {
    const three = await withKey(3, 2, 'a wrong share');
    sayOtherwise(three[1]!, (part) =>
      part.kind === 'signature-shares'
        ? {
            ...part,
            items: part.items.map(({ item, shares }) => ({ item, shares: shares.map(altered) })),
          }
        : part,
    );
    await signBatch(three, [spendRequest(spendOf(three[0]!))], [0, 1]);
    const { report, content } = verify(three[2]!.seat.log.record());
    expect(report.verdict).toBe('faults');
    expect(report.checks.at(-1)).toMatchObject({ name: 'requests', state: 'fails', who: [1] });
    expect(report.faults).toMatchObject([{ fault: 'share-wrong', operators: [1] }]);
    expect(content!.faults).toEqual(report.faults);
    expect(content!.batches[0]!.requests[0]).toMatchObject({ signed: undefined, shared: [0, 1] });
  });

  it('whose slip is not about these items did not answer: nothing was signed with it', async () => {
    const three = await withKey(3, 2, 'a wrong slip');
    sayOtherwise(three[1]!, (part) =>
      part.kind === 'slip' ? { ...part, verdicts: [...part.verdicts, ...part.verdicts] } : part,
    );
    const request = spendRequest(spendOf(three[0]!));
    await expect(signBatch(three, [request], [0, 1])).rejects.toThrow('Not done');
    const { report, content } = verify(three[2]!.seat.log.record());
    expect(report.verdict).toBe('intact');
    expect(content!.batches[0]!.requests[0]).toMatchObject({ signed: undefined, shared: [] });
  });

  it('who leaves out the entry with a share cannot say the rest', async () => {
    const number = entryWith('signature-shares', asha);
    const { entries } = asha.seat.state;
    const secret = (await asha.store.read(
      recordKeys(toHex(rehearsalId.group)).packetSecret,
    )) as Scalar;
    const short = [...entries.slice(0, number), ...entries.slice(number + 1)];
    const { report } = verify(recordFile(groups.secp256k1, secret, short, new Uint8Array(32)));
    expect(report.verdict).toBe('broken');
    expect(report.broken!.entry).toBe(number);
  });
});
