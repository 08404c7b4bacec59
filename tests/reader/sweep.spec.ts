import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schnorr } from '@noble/curves/secp256k1.js';
import { Transaction as Scure } from '@scure/btc-signer/transaction.js';
import { initEccLib, Transaction as Other } from 'bitcoinjs-lib';
import * as ecc from 'tiny-secp256k1';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addressOfScript, scriptOfAddress } from '../../src/lib/bitcoin/address.ts';
import { branches, outputAt, type Path } from '../../src/lib/bitcoin/branches.ts';
import { readCoins } from '../../src/lib/bitcoin/coins.ts';
import { depositPath } from '../../src/lib/bitcoin/deposit.ts';
import { sighashesOf } from '../../src/lib/bitcoin/sighash.ts';
import type { Spend } from '../../src/lib/bitcoin/spend.ts';
import { vsizeOf } from '../../src/lib/bitcoin/transaction.ts';
import { recoveryToBytes, type RecoveryContent } from '../../src/lib/ceremony/backup.ts';
import { concat, fromHex, toHex } from '../../src/lib/crypto/bytes.ts';
import { value } from '../support/hex.ts';
import { builtPrograms, type Programs } from '../support/programs.ts';
import {
  backupAddress,
  cardsOf,
  issued,
  ownersOf,
  passphrase,
  plateOf,
  vaultSharesOf,
  type Owner,
} from '../support/owners.ts';
import { groups } from '../support/seats.ts';

/*
 * The exit: shares of an operator's backup file, of cards and of a plate sign a sweep by the second
 * implementation alone. Three programs that share no code with it find every signature valid.
 */

initEccLib(ecc);

let programs: Programs;
let owners: Owner[];
let content: RecoveryContent;
let threshPk: Uint8Array;
const at = (name: string) => join(programs.folder, name);
const put = (name: string, data: string | Uint8Array) => writeFileSync(at(name), data);

beforeAll(async () => {
  programs = await builtPrograms('recover');
  ({ owners, content } = await ownersOf(5, 3, 'sweep'));
  ({ threshPk } = owners[0]!.recovered.custody);
  put('recovery', recoveryToBytes(content));
  owners.forEach(({ ageFile }, i) => put(`${i}.age`, ageFile));
  const plan = { groupThreshold: 1, groups: [{ threshold: 2, count: 3 }] };
  put('cards', cardsOf(owners[1]!, plan)[0]!.slice(1).join('\n'));
  put('plate', plateOf(owners[3]!, 'custody'));
  put('attestation-plate', plateOf(owners[3]!, 'attestation'));
  put('vault', (await vaultSharesOf(owners[2]!, content, 2, 2)).join('\n'));
}, 60_000);
afterAll(() => programs.remove());

interface Entry {
  readonly txid: string;
  readonly vout: number;
  readonly amount: number;
  readonly scriptPubKey?: string;
  readonly path?: string;
  readonly desc?: string;
  readonly address?: string;
  readonly confirmations?: number;
}

const scriptAt = (path: Path) => value(outputAt(groups.secp256k1, threshPk, path)).script;

/** A coin as Bitcoin Core lists it. */
function listed(byte: number, amount: number, path: Path, descriptor = true): Entry {
  const script = scriptAt(path);
  return {
    txid: byte.toString(16).padStart(2, '0').repeat(32),
    vout: byte,
    address: addressOfScript('regtest', script)!,
    scriptPubKey: toHex(script),
    amount,
    confirmations: 7,
    ...(descriptor && { desc: `tr([00000000/${path.join('/')}]${'ab'.repeat(32)})#qqqqqqqq` }),
  };
}

const deposit = () => value(depositPath('regtest', issued.recipient, issued.index));
const stranger = () => value(depositPath('regtest', new Uint8Array(32).fill(0xee), 7));

