import { describe, expect, it } from 'vitest';
import {
  backupFromBytes,
  backupToBytes,
  recoveryFromBytes,
  recoveryToBytes,
} from '../../src/lib/ceremony/backup.ts';
import { kitFromBytes, kitToBytes, type Kit } from '../../src/lib/ceremony/kit.ts';
import { bundleOf, packetsOf, readPacket } from '../../src/lib/ceremony/packet.ts';
import { toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { makeBackup, recoveryOf, verifyBackup } from '../../src/lib/worker/backup.ts';
import { sealAge } from '../../src/lib/worker/age-file.ts';
import { keepKeys, keptKeys } from '../../src/lib/worker/kept-keys.ts';
import { recordKeys } from '../../src/lib/worker/ports.ts';
import { foundIn } from '../../src/lib/worker/recovery.ts';
import { compareRestored } from '../../src/lib/worker/restored.ts';
import { hostSecretOf, type Source } from '../../src/lib/worker/sources.ts';
import { splitForVault } from '../../src/lib/worker/vault-share.ts';
import {
  ageBackup,
  cardsOf,
  certifiedPubshares,
  fromAge,
  fromCards,
  fromKit,
  fromVaultShares,
  kitOf,
  made,
  openHost,
  PASSPHRASE,
  recover,
  vaultSharesOf,
} from '../support/restored.ts';
import { groups, rehearsalId, type Player } from '../support/seats.ts';
import { everybodyHears, withKey } from '../support/signing-seats.ts';

/* Pieces that are not what they are taken for, and whatever byte of them is changed. */

const players = (await withKey(3, 2, 'wrong pieces')) as [Player, Player, Player];
const [asha, ben, chen] = players;
const files = await Promise.all(players.map(ageBackup));
const hosts = players.map(({ seat }) => seat.hostSecret!.slice());
const [cards, others] = [await cardsOf(ben, 2, 3), await cardsOf(ben, 2, 3)];
const theirs = await cardsOf(chen, 2, 2);
const shares = await vaultSharesOf(ben, 2, 3);
const anotherSet = await vaultSharesOf(ben, 2, 3);
const kit = await kitOf(ben);
const recovery = recoveryToBytes(recoveryOf(asha.seat)!);
await everybodyHears(players);
const bundles = asha.seat.log.everything();

const content = { ...recoveryOf(ben.seat)!, operatorName: 'Ben', index: 1 };
/** A backup of Ben’s that says other things. */
async function fileSaying(changes: Partial<typeof content>): Promise<Bytes> {
  const plain = backupToBytes({ ...content, ...changes, hostSecret: hosts[1]! });
  return new TextEncoder().encode(await sealAge(plain, PASSPHRASE, 10));
}
const kitSaying = (changes: Partial<Kit>) =>
  kitToBytes({ ...(kitFromBytes(kit) as Kit), ...changes });
const linesOf = (id: { groupId: Uint8Array; epoch: number }) => splitForVault(hosts[1]!, id, 2, 2);

const other = new Uint8Array(32).fill(4);
const wrong: [string, () => Source | Promise<Source>, object][] = [
  [
    'age file: group',
    async () => fromAge(await fileSaying({ groupId: other })),
    { fault: 'other-group', detail: 'Test vault' },
  ],
  [
    'age file: epoch',
    async () => fromAge(await fileSaying({ epoch: 4 })),
    { fault: 'other-epoch', detail: '4' },
  ],
  [
    'age file: rehearsal',
    async () => fromAge(await fileSaying({ rehearsal: false })),
    { fault: 'rehearsal-differs' },
  ],
  [
    'age file: network',
    async () => fromAge(await fileSaying({ network: 'mainnet' })),
    { fault: 'other-network', detail: 'mainnet' },
  ],
  ['age file: passphrase', () => fromAge(files[1]!, 'not this'), { fault: 'wrong-passphrase' }],
  [
    'age file: an encrypted recovery file',
    async () => fromAge(new TextEncoder().encode(await sealAge(recovery, PASSPHRASE, 10))),
    { fault: 'no-secret' },
  ],
  ['age file: the plain recovery file', () => fromAge(recovery), { fault: 'no-secret' }],
  [
    'kit: group',
    () => fromKit(kitSaying({ groupId: other }), ben.device),
    { fault: 'other-group', detail: 'Test vault' },
  ],
  [
    'kit: epoch',
    () => fromKit(kitSaying({ epoch: 1 }), ben.device),
    { fault: 'other-epoch', detail: '1' },
  ],
  [
    'kit: rehearsal',
    () => fromKit(kitSaying({ rehearsal: false }), ben.device),
    { fault: 'rehearsal-differs' },
  ],
  [
    'kit: network',
    () => fromKit(kitSaying({ network: 'signet' }), ben.device),
    { fault: 'other-network', detail: 'signet' },
  ],
  [
    'kit: salt',
    () => fromKit(kitSaying({ salt: other }), ben.device),
    { fault: 'other-host-secret' },
  ],
  ['kit: device', () => fromKit(kit, chen.device), { fault: 'other-host-secret' }],
  [
    'kit: label',
    () => fromKit(kit, ben.device, { ...rehearsalId, epoch: 1 }),
    { fault: 'other-host-secret' },
  ],
  ['kit: a recovery file', () => fromKit(recovery, ben.device), { fault: 'not-a-kit' }],
  ['cards: twice the same', () => fromCards([cards[0]!, cards[0]!]), { fault: 'duplicate' }],
  ['cards: two sets', () => fromCards([cards[0]!, others[1]!]), { fault: 'other-set' }],
  ['cards: passphrase', () => fromCards(cards, 'another'), { fault: 'other-host-secret' }],
  [
    'cards: a word',
    () => fromCards([cards[0]!, cards[1]!.replace(/\S+$/, 'zzz')]),
    { fault: 'unknown-word' },
  ],
  [
    'shares: twice the same',
    () => fromVaultShares([shares[0]!, shares[0]!]),
    { fault: 'duplicate', at: 1 },
  ],
  [
    'shares: two sets',
    () => fromVaultShares([shares[0]!, anotherSet[1]!]),
    { fault: 'payload-damaged' },
  ],
  [
    'shares: group',
    async () => fromVaultShares(await linesOf({ groupId: other, epoch: 0 })),
    { fault: 'other-group', at: 0 },
  ],
  [
    'shares: epoch',
    async () => fromVaultShares(await linesOf({ groupId: rehearsalId.group, epoch: 2 })),
    { fault: 'other-epoch', at: 0 },
  ],
];

it.each(wrong)('on an empty machine a wrong %s is named', async (_, source, fault) => {
  expect(await recover(ben, asha, await source(), { bundles })).toMatchObject(fault);
});

it.each(wrong)(
  'beside a lost device a wrong %s is named, and nothing is restored',
  async (_, source, fault) => {
    expect(await ben.seat.restoreHost(await source())).toMatchObject(fault);
    expect(ben.seat.restored).toBeUndefined();
  },
);

it('another operator’s piece is named with whose it is, or restores that operator', async () => {
  for (const source of [fromAge(files[2]!), fromCards(theirs)]) {
    expect(await ben.seat.restoreHost(source)).toEqual({ fault: 'other-operator', detail: 'Chen' });
    const back = await recover(ben, asha, source, { bundles });
    if ('fault' in back) throw new Error(back.fault);
    expect(back.seat.state.own).toBe(2);
  }
  const key = { passphrase: PASSPHRASE };
  const text = new TextDecoder().decode(files[2]);
  expect(await verifyBackup(ben.seat, text, key)).toEqual({
    fault: 'other-operator',
    detail: 'Chen',
  });
  expect(ben.seat.restored).toBeUndefined();
});

describe('apart from any workspace', () => {
  it('every kind of piece gives the certified public shares', async () => {
    const sources = [
      fromAge(files[1]!),
      fromCards(cards.slice(1)),
      fromVaultShares(shares.slice(0, 2)),
      await fromKit(kit, ben.device),
    ];
    for (const source of sources)
      expect(await compareRestored(groups, recovery, source)).toEqual({
        recovery: recoveryFromBytes(recovery),
        operator: 1,
        ...certifiedPubshares(asha, 1),
      });
  });

  it('what is wrong is named: the piece, or the recovery file', async () => {
    const compare = (file: Uint8Array, source: Source) => compareRestored(groups, file, source);
    expect(await compare(kit, fromAge(files[1]!))).toBeTypeOf('string');
    expect(await compare(recovery, fromCards(cards, 'another'))).toEqual({
      fault: 'other-host-secret',
      detail: 'host-key-not-in-group',
    });
    const read = recoveryOf(asha.seat)!;
    for (let at = 0; at < read.recoveryData.length; at += 61) {
      const recoveryData = read.recoveryData.slice();
      recoveryData[at]! ^= 1 << (at % 8);
      const file = recoveryToBytes({ ...read, recoveryData });
      const found = await compare(file, fromVaultShares(shares));
      expect(found).toMatchObject({ fault: 'other-recovery-data' });
    }
    for (const changes of [{ t: 3 }, { manifestHash: other }, { operators: ['Asha', 'Ben'] }]) {
      const file = recoveryToBytes({ ...read, ...changes });
      const found = await compare(file, fromVaultShares(shares));
      expect(found).toMatchObject({ fault: 'other-recovery-data' });
    }
  });
});

/** Each byte of it changed in one bit, and each beginning of it. */
function* damaged(bytes: Bytes): Generator<Bytes> {
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at]! ^= 1 << (at % 8);
    yield changed;
    yield bytes.slice(0, at);
  }
}

