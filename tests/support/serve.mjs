/** Serve the bundle in `build/` through the real launcher, as the end-to-end tests' server. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { top } from '../../bundle/machine.mjs';
import { MANIFEST_NAME, sha256 } from '../../bundle/manifest.mjs';

const folder = join(top, 'build');
const root = await sha256(new Uint8Array(readFileSync(join(folder, MANIFEST_NAME))));
const launcher = [join(top, 'bundle', 'launch.mjs'), folder, '--root', root, '--no-pin'];
const child = spawn(process.execPath, [...launcher, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
  process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 0));
