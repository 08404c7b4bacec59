import fc from 'fast-check';
import type { Burn, BurnPlace } from '../../src/lib/wire/burn-record.ts';
import type { Consolidation, FeeUtxo } from '../../src/lib/wire/fees.ts';
import type { Attestation } from '../../src/lib/wire/mint.ts';
import { MAX_SAT } from '../../src/lib/wire/values.ts';
import { unhex } from './hex.ts';

/* Values of the bridge's formats: one of each by hand, and any of each for properties. */

const filled = (byte: number, length = 32) => new Uint8Array(length).fill(byte);

export const attestation: Attestation = {
  txid: Uint8Array.from({ length: 32 }, (_, i) => 255 - i),
  vout: 3,
  recipient: filled(0x42),
  amount: 1_234_567_890_123,
  nonce: 0x1b_cdef_0123_4567,
  expiry: 1_800_000_000,
};

export const place: BurnPlace = { network: 'regtest', group: filled(0x67) };

export const burn: Burn = {
  height: 812,
  block: filled(0xb1),
  asset: filled(0),
  nullifier: unhex('0102030405060708'),
  amount: 50_000,
  fee: 1000,
  script: unhex('0014751e76e8199196d454941c45d1b3a323f1433bd6'),
};

export const feeUtxo = (number: number): FeeUtxo => ({
  owner: filled(0x0e),
  asset: filled(0),
  amount: 10_000 + number,
  salt: filled(number + 1),
  txid: `tx-${number}`,
  timestamp: 1_790_000_000 + number,
});

export const consolidation: Consolidation = {
  ...place,
  epoch: 2,
  inputs: [feeUtxo(0), feeUtxo(1), feeUtxo(2)],
};

const bytes = (length: number, most = length) =>
  fc.uint8Array({ minLength: length, maxLength: most });
const u32 = fc.nat(0xffff_ffff);
const u53 = fc.maxSafeNat();
const sat = fc.integer({ min: 1, max: MAX_SAT });

export const anyAttestation: fc.Arbitrary<Attestation> = fc.record(
  { txid: bytes(32), vout: u32, recipient: bytes(32), amount: sat, nonce: u53, expiry: u53 },
  { noNullPrototype: true },
);

export const anyBurn: fc.Arbitrary<Burn> = fc
  .record(
    {
      height: u32,
      block: bytes(32),
      asset: bytes(32),
      nullifier: bytes(8),
      amount: sat,
      fee: fc.nat(MAX_SAT),
      script: bytes(1, 42),
    },
    { noNullPrototype: true },
  )
  .map((any) => ({ ...any, fee: any.fee % (any.amount + 1) }));

/** Outputs of one owner and asset, of which no two are the same. */
export const anyFeeUtxos: fc.Arbitrary<FeeUtxo[]> = fc
  .tuple(
    bytes(32),
    bytes(32),
    fc.uniqueArray(fc.record({ amount: fc.integer({ min: 1, max: 1e9 }), salt: bytes(32) }), {
      selector: ({ salt }) => salt.join(),
      minLength: 1,
      maxLength: 8,
    }),
  )
  .map(([owner, asset, each]) =>
    each.map((one, timestamp) => ({ owner, asset, ...one, txid: '', timestamp })),
  );
