import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everyChange } from '../../../tests/support/changes.ts';
import { payTo, requests, under } from '../../../tests/support/requests.ts';
import type { Cbor } from '../crypto/cbor.ts';
import { approvalMessage, MAX_STATEMENT } from '../crypto/approval-key.ts';
import { inFours, toHex } from '../crypto/bytes.ts';
import { fit } from '../crypto/schema.ts';
import { networks, type GroupId } from './card.ts';
import {
  batchRoot,
  requestDigest,
  requestReader,
  type Request,
  type RequestOf,
} from './request.ts';
import { bitcoin, requestStatement, type Signable } from './statement.ts';

const MAX_PAID = 400_000_000_000_000;

/** Its messages are made up: they too must enter. */
const signable = (id: GroupId, request: Request): Signable => {
  const digest = requestDigest(under(id), request);
  const message = digest.toReversed();
  return {
    request,
    digest,
    units: [{ suite: 'custody', message, tweaks: [], isXonly: [], key: digest }],
  };
};
const statementOf = (id: GroupId, batch: readonly Request[]): string =>
  requestStatement(
    under(id),
    batch.map((request) => signable(id, request)),
  );

const real: GroupId = {
  network: 'mainnet',
  rehearsal: false,
  group: new Uint8Array(32).fill(9),
  epoch: 0,
};
const anyId = fc.record({
  network: fc.constantFrom(...networks),
  rehearsal: fc.boolean(),
  group: fc.constant(real.group),
  epoch: fc.integer({ min: 0, max: 999 }),
});

/** An amount in sat and the kind of address that gets it. */
const payment = (max: number) =>
  fc.record({
    amount: fc.oneof(fc.integer({ min: 1000, max }), fc.constant(max)),
    to: fc.constantFrom('p2tr', 'p2wsh', 'p2wpkh', 'p2sh', 'p2pkh'),
    seed: fc.integer({ min: 0, max: 255 }),
  });

/** Batches of spends, with the addresses that they pay. */
const spends = (network: GroupId['network'], wishes: readonly (readonly Wish[])[]) => {
  const paid = wishes.map((outputs) =>
    outputs.map(({ amount, to, seed }) => ({ amount, ...payTo(network, to, seed) })),
  );
  return { paid: paid.flat(), batch: paid.map((outputs) => requests.spend(outputs)) };
};
type Wish = { amount: number; to: 'p2tr' | 'p2wsh' | 'p2wpkh' | 'p2sh' | 'p2pkh'; seed: number };

