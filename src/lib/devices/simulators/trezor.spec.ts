import { HDKey } from '@scure/bip32';
import { mnemonicToSeedSync } from '@scure/bip39';
import { describe, expect, it } from 'vitest';
import { bareSignature, bitcoinMessageHolds } from '../../crypto/bitcoin-message.ts';
import { fromHex, toHex, type Bytes } from '../../crypto/bytes.ts';
import { isDeviceFault } from '../device.ts';
import type { PacketLink } from '../hardware.ts';
import { failure, fromWire, HARDENED, toWire, type Message } from '../trezor/messages.ts';
import { toPackets, Unpacker } from '../trezor/packets.ts';
import { attended, SIMULATED_PIN, type Means } from './simulator.ts';
import { bareTrezor, TrezorSimulator } from './trezor.ts';

const utf8 = new TextEncoder();
const words = (mnemonic: string) => mnemonicToSeedSync(mnemonic) as Bytes;
const alcohol = words(
  'alcohol woman abuse must during monitor noble actual mixed trade anger aisle',
);
const all = words(Array(12).fill('all').join(' '));

const simulated = (seed = all, model?: TrezorSimulator['internalModel']) =>
  new TrezorSimulator({ seed, serial: 'SIM-1', ...(model && { model }) });

/** A host that sends messages and acknowledges requests for buttons. */
class Host {
  readonly link: PacketLink;
  /** The requests for buttons so far: code, name, pages. */
  readonly asked: string[] = [];

  constructor(link: PacketLink) {
    this.link = link;
  }

  static async of(simulator: TrezorSimulator): Promise<Host> {
    const link = await bareTrezor(simulator)();
    if (isDeviceFault(link)) throw new Error(link.fault);
    return new Host(link);
  }

  async send(message: Message): Promise<void> {
    const { type, payload } = toWire(message);
    for (const packet of toPackets(type, payload)) await this.link.send(packet);
  }

  async receive(limit = 1000): Promise<Message> {
    const unpacker = new Unpacker();
    for (;;) {
      const packet = await this.link.receive(limit);
      if (isDeviceFault(packet)) throw new Error(packet.fault);
      const taken = unpacker.take(packet);
      if (taken === 'more') continue;
      if (taken === 'malformed') throw new Error(taken);
      return fromWire(taken.type, taken.payload)!;
    }
  }

  async call(message: Message): Promise<Message> {
    await this.send(message);
    for (;;) {
      const reply = await this.receive();
      if (reply.is !== 'ButtonRequest') return reply;
      this.asked.push(`${reply.code} ${reply.name} ${reply.pages}`);
      await this.send({ is: 'ButtonAck' });
    }
  }

  /** Begins a session, or resumes the one that is named; gives its id. */
  async begin(sessionId?: Uint8Array): Promise<Uint8Array> {
    const reply = await this.call({ is: 'Initialize', ...(sessionId && { sessionId }) });
    if (reply.is !== 'Features') throw new Error(reply.is);
    return reply.sessionId!;
  }
}

const bip84 = [84, 0, 100].map((step) => HARDENED + step);
const signing = (text: string, more: object = {}): Message => ({
  is: 'SignMessage',
  path: [...bip84, 0, 0],
  message: utf8.encode(text),
  coin: 'Bitcoin',
  scriptType: 3,
  noScriptType: true,
  ...more,
});
const ciphering = (more: object = {}): Message => ({
  is: 'CipherKeyValue',
  path: [HARDENED + 10016, HARDENED],
  key: 'Conclave host 00',
  value: new Uint8Array(32),
  encrypt: true,
  askOnEncrypt: true,
  askOnDecrypt: true,
  ...more,
});
const press = (simulator: TrezorSimulator, means: Means) => {
  const button = simulator.face().buttons.find((one) => one.means === means);
  if (!button) throw new Error(`no button for ${means}`);
  simulator.press(button.id);
};
const type = (simulator: TrezorSimulator, pin: string) => {
  for (const digit of pin) press(simulator, `digit-${Number(digit)}`);
  press(simulator, 'enter');
};
/** Sends, acknowledges one request for a button, and leaves the screen to the person. */
const untilScreen = async (host: Host, message: Message) => {
  await host.send(message);
  expect((await host.receive()).is).toBe('ButtonRequest');
  await host.send({ is: 'ButtonAck' });
};
const refusal = (code: number, message: string) => ({ is: 'Failure', code, message });
const gaveUp = refusal(failure.actionCancelled, 'Cancelled');

