/** An operator who lost the machine while the keys were being made comes back in an empty browser. */
import { fromHex } from '../../src/lib/crypto/bytes.ts';
import { ceremonyText } from '../../src/lib/ui/text/ceremony.ts';
import { recoverText } from '../../src/lib/ui/text/recover.ts';
import { wordsOf } from '../../src/lib/ui/words.ts';
import { fileOf } from '../support/bridge-operator.ts';
import { expect, test } from '../support/fixtures.ts';
import type { Operator } from '../support/operator.ts';
import { built, rootOf } from '../support/origin.ts';
import { Peer } from '../support/peer.ts';
import { kitOf } from '../support/restored.ts';
import {
  askDevice,
  begin,
  bringAll,
  deviceFrom,
  everythingOf,
  find,
  hearFrom,
  isMe,
  newMachine,
  question,
  restoreSeed,
  sealShares,
  setClock,
} from '../support/returning.ts';
import { enrolled, play, ROOT, round, type Player } from '../support/seats.ts';
import { everybodyHears } from '../support/signing-seats.ts';

const { device, done } = recoverText;

const seed = new Uint8Array(32).fill(74);

/** A group of three that has come so far; the kit of the second, made before anything was played. */
async function midCeremony(here: (player: Player) => boolean) {
  setClock(3);
  const roots = [ROOT, fromHex(await rootOf(built))!];
  const devices = [undefined, await deviceFrom(seed, 'trezor')];
  const players = await enrolled(3, 2, 'mid-ceremony', { devices, terms: { roots } });
  const kit = fileOf(await kitOf(players[1]!), 'kit.cbor');
  for (let i = 0; i < 12 && !players.every(here); i++) await round(players);
  expect(players.every(here)).toBe(true);
  return { players, kit };
}

/** Ben comes back to it with kit and device, and has heard from the others. */
async function backToCeremony(
  ben: Operator,
  { players: [asha, lost, chen], kit }: { players: readonly Player[]; kit: string },
): Promise<void> {
  await restoreSeed(ben, wordsOf(seed));
  await begin(ben, 'mid-ceremony');
  await bringAll(ben, await everythingOf(asha!));
  await askDevice(ben, kit);
  await isMe(ben, lost!, 1, 3);
  await find(ben, device.sameKey);
  await sealShares(ben, 'hear');
  await hearFrom(ben, [asha!, chen!]);
  await expect(question(ben.page)).toHaveAttribute('data-stage', 'done');
}

test('a laptop lost before the certificate: the run cannot end, and is stopped for everybody', async ({
  browser,
  watch,
}) => {
  const ceremony = await midCeremony(({ seat }) => seat.state.manifest !== undefined);
  const [asha, lost] = ceremony.players as [Player, Player];
  await play(lost);
  await Peer.of(asha).take(await Peer.of(lost).give());
  const ben = await newMachine(browser, watch, 'Ben');
  const { page } = ben;
  await backToCeremony(ben, ceremony);
  await expect(question(page)).toContainText(ceremonyText.acts['run-lost'].does);
  await ben.press(page.getByRole('link', { name: done.group }));
  const now = page.getByTestId('now');
  await expect(now).toHaveAttribute('data-act', 'run-lost');
  await ben.button(ceremonyText.abort.act).first().hover();
  await page.mouse.down();
  await expect(now).toHaveAttribute('data-act', 'stopped');
  await page.mouse.up();
  for (const given of await ben.give(false)) await Peer.of(asha).take(given);
  expect(asha.seat.next()).toEqual({ act: 'stopped' });
});

test('a laptop lost after the certificate: the ceremony goes on to its end', async ({
  browser,
  watch,
}) => {
  const ceremony = await midCeremony(({ seat }) => seat.progress().keys !== undefined);
  const peers = ceremony.players.filter((_, i) => i !== 1);
  const ben = await newMachine(browser, watch, 'Ben');
  const { page } = ben;
  await backToCeremony(ben, ceremony);
  await ben.press(page.getByRole('link', { name: done.group }));
  const state = page.getByTestId('key-state');
  for (let i = 0; i < 8 && (await state.getAttribute('data-state')) !== 'rehearsed'; i++) {
    await ben.work();
    for (const given of await ben.give(false)) await Peer.of(peers[0]!).take(given);
    for (const peer of peers) await play(peer);
    await everybodyHears(peers);
    await ben.take([await Peer.of(peers[0]!).give()], false);
  }
  await expect(state).toHaveAttribute('data-state', 'rehearsed');
  for (const { seat } of peers)
    expect(seat.progress()).toMatchObject({ complete: true, faults: [] });
});
