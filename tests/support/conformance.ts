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

/** A case of a vector file. */
interface Case {
  readonly title: string;
  readonly test: () => void;
}

/** The cases of a suite for one implementation, by file. */
function casesOf(
  suite: Conformance,
  groups: Groups,
  contents: ReadonlyMap<string, unknown>,
): Map<string, Case[]> {
  const byFile = new Map(suite.files.map((file): [string, Case[]] => [file, []]));
  suite.run(
    groups,
    (file) => contents.get(file),
    (file, title, test) => byFile.get(file)!.push({ title, test }),
  );
  return byFile;
}

/**
 * Runs the cases of one file after another.
 * @returns how many cases of each file passed; throws at the first that does not, naming it
 */
export function runCases(
  suite: Conformance,
  groups: Groups,
  contents: ReadonlyMap<string, unknown>,
): Map<string, number> {
  const passed = new Map<string, number>();
  for (const [file, cases] of casesOf(suite, groups, contents)) {
    for (const { title, test } of cases) {
      try {
        test();
      } catch (cause) {
        throw new Error(`${file}: ${title}: ${String(cause)}`, { cause });
      }
    }
    passed.set(file, cases.length);
  }
  return passed;
}

/** Reads a vector file: JSON parsed, anything else as text. Throws where it is not there. */
export type Loader = (file: string) => Promise<unknown>;

/**
 * Declares the suite for every implementation.
 * @param load undefined where no vectors are configured: one line then says what is skipped
 * @param run runs the suite with the implementation of that name, here or elsewhere
 */
export async function conform(
  suite: Conformance,
  implementations: readonly string[],
  load: Loader | undefined,
  run: (
    suite: Conformance,
    implementation: string,
    contents: ReadonlyMap<string, unknown>,
  ) => Promise<ReadonlyMap<string, number>> | ReadonlyMap<string, number>,
): Promise<void> {
  if (!load) {
    const line = `${suite.name}: set CONCLAVE_VECTORS (public source: ${suite.source})`;
    console.info(`Skipped: ${line}`);
    it.skip(line);
    return;
  }
  const contents = new Map<string, unknown>();
  for (const file of suite.files) contents.set(file, await load(file));
  describe.each(implementations)(`${suite.name}, %s`, (implementation) => {
    it('every case of every file', async () => {
      const passed = await run(suite, implementation, contents);
      for (const [file, count] of passed) {
        console.info(`${suite.name}, ${implementation}: ${file} ${count}`);
      }
      expect(Object.fromEntries(passed)).toEqual(suite.cases);
    });
  });
}
