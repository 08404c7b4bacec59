import { describe } from 'vitest';
import { implementations } from '../support/node.ts';
import { attributionCases } from './attribution.ts';

describe.each(implementations)('attribution, $name', attributionCases);
