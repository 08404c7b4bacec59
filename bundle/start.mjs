/**
 * `npm start`: install if needed, build, verify, serve, print the address and the root.
 * `npm start -- --port 7465` chooses the port, `--connector 12345` the YubiHSM connector's;
 * `--dir FOLDER` serves a finished bundle without building, under every other option of the
 * launcher, such as --root, --accept-root or --check.
 */
import { parseArgs } from 'node:util';
import { installPackages, runUntilEnd, top } from './machine.mjs';
import { join, resolve } from 'node:path';

const text = /** @type {const} */ ({ type: 'string' });
const flag = /** @type {const} */ ({ type: 'boolean' });

try {
  const {
    dir,
    port = '7465',
    connector,
    ...options
  } = parseArgs({
    options: {
      port: text,
      connector: text,
      dir: text,
      root: text,
      'accept-root': text,
      store: text,
      'no-pin': flag,
      check: flag,
    },
  }).values;
  const [unfit] = Object.keys(options);
  if (dir === undefined && unfit !== undefined) {
    throw new Error(`--${unfit} is for a finished bundle: name its folder with --dir.`);
  }
  if (dir === undefined) installPackages();
  const serve = dir === undefined ? await built() : [fromCaller(dir), ...passedOn(options)];
  if (connector !== undefined) serve.push('--connector', connector);
  const launcher = join(top, 'bundle', 'launch.mjs');
  process.exitCode = await runUntilEnd(process.execPath, [launcher, ...serve, '--port', port]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/**
 * A path as its author meant it: npm changes the folder before it runs us, and says from where.
 * @param {string} path
 */
function fromCaller(path) {
  return resolve(process.env['INIT_CWD'] ?? process.cwd(), path);
}

/** @param {Record<string, string | boolean | undefined>} options @returns {string[]} the launcher's arguments */
function passedOn(options) {
  return Object.entries(options).map(([name, value]) => {
    const given = name === 'store' ? fromCaller(String(value)) : String(value);
    return value === true ? `--${name}` : `--${name}=${given}`;
  });
}

/** Build, and let the launcher serve exactly what was built: made here from source, it needs no stored pin. */
async function built() {
  console.log('Building the bundle …');
  const { build } = await import('./build.mjs');
  const { folder, root } = await build();
  return [folder, '--root', root, '--no-pin'];
}
