import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOfScript } from '../../src/lib/bitcoin/address.ts';
import { branches, outputAt, type Path } from '../../src/lib/bitcoin/branches.ts';
import { depositPath } from '../../src/lib/bitcoin/deposit.ts';
import { depositDescriptor, descriptorsOf } from '../../src/lib/bitcoin/descriptor.ts';
import { recoveryToBytes, type RecoveryContent } from '../../src/lib/ceremony/backup.ts';
import { inFours, toHex } from '../../src/lib/crypto/bytes.ts';
import { plateWords } from '../../src/lib/crypto/plate.ts';
import { words } from '../../src/lib/crypto/slip39/words.ts';
import { makeBackup } from '../../src/lib/worker/backup.ts';
import { tool } from '../../bundle/testing.ts';
import { value } from '../support/hex.ts';
import { builtPrograms, type Programs, type Said } from '../support/programs.ts';
import {
  backupAddress,
  cardsOf,
  issued,
  kitOf,
  ownersOf,
  passphrase,
  plateOf,
  vaultSharesOf,
  type Owner,
} from '../support/owners.ts';
import { groups } from '../support/seats.ts';

/*
 * The second implementation, as it is built, on pieces that the app made: it restores the same shares
 * from each of them.
 */

let programs: Programs;
let owners: Owner[];
let content: RecoveryContent;
const at = (name: string) => join(programs.folder, name);
const put = (name: string, data: string | Uint8Array) => writeFileSync(at(name), data);

beforeAll(async () => {
  programs = await builtPrograms('recover');
  ({ owners, content } = await ownersOf(3, 2, 'reader'));
  put('recovery', recoveryToBytes(content));
  owners.forEach(({ ageFile }, i) => put(`${i}.age`, ageFile));
}, 60_000);
afterAll(() => programs.remove());

const recover = (args: readonly string[], ...lines: readonly string[]) =>
  programs.run('recover', args, { input: lines.map((line) => `${line}\n`).join('') });

/** What a run said that went well. */
async function said(args: readonly string[], ...lines: readonly string[]): Promise<string> {
  const { code, out, err } = await recover(args, ...lines);
  expect({ code, err }).toMatchObject({ code: 0 });
  return out;
}

const withRecovery = ['--recovery', 'recovery'];

/** The lines of a share that was restored. */
function expectShares(out: string, { recovered }: Owner, suites = ['custody', 'attestation']) {
  const id = recovered.id!;
  expect(out).toContain(`This is the secret of operator ${id + 1}, ${content.operators[id]!}.`);
  for (const suite of ['custody', 'attestation'] as const) {
    const { secshare, pubshares } = recovered[suite];
    const share = `SECRET share ${inFours(secshare!)}`;
    if (!suites.includes(suite)) expect(out).not.toContain(share);
    else {
      expect(out).toContain(inFours(pubshares[id]!));
      expect(out).toContain(share);
    }
  }
}

describe('both shares', () => {
  it('from a backup file, by its passphrase', async () => {
    for (const [i, owner] of owners.entries())
      expectShares(await said(['secret', '--show-secret', `${i}.age`], passphrase), owner);
  });

  it('from a backup file, by an identity of the age program', async () => {
    const identity = await generateX25519Identity();
    const recipients = [
      await identityToRecipient(await generateX25519Identity()),
      await identityToRecipient(identity),
    ];
    const made = await makeBackup(owners[1]!.player.seat, { recipients });
    if ('fault' in made) throw new Error(made.fault);
    put('to-recipients.age', made.file);
    put('identity.txt', `# created: today\n# public key: …\n${identity}\n`);
    const args = ['secret', '--show-secret', '--identity', 'identity.txt', 'to-recipients.age'];
    expectShares(await said(args), owners[1]!);
  });

  it('from SLIP-39 cards of two groups, with a passphrase, cut to four letters', async () => {
    const plan = {
      groupThreshold: 2,
      groups: [
        { threshold: 1, count: 1 },
        { threshold: 2, count: 3 },
        { threshold: 3, count: 5 },
      ],
      passphrase: new TextEncoder().encode('for cards'),
    };
    const [, second, third] = cardsOf(owners[2]!, plan) as [string[], string[], string[]];
    const cut = (card: string) => card.replace(/(\w{4})\w+/g, '$1').toUpperCase();
    put('cards', [second[2]!, cut(third[4]!), third[0]!, second[0]!, third[2]!].join('\n\n'));
    const args = ['secret', '--show-secret', ...withRecovery, 'cards'];
    expectShares(await said(args, 'for cards'), owners[2]!);
  });

  it('from cards that are typed', async () => {
    const plan = { groupThreshold: 1, groups: [{ threshold: 2, count: 2 }] };
    const [cards] = cardsOf(owners[0]!, plan) as [string[]];
    const args = ['secret', '--show-secret', ...withRecovery, '-'];
    expectShares(await said(args, ...cards, '', ''), owners[0]!);
  });

  it('from cards whose first word is the name of a key', async () => {
    const identifier = words.indexOf('custody') << 5; // the first word is its upper ten bits
    const drawn = [Uint8Array.of(identifier >> 8, identifier & 255)];
    const random = (length: number) => drawn.pop() ?? new Uint8Array(randomBytes(length));
    const plan = { groupThreshold: 1, groups: [{ threshold: 2, count: 2 }] };
    const [cards] = cardsOf(owners[0]!, plan, random) as [string[]];
    expect(cards.map((card) => card.split(' ')[0])).toEqual(['custody', 'custody']);
    put('cards', cards.join('\n'));
    const args = ['secret', '--show-secret', ...withRecovery];
    expectShares(await said([...args, 'cards'], ''), owners[0]!);
    expectShares(await said([...args, '-'], ...cards, '', ''), owners[0]!);
  });

  it('from Vault shares', async () => {
    const shares = await vaultSharesOf(owners[0]!, content, 3, 5);
    put('vault', [shares[4]!, shares[1]!.toUpperCase(), shares[2]!].join('\n'));
    const args = ['secret', '--show-secret', ...withRecovery, 'vault'];
    expectShares(await said(args), owners[0]!);
  });
});

