import type { Part } from '../../src/lib/ceremony/parts.ts';
import type { Player } from './seats.ts';

/** Changes the parts of everything this operator says from now on. */
export function sayOtherwise({ seat }: Player, change: (part: Part) => Part): void {
  const say = seat.log.say.bind(seat.log);
  seat.log.say = (parts, ...rest) => say(parts.map(change), ...rest);
}
