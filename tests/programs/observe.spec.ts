import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addressOfScript } from '../../src/lib/bitcoin/address.ts';
import { xOnly } from '../../src/lib/crypto/bip340.ts';
import { toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import type { Scalar } from '../../src/lib/wasm/group.ts';
import { burnHolds, readBurnFile, type BurnRecord } from '../../src/lib/wire/burn-record.ts';
import { sealAge } from '../../src/lib/worker/age-file.ts';
import { startEngine } from '../support/engine-node.ts';
import { builtPrograms, type Programs, type Said } from '../support/programs.ts';
import { burn, place } from '../support/wire.ts';

const { secp256k1 } = await startEngine();
const secret = new Uint8Array(32).fill(5) as Scalar;
const observer = xOnly(secp256k1.mulBase(secret));
const passphrase = 'horse staple';
const group = toHex(place.group);

/** What the node says of `burn`. */
const seen = {
  proof_id: 'a1',
  nullifier: `0x${toHex(burn.nullifier)}`,
  asset_id: '0x0',
  amount: burn.amount,
  destination_btc_address: addressOfScript('regtest', burn.script)!,
  fee_btc: burn.fee,
  block_number: burn.height,
  block_hash: toHex(burn.block),
  timestamp: 1_790_000_000,
};
const another = { ...seen, proof_id: 'a2', nullifier: '0x7' };

let programs: Programs;
beforeAll(async () => {
  programs = await builtPrograms('observe');
  await writeKey(secret);
});
afterAll(() => programs.remove());
beforeEach(() => rmSync(at('settings'), { recursive: true, force: true }));

const at = (name: string) => join(programs.folder, name);

const writeKey = async (key: Bytes) =>
  writeFileSync(at('observer.age'), await sealAge(key, passphrase, 4));

const listOf = (burns: readonly object[], height = 1000) =>
  JSON.stringify({ height, burns }, undefined, 2);

/** Runs it over a list of burns, with everything else as it should be. */
function observe(list: string, args: readonly string[] = [], input = `${passphrase}\n`) {
  writeFileSync(at('burns.json'), list);
  return observeAt('burns.json', args, input);
}
const observeAt = (source: string, args: readonly string[], input = `${passphrase}\n`) =>
  programs.run(
    'observe',
    [
      ...['--burns', source, '--key', 'observer.age', '--group', group, '--network', 'regtest'],
      ...args,
    ],
    { input },
  );

/** The records that a run printed; all of them hold. */
function recordsIn({ code, out, err }: Said): readonly BurnRecord[] {
  expect({ code, err }).toMatchObject({ code: 0 });
  const read = readBurnFile(out);
  if (typeof read === 'string') throw new Error(read);
  expect(read.where).toEqual(place);
  for (const { burn, observer, signature } of read.records)
    expect(burnHolds(secp256k1, observer, place, burn, signature)).toBe(true);
  return read.records;
}

/** A run that signs nothing: nothing on standard output, and a text of three parts at least. */
function expectStopped({ code, out, err }: Said, text: RegExp): void {
  expect(err).toMatch(text);
  expect(err.trim().split(/[.:)] /).length).toBeGreaterThanOrEqual(3);
  expect({ code, out }).toEqual({ code: 1, out: '' });
}