/** Coins of every branch, by every way to say where they lie. */
const coins = (): Entry[] => [
  listed(1, 0.5, [branches.receive, 0]),
  listed(2, 0.1, [branches.change, 99], false),
  listed(3, 1.23456789, deposit(), false),
  listed(4, 0.00012345, [branches.fees, 2_000_000_000]),
  listed(5, 20_000_000.00000001, deposit().with(8, 5)),
  { txid: 'ab'.repeat(32), vout: 0, amount: 0.3, path: '0/12345' },
  { txid: 'cd'.repeat(32), vout: 1, amount: 0.4, path: `2/${'ee'.repeat(32)}/7` },
  { txid: 'cd'.repeat(32), vout: 2, amount: 0.4, path: `m/${stranger().join('/')}` },
];
const paths = (): Path[] => [
  [0, 0],
  [1, 99],
  deposit(),
  [3, 2_000_000_000],
  deposit().with(8, 5),
  [0, 12345],
  stranger(),
  stranger(),
];

const sources = ['0.age', 'cards', 'plate'];
let run = 0;

/** A sweep to a file of its own, from `sources` unless others are given; `end`: of the address. */
async function sweep(
  list: readonly Entry[] | string,
  {
    args = ['--fee', '5'],
    from = sources,
    recovery = true,
    lines = [passphrase, ''],
    end = [backupAddress.slice(-8)],
  } = {},
) {
  const out = `tx-${run++}.hex`;
  put('coins.json', typeof list === 'string' ? list : JSON.stringify(list));
  const known = recovery ? ['--recovery', 'recovery'] : [];
  const said = await programs.run(
    'recover',
    ['sweep', ...known, '--coins', 'coins.json', '--out', out, ...args, ...from],
    { input: [...lines, ...end].map((line) => `${line}\n`).join('') },
  );
  const file = existsSync(at(out)) ? readFileSync(at(out), 'utf8') : undefined;
  return { ...said, path: at(out), file };
}

const sat = (btc: number) => Math.round(btc * 1e8);

/** The transaction of a sweep that went well; each signature holds by three other programs' doing. */
function valid(
  { code, err, file }: Awaited<ReturnType<typeof sweep>>,
  list: readonly Entry[],
  where: readonly Path[],
) {
  expect({ code, err }).toMatchObject({ code: 0 });
  const raw = fromHex(file!.trimEnd())!;
  const scripts = where.slice(0, list.length).map(scriptAt);
  const amounts = list.map(({ amount }) => BigInt(sat(amount)));
  const scure = Scure.fromRaw(raw, { allowUnknownOutputs: true, disableScriptCheck: true });
  const other = Other.fromBuffer(raw);
  expect(other.ins.map(({ hash, index }) => `${toHex(concat(hash).reverse())}:${index}`)).toEqual(
    list.map(({ txid, vout }) => `${txid}:${vout}`),
  );
  const spend: Spend = {
    version: 2,
    locktime: 0,
    inputs: other.ins.map(({ hash, index, sequence }, i) => ({
      ...{ txid: concat(hash), vout: index, sequence },
      ...{ amount: Number(amounts[i]), path: where[i]! },
    })),
    outputs: other.outs.map((out) => ({
      ...{ amount: Number(out.value), script: concat(out.script), path: null },
    })),
  };
  const ours = value(sighashesOf(groups.secp256k1, threshPk, spend));
  for (const [i, { witness }] of other.ins.entries()) {
    const [signature] = witness as [Uint8Array];
    expect(witness).toHaveLength(1);
    expect(signature).toHaveLength(64);
    const key = scripts[i]!.slice(2);
    const message = concat(scure.preimageWitnessV1(i, scripts, 0, amounts));
    expect(concat(other.hashForWitnessV1(i, scripts, amounts, 0))).toEqual(message);
    expect(ours[i]).toEqual(message);
    expect(schnorr.verify(signature, message, key)).toBe(true);
    expect(ecc.verifySchnorr(message, key, signature)).toBe(true);
  }
  expect(other.virtualSize()).toBe(vsizeOf(spend));
  const total = list.reduce((sum, { amount }) => sum + sat(amount), 0);
  return { other, spend, fee: total - spend.outputs[0]!.amount };
}

const elsewhere = addressOfScript('regtest', concat(Uint8Array.of(0, 20), new Uint8Array(20)))!;

