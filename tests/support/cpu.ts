/** Milliseconds this process computes for an act: among many processes it waits longer, but computes no more. */
export function cpuOf(act: () => void): number {
  const start = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
