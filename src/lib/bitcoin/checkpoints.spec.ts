import { describe, expect, it } from 'vitest';
import { toCbor } from '../crypto/cbor.ts';
import { concat, toHex } from '../crypto/bytes.ts';
import { read } from '../crypto/schema.ts';
import { checkpointProblem, checkpointReader, type Checkpoint } from './chain.ts';
import { checkpointsOf } from './checkpoints.ts';
import { readHeader } from './header.ts';
import { consensusOf } from './networks.ts';

const shipped = Object.entries(checkpointsOf).flatMap(([network, checkpoints]) =>
  checkpoints.map((checkpoint) => ({
    network: network as keyof typeof checkpointsOf,
    height: checkpoint.height,
    checkpoint,
  })),
);

describe('the shipped checkpoints', () => {
  it.each(shipped)('$network $height fits together', ({ network, checkpoint }) => {
    expect(checkpointProblem(consensusOf[network], checkpoint)).toBeUndefined();
    expect(read(checkpointReader, toCbor({ ...checkpoint }))).toEqual({ value: checkpoint });
  });

  it('are the blocks that everybody knows', () => {
    const hashes = shipped.map(({ checkpoint }) =>
      toHex(readHeader(checkpoint.header)!.hash.toReversed()),
    );
    expect(hashes).toEqual([
      '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
      '000000000000000000c4272a5c68b4f55e5af734e88ceab09abf73e9ac3b6d01',
      '0000000000000000001c8018d9cb3b742ef25114f27563e3fc4a1902167f9893',
      '0000000000000000000687bca986194dc2c1f949318629b44bb54ec0a94d8244',
      '0000000000000000000320283a032748cef8227873ff4872689bf23f1cda83a5',
      '00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043',
      '00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6',
      '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206',
    ]);
  });
});

describe('a checkpoint that does not fit together', () => {
  const at = (height: number) =>
    checkpointsOf.mainnet.find((checkpoint) => checkpoint.height === height)!;
  const problem = (checkpoint: Checkpoint, changes: Partial<Checkpoint>) =>
    checkpointProblem(consensusOf.mainnet, { ...checkpoint, ...changes });
  const last = at(840_000);
  const start = at(709_632);
  const edited = (offset: number, ...bytes: number[]) => {
    const header = concat(last.header);
    header.set(bytes, offset);
    return header;
  };
  const work = (value: bigint) => {
    const hex = value.toString(16).padStart(64, '0');
    return Uint8Array.from({ length: 32 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
  };

  it('is refused, and the reason names the field', () => {
    expect(problem(last, { header: edited(76, 0) })).toMatch(/^proof of work/);
    expect(problem(last, { header: edited(72, 0xff, 0xff, 0x7f, 0x20) })).toMatch(
      /^bits: 0x207fff/,
    );
    expect(problem(last, { header: edited(72, 0, 0, 0, 0) })).toMatch(/^bits: 0x00000000/);
    expect(problem(last, { chainwork: new Uint8Array(32) })).toMatch(/^chain work/);
    expect(problem(last, { times: last.times.slice(1) })).toMatch(/^times: 10 instead of 11/);
    expect(problem(last, { height: 3 })).toMatch(/^times: 11 instead of 4/);
    expect(problem(last, { times: [...last.times.slice(0, 10), 1] })).toMatch(/^times: the last/);
    expect(problem(last, { periodBits: 0x1d00ffff })).toMatch(/^bits of the period/);
    expect(problem(start, { periodStart: start.periodStart + 1 })).toMatch(/^start of the period/);
  });

  it('has the least work that so many blocks take, and its own', () => {
    const [genesis] = checkpointsOf.mainnet;
    const own = 0x100010001n;
    expect(problem(genesis!, { chainwork: work(own) })).toBeUndefined();
    expect(problem(genesis!, { chainwork: work(own - 1n) })).toMatch(/^chain work/);
    // The highest target takes 2³² hashes.
    const least = own + (1n << 32n);
    const second = { height: 1, periodStart: 5, times: [5, ...genesis!.times] };
    expect(problem(genesis!, { ...second, chainwork: work(least) })).toBeUndefined();
    expect(problem(genesis!, { ...second, chainwork: work(least - 1n) })).toMatch(/^chain work/);
  });

  it('may have the lowest difficulty only where the rules allow it', () => {
    const { testnet4 } = consensusOf;
    const [genesis] = checkpointsOf.testnet4;
    const inside = { ...genesis!, height: 1, times: [1, ...genesis!.times], periodStart: 1 };
    const enough = { ...inside, chainwork: work(0x200020002n), periodBits: 0x1c00ffff };
    expect(checkpointProblem(testnet4, enough)).toBeUndefined();
    const first = { ...genesis!, periodBits: 0x1c00ffff };
    expect(checkpointProblem(testnet4, first)).toMatch(/^bits of the period/);
    expect(checkpointProblem({ ...testnet4, minDifficulty: false }, enough)).toMatch(/^bits of/);
    expect(checkpointProblem(testnet4, { ...enough, periodBits: 0x1d00ffff + 1 })).toMatch(
      /^bits of the period/,
    );
  });
});
