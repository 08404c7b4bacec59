import { describe } from 'vitest';
import { implementations } from '../support/node.ts';
import { epochAttacks } from './epochs.ts';

describe.each(implementations)('signature shares of another epoch, $name', epochAttacks);
