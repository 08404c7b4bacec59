/** Where a piece is kept, as a form has it. */
import type { Place } from '../../worker/places.ts';
import { typed } from '../typed.ts';

export const noPlace: Place = { name: '', place: '', holder: '', seal: '' };

/** As the vault takes it. */
export const typedPlace = ({ name, place, holder, seal }: Place): Place => ({
  name: typed(name),
  place: typed(place),
  holder: typed(holder),
  seal: typed(seal),
});
