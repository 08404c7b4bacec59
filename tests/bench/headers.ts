/** Headers: their rules and their proof of work. */
import { HeaderTree } from '../../src/lib/bitcoin/chain.ts';
import { hashAt, mine, newChain, packed } from '../support/chain.ts';
import type { Operation } from './measure.ts';

const COUNT = 2000;

/** A pack of headers, as it comes with a batch of deposits; a year has 52 560. */
export function headerOperations(): Operation[] {
  const chain = newChain();
  for (let i = 0; i < COUNT; i++) mine(chain);
  const { consensus, checkpoint } = chain;
  const [after, pack] = [hashAt(chain, 0), packed(chain, 0)];
  const follow = () => {
    const fault = new HeaderTree(consensus, [checkpoint]).add(after, pack);
    if (fault) throw new Error(`a valid header was refused: ${fault.fault}`);
  };
  return [
    {
      name: `a header, in a pack of ${COUNT}`,
      goals: {},
      within: 20,
      per: COUNT,
      rounds: 21,
      contenders: [{ name: 'ours', run: follow }],
    },
  ];
}
