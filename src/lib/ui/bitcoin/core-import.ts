/** What Bitcoin Core's `importdescriptors` is given. */
import type { WatchView } from '../../worker/watch.ts';

/** The first and last index of each growing branch that Bitcoin Core looks for. */
const RANGE = [0, 999] as const;

/**
 * The JSON for both descriptors and every issued deposit address. None is active: Bitcoin Core hands
 * out no address by itself. It refuses `internal` beside `<0;1>`, and takes the second for change.
 */
export function coreImport({ descriptors, deposits }: WatchView): string {
  const when = { active: false, timestamp: 'now' } as const;
  const requests = [
    { desc: descriptors.main, ...when, range: RANGE },
    { desc: descriptors.fees, ...when, range: RANGE, internal: false },
    ...deposits.map(({ descriptor }) => ({ desc: descriptor, ...when, internal: false })),
  ];
  return `[\n${requests.map((request) => JSON.stringify(request)).join(',\n')}\n]\n`;
}
