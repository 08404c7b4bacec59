/**
 * What the two commands need of the machine: installed packages and a Chromium.
 * Node's standard library only, because it runs before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants as system } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's folder, without a trailing slash. */
export const top = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

/** Chromium's flags for tests: its sandbox needs an ordinary user, and nothing may phone home. */
export const chromiumArgs = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

/**
 * A JSON file's content, of whatever shape the caller knows it to have.
 * @param {string} file
 * @returns {unknown}
 */
export const readJson = (file) => /** @type {unknown} */ (JSON.parse(readFileSync(file, 'utf8')));

/** The version in package.json. */
export const packageVersion = () =>
  /** @type {{ version: string }} */ (readJson(join(top, 'package.json'))).version;

/**
 * Run a command with its output shown.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 * @returns {number} its exit code; 127 where it could not be started
 */
export function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: top, stdio: 'inherit', ...options });
  return done.status ?? 127;
}

/**
 * Run a command with its output shown until it ends. A signal to stop is handed on to it, so that it
 * never outlives us.
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<number>} its exit code; 128 + the number of the signal that ended it; 127 where it could not be started
 */
export function runUntilEnd(command, args) {
  const child = spawn(command, args, { cwd: top, stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  return new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + system.signals[signal ?? 'SIGKILL']),
    );
  });
}

/**
 * The full path of a command on PATH, or undefined.
 * @param {string} name
 */
export function which(name) {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return undefined;
}

/** The system's Chromium (or Chrome): `$CONCLAVE_CHROMIUM`, else the first on PATH; undefined if none. */
export function findChromium() {
  return (
    process.env['CONCLAVE_CHROMIUM'] ??
    ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
      .map(which)
      .find((path) => path !== undefined)
  );
}

/**
 * Install Debian packages where the machine is Debian and we are root.
 * @param {string[]} packages
 * @returns {boolean} whether they are there now
 */
export function aptInstall(packages) {
  if (process.getuid?.() !== 0 || !which('apt-get')) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = ['-qq', '-o', 'Dpkg::Use-Pty=0'];
  run('apt-get', ['update', ...quiet], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  return (
    run('apt-get', ['install', '-y', '--no-install-recommends', ...quiet, ...packages], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    }) === 0
  );
}

/** Make `node_modules` match package-lock.json: `npm ci --ignore-scripts`, only where it does not yet. */
export function installPackages() {
  const stamp = join(top, 'node_modules', '.conclave-lock');
  const lock = createHash('sha256')
    .update(readFileSync(join(top, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log('Installing the pinned packages (npm ci --ignore-scripts) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  if (run(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund']) !== 0) {
    throw new Error('The packages could not be installed; npm says why above.');
  }
  writeFileSync(stamp, lock);
}
