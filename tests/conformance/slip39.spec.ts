import { conformInNode } from '../support/node.ts';
import { slip39Vectors } from './slip39.ts';

await conformInNode(slip39Vectors);
