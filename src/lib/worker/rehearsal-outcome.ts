/** How a rehearsal ended, and what its desks say about it. */
import type { CeremonyFault } from '../ceremony/faults.ts';
import type { Player } from './rehearsal-cast.ts';
import type { Naming, Outcome } from './rehearsal-story.ts';

/** What proves most first; that somebody stopped only repeats what another desk shows. */
const certainties = ['operator', 'relay', 'operator-or-relay', 'unknown', 'local'];
const rank = ({ fault, who }: CeremonyFault): number =>
  fault === 'aborted' ? certainties.length : certainties.indexOf(who);

export function outcomeOf(players: readonly Player[]): Outcome {
  const seats = players.flatMap(({ seat, number }) => (seat ? [{ seat, number }] : []));
  const named = new Map<string, { fault: CeremonyFault; by: number[] }>();
  for (const { seat, number } of seats)
    for (const fault of [...seat.progress().faults, ...seat.log.proven]) {
      const key = [fault.fault, fault.who, ...fault.operators].join();
      const naming = named.get(key) ?? { fault, by: [] };
      if (!naming.by.includes(number)) naming.by.push(number);
      named.set(key, naming);
    }
  const namings: Naming[] = [...named.values()];
  const liars = namings.flatMap(({ fault }) => (fault.who === 'operator' ? fault.operators : []));
  const acts = players.map(({ seat }) => seat?.next().act);
  return {
    result: acts.every((act) => act === 'done')
      ? 'rehearsed'
      : acts.includes('stopped')
        ? 'stopped'
        : 'unfinished',
    named: namings
      .filter(({ by }) => by.some((number) => !liars.includes(number)))
      .sort((a, b) => rank(a.fault) - rank(b.fault)),
  };
}
