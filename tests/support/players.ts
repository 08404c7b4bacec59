import { sha256 } from '@noble/hashes/sha2.js';
import { be32, concat, type Bytes } from '../../src/lib/crypto/bytes.ts';
import * as dual from '../../src/lib/crypto/dual-dkg.ts';
import { hostPubkeyOf } from '../../src/lib/crypto/host-key.ts';
import type { DkgOutput } from '../../src/lib/crypto/simplpedpop.ts';
import type { Groups } from './groups.ts';
import { value } from './hex.ts';

/** 32 bytes that look random and are the same in every run. */
export type Random = () => Bytes;

export function randomFrom(seed: string): Random {
  let counter = 0;
  return () => sha256(concat(new TextEncoder().encode(seed), be32(counter++)));
}

/** A ceremony about to begin: who takes part, with their host secrets. */
export interface Players {
  readonly groups: Groups;
  readonly random: Random;
  readonly ceremony: dual.Ceremony;
  readonly hostSeckeys: readonly Bytes[];
}

export function players(groups: Groups, t: number, n: number, seed = 'players'): Players {
  const random = randomFrom(`${seed} ${t} of ${n}`);
  const hostSeckeys = Array.from({ length: n }, random);
  const hostpubkeys = hostSeckeys.map((key) => value(hostPubkeyOf(groups.secp256k1, key)));
  return { groups, random, hostSeckeys, ceremony: { t, hostpubkeys, manifestHash: random() } };
}

/** Everybody's first step. */
export function firstRound({ groups, ceremony, hostSeckeys, random }: Players) {
  const begun = hostSeckeys.map((key) =>
    value(dual.participantStep1(groups, key, ceremony, random())),
  );
  return { states: begun.map(({ state }) => state), pmsgs1: begun.map(({ pmsg1 }) => pmsg1) };
}

/** A ceremony in which everybody is honest, with everything that was sent. */
export function honestCeremony(all: Players) {
  const { groups, ceremony, hostSeckeys, random } = all;
  const { states, pmsgs1 } = firstRound(all);
  const { state, cmsg1 } = value(dual.coordinatorStep1(groups, pmsgs1, ceremony));
  const second = states.map((state1, id) =>
    value(dual.participantStep2(hostSeckeys[id]!, state1, cmsg1, random())),
  );
  const pmsgs2 = second.map(({ pmsg2 }) => pmsg2);
  const coordinator = value(dual.coordinatorFinalize(state, pmsgs2));
  const { cmsg2 } = coordinator;
  const outputs = second.map((one) => value(dual.participantFinalize(one.state, cmsg2)));
  return { pmsgs1, cmsg1, pmsgs2, cmsg2, coordinator, outputs };
}

/** Those `ids` as the signers for a key, in this order. */
export const signersOf = (
  { ceremony }: Pick<Players, 'ceremony'>,
  { threshPk, pubshares }: DkgOutput,
  ids: readonly number[],
) => ({
  n: ceremony.hostpubkeys.length,
  t: ceremony.t,
  ids,
  pubshares: ids.map((id) => pubshares[id]!),
  threshPk,
});