describe('a sweep', () => {
  it('of coins on every branch, signed by an age file, cards and a plate', async () => {
    const list = coins();
    const swept = await sweep(list);
    const { other, spend, fee } = valid(swept, list, paths());
    expect(spend.outputs.map(({ script }) => script)).toEqual([
      scriptOfAddress('regtest', backupAddress),
    ]);
    expect(fee).toBe(5 * other.virtualSize());
    expect(other.ins.every(({ sequence }) => sequence === 0xffff_fffd)).toBe(true);
    expect(swept.out).toContain(inFoursOf(backupAddress));
    expect(swept.out).toContain(`fee             ${fee} sat, 5.00 sat/vB`);
    expect(swept.out).toContain(`transaction     ${other.getId()}, ${other.virtualSize()} vB`);
    expect(swept.out).toContain('signed by       Asha, Ben, Dora; verified');
    expect(swept.out).toContain(`spends          ${sat(1.23456789)} sat of ${'03'.repeat(32)}:3`);
    expect(swept.out).toContain('(REHEARSAL)');
    expect(statSync(swept.path).mode & 0o777).toBe(0o600);
    // What the app itself reads of Core's list is the same.
    const core = list.slice(0, 5).filter(({ confirmations }) => confirmations);
    const read = readCoins(groups.secp256k1, 'regtest', threshPk, JSON.stringify(core), [
      deposit(),
    ]);
    if (typeof read === 'string' || 'fault' in read) throw new Error('not read');
    expect(read.coins.map(({ path }) => path)).toEqual([paths()[0], ...paths().slice(2, 5)]);
  });

  it('needs no recovery file beside a backup file, and any t sign', async () => {
    const list = coins().slice(0, 2);
    const from = ['vault', '4.age', 'plate'];
    const lines = [passphrase];
    valid(await sweep(list, { from, recovery: false, lines }), list, paths());
  });

  it('uses t of more sources', async () => {
    const list = coins().slice(0, 1);
    const from = ['0.age', 'cards', 'vault', 'plate'];
    const swept = await sweep(list, { from });
    valid(swept, list, paths());
    expect(swept.out).toContain('signed by       Asha, Ben, Chen; verified');
  });

  it('leaves out coins that cost more than they bring, and says so', async () => {
    const list = coins();
    const swept = await sweep(list, { args: ['--fee', '300'] });
    valid(swept, list.toSpliced(3, 1), paths().toSpliced(3, 1));
    expect(swept.out).toContain(`LEFT OUT        12345 sat of ${'04'.repeat(32)}:4`);
  });

  it('of so many coins that their number takes three bytes', async () => {
    const list = Array.from({ length: 254 }, (_, i) => ({
      ...{ txid: 'ab'.repeat(32), vout: i, amount: 0.01, path: `0/${i % 3}` },
    }));
    const where = list.map((_, i): Path => [0, i % 3]);
    valid(
      await sweep(list, { from: ['plate', 'vault', '0.age'], lines: [passphrase] }),
      list,
      where,
    );
  });

  it('to another address, once its end was typed', async () => {
    const list = coins().slice(0, 1);
    const args = ['--fee', '5', '--to', elsewhere];
    const end = [`${elsewhere.slice(-8, -4)} ${elsewhere.slice(-4)}`];
    const swept = await sweep(list, { args, end });
    const { spend } = valid(swept, list, paths());
    expect(spend.outputs[0]!.script).toEqual(scriptOfAddress('regtest', elsewhere));
    expect(swept.out).toContain('This is NOT the backup address');
  });

  it('to the backup address, which --to may repeat', async () => {
    const list = coins().slice(0, 1);
    valid(await sweep(list, { args: ['--fee', '5', '--to', backupAddress] }), list, paths());
  });

  it.each([
    ['2NBFNJTktNa7GZusGbDbGKRZTxdK9VVez3n', 'P2SH'],
    ['mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn', 'P2PKH'],
    ['bcrt1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qzf4jry', 'P2WSH'],
    ['bcrt1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqc8gma6', 'P2TR'],
  ])('to %s, %s', async (address) => {
    const list = coins().slice(0, 1);
    const args = ['--fee', '5', '--to', address];
    const end = [address.slice(-8)];
    const { spend } = valid(await sweep(list, { args, end }), list, paths());
    expect(spend.outputs[0]!.script).toEqual(scriptOfAddress('regtest', address));
  });

  it('writes nothing where the end of the address is not typed', async () => {
    const args = ['--fee', '5', '--to', elsewhere];
    await refused('address-unconfirmed', coins().slice(0, 1), { args });
    await refused('no-answer', coins().slice(0, 1), { args, end: [] });
  });

  it('does not show the address of a file before its end was typed from a note', async () => {
    const list = coins().slice(0, 1);
    put('thief', recoveryToBytes({ ...content, backupAddress: elsewhere }));
    const args = ['--recovery', 'thief', '--fee', '5'];
    const from = ['vault', 'cards', 'plate'];
    const of = { args, from, recovery: false, lines: [''] };
    const { out, err } = await sweep(list, of);
    for (const shown of [elsewhere, inFoursOf(elsewhere)]) expect(out + err).not.toContain(shown);
    await refused('address-unconfirmed', list, of);
  });
});