describe('burns that are final', () => {
  it('are signed with the observer’s key', async () => {
    const said = await observe(listOf([seen, another]));
    const records = recordsIn(said);
    expect(records.map((record) => record.observer)).toEqual([observer, observer]);
    expect(records[0]!.burn).toEqual(burn);
    expect(toHex(records[1]!.burn.nullifier)).toBe('0000000000000007');
    expect(said.err).toContain(`Signed: 2 burns, by the observer ${toHex(observer)}.`);
  });

  it('come from an address on this machine too, and go into a new file', async () => {
    const server = await serving(listOf([seen]));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/burns`;
    const args = ['--out', at('records.json')];
    expect(await observeAt(address, args)).toMatchObject({ code: 0, out: '' });
    server.close();
    expect(readBurnFile(readFileSync(at('records.json'), 'utf8'))).toHaveProperty(
      'records.length',
      1,
    );
    expectStopped(await observe(listOf([seen]), args), /already/);
  });

  it.each([
    ['100 blocks follow', [], 100, 1],
    ['99 blocks follow', [], 99, 0],
    ['its own is the last', [], 0, 0],
    ['it is after the last', [], -5, 0],
    ['12 follow, and so many are enough', ['--depth', '12'], 12, 1],
    ['11 follow', ['--depth', '12'], 11, 0],
  ])('are those after which enough blocks follow: %s', async (_, args, after, count) => {
    const said = await observe(listOf([seen], burn.height + after), args);
    expect(recordsIn(said)).toHaveLength(count);
    expect(said.err.includes('until it is final')).toBe(count === 0);
  });

  it('may have the state that the scripts keep', async () => {
    expect(recordsIn(await observe(listOf([{ ...seen, status: 'pending' }])))).toHaveLength(1);
  });

  it.each([
    ['pays to no address', { destination_btc_address: 'bc1qnonsense' }, /is no address of regtest/],
    [
      'pays on another network',
      { destination_btc_address: mainnetAddress() },
      /no address of regtest/,
    ],
    ['takes a fee above the amount', { fee_btc: burn.amount + 1 }, /fee/],
    ['has an amount of nothing', { amount: 0 }, /amount/],
    ['pays to what is too long', { destination_btc_address: 'x'.repeat(101) }, /destination/],
    ['has a nullifier beyond the field', { nullifier: '0xffffffff00000001' }, /no field element/],
  ])('are left out, and the others signed, where one %s', async (_, change, why) => {
    const said = await observe(listOf([another, { ...seen, ...change }]));
    expect(recordsIn(said)).toHaveLength(1);
    expect(said.err).toMatch(/^Left out: /);
    expect(said.err).toMatch(why);
  });
});

function mainnetAddress(): string {
  return addressOfScript('mainnet', burn.script)!;
}

async function serving(text: string, status = 200): Promise<Server> {
  const server = createServer((_, response) => response.writeHead(status).end(text));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

describe('one nullifier, one record', () => {
  const changes = {
    amount: burn.amount + 1,
    fee_btc: 0,
    block_number: burn.height + 1,
    block_hash: 'b2'.repeat(32),
    asset_id: '0x1',
    destination_btc_address: addressOfScript('regtest', Uint8Array.of(0, 20, ...randomBytes(20)))!,
  };

  it('signs the same again', async () => {
    const first = recordsIn(await observe(listOf([seen])));
    const again = recordsIn(await observe(listOf([seen, another])));
    expect(again[0]!.burn).toEqual(first[0]!.burn);
    // With fresh randomness.
    expect(again[0]!.signature).not.toEqual(first[0]!.signature);
  });

  it.each(Object.entries(changes))(
    'and never another %s, nor the rest of the list',
    async (field, value) => {
      recordsIn(await observe(listOf([seen])));
      const state = stateOf();
      expectStopped(
        await observe(listOf([another, { ...seen, [field]: value }])),
        /is not what was signed/,
      );
      expect(stateOf()).toBe(state);
    },
  );

  it('nor two in one list', async () => {
    expectStopped(await observe(listOf([seen, { ...seen, amount: 20_000 }])), /stands twice/);
    expect(existsSync(statePath())).toBe(false);
  });

  it('notes it before a record leaves', async () => {
    writeFileSync(at('taken.json'), '');
    expectStopped(await observe(listOf([seen]), ['--out', at('taken.json')]), /already/);
    expectStopped(await observe(listOf([{ ...seen, amount: 20_000 }])), /is not what was signed/);
    expect(recordsIn(await observe(listOf([seen])))).toHaveLength(1);
  });

  it('keeps to one run at a time, and leaves no mark of itself', async () => {
    recordsIn(await observe(listOf([seen])));
    const lock = `${statePath()}.lock`;
    expect(existsSync(lock)).toBe(false);
    writeFileSync(lock, '');
    expectStopped(await observe(listOf([seen])), /another run is at work/);
    rmSync(lock);
    expectStopped(await observe(listOf([{ ...seen, amount: 20_000 }])), /is not what was signed/);
    expect(existsSync(lock)).toBe(false);
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, -5), /is damaged/],
    ['empty', () => '', /is damaged/],
    ['another thing', () => 'hello\n', /is damaged/],
    ['a line changed', (text: string) => text.replace(/\n0/, '\nx'), /is damaged/],
    [
      'of another group',
      (text: string) => text.replace(group, 'ab'.repeat(32)),
      /of another observer, group/,
    ],
  ])('signs nothing where what was signed before is %s', async (_, damage, text) => {
    recordsIn(await observe(listOf([seen])));
    writeFileSync(statePath(), damage(stateOf()));
    expectStopped(await observe(listOf([seen])), text);
  });

  it.each([
    ['is a folder', () => at('.'), /EISDIR/],
    ['leads nowhere', () => at('astray.txt'), /ENOENT/],
  ])('signs nothing where its file %s', async (_, path, code) => {
    symlinkSync(at('nowhere/at-all.txt'), at('astray.txt'));
    const said = await observe(listOf([seen]), ['--state', path()]);
    rmSync(at('astray.txt'));
    expectStopped(said, /cannot be read or written/);
    expect(said.err).toMatch(code);
  });

  const statePath = () => at(`settings/conclave/observed-${group}-${toHex(observer)}.txt`);
  const stateOf = () => readFileSync(statePath(), 'utf8');
});

describe('the observer’s key', () => {
  it('is never in what the program writes', async () => {
    const { out, err } = await observe(listOf([seen]));
    const state = readFileSync(
      at(`settings/conclave/observed-${group}-${toHex(observer)}.txt`),
      'utf8',
    );
    for (const text of [out, err, state]) {
      expect(text).not.toContain(toHex(secret));
      expect(text).not.toContain(passphrase);
    }
  });

  it('does not open with another passphrase', async () => {
    expectStopped(
      await observe(listOf([seen]), [], 'wrong\n'),
      /does not open \(wrong-passphrase\)/,
    );
  });

  it('does not open with none', async () => {
    expectStopped(await observe(listOf([seen]), [], ''), /does not open/);
  });

  it.each([
    ['too short', secret.slice(1)],
    ['zero', new Uint8Array(32)],
    ['above the order', new Uint8Array(32).fill(0xff)],
    ['in hex', new TextEncoder().encode(toHex(secret))],
  ])('is refused where it is %s', async (_, key) => {
    await writeKey(key);
    expectStopped(await observe(listOf([seen])), /holds no observer key/);
    await writeKey(secret);
  });

  it('is refused where the file is another thing', async () => {
    writeFileSync(at('observer.age'), secret);
    expectStopped(await observe(listOf([seen])), /does not open \(not-an-age-file\)/);
    await writeKey(secret);
  });
});

describe('a list of burns that is refused', () => {
  it.each([
    ['no JSON', '{'],
    ['no height', '{"burns":[]}'],
    ['a list alone', '[]'],
    ['one name twice', listOf([seen]).replace('{', '{"height":5000,')],
    ['too many', listOf(Array.from({ length: 5001 }, () => seen))],
    ['brackets without end', '['.repeat(100_000)],
  ])('for it has %s', async (_, list) => {
    expectStopped(await observe(list), /is no list of burns/);
  });

  it('and what stands in it does not steer the terminal', async () => {
    const said = await observe(listOf([another, { ...seen, '\u001b[2J\u009b': 1 }]));
    expect(recordsIn(said)).toHaveLength(1);
    expect(said.err).toMatch(/^Left out: .*unknown field “ \[2J/);
    expect(said.err).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it('and one that its source does not give', async () => {
    const server = await serving('', 500);
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expectStopped(await observeAt(address, []), /answers 500/);
    server.close();
    expectStopped(await observeAt(address, []), /does not answer/);
    expectStopped(await observeAt('nowhere.json', []), /cannot be read \(ENOENT\)/);
  });
});

describe('a command line that cannot be meant', () => {
  it.each([
    ['a depth below the floor', ['--depth', '11']],
    ['a depth that is no number', ['--depth', '1e3']],
    ['another network', ['--network', 'liquid']],
    ['another machine', ['--burns', 'http://192.0.2.1/burns']],
    ['a secret', ['--passphrase', 'secret']],
    ['a group in capitals', ['--group', 'AB'.repeat(32)]],
  ])('%s', async (_, args) => {
    const { code, out, err } = await observe(listOf([seen]), args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('node observe.mjs --burns');
  });
});
