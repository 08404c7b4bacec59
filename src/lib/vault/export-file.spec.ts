import { describe, expect, test, vi } from 'vitest';
import {
  CHEAP,
  device,
  emptyOrigin,
  faultOf,
  flipped,
  fullDisk,
  passphrase,
  tamper,
  text,
} from '../../../tests/support/vault.ts';
import { toCbor, type Cbor } from '../crypto/cbor.ts';
import { toEnvelope } from './envelope.ts';
import { toExport, type Workspace } from './export-file.ts';
import { createVault, importWorkspace, unlockVault, vaultStatus } from './vault.ts';

/** What an import leaves with the log of a group. */
const mark = 'group/g/restored';
const records = [
  { key: 'log/g/1', value: text('canary one') },
  { key: 'log/g/2', value: text('two') },
];

async function exported(): Promise<Uint8Array> {
  const vault = await createVault(passphrase('p'), emptyOrigin());
  await vault.write(records);
  const file = await vault.exportWorkspace(text('x'));
  await vault.lock();
  return file;
}

describe('a workspace exported and imported', () => {
  test('has every record, other slots, and knows for ever that it is restored', async () => {
    const before = Date.now();
    const file = await exported();
    expect(Buffer.from(file).toString('latin1')).not.toMatch(/canary/);

    const options = emptyOrigin();
    const vault = await importWorkspace(file, text('x'), device('c1'), options);
    expect(await vault.keys('')).toEqual([mark, ...records.map(({ key }) => key)]);
    for (const { key, value } of records) expect(await vault.read(key)).toEqual(value);
    expect(vault.restored?.exported).toBeGreaterThanOrEqual(before);
    expect(vault.restored?.at).toBeGreaterThanOrEqual(vault.restored!.exported);
    await vault.addSlot(passphrase('q'), device('c1'));
    await vault.lock();
    const again = await unlockVault(passphrase('q'), options);
    expect(again.restored).toEqual(vault.restored);
    expect(await faultOf(unlockVault(passphrase('p'), options))).toEqual({
      name: 'wrong-passphrase',
    });
  });

  test('replaces a vault only if asked to, and then wholly', async () => {
    const file = await exported();
    const options = emptyOrigin();
    const old = await createVault(passphrase('old'), options);
    await old.write([{ key: 'mine', value: text('v') }]);
    await old.lock();
    const refused = importWorkspace(file, text('x'), passphrase('n'), options);
    expect(await faultOf(refused)).toEqual({ name: 'exists' });
    await (await unlockVault(passphrase('old'), options)).lock();

    const replace = { ...options, replace: true };
    const vault = await importWorkspace(file, text('x'), passphrase('n'), replace);
    expect(await vault.keys('')).toEqual([mark, ...records.map(({ key }) => key)]);
  });

  test('mends a vault whose header is damaged, or that was evicted', async () => {
    const file = await exported();
    const options = emptyOrigin();
    await (await createVault(passphrase('p'), options)).lock();
    await tamper((db) => db.put('meta', 'damaged', 'header'));
    const replace = { ...options, replace: true };
    await (await importWorkspace(file, text('x'), passphrase('n'), replace)).lock();
    await tamper((db) => db.clear('meta'));
    await importWorkspace(file, text('x'), passphrase('n'), options);
  });

  test('a disk that is full half-way leaves the old vault as it was', async () => {
    const file = await exported();
    const options = emptyOrigin();
    const old = await createVault(passphrase('old'), options);
    await old.write([{ key: 'mine', value: text('v') }]);
    await old.lock();
    fullDisk(4);
    const replace = { ...options, replace: true };
    const failed = importWorkspace(file, text('x'), passphrase('n'), replace);
    expect(await faultOf(failed)).toEqual({ name: 'storage-full' });
    vi.restoreAllMocks();
    expect(await (await unlockVault(passphrase('old'), options)).read('mine')).toEqual(text('v'));
  });

  test('a corrupted record is named, not left out', async () => {
    const vault = await createVault(passphrase('p'), emptyOrigin());
    await vault.write(records);
    const stored = await tamper((db) => db.get('records', 'log/g/2') as Promise<Uint8Array>);
    await tamper((db) => db.put('records', flipped(stored, 20), 'log/g/2'));
    const refused = await faultOf(vault.exportWorkspace(text('x')));
    expect(refused).toEqual({ name: 'record-corrupt', key: 'log/g/2' });
  });
});

describe('a hostile export', () => {
  const attempt = (file: Uint8Array, typed = 'x', options = emptyOrigin()) =>
    faultOf(importWorkspace(file, text(typed), passphrase('n'), options));

  test('wrong passphrase, any flipped byte, any cut: named, and nothing is written', async () => {
    const file = await exported();
    const options = emptyOrigin();
    expect(await attempt(file, 'y', options)).toEqual({ name: 'export-wrong-passphrase' });
    expect(await attempt(file, '', options)).toEqual({ name: 'empty-passphrase' });
    for (let at = 0; at < file.length; at++) {
      const name = at < 16 ? 'export-malformed' : 'export-damaged';
      expect(await attempt(flipped(file, at), 'x', options)).toEqual({ name });
      expect(await attempt(file.slice(0, at), 'x', options)).toEqual({ name });
    }
    expect(await vaultStatus(options)).toMatchObject({ exists: false, evicted: false });
  });

  test('another kind of file, a newer version, an absurd cost: named', async () => {
    const body = { salt: new Uint8Array(16), memory: 64, passes: 1, sealed: new Uint8Array(40) };
    const wrapped = (changed: Record<string, Cbor>, version = 1) =>
      toEnvelope('conclave export', version, toCbor({ ...body, ...changed }));
    expect(await attempt(new Uint8Array())).toEqual({ name: 'export-malformed' });
    expect(await attempt(text('a photograph'))).toEqual({ name: 'export-malformed' });
    expect(await attempt(wrapped({}))).toEqual({ name: 'export-wrong-passphrase' });
    expect(await attempt(wrapped({}, 2))).toEqual({ name: 'newer-schema' });
    expect(await attempt(wrapped({}, 0))).toEqual({ name: 'export-malformed' });
    for (const changed of [{ memory: 2 ** 21 }, { passes: 17 }, { salt: 'salt' }, { more: 1 }])
      expect(await attempt(wrapped(changed))).toEqual({ name: 'export-malformed' });
  });

  test('made by somebody who knows the passphrase: still read with suspicion', async () => {
    const value = text('v');
    const hostile: Cbor[] = [
      {
        exported: 0,
        records: [
          { key: 'b', value },
          { key: 'a', value },
        ],
      },
      {
        exported: 0,
        records: [
          { key: 'a', value },
          { key: 'a', value },
        ],
      },
      { exported: 0, records: [{ key: 'with space', value }] },
      { exported: 0, records: [{ key: 'a', value: 'text' }] },
      { exported: -1, records: [] },
      [],
    ];
    for (const workspace of hostile) {
      const file = await toExport(workspace as unknown as Workspace, text('x'), CHEAP);
      expect(await attempt(file)).toEqual({ name: 'export-malformed' });
    }
  });
});
