import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  counts,
  DUE_BEFORE,
  piecesOf,
  tiers,
  VERIFIED_FOR,
} from '../../src/lib/ceremony/pieces.ts';
import { equal, toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { makeBackup, verifyBackup } from '../../src/lib/worker/backup.ts';
import {
  makeCards,
  makeKit,
  makePlates,
  makeVaultShares,
  notePiece,
  piecesHere,
  planPiece,
  tellBackups,
  verifyFrom,
  verifyPiece,
  type CardPlan,
} from '../../src/lib/worker/pieces.ts';
import { partsOf } from '../../src/lib/ui/cards/parts.ts';
import { keepPlaces } from '../../src/lib/worker/places.ts';
import {
  apart,
  fromAge,
  fromCards,
  fromKit,
  fromVaultShares,
  made,
  openHost,
  placeOf,
  shareReplies,
} from '../support/restored.ts';
import { clock, type Player } from '../support/seats.ts';
import { did, everybodyHears, withKey } from '../support/signing-seats.ts';

/* What an operator's log knows of the pieces of their backup. */

const original = await withKey(3, 2, 'pieces');
const notNow = { fault: 'not-now' };
const another = { fault: 'another-piece', detail: '' };
const home = placeOf('Contact');

let asha: Player;
let ben: Player;
beforeEach(async () => {
  [asha, ben] = (await apart(original.slice(0, 2))) as [Player, Player];
});

const pieces = (player = ben) => piecesOf(player.seat.state, clock.now);
const statusOf = (id: string, player = ben) => pieces(player).find((one) => one.id === id)!.status;
const lastId = () => pieces().at(-1)!.id;

/** 2 of 3 cards of one group, as they were made. */
async function cards(more: Partial<CardPlan> = {}) {
  await openHost(ben);
  const groups = [{ threshold: 2, contacts: [home, home, home] }];
  const plan = { groupThreshold: 1, groups, passphrase: '', iterationExponent: 0, ...more };
  return made(await makeCards(ben.seat, plan));
}
const wordsOf = ({ words }: { words: readonly string[] }) => words.join(' ');

it('is recorded, and verified by reading it again; that counts half a year', async () => {
  const [card] = await cards();
  const { id } = card!;
  expect(statusOf(id)).toBe('recorded');
  expect(
    pieces()
      .filter(counts)
      .map(({ tier }) => tier),
  ).toEqual(['age-file']); // of the ceremony
  expect(await verifyPiece(ben.seat, id, wordsOf(card!))).toBeUndefined();
  const piece = pieces().find((one) => one.id === id)!;
  expect(piece).toMatchObject({ tier: 'slip39', status: 'ok', verified: { method: 're-entry' } });
  const at = piece.verified!.at;
  expect(piece.due).toBe(at + VERIFIED_FOR);
  const later = (ms: number) => piecesOf(ben.seat.state, at + ms).find((one) => one.id === id)!;
  expect(later(VERIFIED_FOR - DUE_BEFORE - 1).status).toBe('ok');
  expect(later(VERIFIED_FOR - DUE_BEFORE).status).toBe('due');
  expect(later(VERIFIED_FOR - 1).status).toBe('due');
  expect(later(VERIFIED_FOR).status).toBe('overdue');
  expect(counts(later(VERIFIED_FOR))).toBe(true);
});

it('is recorded again where it was made anew after it was verified', async () => {
  const { file } = made(await makeKit(ben.seat, home));
  const id = lastId();
  expect(await verifyPiece(ben.seat, id, file)).toBeUndefined();
  expect(statusOf(id)).toBe('ok');
  expect(made(await makeKit(ben.seat, home)).file).toEqual(file);
  expect(pieces().find((one) => one.id === id)).toMatchObject({
    status: 'recorded',
    verified: undefined,
    due: undefined,
  });
});

describe('what is noted', () => {
  it.each(['lost', 'exposed', 'destroyed'] as const)('%s: it does not count', async (state) => {
    const [card] = await cards();
    expect(await verifyPiece(ben.seat, card!.id, wordsOf(card!))).toBeUndefined();
    await did(notePiece(ben.seat, card!.id, state));
    const piece = pieces().find((one) => one.id === card!.id)!;
    expect(piece.status).toBe(state);
    expect(counts(piece)).toBe(false);
    expect(piece.history.map((one) => one.state)).toEqual(['recorded', 'verified', state]);
  });

  it('what was lost and is found counts once it is read; what was exposed stays so', async () => {
    const [lost, exposed] = await cards();
    await did(notePiece(ben.seat, lost!.id, 'lost'));
    await did(notePiece(ben.seat, exposed!.id, 'exposed'));
    const source = fromCards([lost!, exposed!].map(wordsOf));
    for (const one of [lost!, exposed!])
      expect(await verifyPiece(ben.seat, one.id, wordsOf(one))).toBeUndefined();
    expect(await verifyFrom(ben.seat, source)).toBeUndefined();
    expect([lost!, exposed!].map(({ id }) => statusOf(id))).toEqual(['ok', 'exposed']);
    await did(notePiece(ben.seat, exposed!.id, 'destroyed'));
    expect(statusOf(exposed!.id)).toBe('destroyed');
    expect(await notePiece(ben.seat, exposed!.id, 'lost')).toEqual(notNow);
  });

  it('a plate made again is as exposed as the first was', async () => {
    const plates = async () => made(await makePlates(ben.seat, await shareReplies(ben), home));
    const [custody] = await plates();
    await did(notePiece(ben.seat, custody!.id, 'exposed'));
    const again = await plates();
    expect(again.map(({ words }) => words)).toEqual((await plates()).map(({ words }) => words));
    expect(again.map(({ id }) => statusOf(id))).toEqual(['exposed', 'recorded']);
  });

  it('the quiz verifies cards and plates right after they were made, and nothing else', async () => {
    const [card, other] = await cards();
    await did(notePiece(ben.seat, card!.id, 'verified'));
    expect(pieces().find(({ id }) => id === card!.id)).toMatchObject({
      status: 'ok',
      verified: { method: 'quiz' },
    });
    await did(notePiece(ben.seat, other!.id, 'lost'));
    expect(await notePiece(ben.seat, other!.id, 'verified')).toEqual(notNow);
    await did(planPiece(ben.seat, 'slip39', home));
    expect(await notePiece(ben.seat, lastId(), 'verified')).toEqual(notNow);
    made(await makeKit(ben.seat, home));
    expect(await notePiece(ben.seat, lastId(), 'verified')).toEqual(notNow);
    expect(statusOf(lastId())).toBe('recorded');
    expect(await notePiece(ben.seat, '0011223344556677', 'lost')).toEqual(notNow);
  });
});

describe('another piece verifies nothing', () => {
  it('cards: a neighbour, a damaged one, one of another set', async () => {
    const [first, second] = await cards();
    const [set] = await cards();
    const verify = (words: string) => verifyPiece(ben.seat, first!.id, words);
    expect(await verify(wordsOf(second!))).toEqual(another);
    expect(await verify(wordsOf(set!))).toEqual(another);
    const wrong = [...first!.words];
    wrong[5] = wrong[5] === 'academic' ? 'acid' : 'academic';
    expect(await verify(wrong.join(' '))).toMatchObject({ fault: 'checksum' });
    expect(await verify(first!.words.slice(1).join(' '))).toHaveProperty('fault');
    expect(await verifyPiece(ben.seat, first!.id, new Uint8Array(9))).toEqual(another);
    expect(statusOf(first!.id)).toBe('recorded');
    // However it is typed, and by the first four letters of each word.
    expect(await verify(`  ${wordsOf(first!).toUpperCase().replaceAll(' ', '\n ')}\t`)).toBe(
      undefined,
    );
    expect(statusOf(first!.id)).toBe('ok');
  });

  it('Vault shares: a neighbour, a damaged one; white space and case do not matter', async () => {
    await openHost(ben);
    const shares = made(await makeVaultShares(ben.seat, 2, [home, home, home]));
    const [line, neighbour] = shares.map(({ words }) => words[0]!);
    const { id } = shares[0]!;
    expect(await verifyPiece(ben.seat, id, neighbour!)).toEqual(another);
    expect(await verifyPiece(ben.seat, id, line!.replace(/.$/, '!'))).toMatchObject({
      fault: 'share-damaged',
    });
    expect(statusOf(id)).toBe('recorded');
    const typed = ` ${line!.toUpperCase().replaceAll(' ', '  \n')} `;
    expect(await verifyPiece(ben.seat, id, typed)).toBeUndefined();
    expect(statusOf(id)).toBe('ok');
    const source = fromVaultShares([typed, neighbour!]);
    expect(await verifyFrom(ben.seat, source)).toBeUndefined();
    expect(shares.map((one) => statusOf(one.id))).toEqual(['ok', 'ok', 'recorded']);
    // As paper shows it: the beginning, then groups.
    const { beginning, parts } = partsOf('vault-share', shares[2]!.words);
    const asPrinted = [beginning, ...parts].join('\n');
    expect(await verifyPiece(ben.seat, shares[2]!.id, asPrinted)).toBeUndefined();
    expect(statusOf(shares[2]!.id)).toBe('ok');
  });

  it('plates: the other key’s, a wrong word, another operator’s', async () => {
    const [custody, attestation] = made(await makePlates(ben.seat, await shareReplies(ben), home));
    const theirs = made(await makePlates(asha.seat, await shareReplies(asha), home));
    const verify = (words: string) => verifyPiece(ben.seat, custody!.id, words);
    expect(await verify(wordsOf(attestation!))).toEqual(another);
    expect(await verify(wordsOf(theirs[0]!))).toMatchObject({ fault: 'plate-words' });
    expect(await verify(['zoo', ...custody!.words.slice(1)].join(' '))).toHaveProperty('fault');
    expect(statusOf(custody!.id)).toBe('recorded');
    const short = custody!.words.map((word) => word.slice(0, 4));
    expect(await verify(short.join(' '))).toBeUndefined();
    expect(statusOf(custody!.id)).toBe('ok');
  });

  it('kits: another operator’s, words, other bytes', async () => {
    const { file } = made(await makeKit(ben.seat, home));
    const id = lastId();
    const theirs = made(await makeKit(asha.seat, home)).file;
    expect(await verifyPiece(ben.seat, id, theirs)).toEqual(another);
    expect(await verifyPiece(ben.seat, id, 'a few words')).toEqual(another);
    expect(await verifyPiece(ben.seat, id, new Uint8Array(40))).toMatchObject({
      fault: 'not-a-kit',
    });
    for (let at = 0; at < file.length; at++) {
      const changed = file.slice();
      changed[at]! ^= 1;
      expect(await verifyPiece(ben.seat, id, changed)).toHaveProperty('fault');
    }
    expect(statusOf(id)).toBe('recorded');
    expect(await verifyPiece(ben.seat, id, file)).toBeUndefined();
  });
});

describe('restoring and comparing', () => {
  it('verifies the cards that were used, whatever else is named', async () => {
    const all = await cards();
    const used = fromCards([all[0]!, all[2]!].map(wordsOf));
    expect(await verifyFrom(ben.seat, used, all[1]!.id)).toBeUndefined();
    expect(all.map(({ id }) => statusOf(id))).toEqual(['ok', 'recorded', 'ok']);
    expect(pieces().find(({ id }) => id === all[0]!.id)!.verified!.method).toBe('compare');
    expect(await verifyFrom(ben.seat, fromCards([wordsOf(all[1]!)]))).toMatchObject({
      fault: 'too-few',
    });
    expect(await verifyFrom(ben.seat, fromCards(all.map(wordsOf), 'a passphrase'))).toEqual({
      fault: 'other-host-secret',
      detail: '',
    });
    expect(statusOf(all[1]!.id)).toBe('recorded');
  });

  it('verifies the age file that was opened, and no other', async () => {
    await openHost(ben);
    const identity = await generateX25519Identity();
    const recipients = [await identityToRecipient(identity)];
    const [old, file] = [
      made(await makeBackup(ben.seat, { passphrase: 'an older passphrase' }, 10)).file,
      made(await makeBackup(ben.seat, { recipients })).file,
    ];
    const [oldId, id] = pieces()
      .slice(-2)
      .map((one) => one.id);
    const bytes = new TextEncoder().encode(file);
    const source = { from: 'age-identity', file: bytes, identity } as const;
    expect(await verifyFrom(ben.seat, source, oldId)).toBeUndefined();
    expect([oldId!, id!].map((one) => statusOf(one))).toEqual(['recorded', 'ok']);
    const wrong = fromAge(new TextEncoder().encode(old), 'another passphrase');
    expect(await verifyFrom(ben.seat, wrong)).toMatchObject({ fault: 'wrong-passphrase' });
    const key = { passphrase: 'an older passphrase' };
    expect(await verifyBackup(ben.seat, old, key)).toBeUndefined();
    expect(await verifyBackup(asha.seat, old, key)).toEqual({
      fault: 'other-operator',
      detail: 'Ben',
    });
    expect(statusOf(oldId!)).toBe('ok');
  });

  it('verifies a restored device and the kit that it was restored with', async () => {
    await did(planPiece(ben.seat, 'device', placeOf('a second device')));
    const device = lastId();
    await did(planPiece(ben.seat, 'device', placeOf('a third device')));
    const untouched = lastId();
    const { file } = made(await makeKit(ben.seat, home));
    const kit = lastId();
    const theirs = await fromKit(file, asha.device);
    expect(await verifyFrom(ben.seat, theirs, device)).toMatchObject({
      fault: 'other-host-secret',
    });
    expect(await verifyFrom(ben.seat, await fromKit(file, ben.device), device)).toBeUndefined();
    expect([device, untouched, kit].map((id) => statusOf(id))).toEqual(['ok', 'planned', 'ok']);
    const methods = [device, kit].map((id) => pieces().find((one) => one.id === id)!.verified);
    expect(methods.map((one) => one!.method)).toEqual(['device', 'compare']);
  });
});

describe('where pieces are kept', () => {
  it('stays in the vault and out of the record', async () => {
    const place = { name: 'Card 1', place: 'Vaduz', holder: 'Aunt Berta', seal: '00417' };
    await cards({ groups: [{ threshold: 1, contacts: [place] }] });
    const { pieces: listed } = await piecesHere(ben.seat);
    expect(listed.at(-1)).toMatchObject({ place, share: { member: 0, members: 1, threshold: 1 } });
    const holds = (bytes: Uint8Array, text: string) =>
      new TextDecoder('latin1').decode(bytes).includes(text);
    expect(holds(ben.seat.log.record(), 'Aunt Berta')).toBe(false);
    await did(keepPlaces(ben.seat, { piece: lastId(), place: { ...place, place: 'Chur' } }));
    expect((await piecesHere(ben.seat)).pieces.at(-1)!.place!.place).toBe('Chur');
  });

  it('what would not be read again is not kept, and nothing that is there is lost', async () => {
    await cards();
    const before = await piecesHere(ben.seat);
    const long = { ...home, place: 'x'.repeat(61) };
    expect(await planPiece(ben.seat, 'kit', long)).toEqual(notNow);
    expect(await makeKit(ben.seat, long)).toEqual(notNow);
    expect(await keepPlaces(ben.seat, { piece: before.pieces[0]!.id, place: long })).toEqual(
      notNow,
    );
    await openHost(ben);
    expect(await makeVaultShares(ben.seat, 2, [home, long])).toEqual(notNow);
    expect(await makeVaultShares(ben.seat, 2, Array<typeof home>(201).fill(home))).toEqual(notNow);
    expect(await piecesHere(ben.seat)).toMatchObject({
      pieces: before.pieces.map(({ id }) => ({ id })),
    });
    expect((await piecesHere(ben.seat)).pieces.at(-1)!.place).toEqual(home);
  });
});

it('the others hear how many pieces there are, how many are good, and where none is', async () => {
  const all = await cards();
  await did(notePiece(ben.seat, all[0]!.id, 'verified'));
  await did(notePiece(ben.seat, all[1]!.id, 'verified'));
  await did(notePiece(ben.seat, all[1]!.id, 'exposed'));
  await did(planPiece(ben.seat, 'device', home));
  await did(tellBackups(ben.seat));
  await everybodyHears([asha, ben]);
  const told = asha.seat.state.told(ben.seat.state.me, 'backups').at(-1)!.part.tiers;
  const at = pieces().find(({ id }) => id === all[0]!.id)!.verified!.at;
  expect(told).toEqual([
    { tier: 'device', pieces: 1, good: 0, verified: 0 },
    { tier: 'age-file', pieces: 1, good: 1, verified: expect.any(Number) as number },
    { tier: 'slip39', pieces: 3, good: 1, verified: at },
  ]);
  expect(told.map(({ tier }) => tier)).toEqual(
    tiers.filter((one) => told.some(({ tier }) => tier === one)),
  );
});

it('no secret stands in the log: neither words nor shares', async () => {
  await openHost(ben);
  const secret = ben.seat.hostSecret!.slice();
  const all = await cards();
  const record = ben.seat.log.record();
  const within = (part: Bytes) =>
    record.some((_, i) => record[i] === part[0] && equal(record.slice(i, i + part.length), part));
  expect(within(secret)).toBe(false);
  for (const { words } of all) expect(within(new TextEncoder().encode(words[10]))).toBe(false);
  expect(toHex(secret)).toHaveLength(64);
});
