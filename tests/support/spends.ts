import fc from 'fast-check';
import { scriptOfAddress } from '../../src/lib/bitcoin/address.ts';
import { branches, outputAt, type Path } from '../../src/lib/bitcoin/branches.ts';
import { sighashesOf } from '../../src/lib/bitcoin/sighash.ts';
import { MAX_SAT, type Spend } from '../../src/lib/bitcoin/spend.ts';
import { evenSecret, sign } from '../../src/lib/crypto/bip340.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import type { Group, Scalar } from '../../src/lib/wasm/group.ts';
import { unhex, value } from './hex.ts';

/** A secret that stands for a group's, and its threshold key. */
const secretHex = '6b973d88838f27366ed61c9ad6367663045cb456e28335c109e30717ae0c6baa';
export const secretOf = (group: Group): Scalar =>
  group.scalarFromBytesNonzeroChecked(unhex(secretHex))!;
export const threshPkOf = (group: Group): Bytes =>
  group.pointToBytes(group.mulBase(secretOf(group)));

export const paths = {
  receive: [branches.receive, 7],
  change: [branches.change, 3],
  deposit: [branches.deposit, 305_419_896, 1, 2, 2_147_483_647, 0, 77, 8, 42],
  fees: [branches.fees, 0],
} as const satisfies Record<string, Path>;

/** Where the samples pay to. */
export const recipient = scriptOfAddress(
  'regtest',
  'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080',
)!;

export const limits = { feeRate: 50, item: 1_000_000_000 };

const filled = (byte: number): Bytes => new Uint8Array(32).fill(byte);

/** Three inputs of three branches, a payment and change, at about 6 sat/vB; nothing is wrong with it. */
export const sampleSpend = (group: Group): Spend => ({
  version: 2,
  locktime: 840_000,
  inputs: [
    { txid: filled(0x11), vout: 1, sequence: 0xffff_fffd, amount: 40_000_000, path: paths.receive },
    { txid: filled(0x22), vout: 0, sequence: 0xffff_fffd, amount: 50_000_001, path: paths.deposit },
    { txid: filled(0x33), vout: 300, sequence: 0xffff_fffd, amount: 60_000_002, path: paths.fees },
  ],
  outputs: [
    { amount: 120_000_000, script: recipient, path: null },
    { amount: 29_998_503, script: changeScript(group), path: paths.change },
  ],
});

export const changeScript = (group: Group): Bytes =>
  value(outputAt(group, threshPkOf(group), paths.change)).script;

/**
 * A signature for each input by the secret of the whole group, which only tests have: its tweaks are
 * added to it one after the other.
 */
export function signSpend(
  group: Group,
  secret: Scalar,
  spend: Spend,
  auxRand = new Uint8Array(32),
): Bytes[] {
  const threshPk = group.pointToBytes(group.mulBase(secret));
  const sighashes = value(sighashesOf(group, threshPk, spend));
  return spend.inputs.map(({ path }, i) => {
    const { tweaks, isXonly } = value(outputAt(group, threshPk, path));
    const tweaked = tweaks.reduce<Scalar>((d, tweak, j) => {
      const even = isXonly[j] ? evenSecret(group, d, group.mulBase(d)) : d;
      return group.scalarAdd(even, group.scalarFromBytesChecked(tweak)!);
    }, secret);
    return sign(group, tweaked, sighashes[i]!, auxRand);
  });
}

/** Any spend that its reader takes: paths of all branches, scripts of all lengths. */
export function anySpend(group: Group): fc.Arbitrary<Spend> {
  const bytes = (minLength: number, maxLength = minLength) =>
    fc.uint8Array({ minLength, maxLength }).map((array) => new Uint8Array(array));
  const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
  const amount = fc.integer({ min: 0, max: MAX_SAT });
  const input = fc.record({
    txid: bytes(32),
    vout: u32,
    sequence: u32,
    amount,
    path: fc.constantFrom(...Object.values(paths)),
  });
  const payment = fc.record({ amount, script: bytes(1, 42), path: fc.constant(null) });
  const change = fc.record({
    amount,
    script: fc.constant(changeScript(group)),
    path: fc.constant(paths.change),
  });
  return fc.record({
    version: fc.constant(2 as const),
    locktime: u32,
    inputs: fc.array(input, { minLength: 1, maxLength: 5 }),
    outputs: fc.array(fc.oneof(payment, change), { minLength: 1, maxLength: 4 }),
  });
}
