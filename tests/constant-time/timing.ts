/**
 * Timing leaks, after dudect (Reparaz, Balasch, Verbauwhede 2017): time an operation on one fixed
 * secret and on random ones, in random order, and compare the two means by Welch's t. Where the time
 * does not depend on the secret, |t| stays a small number however long one measures; where it does,
 * |t| grows with the square root of the number of measurements.
 */

/**
 * Welch's t of two classes of secrets.
 * @param run the operation on a secret; called often
 * @param secrets index 0 is the fixed one, the others are random
 * @param rounds measurements per class
 * @param now a clock in nanoseconds
 * @param random a number in [0, 1)
 */
export function timingDifference(
  run: (secret: Uint8Array) => void,
  secrets: readonly Uint8Array[],
  rounds: number,
  now: () => bigint,
  random: () => number,
): number {
  const input = new Uint8Array(secrets[0]!.length); // one place for all, or the caches tell the classes apart
  const times: { fixed: boolean; time: number }[] = [];
  for (let i = 0; i < 2 * rounds; i++) {
    const fixed = random() < 0.5;
    const secret = fixed ? secrets[0]! : secrets[1 + Math.floor(random() * (secrets.length - 1))]!;
    input.set(secret);
    const start = now();
    run(input);
    times.push({ fixed, time: Number(now() - start) });
  }
  // The slow tail is other programs' doing: above the 70th percentile of all, nothing is counted.
  const limit = times.map(({ time }) => time).sort((a, b) => a - b)[
    Math.floor(times.length * 0.7)
  ]!;
  const of = (wanted: boolean) =>
    moments(
      times.filter(({ fixed, time }) => fixed === wanted && time <= limit).map(({ time }) => time),
    );
  const [a, b] = [of(true), of(false)];
  return (a.mean - b.mean) / Math.sqrt(a.variance / a.count + b.variance / b.count);
}

function moments(values: readonly number[]) {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  return { count, mean, variance };
}