const inFoursOf = (text: string) => text.match(/.{1,4}/g)!.join(' ');

/** A run that ends with this fault, in three parts, and writes nothing. */
async function refused(fault: string, ...of: Parameters<typeof sweep>): Promise<void> {
  const { code, err, out, file } = await sweep(...of);
  const said = err.slice(err.lastIndexOf(`${fault}: `));
  expect({ code, said }).toMatchObject({ code: 1 });
  expect(said).toMatch(new RegExp(`^${fault}: [^]+\\. Nothing was written\\. [^]+\\.\n$`));
  expect(out).not.toContain('Written');
  expect(file).toBeUndefined();
}

describe('refuses', () => {
  let one: Entry;
  beforeEach(() => {
    one = coins()[0]!;
  });

  it('too few shares, and two of one operator', async () => {
    await refused('too-few-shares', [one], { from: ['0.age', 'plate'], lines: [passphrase] });
    const from = ['0.age', 'plate', '3.age'];
    await refused('operator-twice', [one], { from, lines: [passphrase, passphrase] });
  });

  it('the plate of the other key', async () => {
    await refused('attestation-plate', [one], { from: ['0.age', 'cards', 'attestation-plate'] });
  });

  it('a coin that is not the group’s', async () => {
    await refused('coin-foreign', [{ ...one, scriptPubKey: `5120${'11'.repeat(32)}` }]);
  });

  it('a fee out of bounds', async () => {
    await refused('fee-rate', [one], { args: ['--fee', 'much'] });
  });

  it('addresses of other networks, or that nobody could spend from', async () => {
    for (const to of [
      'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
      backupAddress.slice(0, -1) + 'q',
      '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2',
      addressOfScript('regtest', fromHex(`5120${'05'.padStart(64, '0')}`)!)!, // no point has this x
      addressOfScript('regtest', fromHex(`5220${'01'.repeat(32)}`)!)!, // of a later version
      'nonsense',
    ])
      await refused('address-invalid', [one], { args: ['--fee', '5', '--to', to] });
  });

  it('a group without a backup address, unless --to gives one', async () => {
    put('without', recoveryToBytes({ ...content, backupAddress: null }));
    const args = ['--recovery', 'without', '--fee', '5'];
    const from = ['vault', 'cards', 'plate'];
    const lines = [''];
    await refused('no-backup-address', [one], { args, from, lines, recovery: false });
  });

  it('files that name different backup addresses', async () => {
    put('other-address', recoveryToBytes({ ...content, backupAddress: elsewhere }));
    const args = ['--recovery', 'other-address', '--fee', '5'];
    await refused('backup-addresses-differ', [one], { args, recovery: false });
    put('none', recoveryToBytes({ ...content, backupAddress: null }));
    const none = ['--recovery', 'none', '--fee', '5'];
    await refused('backup-addresses-differ', [one], { args: none, recovery: false });
  });

  it('to write over a file', async () => {
    put('there', 'mine');
    await refused('file-unwritable', [one], { args: ['--fee', '5', '--out', 'there'] });
    expect(readFileSync(at('there'), 'utf8')).toBe('mine');
  });
});
