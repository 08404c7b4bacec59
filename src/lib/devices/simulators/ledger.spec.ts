import { sha256 } from '@noble/hashes/sha2.js';
import { HDKey } from '@scure/bip32';
import { describe, expect, it } from 'vitest';
import { bareSignature, bitcoinMessageHolds } from '../../crypto/bitcoin-message.ts';
import { be32, concat, fromHex, toHex, type Bytes } from '../../crypto/bytes.ts';
import { deviceFault, isDeviceFault } from '../device.ts';
import type { ApduChannel } from '../hardware.ts';
import { bareLedger, LedgerSimulator } from './ledger.ts';
import type { LedgerApp } from './ledger-keys.ts';
import type { LedgerModel } from './ledger-screen.ts';
import { attended, type Means } from './simulator.ts';

const seed = Uint8Array.from({ length: 32 }, (_, i) => i);
const utf8 = new TextEncoder();
const H = 2 ** 31;
const approvals = [H + 84, H, H + 100, 0, 0];

const apdu = (hex: string, data: Uint8Array = new Uint8Array()): Bytes =>
  concat(fromHex(hex)!, Uint8Array.of(data.length), data);
const pathData = (path: readonly number[]) =>
  concat(Uint8Array.of(path.length), ...path.map((step) => be32(step)));

const openApp = (name: string) => apdu('e0d80000', utf8.encode(name));
const getVersion = apdu('b0010000');
const getFingerprint = apdu('e1050001');
const getKey = (path: readonly number[]) =>
  apdu('e1000001', concat(Uint8Array.of(0), pathData(path)));

/** A message of at most 64 bytes as one leaf of a Merkle tree, and what the client is asked for it. */
function message(text: string, path: readonly number[] = approvals) {
  const leaf = concat(Uint8Array.of(0), utf8.encode(text));
  const root = sha256(leaf);
  return {
    command: apdu('e1100001', concat(pathData(path), Uint8Array.of(leaf.length - 1), root)),
    answers: [
      concat(root, Uint8Array.of(0, 0)),
      concat(Uint8Array.of(leaf.length, leaf.length), leaf),
    ],
  };
}

const proceed = (answer: Uint8Array) => apdu('f8010000', answer);

/** Sends a command and the client's answers to what it asks, in order; gives the last reply. */
async function run(
  simulator: LedgerSimulator,
  { command, answers }: { command: Bytes; answers: readonly Uint8Array[] },
): Promise<string> {
  let reply = await simulator.exchange(command);
  for (const answer of answers) reply = await simulator.exchange(proceed(answer));
  return toHex(reply);
}

const make = (model: LedgerModel = 'Nano X') =>
  new LedgerSimulator({ seed, serial: 'SIM-LEDGER', model });

/** The next time that it is on the USB again. */
async function back(simulator: LedgerSimulator): Promise<void> {
  const before = simulator.connection;
  await expect.poll(() => simulator.connection, { interval: 5 }).not.toBe(before);
  await expect.poll(() => simulator.connection, { interval: 5 }).toBeDefined();
}

/** One with the Bitcoin app open and nobody at it. */
async function opened(model?: LedgerModel, app?: LedgerApp): Promise<LedgerSimulator> {
  const simulator = make(model);
  if (app) {
    simulator.install(app);
    await back(simulator);
  }
  const leave = attended(simulator);
  expect(toHex(await simulator.exchange(openApp('Bitcoin')))).toBe('9000');
  await back(simulator);
  leave();
  return simulator;
}

/** Presses what means this, once for each. */
function press(simulator: LedgerSimulator, ...means: Means[]): void {
  for (const one of means) {
    const button = simulator.face().buttons.find((found) => found.means === one);
    expect(button, one).toBeDefined();
    simulator.press(button!.id);
  }
}

