import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  backupToBytes,
  recoveryToBytes,
  type RecoveryContent,
} from '../../src/lib/ceremony/backup.ts';
import { checkedFile } from '../../src/lib/ceremony/checked-file.ts';
import { toCbor } from '../../src/lib/crypto/cbor.ts';
import { plateWords } from '../../src/lib/crypto/plate.ts';
import { sealAgeTo } from '../../src/lib/worker/age-file.ts';
import { builtPrograms, type Programs } from '../support/programs.ts';
import {
  cardsOf,
  kitOf,
  ownersOf,
  passphrase,
  plateOf,
  vaultSharesOf,
  type Owner,
} from '../support/owners.ts';

/*
 * Pieces that are of something else, or that lack something: the built program names the fault, says
 * what follows and what to do next, and ends with 1.
 */

let programs: Programs;
let owners: Owner[];
let content: RecoveryContent;
let other: RecoveryContent;
const put = (name: string, data: string | Uint8Array) =>
  writeFileSync(join(programs.folder, name), data);

const cards = (owner: Owner, phrase = '') =>
  cardsOf(owner, {
    groupThreshold: 1,
    groups: [{ threshold: 2, count: 2 }],
    passphrase: new TextEncoder().encode(phrase),
  })[0]!.join('\n');

const backupOf = (of: RecoveryContent, { hostSecret }: Owner, index = 0) =>
  backupToBytes({ ...of, hostSecret, index, operatorName: 'Asha' });

beforeAll(async () => {
  programs = await builtPrograms('recover');
  ({ owners, content } = await ownersOf(2, 2, 'faults'));
  const others = await ownersOf(2, 2, 'other faults');
  other = others.content;
  put('recovery', recoveryToBytes(content));
  put('other-recovery', recoveryToBytes(other));
  put('age', owners[0]!.ageFile);
  put('other-age', others.owners[1]!.ageFile);
  put('cards', cards(owners[0]!));
  put('cards-with-passphrase', cards(owners[0]!, 'phrase'));
  put('vault', (await vaultSharesOf(owners[0]!, content, 2, 2)).join('\n'));
  put('plate', plateOf(owners[0]!, 'custody'));
  put('kit', kitOf(content, owners[0]!));
  // A plate whose checks hold, with the share of another.
  const { custody } = owners[0]!.recovered;
  const wrong = owners[1]!.recovered.custody.secshare!;
  put('wrong-plate', ['custody', 1, ...plateWords('custody', 1, wrong, custody)].join(' '));
  const identity = await generateX25519Identity();
  const hybrid = await generateHybridIdentity();
  const plain = backupOf(content, owners[0]!);
  const sealed = async (to: string) => {
    const file = await sealAgeTo(plain, [await identityToRecipient(to)]);
    if (typeof file !== 'string') throw new Error(file.fault);
    return file;
  };
  put('plain', plain);
  put('to-identity', await sealed(identity));
  put('to-hybrid', await sealed(hybrid));
  put('other-identity', await generateX25519Identity());
  put('hybrid-identity', hybrid);
  put('text', 'Dear all, nothing of it is here!');
  put('large', new Uint8Array(4_000_001));
  put(
    'sand',
    Uint8Array.from({ length: 400 }, (_, i) => 255 - (i % 80)),
  );
  put('future-epoch', recoveryToBytes({ ...content, epoch: 1 }));
  const groupId = new Uint8Array(32).fill(9).fill(8, 4); // its first four bytes are the group's
  put('similar-group', recoveryToBytes({ ...content, groupId }));
  put('future', toCbor({ is: 'conclave recovery', version: 2, content: {} }));
  put('extra', toCbor({ is: 'conclave recovery', version: 1, content: {}, more: 1 }));
  put('lacking', checkedFile('conclave recovery', 1, { network: 'signet' }));
  put('three-names', recoveryToBytes({ ...content, operators: ['Asha', 'Ben', 'Chen'] }));
  put('other-t', recoveryToBytes({ ...content, t: 3 }));
  put('other-hash', recoveryToBytes({ ...content, certified: other.certified }));
  put('two-lines', recoveryToBytes({ ...content, groupName: 'A\nbackup address  none' }));
  put('reversed', recoveryToBytes({ ...content, operators: ['Asha', '\u202eBen'] }));
  const issued = Array<(typeof content.issued)[0]>(6001).fill(content.issued[0]!);
  put('many-issued', recoveryToBytes({ ...content, issued }));
  put('long', toCbor({ is: 'conclave recovery', version: 1, content: new Uint8Array(600_000) }));
  put('not-own', backupOf(content, owners[1]!));
}, 60_000);
afterAll(() => programs.remove());

