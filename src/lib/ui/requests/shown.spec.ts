import { expect, it } from 'vitest';
import { requests } from '../../../../tests/support/requests.ts';
import { burn, feeUtxo } from '../../../../tests/support/wire.ts';
import type { Request, RequestOf } from '../../ceremony/request.ts';
import { batchText, groupsOf } from './shown.ts';

const spend = requests.spend([{ amount: 30_000_000, script: burn.script }]);
const common = { purpose: 'Of today', expires: spend.expires };
const mint: RequestOf<'mint'> = {
  ...common,
  kind: 'mint',
  txid: new Uint8Array(32).fill(6),
  vout: 1,
  recipient: Uint8Array.from({ length: 32 }, (_, i) => 0x11 + (i >> 1) * 0x11),
  index: 0,
  amount: 50_000_000,
  mined: 1_790_000_000,
  validity: 604_800,
  issue: 0,
};
const withdrawals: RequestOf<'burn'> = {
  ...common,
  kind: 'burn',
  replaces: null,
  withdrawals: [0, 1].map((output) => ({ burn, proof: new Uint8Array(32), output })),
  transaction: spend.transaction,
};
const fees: RequestOf<'fees'> = {
  ...common,
  kind: 'fees',
  replaces: null,
  transaction: spend.transaction,
};
const consolidation: RequestOf<'consolidation'> = {
  ...common,
  kind: 'consolidation',
  inputs: [feeUtxo(0), feeUtxo(1)],
};

const lines: readonly (readonly [Request, string, string])[] = [
  [requests.test(), 'Test of both keys', '2 tests of both keys'],
  [spend, '0.30000000 BTC: Withdrawal 17', '2 spends, 0.60000000 BTC in all'],
  [mint, 'Mint 0.50000000 BTC to 1111 2222 …', '2 mints, 1.00000000 BTC in all'],
  [
    withdrawals,
    '2 withdrawals, 0.30000000 BTC',
    '4 withdrawals in 2 transactions, 0.60000000 BTC in all',
  ],
  [fees, 'Fees to ourselves, 0.30000000 BTC', '2 times fees to ourselves, 0.60000000 BTC in all'],
  [
    consolidation,
    'Join 2 fee outputs of the bridge, 0.00020001 BTC',
    '2 fee consolidations, 0.00040002 BTC in all',
  ],
];

it.for(lines)('a request of each kind in a line, and two of them: $0.kind', ([one, line, two]) => {
  expect(batchText([one])).toBe(line);
  expect(batchText([one, one])).toBe(two);
});

it('checks of each withdrawal stand together under its number', () => {
  const groups = groupsOf([
    { finding: 'proof', state: 'holds', of: 0, detail: [] },
    { finding: 'proof', state: 'missing', of: 1, detail: [] },
    { finding: 'own-record', state: 'holds', of: 0, detail: [] },
  ]);
  expect(groups.map(({ heading, findings }) => [heading, findings.length])).toEqual([
    ['Withdrawal 1', 2],
    ['Withdrawal 2', 1],
  ]);
});
