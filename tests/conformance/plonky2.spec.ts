import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { conform, runCases } from '../support/conformance.ts';
import { jsGroups } from '../support/groups.ts';
import { plonky2JsonVectors, plonky2Vectors } from './plonky2.ts';

const folder = process.env['CONCLAVE_VECTORS'];
const text = (file: string) => readFile(join(folder!, file), 'utf8');
const json = async (file: string) => JSON.parse(await text(file)) as unknown;

// No group of curve points takes part, so one implementation is all there are.
for (const [suite, load] of [
  [plonky2Vectors, json],
  [plonky2JsonVectors, text],
] as const)
  await conform(suite, ['bigint'], folder ? load : undefined, (vectors, _, contents) =>
    runCases(vectors, jsGroups, contents),
  );