describe('PIN', () => {
  it('is asked for after the cable was pulled, and before anything else is answered', async () => {
    const simulator = make();
    expect(simulator.face()).toMatchObject({ plugged: true, locked: false, asks: false });
    simulator.unplug();
    expect(simulator.face()).toMatchObject({ plugged: false, lines: [], buttons: [] });
    simulator.plug();
    expect(simulator.face()).toMatchObject({ locked: true, asks: true });
    expect(toHex(await simulator.exchange(getVersion))).toBe('5515');
    attended(simulator);
    expect(simulator.face().locked).toBe(false);
    expect(toHex(await simulator.exchange(getVersion))).toMatch(/^0105424f4c4f53.*9000$/);
  });

  it('is turned up digit by digit with two buttons', () => {
    const simulator = make();
    simulator.lock();
    expect(simulator.face().lines).toEqual(['Enter PIN', '0 - - -']);
    press(simulator, 'up', 'digit-1', 'down', 'down', 'digit-9', 'digit-9', 'digit-9', 'back');
    expect(simulator.face().lines).toEqual(['Enter PIN', '* * * 9']);
    press(simulator, 'digit-9', 'enter');
    expect(simulator.face()).toMatchObject({ locked: true, lines: ['Invalid PIN', '9 - - -'] });
    attended(simulator);
    expect(simulator.face().locked).toBe(false);
  });

  it('is typed on a touch screen, again after a wrong one', () => {
    const simulator = make('Flex');
    simulator.lock();
    press(simulator, 'digit-1', 'digit-2', 'digit-4', 'digit-3', 'enter');
    expect(simulator.face()).toMatchObject({ locked: true, lines: ['Invalid PIN', '- - - -'] });
    press(simulator, 'digit-1', 'digit-2', 'digit-4', 'back', 'digit-3', 'digit-4');
    expect(simulator.face().buttons.map(({ means }) => means)).toEqual(['back', 'enter']);
    press(simulator, 'enter');
    expect(simulator.face().locked).toBe(false);
  });

  it('waits for the person in the middle of a question, which then goes on where it was', async () => {
    const simulator = await opened();
    const { command, answers } = message('hello');
    const signed = run(simulator, { command, answers });
    await expect.poll(() => simulator.face().asks).toBe(true);
    press(simulator, 'next', 'next');
    simulator.lock();
    expect(simulator.face()).toMatchObject({ page: undefined, lines: ['Enter PIN', '0 - - -'] });
    expect(toHex(await simulator.exchange(getVersion))).toBe('5515');
    press(simulator, 'up', 'digit-1', 'up', 'digit-2', 'up', 'digit-3', 'up', 'digit-4', 'enter');
    expect(simulator.face()).toMatchObject({ page: [3, 5], lines: ['Message', 'hello'] });
    press(simulator, 'next', 'yes');
    expect(await signed).toMatch(/9000$/);
  });
});

describe('apps', () => {
  it('are opened and closed with the person, away from the USB for a moment', async () => {
    const simulator = make();
    expect(toHex(await simulator.exchange(openApp('Nothing')))).toBe('6807');
    const refused = simulator.exchange(openApp('Bitcoin'));
    expect(simulator.face().lines).toEqual(['Open app', 'Bitcoin']);
    press(simulator, 'next', 'next', 'no');
    expect(toHex(await refused)).toBe('5501');
    attended(simulator);
    expect(toHex(await simulator.exchange(openApp('Bitcoin')))).toBe('9000');
    await expect.poll(() => simulator.connection, { interval: 1 }).toBeUndefined();
    await expect(simulator.exchange(getVersion)).rejects.toThrow('unplugged');
    await back(simulator);
    expect(toHex(await simulator.exchange(getVersion))).toBe(
      '0107426974636f696e05322e342e3601009000',
    );
    expect(toHex(await simulator.exchange(apdu('b0a70000')))).toBe('9000');
    await back(simulator);
    expect(simulator.face().lines).toEqual(['Bitcoin', 'Bitcoin Test']);
  });

  it('another app answers nothing of Bitcoin, none nothing at all', async () => {
    const simulator = make();
    expect(toHex(await simulator.exchange(getFingerprint))).toBe('6e00');
    simulator.install({ name: 'Ethereum', version: '1.10.4' });
    await back(simulator);
    attended(simulator);
    await simulator.exchange(openApp('Ethereum'));
    await back(simulator);
    expect(toHex(await simulator.exchange(getFingerprint))).toBe('6e00');
    simulator.install();
    await back(simulator);
    expect(simulator.face().lines).toEqual(['No apps']);
    expect(toHex(await simulator.exchange(openApp('Bitcoin')))).toBe('6807');
  });

  it.each([
    ['e1040001', '6d00', 'signing a transaction'],
    ['e1990001', '6d00', 'an unknown command'],
    ['e0050001', '6e00', 'an unknown class'],
    ['e1050002', '6a86', 'a newer protocol'],
    ['e1000001', '6a87', 'a command without its data'],
    ['f8010000', 'b007', 'an answer to nothing'],
  ])('%s is answered %s: %s', async (command, status) => {
    const simulator = await opened();
    expect(toHex(await simulator.exchange(apdu(command)))).toBe(status);
    expect(toHex(await simulator.exchange(getFingerprint.subarray(0, 4)))).toBe('6a87');
    expect(toHex(await simulator.exchange(getFingerprint))).toBe('5a3469b69000');
  });

  it('keep to their coin since 2.4.3, and may refuse more after an update', async () => {
    const [ours, other] = [message('hello'), message('hello', [H + 84, H + 1, H])];
    const account = approvals.slice(0, 3);
    const old = await opened('Nano X', { name: 'Bitcoin', version: '2.4.2' });
    attended(old);
    expect(await run(old, other)).toMatch(/9000$/);
    const current = await opened();
    attended(current);
    expect(await run(current, ours)).toMatch(/9000$/);
    expect(await run(current, other)).toBe('b007');
    expect(toHex(await current.exchange(getKey([H + 84, H, H + 101])))).toBe('6a82');
    expect(toHex(await current.exchange(getKey(account)))).toMatch(/9000$/);
    const updated = { name: 'Bitcoin', version: '2.5.0', refuses: "84'/0'/100'" };
    const refusing = await opened('Nano X', updated);
    attended(refusing);
    expect(toHex(await refusing.exchange(getKey(account)))).toBe('6a82');
    expect(toHex(await refusing.exchange(getKey([H + 84, H, H + 10])))).toMatch(/9000$/);
    expect(await run(refusing, ours)).toBe('b007');
  });
});

