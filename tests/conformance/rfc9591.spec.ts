import { conformInNode } from '../support/node.ts';
import { rfc9591Vectors } from './rfc9591.ts';

await conformInNode(rfc9591Vectors);
