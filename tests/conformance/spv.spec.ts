import { conformInNode } from '../support/node.ts';
import { spvVectors } from './spv.ts';

await conformInNode(spvVectors);
