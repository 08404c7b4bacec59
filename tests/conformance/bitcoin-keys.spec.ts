import { conformInNode } from '../support/node.ts';
import { bitcoinKeyVectors } from './bitcoin-keys.ts';

await conformInNode(bitcoinKeyVectors);
