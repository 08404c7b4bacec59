/** What a group's limits mean, in one sentence wherever its terms are shown. */
import type { Limits } from '../../ceremony/manifest.ts';
import { bitcoin } from '../../ceremony/statement.ts';

/** Without the zeros that say nothing. */
const short = (sat: number): string => bitcoin(sat).replace(/\.?0+ BTC$/, ' BTC');

export const limitsText = ({ items, item, batch, feeRate }: Limits): string =>
  `At most ${short(item)} in a request, ${short(batch)} in a batch, ${items === 1 ? '1 request' : `${items} requests`} in a batch, and a fee rate of ${feeRate} sat/vB.`;
