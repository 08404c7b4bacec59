import { toHex } from '../crypto/bytes.ts';
import { batchRoot, requestDigest } from './request.ts';
import type { State } from './state.ts';

/**
 * Whether the operator here reserved something of a batch that is not here, as a restored vault can:
 * what it claims is then not known, and would be promised a second time. A promise holds in whichever of
 * two packets it stands.
 */
export function forgotten(state: State): boolean {
  const reserved = state.everTold(state.me, 'reserve');
  const [closed] = state.told(state.me, 'close');
  if (reserved.length === 0 || !closed || !state.id) return false;
  const under = { id: state.id, keys: { hash: closed.part.certified } };
  const here = new Set(
    (state.manifest?.operators ?? [])
      .flatMap(({ packetKey }) => state.everTold(packetKey, 'request'))
      .map(({ part, packet }) =>
        state.once('batch root', [packet.hash], () =>
          toHex(batchRoot(part.batch.map((request) => requestDigest(under, request)))),
        ),
      ),
  );
  return reserved.some(({ part }) => !here.has(toHex(part.session)));
}