describe('the statement that a device shows', () => {
  it('is at most 640 ASCII characters, whatever is paid', () => {
    fc.assert(
      fc.property(
        anyId,
        fc.array(fc.array(payment(MAX_PAID), { maxLength: 8 }), { minLength: 1, maxLength: 30 }),
        (id, wishes) => {
          const { batch } = spends(id.network, wishes);
          const statement = statementOf(id, batch);
          expect(statement.length).toBeLessThanOrEqual(MAX_STATEMENT);
          expect(approvalMessage(statement)).toBeDefined();
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each(networks)('names up to five recipients in full with their amounts, %s', (network) => {
    // The longest that there is: 1000 BTC to five P2TR addresses of a rehearsal's group.
    const longest = Array.from({ length: 5 }, (_, seed): Wish => ({
      amount: 1e11,
      to: 'p2tr',
      seed,
    }));
    fc.assert(
      fc.property(
        anyId,
        fc.array(payment(1e11), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        ({ rehearsal, epoch, group }, wishes, together) => {
          const id = { network, rehearsal, epoch, group };
          const all = spends(network, together ? [wishes] : wishes.map((one) => [one]));
          const statement = statementOf(id, all.batch);
          for (const { address, amount } of all.paid)
            expect(statement).toContain(`\n${bitcoin(amount)}\n${address}\n`);
          expect(statement).not.toContain('total');
        },
      ),
      {
        numRuns: 50,
        examples: [[{ network, rehearsal: true, epoch: 999, group: real.group }, longest, false]],
      },
    );
  });

  it.each(networks)(
    'names five recipients of mints, in fours where there is room, %s',
    (network) => {
      const id: GroupId = { ...real, network, rehearsal: true, epoch: 999 };
      const mints = [0, 1, 2, 3, 4].map((seed): RequestOf<'mint'> => ({
        kind: 'mint',
        purpose: 'Deposit',
        expires: 1_800_000_000_000,
        txid: new Uint8Array(32).fill(seed),
        vout: 0,
        index: 0,
        mined: 1_700_000_000,
        validity: 86_400,
        issue: 0,
        amount: 1e11 + seed,
        recipient: new Uint8Array(32).fill(200 + seed),
      }));
      const five = statementOf(id, mints);
      for (const { amount, recipient } of mints)
        expect(five).toContain(`\n${bitcoin(amount)}\n${toHex(recipient)}\n`);
      expect(five).not.toContain('total');
      expect(five.length).toBeLessThanOrEqual(MAX_STATEMENT);
      const four = statementOf(id, mints.slice(1));
      for (const { amount, recipient } of mints.slice(1))
        expect(four).toContain(`\n${bitcoin(amount)}\n${inFours(recipient)}\n`);
    },
  );

  it('above that says how many, how much, the largest and the root of the batch', () => {
    fc.assert(
      fc.property(
        anyId,
        fc.array(fc.array(payment(1e11), { minLength: 1, maxLength: 2 }), {
          minLength: 6,
          maxLength: 30,
        }),
        (id, wishes) => {
          const { batch, paid } = spends(id.network, wishes);
          const lines = statementOf(id, batch).split('\n');
          const total = paid.reduce((sum, { amount }) => sum + amount, 0);
          const most = Math.max(...paid.map(({ amount }) => amount));
          expect(lines).toContain(`${paid.length} payments`);
          expect(lines).toContain(`total ${bitcoin(total)}`);
          const largest = lines.indexOf(`largest ${bitcoin(most)}`);
          expect(
            paid.filter(({ amount }) => amount === most).map(({ address }) => address),
          ).toContain(lines[largest + 1]);
          const root = batchRoot(batch.map((request) => requestDigest(under(id), request)));
          expect(lines).toContain(`batch ${inFours(root)}`);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('says network, epoch, key and rehearsal, and every fee', () => {
    const { batch } = spends('regtest', [[{ amount: 5_000_000, to: 'p2wpkh', seed: 1 }]]);
    const id: GroupId = { ...real, network: 'regtest', rehearsal: true, epoch: 3 };
    const [title, where, ...rest] = statementOf(id, batch).split('\n');
    expect(title).toBe('CONCLAVE SPEND');
    expect(where).toMatch(/^regtest REHEARSAL epoch 3 key [0-9a-f]{8}$/);
    expect(rest).toContain('fees 0.00001000 BTC');
    const digest = requestDigest(under(id), batch[0]!);
    expect(rest).toContain(`request ${inFours(digest)}`);
    expect(statementOf(real, spends('mainnet', [[]]).batch)).toContain('Nothing to others.');
    const test = statementOf(real, [requests.test(), requests.test()]);
    expect(test).toContain('CONCLAVE TEST SIGNATURES');
    expect(test).toContain('No money moves.');
    expect(test).toContain('2 with both keys');
  });

  it('is another one when any field of any request changes, and when their order does', () => {
    let changes = 0;
    const wish = (seed: number): Wish => ({ amount: 10_000 + seed, to: 'p2tr', seed });
    for (const count of [1, 6]) {
      const { batch } = spends(
        'mainnet',
        Array.from({ length: count }, (_, i) => [wish(i)]),
      );
      const before = statementOf(real, batch);
      for (const [at, request] of batch.entries())
        for (const changed of everyChange(request)) {
          if (typeof fit(requestReader, changed as Cbor) === 'string') continue;
          const other: Request[] = batch.with(at, changed as RequestOf<'spend'>);
          expect(statementOf(real, other)).not.toBe(before);
          changes += 1;
        }
      if (count > 1) expect(statementOf(real, batch.toReversed())).not.toBe(before);
    }
    expect(changes).toBeGreaterThan(1000);
  });
});
