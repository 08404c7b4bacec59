import { beforeEach, describe, expect, it } from 'vitest';
import {
  aliveBackupMessage,
  aliveMessage,
  type AliveProblem,
  type Liveness,
} from '../../src/lib/ceremony/liveness.ts';
import type { Part, PartOf } from '../../src/lib/ceremony/parts.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { provePossession } from '../../src/lib/crypto/possession.ts';
import { challenge, livenessHere, proveAlive } from '../../src/lib/worker/liveness.ts';
import { opened } from '../../src/lib/worker/pieces.ts';
import type { Scalar } from '../../src/lib/wasm/group.ts';
import {
  apart,
  cardsOf,
  fromAge,
  fromCards,
  fromKit,
  fromVaultShares,
  ageBackup,
  kitOf,
  openHost,
  shareReplies,
  vaultSharesOf,
} from '../support/restored.ts';
import { clock, groups, rehearsalId, type Player } from '../support/seats.ts';
import { bring, lie } from '../support/signing-cheats.ts';
import {
  did,
  everybodyHears,
  lastSession,
  openFor,
  proposed,
  reply,
  sessionAt,
  signBatch,
  spendOf,
  spendRequest,
  testRequest,
  withKey,
} from '../support/signing-seats.ts';

/* Asha asks, Ben proves; what Chen sees of it. */

const original = await withKey(3, 2, 'liveness');
const file = await ageBackup(original[1]!);
const cards = await cardsOf(original[1]!, 2, 3);
const shares = await vaultSharesOf(original[1]!, 2, 2);
const kit = await kitOf(original[1]!);

let all: Player[];
let [asha, ben, chen]: Player[] = [];
beforeEach(async () => {
  all = await apart(original);
  [asha, ben, chen] = all;
  clock.now += 86_400_000;
});

const standing = (operator: number, at = chen!): Liveness => livenessHere(at.seat)![operator]!;
const lastPart = <K extends Part['kind']>({ seat }: Player, kind: K): PartOf<K> =>
  seat.state.told(seat.state.me, kind).at(-1)!.part;

async function asks(by = asha!): Promise<Bytes> {
  await did(challenge(by.seat));
  await everybodyHears(all);
  return lastPart(by, 'challenge').challenge;
}

const proves = async (player = ben!, source?: Parameters<typeof proveAlive>[2]) => {
  const fault = await proveAlive(player.seat, await shareReplies(player), source);
  await everybodyHears(all);
  return fault;
};

/** A proof by Ben’s own secrets over whatever message. */
async function proofOver(message: Bytes, asked: Bytes): Promise<PartOf<'alive'>> {
  const replies = await shareReplies(ben!);
  const custody = (await opened(ben!.seat, 'custody', replies.custody)) as Scalar;
  const attestation = (await opened(ben!.seat, 'attestation', replies.attestation)) as Scalar;
  const random = new Uint8Array(32).fill(3);
  return {
    kind: 'alive',
    challenge: asked,
    custody: provePossession(groups.secp256k1, custody, message, random),
    attestation: provePossession(groups.ed25519, attestation, message, random),
    backup: null,
  };
}
const certified = () => ben!.seat.progress().keys!.hash;

it('the tests of the ceremony count first; then nobody was asked', () => {
  for (const operator of [0, 1, 2])
    expect(standing(operator)).toMatchObject({
      shares: { by: 'test' },
      backup: undefined,
      asked: undefined,
      problems: [],
    });
});

it('a proof for another’s challenge counts, once, from when it was sent', async () => {
  const asked = await asks();
  expect(standing(1).asked).toMatchObject({ by: 0, challenge: asked });
  expect(standing(0).asked).toBeUndefined();
  expect(await proves()).toBeUndefined();
  const { at } = standing(1).shares!;
  expect(standing(1)).toMatchObject({ shares: { by: 'proof' }, asked: undefined, problems: [] });
  expect(standing(2).asked).toMatchObject({ by: 0 });
  // Without the shares it can only be sent again: that shows nothing.
  clock.now += 50 * 86_400_000;
  await lie(ben!, lastPart(ben!, 'alive'));
  await everybodyHears(all);
  expect(standing(1).shares).toEqual({ at, by: 'proof' });
  expect(await proves()).toEqual({ fault: 'not-now' });
  await asks(chen);
  expect(await proves()).toBeUndefined();
  expect(standing(1).shares!.at).toBeGreaterThan(at);
});