describe('known answers', () => {
  it.each([
    [true, true, '676faf8f13272af601776bc31bc14e8f'],
    [true, false, '5aa0fbcb9d7fa669880745479d80c622'],
    [false, true, '958d4f63269b61044aaedc900c8d6208'],
    [false, false, 'e0cf0eb0425947000eb546cc3994bc6c'],
  ])('SLIP 11, asked on encryption %s and on decryption %s', async (on, off, answer) => {
    const simulator = simulated(alcohol);
    attended(simulator);
    const host = await Host.of(simulator);
    await host.begin();
    const flags = { path: [0, 1, 2], key: 'test', askOnEncrypt: on, askOnDecrypt: off };
    const there = ciphering({ ...flags, value: utf8.encode('testing message!') });
    expect(await host.call(there)).toEqual({ is: 'CipheredKeyValue', value: fromHex(answer) });
    expect(host.asked).toEqual(on ? ['1 cipher_key_value 1'] : []);
    const back = await host.call(ciphering({ ...flags, value: fromHex(answer), encrypt: false }));
    expect(back).toEqual({ is: 'CipheredKeyValue', value: utf8.encode('testing message!') });
  });

  it('a vector of the host’s own replaces that of the key, in one length only', async () => {
    const host = await Host.of(simulated(alcohol));
    await host.begin();
    const encrypted = async (more: object) => {
      const reply = await host.call(ciphering({ askOnEncrypt: false, ...more }));
      return reply.is === 'CipheredKeyValue' ? toHex(reply.value!) : reply.is;
    };
    const own = await encrypted({});
    const given = new Uint8Array(16).fill(1);
    // CBC: a vector works as if it were added to the first block.
    const value = Uint8Array.from({ length: 32 }, (_, at) => (at < 16 ? 1 : 0));
    expect(await encrypted({ iv: given })).not.toBe(own);
    expect(await encrypted({ iv: given })).toBe(await encrypted({ iv: new Uint8Array(16), value }));
    expect(await encrypted({ iv: new Uint8Array() })).toBe(own);
    expect(await encrypted({ iv: new Uint8Array(15) })).toBe('Failure');
  });

  it.each([
    [44, 0, '1JAd7XCBzGudGpJQSDSfpmJhiygtLQWaGL', 0],
    [49, 4, '3L6TyTisPBmrDAj6RoKmDzNnj4eQi54gD2', 4],
    [84, 3, 'bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk', 8],
  ])('a message signed at m/%i′/0′/0′/0/0', async (purpose, scriptType, address, raised) => {
    const simulator = simulated();
    attended(simulator);
    const host = await Host.of(simulator);
    await host.begin();
    const path = [HARDENED + purpose, HARDENED, HARDENED, 0, 0];
    const text = 'This is an example of a signed message.';
    const reply = await host.call(signing(text, { path, scriptType, noScriptType: false }));
    const bare = await host.call(signing(text, { path, scriptType }));
    if (reply.is !== 'MessageSignature' || bare.is !== 'MessageSignature')
      throw new Error(reply.is);
    expect(reply.address).toBe(address);
    const key = HDKey.fromMasterSeed(all).derive(`m/${purpose}'/0'/0'/0/0`).publicKey!;
    expect(bitcoinMessageHolds(key, text, bareSignature(reply.signature!)!)).toBe(true);
    expect(reply.signature![0]! - bare.signature![0]!).toBe(raised);
    expect(reply.signature!.subarray(1)).toEqual(bare.signature!.subarray(1));
    if (purpose !== 44) return;
    expect(toHex(reply.signature!)).toBe(
      '20fd8f2f7db5238fcdd077d5204c3e6949c261d700269cefc1d9d2dcef6b95023630ee617f6c8acf9eb40c8edd704c9ca74ea4afc393f43f35b4e8958324cbdd1c',
    );
  });

  it.each([
    ['Bitcoin', 0, 'xpub'],
    ['Bitcoin', 4, 'ypub'],
    ['Bitcoin', 3, 'zpub'],
    ['Testnet', 0, 'tpub'],
    ['Testnet', 4, 'upub'],
    ['Testnet', 3, 'vpub'],
  ])(
    'the public key of an account in %s, kind %i, begins with %s',
    async (coin, scriptType, begins) => {
      const host = await Host.of(simulated());
      await host.begin();
      const reply = await host.call({ is: 'GetPublicKey', path: bip84, coin, scriptType });
      const own = HDKey.fromMasterSeed(all).derive("m/84'/0'/100'");
      if (reply.is !== 'PublicKey') throw new Error(reply.is);
      expect(reply.xpub!.slice(0, 4)).toBe(begins);
      if (begins === 'xpub') expect(reply.xpub).toBe(own.publicExtendedKey);
      expect(reply.node).toEqual({
        depth: 3,
        fingerprint: own.parentFingerprint,
        childNumber: HARDENED + 100,
        chainCode: own.chainCode,
        publicKey: own.publicKey,
      });
      expect(reply.rootFingerprint).toBe(HDKey.fromMasterSeed(all).fingerprint);
      expect(host.asked).toEqual([]);
    },
  );
});

