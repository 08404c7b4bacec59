/**
 * `npm start`: install if needed, build, verify, serve, print the address and the root.
 * Options are handed to the launcher: `npm start -- --port 7465`; `--dir FOLDER` serves a finished
 * bundle without building.
 */
import { parseArgs } from 'node:util';
import { installPackages, run, top } from './machine.mjs';
import { join } from 'node:path';

try {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '7465' }, dir: { type: 'string' } },
  });
  if (values.dir === undefined) installPackages();
  const serve = values.dir === undefined ? await built() : [values.dir];
  process.exitCode = run(process.execPath, [
    join(top, 'bundle', 'launch.mjs'),
    ...serve,
    '--port',
    values.port,
  ]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** Build, and let the launcher serve exactly what was built: made here from source, it needs no stored pin. */
async function built() {
  console.log('Building the bundle …');
  const { build } = await import('./build.mjs');
  const { folder, root } = await build();
  return [folder, '--root', root, '--no-pin'];
}
