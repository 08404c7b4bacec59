/**
 * The start-up self-test: every implementation gives the committed answers, and all implementations
 * of a suite give the same bytes on edge inputs. An engine with one failure must not be used.
 */
import type { Group, Suite } from './group.ts';
import { fromHex, knownAnswers, toHex } from './known-answers.ts';

/** One test on one implementation. */
export interface SelfTestResult {
  readonly suite: Suite;
  /** What was tested, in words for the person who reads the result. */
  readonly name: string;
  readonly engine: 'wasm' | 'js';
  readonly ok: boolean;
  /** How long it took, in milliseconds by the caller's clock. */
  readonly ms: number;
}

/**
 * Run all known answers and comparisons.
 * @param groups the implementations to test; of each suite the first is what the others are compared with
 * @param now a clock in milliseconds; only differences are used
 * @returns one result per test and implementation, in order; nothing throws through
 */
export function selfTest(groups: readonly Group[], now: () => number): SelfTestResult[] {
  return groups.flatMap((group) => {
    const first = groups.find(({ suite }) => suite === group.suite)!;
    const run = (name: string, test: () => boolean): SelfTestResult => {
      const start = now();
      const ok = succeeds(test);
      return { suite: group.suite, name, engine: group.engine, ok, ms: now() - start };
    };
    return [
      ...knownAnswers(group.suite)
        .filter(({ wasmOnly }) => group.engine === 'wasm' || !wasmOnly)
        .map(({ name, expected, compute }) => run(name, () => hexOf(compute(group)) === expected)),
      ...(group === first
        ? []
        : comparisons.map(({ name, compute }) =>
            run(name, () => compute(group).join() === compute(first).join()),
          )),
    ];
  });
}

/** A test that throws has failed. */
function succeeds(test: () => boolean): boolean {
  try {
    return test();
  } catch {
    return false;
  }
}

const hexOf = (bytes: Uint8Array | undefined) => bytes && toHex(bytes);

/** Edge bytes, in either byte order: 1, the highest bit, the highest byte, and each all over. */
const edges = ['01', '80', 'ff'].flatMap((byte) => [
  fromHex(byte + '00'.repeat(31)),
  fromHex('00'.repeat(31) + byte),
  fromHex(byte.repeat(32)),
]);

/** What two implementations must agree on: computations over edge inputs, as hex. */
const comparisons: readonly {
  readonly name: string;
  readonly compute: (group: Group) => (string | undefined)[];
}[] = [
  {
    name: 'the implementations accept the same scalars',
    compute: (g) => edges.map((bytes) => hexOf(g.scalarFromBytesChecked(bytes))),
  },
  {
    name: 'the implementations agree on scalar arithmetic',
    compute: (g) => {
      const scalars = edges.map((bytes) => g.scalarFromBytesWrapping(bytes));
      return scalars.flatMap((a, i) => {
        const b = scalars[(i + 1) % scalars.length]!;
        return [g.scalarAdd(a, b), g.scalarMul(a, b), g.scalarNegate(a), g.scalarInvert(a)].map(
          toHex,
        );
      });
    },
  },
  {
    name: 'the implementations accept the same points',
    compute: (g) =>
      edges.map((bytes) => {
        const encoding = new Uint8Array(g.pointToBytes(g.base).length);
        encoding.set(bytes, encoding.length - 32);
        if (encoding.length === 33) encoding[0] = 2 | (bytes[0]! & 1);
        return hexOf(g.pointFromBytesOrIdentity(encoding));
      }),
  },
  {
    name: 'the implementations agree on point arithmetic',
    compute: (g) => {
      const two = g.scalarFromNumber(2);
      const three = g.scalarFromNumber(3);
      const zero = g.scalarFromNumber(0);
      const minusB = g.negate(g.base);
      return [
        g.add(g.base, g.base),
        g.add(g.base, minusB),
        g.add(g.identity, g.base),
        g.mulAddVar(two, g.base, g.scalarNegate(two)),
        g.mulAddVar(three, minusB, three),
        g.mulAddVar(two, g.identity, zero),
        g.multiScalarVar([], []),
        g.multiScalarVar([two, two, three], [g.base, minusB, g.identity]),
        ...g.commitmentPolynomialVar([g.identity, g.base, minusB], [0, 1, 2]),
      ].map(toHex);
    },
  },
];