describe('screens', () => {
  it('a statement is shown in full before the last page has a button that agrees', async () => {
    const simulator = simulated();
    const host = await Host.of(simulator);
    await host.begin();
    const text = Array.from({ length: 640 }, (_, at) => String.fromCharCode(33 + (at % 90))).join(
      '',
    );
    await untilScreen(host, signing(text));
    expect(simulator.face().lines[0]).toBe('Signing address');
    press(simulator, 'yes');
    expect(await host.receive()).toEqual({
      ...{ is: 'ButtonRequest', code: 1, name: 'sign_message', pages: 8 },
    });
    await host.send({ is: 'ButtonAck' });
    const seen: string[] = [];
    for (let page = 1; page <= 8; page++) {
      const { lines, page: at, buttons } = simulator.face();
      expect(at).toEqual([page, 8]);
      expect(lines[0]).toBe('Confirm message');
      seen.push(...lines.slice(1));
      expect(buttons.some(({ means }) => means === 'yes')).toBe(page === 8);
      if (page < 8) press(simulator, 'next');
    }
    expect(seen.join('')).toBe(text);
    press(simulator, 'back');
    expect(simulator.face().page).toEqual([7, 8]);
    press(simulator, 'next');
    press(simulator, 'yes');
    expect((await host.receive()).is).toBe('MessageSignature');
    expect(simulator.face().asks).toBe(false);
  });

  it('line feeds break lines, and bytes that are no text show as hexadecimal', async () => {
    const simulator = simulated();
    const host = await Host.of(simulator);
    await host.begin();
    const shown = async (message: Uint8Array) => {
      await untilScreen(host, signing('', { message }));
      press(simulator, 'yes');
      await host.receive();
      await host.send({ is: 'ButtonAck' });
      return simulator.face().lines.slice(1);
    };
    expect(await shown(utf8.encode('one\n\ntwo'))).toEqual(['one', '', 'two']);
    expect(await shown(Uint8Array.of(0xff, 0x00))).toEqual(['hex(ff00)']);
  });

  it('nothing is shown before the host gave leave, and another button does nothing', async () => {
    const simulator = simulated();
    const host = await Host.of(simulator);
    await host.begin();
    await host.send(ciphering());
    expect((await host.receive()).is).toBe('ButtonRequest');
    expect(simulator.face()).toMatchObject({ asks: false, buttons: [] });
    simulator.press('tick');
    await host.send({ is: 'ButtonAck' });
    expect(simulator.face()).toMatchObject({
      asks: true,
      lines: ['Encrypt value', 'Conclave host 00'],
    });
    simulator.press('swipe-up');
    expect(simulator.face().asks).toBe(true);
  });
});

