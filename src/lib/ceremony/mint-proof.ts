import type { Bytes } from '../crypto/bytes.ts';
import type { ChainKnown } from './chain-known.ts';
import type { RequestOf } from './request.ts';
import type { Known } from './session.ts';

/** The proof file of a signed mint; undefined where the evidence is not here. */
export function mintProofOf(
  known: Known,
  chain: ChainKnown,
  request: RequestOf<'mint'>,
  signature: Bytes,
): Bytes | undefined {
  void [known, chain, request, signature];
  return undefined;
}
