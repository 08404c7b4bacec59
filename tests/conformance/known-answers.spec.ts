import { describe } from 'vitest';
import { implementations } from '../support/node.ts';
import { knownAnswers } from './known-answers.ts';

describe.each(implementations)('known answers, $name', knownAnswers);
