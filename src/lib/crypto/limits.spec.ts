import { describe, expect, it } from 'vitest';
import { cpuOf } from '../../../tests/support/cpu.ts';
import { value } from '../../../tests/support/hex.ts';
import { implementations } from '../../../tests/support/node.ts';
import { honestCeremony, players, signersOf } from '../../../tests/support/players.ts';
import { be32, concat } from './bytes.ts';
import { custodySuite } from './custody-suite.ts';
import * as dual from './dual-dkg.ts';
import { validateSigners } from './frost-signers.ts';
import { hostPubkeyOf } from './host-key.ts';
import { fromPackages } from './imported-key.ts';
import { MAX_OPERATORS } from './limits.ts';
import { recover } from './recovery.ts';
import { openSession } from './session-params.ts';
import { commit, pubsharesOf, idsUpTo, secsharesOf } from './vss.ts';
import * as zf from './zf-format.ts';

/** What is too large or too deep is refused by name before it costs anything. */

const groups = implementations.find(({ name }) => name === 'WASM')!;
const { secp256k1, ed25519 } = groups;
const all = players(groups, 2, 3, 'limits');
const { custody } = honestCeremony(all).outputs[0]!;
const tooMany = MAX_OPERATORS + 1;

/** Packages of one operator in a group of n, binary. */
function packages(n: number, t: number) {
  const coefficients = Array.from({ length: t }, () =>
    ed25519.scalarFromBytesWrapping(all.random()),
  );
  const [signingShare] = secsharesOf(ed25519, coefficients, 1);
  const com = commit(ed25519, coefficients);
  const shares = pubsharesOf(ed25519, com, idsUpTo(n)).map((P) => ed25519.pointToBytes(P));
  const verifyingKey = ed25519.pointToBytes(com[0]!);
  const own = { identifier: 1, signingShare: signingShare!, verifyingShare: shares[0]! };
  return {
    own: zf.keyPackageToBytes(ed25519, { ...own, verifyingKey, minSigners: t }),
    shared: zf.publicKeyPackageToBytes(ed25519, {
      verifyingShares: new Map(shares.map((share, i) => [i + 1, share])),
      verifyingKey,
      minSigners: t,
    }),
  };
}

describe('groups', () => {
  it('of more operators than the limit: refused, unless the limit is raised explicitly', () => {
    const one = custodySuite(secp256k1);
    const hostpubkeys = idsUpTo(tooMany).map(() => value(hostPubkeyOf(secp256k1, all.random())));
    expect(openSession(one, { hostpubkeys, t: 65 })).toMatchObject({ fault: 'group-too-large' });
    expect(value(openSession(one, { hostpubkeys: hostpubkeys.slice(1), t: 65 })).n).toBe(128);
    const raised = custodySuite(secp256k1, tooMany);
    expect(value(openSession(raised, { hostpubkeys, t: 65 })).n).toBe(tooMany);
    const ceremony = { hostpubkeys, t: 65, manifestHash: all.random() };
    const step = (maxOperators?: number) =>
      dual.participantStep1(
        maxOperators === undefined ? groups : { ...groups, maxOperators },
        all.hostSeckeys[0]!,
        ceremony,
        all.random(),
      );
    expect(step()).toMatchObject({ fault: 'group-too-large' });
    expect(step(tooMany)).toMatchObject({ fault: 'host-key-not-in-group' });
  });

  it('whose size or threshold is no whole number, or beyond the limit, do not sign', () => {
    const context = signersOf(all, custody, [0, 2]);
    const validate = (change: { n?: number; t?: number }) =>
      validateSigners(secp256k1, { ...context, ...change });
    expect(validate({ t: 1.5 })).toMatchObject({ fault: 'threshold-out-of-range' });
    for (const n of [3.5, 2 ** 33, tooMany, Infinity])
      expect(validate({ n })).toMatchObject({ fault: 'group-too-large' });
    expect(validate({ n: MAX_OPERATORS })).toHaveLength(2);
    const raised = validateSigners(secp256k1, { ...context, n: tooMany }, tooMany);
    expect(raised).toHaveLength(2);
  });
});

describe('recovery data', () => {
  it.each([
    ['operators', 1, 130_000],
    ['commitments', 130_000, 1],
    ['one too many', 2, tooMany],
  ])('%s', (_, t, n) => {
    const bytes = concat(be32(t), new Uint8Array(33 * t + 162 * n));
    const took = cpuOf(() => {
      expect(recover(custodySuite(secp256k1), undefined, bytes)).toMatchObject({
        fault: 'recovery-malformed',
        detail: 'more operators than a group may have',
      });
    });
    expect(took).toBeLessThan(2000);
  });
});

describe('key packages', () => {
  it.each([1000, 3000, 10_000, 30_000])('brackets nested %i deep', (depth) => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const text = `{"a":${open.repeat(depth)}0${close.repeat(depth)}}`;
      for (const read of [zf.keyPackageFromJson, zf.publicKeyPackageFromJson])
        expect(read(secp256k1, text)).toMatchObject({ fault: 'key-package-malformed' });
    }
  });

  it('of more operators than the limit', () => {
    const { shared } = packages(tooMany, 2);
    expect(zf.publicKeyPackageFromBytes(ed25519, shared)).toMatchObject({
      fault: 'key-package-malformed',
      detail: 'number of operators',
    });
  });

  it('of as many as there may be: read in a moment', () => {
    const { own, shared } = packages(MAX_OPERATORS, MAX_OPERATORS / 2 + 1);
    const took = cpuOf(() => {
      const key = fromPackages(
        ed25519,
        value(zf.keyPackageFromBytes(ed25519, own)),
        value(zf.publicKeyPackageFromBytes(ed25519, shared)),
      );
      expect(value(key).pubshares).toHaveLength(MAX_OPERATORS);
    });
    expect(took).toBeLessThan(5000);
  });
});
