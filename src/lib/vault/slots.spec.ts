import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  CHEAP,
  device,
  emptyOrigin,
  faultOf,
  flipped,
  passphrase,
  tamper,
  text,
} from '../../../tests/support/vault.ts';
import { toEnvelope } from './envelope.ts';
import { fromHeader } from './header.ts';
import { toCbor, type Cbor } from '../crypto/cbor.ts';
import { VaultError } from './fault.ts';
import { passphraseKey, STANDARD_COST } from './passphrase.ts';
import type { SlotSecret } from './slots.ts';
import { createVault, unlockVault, vaultStatus } from './vault.ts';

afterEach(() => vi.unstubAllGlobals());

describe('slots', () => {
  test('passphrase and device open the same records; each can go but the last', async () => {
    const options = emptyOrigin();
    const vault = await createVault(passphrase('p'), options);
    await vault.write([{ key: 'k', value: text('v') }]);
    await vault.addSlot(device('c1'), passphrase('p'));
    expect(vault.slots().map(({ slot, kind, id }) => [slot, kind, id])).toEqual([
      [0, 'passphrase', ''],
      [1, 'device', 'c1'],
    ]);
    await vault.lock();

    const byDevice = await unlockVault(device('c1'), options);
    expect(await byDevice.read('k')).toEqual(text('v'));
    await byDevice.removeSlot(0);
    expect(await faultOf(byDevice.removeSlot(1))).toEqual({ name: 'last-slot' });
    expect(await faultOf(byDevice.removeSlot(0))).toEqual({ name: 'no-such-slot' });
    await byDevice.addSlot(passphrase('q'), device('c1'));
    await byDevice.lock();
    expect(await faultOf(unlockVault(passphrase('p'), options))).toEqual({
      name: 'wrong-passphrase',
    });
    const byOther = await unlockVault(passphrase('q'), options);
    expect(await byOther.read('k')).toEqual(text('v'));
  });

  test('the wrong secret is named by its kind', async () => {
    const options = emptyOrigin();
    const vault = await createVault(passphrase('p'), options);
    await vault.lock();
    const attempts: [SlotSecret, string][] = [
      [passphrase('P'), 'wrong-passphrase'],
      [passphrase(''), 'empty-passphrase'],
      [device('c1'), 'no-such-slot'],
    ];
    for (const [secret, name] of attempts)
      expect(await faultOf(unlockVault(secret, options))).toEqual({ name });
    const open = await unlockVault(passphrase('p'), options);
    await open.addSlot(device('c1'), passphrase('p'));
    await open.lock();
    expect(await faultOf(unlockVault(device('c1', 8), options))).toEqual({ name: 'wrong-device' });
    expect(await faultOf(unlockVault(device('c2'), options))).toEqual({ name: 'no-such-slot' });
  });

  test('an open vault alone adds no slot', async () => {
    const options = emptyOrigin();
    const vault = await createVault(passphrase('p'), options);
    const added = vault.addSlot(passphrase('mine'), passphrase('guess'));
    expect(await faultOf(added)).toEqual({ name: 'wrong-passphrase' });
    expect(vault.slots()).toHaveLength(1);
  });

  test('a passphrase changes without touching a record', async () => {
    const options = emptyOrigin();
    const vault = await createVault(passphrase('old'), options);
    await vault.addSlot(device('c1'), passphrase('old'));
    await vault.write([{ key: 'k', value: text('v') }]);
    const stored = await tamper((db) => db.get('records', 'k') as Promise<unknown>);
    const wrong = vault.changePassphrase(0, text('other'), text('new'));
    expect(await faultOf(wrong)).toEqual({ name: 'wrong-passphrase' });
    const ofDevice = vault.changePassphrase(1, text('old'), text('new'));
    expect(await faultOf(ofDevice)).toEqual({ name: 'no-such-slot' });
    await vault.changePassphrase(0, text('old'), text('new'));
    await vault.lock();
    expect(await tamper((db) => db.get('records', 'k') as Promise<unknown>)).toEqual(stored);
    expect(await faultOf(unlockVault(passphrase('old'), options))).toEqual({
      name: 'wrong-passphrase',
    });
    expect(await (await unlockVault(passphrase('new'), options)).read('k')).toEqual(text('v'));
  });

  test('two added at once are both there', async () => {
    const vault = await createVault(device('c0'), emptyOrigin());
    await Promise.all(['c1', 'c2'].map((id) => vault.addSlot(device(id), device('c0'))));
    expect(vault.slots().map(({ slot, id }) => [slot, id])).toEqual([
      [0, 'c0'],
      [1, 'c1'],
      [2, 'c2'],
    ]);
  });

  test('eight fit', async () => {
    const vault = await createVault(device('c0'), emptyOrigin());
    for (let i = 1; i < 8; i++) await vault.addSlot(device(`c${i}`), device('c0'));
    expect(await faultOf(vault.addSlot(device('c8'), device('c0')))).toEqual({
      name: 'slots-full',
    });
    await vault.removeSlot(3);
    await vault.addSlot(device('c8'), device('c0'));
    expect(vault.slots()[7]).toMatchObject({ slot: 3, id: 'c8' });
  });

  test('what could not be read back is not written', async () => {
    const options = emptyOrigin();
    const bad = { ...device('c1'), label: 'two\nlines' };
    await expect(createVault(bad, options)).rejects.toThrow(RangeError);
    expect(await vaultStatus(options)).toMatchObject({ exists: false });
    const short = { ...device('c1'), prf: new Uint8Array(31) };
    await expect(createVault(short, options)).rejects.toThrow(RangeError);
  });

  test('secrets are wiped, whether they open or not', async () => {
    const options = emptyOrigin();
    const used = [
      text('p'),
      text('q'),
      new Uint8Array(32).fill(1),
      text('p'),
      text('p'),
      text('r'),
    ];
    const asSecret = (at: number) => ({ kind: 'passphrase' as const, passphrase: used[at]! });
    const vault = await createVault(asSecret(0), options);
    await faultOf(unlockVault(asSecret(1), options));
    await vault.addSlot({ kind: 'device', id: 'c', label: '', prf: used[2]! }, asSecret(3));
    await vault.changePassphrase(0, used[4]!, used[5]!);
    for (const secret of used) expect(secret).toEqual(new Uint8Array(secret.length));
  });
});

