import type { AddressNetwork } from './address.ts';
import type { Checkpoint } from './chain.ts';

/** The first block of each network; its header is all there is to know of it. */
export const checkpointsOf: Readonly<Record<AddressNetwork, readonly Checkpoint[]>> = {
  mainnet: [],
  testnet4: [],
  signet: [],
  regtest: [],
};
