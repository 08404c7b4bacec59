/** Recovery data, and the way from a host secret to the shares (docs/formats.md §5 to §7). */
import { be32, concat, equal, sha256, tagged, tagged512 } from './bytes.ts';
import { encodeList } from './cbor.ts';
import {
  attestationCurve,
  custodyCurve,
  holds,
  mod,
  xOf,
  type Curve,
  type Edwards,
  type Secp,
} from './curves.ts';
import { Trouble } from './terminal.ts';

export type Suite = 'custody' | 'attestation';

/** One key of a group, as everybody may know it. Points and scalars in the suite's encodings. */
export interface Key {
  readonly threshPk: Uint8Array;
  readonly pubshares: readonly Uint8Array[];
}

/** Recovery data whose certificates hold. */
export interface Recovery {
  readonly manifestHash: Uint8Array;
  readonly t: number;
  readonly hostKeys: readonly Uint8Array[];
  readonly certified: Uint8Array;
  readonly keys: Readonly<Record<Suite, Key>>;
  /** The operator's share of both keys, each held against the public share; `d`: host secret. */
  sharesOf(index: number, d: Uint8Array): Record<Suite, Uint8Array>;
}

const MAX_OPERATORS = 128;

const bad = (fault: string, what: string): Trouble =>
  new Trouble(
    fault,
    `The recovery data is not what its operators certified: ${what}.`,
    'Take the recovery file of another operator, or another copy.',
  );

/** What differs between the two runs. */
interface Run<P> {
  readonly curve: Curve<P>;
  readonly prefix: string;
  /** T, from C₀. */
  tweak(C0: P): bigint;
  pad(kind: 'ecdh' | 'self', ...parts: readonly Uint8Array[]): bigint;
  context(t: Uint8Array, hostKeys: readonly Uint8Array[]): Uint8Array;
}

const custodyRun: Run<Secp> = {
  curve: custodyCurve,
  prefix: 'BIP DKG/certeq message',
  tweak: (C0) => custodyCurve.number(tagged('TapTweak', xOf(C0))),
  pad: (kind, ...parts) =>
    custodyCurve.number(
      tagged(
        kind === 'ecdh' ? 'BIP DKG/encpedpop ecdh' : 'BIP DKG/encaps_multi self_pad',
        ...parts,
      ),
    ),
  context: (t, hostKeys) => concat(t, ...hostKeys),
};

const TAG = 'Conclave/attestation DKG v1';

const attestationRun = (manifestHash: Uint8Array): Run<Edwards> => ({
  curve: attestationCurve,
  prefix: 'Conclave attestation certeq v1',
  tweak: () => 0n,
  pad: (kind, ...parts) =>
    attestationCurve.number(
      tagged512(`${TAG}/${kind === 'ecdh' ? 'ecdh pad' : 'self pad'}`, manifestHash, ...parts),
    ),
  context: (t, hostKeys) => tagged(`${TAG}/params`, manifestHash, t, ...hostKeys),
});

/** Reads recovery data and checks every certificate in it. */
export function readRecovery(bytes: Uint8Array): Recovery {
  if (bytes.length < 37 || bytes[0] !== 1) throw bad('recovery-malformed', 'not version 1');
  const manifestHash = bytes.slice(1, 33);
  const end = 37 + Buffer.from(bytes).readUInt32BE(33);
  if (end > bytes.length) throw bad('recovery-malformed', 'it ends too early');
  const custody = readHalf(custodyRun, new Uint8Array(0), bytes.slice(37, end));
  const bound = tagged(`${TAG}/custody transcript`, manifestHash, custody.transcript);
  const attestation = readHalf(attestationRun(manifestHash), bound, bytes.slice(end));
  const same = equal(concat(...custody.hostKeys), concat(...attestation.hostKeys));
  if (!same || custody.t !== attestation.t)
    throw bad('recovery-malformed', 'its two keys belong to different groups');

  const transcripts = tagged(
    'Conclave/both transcripts v1',
    encodeList([manifestHash, custody.transcript, attestation.transcript]),
  );
  const certificates = concat(custody.certificate, attestation.certificate);
  return {
    manifestHash,
    t: custody.t,
    hostKeys: custody.hostKeys,
    certified: tagged('Conclave/certified keys v1', encodeList([transcripts, certificates])),
    keys: { custody: custody.key, attestation: attestation.key },
    sharesOf: (index, d) => ({
      custody: custody.shareOf(index, d),
      attestation: attestation.shareOf(index, d),
    }),
  };
}

