import { be32, toHex } from '../crypto/bytes.ts';
import { fault, type Fault } from '../crypto/faults.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import type { AddressNetwork } from './address.ts';
import { branches, type Path } from './branches.ts';

/**
 * Where the deposit address number `index` (below 2³¹) of a recipient is derived: the deposit branch
 * and eight indices c1…c8. They are bound to the recipient, so that nobody can have a deposit to one
 * recipient's address minted to another.
 *
 * The hash, tagged `Conclave/deposit address v1`, is over
 *
 *     the hash of the recipient's public key   32 bytes, as 0BTC Wire has it
 *     index                                    4 bytes, big endian
 *     the network's name                       ASCII: mainnet, testnet4, signet or regtest
 *
 * Its first 248 bits, read from the most significant on, are cut into eight numbers of 31 bits; the
 * last 8 bits are not used. To find two recipients with the same address takes about 2¹²⁴ steps.
 *
 * Faults: `input-length`, `derivation-impossible`.
 */
export function depositPath(
  network: AddressNetwork,
  recipientKeyHash: Uint8Array,
  index: number,
): Path | Fault {
  if (recipientKeyHash.length !== 32) return fault('input-length', [], 'recipient');
  if (!(Number.isInteger(index) && 0 <= index && index < 2 ** 31))
    return fault('derivation-impossible', [], 'deposit index');
  const name = new TextEncoder().encode(network);
  const hash = BigInt(
    `0x${toHex(taggedHash(tags.depositAddress, recipientKeyHash, be32(index), name))}`,
  );
  const chunk = (i: number) => Number((hash >> BigInt(256 - 31 * (i + 1))) & 0x7fffffffn);
  return [branches.deposit, ...Array.from({ length: 8 }, (_, i) => chunk(i))];
}
