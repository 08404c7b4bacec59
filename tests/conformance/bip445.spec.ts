import { conformInNode } from '../support/node.ts';
import { bip445Vectors } from './bip445.ts';

await conformInNode(bip445Vectors);
