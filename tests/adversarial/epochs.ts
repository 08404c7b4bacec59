import { describe, expect, it } from 'vitest';
import * as frostEd from '../../src/lib/crypto/frost-ed25519.ts';
import * as frostSecp from '../../src/lib/crypto/frost-secp256k1.ts';
import type { DkgOutput } from '../../src/lib/crypto/simplpedpop.ts';
import { xOf } from '../../src/lib/crypto/vss.ts';
import type { Group } from '../../src/lib/wasm/group.ts';
import { expectFault, runs, type Run } from '../support/attacks.ts';
import type { Groups } from '../support/groups.ts';
import { value } from '../support/hex.ts';
import { honestCeremony, players, signersOf } from '../support/players.ts';
import { openAttestation, openCustody } from '../support/signing.ts';

const IDS = [0, 2];
const ATTACKER = 2;

/** Other shares of the same key: on every share lies f(x) = x more, a sharing of zero. */
const refreshed = (group: Group, outputs: readonly DkgOutput[]): DkgOutput[] => {
  const secshares = outputs.map(({ secshare }, id) =>
    group.scalarAdd(secshare!, group.scalarFromNumber(xOf(id))),
  );
  const pubshares = secshares.map((secshare) => group.pointToBytes(group.mulBase(secshare)));
  return outputs.map(({ threshPk }, id) => ({ threshPk, pubshares, secshare: secshares[id] }));
};

/** Signature shares of two epochs, made with the very nonces and for the very message. */
export function epochAttacks(groups: Groups): void {
  const all = players(groups, 2, 3, 'epochs');
  const own = honestCeremony(all).outputs;
  const later = honestCeremony(players(groups, 2, 3, 'a later epoch')).outputs;
  const { secp256k1, ed25519 } = groups;
  const msg = all.random();

  /** What the aggregator of `keys` makes of shares of which those of `strangers` are of `others`. */
  const aggregate: Record<
    Run,
    (keys: DkgOutput[], others: DkgOutput[], strangers: readonly number[]) => unknown
  > = {
    custody(keys, others, strangers) {
      const { session, secnonces } = openCustody(all, keys, IDS, { msg });
      const signers = signersOf(all, others[0]!, IDS);
      const other = value(frostSecp.openSigning(secp256k1, { ...session.context, signers }));
      const psigs = IDS.map((id, i) => {
        const [under, from] = strangers.includes(id) ? [other, others] : [session, keys];
        return value(frostSecp.sign(secp256k1, under, secnonces[i]!, from[id]!.secshare!, id));
      });
      return frostSecp.aggregateVerified(secp256k1, session, psigs);
    },
    attestation(keys, others, strangers) {
      const { session, secnonces } = openAttestation(all, keys, IDS, msg);
      const signers = signersOf(all, others[0]!, IDS);
      const other = value(frostEd.openSigning(ed25519, { ...session.context, signers }));
      const psigs = IDS.map((id, i) => {
        const [under, from] = strangers.includes(id) ? [other, others] : [session, keys];
        return value(frostEd.sign(ed25519, under, secnonces[i]!, from[id]!.secshare!, id));
      });
      return frostEd.aggregateVerified(ed25519, session, psigs);
    },
  };

  describe.each(runs)('%s', (run) => {
    const keys = own.map((output) => output[run]);
    const group = run === 'custody' ? secp256k1 : ed25519;

    // A whole quorum of another epoch of the same key makes a valid signature, as it must.
    it.each([
      ['of another key', later.map((output) => output[run]), [[ATTACKER], IDS]],
      ['of the same key', refreshed(group, keys), [[ATTACKER]]],
    ])('%s: no signature, and the sender is named', (_, others, attacks) => {
      for (const strangers of attacks)
        expectFault(
          aggregate[run](keys, others, strangers),
          'psig-wrong',
          'operator-or-relay',
          strangers,
          [...keys, ...others].map(({ secshare }) => secshare!),
        );
      // Without a stranger, the same steps lead to a signature.
      expect(aggregate[run](keys, others, [])).toHaveLength(64);
    });
  });
}