describe('questions', () => {
  it('are paged with two buttons, yes and no on pages of their own', async () => {
    const simulator = await opened();
    const { command, answers } = message('hello');
    const signed = run(simulator, { command, answers });
    await expect.poll(() => simulator.face().asks).toBe(true);
    const seen: string[] = [];
    for (let page = 1; page <= 5; page++) {
      const { lines, buttons, page: at } = simulator.face();
      expect(at).toEqual([page, 5]);
      seen.push(`${lines.join(' | ')}: ${buttons.map(({ id, means }) => `${id} ${means}`).join()}`);
      if (page < 5) press(simulator, 'next');
    }
    expect(seen).toEqual([
      'Review message: right next',
      "Path | 84'/0'/100'/0/0: left back,right next",
      'Message | hello: left back,right next',
      'Sign message: left back,both yes,right next',
      'Reject message: left back,both no',
    ]);
    expect(toHex(await simulator.exchange(getFingerprint))).toBe('6901');
    simulator.press('right');
    press(simulator, 'back', 'yes');
    const signature = bareSignature(fromHex((await signed).slice(0, -4))!)!;
    const key = HDKey.fromMasterSeed(seed).derive("m/84'/0'/100'/0/0").publicKey!;
    expect(bitcoinMessageHolds(key, 'hello', signature)).toBe(true);
  });

  it('can be refused on every page of a touch screen, and approved on the last', async () => {
    const simulator = await opened('Stax');
    const first = run(simulator, message('hello'));
    await expect.poll(() => simulator.face().asks).toBe(true);
    expect(simulator.face().buttons.map(({ means }) => means)).toEqual(['no', 'next']);
    press(simulator, 'next', 'next', 'no');
    expect(await first).toBe('6985');
    const second = run(simulator, message('hello'));
    await expect.poll(() => simulator.face().asks).toBe(true);
    press(simulator, 'next', 'next', 'next');
    expect(simulator.face()).toMatchObject({ page: [4, 4], lines: ['Sign message'] });
    expect(simulator.face().buttons.map(({ means }) => means)).toEqual(['no', 'back', 'yes']);
    press(simulator, 'yes');
    expect(await second).toMatch(/9000$/);
  });

  it('show the hash of what is not plain ASCII', async () => {
    const simulator = await opened('Flex');
    void run(simulator, message('café'));
    await expect.poll(() => simulator.face().asks).toBe(true);
    press(simulator, 'next', 'next');
    const [title, ...lines] = simulator.face().lines;
    expect(title).toBe('Message hash');
    expect(lines.join('')).toBe(toHex(sha256(utf8.encode('café'))).toUpperCase());
  });
});

