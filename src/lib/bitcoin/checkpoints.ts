import { fromHex } from '../crypto/bytes.ts';
import type { AddressNetwork } from './address.ts';
import type { Checkpoint } from './chain.ts';
import { readHeader } from './header.ts';

/**
 * Blocks from which headers may be followed, by network, the first one of each among them.
 *
 * The figures of mainnet are public: those up to 709 632 are held against official vectors in tests;
 * the hash of 840 000 is also in Bitcoin Core's own list of snapshots. What a header by itself shows
 * is checked for all of them. The other networks have none but the first block: a later one saves
 * time and nothing else.
 *
 * A group can add its own. `collect` prints one from an operator's bitcoind, and each operator
 * compares it with their own: `bitcoin-cli getblockheader` of its hash shows height, chain work, time
 * and bits, and so for the first block of its period (the height rounded down to a multiple of 2016)
 * and the ten blocks before. It should lie some weeks back, where no chain will ever fork again.
 */
export const checkpointsOf: Readonly<Record<AddressNetwork, readonly Checkpoint[]>> = {
  mainnet: [
    first(
      '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c',
      '100010001',
    ),
    later(
      403_200,
      '04000000473ed7b7ef2fce828c318fd5e5868344a5356c9e93b6040400000000000000004409cae5b7b2f8f18ea55f558c9bfa7c5f4778a1a53172a48fc57e172d0ed3d264c5eb56c3a40618af9bc1c7',
      '13fcb0988999315c945f19',
      1458292068,
      [
        1458288313, 1458288907, 1458289026, 1458289872, 1458290682, 1458290804, 1458291219,
        1458291445, 1458291485, 1458291885, 1458292068,
      ],
    ),
    later(
      481_824,
      '02000020801b81629334be8e7af5ebfb9df09c18e1f833b5f0efcb00000000000000000040d1ca077fefe7fb797711baa0c063eca9b8ed9469ae0128982b44ad0c25386491329e59e93c011822ff5422',
      '7eb6a652531c5ad6a4b8e9',
      1503539857,
      [
        1503533722, 1503534323, 1503534333, 1503535125, 1503536364, 1503536701, 1503537770,
        1503538455, 1503538877, 1503539571, 1503539857,
      ],
    ),
    later(
      709_632,
      '04002020ccbcc674693ef8751c939c0e6d4728dde62e24fc12370100000000000000000077ec1447375fc68029ab7a85fd6989c5d31351b619e8f709de682008103bda6a6f9b9061ea690c1702730f54',
      '2415f8061a78804e45529427',
      1636866927,
      [
        1636858836, 1636859029, 1636859026, 1636859129, 1636860027, 1636861723, 1636861759,
        1636863983, 1636865627, 1636865834, 1636866927,
      ],
    ),
    later(
      840_000,
      '00e05f2aab948491071265ad552351d0ad625745668da54b0172010000000000000000004f89a5d73bd4d4887f25981fe81892ccafda10c27f52d6f3dd28183a7c411b03b7072366194203177d9863ea',
      '753bdab0e0d745453677442b',
      1712783853,
      [
        1713565582, 1713566049, 1713567412, 1713568092, 1713568594, 1713570208, 1713570326,
        1713571084, 1713571122, 1713571533, 1713571767,
      ],
    ),
  ],
  testnet4: [
    first(
      '0100000000000000000000000000000000000000000000000000000000000000000000004e7b2b9128fe0291db0693af2ae418b767e657cd407e80cb1434221eaea7a07a046f3566ffff001dbb0c7817',
      '100010001',
    ),
  ],
  signet: [
    first(
      '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a008f4d5fae77031e8ad22203',
      '49d414',
    ),
  ],
  regtest: [
    first(
      '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4adae5494dffff7f2002000000',
      '2',
    ),
  ],
};

/** The first block of a network; its header says the rest. */
function first(header: string, chainwork: string): Checkpoint {
  const { time } = readHeader(fromHex(header)!)!;
  return later(0, header, chainwork, time, [time]);
}

/** A block whose bits are those of its whole period. */
function later(
  height: number,
  header: string,
  chainwork: string,
  periodStart: number,
  times: readonly number[],
): Checkpoint {
  const bytes = fromHex(header)!;
  return {
    height,
    header: bytes,
    chainwork: fromHex(chainwork.padStart(64, '0'))!,
    periodStart,
    periodBits: readHeader(bytes)!.bits,
    times,
  };
}
