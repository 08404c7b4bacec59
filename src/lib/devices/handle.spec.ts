import { expect, it } from 'vitest';
import { base64urlnopad } from '@scure/base';
import { toCbor } from '../crypto/cbor.ts';
import { fromHandle, toHandle, type Enrolled } from './handle.ts';

const ledger: Enrolled = {
  kind: 'ledger',
  simulated: true,
  model: 'Ledger Nano X',
  serial: '',
  firmware: '2.4.6',
  fingerprint: new Uint8Array(4).fill(1),
  path: "m/84'/0'/100'/0/0",
  approvalKey: new Uint8Array(33).fill(2),
  app: 'Bitcoin',
};

it('a handle says again what it was made of', () => {
  expect(fromHandle(toHandle(ledger))).toEqual(ledger);
});

it.each([
  ['empty', ''],
  ['not base64url', 'ü'],
  ['no CBOR', 'AAAA'],
  ['another field', base64urlnopad.encode(toCbor({ ...ledger, more: 1 }))],
  ['a field too few', base64urlnopad.encode(toCbor({ kind: 'ledger' }))],
  ['another kind', base64urlnopad.encode(toCbor({ ...ledger, kind: 'other' }))],
])('%s is none', (_, handle) => {
  expect(fromHandle(handle)).toBeUndefined();
});
