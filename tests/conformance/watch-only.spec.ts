import { conformInNode } from '../support/node.ts';
import { watchOnlyVectors } from './watch-only.ts';

await conformInNode(watchOnlyVectors);
