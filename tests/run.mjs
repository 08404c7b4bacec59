/**
 * `npm test`: install if needed, then everything; the last line sums all runners.
 * Where a tool beyond Node and Chromium is missing, the tests that need it say so in one line,
 * unless CONCLAVE_REQUIRE_TOOLS=1 (as .ci/run sets) makes that a failure.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
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
/** What failed, a line each: whoever sees the end of the output alone sees this. */
const failures = /** @type {string[]} */ ([]);

process.exitCode = (await main()) ? 0 : 1;
if (failures.length > 0) console.log(`\nFailed:\n${failures.join('\n')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);

async function main() {
  installPackages();
  if (!findChromium() && !aptInstall(['chromium'])) {
    console.error(
      'No Chromium was found, and it cannot be installed here without being root on Debian. ' +
        'Install Chromium or set CONCLAVE_CHROMIUM to its path, then run npm test again.',
    );
    failed('Chromium', 'is missing');
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
  const code = run(/** @type {string} */ (command), args);
  if (code === 0) total.passed += 1;
  else failed(name, `ended with ${code}`);
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
  const report = /** @type {VitestReport | undefined} */ (
    existsSync(file) ? readJson(file) : undefined
  );
  const before = total.failed;
  for (const { name, status, message, assertionResults } of report?.testResults ?? []) {
    const bad = assertionResults.filter((one) => one.status === 'failed');
    for (const { fullName, failureMessages } of bad)
      failed(project, `${relative(top, name)} › ${fullName}`, failureMessages[0]);
    if (status === 'failed' && bad.length === 0) failed(project, relative(top, name), message);
  }
  count(project, code, before, report?.numPassedTests, report?.numPendingTests);
}

function playwright() {
  console.log('\n── playwright: end to end');
  const file = join(results, 'e2e.json');
  const code = run('npx', ['--no', 'playwright', 'test']);
  const report = /** @type {PlaywrightReport | undefined} */ (
    existsSync(file) ? readJson(file) : undefined
  );
  const before = total.failed;
  for (const { file: spec, title, tests } of specsOf(report?.suites ?? []))
    for (const { status, results: runs } of tests) {
      // A test that needed a second attempt is a failure too.
      if (status !== 'unexpected' && status !== 'flaky') continue;
      failed('end to end', `${spec} › ${title}`, runs[0]?.errors[0]?.message);
    }
  count('end to end', code, before, report?.stats.expected, report?.stats.skipped);
}

/**
 * @typedef {{
 *   numPassedTests: number,
 *   numPendingTests: number,
 *   testResults: {
 *     name: string,
 *     status: string,
 *     message: string,
 *     assertionResults: { fullName: string, status: string, failureMessages: string[] }[],
 *   }[],
 * }} VitestReport
 * @typedef {{
 *   file: string,
 *   title: string,
 *   tests: { status: string, results: { errors: { message?: string }[] }[] }[],
 * }} Spec
 * @typedef {{ specs: Spec[], suites?: Suite[] }} Suite
 * @typedef {{ stats: { expected: number, skipped: number }, suites: Suite[] }} PlaywrightReport
 */

/**
 * @param {Suite[]} suites
 * @returns {Spec[]}
 */
function specsOf(suites) {
  return suites.flatMap(({ specs, suites: inner = [] }) => [...specs, ...specsOf(inner)]);
}

/**
 * Count and note a failure.
 * @param {string} where
 * @param {string} what
 * @param {string} [why] its first line is told
 */
function failed(where, what, why = '') {
  total.failed += 1;
  failures.push(`  ${where}: ${what}${why && `: ${why.trim().split('\n', 1)[0]}`}`);
}

/**
 * Add a runner's figures; one that failed without naming a test, or ran none, counts as a failure.
 * @param {string} runner
 * @param {number} code
 * @param {number} before how many failures there were before it ran
 * @param {number} [passed]
 * @param {number} [skipped]
 */
function count(runner, code, before, passed = 0, skipped = 0) {
  total.passed += passed;
  total.skipped += skipped;
  if (total.failed === before && (code !== 0 || passed === 0))
    failed(runner, `ended with ${code} after ${passed} passed`);
}
