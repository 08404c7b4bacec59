import { describe } from 'vitest';
import { conformInWorker, implementations } from '../support/browser.ts';
import { interop } from './interop.ts';
import { knownAnswers } from './known-answers.ts';
import { suites } from './suites.ts';

// The same suites as in Node, in a real browser.
describe.each(implementations)('known answers, $name', knownAnswers);
describe.each(implementations)('interoperation, $name', interop);

for (const suite of suites) await conformInWorker(suite);
