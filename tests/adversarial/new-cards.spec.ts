import { describe, expect, it } from 'vitest';
import { signCard, type Card, type UnsignedCard } from '../../src/lib/ceremony/card.ts';
import { cardHash, newDeviceProblem, newDevices } from '../../src/lib/ceremony/operator-device.ts';
import type { Scalar } from '../../src/lib/wasm/group.ts';
import { apart, openHost } from '../support/restored.ts';
import { deviceOf, groups, rehearsalId, type Player } from '../support/seats.ts';
import { bring, five, lie } from '../support/signing-cheats.ts';

/* Cards of new devices that say what they must not: nobody takes them in. */

const original = await five('new cards');
const devices = await Promise.all([50, 51].map((byte) => deviceOf(byte)));
const { ed25519, secp256k1 } = groups;
const devicesAt = ({ seat }: Player) => newDevices(ed25519, seat.state);

describe('a card is refused', () => {
  const manifest = original[0].seat.state.manifest!;
  const former = manifest.operators[1]!;
  const { signature, ...unsigned } = former;
  const host = (async () => {
    const [, ben] = await apart(original.slice(0, 2));
    await openHost(ben!);
    return ben!.seat.hostSecret!.slice() as Scalar;
  })();
  const signed = async (changes: Partial<UnsignedCard>, id = rehearsalId): Promise<Card> =>
    signCard(secp256k1, id, { ...unsigned, ...changes }, await host, new Uint8Array(32));
  const fresh = devices[0]!.identity.approvalKey;

  it.each<[string, Partial<UnsignedCard>, string]>([
    ['another host key', { hostKey: manifest.operators[0]!.hostKey }, 'other keys'],
    ['another packet key', { packetKey: manifest.operators[0]!.packetKey }, 'other keys'],
    ['another observer key', { observerKey: new Uint8Array(32).fill(1) }, 'other keys'],
    ['another name', { name: 'Benno' }, 'another name'],
    [
      'another operator’s approval key',
      { approvalKey: manifest.operators[3]!.approvalKey },
      'Another operator approves with that device.',
    ],
    ['an attested device', { device: { ...former.device, attestation: true } }, 'cannot do'],
    ['a kind that approves otherwise', { device: { ...former.device, kind: 'yubihsm' } }, 'cannot'],
    ['a bundle nobody accepts', { root: new Uint8Array(32) }, 'root'],
  ])('with %s', async (__, changes, because) => {
    const [asha, ben] = await apart(original.slice(0, 2));
    const card = await signed({ approvalKey: fresh, ...changes });
    const packet = await lie(ben!, { kind: 'new-device', card });
    const taken = await bring(asha!, packet);
    expect(taken).toMatchObject({ taken: 0, refused: [{}] });
    expect(taken.refused[0]!.because).toContain(because);
    expect(devicesAt(asha!)).toEqual([]);
  });

  it('without the host key’s signature for this group and epoch', async () => {
    const good = await signed({ approvalKey: fresh });
    expect(newDeviceProblem(secp256k1, manifest, 1, good)).toBeUndefined();
    expect(newDeviceProblem(secp256k1, manifest, 0, good)).toContain('other keys');
    const others = [
      await signed({ approvalKey: fresh }, { ...rehearsalId, epoch: 1 }),
      await signed({ approvalKey: fresh }, { ...rehearsalId, network: 'signet' }),
      { ...good, signature },
      { ...good, place: 'elsewhere' },
      { ...good, approvalKey: devices[1]!.identity.approvalKey },
    ];
    for (const card of others)
      expect(newDeviceProblem(secp256k1, manifest, 1, card)).toContain('not signed');
    expect(cardHash(good)).not.toEqual(cardHash({ ...good, place: 'elsewhere' }));
  });

  it('with a simulated device, where bitcoin is real', async () => {
    const id = { ...rehearsalId, rehearsal: false };
    const card = await signed({ approvalKey: fresh }, id);
    expect(newDeviceProblem(secp256k1, { ...manifest, id }, 1, card)).toContain('rehearsal only');
  });
});
