/** How an operator closes a ceremony: what was certified, the backup, and the script as it went here. */
import type { Bytes } from '../crypto/bytes.ts';
import { printable } from '../crypto/schema.ts';
import type { PartOf } from '../ceremony/parts.ts';
import type { State } from '../ceremony/state.ts';

/** The closing part, for somebody whose backup is verified. Each step stands as it was last done. */
export function closing(state: State, certified: Bytes): PartOf<'close'> {
  const verified = state
    .noted('backup')
    .find(({ event }) => event.tier === 'age-file' && event.state === 'verified')!;
  const done = new Map(state.noted('signedOff').map(({ event, at }) => [event.step, at]));
  const noteOf = (step: string) =>
    state.noted('note').flatMap(({ event }) => (event.step === step ? [event.note] : []));
  return {
    kind: 'close',
    certified,
    backup: { tier: 'age-file', method: 'read-back', at: verified.at },
    script: [...done].map(([step, at]) => ({
      step,
      done: at,
      note: printable(noteOf(step).join(' · '), 500),
    })),
  };
}
