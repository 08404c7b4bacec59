import { toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { isFault } from '../../src/lib/crypto/faults.ts';
import { scriptOfAddress } from '../../src/lib/bitcoin/address.ts';
import { branches, outputAt } from '../../src/lib/bitcoin/branches.ts';
import type { Spend } from '../../src/lib/bitcoin/spend.ts';
import { deviceLabel } from '../../src/lib/ceremony/card.ts';
import { suitesOf, type Batch, type RequestOf } from '../../src/lib/ceremony/request.ts';
import type { Session } from '../../src/lib/ceremony/session.ts';
import { isDeviceFault } from '../../src/lib/devices/device.ts';
import type { SeatFault } from '../../src/lib/worker/seat-base.ts';
import {
  carry,
  clock,
  enrolled,
  finish,
  groups,
  rehearsalId,
  type Player,
  type Special,
} from './seats.ts';
import { randomFrom } from './players.ts';

/* Operators of a group whose key is complete: what they do with requests. */

/** n operators with a complete key. */
export async function withKey(
  n: number,
  t: number,
  seed = 'signing',
  special: Special = {},
): Promise<Player[]> {
  const players = await enrolled(n, t, seed, special);
  await finish(players);
  const next = players.map(({ seat }) => seat.next().act);
  if (next.some((act) => act !== 'done')) throw new Error(`No key: ${next.join(' ')}`);
  return players;
}

const bytes = randomFrom('coins and payments');

/** An address that nobody of the group has. */
export const RECIPIENT = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
export const OTHER = 'bcrt1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqc8gma6';

/** Coins on made-up outpoints: `inputs` of 1 BTC each, 0.4 paid for each, the rest is change. */
export function spendOf(
  { seat }: Player,
  {
    inputs = 1,
    to = RECIPIENT,
    outpoints,
    fee = 500 * inputs,
  }: {
    inputs?: number;
    to?: string;
    outpoints?: readonly { txid: Bytes; vout: number }[];
    fee?: number;
  } = {},
): Spend {
  const { threshPk } = seat.progress().keys!.custody;
  const change = outputAt(groups.secp256k1, threshPk, [branches.change, 7]);
  if (isFault(change)) throw new Error(change.fault);
  const spent = outpoints ?? Array.from({ length: inputs }, (_, vout) => ({ txid: bytes(), vout }));
  const amount = 100_000_000;
  const pays = 40_000_000 * spent.length;
  return {
    version: 2,
    locktime: 0,
    inputs: spent.map(({ txid, vout }, i) => ({
      txid,
      vout,
      sequence: 0xffff_fffd,
      amount,
      path: [i % 2 === 0 ? branches.receive : branches.fees, i],
    })),
    outputs: [
      { amount: pays, script: scriptOfAddress('regtest', to)!, path: null },
      {
        amount: amount * spent.length - pays - fee,
        script: change.script,
        path: [branches.change, 7],
      },
    ],
  };
}

/** A request to spend. */
export const spendRequest = (
  transaction: Spend,
  more: Partial<RequestOf<'spend'>> = {},
): RequestOf<'spend'> => ({
  kind: 'spend',
  purpose: 'Withdrawal 17',
  expires: clock.now + 86_400_000,
  payment: bytes().slice(0, 16),
  replaces: null,
  transaction,
  ...more,
});

/** A request that both keys sign, without anything to be done. */
export const testRequest = (): RequestOf<'test'> => ({
  kind: 'test',
  purpose: 'Are all shares there?',
  expires: clock.now + 86_400_000,
  salt: bytes().slice(0, 16),
});

/** Does an act and expects that it was done. */
export async function did(act: Promise<SeatFault | undefined>): Promise<void> {
  const fault = await act;
  if (fault) throw new Error(`Not done: ${fault.fault}`);
}

export const sessions = ({ seat }: Player): readonly Session[] => seat.requests()!.sessions;
export const lastSession = (player: Player): Session => sessions(player).at(-1)!;
export const sessionAt = (player: Player, root: Bytes): Session =>
  sessions(player).find((one) => toHex(one.root) === toHex(root))!;

/** Everybody's packets go to the first. `carried`: is told who brought some. */
export async function gather(
  [first, ...rest]: readonly Player[],
  carried: (number: number) => void = () => undefined,
): Promise<void> {
  for (const [i, player] of rest.entries())
    if ((await carry(player, first!)).taken > 0) carried(i + 1);
}

/** The first operator's packets go to all. `carried`: is told who took some in. */
export async function spread(
  [first, ...rest]: readonly Player[],
  carried: (number: number) => void = () => undefined,
): Promise<void> {
  for (const [i, player] of rest.entries())
    if ((await carry(first!, player)).taken > 0) carried(i + 1);
}

export async function everybodyHears(players: readonly Player[]): Promise<void> {
  await gather(players);
  await spread(players);
}

/** Opens the shares that a session needs, by the device. */
export async function openFor(player: Player, session: Session): Promise<void> {
  const id = rehearsalId;
  const labels = [deviceLabel('custody share', id), deviceLabel('attestation share', id)];
  const replies = await player.device.derive(labels);
  if (isDeviceFault(replies)) throw new Error(replies.fault);
  const needed = suitesOf[session.kind];
  const given = (suite: 'custody' | 'attestation', i: number) =>
    needed.includes(suite) ? replies[i] : undefined;
  await did(
    player.seat.openForSigning({
      custody: given('custody', 0),
      attestation: given('attestation', 1),
    }),
  );
}

/** Says what was found; all is accepted but the named items. `sign`: approves and gives nonces. */
export async function reply(
  player: Player,
  root: Bytes,
  { sign = true, refuse = [] }: { sign?: boolean; refuse?: readonly number[] } = {},
): Promise<void> {
  const session = sessionAt(player, root);
  const said = session.replies[player.seat.state.own!]!.slip !== undefined;
  const verdicts = session.items.map((_, i) => ({
    accept: !refuse.includes(i),
    because: refuse.includes(i) ? 'not on my list' : '',
  }));
  const accepted = verdicts.flatMap(({ accept }, i) => (accept ? [i] : []));
  let approval: Bytes | undefined;
  if (sign && accepted.length > 0) {
    await openFor(player, session);
    const approved = await player.device.approve(player.seat.statement(root, accepted)!);
    if (isDeviceFault(approved)) throw new Error(approved.fault);
    approval = approved.signature;
  }
  await did(
    player.seat.reply(root, said ? undefined : { source: 'own records', verdicts }, approval),
  );
}

/**
 * Does what is next for a batch, as a careful operator does; all is accepted. Undefined where there is
 * nothing to do but wait.
 */
export async function step(player: Player, root: Bytes): Promise<string | undefined> {
  const { seat } = player;
  const session = sessionAt(player, root);
  const { act } = seat.nextFor(session);
  if (act === 'answer' || act === 'sign') await reply(player, root);
  else if (act === 'renew') {
    await openFor(player, session);
    await did(seat.renew(root));
  } else if (act === 'freeze') await did(seat.freeze(root));
  else if (act === 'release') await did(seat.sign(root));
  else return undefined;
  return act;
}

/**
 * Everybody does what is next for a batch and everybody hears it, until there is nothing left to do.
 * `after` is called after every act and may reload the operator who did it.
 */
export async function pursue(
  players: readonly Player[],
  root: Bytes,
  after: (player: Player, act: string) => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const acts: string[] = [];
  for (let before = -1; before !== acts.length;) {
    before = acts.length;
    if (acts.length > 200) throw new Error(`This does not end: ${acts.slice(-20).join(', ')}`);
    for (const player of players)
      for (;;) {
        const act = await step(player, root);
        if (!act) break;
        acts.push(`${player.name} ${act}`);
        await after(player, act);
      }
    await everybodyHears(players);
  }
  return acts;
}

/** Proposes a batch as the first operator and lets everybody hear it. */
export async function proposed(players: readonly Player[], batch: Batch): Promise<Bytes> {
  await did(players[0]!.seat.request(batch));
  const { root } = lastSession(players[0]!);
  await everybodyHears(players);
  return root;
}

/** A batch from proposal to signatures, by these signers; everybody else reserves only. */
export async function signBatch(
  players: readonly Player[],
  batch: Batch,
  signers: readonly number[],
): Promise<Session> {
  const root = await proposed(players, batch);
  for (const [i, player] of players.entries())
    await reply(player, root, { sign: signers.includes(i) });
  await everybodyHears(players);
  await did(players[0]!.seat.freeze(root, signers));
  await everybodyHears(players);
  for (const i of signers) await did(players[i]!.seat.sign(root));
  await everybodyHears(players);
  return sessionAt(players[0]!, root);
}
