import type { AddressNetwork } from './address.ts';

/** The rules by which headers of a network follow each other (Bitcoin Core, `kernel/chainparams.cpp`). */
export interface Consensus {
  /** The highest target. */
  readonly powLimit: bigint;
  /** So many blocks have the same difficulty, and should come so many seconds apart. */
  readonly period: number;
  readonly spacing: number;
  /** Whether the difficulty changes at all. */
  readonly retargets: boolean;
  /** Whether a block may have the lowest difficulty if it comes more than 2 × `spacing` later. */
  readonly minDifficulty: boolean;
  /** Whether a period starts from its first block's bits, and not far before its predecessor. */
  readonly bip94: boolean;
  /** After so many blocks the subsidy halves. */
  readonly halving: number;
  /** From this height on a coinbase names its height (BIP 34). */
  readonly bip34From: number;
  /** The work that the best chain had when this was written; no chain with less is the best one. */
  readonly minimumWork: bigint;
}

const common = {
  period: 2016,
  spacing: 600,
  retargets: true,
  minDifficulty: false,
  bip94: false,
  halving: 210_000,
  bip34From: 1,
  minimumWork: 0n,
};
const mainLimit = (1n << 224n) - 1n;

export const consensusOf: Readonly<Record<AddressNetwork, Consensus>> = {
  mainnet: {
    ...common,
    powLimit: mainLimit,
    bip34From: 227_931,
    minimumWork: 0x1128750f82f4c366153a3a030n,
  },
  testnet4: { ...common, powLimit: mainLimit, minDifficulty: true, bip94: true },
  signet: { ...common, powLimit: 0x377aen << 216n },
  regtest: { ...common, powLimit: (1n << 255n) - 1n, retargets: false, halving: 150 },
};

/** What a block of this height may create, in sat. */
export const subsidyAt = ({ halving }: Consensus, height: number): number =>
  Math.floor(5_000_000_000 / 2 ** Math.floor(height / halving));