describe('the header', () => {
  async function storedHeader() {
    const options = emptyOrigin();
    const vault = await createVault(passphrase('p'), options);
    await vault.addSlot(device('c1'), passphrase('p'));
    await vault.lock();
    const header = await tamper((db) => db.get('meta', 'header') as Promise<Uint8Array>);
    const put = (value: unknown) => tamper((db) => db.put('meta', value, 'header'));
    /** Stores it with another content, the checksum made anew. */
    const { seal, ...content } = fromHeader(header);
    const rewrite = (changed: object, version = 1) =>
      put(toEnvelope('conclave vault', version, toCbor({ ...content, seal, ...changed })));
    return { options, header, put, rewrite, content };
  }

  test('any flipped bit, a cut, a foreign type: corrupt', async () => {
    const { options, header, put } = await storedHeader();
    const others: unknown[] = [
      'text',
      7,
      header.slice(0, -1),
      header.slice(0, 16),
      new Uint8Array(),
    ];
    for (let at = 0; at < header.length; at += 3) others.push(flipped(header, at));
    for (const other of others) {
      await put(other);
      expect(await faultOf(unlockVault(passphrase('p'), options))).toEqual({
        name: 'header-corrupt',
      });
      expect(await faultOf(vaultStatus(options))).toEqual({ name: 'header-corrupt' });
    }
    await put(header);
    await unlockVault(passphrase('p'), options);
  });

  test('altered with its checksum made anew: it fails closed all the same', async () => {
    const { options, rewrite, content } = await storedHeader();
    const [first, second] = content.slots;
    const alterations: [string, object][] = [
      ['wrong-passphrase', { slots: [{ ...first, passes: 2 }, second] }],
      ['wrong-passphrase', { slots: [{ ...first, created: 0 }, second] }],
      ['wrong-passphrase', { slots: [{ ...first, slot: 5 }, second] }],
      ['header-corrupt', { slots: [{ ...first, memory: 2 ** 21 }, second] }],
      ['header-corrupt', { slots: [{ ...first, passes: 17 }, second] }],
      ['header-corrupt', { slots: [first, { ...second, slot: 0 }] }],
      ['header-corrupt', { slots: [first, { ...second, label: 'Mine' }] }],
      ['header-corrupt', { slots: [first] }],
      ['header-corrupt', { slots: [] }],
      ['header-corrupt', { created: 0 }],
      ['header-corrupt', { restored: { at: 0, exported: 0 } }],
      ['header-corrupt', { more: 1 }],
    ];
    for (const [name, changed] of alterations) {
      await rewrite(changed);
      expect(await faultOf(unlockVault(passphrase('p'), options))).toEqual({ name });
    }
    await rewrite({ slots: [first, { ...second, slot: 0 }] });
    expect(await faultOf(vaultStatus(options))).toEqual({ name: 'header-corrupt' });
    await rewrite({});
    await unlockVault(passphrase('p'), options);
  });

  test('of any bytes or any CBOR gives a named fault', () => {
    const json = fc.jsonValue() as fc.Arbitrary<Cbor>;
    const bodies = fc.oneof(fc.uint8Array(), json.map(toCbor));
    fc.assert(
      fc.property(bodies, fc.nat(2), (body, version) => {
        expect(() => fromHeader(body)).toThrow(VaultError);
        expect(() => fromHeader(toEnvelope('conclave vault', version, body))).toThrow(VaultError);
      }),
    );
  });

  test('of a newer version is refused as such, and left alone', async () => {
    const { options, rewrite } = await storedHeader();
    await rewrite({ more: 1 }, 2);
    const before = await tamper((db) => db.get('meta', 'header') as Promise<unknown>);
    const refused = await faultOf(unlockVault(passphrase('p'), options));
    expect(refused).toEqual({ name: 'newer-schema' });
    expect(await tamper((db) => db.get('meta', 'header') as Promise<unknown>)).toEqual(before);
    await rewrite({}, 0);
    expect(await faultOf(vaultStatus(options))).toEqual({ name: 'header-corrupt' });
  });
});

