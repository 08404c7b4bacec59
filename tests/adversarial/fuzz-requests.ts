import { scriptOfAddress } from '../../src/lib/bitcoin/address.ts';
import { outputAt } from '../../src/lib/bitcoin/branches.ts';
import { spendProblems } from '../../src/lib/bitcoin/checks.ts';
import { defaultLimits } from '../../src/lib/ceremony/manifest.ts';
import { partReader, type Part } from '../../src/lib/ceremony/parts.ts';
import {
  batchReader,
  requestDigest,
  unitsOf,
  type Batch,
  type Under,
} from '../../src/lib/ceremony/request.ts';
import { batchProblems } from '../../src/lib/ceremony/requests.ts';
import { requestStatement } from '../../src/lib/ceremony/statement.ts';
import { MAX_STATEMENT } from '../../src/lib/crypto/approval-key.ts';
import { equal, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { toCbor } from '../../src/lib/crypto/cbor.ts';
import { list, read } from '../../src/lib/crypto/schema.ts';
import { termsFor } from '../support/seats.ts';
import type { Groups } from '../support/groups.ts';
import { value } from '../support/hex.ts';
import type { FuzzTarget } from './fuzz-targets.ts';

const fill = (byte: number, length = 32): Bytes => new Uint8Array(length).fill(byte);
const common = { purpose: 'Fuzzed', expires: 1_900_000_000_000 };
const RECIPIENT = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

/** Requests and what is said about them; `threshPk` is any group's custody key. */
export function requestTargets(groups: Groups, threshPk: Uint8Array): FuzzTarget[] {
  const { secp256k1 } = groups;
  const id = { network: 'regtest', rehearsal: true, group: fill(9), epoch: 0 } as const;
  const keys = { hash: fill(1), custody: { threshPk }, attestation: { threshPk: fill(2) } };
  const under = { id, keys } as unknown as Under;
  const terms = termsFor(5, 3);
  const batch: Batch = [
    {
      kind: 'spend',
      ...common,
      payment: fill(3, 16),
      replaces: fill(4),
      transaction: {
        version: 2,
        locktime: 7,
        inputs: [{ txid: fill(5), vout: 1, sequence: 2, amount: 100_000, path: [0, 7] }],
        outputs: [
          { amount: 40_000, script: scriptOfAddress('regtest', RECIPIENT)!, path: null },
          {
            amount: 59_000,
            script: value(outputAt(secp256k1, threshPk, [1, 2])).script,
            path: [1, 2],
          },
        ],
      },
    },
    { kind: 'test', ...common, salt: fill(6, 16) },
  ];
  const items = [0, 1];
  const session = fill(7);
  const parts: Part[] = [
    { kind: 'request', batch },
    { kind: 'slip', session, source: 'own', verdicts: [{ accept: true, because: '' }] },
    { kind: 'reserve', session, items, time: 0 },
    { kind: 'nonces', session, items: [{ item: 0, nonces: [fill(2, 66)] }] },
    {
      kind: 'package',
      session,
      items,
      signers: [0, 1].map((operator) => ({ operator, packet: fill(8) })),
    },
    {
      kind: 'signature-shares',
      session,
      package: fill(8),
      items: [{ item: 0, shares: [fill(1)] }],
    },
    { kind: 'object', session, items, because: 'no' },
    { kind: 'sighting', digest: fill(1), depth: 6 },
    { kind: 'resumed', at: 1 },
  ];
  const partsReader = list(partReader, 12, 1);

  /** Everything that is computed from a batch before anybody says anything about it. */
  const reviewed = (input: Uint8Array) => {
    const found = read(batchReader, input);
    if (typeof found === 'string') return undefined;
    batchProblems({ id: under.id, terms }, found.value);
    const signable = found.value.map((request) => {
      const digest = requestDigest(under, request);
      const problems =
        request.kind === 'spend'
          ? spendProblems(secp256k1, 'regtest', threshPk, request.transaction, defaultLimits)
          : [];
      return {
        request,
        digest,
        units: problems.length > 0 ? [] : unitsOf(groups, under, request)!,
      };
    });
    const statement = requestStatement(under, signable);
    if (statement.length > MAX_STATEMENT || /[^\x20-\x7e\n]/.test(statement))
      throw new Error(`No device shows this: ${statement}`);
    return found.value;
  };
  return [
    {
      name: 'batch of requests, its digests, messages and statement',
      seed: toCbor(batch.map((request) => ({ ...request }))),
      parse: reviewed,
      mayAccept: (input) =>
        equal(toCbor(reviewed(input)!.map((request) => ({ ...request }))), input),
    },
    {
      name: 'what is said about requests',
      seed: toCbor(parts.map((part) => ({ ...part }))),
      parse: (input) => {
        const found = read(partsReader, input);
        return typeof found === 'string' ? undefined : found.value;
      },
      mayAccept: (input) => {
        const found = read(partsReader, input);
        if (typeof found === 'string') return false;
        return equal(toCbor(found.value.map((part) => ({ ...part }))), input);
      },
    },
  ];
}
