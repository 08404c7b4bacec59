/**
 * `npm run build`: from the sources to the sealed bundle in `build/`, the same bytes on every machine.
 * `npm run build:connected` (`--connected`): the connected bundle, in `build-connected/`.
 *   1. AssemblyScript → src/lib/wasm/engine.wasm
 *   2. Vite and SvelteKit → build/
 *   3. the operators' programs → build/programs/
 *   4. seal: integrity metadata, word list, service worker pin, manifest
 * Every step runs with a cleaned environment, so that no variable, time zone or locale leaks in.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CONNECTED, folderOf } from './connected.mjs';
import { packageVersion, run, top } from './machine.mjs';
import { releaseOf } from './release.mjs';
import { seal } from './seal.mjs';

const environment = {
  ...(process.env['PATH'] && { PATH: process.env['PATH'] }),
  ...(process.env['SystemRoot'] && { SystemRoot: process.env['SystemRoot'] }),
  HOME: join(top, '.svelte-kit'),
  LC_ALL: 'C',
  TZ: 'UTC',
  NODE_ENV: 'production',
};

/**
 * Build and seal.
 * @param {{ connected?: boolean }} [which]
 * @returns {Promise<{ folder: string, version: string, root: string }>} root: 64 hex digits
 */
export async function build({ connected = false } = {}) {
  const folder = join(top, folderOf(connected));
  rmSync(folder, { recursive: true, force: true });
  step('build-wasm.mjs', [join(top, 'bundle', 'build-wasm.mjs')]);
  const vite = join(top, 'node_modules', 'vite', 'bin', 'vite.js');
  step('vite build', [vite, 'build', '--logLevel', 'error'], connected ? { [CONNECTED]: '1' } : {});
  step('build-programs.mjs', [join(top, 'bundle', 'build-programs.mjs'), join(folder, 'programs')]);
  const version = packageVersion();
  const root = await seal(folder, version, connected ? `${version}-connected` : version);
  const release = releaseOf(version, connected);
  if (release && release.root !== root) {
    throw new Error(
      `This build of ${version} has the root ${root}, but BUNDLE_ROOT says ${release.root}: the sources, ` +
        'the packages or the tools are not those of the release. Check out its tag and build again.',
    );
  }
  return { folder, version, root };
}

/**
 * @param {string} name
 * @param {string[]} args
 * @param {Record<string, string>} [more] variables
 */
function step(name, args, more = {}) {
  // SvelteKit's adapter reports on standard output; a build that went well has nothing to say.
  const code = run(process.execPath, args, {
    env: { ...environment, ...more },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (code !== 0) throw new Error(`${name} failed with exit code ${code}; its message is above.`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const connected = process.argv.includes('--connected');
  const { version, root } = await build({ connected });
  console.log(`Built Conclave ${version} into ${folderOf(connected)}/, root ${root}`);
}
