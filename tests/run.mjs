/**
 * `npm test`: install if needed, then everything; the last line sums all runners.
 * Where a tool beyond Node and Chromium is missing, the tests that need it say so in one line,
 * unless CONCLAVE_REQUIRE_TOOLS=1 (as .ci/run sets) makes that a failure.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  aptInstall,
  findChromium,
  installPackages,
  readJson,
  run,
  top,
} from '../bundle/machine.mjs';

const results = join(top, 'test-results');
const total = { passed: 0, failed: 0, skipped: 0 };

process.exitCode = (await main()) ? 0 : 1;
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);

async function main() {
  installPackages();
  if (!findChromium() && !aptInstall(['chromium'])) {
    console.error(
      'No Chromium was found, and it cannot be installed here without being root on Debian. ' +
        'Install Chromium or set CONCLAVE_CHROMIUM to its path, then run npm test again.',
    );
    total.failed += 1;
    return false;
  }
  if (!process.env['CONCLAVE_VECTORS']) {
    console.log(
      'Skipped: the official test vectors; set CONCLAVE_VECTORS to their folder (sources: CONTRIBUTING.md).',
    );
  }
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results);
  const { build } = await import('../bundle/build.mjs');
  console.log(`Built the bundle, root ${(await build()).root}`);
  step('check', ['npm', 'run', '--silent', 'check']);
  for (const project of ['node', 'chromium', 'reproducible']) vitest(project);
  playwright();
  return total.failed === 0;
}

/**
 * One command that counts as one test.
 * @param {string} name
 * @param {string[]} command
 */
function step(name, [command, ...args]) {
  console.log(`\n── ${name}`);
  const ok = run(/** @type {string} */ (command), args) === 0;
  total[ok ? 'passed' : 'failed'] += 1;
}

/** @param {string} project */
function vitest(project) {
  console.log(`\n── vitest: ${project}`);
  const file = join(results, `${project}.json`);
  const args = [
    'vitest',
    'run',
    '--project',
    project,
    '--reporter',
    'default',
    '--reporter',
    'json',
  ];
  const code = run('npx', ['--no', ...args, '--outputFile', file]);
  const report = /** @type {Partial<Record<string, number>>} */ (
    existsSync(file) ? readJson(file) : {}
  );
  count(code, report['numPassedTests'], report['numFailedTests'], report['numPendingTests']);
}

function playwright() {
  console.log('\n── playwright: end to end');
  const file = join(results, 'e2e.json');
  const code = run('npx', ['--no', 'playwright', 'test']);
  const { stats = {} } = /** @type {{ stats?: Partial<Record<string, number>> }} */ (
    existsSync(file) ? readJson(file) : {}
  );
  const failed = (stats['unexpected'] ?? 0) + (stats['flaky'] ?? 0);
  count(code, stats['expected'], failed, stats['skipped']);
}

/**
 * Add a runner's figures; one that failed without naming a test, or ran none, counts as a failure.
 * @param {number} code
 * @param {number} [passed]
 * @param {number} [failed]
 * @param {number} [skipped]
 */
function count(code, passed = 0, failed = 0, skipped = 0) {
  total.passed += passed;
  total.failed += failed === 0 && (code !== 0 || passed === 0) ? 1 : failed;
  total.skipped += skipped;
}
