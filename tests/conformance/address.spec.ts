import { address } from './address.ts';
import { conformInNode } from '../support/node.ts';

await conformInNode(address);
