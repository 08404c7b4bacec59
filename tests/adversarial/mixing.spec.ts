import { describe } from 'vitest';
import { implementations } from '../support/node.ts';
import { mixingAttacks } from './mixing.ts';

describe.each(implementations)('mixed up, $name', mixingAttacks);
