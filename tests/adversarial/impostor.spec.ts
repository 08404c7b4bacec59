import { describe } from 'vitest';
import { implementations } from '../support/node.ts';
import { impostorAttacks } from './impostor.ts';

describe.each(implementations)('a relay in the middle, $name', impostorAttacks);
