import fc from 'fast-check';
import { expect, it } from 'vitest';
import { COLUMNS, pages, ROWS } from './prompt.ts';

const printable = fc.string({
  unit: fc.mapToConstant({ num: 95, build: (i) => String.fromCharCode(32 + i) }),
  maxLength: 80,
});
const statements = fc.array(printable, { minLength: 1, maxLength: 12 });

it('nothing is left out, nothing is too wide or too long', () => {
  fc.assert(
    fc.property(statements, (paragraphs) => {
      const shown = pages(paragraphs.join('\n'));
      for (const page of shown) {
        expect(page.length).toBeGreaterThan(0);
        expect(page.length).toBeLessThanOrEqual(ROWS);
        for (const line of page) expect(line.length).toBeLessThanOrEqual(COLUMNS);
      }
      expect(shown.flat().join('')).toBe(paragraphs.join(''));
    }),
  );
});

it('each paragraph begins a line', () => {
  expect(pages('a\n\nb')).toEqual([['a', '', 'b']]);
});

it('lines break after a space, long words where they must', () => {
  const word = 'x'.repeat(COLUMNS + 4);
  expect(pages('amount is 1.25 zBTC for operator two')).toEqual([
    ['amount is 1.25 zBTC for ', 'operator two'],
  ]);
  // A space that no longer fits does not stretch its line.
  expect(pages(`${word.slice(4)} yes`)).toEqual([['x'.repeat(COLUMNS), ' yes']]);
  expect(pages(word)).toEqual([['x'.repeat(COLUMNS), 'xxxx']]);
});

it('the seventh line is on the second page', () => {
  expect(pages('1\n2\n3\n4\n5\n6\n7')).toEqual([['1', '2', '3', '4', '5', '6'], ['7']]);
});
