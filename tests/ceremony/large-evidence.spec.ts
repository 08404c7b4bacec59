import { describe, expect, it } from 'vitest';
import { MAX_INCLUSION, sizeOf } from '../../src/lib/bitcoin/inclusion.ts';
import { signPacket } from '../../src/lib/ceremony/packet.ts';
import type { Part } from '../../src/lib/ceremony/parts.ts';
import { xOnly } from '../../src/lib/crypto/bip340.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { refusalText } from '../../src/lib/ui/text/evidence.ts';
import type { Scalar } from '../../src/lib/wasm/group.ts';
import {
  bring,
  bury,
  chainNow,
  depositsOf,
  depositTx,
  everybodySees,
  evidenceOf,
  issue,
  recipient,
} from '../support/bridge-seats.ts';
import { coinbaseTx, mine, paying, tipOf } from '../support/chain.ts';
import { groups, rehearsalId, type Player } from '../support/seats.ts';
import { withKey } from '../support/signing-seats.ts';

const { secp256k1 } = groups;
const secret = new Uint8Array(32).fill(3) as Scalar;
const most = 1_000_000;
const hash = new Uint8Array(32).fill(7);
const hashes = new Array<Uint8Array<ArrayBuffer>>(14).fill(hash);

/** A packet with an inclusion of this size, from a sender who has seen as many others as can be told. */
function packetOf(size: number) {
  const around = {
    branch: { position: 16_000, hashes },
    coinbase: new Uint8Array(20_000),
    coinbaseBranch: hashes,
  };
  const tx = new Uint8Array(size - sizeOf({ ...around, tx: new Uint8Array(0) }));
  const parts: Part[] = [
    { kind: 'inclusions', inclusions: [{ block: hash, inclusion: { ...around, tx } }] },
    { kind: 'resumed', at: Date.UTC(2100, 0) },
  ];
  return signPacket(
    secp256k1,
    secret,
    {
      version: 1,
      id: rehearsalId,
      session: hash,
      from: xOnly(secp256k1.mulBase(secret)),
      number: most,
      root: hash,
      incarnation: new Uint8Array(8),
      at: Date.UTC(2100, 0),
      log: { length: most, head: hash },
      seen: new Array(40).fill({ from: hash, number: most, length: most, head: hash }),
      parts,
    },
    new Uint8Array(32),
  );
}

it('the largest inclusion fits a packet beside the longest list of what was seen', () => {
  const packet = packetOf(MAX_INCLUSION);
  if (typeof packet === 'string') throw new Error(packet);
  expect(packet.bytes.length).toBe(64_682);
  expect(packetOf(MAX_INCLUSION + 1000)).toBe('larger than a packet may be');
});

const p2tr = { amount: 1000, script: Uint8Array.of(0x51, 32, ...new Uint8Array(32).fill(9)) };
const outputs = (count: number) => new Array<typeof p2tr>(count).fill(p2tr);

describe('a deposit', async () => {
  const players = await withKey(3, 2, 'large evidence');
  const [asha] = players as [Player];
  await issue(players, [recipient(1)]);
  const deposit = depositTx(asha, [{ recipient: recipient(1), index: 0, amount: 5_000_000 }]);

  /** Evidence of a transaction in a block whose coinbase has so many outputs. */
  function evidenceWith(inCoinbase: number, wanted: Bytes) {
    const chain = chainNow();
    const { header, height } = tipOf(chain);
    const block = mine(chain, {
      time: header.time + 60,
      txs: [wanted],
      coinbase: coinbaseTx(height + 1, outputs(inCoinbase)),
    });
    bury(chain, 6);
    return evidenceOf(chain, [block]);
  }

  it('is proved in a block whose coinbase pays hundreds of miners', async () => {
    await everybodySees(players, evidenceWith(460, deposit));
    for (const player of players) expect(await depositsOf(player)).toHaveLength(1);
  });

  it.each([
    ['coinbase', 480, deposit, 'the block’s coinbase has 20698 bytes, above 20000'],
    [
      'transaction and coinbase',
      400,
      paying(1, ...outputs(1000)),
      'transaction, coinbase and branches have 60379 bytes, above 60000',
    ],
  ])('is refused, and why is said, where its %s are too large', async (_, count, tx, detail) => {
    const before = asha.seat.state.packetsFrom(asha.seat.state.me).length;
    expect(await bring(asha, evidenceWith(count, tx))).toEqual({
      refused: 'inclusion-large',
      detail,
    });
    expect(asha.seat.state.packetsFrom(asha.seat.state.me)).toHaveLength(before);
    const { cause, next } = refusalText('inclusion-large', detail);
    expect(cause).toContain(detail);
    expect(next).toContain('Making the file again does not help.');
  });
});
