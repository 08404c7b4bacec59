/**
 * The house: which folder may import from which. Arrows point down only (ARCHITECTURE.md draws it);
 * eslint.config.js enforces it and tests/house/ shows it failing.
 * @type {Record<string, { folder: string, mayImport: string[] }>}
 */
export const house = {
  routes: {
    folder: 'src/routes',
    mayImport: [
      'ui',
      'worker',
      'ceremony',
      'vault',
      'courier',
      'devices',
      'wire',
      'bitcoin',
      'crypto',
      'bundle',
    ],
  },
  ui: {
    folder: 'src/lib/ui',
    mayImport: [
      'worker',
      'ceremony',
      'vault',
      'courier',
      'devices',
      'wire',
      'bitcoin',
      'crypto',
      'bundle',
    ],
  },
  worker: {
    folder: 'src/lib/worker',
    mayImport: ['ceremony', 'vault', 'courier', 'devices', 'wire', 'bitcoin', 'crypto', 'wasm'],
  },
  // Sans-I/O: the state machines see neither the store, the couriers nor the hardware.
  ceremony: { folder: 'src/lib/ceremony', mayImport: ['wire', 'bitcoin', 'crypto', 'wasm'] },
  vault: { folder: 'src/lib/vault', mayImport: ['crypto'] },
  courier: { folder: 'src/lib/courier', mayImport: ['crypto'] },
  devices: { folder: 'src/lib/devices', mayImport: ['crypto'] },
  wire: { folder: 'src/lib/wire', mayImport: ['crypto', 'wasm'] },
  bitcoin: { folder: 'src/lib/bitcoin', mayImport: ['crypto', 'wasm'] },
  crypto: { folder: 'src/lib/crypto', mayImport: ['wasm'] },
  wasm: { folder: 'src/lib/wasm', mayImport: [] },
  bundle: { folder: 'bundle', mayImport: [] },
};

/** The folders whose code takes bytes, randomness and time as arguments: no DOM, storage, clock or network. */
export const sansIO = ['src/lib/crypto', 'src/lib/bitcoin', 'src/lib/wire', 'src/lib/ceremony'];
