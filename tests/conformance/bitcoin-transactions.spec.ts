import { conformInNode } from '../support/node.ts';
import { bitcoinTransactionVectors } from './bitcoin-transactions.ts';

await conformInNode(bitcoinTransactionVectors);
