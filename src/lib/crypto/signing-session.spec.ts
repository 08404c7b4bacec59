import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { value } from '../../../tests/support/hex.ts';
import { implementations } from '../../../tests/support/node.ts';
import { honestCeremony, players } from '../../../tests/support/players.ts';
import { openAttestation, openCustody } from '../../../tests/support/signing.ts';
import type { Group, Scalar } from '../wasm/group.ts';
import { xOnly } from './bip340.ts';
import { isZero } from './bytes.ts';
import * as frostEd from './frost-ed25519.ts';
import * as frostSecp from './frost-secp256k1.ts';

/** A share is released only under a session that was opened, and checked, here. */

const groups = implementations.find(({ name }) => name === 'WASM')!;
const { secp256k1, ed25519 } = groups;
const all = players(groups, 2, 3, 'sessions');
const { outputs } = honestCeremony(all);
const custody = outputs.map((output) => output.custody);
const attestation = outputs.map((output) => output.attestation);
const ids = [0, 2];
const share = custody[0]!.secshare!;
const shareEd = attestation[0]!.secshare!;

const opened = (msg = all.random()) => openCustody(all, custody, ids, { msg });
const openedEd = (msg = all.random()) => openAttestation(all, attestation, ids, msg);

it('a session that shows one message and signs another is refused', () => {
  const [shown, hidden] = [opened(), opened()];
  const mixed = { ...hidden.session, context: shown.session.context };
  const refused = { fault: 'session-not-opened', who: 'local' };
  const sign = (session: frostSecp.SigningSession) =>
    frostSecp.sign(secp256k1, session, hidden.secnonces[0]!, share, 0);
  expect(sign(mixed)).toMatchObject(refused);
  expect(sign({ ...hidden.session })).toMatchObject(refused);
  expect(sign(structuredClone(hidden.session))).toMatchObject(refused);
  expect(() => Object.assign(hidden.session, { e: mixed.e })).toThrow(TypeError);
  expect(value(sign(hidden.session))).toHaveLength(32); // the refusals did not spend the nonce

  const [shownEd, hiddenEd] = [openedEd(), openedEd()];
  const signEd = (session: frostEd.SigningSession) =>
    frostEd.sign(ed25519, session, hiddenEd.secnonces[0]!, shareEd, 0);
  const mixedEd = { ...hiddenEd.session, context: shownEd.session.context };
  expect(signEd(mixedEd)).toMatchObject(refused);
  expect(value(signEd(hiddenEd.session))).toHaveLength(32);
});

it('a session of nonces that somebody else added up is refused', () => {
  const { session, secnonces, pubnonces } = opened();
  const aggnonce = value(frostSecp.nonceAgg(secp256k1, ids, pubnonces));
  const raw = value(frostSecp.openAggregated(secp256k1, { ...session.context, aggnonce }));
  const disguised = raw as unknown as frostSecp.SigningSession;
  expect(frostSecp.sign(secp256k1, disguised, secnonces[0]!, share, 0)).toMatchObject({
    fault: 'session-not-opened',
  });
});

it('what becomes of the caller’s bytes changes nothing', () => {
  const msg = all.random();
  const before = msg.slice();
  const { session } = opened(msg);
  const { session: sessionEd } = openedEd(msg);
  msg.fill(1);
  expect(session.context.msg).toEqual(before);
  expect(sessionEd.context.msg).toEqual(before);
});

it('a draft nobody knows is refused', () => {
  const { session } = opened();
  for (const name of ['0.7.0', '', 'constructor']) {
    const context = { ...session.context, draft: name as frostSecp.Draft };
    expect(frostSecp.openSigning(secp256k1, context)).toMatchObject({ fault: 'draft-unknown' });
  }
});

it.each<[frostSecp.Draft, boolean]>([
  ['0.6.0', false],
  ['0.10.0', true],
])('the coefficient of draft %s, computed by other means', (draft, counted) => {
  const msg = all.random();
  const order = [2, 0];
  const { session, pubnonces } = openCustody(all, custody, order, { msg, draft });
  const sha = (...parts: Uint8Array[]) => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const tag = sha(Buffer.from('BIP0445/noncecoef'));
  // Number of signers (since 0.10), identifiers in ascending order, four bytes each.
  const numbers = Buffer.from(`${counted ? '00000002' : ''}0000000000000002`, 'hex');
  const aggnonce = value(frostSecp.nonceAgg(secp256k1, order, pubnonces));
  const hash = sha(tag, tag, numbers, aggnonce, xOnly(session.Q), msg);
  const q = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const expected = BigInt(`0x${hash.toString('hex')}`) % q;
  expect(BigInt(`0x${Buffer.from(session.b).toString('hex')}`)).toBe(expected);
});

/** The group, keeping every scalar that was decoded as a secret. */
function keeping(group: Group, kept: Scalar[]): Group {
  return new Proxy(group, {
    get: (target, name) => {
      const own: unknown = Reflect.get(target, name, target);
      if (typeof own !== 'function') return own;
      return (...operands: unknown[]): unknown => {
        const result = own.apply(target, operands) as unknown;
        if (name === 'scalarFromBytesNonzeroChecked' && result) kept.push(result as Scalar);
        return result;
      };
    },
  });
}

it('a refused signing leaves no copy of nonce or share', () => {
  const zero = new Uint8Array(32);
  for (const [fault, secshare, id] of [
    ['secshare-out-of-range', zero, 0],
    ['own-pubshare-missing', custody[1]!.secshare!, 0],
    ['own-pubshare-missing', share, 2],
    ['own-id-missing', share, 1],
  ] as const) {
    const kept: Scalar[] = [];
    const { session, secnonces } = opened();
    const result = frostSecp.sign(keeping(secp256k1, kept), session, secnonces[0]!, secshare, id);
    expect(result).toMatchObject({ fault });
    expect(kept.length).toBeGreaterThan(1);
    expect(kept.every(isZero)).toBe(true);
  }
  for (const [fault, secshare, id] of [
    ['secshare-out-of-range', zero, 0],
    ['own-pubshare-missing', attestation[1]!.secshare!, 0],
    ['own-id-missing', shareEd, 1],
  ] as const) {
    const kept: Scalar[] = [];
    const { session, secnonces } = openedEd();
    const result = frostEd.sign(keeping(ed25519, kept), session, secnonces[0]!, secshare, id);
    expect(result).toMatchObject({ fault });
    expect(kept.length).toBeGreaterThan(1);
    expect(kept.every(isZero)).toBe(true);
  }
});