describe('the client', () => {
  it('may answer in pieces', async () => {
    const simulator = await opened();
    attended(simulator);
    const { command, answers } = message('hello');
    const [proof, preimage] = answers as [Bytes, Bytes];
    const whole = await run(simulator, { command, answers });
    const first = concat(Uint8Array.of(preimage[0]!, 1), preimage.subarray(2, 3));
    const rest = concat(Uint8Array.of(preimage.length - 3, 1), preimage.subarray(3));
    expect(await run(simulator, { command, answers: [proof, first] })).toBe('a0e000');
    expect(await run(simulator, { command: proceed(rest), answers: [] })).toBe(whole);
  });

  it('has no byte of its answers changed or cut off unnoticed', async () => {
    const simulator = await opened();
    attended(simulator);
    const { command, answers } = message('hello');
    const [proof, preimage] = answers as [Bytes, Bytes];
    const wrongs = (right: Bytes): Bytes[] => [
      ...Array.from(right, (byte, i) => right.map((same, at) => (at === i ? byte ^ 1 : same))),
      ...Array.from(right, (_, i) => right.slice(0, i)),
    ];
    // It ends the command, or asks for the rest of what seems to be longer.
    const noticed = /^(?:b007|a0e000)$/;
    for (const wrong of wrongs(proof))
      expect(await run(simulator, { command, answers: [wrong] }), toHex(wrong)).toMatch(noticed);
    for (const wrong of wrongs(preimage))
      expect(await run(simulator, { command, answers: [proof, wrong] }), toHex(wrong)).toMatch(
        noticed,
      );
    expect(await run(simulator, { command, answers })).toMatch(/9000$/);
  });

  it('ends a command by sending another, but not by looking at the version', async () => {
    const simulator = await opened();
    attended(simulator);
    const { command, answers } = message('hello');
    expect(await run(simulator, { command, answers: [] })).toMatch(/^41.*e000$/);
    expect(toHex(await simulator.exchange(getVersion))).toMatch(/9000$/);
    expect(toHex(await simulator.exchange(proceed(answers[0]!)))).toMatch(/^40.*e000$/);
    expect(toHex(await simulator.exchange(getFingerprint))).toBe('6a80');
    expect(toHex(await simulator.exchange(getFingerprint))).toBe('5a3469b69000');
  });
});

describe('without a USB', () => {
  const channel = async (simulator: LedgerSimulator): Promise<ApduChannel> => {
    const found = await bareLedger(simulator)();
    if (isDeviceFault(found)) throw new Error(found.fault);
    return found;
  };
  const LIMIT = 10_000;

  it('is found while it is plugged in', async () => {
    const simulator = make('Flex');
    expect((await channel(simulator)).model).toBe('Flex');
    simulator.unplug();
    expect(await bareLedger(simulator)()).toEqual(deviceFault('not-found'));
  });

  it('ends an exchange when the cable is pulled, while it asks the person or the client', async () => {
    const simulator = await opened();
    const asked = message('hello');
    const first = await channel(simulator);
    await first.exchange(asked.command, LIMIT);
    simulator.unplug();
    expect(await first.exchange(proceed(asked.answers[0]!), LIMIT)).toEqual(
      deviceFault('unplugged'),
    );
    simulator.plug();
    expect(await first.exchange(getVersion, LIMIT)).toEqual(deviceFault('unplugged'));
    const leave = attended(simulator);
    const second = await channel(simulator);
    await second.exchange(openApp('Bitcoin'), LIMIT);
    await back(simulator);
    leave();
    const third = await channel(simulator);
    await third.exchange(asked.command, LIMIT);
    await third.exchange(proceed(asked.answers[0]!), LIMIT);
    const pending = third.exchange(proceed(asked.answers[1]!), LIMIT);
    await expect.poll(() => simulator.face().asks).toBe(true);
    simulator.unplug();
    expect(await pending).toEqual(deviceFault('unplugged'));
  });

  it('ends an exchange at its limit and when the channel is closed', async () => {
    const simulator = make();
    const first = await channel(simulator);
    expect(await first.exchange(openApp('Bitcoin'), 10)).toEqual(deviceFault('timed-out'));
    expect(toHex((await first.exchange(getFingerprint, LIMIT)) as Bytes)).toBe('6901');
    press(simulator, 'next', 'next', 'no');
    const pending = first.exchange(openApp('Bitcoin'), LIMIT);
    await first.close();
    expect(await pending).toEqual(deviceFault('unplugged'));
    expect(await first.exchange(getVersion, LIMIT)).toEqual(deviceFault('unplugged'));
  });
});
