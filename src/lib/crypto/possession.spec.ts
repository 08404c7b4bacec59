import { createPublicKey, verify as nodeVerify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyScalar } from '../../../tests/support/group-properties.ts';
import { jsGroups } from '../../../tests/support/groups.ts';
import { unhex, value } from '../../../tests/support/hex.ts';
import { implementations } from '../../../tests/support/node.ts';
import { honestCeremony, players, randomFrom } from '../../../tests/support/players.ts';
import {
  openAttestation,
  openCustody,
  signAttestation,
  signCustody,
} from '../../../tests/support/signing.ts';
import type { Group, Scalar, Suite } from '../wasm/group.ts';
import { jsGroup } from '../wasm/js-group.ts';
import { SecretRefused } from '../wasm/secrets.ts';
import { sign, verify, xOnly } from './bip340.ts';
import { concat, isZero, toHex } from './bytes.ts';
import { ed25519Verify } from './ed25519-verify.ts';
import * as frostEd from './frost-ed25519.ts';
import * as frostSecp from './frost-secp256k1.ts';
import { possessionHolds, provePossession } from './possession.ts';
import { taggedHash512, tags } from './tagged-hash.ts';

const engine = implementations.find(({ name }) => name === 'WASM')!;
const suites: readonly Suite[] = ['secp256k1', 'ed25519'];
const pointLength = { secp256k1: 33, ed25519: 32 };
const random = randomFrom('possession');
const message = random();

const pubkeyOf = (group: Group, secret: Scalar) => group.pointToBytes(group.mulBase(secret));
const someScalar = (group: Group) => group.scalarFromBytesWide(concat(random(), random()));

describe.each(implementations)('known answers, $name', (groups) => {
  it.each([
    {
      suite: 'secp256k1',
      secret: '11'.repeat(32),
      pubkey: '034f355bdcb7cc0af728ef3cceb9615d90684bb5b2ca5f859ab0f0b704075871aa',
      proof:
        '034c9a7c7336b1d6ebaebff60df10ffed24b201d29ed6bca7e76e1ef3a43df597d48369d519013d23b0b11f517fd3d457f788811907861c0bfd199ebd6aa217532',
    },
    {
      suite: 'ed25519',
      secret: `${'11'.repeat(31)}01`,
      pubkey: '07e30b02c9d1ade6cee8f07acdd328fbe905ffc0d027ad132784b415af7b6299',
      proof:
        '919c6795f3c709abdf3955b6157087c96567000cd6275b1f72de5260649a603dc540c1272e3115b4dc7041071225bc6dfca03cca8e0dff52b2cea28ac2305202',
    },
  ] as const)('$suite', ({ suite, secret, pubkey, proof }) => {
    const group = groups[suite];
    const text = new TextEncoder().encode('to be shown');
    const counting = Uint8Array.from({ length: 32 }, (_, i) => i);
    const scalar = group.scalarFromBytesNonzeroChecked(unhex(secret))!;
    expect(toHex(pubkeyOf(group, scalar))).toBe(pubkey);
    expect(toHex(provePossession(group, scalar, text, counting))).toBe(proof);
    expect(possessionHolds(group, unhex(pubkey), text, unhex(proof))).toBe(true);
  });
});

