import { expect, test } from 'vitest';
import { vaultFaultText } from './vault.ts';

test('a fault names its record and what the browser says', () => {
  expect(vaultFaultText({ name: 'record-corrupt', key: 'log/g/7' }).cause).toMatch(/: log\/g\/7$/);
  const failed = vaultFaultText({ name: 'storage-failed', detail: 'UnknownError: disk' });
  expect(failed.cause).toMatch(/The browser says: UnknownError: disk$/);
  expect(vaultFaultText({ name: 'locked' }).cause).not.toMatch(/undefined/);
});