it('nobody proves for their own challenge, and nobody but the holder of the shares', async () => {
  await asks();
  expect(await proves(asha)).toEqual({ fault: 'not-now' });
  const wrong = { ...ben!, device: chen!.device };
  expect(await proves(wrong)).toEqual({ fault: 'other-device' });
  expect(await proves(ben, fromAge(await ageBackup(chen!)))).toMatchObject({
    fault: 'other-operator',
  });
  expect(await proves(ben, fromCards(cards.slice(1, 2)))).toMatchObject({ fault: 'too-few' });
  expect(standing(1).shares!.by).toBe('test');
  expect(ben!.seat.state.told(ben!.seat.state.me, 'alive')).toEqual([]);
});

describe('a proof does not count', () => {
  const good = (asked: Bytes) => proofOver(aliveMessage(rehearsalId, certified(), 1, asked), asked);

  it.each<[string, AliveProblem[], (asked: Bytes) => Promise<PartOf<'alive'>>]>([
    ['for a challenge that nobody gave', ['no-challenge'], () => good(new Uint8Array(32).fill(1))],
    ['for the own challenge', ['own-challenge'], async () => good(await asks(ben))],
    [
      'that another operator made',
      ['custody', 'attestation'],
      async () => {
        expect(await proves(chen)).toBeUndefined();
        return lastPart(chen!, 'alive');
      },
    ],
    [
      'for another number',
      ['custody', 'attestation'],
      (asked) => proofOver(aliveMessage(rehearsalId, certified(), 2, asked), asked),
    ],
    [
      'for another group',
      ['custody', 'attestation'],
      (asked) => {
        const id = { ...rehearsalId, group: new Uint8Array(32) };
        return proofOver(aliveMessage(id, certified(), 1, asked), asked);
      },
    ],
    [
      'for another epoch',
      ['custody', 'attestation'],
      (asked) =>
        proofOver(aliveMessage({ ...rehearsalId, epoch: 1 }, certified(), 1, asked), asked),
    ],
    [
      'for a group that is no rehearsal',
      ['custody', 'attestation'],
      (asked) =>
        proofOver(aliveMessage({ ...rehearsalId, rehearsal: false }, certified(), 1, asked), asked),
    ],
    [
      'for other certificates',
      ['custody', 'attestation'],
      (asked) => proofOver(aliveMessage(rehearsalId, new Uint8Array(32), 1, asked), asked),
    ],
    [
      'for another challenge',
      ['custody', 'attestation'],
      async (asked) => ({ ...(await good(await asks(chen))), challenge: asked }),
    ],
    [
      'of the custody share alone',
      ['attestation'],
      async (asked) => ({ ...(await good(asked)), attestation: new Uint8Array(64) }),
    ],
    [
      'of the attestation share alone',
      ['custody'],
      async (asked) => ({ ...(await good(asked)), custody: new Uint8Array(65) }),
    ],
  ])('%s', async (_, problems, make) => {
    const asked = await asks();
    const packet = await lie(ben!, await make(asked));
    await bring(chen!, packet);
    await everybodyHears(all);
    expect(standing(1).problems).toEqual(problems);
    expect(standing(1).shares!.by).toBe('test');
    expect(standing(1).asked).toMatchObject({ challenge: expect.anything() as unknown });
    // The one that is meant counts all the same.
    await lie(ben!, await good(asked));
    await everybodyHears(all);
    expect(standing(1)).toMatchObject({ shares: { by: 'proof' }, problems: [] });
  });

  it('with any byte changed: which half is wrong is said', async () => {
    const asked = await asks();
    const part = await good(asked);
    const message = aliveMessage(rehearsalId, certified(), 1, asked);
    await openHost(ben!);
    const proof = provePossession(
      groups.secp256k1,
      ben!.seat.hostSecret as Scalar,
      aliveBackupMessage(message, 'slip39'),
      new Uint8Array(32),
    );
    const whole = { ...part, backup: { tier: 'slip39' as const, proof } };
    await lie(ben!, whole);
    await everybodyHears(all);
    expect(standing(1)).toMatchObject({ problems: [], backup: { tier: 'slip39' } });
    const flip = (bytes: Bytes, at: number) => {
      const changed = bytes.slice();
      changed[at]! ^= 0x40;
      return changed;
    };
    for (const at of [0, 1, 32, 33, 63]) {
      const changed: [AliveProblem, PartOf<'alive'>][] = [
        ['custody', { ...whole, custody: flip(whole.custody, at) }],
        ['attestation', { ...whole, attestation: flip(whole.attestation, at) }],
        ['backup', { ...whole, backup: { tier: 'slip39', proof: flip(proof, at) } }],
        ['backup', { ...whole, backup: { tier: 'vault-share', proof } }],
      ];
      for (const [problem, one] of changed) {
        await lie(ben!, one);
        expect(standing(1, ben).problems).toEqual([problem]);
      }
    }
    await everybodyHears(all);
    expect(standing(1)).toEqual(standing(1, ben));
  });
});

