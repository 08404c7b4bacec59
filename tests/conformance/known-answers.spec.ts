import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { implementations } from '../support/node.ts';
import { knownAnswers } from './known-answers.ts';

describe.each(implementations)('known answers, $name', knownAnswers);

// Read before the answers are compared: a snapshot that is not there would be written, and pass.
const recorded = ['2-of-3', '3-of-5'].map((size) => `known-answers-${size}.json`);
const there = recorded.map((file) => existsSync(new URL(file, import.meta.url)));

it.each(recorded)('%s is recorded', (file) => {
  expect(there[recorded.indexOf(file)]).toBe(true);
});
