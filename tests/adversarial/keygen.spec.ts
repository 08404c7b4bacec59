import { describe } from 'vitest';
import { implementations } from '../support/node.ts';
import { keygenAttacks } from './keygen.ts';

describe.each(implementations)('attacks on key generation, $name', keygenAttacks);