describe.each(suites)('%s', (suite) => {
  const group = engine[suite];
  const secret = someScalar(group);
  const pubkey = pubkeyOf(group, secret);
  const proof = provePossession(group, secret, message, random());

  it('a proof holds for its key and message, and for no other', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const secrets = anyScalar(jsGroups[suite]).filter((scalar) => !isZero(scalar));
    const any = fc.tuple(secrets, fc.uint8Array({ maxLength: 200 }), bytes(32));
    fc.assert(
      fc.property(any, ([secret, message, random]) => {
        const pubkey = pubkeyOf(group, secret);
        const proof = provePossession(group, secret, message, random);
        expect(proof).toHaveLength(pointLength[suite] + 32);
        expect(possessionHolds(group, pubkey, message, proof)).toBe(true);
        expect(possessionHolds(jsGroup(suite), pubkey, message, proof)).toBe(true);
        const longer = concat(message, Uint8Array.of(0));
        expect(possessionHolds(group, pubkey, longer, proof)).toBe(false);
        const negative = pubkeyOf(group, group.scalarNegate(secret));
        expect(possessionHolds(group, negative, message, proof)).toBe(false);
        expect(possessionHolds(group, pubkeyOf(group, someScalar(group)), message, proof)).toBe(
          false,
        );
      }),
    );
  });

  it('with any bit changed it does not hold', () => {
    for (const changed of [proof, pubkey, message])
      for (let bit = 0; bit < 8 * changed.length; bit++) {
        changed[bit >> 3]! ^= 1 << (bit & 7);
        const holds = possessionHolds(group, pubkey, message, proof);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(holds, `bit ${bit} of ${changed.length} bytes`).toBe(false);
      }
    expect(possessionHolds(group, pubkey, message, proof)).toBe(true);
  });

  it('of any other length it does not hold', () => {
    for (let length = 0; length < 140; length++) {
      const cut = concat(proof, proof).slice(0, length);
      expect(possessionHolds(group, pubkey, message, cut)).toBe(length === proof.length);
      const key = concat(pubkey, pubkey).slice(0, Math.min(length, 2 * pubkey.length));
      expect(possessionHolds(group, key, message, proof)).toBe(length === pubkey.length);
    }
  });

  it('about nothing it does not hold, though the equation does', () => {
    const identity = group.pointToBytes(group.identity);
    const k = someScalar(group);
    const ofNothing = concat(group.pointToBytes(group.mulBase(k)), k);
    expect(possessionHolds(group, identity, message, ofNothing)).toBe(false);

    const hash = taggedHash512(tags.possessionChallenge, identity, pubkey, message);
    const s = group.scalarMul(group.scalarFromBytesWide(hash), secret);
    expect(possessionHolds(group, pubkey, message, concat(identity, s))).toBe(false);
  });

  it('the nonce depends on secret, message and randomness', () => {
    const rand = random();
    const nonceOf = (secret: Scalar, message: Uint8Array, rand: Uint8Array) =>
      toHex(provePossession(group, secret, message, rand).slice(0, -32));
    const nonces = [
      nonceOf(secret, message, rand),
      nonceOf(secret, random(), rand),
      nonceOf(secret, message, random()),
      nonceOf(someScalar(group), message, rand),
    ];
    expect(new Set(nonces).size).toBe(4);
    expect(nonceOf(secret, message, rand)).toBe(nonces[0]);
    for (const length of [0, 31, 33, 64])
      expect(() => provePossession(group, secret, message, new Uint8Array(length))).toThrow(
        RangeError,
      );
  });

  it('leaves neither the nonce nor a product with the secret behind, and the secret as it was', () => {
    const seen: Uint8Array[] = [];
    const note = (scalar: Scalar) => {
      if (scalar !== secret) seen.push(scalar);
      return scalar;
    };
    const watched = replaced(group, {
      mulBase: (k) => group.mulBase(note(k)),
      scalarMul: (a, b) => note(group.scalarMul(a, b)),
    });
    const before = toHex(secret);
    expect(provePossession(watched, secret, message, random())).toHaveLength(proof.length);
    expect(seen).toHaveLength(2);
    expect(seen.every(isZero)).toBe(true);
    expect(toHex(secret)).toBe(before);
  });

  it('is not made where secrets are refused, and that before anything is computed', () => {
    const make = () => provePossession(jsGroup(suite), secret, message, random());
    expect(make).toThrow(SecretRefused);
    expect(make).toThrow(/proof of possession/);
  });
});

/** The group with some of its operations replaced. */
const replaced = (group: Group, own: Partial<Group>): Group =>
  new Proxy(group, {
    get: (target, name) => {
      const found: unknown = Reflect.get(own, name) ?? Reflect.get(target, name, target);
      return typeof found === 'function' ? (found.bind(target) as unknown) : found;
    },
  });

it('ed25519: s + order is the same number and is refused', () => {
  const { ed25519 } = engine;
  const secret = someScalar(ed25519);
  const proof = provePossession(ed25519, secret, message, random());
  const order = unhex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');
  let carry = 0;
  const again = proof.map((byte, i) => {
    if (i < 32) return byte;
    carry = (carry >> 8) + byte + order[i - 32]!;
    return carry & 0xff;
  });
  expect(ed25519.scalarFromBytesWrapping(again.slice(32))).toEqual(proof.slice(32));
  expect(possessionHolds(ed25519, pubkeyOf(ed25519, secret), message, proof)).toBe(true);
  expect(possessionHolds(ed25519, pubkeyOf(ed25519, secret), message, again)).toBe(false);
});

