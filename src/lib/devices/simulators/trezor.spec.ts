import { HDKey } from '@scure/bip32';
import { describe, expect, it } from 'vitest';
import { bareSignature, bitcoinMessageHolds } from '../../crypto/bitcoin-message.ts';
import { fromHex, toHex } from '../../crypto/bytes.ts';
import { failure, HARDENED } from '../trezor/messages.ts';
import { toPackets } from '../trezor/packets.ts';
import { attended } from './simulator.ts';
import {
  utf8,
  alcohol,
  all,
  simulated,
  Host,
  bip84,
  signing,
  ciphering,
  press,
  untilScreen,
  refusal,
  gaveUp,
} from '../../../../tests/support/trezor-host.ts';

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
