import { fromHex, toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { isFault, type Fault } from '../../src/lib/crypto/faults.ts';

/** Upper-case hexadecimal, as most vector files write it. */
export const hex = (bytes: Uint8Array): string => toHex(bytes).toUpperCase();

/** Bytes of a vector's hexadecimal. */
export function unhex(text: string): Bytes {
  const bytes = fromHex(text);
  if (!bytes) throw new Error(`not hexadecimal: ${text}`);
  return bytes;
}

/** The value of a result that must not be a fault. */
export function value<T>(result: T | Fault): T {
  if (isFault(result))
    throw new Error(`${result.fault} ${result.operators.join()} ${result.detail}`);
  return result;
}