describe('any byte that is changed', () => {
  it('of a kit or of a recovery file: it is refused', () => {
    const small = recoveryToBytes({ ...recoveryOf(asha.seat)!, recoveryData: other });
    for (const changed of damaged(kit)) expect(kitFromBytes(changed)).toBeTypeOf('string');
    for (const changed of damaged(small)) expect(recoveryFromBytes(changed)).toBeTypeOf('string');
  });

  it('of what an age file holds: it is refused, or what it says differs', () => {
    const plain = backupToBytes({ ...content, recoveryData: other, hostSecret: hosts[1]! });
    for (const changed of damaged(plain)) {
      const read = backupFromBytes(changed);
      if (!('fault' in read)) expect(toHex(backupToBytes(read))).toBe(toHex(changed));
    }
  });

  it('of an age file: it does not open', async () => {
    const file = new TextDecoder().decode(files[1]);
    const lines = file.split('\n');
    for (let line = 1; line < lines.length - 2; line += 5) {
      const at = lines.slice(0, line).join('\n').length + 1 + (line % 60);
      const changed = file.slice(0, at) + (file[at] === 'A' ? 'B' : 'A') + file.slice(at + 1);
      if (changed.length !== file.length || file[at] === '\n') continue;
      const found = await hostSecretOf(fromAge(new TextEncoder().encode(changed)), rehearsalId);
      expect(found).toHaveProperty('fault');
    }
  });

  it('of the kept keys, or another operator’s box: nobody speaks with them', async () => {
    const keys = recordKeys(toHex(rehearsalId.group));
    const packet = (await ben.store.read(keys.packetSecret))!.slice();
    const observer = (await ben.store.read(keys.observerSecret))!.slice();
    const iv = new Uint8Array(12).fill(1);
    const box = await keepKeys({ packet, observer }, hosts[1]!, rehearsalId, iv);
    expect(box).toHaveLength(92);
    expect(await keptKeys(box, hosts[1]!, rehearsalId)).toEqual({ packet, observer });
    for (const changed of damaged(box))
      expect(await keptKeys(changed, hosts[1]!, rehearsalId)).toBeUndefined();
    expect(await keptKeys(box, hosts[2]!, rehearsalId)).toBeUndefined();
    for (const id of [
      { ...rehearsalId, epoch: 1 },
      { ...rehearsalId, rehearsal: false },
      { ...rehearsalId, network: 'signet' as const },
      { ...rehearsalId, group: other },
    ])
      expect(await keptKeys(box, hosts[1]!, id)).toBeUndefined();
  });
});