it.each([
  ['age-file', () => fromAge(file)],
  ['slip39', () => fromCards(cards.slice(1))],
  ['vault-share', () => fromVaultShares(shares)],
  ['device', () => fromKit(kit, ben!.device)],
] as const)('with the host secret from %s it proves a backup too', async (tier, source) => {
  await asks();
  expect(await proves(ben, await source())).toBeUndefined();
  const { backup, shares: held } = standing(1);
  expect(backup).toEqual({ at: held!.at, tier });
  expect(held!.by).toBe('proof');
  // Sent again, it is no newer; and the next proof without a backup leaves it as it is.
  clock.now += 86_400_000;
  await lie(ben!, lastPart(ben!, 'alive'));
  await asks(chen);
  expect(await proves()).toBeUndefined();
  expect(standing(1).backup).toEqual(backup);
  expect(standing(1).shares!.at).toBeGreaterThan(held!.at);
});

it('signatures with both keys count, from when their shares were first sent', async () => {
  const spent = await signBatch(all, [spendRequest(spendOf(asha!))], [0, 1]);
  expect(spent.items[0]!.signatures).toHaveLength(1);
  expect(standing(1).shares!.by).toBe('test'); // one key alone
  await signBatch(all, [testRequest()], [0, 1]);
  for (const operator of [0, 1]) expect(standing(operator).shares!.by).toBe('signature');
  expect(standing(2).shares!.by).toBe('test');
  const before = standing(1).shares;
  clock.now += 50 * 86_400_000;
  await lie(ben!, lastPart(ben!, 'signature-shares'));
  await lie(ben!, lastPart(ben!, 'shares'));
  await everybodyHears(all);
  expect(standing(1).shares).toEqual(before);
});

it('a proof is no share of a signature', async () => {
  await asks();
  expect(await proves()).toBeUndefined();
  const { custody, attestation } = lastPart(ben!, 'alive');
  const root = await proposed(all, [testRequest()]);
  for (const player of all) await reply(player, root, { sign: player !== chen });
  await everybodyHears(all);
  await did(asha!.seat.freeze(root, [0, 1]));
  await everybodyHears(all);
  await openFor(asha!, sessionAt(asha!, root));
  await did(asha!.seat.sign(root));
  const { hash } = sessionAt(asha!, root).packages[0]!;
  const halves = [custody.subarray(33), attestation.subarray(32)].map((one) => one.slice());
  const part = { session: root, package: hash, items: [{ item: 0, shares: halves }] };
  await lie(ben!, { kind: 'signature-shares', ...part });
  await everybodyHears(all);
  const session = lastSession(chen!);
  expect(session.items[0]!.signatures).toBeUndefined();
  expect(session.faults).toMatchObject([{ operators: [1] }]);
  expect(standing(1).shares!.by).toBe('proof');
});
