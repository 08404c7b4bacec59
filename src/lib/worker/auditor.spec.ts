import { describe, expect, it } from 'vitest';
import { altered, sayOtherwise } from '../../../tests/support/cheating.ts';
import { carry, groups, rehearsalId, type Player } from '../../../tests/support/seats.ts';
import {
  did,
  lastSession,
  OTHER,
  RECIPIENT,
  signBatch,
  spendOf,
  spendRequest,
  withKey,
} from '../../../tests/support/signing-seats.ts';
import { strangerPacket } from '../../../tests/support/stranger.ts';
import { toFile } from '../courier/file.ts';
import { pack } from '../courier/transport.ts';
import { type Bytes, inFours, toHex } from '../crypto/bytes.ts';
import { bundleOf } from '../ceremony/packet.ts';
import { batchRoot, requestDigest } from '../ceremony/request.ts';
import { jsGroup } from '../wasm/js-group.ts';
import { Auditor } from './auditor.ts';

const js = { secp256k1: jsGroup('secp256k1'), ed25519: jsGroup('ed25519') };
const auditor = new Auditor(groups, js);
const fileOf = async (bundle: Bytes) => toFile(await pack(bundle));

const [asha, ben, chen] = (await withKey(3, 2, 'auditor')) as [Player, Player, Player];
const record = asha.seat.log.record();

const batch = [
  spendRequest(spendOf(asha, { inputs: 2 }), { purpose: 'Withdrawal 17' }),
  spendRequest(spendOf(asha, { to: OTHER }), { purpose: 'Withdrawal 18' }),
];
await did(asha.seat.request(batch));
const { root, items } = lastSession(asha);
const alone = await fileOf(
  bundleOf([asha.seat.state.packetsFrom(asha.seat.state.me).at(-1)!.bytes]),
);
const everything = await fileOf(asha.seat.log.outgoing(true).bundle);
const backwards = await fileOf(
  bundleOf(
    asha.seat.state
      .allPackets()
      .map(({ bytes }) => bytes)
      .reverse(),
  ),
);
await carry(asha, ben);

describe('requests are computed again', () => {
  it.each([
    ['from a record', [asha.seat.log.record()]],
    ['from packets with the whole ceremony', [everything]],
    ['from the packet of the batch and an older record', [alone, record]],
    ['from packets that come the last one first', [backwards]],
  ])('%s', async (_, files) => {
    const { batches, missing, group, leftOut } = await auditor.recompute(files);
    expect({ missing, leftOut }).toEqual({ missing: undefined, leftOut: [] });
    expect(group).toMatchObject({
      name: 'Test vault',
      id: { network: 'regtest', rehearsal: true },
    });
    expect(batches).toMatchObject([{ root, proposers: ['Asha'], problems: [] }]);
    const { requests } = batches[0]!;
    expect(requests.map(({ digest }) => toHex(digest))).toEqual(
      items.map(({ digest }) => toHex(digest)),
    );
    expect(requests.map(({ request: { kind, purpose } }) => [kind, purpose])).toEqual([
      ['spend', 'Withdrawal 17'],
      ['spend', 'Withdrawal 18'],
    ]);
    expect(requests.map(({ review }) => [review!.paid, review!.fee])).toEqual([
      [80_000_000, 1000],
      [40_000_000, 500],
    ]);
    expect(requests.map(({ review }) => review!.outputs[0]!.address)).toEqual([RECIPIENT, OTHER]);
    expect(requests.every((one) => one.signable)).toBe(true);
  });

  it('what a device shows is the same, for all items and for some', async () => {
    await auditor.recompute([alone, record]);
    for (const accepted of [[0, 1], [1]]) {
      const shown = auditor.shown(root, accepted)!;
      expect(shown.statement).toBe(ben.seat.statement(root, accepted));
      expect(shown.statement).toContain(inFours(shown.hash));
    }
    expect(auditor.shown(root, [0, 1])!.hash).toEqual(root);
    expect(auditor.shown(root, [1])!.hash).toEqual(items[1]!.digest);
    for (const [batchRoot, accepted] of [
      [root, []],
      [root, [0, 7]],
      [new Uint8Array(32), [0]],
    ] as const)
      expect(auditor.shown(batchRoot, accepted)).toBeUndefined();
  });

  it('a request that was swapped on its way out shows what it is, under another root', async () => {
    const [dora, emre] = (await withKey(2, 2, 'swapped')) as [Player, Player];
    const honest = spendRequest(spendOf(dora));
    const swapped = { ...honest, transaction: spendOf(dora, { to: OTHER }) };
    sayOtherwise(dora, (part) => (part.kind === 'request' ? { ...part, batch: [swapped] } : part));
    await did(dora.seat.request([honest]));
    await carry(dora, emre);
    const { batches } = await auditor.recompute([emre.seat.log.record()]);
    expect(batches[0]!.requests[0]!.review!.outputs[0]!.address).toBe(OTHER);
    expect(auditor.shown(batches[0]!.root, [0])!.statement).toContain(OTHER);
    const known = dora.seat.known()!;
    expect(batches[0]!.root).not.toEqual(batchRoot([requestDigest(known, honest)]));
  });

  it('the last batch stands first, and what cannot be signed is said', async () => {
    const three = await withKey(3, 2, 'two batches');
    await signBatch(three, [spendRequest(spendOf(three[0]!))], [0, 1]);
    const dear = spendRequest(spendOf(three[0]!, { fee: 50_000_000 }));
    sayOtherwise(three[0]!, (part) =>
      part.kind === 'request' ? { ...part, batch: [dear] } : part,
    );
    await did(three[0]!.seat.request([spendRequest(spendOf(three[0]!))]));
    const { batches } = await auditor.recompute([three[0]!.seat.log.record()]);
    expect(batches.map(({ requests }) => requests[0]!.signable)).toEqual([false, true]);
    expect(batches[0]!.requests[0]!.review!.problems).toMatchObject([{ problem: 'fee-too-high' }]);
    expect(auditor.shown(batches[0]!.root, [0])).toBeUndefined();
  });

  it('by JavaScript alone, with the same result', async () => {
    const { batches } = await new Auditor(js, js).recompute([alone, record]);
    expect(batches.map((one) => toHex(one.root))).toEqual([toHex(root)]);
  });
});