describe('kept keys in the packets', () => {
  const packets = bundles.flatMap((bundle) => packetsOf(bundle) as Bytes[]);
  const keeps = (bytes: Bytes, player: Player) => {
    const packet = readPacket(groups.secp256k1, bytes);
    if (typeof packet === 'string') throw new Error(packet);
    const mine = toHex(packet.from) === toHex(player.seat.state.me);
    return mine && packet.parts.some(({ kind }) => kind === 'keep');
  };

  it('that are missing are named; those of others are not needed', async () => {
    const without = [bundleOf(packets.filter((bytes) => !keeps(bytes, ben)))];
    expect(await recover(ben, asha, fromAge(files[1]!), { bundles: without })).toEqual({
      fault: 'kept-keys',
      detail: 'Ben',
    });
    const back = await recover(ben, asha, fromCards(cards), {
      bundles: [bundleOf(packets.filter((bytes) => !keeps(bytes, chen)))],
    });
    expect(back).toMatchObject({ name: 'Ben' });
  });

  it('nothing but what another operator has restores nobody: it says what is missing', async () => {
    const found = foundIn({ groups }, bundles);
    expect(found).toMatchObject({ name: 'Test vault' });
    for (const none of [fromCards([]), fromVaultShares([])])
      expect(await recover(ben, asha, none, { bundles })).toHaveProperty('fault');
    expect(await recover(ben, asha, fromAge(recovery), { bundles })).toEqual({
      fault: 'no-secret',
      detail: '',
    });
    expect(await hostSecretOf(fromAge(kit), rehearsalId)).toMatchObject({
      fault: 'not-an-age-file',
    });
  });

  it('bundles that are none, or not of a sealed group, are named', async () => {
    const source = () => fromCards(cards);
    const given = (some: readonly Bytes[]) => recover(ben, asha, source(), { bundles: some });
    expect(await given([])).toMatchObject({ fault: 'no-packets' });
    expect(await given([kit])).toMatchObject({ fault: 'no-packets' });
    expect(await given([bundleOf(packets.slice(0, 1))])).toMatchObject({ fault: 'not-sealed' });
  });
});

it('a backup for this group alone says what the owner expects of it', async () => {
  await openHost(ben);
  const { file } = made(await makeBackup(ben.seat, { passphrase: PASSPHRASE }, 10));
  expect(await verifyBackup(ben.seat, file, { passphrase: PASSPHRASE })).toBeUndefined();
  const changes: [Partial<typeof content>, string][] = [
    [{ manifestHash: other }, 'other-manifest'],
    [{ index: 2 }, 'other-operator'],
    [{ recoveryData: other }, 'other-recovery-data'],
  ];
  for (const [change, fault] of changes) {
    const text = new TextDecoder().decode(await fileSaying(change));
    expect(await verifyBackup(ben.seat, text, { passphrase: PASSPHRASE })).toMatchObject({ fault });
  }
});
