import { describe } from 'vitest';
import { implementations } from '../support/node.ts';
import { signingAttacks } from './signing.ts';

describe.each(implementations)('attacks on signing, $name', signingAttacks);