it.each(['custody', 'attestation'] as const)('restores the %s share of a plate', async (suite) => {
  put('plate', plateOf(owners[1]!, suite));
  const out = await said(['secret', '--show-secret', ...withRecovery, 'plate']);
  expectShares(out, owners[1]!, [suite]);
});

it('writes the plates of both shares as the app does', async () => {
  const { recovered } = owners[2]!;
  const out = await said(['secret', '--plate', '2.age'], passphrase);
  for (const suite of ['custody', 'attestation'] as const) {
    const words = plateWords(suite, 3, recovered[suite].secshare!, recovered[suite]);
    expect(out).toContain(`SECRET plate: ${suite} 3 ${words.join(' ')}`);
  }
});

it('prints no secret unless it is told to', async () => {
  for (const args of [
    ['secret', '0.age'],
    ['show', '0.age'],
  ]) {
    const out = (await said(args, passphrase)).replaceAll(' ', '');
    const { hostSecret, recovered } = owners[0]!;
    expect(out).toContain(toHex(recovered.custody.threshPk));
    for (const secret of [hostSecret, recovered.custody.secshare!, recovered.attestation.secshare!])
      expect(out).not.toContain(toHex(secret));
    expect(out).not.toContain('SECRET');
  }
});

describe('says what a file is', () => {
  const figures = (out: string) => {
    expect(out).toContain(inFours(content.groupId));
    expect(out).toContain('Test vault (REHEARSAL)');
    expect(out).toContain(inFours(content.certified));
    expect(out).toContain(inFours(owners[0]!.recovered.attestation.threshPk));
    expect(out).toContain(backupAddress);
    expect(out).toContain('1 Asha, 2 Ben, 3 Chen; 2 sign');
    expect(out).toContain('All certificates hold.');
  };

  it('a recovery file', async () => {
    const out = await said(['show', 'recovery']);
    figures(out);
    expect(out).toContain('It holds no secret.');
  });

  it('a backup file', async () => {
    const out = await said(['show', '1.age'], passphrase);
    figures(out);
    expect(out).toContain('backup file of operator 2');
  });

  it('a kit', async () => {
    put('kit', kitOf(content, owners[2]!));
    const out = await said(['show', 'kit']);
    expect(out).toContain(inFours(content.groupId));
    expect(out).toContain(inFours(owners[2]!.recovered.ceremony.hostpubkeys[2]!));
    expect(out).toContain('Chen');
  });

  it('a plate and Vault shares', async () => {
    put('plate', plateOf(owners[1]!, 'attestation'));
    put('vault', (await vaultSharesOf(owners[0]!, content, 2, 2)).join('\n'));
    expect(await said(['show', 'plate'])).toContain('operator 2’s share of the attestation key');
    expect(await said(['show', 'vault'])).toContain('Vault shares.');
  });
});

it('lists the addresses and descriptors that the app has', async () => {
  const out = await said(['addresses', ...withRecovery]);
  const { threshPk } = owners[0]!.recovered.custody;
  const addressAt = (path: Path) => {
    const { script } = value(outputAt(groups.secp256k1, threshPk, path));
    return addressOfScript('regtest', script)!;
  };
  for (const branch of [branches.receive, branches.change, branches.fees])
    for (let i = 0; i < 10; i++)
      expect(out).toContain(`  ${branch}/${i}  ${addressAt([branch, i])}\n`);
  const deposit = value(depositPath('regtest', issued.recipient, issued.index));
  expect(out).toContain(`  2/${toHex(issued.recipient)}/0  ${addressAt(deposit)}\n`);
  expect(out).toContain(depositDescriptor('regtest', threshPk, deposit));
  expect(out).toContain(descriptorsOf('regtest', threshPk).fees);
});

