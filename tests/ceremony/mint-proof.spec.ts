import { describe, expect, it } from 'vitest';
import { checkpointsOf } from '../../src/lib/bitcoin/checkpoints.ts';
import { readHeader } from '../../src/lib/bitcoin/header.ts';
import type { ChainKnown } from '../../src/lib/ceremony/chain-known.ts';
import { checkMintProof, type NoProof } from '../../src/lib/ceremony/mint-proof.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { fromCbor, toCbor, type Cbor } from '../../src/lib/crypto/cbor.ts';
import { resultText } from '../../src/lib/ui/text/request-result.ts';
import { mintedOf } from '../../src/lib/worker/handed.ts';
import {
  blockWith,
  bring,
  bury,
  chainNow,
  deposited,
  depositsOf,
  depositTx,
  everybodySees,
  evidenceOf,
  issue,
  mintRequest,
  recipient,
} from '../support/bridge-seats.ts';
import { evidenceFor, linkedHeaders } from '../support/chain.ts';
import { groups, type Player } from '../support/seats.ts';
import { lie } from '../support/signing-cheats.ts';
import { everybodyHears, signBatch, withKey } from '../support/signing-seats.ts';

const players = await withKey(3, 2, 'mint proof');
const [asha] = players;
await deposited(players, [{ recipient: recipient(1), index: 0, amount: 5_000_000 }], { depth: 9 });
const [candidate] = await depositsOf(asha!);
const session = await signBatch(players, [mintRequest(candidate!)], [0, 2]);
const { digest } = session.items[0]!;
const { json, proof } = mintedOf(asha!.seat, digest)!;
if (typeof proof === 'string') throw new Error(proof);
const fields = fromCbor(proof) as Record<string, Cbor>;

/** The proof with one field changed. */
const changed = (name: string, field: Cbor) =>
  checkMintProof(groups, toCbor({ ...fields, [name]: field }));

/** The same bytes with the last bit of one of them turned. */
const flipped = (name: string, at: number) =>
  (fields[name] as Uint8Array).map((byte, i) => (i === at ? byte ^ 1 : byte));

describe('a mint proof', () => {
  it('holds by itself', () => {
    const audit = checkMintProof(groups, proof);
    if (typeof audit === 'string') throw new Error(audit);
    expect(audit.wrong).toEqual([]);
    expect(audit).toMatchObject({ depth: 9, shipped: true, id: asha!.seat.state.id });
    expect(audit.attestation).toMatchObject({ amount: 5_000_000, recipient: recipient(1) });
    expect(audit.checkpoint.height).toBe(0);
  });

  it.each<[string, Cbor, readonly string[]]>([
    ['signature', flipped('signature', 3), ['signature']],
    ['signed', flipped('signed', 130), ['signature', 'amount']],
    ['signed', flipped('signed', 134), ['signature', 'nonce']],
    ['signed', flipped('signed', 142), ['signature', 'expiry']],
    ['attestation', recipient(3), ['signature']],
    ['recipient', recipient(2), ['address']],
    ['index', 1, ['address']],
    ['issue', 1, ['expiry']],
    ['validity', 86_400, ['expiry']],
  ])('says what does not fit when %s is changed', (name, field, wrong) => {
    const audit = changed(name, field);
    if (typeof audit === 'string') throw new Error(audit);
    expect(audit.wrong).toEqual(wrong);
  });

  it('names a chain that does not hold, and a deposit that is not in its block', () => {
    const headers = fields['headers'] as Uint8Array;
    const cut = changed('headers', flipped('headers', headers.length - 6));
    expect(cut).toMatchObject({ wrong: ['chain'] });
    const inclusion = fields['inclusion'] as Record<string, Cbor>;
    const tx = (inclusion['tx'] as Uint8Array).map((byte, i) => (i === 8 ? byte ^ 1 : byte));
    expect(changed('inclusion', { ...inclusion, tx })).toMatchObject({
      wrong: ['inclusion', 'address', 'amount'],
    });
  });

  it.each(Object.keys(fields))('does not read without %s', (name) => {
    const rest = Object.entries(fields).filter(([field]) => field !== name);
    expect(checkMintProof(groups, toCbor(Object.fromEntries(rest)))).toContain(name);
  });

  it('says where a checkpoint is not the one that came with the app, in any figure', () => {
    const checkpoint = fields['checkpoint'] as Record<string, Cbor>;
    const more = changed('checkpoint', { ...checkpoint, chainwork: new Uint8Array(32).fill(1) });
    expect(more).toMatchObject({ wrong: [], shipped: false });
  });

  it('names a chain with less work than the best one has long had', () => {
    const checkpoint = checkpointsOf.mainnet[0]!;
    const alone = {
      ...fields,
      id: { ...(fields['id'] as Record<string, Cbor>), network: 'mainnet' },
      block: readHeader(checkpoint.header)!.hash,
      headers: new Uint8Array(0),
    };
    const wrongWith = (chainwork: Uint8Array) => {
      const audit = checkMintProof(
        groups,
        toCbor({ ...alone, checkpoint: { ...checkpoint, chainwork } }),
      );
      return typeof audit === 'string' ? audit : audit.wrong;
    };
    expect(wrongWith(checkpoint.chainwork)).toContain('work');
    expect(wrongWith(new Uint8Array(32).fill(1))).not.toContain('work');
  });

  it('does not take a block, a key or a checkpoint that are none', () => {
    expect(changed('block', recipient(9))).toBe('block: not among the headers');
    expect(changed('custody', new Uint8Array(33))).toContain('custody');
    const checkpoint = fields['checkpoint'] as Record<string, Cbor>;
    expect(changed('checkpoint', { ...checkpoint, chainwork: new Uint8Array(32) })).toContain(
      'checkpoint',
    );
    expect(checkMintProof(groups, new Uint8Array(2 ** 24 + 1))).toContain('larger');
  });
});

