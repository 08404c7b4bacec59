/** What is drawn at random for a batch: once while the page lives, so that nobody can draw again. */
const draws = new Map<string, readonly number[]>();

/** All positions of a batch (its root in hex) in a random order. */
export function drawFor(root: string, count: number): readonly number[] {
  const before = draws.get(root);
  if (before) return before;
  const keys = crypto.getRandomValues(new Uint32Array(count));
  const order = [...keys.keys()].sort((a, b) => keys[a]! - keys[b]!);
  draws.set(root, order);
  return order;
}
