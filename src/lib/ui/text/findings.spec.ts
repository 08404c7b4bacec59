import { expect, it } from 'vitest';
import { findingNames, type Finding } from '../../ceremony/findings.ts';
import { findingsText, findingText, groupOf } from './findings.ts';

const nameOf = (number: number) => ['Asha', 'Ben', 'Chen'][number]!;
const states = ['holds', 'missing', 'fails'] as const;
const said = (finding: Finding['finding'], state: Finding['state'], ...detail: number[]) =>
  findingText({ finding, state, detail }, nameOf);

it('every check says what it found, and what to do where it does not hold', () => {
  const sentence = /^\S.*\.$/;
  for (const finding of findingNames) {
    for (const state of states) {
      const { what, next } = said(finding, state, 1, 2, 0);
      expect(what).toMatch(sentence);
      expect(what).not.toMatch(/undefined|NaN/);
      if (state === 'holds') expect(next).toBe('');
      else expect(next).toMatch(sentence);
    }
    expect(said(finding, 'holds', 1, 2, 0).what).not.toBe(said(finding, 'missing', 1, 2, 0).what);
    expect(Object.keys(findingsText.groups)).toContain(groupOf[finding]);
  }
});

it('with its figures and names', () => {
  expect(said('depth', 'missing', 3, 12).what).toContain('3 blocks, 12 needed');
  expect(said('amount', 'fails', 40_000_000, 50_000_000).what).toBe(
    'The output is worth 0.40000000 BTC (40\u202f000\u202f000 sat), and 0.50000000 BTC (50\u202f000\u202f000 sat) would be attested.',
  );
  expect(said('records', 'missing', 2, 3, 0, 2).what).toContain('only these saw it: Asha and Chen');
  expect(said('records', 'missing', 0, 3).what).toContain('none is known');
  expect(said('records-agree', 'fails', 1).what).toContain('Ben');
  expect(said('tips', 'holds', 3, 2, 840_000).what).toContain('block 840000');
  expect(said('included', 'missing').next).toContain('collect');
  expect(said('included', 'fails').next).not.toContain('collect');
  expect(said('schedule', 'fails', 86_400, 604_800).what).toContain(
    '24 hours; the rules say 7 days',
  );
  expect(said('schedule', 'holds', 604_800, 604_800).what).toBe(
    'It is valid as long as the rules say: 7 days.',
  );
  expect(said('schedule', 'holds', 604_800, 172_800).what).toBe(
    'It is valid for 7 days, as the rules said when you reserved it; now they say 2 days.',
  );
  const words = states.map((state) => findingsText.states[state] + findingsText.signs[state]);
  expect(new Set(words).size).toBe(3);
});
