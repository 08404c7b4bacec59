/** What a group's limits mean, in one sentence wherever its terms are shown. */
import type { Limits } from '../../ceremony/manifest.ts';
import { bitcoin } from '../../ceremony/statement.ts';

export const limitsText = ({ items, item, batch, feeRate }: Limits): string =>
  `${bitcoin(item)} in a request; ${bitcoin(batch)} in a batch of ${items === 1 ? '1 request' : `${items} requests`}; a fee rate of ${feeRate} sat/vB.`;
