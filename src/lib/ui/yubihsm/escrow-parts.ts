/** The two parts of an escrow as they are typed: hexadecimal, in any spacing and case. */
import { fromHex } from '../../crypto/bytes.ts';
import type { Escrow } from '../../devices/yubihsm/provision.ts';

export const parts = ['wrapKey', 'hmacKey'] as const;
export type Part = (typeof parts)[number];
export type TypedEscrow = Record<Part, string>;

export const blank = (): TypedEscrow => ({ wrapKey: '', hmacKey: '' });

/** Without case and spacing. */
export const digitsOf = (typed: string): string => typed.toLowerCase().replace(/\s/g, '');

/** The first part is 32 bytes; of the second only its maker's YubiHSM knows the length: at most 500 here. */
const shapes: Record<Part, RegExp> = {
  wrapKey: /^[0-9a-f]{64}$/,
  hmacKey: /^([0-9a-f]{2}){1,500}$/,
};

/** Whether it can be this part. */
export const isPart = (part: Part, typed: string): boolean => shapes[part].test(digitsOf(typed));

/** The bytes of both, to be wiped by whoever takes them; undefined where one cannot be that part. */
export function escrowOf(typed: TypedEscrow): Escrow | undefined {
  if (!parts.every((part) => isPart(part, typed[part]))) return undefined;
  const [wrapKey, hmacKey] = parts.map((part) => fromHex(digitsOf(typed[part]))!);
  return { wrapKey: wrapKey!, hmacKey: hmacKey! };
}
