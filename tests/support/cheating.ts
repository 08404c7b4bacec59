import { concat, type Bytes } from '../../src/lib/crypto/bytes.ts';
import type { Part } from '../../src/lib/ceremony/parts.ts';
import { signPacket, type Body, type Packet } from '../../src/lib/ceremony/packet.ts';
import { edit, type Run } from './attacks.ts';
import { sayOtherwise } from './otherwise.ts';
import { groups, type Player } from './seats.ts';

export { sayOtherwise };

/* Dishonest operators: everything they send is signed with their own packet key, as an attacker's is. */

/** Lies in the share for operator `to`: the first message holds another one. */
export function lieInShare(player: Player, run: Run, to: number): void {
  const { manifest, manifestHash } = player.seat.state;
  const ceremony = {
    t: manifest!.terms.t,
    hostpubkeys: manifest!.operators.map(({ hostKey }) => hostKey),
    manifestHash: manifestHash!,
  };
  const group = run === 'custody' ? groups.secp256k1 : groups.ed25519;
  sayOtherwise(player, (part) =>
    part.kind === 'round1'
      ? {
          ...part,
          message: edit(
            { groups, ceremony },
            'pmsg1',
            part.message,
            run,
            'encShares',
            to,
            (share) =>
              group.scalarAdd(group.scalarFromBytesChecked(share)!, group.scalarFromNumber(1)),
          ),
        }
      : part,
  );
}

/** Another packet of this operator under the number of `packet`, with these parts and fields. */
export async function forked(
  { store, seat }: Player,
  packet: Packet,
  parts: readonly Part[],
  fields: Partial<Body> = {},
) {
  const secret = await store.read(seat.log.keys.packetSecret);
  const own = Object.entries(packet).filter(([name]) => !['bytes', 'hash'].includes(name));
  const body = Object.fromEntries(own) as unknown as Body;
  const scalar = groups.secp256k1.scalarFromBytesNonzeroChecked(secret!)!;
  const told = { ...body, ...fields, parts };
  const made = signPacket(groups.secp256k1, scalar, told, new Uint8Array(32).fill(5));
  if (typeof made === 'string') throw new Error(made);
  return made;
}

/** The same bytes, the last one changed. */
export const altered = (bytes: Uint8Array): Bytes =>
  concat(bytes.subarray(0, -1), Uint8Array.of(bytes.at(-1)! ^ 1));
