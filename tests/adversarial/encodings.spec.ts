import { describe } from 'vitest';
import { implementations } from '../support/node.ts';
import { encodingAttacks } from './encodings.ts';

describe.each(implementations)('malformed encodings, $name', encodingAttacks);
