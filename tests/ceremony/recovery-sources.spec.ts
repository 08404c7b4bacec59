import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { deviceLabel } from '../../src/lib/ceremony/card.ts';
import { makeBackup } from '../../src/lib/worker/backup.ts';
import { recordKeys } from '../../src/lib/worker/ports.ts';
import { foundIn } from '../../src/lib/worker/recovery.ts';
import type { Source } from '../../src/lib/worker/sources.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import {
  ageBackup,
  apart,
  cardsOf,
  caughtUp,
  certifiedPubshares,
  equipped,
  fromAge,
  fromCards,
  fromKit,
  fromVaultShares,
  kitOf,
  made,
  openHost,
  recover,
  recovered,
  sealedPubshares,
  vaultSharesOf,
} from '../support/restored.ts';
import { groups, rehearsalId, reload, type Player } from '../support/seats.ts';
import {
  everybodyHears,
  sessionAt,
  signBatch,
  testRequest,
  withKey,
} from '../support/signing-seats.ts';

/* An empty machine, the same device: from each kind of backup the operator signs again with others. */

const original = await withKey(3, 2, 'sources');
const ben = original[1]!;
const file = await ageBackup(ben);
const hostSecret = ben.seat.hostSecret!.slice();
const identity = await generateX25519Identity();
const recipients = [await identityToRecipient(identity)];
const sealed = new TextEncoder().encode(made(await makeBackup(ben.seat, { recipients })).file);
const cards = await cardsOf(ben, 2, 3);
const shares = await vaultSharesOf(ben, 2, 3);
const kit = await kitOf(ben);
await everybodyHears(original);

/** Ben comes back from this, and signs with Chen; Asha and Chen were heard before. */
async function signsAgain(source: Source): Promise<Player> {
  const [asha, , chen] = (await apart(original)) as [Player, Player, Player];
  const back = await recovered(ben, chen, source);
  expect(back.seat.next()).toEqual({ act: 'catch-up', more: 2 });
  await equipped(back);
  expect(await sealedPubshares(back)).toEqual(certifiedPubshares(asha, 1));
  await caughtUp(back, [asha]);
  expect(back.seat.next()).toEqual({ act: 'catch-up', more: 1 });
  expect(await back.seat.receipt()).toEqual({ fault: 'not-now' });
  await caughtUp(back, [chen]);
  expect(back.seat.next()).toEqual({ act: 'done' });

  const everybody = [asha, back, chen];
  const signed = await signBatch(everybody, [testRequest()], [1, 2]);
  expect(signed.items[0]!.signatures).toHaveLength(2);
  for (const player of everybody) {
    expect(sessionAt(player, signed.root).items[0]!.signatures).toHaveLength(2);
    expect(player.seat.progress().faults).toEqual([]);
    expect(player.seat.requests()!.faults).toEqual([]);
  }
  // The device is the one that everybody knows.
  expect(back.seat.state.told(back.seat.state.me, 'new-device')).toEqual([]);
  return back;
}

describe('from', () => {
  it('the device and its kit; the device goes on deriving the host secret', async () => {
    const back = await signsAgain(await fromKit(kit, ben.device));
    const { salt, host } = recordKeys(toHex(rehearsalId.group));
    expect(await back.store.read(salt)).toBeDefined();
    expect(await back.store.read(host)).toBeUndefined();
    expect(await kitOf(back)).toEqual(kit);
  });

  it('an age file and its passphrase; the device guards a host secret it does not derive', async () => {
    const back = await signsAgain(fromAge(file));
    const { salt, host } = recordKeys(toHex(rehearsalId.group));
    expect(await back.store.read(salt)).toBeUndefined();
    expect(await back.store.read(host)).toBeDefined();
    await reload(back);
    await openHost(back);
    expect(back.seat.hostSecret).toEqual(hostSecret);
    // A second backup can be made, and restores.
    const again = await ageBackup(back);
    expect(await recover(back, back, fromAge(again))).toMatchObject({ name: ben.name });
  });

  it('an age file and an identity', async () => {
    await signsAgain({ from: 'age-identity', file: sealed, identity });
  });

  it('SLIP-39 cards of contacts', async () => {
    await signsAgain(fromCards([cards[2]!, cards[0]!]));
  });

  it('Vault shares of contacts', async () => {
    await signsAgain(fromVaultShares([shares[1]!, shares[2]!]));
  });
});

it.each([
  ['cards', cards, fromCards],
  ['Vault shares', shares, fromVaultShares],
] as const)(
  'every subset of %s that reaches the threshold, and none below',
  async (_, all, from) => {
    const [chen] = await apart([original[2]!]);
    for (let subset = 0; subset < 1 << all.length; subset++) {
      const some = all.filter((__, i) => (subset >> i) & 1);
      const back = await recover(ben, chen!, from(some));
      if (some.length >= 2) {
        if ('fault' in back) throw new Error(`${subset}: ${back.fault}`);
        expect(back.seat.restored).toEqual(hostSecret);
      } else expect(back).toMatchObject({ fault: 'too-few' });
    }
  },
);

it('the group’s packets say what the device is asked for, and whose group it is', () => {
  const found = foundIn({ groups }, original[0]!.seat.log.everything());
  expect(found).toEqual({
    id: rehearsalId,
    name: 'Test vault',
    operators: ['Asha', 'Ben', 'Chen'].map((name) => ({ name, organisation: `${name} Ltd` })),
    hostLabel: deviceLabel('host secret', rehearsalId),
  });
});
