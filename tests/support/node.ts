import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { conform, runCases, type Conformance, type Loader } from './conformance.ts';
import { startEngine } from './engine-node.ts';
import { jsGroups, type Groups } from './groups.ts';

const folder = process.env['CONCLAVE_VECTORS'];

/** Vector files from the folder named by CONCLAVE_VECTORS. */
const load: Loader = async (file) => {
  const text = await readFile(join(folder!, file), 'utf8');
  return file.endsWith('.json') ? (JSON.parse(text) as unknown) : text;
};

/** All implementations that run in Node. */
export const implementations: readonly Groups[] = [
  jsGroups,
  { name: 'WASM', ...(await startEngine()) },
];

/** Declares a conformance suite in Node, for all implementations. */
export const conformInNode = (suite: Conformance): Promise<void> =>
  conform(
    suite,
    implementations.map(({ name }) => name),
    folder ? load : undefined,
    (_, name, contents) =>
      runCases(
        suite,
        implementations.find((groups) => groups.name === name)!,
        contents,
      ),
  );
