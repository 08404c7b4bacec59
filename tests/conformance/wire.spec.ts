import { conformInNode } from '../support/node.ts';
import { wireVectors } from './wire.ts';

await conformInNode(wireVectors);
