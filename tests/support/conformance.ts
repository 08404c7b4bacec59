import { describe, expect, it } from 'vitest';
import type { Groups } from './groups.ts';

/** A set of official vector files and how our code is held against them. */
export interface Conformance {
  readonly name: string;
  /** Where anybody can get the files, if they are not here. */
  readonly source: string;
  /** Paths below the vector folder. */
  readonly files: readonly string[];
  /** How many cases each file is known to hold, so that an empty or cut file fails. */
  readonly cases: Readonly<Record<string, number>>;
  /** Declares the tests with `check`, for one implementation. Nothing here may read files. */
  run(groups: Groups, load: (file: string) => unknown, check: Check): void;
}

/** Runs one vector case and counts it under its file. */
export type Check = (file: string, title: string, test: () => void) => void;

/** Reads a vector file; undefined if it is not here. */
export type Loader = (file: string) => Promise<unknown>;

/** Declares the suite for every implementation, or skips with one line that says what is missing. */
export async function conform(
  suite: Conformance,
  implementations: readonly Groups[],
  load: Loader,
): Promise<void> {
  const contents = new Map<string, unknown>();
  for (const file of suite.files) contents.set(file, await load(file));
  const missing = suite.files.filter((file) => contents.get(file) === undefined);
  if (missing.length > 0) {
    const line = `${suite.name}: vectors not found: ${missing.join(', ')} (public source: ${suite.source})`;
    console.info(`Skipped: ${line}`);
    it.skip(line);
    return;
  }
  for (const groups of implementations) {
    describe(`${suite.name}, ${groups.name}`, () => {
      const counts = new Map<string, number>();
      const byFile = new Map<string, { title: string; test: () => void }[]>();
      suite.run(
        groups,
        (file) => contents.get(file),
        (file, title, test) => {
          byFile.set(file, [...(byFile.get(file) ?? []), { title, test }]);
        },
      );
      for (const [file, tests] of byFile) {
        it(`${file}: ${tests.length} cases`, () => {
          for (const { title, test } of tests) {
            try {
              test();
            } catch (cause) {
              throw new Error(`${file}: ${title}`, { cause });
            }
            counts.set(file, (counts.get(file) ?? 0) + 1);
          }
          expect(counts.get(file)).toBe(suite.cases[file]);
        });
      }
      it('covers every file', () => {
        expect([...counts.keys()].sort()).toEqual([...suite.files].sort());

        console.info(
          [...counts]
            .map(([file, count]) => `${suite.name}, ${groups.name}: ${file} ${count}`)
            .join('\n'),
        );
      });
    });
  }
}
