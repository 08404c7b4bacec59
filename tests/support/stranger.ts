import type { GroupId } from '../../src/lib/ceremony/card.ts';
import { bundleOf, signPacket, type Body, type Packet } from '../../src/lib/ceremony/packet.ts';
import { xOnly } from '../../src/lib/crypto/bip340.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import type { Scalar } from '../../src/lib/wasm/group.ts';
import { groups, ROOT, type Player } from './seats.ts';

const zeros = new Uint8Array(32);

/** A packet key that nobody invited. */
export function strangerKey(byte: number): { secret: Scalar; key: Bytes } {
  const bytes = new Uint8Array(32).fill(byte);
  const secret = groups.secp256k1.scalarFromBytesNonzeroChecked(bytes)!;
  return { secret, key: xOnly(groups.secp256k1.mulBase(secret)) };
}

/** A well-formed packet of somebody whom nobody invited. */
export function strangerPacket(
  id: GroupId,
  byte: number,
  change: Partial<Body> & Pick<Body, 'parts'>,
): Packet {
  const { secret, key } = strangerKey(byte);
  const number = change.number ?? 1;
  const made = signPacket(
    groups.secp256k1,
    secret,
    {
      version: 1,
      id,
      session: zeros,
      from: key,
      number,
      root: ROOT,
      incarnation: new Uint8Array(8),
      at: 1,
      log: { length: number, head: zeros },
      seen: [],
      ...change,
    },
    zeros,
  );
  if (typeof made === 'string') throw new Error(made);
  return made;
}

/** Brings packets to a seat. */
export async function bring({ seat }: Player, ...packets: readonly { readonly bytes: Bytes }[]) {
  const taken = await seat.take(bundleOf(packets.map(({ bytes }) => bytes)));
  if (typeof taken === 'string') throw new Error(taken);
  return taken;
}
