import { describe, expect, it } from 'vitest';
import { rulesHash, rulesStatement, type Rules } from '../../src/lib/ceremony/rules.ts';
import type { RequestOf } from '../../src/lib/ceremony/request.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { isDeviceFault } from '../../src/lib/devices/device.ts';
import { adoptRules, governanceOf, proposeRules } from '../../src/lib/worker/governance.ts';
import {
  deposited,
  depositsOf,
  forced,
  lacking,
  mintRequest,
  recipient,
} from '../support/bridge-seats.ts';
import { rehearsalId } from '../support/seats.ts';
import { accept, five, halted, itemAt, lie } from '../support/signing-cheats.ts';
import {
  did,
  everybodyHears,
  proposed,
  pursue,
  reply,
  sessionAt,
} from '../support/signing-seats.ts';

/*
 * The rules on how long attestations are valid change while mints are reserved. Five operators, three
 * sign, four reserve and adopt.
 */

const DAY = 86_400;
const players = await five('validity');
const [asha, ben, , , emre] = players;
const recipients = [1, 2, 3, 4].map(recipient);
await deposited(
  players,
  recipients.map((to) => ({ recipient: to, index: 0, amount: 5_000_000 })),
);
const candidates = await depositsOf(asha);
const mint = (i: number, more: Partial<RequestOf<'mint'>> = {}): RequestOf<'mint'> => ({
  ...mintRequest(candidates[i]!),
  ...more,
});

const next = (validity: number): Rules => {
  const { rules, hash } = governanceOf(asha.seat)!.rules;
  return { ...rules, version: rules.version + 1, previous: hash, validity };
};

/** A version with another validity that these approve. */
async function agree(validity: number, by = players.slice(0, 4)): Promise<void> {
  const rules = next(validity);
  await did(proposeRules(asha.seat, rules));
  await everybodyHears(players);
  for (const { seat, device } of by) {
    const approval = await device.approve(rulesStatement(rehearsalId, rules));
    if (isDeviceFault(approval)) throw new Error(approval.fault);
    await did(adoptRules(seat, rulesHash(rules), approval.signature));
  }
  await everybodyHears(players);
}

/** An operator says that they reserved the first request of a batch, whatever their program says. */
async function claims(player: (typeof players)[0], root: Bytes): Promise<void> {
  await lie(player, { kind: 'reserve', session: root, items: [0], time: 0 });
  await everybodyHears(players);
}

describe('attestations become valid for less long', async () => {
  // What four reserved, the fifth not; and what nobody did.
  const root = await proposed(players, [mint(0)]);
  for (const player of players.slice(0, 4)) expect(await accept(player, root)).toBeUndefined();
  await everybodyHears(players);
  const idle = await proposed(players, [mint(1)]);
  // One more is proposed and never approved by enough.
  await agree(5 * DAY, players.slice(0, 3));
  await agree(2 * DAY);
  const { rules } = governanceOf(asha.seat)!.rules;

  it('what was reserved before is signed as it was, by those who reserved it', async () => {
    expect(rules.validity).toBe(2 * DAY);
    for (const player of players.slice(0, 4)) {
      expect(lacking(player, itemAt(player, root).request)).toEqual([]);
      expect(halted(player, root).halt).toBeUndefined();
    }
    expect(lacking(emre, itemAt(emre, root).request)).toEqual(['schedule fails']);
    for (const player of players.slice(0, 3)) await reply(player, root);
    await everybodyHears(players);
    await pursue(players.slice(0, 3), root);
    expect(itemAt(asha, root).signatures).toHaveLength(1);
    await everybodyHears(players);
    expect(sessionAt(emre, root).faults).toEqual([]);
  });

  it('what was not reserved is not, whoever says that they did', async () => {
    expect(halted(ben, idle).halt).toBe('unproved');
    expect(lacking(ben, itemAt(ben, idle).request)).toEqual(['schedule fails']);
    expect(await accept(ben, idle)).toEqual({ fault: 'not-now' });
    await claims(emre, idle);
    expect(lacking(ben, itemAt(ben, idle).request)).toEqual(['schedule fails']);
  });

  it.each([
    ['nobody ever proposed', 90 * DAY, 2],
    ['was proposed and never held', 5 * DAY, 3],
  ])('a validity that %s never holds, not even where it was reserved', async (_, validity, i) => {
    const made = await forced(players, [mint(i, { validity })]);
    for (const player of players) {
      expect(await accept(player, made)).toEqual({ fault: 'not-now' });
      expect(lacking(player, itemAt(player, made).request)).toEqual(['schedule fails']);
    }
    await claims(emre, made);
    expect([...itemAt(emre, made).reserved]).toEqual([4]);
    for (const player of [ben, emre])
      expect(lacking(player, itemAt(player, made).request)).toEqual(['schedule fails']);
  });
});
