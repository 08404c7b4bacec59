/*
 * The smallest set of places that does something, where each operator asks for some of several places
 * and enough operators have to be served. Exact, unless it would take too long.
 */

/** What places do for one operator: `needed` of these, each a place (from 0) or of the same shape. */
export type Gate = number | { readonly needed: number; readonly of: readonly Gate[] };

export const any = (...of: readonly Gate[]): Gate => ({ needed: 1, of });
export const all = (...of: readonly Gate[]): Gate => ({ needed: of.length, of });
export const always = all();
export const never = any();

/** Whether these places open it. */
export const opens = (gate: Gate, places: ReadonlySet<number>): boolean =>
  typeof gate === 'number'
    ? places.has(gate)
    : gate.of.filter((one) => opens(one, places)).length >= gate.needed;

/** The gate that is open once these places are lost to the other one: what cuts it off. */
export const cut = (gate: Gate): Gate =>
  typeof gate === 'number'
    ? gate
    : { needed: gate.of.length - gate.needed + 1, of: gate.of.map(cut) };

/** Places in ascending order. */
type Way = readonly number[];

/** How many ways an operator may have before the answer is a bound. */
const MAX_WAYS = 500;

/** How many places are looked at before the answer is a bound; well under a second. */
const MAX_LOOKS = 3_000_000;

/** Every smallest way to open a gate, the shortest first; undefined where there are too many. */
export function waysOf(gate: Gate): readonly Way[] | undefined {
  if (typeof gate === 'number') return [[gate]];
  // ways[k]: how to open k of the gates so far.
  let ways: (readonly Way[])[] = [[[]], ...Array<Way[]>(Math.max(0, gate.needed)).fill([])];
  if (gate.needed <= 0) return [[]];
  for (const one of gate.of) {
    const more = waysOf(one);
    if (!more) return undefined;
    ways = ways.map((known, k) =>
      k === 0
        ? known
        : shortest([...known, ...ways[k - 1]!.flatMap((way) => more.map((by) => union(way, by)))]),
    );
    if (ways.some(({ length }) => length > MAX_WAYS)) return undefined;
  }
  return ways[gate.needed];
}

const union = (a: Way, b: Way): Way => [...new Set([...a, ...b])].sort((x, y) => x - y);

/** Without the ways that hold another one. */
function shortest(ways: readonly Way[]): Way[] {
  const kept: Way[] = [];
  for (const way of [...ways].sort((a, b) => a.length - b.length)) {
    const places = new Set(way);
    if (!kept.some((one) => one.every((place) => places.has(place)))) kept.push(way);
  }
  return kept;
}

/** The places, or, where it took too long, how many it takes at least. */
export type Smallest = { readonly places: readonly number[] } | { readonly atLeast: number };

/** The smallest set of places that opens `needed` of the gates; undefined where no set does. */
export function smallest(gates: readonly Gate[], needed: number): Smallest | undefined {
  // Whoever has too many ways counts as open: so what is found is a bound.
  const listed = gates.map(waysOf);
  const bound = listed.includes(undefined);
  const operators = listed.map((ways) => ways ?? [[]]).filter(({ length }) => length > 0);
  if (operators.length < needed) return undefined;
  const search = new Search(operators, needed);
  for (let budget = search.least(); ; budget++) {
    const found = search.within(budget);
    if (found === 'too-long') return { atLeast: budget };
    if (found) return bound ? { atLeast: budget } : { places: found };
  }
}

/** Looks for a set of at most so many places: for each operator in turn a way, or none. */
class Search {
  readonly #operators: readonly (readonly Way[])[];
  readonly #needed: number;
  /** For each place and operator, how many could use it from that operator on. */
  readonly #users = new Map<number, number[]>();
  readonly #taken = new Set<number>();
  #looks = 0;

  constructor(operators: readonly (readonly Way[])[], needed: number) {
    this.#operators = operators;
    this.#needed = needed;
    const used = operators.map((ways) => new Set(ways.flat()));
    for (const place of new Set(used.flatMap((places) => [...places])))
      this.#users.set(
        place,
        used.map((_, i) => used.slice(i).filter((places) => places.has(place)).length),
      );
  }

  least(): number {
    return this.#atLeast(0, this.#needed);
  }

  within(budget: number): readonly number[] | undefined | 'too-long' {
    this.#taken.clear();
    const found = this.#from(0, this.#needed, budget);
    if (this.#looks > MAX_LOOKS) return 'too-long';
    return found ? [...this.#taken].sort((a, b) => a - b) : undefined;
  }

  #from(i: number, needed: number, budget: number): boolean {
    if (this.#taken.size + this.#atLeast(i, needed) > budget) return false;
    if (needed === 0) return true;
    if (this.#looks > MAX_LOOKS) return false;
    const ways = this.#operators[i]!.map((way) => way.filter((one) => !this.#taken.has(one)));
    for (const more of shortest(ways)) {
      for (const place of more) this.#taken.add(place);
      if (this.#from(i + 1, needed - 1, budget)) return true;
      for (const place of more) this.#taken.delete(place);
      if (more.length === 0) return false;
    }
    return this.#from(i + 1, needed, budget);
  }

  /**
   * How many more places it takes at least for so many of the operators from `i` on. A place costs each
   * of them its part, shared among all who could use it, so the parts never sum up to more than one.
   */
  #atLeast(i: number, needed: number): number {
    const costs = this.#operators
      .slice(i)
      .map((ways) => Math.min(...ways.map((way) => this.#cost(way, i))));
    if (costs.length < needed) return Infinity;
    const sum = costs
      .sort((a, b) => a - b)
      .slice(0, needed)
      .reduce((total, cost) => total + cost, 0);
    // A third and two thirds are less than one here.
    return Math.ceil(sum - 1e-9);
  }

  #cost(way: Way, i: number): number {
    this.#looks += way.length + 1;
    return way
      .filter((place) => !this.#taken.has(place))
      .reduce((sum, place) => sum + 1 / this.#users.get(place)![i]!, 0);
  }
}
