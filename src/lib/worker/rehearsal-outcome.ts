/** How a rehearsal ended, and what its desks say about it. */
import type { CeremonyFault } from '../ceremony/faults.ts';
import { requestFaults } from '../ceremony/record-requests.ts';
import type { Player } from './rehearsal-cast.ts';
import type { Naming, Outcome, Withdrawal } from './rehearsal-story.ts';
import { withdrawalOf, type Plot } from './rehearsal-withdrawal.ts';
import type { Seat } from './seat.ts';

/** What proves most first; that somebody stopped only repeats what another desk shows. */
const certainties = ['operator', 'relay', 'operator-or-relay', 'unknown', 'local'];
const rank = ({ fault, who }: CeremonyFault): number =>
  fault === 'aborted' ? certainties.length : certainties.indexOf(who);

/** Everything that was found at a desk. */
function faultsAt(seat: Seat): readonly CeremonyFault[] {
  const requests = seat.requests();
  const found = requests ? requestFaults(requests) : [];
  return [...seat.progress().faults, ...seat.log.proven, ...found];
}

/** `plot`: of the withdrawal, where the story is one. */
export function outcomeOf(players: readonly Player[], plot: Plot | undefined): Outcome {
  const seats = players.flatMap(({ seat, number }) => (seat ? [{ seat, number }] : []));
  const named = new Map<string, { fault: CeremonyFault; by: number[] }>();
  for (const { seat, number } of seats)
    for (const fault of faultsAt(seat)) {
      const key = [fault.fault, fault.who, ...fault.operators].join();
      const naming = named.get(key) ?? { fault, by: [] };
      if (!naming.by.includes(number)) naming.by.push(number);
      named.set(key, naming);
    }
  const namings: Naming[] = [...named.values()];
  const liars = namings.flatMap(({ fault }) => (fault.who === 'operator' ? fault.operators : []));
  const withdrawal = plot && withdrawalOf(players, plot);
  return {
    result: withdrawal ? paid(withdrawal) : made(players),
    named: namings
      .filter(({ by }) => by.some((number) => !liars.includes(number)))
      .sort((a, b) => rank(a.fault) - rank(b.fault)),
    withdrawal,
  };
}

function made(players: readonly Player[]): Outcome['result'] {
  const acts = players.map(({ seat }) => seat?.next().act);
  if (acts.every((act) => act === 'done')) return 'rehearsed';
  return acts.includes('stopped') ? 'stopped' : 'unfinished';
}

function paid({ transaction, stopped }: Withdrawal): Outcome['result'] {
  if (transaction) return 'signed';
  return stopped ? 'objected' : 'unsigned';
}