it('carries evidence that holds, although an operator told a wrong branch of the same block first', async () => {
  const all = await withKey(3, 2, 'wrong branch first');
  const [first, second] = all as [Player, Player];
  const deposit = { recipient: recipient(1), index: 0, amount: 5_000_000 };
  await issue(all, [deposit.recipient]);
  const chain = chainNow();
  const block = blockWith(chain, [depositTx(first, [deposit])]);
  bury(chain, 8);
  await everybodySees(all, evidenceOf(chain));
  const good = evidenceFor(block, block.txids[1]!);
  const [sibling] = good.branch.hashes;
  const turned = sibling!.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
  const inclusion = { ...good, branch: { ...good.branch, hashes: [turned] } };
  await lie(first, { kind: 'inclusions', inclusions: [{ block: block.header.hash, inclusion }] });
  await everybodyHears(all);
  expect(await bring(second, evidenceOf(chain, [block]))).toMatchObject({ inclusions: 1 });
  await everybodyHears(all);
  const [deposited] = await depositsOf(second);
  const signed = await signBatch(all, [mintRequest(deposited!)], [0, 2]);
  for (const { seat } of all) {
    const { proof } = mintedOf(seat, signed.items[0]!.digest)!;
    if (typeof proof === 'string') throw new Error(proof);
    expect(checkMintProof(groups, proof)).toMatchObject({ wrong: [] });
  }
});

describe('a signed mint whose chain went on', () => {
  const { seat } = asha!;
  const { chain } = seat.requests()!;

  /** What is handed over where the log knows this chain. */
  const handed = (known: ChainKnown) =>
    mintedOf(
      { known: () => seat.known(), requests: () => ({ ...seat.requests()!, chain: known }) },
      digest,
    )!;

  /** The same chain with these headers more. */
  function longer(headers: readonly Bytes[]): ChainKnown {
    let agreed = chain.agreed!;
    for (const bytes of headers)
      agreed = {
        ...agreed,
        height: agreed.height + 1,
        header: { ...agreed.header, bytes },
        parent: agreed,
      };
    const tree = Object.assign(Object.create(chain.tree) as typeof chain.tree, {
      includes: () => true,
    });
    return { ...chain, tree, agreed };
  }

  it('has a proof with 64 000 headers', () => {
    const made = handed(longer(linkedHeaders(64_000, chain.agreed!.header.hash)));
    expect(made.json).toBe(json);
    if (typeof made.proof === 'string') throw new Error(made.proof);
    const { headers } = fromCbor(made.proof) as { headers: Uint8Array };
    expect(headers.length).toBe(48 * (chain.agreed!.height + 64_000));
  });

  it.each<[string, () => ChainKnown, NoProof]>([
    [
      'more headers than one file holds',
      () => longer(new Array<Bytes>(330_001 - chain.agreed!.height).fill(new Uint8Array(80))),
      'headers',
    ],
    ['no evidence', () => ({ ...chain, included: new Map() }), 'evidence'],
    [
      'what cannot be computed',
      () => ({
        ...chain,
        get agreed(): never {
          throw new RangeError();
        },
      }),
      'failed',
    ],
  ])('is handed over without one where there is %s', (_, known, why) => {
    expect(handed(known())).toEqual({ json, proof: why });
    expect(resultText.noProof[why]).toContain('no proof file');
  });
});
