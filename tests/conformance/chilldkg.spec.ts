import { conformInNode } from '../support/node.ts';
import { chilldkgVectors } from './chilldkg.ts';

await conformInNode(chilldkgVectors);
