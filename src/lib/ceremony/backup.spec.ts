import fc from 'fast-check';
import { recoveryLabels } from '../../../tests/support/backup-content.ts';
import { expect, it } from 'vitest';
import { implementations } from '../../../tests/support/node.ts';
import { value } from '../../../tests/support/hex.ts';
import { equal } from '../crypto/bytes.ts';
import { fromCbor, toCbor } from '../crypto/cbor.ts';
import { hostPubkeyOf } from '../crypto/host-key.ts';
import {
  backupFromBytes,
  backupToBytes,
  checkBackup,
  MAX_RECOVERY_DATA,
  recoveryFromBytes,
  recoveryToBytes,
  type BackupContent,
  type BackupExpected,
  type RecoveryContent,
} from './backup.ts';

const host = implementations.find(({ name }) => name === 'WASM')!.secp256k1;
const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);

const recovery: RecoveryContent = {
  ...recoveryLabels,
  network: 'signet',
  groupId: filled(32, 1),
  groupName: 'Harbour bridge',
  epoch: 3,
  rehearsal: false,
  manifestHash: filled(32, 2),
  recoveryData: filled(3000, 4),
  created: 1_800_000_000_000,
};
const content: BackupContent = {
  ...recovery,
  operatorName: 'Ana Đurić',
  index: 2,
  hostSecret: filled(32, 7),
};
const expected: BackupExpected = {
  ...content,
  hostPubkey: value(hostPubkeyOf(host, filled(32, 7))),
};
const encoded = backupToBytes(content);

it('reads what it wrote, however large', () => {
  expect(backupFromBytes(encoded)).toEqual(content);
  const largest = { ...content, recoveryData: filled(MAX_RECOVERY_DATA, 5) };
  expect(backupFromBytes(backupToBytes(largest))).toEqual(largest);
});

it('is one deterministic CBOR map that begins with what it is and ends with the secret', () => {
  expect(fromCbor(encoded)).toMatchObject({
    is: 'conclave backup',
    version: 2,
    content: { groupName: 'Harbour bridge', epoch: 3 },
  });
  expect(new TextDecoder('latin1').decode(encoded.subarray(1, 20))).toBe('bisoconclave backup');
  expect(encoded.slice(-32)).toEqual(content.hostSecret);
});

it('gives copies: wiping one leaves the other', () => {
  const bytes = encoded.slice();
  const read = backupFromBytes(bytes) as BackupContent;
  bytes.fill(0);
  expect(read).toEqual(content);
});

it('names what is no backup, and where a backup breaks its format', () => {
  const file = fromCbor(encoded) as { readonly content: object };
  const of = (changes: Record<string, unknown>) =>
    backupFromBytes(toCbor({ ...file, ...changes } as never));
  const withContent = (changes: Partial<BackupContent>) =>
    of({ content: { ...file.content, ...changes } });
  expect(backupFromBytes(new Uint8Array(0))).toMatchObject({ fault: 'not-a-backup' });
  expect(withContent({ recoveryData: filled(600_000, 0) })).toEqual({
    fault: 'not-a-backup',
    detail: '',
  });
  expect(backupFromBytes(encoded.slice(0, -1))).toMatchObject({ fault: 'not-a-backup' });
  expect(backupFromBytes(toCbor(filled(64, 0)))).toMatchObject({ fault: 'not-a-backup' });
  expect(of({ is: 'another backup' })).toMatchObject({ fault: 'not-a-backup' });
  expect(of({ version: 3 })).toEqual({ fault: 'backup-version', detail: '3' });
  expect(withContent({ epoch: -1 })).toMatchObject({
    fault: 'backup-malformed',
    detail: expect.stringContaining('epoch') as string,
  });
  expect(withContent({ groupId: filled(31, 1) })).toMatchObject({ fault: 'backup-malformed' });
  expect(withContent({ network: 'mainet' as never })).toMatchObject({ fault: 'backup-malformed' });
  expect(of({ more: 1 })).toMatchObject({ fault: 'backup-malformed' });
  expect(withContent({ recoveryData: filled(MAX_RECOVERY_DATA + 1, 0) })).toMatchObject({
    fault: 'backup-malformed',
  });
});

it('is not mistaken for a recovery file, which holds no secret', () => {
  const file = recoveryToBytes(recovery);
  expect(recoveryFromBytes(file)).toEqual(recovery);
  expect(backupFromBytes(file)).toEqual({ fault: 'no-secret', detail: '' });
  expect(recoveryFromBytes(encoded)).toBeTypeOf('string');
  expect(recoveryFromBytes(filled(600_001, 0))).toBe('larger than a recovery file may be');
});

it('never throws, and whatever it accepts has this one encoding', () => {
  const check = (bytes: Uint8Array) => {
    const read = backupFromBytes(bytes);
    if (!('fault' in read)) expect(equal(backupToBytes(read), bytes)).toBe(true);
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), check));
  const small = backupToBytes({ ...content, recoveryData: filled(1, 0) });
  fc.assert(
    fc.property(fc.nat(small.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const changed = small.slice();
      changed[at]! ^= mask;
      check(changed);
      check(small.slice(0, at));
    }),
    { numRuns: 500 },
  );
});

it('finds the expected backup right, whatever the labels say', () => {
  expect(checkBackup(host, content, expected)).toBeUndefined();
  const renamed = { ...content, groupName: 'Other', operatorName: 'Other', created: 0 };
  expect(checkBackup(host, renamed, expected)).toBeUndefined();
});

it.each<[string, Partial<BackupContent>, string]>([
  ['other-network', { network: 'mainnet' }, 'mainnet'],
  ['rehearsal-differs', { rehearsal: true }, ''],
  ['other-group', { groupId: filled(32, 9), groupName: 'Old bridge' }, 'Old bridge'],
  ['other-epoch', { epoch: 2 }, '2'],
  ['other-operator', { index: 0, operatorName: 'Ben' }, 'Ben'],
  ['other-manifest', { manifestHash: filled(32, 9) }, ''],
  ['other-host-secret', { hostSecret: filled(32, 8) }, ''],
  ['other-host-secret', { hostSecret: filled(32, 0) }, ''],
  ['other-recovery-data', { recoveryData: filled(3000, 5) }, ''],
])('names %s', (name, changes, detail) => {
  expect(checkBackup(host, { ...content, ...changes }, expected)).toEqual({ fault: name, detail });
});