describe('refusal', () => {
  it.each([ciphering(), signing('no'), { is: 'GetEntropy', size: 32 } as const])(
    '$is ends with a Failure, and the next request works',
    async (message) => {
      const simulator = simulated();
      let answer: 'approves' | 'refuses' = 'refuses';
      attended(simulator, () => answer);
      const host = await Host.of(simulator);
      await host.begin();
      expect(await host.call(message)).toEqual(gaveUp);
      answer = 'approves';
      expect((await host.call(message)).is).not.toBe('Failure');
    },
  );

  it('Cancel ends what is going on, before and after the screen', async () => {
    const simulator = simulated();
    const host = await Host.of(simulator);
    await host.begin();
    await host.send(ciphering());
    await host.receive();
    expect(await host.call({ is: 'Cancel' })).toEqual(gaveUp);
    await untilScreen(host, ciphering());
    expect(await host.call({ is: 'Cancel' })).toEqual(gaveUp);
    expect(simulator.face().asks).toBe(false);
  });

  it('Initialize ends it too, and is answered', async () => {
    const simulator = simulated();
    const host = await Host.of(simulator);
    await host.begin();
    await untilScreen(host, ciphering());
    expect(await host.begin()).toHaveLength(32);
    expect(simulator.face().asks).toBe(false);
  });

  it('unfit requests are named', async () => {
    const simulator = simulated();
    attended(simulator);
    const host = await Host.of(simulator);
    await host.begin();
    const { dataError, unexpectedMessage } = failure;
    const forbidden = refusal(dataError, 'Forbidden key path');
    const unexpected = refusal(unexpectedMessage, 'Unexpected message');
    for (const path of [[], bip84, [...bip84, 2, 0], [...bip84, 0, 1e6 + 1], [...bip84, 0, 0, 0]])
      expect(await host.call(signing('x', { path }))).toEqual(forbidden);
    const account101 = [HARDENED + 84, HARDENED, HARDENED + 101, 0, 0];
    expect(await host.call(signing('x', { path: account101 }))).toEqual(forbidden);
    expect(await host.call(signing('x', { scriptType: 0 }))).toEqual(forbidden);
    expect(await host.call(signing('x', { coin: 'Testnet' }))).toEqual(forbidden);
    expect(await host.call(signing('x', { scriptType: 5 }))).toEqual(forbidden);
    expect(await host.call(ciphering({ path: [2 ** 40] }))).toEqual(forbidden);
    expect(await host.call(ciphering({ path: Array(17).fill(0) }))).toEqual(forbidden);
    expect(await host.call(signing('x', { coin: 'Dogecoin' }))).toEqual(
      refusal(dataError, 'Unsupported coin type'),
    );
    expect(await host.call(ciphering({ value: new Uint8Array(31) }))).toEqual(
      refusal(dataError, 'Value length must be a multiple of 16'),
    );
    expect(await host.call({ is: 'Success' })).toEqual(unexpected);
    expect(await host.call({ is: 'ButtonAck' })).toEqual(unexpected);
    await host.link.send(toPackets(9999, new Uint8Array())[0]!);
    expect(await host.receive()).toEqual(unexpected);
    await host.link.send(new Uint8Array(64));
    expect(await host.receive()).toEqual(refusal(99, 'Firmware error'));
    expect(host.asked).toEqual([]);
  });
});

