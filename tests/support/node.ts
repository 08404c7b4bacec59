import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { conform, type Conformance, type Loader } from './conformance.ts';
import { startEngine } from './engine-node.ts';
import { jsGroups, type Groups } from './groups.ts';

const folder = process.env['CONCLAVE_VECTORS'];

/** Vector files from the folder named by CONCLAVE_VECTORS: JSON parsed, anything else as text. */
const load: Loader = async (file) => {
  if (!folder) return undefined;
  const text = await readFile(join(folder, file), 'utf8').catch(() => undefined);
  return text !== undefined && file.endsWith('.json') ? (JSON.parse(text) as unknown) : text;
};

/** All implementations that run in Node. */
export const implementations: readonly Groups[] = [
  jsGroups,
  { name: 'WASM', ...(await startEngine()) },
];

/** Declares a conformance suite in Node, for all implementations. */
export const conformInNode = (suite: Conformance): Promise<void> =>
  conform(suite, implementations, load);
