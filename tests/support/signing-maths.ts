import type { Player } from './seats.ts';

/**
 * Times everything that these operators compute with either implementation of the groups, from now on.
 * The result says how many ms that was so far.
 */
export function mathsOf(players: readonly Player[]): () => number {
  let depth = 0;
  let total = 0;
  const timed = new Set<object>();
  for (const { seat } of players)
    for (const groups of [seat.log.ports.groups, seat.log.ports.other])
      for (const group of [groups.secp256k1, groups.ed25519]) {
        if (timed.has(group)) continue;
        timed.add(group);
        time(group as unknown as Record<string, unknown>, group);
      }
  return () => total;

  function time(group: Record<string, unknown>, within: object): void {
    for (const name of Object.getOwnPropertyNames(within)) {
      const operation = Object.getOwnPropertyDescriptor(within, name)!.value as unknown;
      if (typeof operation !== 'function' || name === 'constructor') continue;
      group[name] = (...given: unknown[]): unknown => {
        const before = performance.now();
        depth += 1;
        try {
          return (operation as (...given: unknown[]) => unknown).apply(group, given);
        } finally {
          depth -= 1;
          if (depth === 0) total += performance.now() - before;
        }
      };
    }
    const base = Object.getPrototypeOf(within) as object;
    if (base !== Object.prototype) time(group, base);
  }
}