/** One half: transcript and certificate of one run. */
function readHalf<P>(run: Run<P>, bound: Uint8Array, bytes: Uint8Array) {
  const { curve } = run;
  const start = bound.length + 4;
  if (bytes.length < start) throw bad('recovery-malformed', 'it ends too early');
  if (!equal(bytes.slice(0, bound.length), bound))
    throw bad('recovery-certificate', 'the attestation key is bound to another custody key');
  const t = Buffer.from(bytes).readUInt32BE(bound.length);
  const n = (bytes.length - start - t * curve.pointLength) / 162;
  if (!(Number.isInteger(n) && t >= 1 && t <= n && n <= MAX_OPERATORS))
    throw bad('recovery-malformed', 'its length fits no number of operators');

  let at = start;
  const cut = (count: number, size: number): Uint8Array[] =>
    Array.from({ length: count }, () => bytes.slice(at, (at += size)));
  const coms = cut(t, curve.pointLength).map((point) => curve.decode(point));
  const [hostKeys, nonces, ciphertexts] = [cut(n, 33), cut(n, 33), cut(n, 32)];
  const transcript = bytes.slice(0, at);
  const signatures = cut(n, 64);

  if (!coms.every((com) => com !== undefined)) throw bad('recovery-malformed', 'a commitment');
  if (ciphertexts.some((c) => curve.number(c) >= curve.order))
    throw bad('recovery-malformed', 'a ciphertext');
  if (!hostKeys.every(isPoint)) throw bad('recovery-malformed', 'a host key');
  if (new Set(hostKeys.map(String)).size !== n) throw bad('recovery-malformed', 'a host key twice');
  const prefix = Buffer.alloc(33);
  prefix.write(run.prefix);
  for (const [i, signature] of signatures.entries())
    if (!holds(hostKeys[i]!.slice(1), concat(prefix, be32(i), transcript), signature))
      throw bad('recovery-certificate', `the signature of operator ${i + 1} does not hold`);

  const [C0, ...higher] = coms as [P, ...P[]];
  if (curve.isIdentity(C0)) throw bad('recovery-malformed', 'a key that is none');
  const T = run.tweak(C0);
  const polynomial = [curve.add(C0, curve.times(T, curve.base)), ...higher];
  const points = hostKeys.map((_, i) => valueAt(curve, polynomial, i + 1));
  if ([polynomial[0]!, ...points].some((point) => curve.isIdentity(point)))
    throw bad('recovery-malformed', 'a key that is none');
  const key: Key = {
    threshPk: curve.encode(polynomial[0]!),
    pubshares: points.map((point) => curve.encode(point)),
  };

  const shareOf = (i: number, d: Uint8Array): Uint8Array => {
    const context = concat(be32(i), run.context(be32(t), hostKeys));
    let sum = 0n;
    for (const [sender, nonce] of nonces.entries()) {
      if (sender === i) {
        sum += run.pad('self', d, nonce, context);
        continue;
      }
      const N = isPoint(nonce) && custodyCurve.decode(nonce);
      if (!N) throw bad('recovery-malformed', `the nonce of operator ${sender + 1}`);
      const E = sha256(custodyCurve.encode(custodyCurve.times(custodyCurve.number(d), N)));
      sum += run.pad('ecdh', E, nonce, hostKeys[i]!, context);
    }
    const share = curve.scalar(mod(curve.number(ciphertexts[i]!) - sum + T, curve.order));
    if (fitsPubshare(curve, share, key.pubshares[i]!)) return share;
    throw bad('share-wrong', `the share of operator ${i + 1} is not the one with its public share`);
  };
  const certificate = concat(...signatures);
  return { t, hostKeys, transcript, certificate, key, shareOf };
}

const isPoint = (bytes: Uint8Array): boolean => {
  const point = custodyCurve.decode(bytes);
  return point !== undefined && !point.is0();
};

/** By Horner's rule. */
const valueAt = <P>(curve: Curve<P>, polynomial: readonly P[], x: number): P =>
  polynomial.reduceRight((sum, C) => curve.add(curve.times(BigInt(x), sum), C));

const fitsPubshare = <P>(curve: Curve<P>, share: Uint8Array, pubshare: Uint8Array): boolean => {
  const x = curve.number(share);
  return x < curve.order && equal(curve.encode(curve.times(x, curve.base)), pubshare);
};

/** Whether a share, of a plate for example, is the operator's: held against the public share. */
export const isShareOf = (
  { keys }: Recovery,
  suite: Suite,
  index: number,
  share: Uint8Array,
): boolean => {
  const pubshare = keys[suite].pubshares[index];
  if (!pubshare) return false;
  return suite === 'custody'
    ? fitsPubshare(custodyCurve, share, pubshare)
    : fitsPubshare(attestationCurve, share, pubshare);
};

/** The public key of a host secret; undefined where it is no secret key. */
export function hostKeyOf(d: Uint8Array): Uint8Array | undefined {
  const number = custodyCurve.number(d);
  if (number === 0n || number >= custodyCurve.order) return undefined;
  return custodyCurve.encode(custodyCurve.times(number, custodyCurve.base));
}