describe('PIN', () => {
  it('is asked for on the device before anything else, as often as it is wrong', async () => {
    const simulator = simulated();
    const host = await Host.of(simulator);
    await host.begin();
    simulator.lock();
    expect(simulator.face()).toMatchObject({ locked: true, asks: false });
    expect(await host.call({ is: 'GetFeatures' })).toMatchObject({ unlocked: false });
    await host.send({ is: 'GetPublicKey', path: bip84 });
    expect(await host.receive()).toEqual({
      ...{ is: 'ButtonRequest', code: 20, name: 'pin_device', pages: 1 },
    });
    await host.send({ is: 'ButtonAck' });
    press(simulator, 'digit-9');
    expect(simulator.face().lines).toEqual(['Enter PIN', '•']);
    press(simulator, 'back');
    type(simulator, '9999');
    expect((await host.receive()).is).toBe('ButtonRequest');
    await host.send({ is: 'ButtonAck' });
    expect(simulator.face().lines).toEqual(['Wrong PIN', '15 tries left', '']);
    type(simulator, SIMULATED_PIN);
    expect((await host.receive()).is).toBe('PublicKey');
    expect(await host.call({ is: 'GetFeatures' })).toMatchObject({ unlocked: true });
  });

  it('may be left out, which refuses; after 16 wrong ones the device is empty', async () => {
    const simulator = simulated();
    const host = await Host.of(simulator);
    await host.begin();
    expect((await host.call({ is: 'LockDevice' })).is).toBe('Success');
    await untilScreen(host, ciphering());
    press(simulator, 'no');
    expect(await host.receive()).toEqual(refusal(failure.pinCancelled, 'PIN entry cancelled'));
    await untilScreen(host, ciphering());
    for (let wrong = 1; wrong < 16; wrong++) {
      type(simulator, '0000');
      expect((await host.receive()).is).toBe('ButtonRequest');
      await host.send({ is: 'ButtonAck' });
    }
    type(simulator, '0000');
    expect(await host.receive()).toEqual(refusal(failure.pinInvalid, 'PIN invalid'));
    expect(await host.call({ is: 'GetFeatures' })).toMatchObject({ initialized: false });
    expect(await host.call(ciphering())).toEqual(
      refusal(failure.notInitialized, 'Device is not initialized'),
    );
  });

  it('a device left alone at a prompt gives it up and is locked', async () => {
    const simulator = simulated();
    const host = await Host.of(simulator);
    await host.begin();
    await untilScreen(host, ciphering());
    simulator.lock();
    expect(await host.receive()).toEqual(gaveUp);
    attended(simulator);
    expect((await host.call(ciphering())).is).toBe('CipheredKeyValue');
    expect(host.asked).toEqual(['20 pin_device 1', '1 cipher_key_value 1']);
    simulator.pinProtected = false;
    simulator.lock();
    expect(simulator.face().locked).toBe(false);
  });
});

describe('passphrase and sessions', () => {
  it('is asked for once in each session and leads to other keys', async () => {
    const simulator = simulated();
    attended(simulator);
    const host = await Host.of(simulator);
    const key = async (passphrase?: string) => {
      let reply = await host.call({ is: 'GetPublicKey', path: bip84 });
      if (reply.is === 'PassphraseRequest') {
        expect(passphrase).toBeDefined();
        simulator.passphrase = passphrase!;
        reply = await host.call({ is: 'PassphraseAck', onDevice: true });
      } else expect(passphrase).toBeUndefined();
      if (reply.is !== 'PublicKey') throw new Error(reply.is);
      return reply.xpub;
    };
    await host.begin();
    const without = await key();
    simulator.passphraseProtected = true;
    const first = await host.begin();
    const one = await key('one');
    const second = await host.begin();
    const two = await key('two');
    expect(new Set([without, one, two]).size).toBe(3);
    expect(await host.begin(first)).toEqual(first);
    expect(await key()).toBe(one);
    expect(await host.begin(second)).toEqual(second);
    expect(await key()).toBe(two);
    await host.begin();
    expect(await key('')).toBe(without);
    expect(host.asked).toEqual(Array(3).fill('19 passphrase_device 1'));
    // Ended sessions and those before the cable was pulled are gone.
    await host.begin(second);
    expect((await host.call({ is: 'EndSession' })).is).toBe('Success');
    expect(await host.call(ciphering())).toEqual(
      refusal(failure.invalidSession, 'Invalid session'),
    );
    expect(await host.begin(second)).not.toEqual(second);
    simulator.unplug();
    simulator.plug();
    expect(await (await Host.of(simulator)).begin(first)).not.toEqual(first);
  });

  it('the host may enter it, and the device shows it', async () => {
    const simulator = simulated();
    simulator.passphraseProtected = true;
    attended(simulator);
    const host = await Host.of(simulator);
    await host.begin();
    const asked: Message = { is: 'GetPublicKey', path: bip84 };
    expect(await host.call(asked)).toEqual({ is: 'PassphraseRequest' });
    expect((await host.call({ is: 'PassphraseAck', passphrase: 'one' })).is).toBe('PublicKey');
    expect(host.asked).toEqual(['1 passphrase_host1 1', '1 passphrase_host2 1']);
    for (const wrong of [{}, { passphrase: 'x'.repeat(51) }, { passphrase: '', onDevice: true }]) {
      await host.begin();
      await host.call(asked);
      const reply = await host.call({ is: 'PassphraseAck', ...wrong });
      expect(reply).toMatchObject({ is: 'Failure', code: failure.dataError });
    }
  });

  it('ten sessions are kept, the oldest unused goes first', async () => {
    const host = await Host.of(simulated());
    const ids: Uint8Array[] = [];
    for (let n = 0; n < 10; n++) ids.push(await host.begin());
    expect(await host.begin(ids[0])).toEqual(ids[0]);
    await host.begin();
    expect(await host.begin(ids[0])).toEqual(ids[0]);
    expect(await host.begin(ids[1])).not.toEqual(ids[1]);
  });
});

