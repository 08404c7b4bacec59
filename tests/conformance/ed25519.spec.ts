import { conformInNode } from '../support/node.ts';
import { ed25519Vectors } from './ed25519.ts';

await conformInNode(ed25519Vectors);
