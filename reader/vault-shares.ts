/** Vault's way of sharing, with checks (docs/formats.md §10). */
import { be32, equal, fromHex, tagged } from './bytes.ts';
import { interpolate } from './gf256.ts';
import { Trouble } from './terminal.ts';

/** Which group and epoch a host secret is of. */
export interface Whose {
  readonly groupId: Uint8Array;
  readonly epoch: number;
}

/** The digits of share and check may have white space anywhere. */
const SHARE =
  /^conclave-vault-share-1\s+([0-9a-f]{8})\s+(\d{1,10})\s+(\d{1,3})\s+((?:[0-9a-f]\s*){108})$/;

export const isVaultShares = (text: string): boolean => /^\s*conclave-vault-share-/i.test(text);

const wrong = (fault: string, number: number, what: string): Trouble =>
  new Trouble(fault, `Vault share ${number} ${what}.`, 'Compare it with another copy of it.');

/** The host secret of shares, one after the other, of this group and epoch. */
export function combineVault(text: string, { groupId, epoch }: Whose): Uint8Array {
  const written = text.trim().split(/\s+(?=conclave-vault-share-)/i);
  const shares = written.map((one, i) => {
    const read = SHARE.exec(one.toLowerCase());
    if (!read) throw wrong('vault-share-malformed', i + 1, 'is not written as such shares are');
    const [, group, said, threshold, digits] = read as unknown as [string, ...string[]];
    const [at, both] = [fromHex(group!), fromHex(digits!.replace(/\s/g, ''))];
    const [bytes, check] = [both.slice(0, 50), both.slice(50)];
    const [itsEpoch, needed] = [Number(said), Number(threshold)];
    if (itsEpoch >= 2 ** 32 || needed < 2 || needed > 255 || bytes[49] === 0)
      throw wrong('vault-share-malformed', i + 1, 'is not written as such shares are');
    const sum = tagged('Conclave/vault share v1', at, be32(itsEpoch), Uint8Array.of(needed), bytes);
    if (!equal(sum.slice(0, 4), check))
      throw wrong('vault-share-damaged', i + 1, 'is not as it was written');
    if (!equal(at, groupId.slice(0, 4)) || itsEpoch !== epoch)
      throw wrong('vault-share-other-group', i + 1, 'is of another group or epoch');
    return { needed, x: bytes[49]!, values: bytes.slice(0, 49) };
  });
  const { needed } = shares[0]!;
  for (const [i, share] of shares.entries()) {
    if (share.needed !== needed)
      throw wrong('vault-share-other-set', i + 1, 'belongs to another set than share 1');
    if (shares.slice(0, i).some(({ x }) => x === share.x))
      throw wrong('vault-share-twice', i + 1, 'was given twice, or is of another set');
  }
  if (shares.length < needed)
    throw new Trouble(
      'vault-share-too-few',
      `These are ${shares.length} Vault shares, and ${needed} are needed.`,
      'Add more of the same set.',
    );
  const payload = interpolate(shares.slice(0, needed), 0);
  const secret = payload.slice(1, 33);
  const sum = tagged('Conclave/vault payload v1', groupId, be32(epoch), secret);
  if (payload[0] === 1 && equal(payload.slice(33), sum.slice(0, 16))) return secret;
  throw new Trouble(
    'vault-share-other-set',
    'These Vault shares do not belong together, although each is whole by itself.',
    'Look for the one that is of another set.',
  );
}
