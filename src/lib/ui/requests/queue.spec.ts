import { describe, expect, it } from 'vitest';
import type { ItemView, SessionView } from '../../worker/requests-view.ts';
import { attestationEnd, expiryOf, keptBack, partsOf } from './queue.ts';

const item = (more: object): ItemView =>
  ({
    position: 0,
    request: { kind: 'mint', expires: 5000 },
    attested: { of: 'mint', expiry: 9 },
    halt: undefined,
    signatures: undefined,
    seen: [],
    findings: [],
    ...more,
  }) as unknown as ItemView;

const session = (act: string, ...items: readonly ItemView[]): SessionView =>
  ({ items, next: { act } }) as unknown as SessionView;

const signed = { signatures: [new Uint8Array(64)] };
const handed = { ...signed, seen: [{ operator: 0, depth: 0 }] };

describe('the queue', () => {
  it('a request ends by its own time until it is signed, an attestation until it is handed over', () => {
    expect(expiryOf(session('answer', item({}), item({ halt: 'expired' })))).toBe(5000);
    expect(expiryOf(session('done', item(signed)))).toBeUndefined();
    expect(attestationEnd(session('answer', item({})))).toBe(9000);
    expect(attestationEnd(session('hand-over', item(signed)))).toBe(9000);
    expect(attestationEnd(session('done', item(handed)))).toBeUndefined();
    expect(attestationEnd(session('answer', item({ attested: undefined })))).toBeUndefined();
  });

  it('what waits for evidence, for another request or for a rule is kept back, not over', () => {
    const waits = (['unproved', 'policy', 'held'] as const).map((halt) =>
      session('done', item({ halt })),
    );
    const over = [session('done', item({ halt: 'refused' })), session('done', item(handed))];
    const parts = partsOf([...over, ...waits]);
    expect(parts.kept).toEqual(waits);
    expect(parts.over).toEqual(over);
  });

  it('each halt is named once, with the first request; wrong comes before missing', () => {
    const missing = { finding: 'depth', state: 'missing', detail: [] };
    const wrong = { finding: 'output', state: 'fails', detail: [] };
    const batch = session(
      'answer',
      item({}),
      item({ position: 1, halt: 'unproved', findings: [missing, wrong] }),
      item({ position: 2, halt: 'unproved' }),
      item({ position: 3, halt: 'failed' }),
    );
    expect(keptBack(batch)).toEqual([
      { halt: 'unproved', count: 2, first: 1, finding: wrong, decision: undefined },
    ]);
  });
});