describe('the addresses that were given out', () => {
  const day = (date: string) => Date.parse(`${date}T12:00:00Z`);
  const other = (recipient: number) => ({
    recipient: new Uint8Array(32).fill(recipient),
    index: 3,
  });
  const listed = (out: string) => out.match(/^ {2}2\/[0-9a-f]{64}\/\d+/gm);
  const lines = (all: readonly { recipient: Uint8Array; index: number }[]) =>
    all.map(({ recipient, index }) => `  2/${toHex(recipient)}/${index}`);

  beforeAll(() => {
    const older = { ...content, issued: [issued, other(1)], created: day('2026-03-01') };
    const newer = { ...content, issued: [issued, other(2)], created: day('2026-05-07') };
    put('older', recoveryToBytes(older));
    put('newer', recoveryToBytes(newer));
  });

  it('are those of all files, and as of the newest of them', async () => {
    for (const files of [
      ['older', 'newer'],
      ['newer', 'older'],
    ]) {
      const out = await said(['addresses', ...files.flatMap((file) => ['--recovery', file])]);
      expect(listed(out)!.sort()).toEqual(lines([issued, other(1), other(2)]).sort());
      expect(out).toContain(
        [
          'deposit addresses issued, as of 2026-05-07: 3',
          'Any that was issued later is not in this list; only a newer recovery file or backup names it.',
        ].join('\n'),
      );
    }
    const out = await said(['addresses', '--recovery', 'older']);
    expect(out).toContain('deposit addresses issued, as of 2026-03-01: 2\n');
  });

  it('are those of backup files, too', async () => {
    const out = await said(['addresses', '--recovery', 'older', '0.age'], passphrase);
    expect(listed(out)!.sort()).toEqual(lines([issued, other(1)]).sort());
    expect(listed(await said(['addresses', '0.age'], passphrase))).toEqual(lines([issued]));
  });

  it('are of one key: files of another group are refused', async () => {
    const groupId = new Uint8Array(32).fill(8);
    put('elsewhere', recoveryToBytes({ ...content, groupId }));
    const args = ['addresses', '--recovery', 'older', '--recovery', 'elsewhere'];
    const { code, err } = await recover(args);
    expect({ code, err }).toMatchObject({ code: 1 });
    expect(err).toContain('other-group: ');
  });
});

describe('reaches nothing', () => {
  it('imports but these parts of Node, none of which is a network', () => {
    const text = readFileSync(programs.pathOf('recover'), 'utf8');
    const imported = [...text.matchAll(/\bfrom "([^"]+)"|\bimport\(([^)]*)\)|\brequire\(/g)];
    expect(new Set(imported.map((one) => one[1]))).toEqual(
      new Set(
        ['process', 'util', 'crypto', 'fs', 'readline', 'stream'].map((name) => `node:${name}`),
      ),
    );
    for (const name of ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'getBuiltinModule'])
      expect(text).not.toMatch(new RegExp(`\\b${name}\\s*\\(`));
  });
});

/** Runs a program on a terminal, types a line after each question, and prints what stood there. */
const TYPE = `
import os, pty, sys
typed = sys.stdin.buffer.read().split(b'\\n')
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
said, answered = b'', 0
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    said += data
    if said.endswith(b': ') and said.count(b': ') > answered and typed:
        answered = said.count(b': ')
        os.write(terminal, typed.pop(0) + b'\\r')
sys.stdout.buffer.write(said)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
const python = tool('python3', 'questions of the reader on a terminal');

describe.skipIf(!python).each(['xterm', 'dumb'])('on a terminal of the kind %s', (TERM) => {
  const typing = (typed: string, ...args: string[]) =>
    spawnSync(python!, ['-c', TYPE, process.execPath, programs.pathOf('recover'), ...args], {
      cwd: programs.folder,
      env: { ...process.env, TERM },
      input: typed,
      encoding: 'utf8',
      timeout: 30_000,
    });

  it('does not show what is secret', () => {
    const { status, stdout } = typing(passphrase, 'show', '0.age');
    expect(stdout).toContain('Passphrase of 0.age: ');
    expect(stdout).toContain('backup file of operator 1');
    expect(stdout).not.toContain(passphrase.slice(0, 5));
    expect(status).toBe(0);
  });

  it('takes a corrected letter, and ends where it is interrupted', () => {
    expect(typing(`${passphrase}x\u007f`, 'show', '0.age').status).toBe(0);
    const { status, stdout } = typing('hors\u0003', 'show', '0.age');
    expect(stdout).toContain('no-answer: ');
    expect(status).toBe(1);
  });
});

it('says how it is used', async () => {
  for (const args of [
    [],
    ['steal'],
    ['show'],
    ['show', 'a', 'b'],
    ['addresses'],
    ['show', '--x'],
  ]) {
    const { code, err }: Said = await recover(args);
    expect({ code, args }).toEqual({ code: 2, args });
    expect(err).toContain('node recover.mjs show FILE');
  }
});
