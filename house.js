/**
 * The house: which folder may import from which. Arrows point down only (ARCHITECTURE.md draws it);
 * eslint.config.js enforces it and tests/house/ shows it failing.
 */

const core = ['wire', 'bitcoin', 'crypto'];
const outside = ['vault', 'courier', 'devices'];

/** @type {Record<string, { folder: string, mayImport: string[] }>} */
export const house = {
  routes: {
    folder: 'src/routes',
    mayImport: ['ui', 'worker', 'ceremony', ...outside, ...core, 'integrity'],
  },
  ui: {
    folder: 'src/lib/ui',
    mayImport: ['worker', 'ceremony', ...outside, ...core, 'integrity'],
  },
  worker: {
    folder: 'src/lib/worker',
    mayImport: ['ceremony', ...outside, ...core, 'wasm', 'integrity'],
  },
  // Sans-I/O: the state machines see neither the store, the couriers nor the hardware.
  ceremony: { folder: 'src/lib/ceremony', mayImport: [...core, 'wasm'] },
  vault: { folder: 'src/lib/vault', mayImport: ['crypto'] },
  courier: { folder: 'src/lib/courier', mayImport: ['crypto'] },
  devices: { folder: 'src/lib/devices', mayImport: ['crypto'] },
  wire: { folder: 'src/lib/wire', mayImport: ['crypto', 'wasm'] },
  bitcoin: { folder: 'src/lib/bitcoin', mayImport: ['crypto', 'wasm'] },
  crypto: { folder: 'src/lib/crypto', mayImport: ['wasm'] },
  wasm: { folder: 'src/lib/wasm', mayImport: [] },
  // The page's and the service worker's side of the verified bundle.
  integrity: { folder: 'src/lib/integrity', mayImport: ['manifest'] },
  serviceWorker: { folder: 'src/service-worker', mayImport: ['integrity', 'manifest'] },
  manifest: { folder: 'bundle', mayImport: [] },
  // What operators run beside their own bitcoind and 0BTC Wire; of the worker, its age files.
  programs: { folder: 'programs', mayImport: ['worker', ...core, 'wasm'] },
  // The second implementation of docs/formats.md: nothing of ours is in it, and nothing of it elsewhere.
  reader: { folder: 'reader', mayImport: [] },
};

/** The folders whose code takes bytes, randomness and time as arguments: no DOM, storage, clock or network. */
export const sansIO = ['src/lib/crypto', 'src/lib/bitcoin', 'src/lib/wire', 'src/lib/ceremony'];
