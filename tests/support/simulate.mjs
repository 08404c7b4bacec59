/**
 * npm run simulate: a simulated device for other programs on this machine, until it is stopped.
 *
 *     npm run simulate -- trezor --port 21324        for trezorctl -p udp:127.0.0.1:21324
 *     npm run simulate -- trezor --port 21324 --ask  the same, answered at this terminal
 *     npm run simulate -- yubihsm --port 12345       a connector, for yubihsm-shell
 *
 * It protects nothing: its seed and passwords are known to everybody. Port 0 takes a free one.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';
import { top } from '../../bundle/machine.mjs';

/**
 * Node 20 cannot read TypeScript by itself.
 * @param {string} file
 * @returns {Promise<unknown>}
 */
const load = async (file) => {
  const { module } = /** @type {{ module: unknown }} */ (
    await runnerImport(join(top, 'tests/support', file))
  );
  return module;
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { port: { type: 'string' }, ask: { type: 'boolean', default: false } },
});
const port = values.port === undefined ? undefined : Number(values.port);

if (positionals[0] === 'trezor') {
  const { serveTrezor } = /** @type {typeof import('./trezor-udp.ts')} */ (
    await load('trezor-udp.ts')
  );
  const served = await serveTrezor(port ?? 21324, values.ask);
  console.log(`A simulated Trezor Model T answers at udp:127.0.0.1:${served.port}`);
} else if (positionals[0] === 'yubihsm') {
  const { serveYubiHsm } = /** @type {typeof import('./yubihsm-connector.ts')} */ (
    await load('yubihsm-connector.ts')
  );
  const served = await serveYubiHsm(port ?? 12345);
  console.log(`A simulated YubiHSM 2 answers at http://127.0.0.1:${served.port}`);
} else {
  console.error('Say which device: trezor or yubihsm.');
  process.exitCode = 1;
}
