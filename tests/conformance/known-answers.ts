import { sha256 } from '@noble/hashes/sha2.js';
import { expect, it } from 'vitest';
import { verify, xOnly } from '../../src/lib/crypto/bip340.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import { recoverBoth } from '../../src/lib/crypto/dual-dkg.ts';
import { ed25519Verify } from '../../src/lib/crypto/ed25519-verify.ts';
import type { DkgOutput } from '../../src/lib/crypto/simplpedpop.ts';
import { tapTweak } from '../../src/lib/crypto/taproot.ts';
import type { Groups } from '../support/groups.ts';
import { value } from '../support/hex.ts';
import { honestCeremony, players } from '../support/players.ts';
import { signAttestation, signCustody } from '../support/signing.ts';

/*
 * A whole ceremony and both kinds of signature, from fixed randomness, against bytes that were
 * recorded once the code had passed the official vectors. They guard what no public vectors cover
 * (the attestation run, the later draft) and work where the official ones are not at hand.
 */

const short = (bytes: Uint8Array) =>
  bytes.length > 96 ? `sha256 ${toHex(sha256(bytes))}` : toHex(bytes);

const outputAnswers = (name: string, outputs: readonly DkgOutput[]) => ({
  [`${name} threshPk`]: toHex(outputs[0]!.threshPk),
  ...Object.fromEntries(
    outputs.map(({ secshare }, id) => [`${name} secshare ${id}`, toHex(secshare!)]),
  ),
});

/** The ceremonies and signatures that were recorded, for one implementation. */
export function knownAnswers(groups: Groups): void {
  it.each([
    [2, 3],
    [3, 5],
  ])('%i of %i', { timeout: 30_000 }, async (t, n) => {
    const all = players(groups, t, n);
    const { pmsgs1, cmsg1, pmsgs2, cmsg2, coordinator, outputs } = honestCeremony(all);
    const custody = outputs.map((output) => output.custody);
    const attestation = outputs.map((output) => output.attestation);

    for (const output of outputs) {
      expect(output.recoveryData).toEqual(coordinator.recoveryData);
      expect(output.custody.threshPk).toEqual(coordinator.custody.threshPk);
      expect(output.attestation.pubshares).toEqual(coordinator.attestation.pubshares);
    }
    for (const [id, key] of all.hostSeckeys.entries()) {
      const recovered = value(recoverBoth(groups, key, coordinator.recoveryData));
      expect(recovered.id).toBe(id);
      expect(recovered.ceremony).toEqual(all.ceremony);
      expect(recovered.custody).toEqual(custody[id]);
      expect(recovered.attestation).toEqual(attestation[id]);
    }

    const ids = Array.from({ length: t }, (_, i) => n - 1 - i);
    const msg = all.random();
    const internal = custody[0]!.threshPk.slice(1);
    const taproot = { tweaks: [all.random(), tapTweak(internal)], isXonly: [false, true] };
    const plain = signCustody(all, custody, ids, { msg });
    const tweaked = signCustody(all, custody, ids, { msg, ...taproot });
    const later = signCustody(all, custody, ids, { msg, draft: '0.10.0' });
    for (const { session, signature } of [plain, tweaked, later])
      expect(verify(groups.secp256k1, xOnly(session.Q), msg, signature)).toBe(true);
    const attested = signAttestation(all, attestation, ids, msg);
    expect(ed25519Verify(groups.ed25519, attestation[0]!.threshPk, msg, attested.signature)).toBe(
      true,
    );

    const answers = {
      ...Object.fromEntries(pmsgs1.map((pmsg1, id) => [`pmsg1 ${id}`, short(pmsg1)])),
      cmsg1: short(cmsg1),
      ...Object.fromEntries(pmsgs2.map((pmsg2, id) => [`pmsg2 ${id}`, short(pmsg2)])),
      cmsg2: short(cmsg2),
      recoveryData: short(coordinator.recoveryData),
      ...outputAnswers('custody', custody),
      ...outputAnswers('attestation', attestation),
      'custody signature': toHex(plain.signature),
      'custody signature, tweaked': toHex(tweaked.signature),
      'custody signature, draft 0.10.0': toHex(later.signature),
      'attestation signature': toHex(attested.signature),
    };
    await expect(`${JSON.stringify(answers, null, 2)}\n`).toMatchFileSnapshot(
      `known-answers-${t}-of-${n}.json`,
    );
  });
}