describe('what is missing is said', () => {
  it('packets without the ceremony lack the invitation first', async () => {
    const found = await auditor.recompute([alone]);
    expect(found).toMatchObject({
      missing: 'invitation',
      batches: [],
      files: [{ is: 'packets', packets: 1 }],
    });
    expect(found.leftOut).toEqual([expect.stringMatching(/^Packet 1 of the same sender/)]);
  });

  it('by how far the ceremony is', async () => {
    expect(await auditor.recompute([])).toMatchObject({ missing: 'packets', group: undefined });
    const packets = [asha, ben, chen].flatMap(({ seat }) =>
      asha.seat.state.packetsFrom(seat.state.me),
    );
    const upTo = async (kind: string, also = 0) => {
      const end = packets.findIndex(({ parts }) => parts.some((part) => part.kind === kind));
      return fileOf(bundleOf(packets.slice(0, end + also).map(({ bytes }) => bytes)));
    };
    const missing = async (file: Uint8Array) => (await auditor.recompute([file])).missing;
    expect(await missing(await upTo('invite', 1))).toBe('manifest');
    expect(await missing(await upTo('manifest', 1))).toBe('keys');
  });

  it('packets of another epoch and of strangers are left out, with the reason', async () => {
    const id = rehearsalId;
    const session = asha.seat.state.manifestHash!;
    const receipt = [{ kind: 'receipt' as const }];
    const packets = [
      strangerPacket({ ...id, epoch: 1 }, 3, { parts: receipt }),
      strangerPacket(id, 4, { session, parts: receipt }),
    ];
    const file = await fileOf(bundleOf(packets.map(({ bytes }) => bytes)));
    const { batches, leftOut } = await auditor.recompute([record, file]);
    expect(batches).toEqual([]);
    expect(leftOut).toEqual([
      'It belongs to epoch 1.',
      'Its sender is neither an operator nor a witness of this group.',
    ]);
  });
});

describe('hostile files', () => {
  it('are named one by one; the others are read all the same', async () => {
    const files = [
      altered(alone),
      alone.slice(0, -3),
      record.slice(0, -3),
      Uint8Array.of(1, 2, 3),
      await fileOf(Uint8Array.of(1, 2, 3)),
      everything,
    ];
    const found = await auditor.recompute(files);
    expect(found.files).toMatchObject([
      { is: 'damaged', fault: { fault: 'damaged' } },
      { is: 'damaged', fault: { fault: 'cut-short' } },
      { is: 'broken' },
      { is: 'broken' },
      { is: 'broken' },
      { is: 'packets' },
    ]);
    expect(found.batches).toHaveLength(1);
  });

  it('a packet with a changed byte is left out, with its reason', async () => {
    const packet = asha.seat.state.packetsFrom(asha.seat.state.me).at(-1)!;
    const bad = await fileOf(bundleOf([altered(packet.bytes)]));
    const { batches, leftOut } = await auditor.recompute([record, bad]);
    expect(batches).toEqual([]);
    expect(leftOut).toEqual([expect.stringContaining('its signature does not hold')]);
  });
});
