import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../src/lib/ceremony/findings.ts';
import { attestationBytes, readAttestationJson } from '../../src/lib/wire/mint.ts';
import { mintedOf } from '../../src/lib/worker/handed.ts';
import { requestsViewOf } from '../../src/lib/worker/requests-view.ts';
import { clock, type Player } from '../support/seats.ts';
import { deposited, depositsOf, mintRequest, recipient } from '../support/bridge-seats.ts';
import { proposed, sessionAt, signBatch, withKey } from '../support/signing-seats.ts';

const AMOUNT = 10_000_000;

/** What does not hold for the only request of a batch, by name. */
const lacking = (player: Player, root: Uint8Array) => {
  const { seat } = player;
  const known = seat.known()!;
  const requests = seat.requests()!;
  const [item] = sessionAt(player, root as never).items;
  return findingsOf({ known, requests, own: seat.state.own!, now: clock.now }, item!)
    .filter(({ state }) => state !== 'holds')
    .map(({ finding, state }) => `${finding} ${state}`);
};

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
  });

  it('is not attested a second time, whatever is proposed', async () => {
    const [candidate] = await depositsOf(asha);
    const root = await proposed(players, [mintRequest(candidate!, { purpose: 'Again' })]);
    for (const player of players) {
      const view = requestsViewOf(player.seat)!.sessions.find(({ items }) =>
        items.some(({ request }) => request.purpose === 'Again'),
      )!;
      expect(view.items[0]).toMatchObject({ halt: 'held', heldBy: [{ over: 'deposit' }] });
      expect(lacking(player, root)).toEqual([]);
    }
  });

  it('another recipient is not the one that the address is bound to', async () => {
    const [candidate] = await depositsOf(asha);
    const wrong = mintRequest(candidate!, { recipient: recipient(2), vout: 0 });
    const root = await proposed(players, [wrong]);
    expect(lacking(players[1]!, root)).toEqual(['issued missing', 'output fails']);
  });
});
