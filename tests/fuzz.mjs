/**
 * npm run fuzz: hostile bytes for every parser.
 *
 *     npm run fuzz                 a million inputs
 *     npm run fuzz -- 50000        so many inputs
 *     npm run fuzz -- 20s          20 seconds for each parser
 *     npm run fuzz -- 20s 7        another beginning of the random numbers
 */
import process from 'node:process';
import { run } from '../bundle/machine.mjs';

const [wish = '1000000', seed = '1'] = process.argv.slice(2);
if (!/^\d+s?$/.test(wish) || !/^\d+$/.test(seed)) {
  console.error('Give a number of inputs or of seconds, such as 50000 or 20s, and perhaps a seed.');
  process.exit(2);
}
const vitest = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--project',
  'node',
  '--reporter',
  'verbose',
];
const env = { ...process.env, CONCLAVE_FUZZ: wish, CONCLAVE_FUZZ_SEED: seed };
process.exitCode = run(process.execPath, [...vitest, 'tests/adversarial/fuzz.spec.ts'], { env });
