/** What a backup says beside what a test is about. */
import type { RecoveryContent } from '../../src/lib/ceremony/backup.ts';

const filled = (byte: number) => new Uint8Array(32).fill(byte);

export const recoveryLabels = {
  operators: ['Ana', 'Ben', 'Chen'],
  t: 2,
  certified: filled(8),
  state: 'active',
  backupAddress: null,
  issued: [{ recipient: filled(9), index: 0 }],
} satisfies Partial<RecoveryContent>;
