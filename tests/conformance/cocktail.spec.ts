import { conformInNode } from '../support/node.ts';
import { cocktailVectors } from './cocktail.ts';

await conformInNode(cocktailVectors);