describe('cable', () => {
  it('pulled at a prompt, the wait ends; plugged in again, it is locked and works', async () => {
    const simulator = simulated();
    const host = await Host.of(simulator);
    await host.begin();
    await untilScreen(host, ciphering());
    const waiting = host.receive(60_000);
    simulator.unplug();
    await expect(waiting).rejects.toThrow('unplugged');
    expect(simulator.face()).toMatchObject({ plugged: false, asks: false, lines: [], buttons: [] });
    expect(await bareTrezor(simulator)()).toEqual({ fault: 'not-found' });
    simulator.plug();
    expect(await host.link.send(new Uint8Array(64))).toEqual({ fault: 'unplugged' });
    expect(simulator.face()).toMatchObject({ plugged: true, locked: true });
    attended(simulator);
    const again = await Host.of(simulator);
    await again.begin();
    expect((await again.call(ciphering())).is).toBe('CipheredKeyValue');
  });

  it('waits end at their limit and lose nothing', async () => {
    const host = await Host.of(simulated());
    expect(await host.link.receive(5)).toEqual({ fault: 'timed-out' });
    expect(await host.begin()).toHaveLength(32);
    const waiting = host.link.receive(60_000);
    await host.link.close();
    expect(await waiting).toEqual({ fault: 'unplugged' });
  });
});

describe('other models and states', () => {
  it('a Safe 7 refuses codec v1', async () => {
    const host = await Host.of(simulated(all, 'T3W1'));
    const refused = refusal(failure.invalidProtocol, 'Invalid protocol');
    expect(await host.call({ is: 'Initialize' })).toEqual(refused);
    await host.link.send(new Uint8Array(64));
    expect(await host.link.receive(5)).toEqual({ fault: 'timed-out' });
  });

  it('a Model One has the host ask for the PIN', async () => {
    const simulator = simulated(all, 'T1B1');
    const host = await Host.of(simulator);
    await host.begin();
    simulator.lock();
    expect(await host.call(ciphering())).toEqual({ is: 'PinMatrixRequest', type: 1 });
    expect(await host.call({ is: 'Cancel' })).toEqual(gaveUp);
  });

  it('a bootloader knows only Initialize and GetFeatures', async () => {
    const simulator = simulated();
    simulator.bootloader = true;
    const host = await Host.of(simulator);
    expect(await host.call({ is: 'Initialize' })).toMatchObject({ bootloaderMode: true });
    expect(await host.call(ciphering())).toMatchObject({ code: failure.unexpectedMessage });
  });

  it('entropy is the same in the same order, and other each time', async () => {
    const drawn = async () => {
      const simulator = simulated();
      attended(simulator);
      const host = await Host.of(simulator);
      const draws = [];
      for (let n = 0; n < 2; n++) draws.push(await host.call({ is: 'GetEntropy', size: 100 }));
      return draws.map((draw) => (draw.is === 'Entropy' ? toHex(draw.entropy!) : draw.is));
    };
    const [one, two] = await drawn();
    expect(one).toHaveLength(200);
    expect(two).not.toBe(one);
    expect(await drawn()).toEqual([one, two]);
  });
});