describe('passphrases', () => {
  const salt = new Uint8Array(16).fill(3);
  const check = async (key: CryptoKey) =>
    new Uint8Array(
      await crypto.subtle.encrypt(
        { name: 'AES-GCM', iv: new Uint8Array(12) },
        key,
        new Uint8Array(16),
      ),
    );

  test('give the same key without WebAssembly', async () => {
    const fast = await check(await passphraseKey(text('p'), salt, CHEAP));
    vi.stubGlobal('WebAssembly', undefined);
    Reflect.deleteProperty(globalThis, 'WebAssembly');
    expect(await check(await passphraseKey(text('p'), salt, CHEAP))).toEqual(fast);
  });

  test('cost what they should, and their key does not leave', async () => {
    const start = performance.now();
    const key = await passphraseKey(text('p'), salt, STANDARD_COST);
    const took = performance.now() - start;
    expect(STANDARD_COST.memory).toBeGreaterThanOrEqual(64 * 1024);
    expect(took).toBeGreaterThan(50);
    expect(took).toBeLessThan(10_000);
    expect(key.extractable).toBe(false);
  });

  test('whose memory is not to be had are refused by name', async () => {
    vi.stubGlobal('WebAssembly', { compile: () => Promise.reject(new RangeError('no memory')) });
    const refused = await faultOf(passphraseKey(text('p'), salt, CHEAP));
    expect(refused).toEqual({ name: 'out-of-memory' });
  });
});