describe('a proof is no signature and no share of one, for the same message', () => {
  const all = players(engine, 2, 3, 'possession');
  const { secp256k1, ed25519 } = engine;
  const outputs = honestCeremony(all).outputs;
  const custody = outputs.map((output) => output.custody);
  const attestation = outputs.map((output) => output.attestation);

  it('BIP 340', () => {
    for (let i = 0; i < 20; i++) {
      const secret = someScalar(secp256k1);
      const P = secp256k1.mulBase(secret);
      const proof = provePossession(secp256k1, secret, message, random());
      const [x, s] = [proof.slice(1, 33), proof.slice(33) as Scalar];
      for (const end of [s, secp256k1.scalarNegate(s)])
        expect(verify(secp256k1, xOnly(P), message, concat(x, end))).toBe(false);
      const signature = sign(secp256k1, secret, message, random());
      for (const sign of [2, 3])
        expect(
          possessionHolds(
            secp256k1,
            secp256k1.pointToBytes(P),
            message,
            concat(Uint8Array.of(sign), signature),
          ),
        ).toBe(false);
    }
  });

  it('Ed25519, ours and the platform’s', () => {
    const secret = someScalar(ed25519);
    const pubkey = pubkeyOf(ed25519, secret);
    const proof = provePossession(ed25519, secret, message, random());
    expect(ed25519Verify(ed25519, pubkey, message, proof)).toBe(false);
    expect(platformVerify(pubkey, proof)).toBe(false);

    const { signature } = signAttestation(all, attestation, [0, 1], message);
    const { threshPk } = attestation[0]!;
    expect(ed25519Verify(ed25519, threshPk, message, signature)).toBe(true);
    expect(platformVerify(threshPk, signature)).toBe(true);
    expect(possessionHolds(ed25519, threshPk, message, signature)).toBe(false);
  });

  const platformVerify = (pubkey: Uint8Array, signature: Uint8Array) => {
    const x = Buffer.from(pubkey).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return nodeVerify(null, message, key, signature);
  };

  it('a custody share, even where its R had been announced as the nonce', () => {
    const proof = provePossession(secp256k1, custody[0]!.secshare!, message, random());
    const [R, s] = [proof.slice(0, 33), proof.slice(33)];
    const { session } = openCustody(all, custody, [0, 1], { msg: message });
    const [own, theirs] = session.context.pubnonces as [Uint8Array, Uint8Array];
    expect(frostSecp.partialSigVerify(secp256k1, session, s, own, 0)).toBe(false);
    for (const announced of [concat(R, R), concat(R, own.slice(33)), concat(own.slice(33), R)]) {
      const pubnonces = [announced, theirs];
      const opened = value(frostSecp.openSigning(secp256k1, { ...session.context, pubnonces }));
      expect(frostSecp.partialSigVerify(secp256k1, opened, s, announced, 0)).toBe(false);
    }
    const signed = signCustody(all, custody, [0, 1], { msg: message });
    const share = concat(signed.pubnonces[0]!.slice(0, 33), signed.psigs[0]!);
    expect(possessionHolds(secp256k1, custody[0]!.pubshares[0]!, message, share)).toBe(false);
  });

  it('an attestation share, even where its R had been announced as the nonce', () => {
    const proof = provePossession(ed25519, attestation[0]!.secshare!, message, random());
    const [R, s] = [proof.slice(0, 32), proof.slice(32)];
    const { session } = openAttestation(all, attestation, [0, 1], message);
    const [own, theirs] = session.context.pubnonces as [Uint8Array, Uint8Array];
    expect(frostEd.partialSigVerify(ed25519, session, s, 0)).toBe(false);
    for (const announced of [concat(R, R), concat(R, own.slice(32)), concat(own.slice(32), R)]) {
      const pubnonces = [announced, theirs];
      const opened = value(frostEd.openSigning(ed25519, { ...session.context, pubnonces }));
      expect(frostEd.partialSigVerify(ed25519, opened, s, 0)).toBe(false);
    }
  });
});