const known = ['--recovery', 'recovery'];

it.each<[fault: string, args: readonly string[], lines: readonly string[]]>([
  ['wrong-secret', ['show', 'age'], ['horse stapler']],
  ['wrong-secret', ['show', '--identity', 'other-identity', 'to-identity'], []],
  ['no-answer', ['show', 'age'], []],
  ['identity-missing', ['show', 'to-identity'], []],
  ['identity-invalid', ['show', '--identity', 'hybrid-identity', 'to-identity'], []],
  ['age-kind', ['show', '--identity', 'hybrid-identity', 'to-hybrid'], []],
  ['not-in-group', ['secret', ...known, 'cards-with-passphrase'], ['']],
  ['not-in-group', ['secret', '--recovery', 'other-recovery', 'cards'], ['']],
  ['other-group', ['secret', '--recovery', 'other-recovery', 'age'], [passphrase]],
  ['vault-share-other-group', ['secret', '--recovery', 'future-epoch', 'vault'], []],
  ['not-in-group', ['secret', '--recovery', 'other-recovery', 'vault'], []],
  ['vault-share-other-set', ['secret', '--recovery', 'similar-group', 'vault'], []],
  ['plate-other-key', ['secret', '--recovery', 'other-recovery', 'plate'], []],
  ['plate-share', ['secret', ...known, 'wrong-plate'], []],
  ['kit-without-device', ['secret', ...known, 'kit'], []],
  ['kit-without-device', ['secret', 'kit'], []],
  ['not-a-recovery-file', ['secret', '--recovery', 'kit', 'cards'], []],
  ['no-secret', ['secret', 'recovery'], []],
  ['recovery-missing', ['secret', 'vault'], []],
  ['recovery-missing', ['secret', '--show-secret', 'cards'], ['']],
  ['not-a-piece', ['show', 'text'], []],
  ['not-a-piece', ['show', 'sand'], []],
  ['not-a-piece', ['show', '-'], ['']],
  ['file-unreadable', ['show', 'nowhere'], []],
  ['file-too-large', ['show', 'large'], []],
  ['other-version', ['show', 'future'], []],
  ['file-malformed', ['show', 'extra'], []],
  ['file-malformed', ['show', 'lacking'], []],
  ['file-malformed', ['show', 'two-lines'], []],
  ['file-malformed', ['show', 'reversed'], []],
  ['file-malformed', ['show', 'many-issued'], []],
  ['not-a-piece', ['show', 'long'], []],
  ['other-manifest', ['show', 'three-names'], []],
  ['other-manifest', ['show', 'other-t'], []],
  ['other-keys', ['show', 'other-hash'], []],
  ['other-host-secret', ['show', 'not-own'], []],
])('%s: recover.mjs %j', async (fault, args, lines) => {
  const input = lines.map((line) => `${line}\n`).join('');
  const { code, err, out } = await programs.run('recover', args, { input });
  const said = err.slice(err.lastIndexOf(`${fault}: `));
  expect({ code, err }).toMatchObject({ code: 1 });
  expect(said).toMatch(new RegExp(`^${fault}: [^]+\\. Nothing was written\\. [^]+\\.\n$`));
  expect(out).not.toContain('SECRET');
});

describe('still reads', () => {
  it('what the age program decrypted', async () => {
    const { code, out } = await programs.run('recover', ['secret', 'plain']);
    expect(code).toBe(0);
    expect(out).toContain('This is the secret of operator 1, Asha.');
  });

  it('cards in a text file that begins with a byte order mark', async () => {
    put('marked', `\ufeff${cards(owners[0]!)}`);
    const { code, out } = await programs.run('recover', ['secret', ...known, 'marked'], {
      input: '\n',
    });
    expect(code).toBe(0);
    expect(out).toContain('This is the secret of operator 1, Asha.');
  });

  it('cards alone, and says whose public key theirs is', async () => {
    const { code, out } = await programs.run('recover', ['secret', 'cards'], { input: '\n' });
    expect(code).toBe(0);
    expect(out).toContain('The cards give a host secret.');
    expect(out).not.toContain('operator');
  });
});

it('no text in a file steers the terminal or begins a line', async () => {
  const unseen = 'a\u001b[2Jb\u202ec\nAll certificates hold.';
  put('unseen', checkedFile('conclave recovery', 1, { [unseen]: 1 }));
  const { code, err } = await programs.run('recover', ['show', 'unseen']);
  expect(code).toBe(1);
  expect(err).toContain('an unknown field a [2Jb c All certificates hold.');
});
