import { describe } from 'vitest';
import { implementations } from '../support/node.ts';
import { interop } from './interop.ts';

describe.each(implementations)('interoperation, $name', interop);
