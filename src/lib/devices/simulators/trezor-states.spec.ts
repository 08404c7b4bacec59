import { describe, expect, it } from 'vitest';
import { toHex } from '../../crypto/bytes.ts';
import { failure, type Message } from '../trezor/messages.ts';
import { attended, SIMULATED_PIN } from './simulator.ts';
import { bareTrezor } from './trezor.ts';
import {
  all,
  simulated,
  Host,
  bip84,
  ciphering,
  press,
  type,
  untilScreen,
  refusal,
  gaveUp,
} from '../../../../tests/support/trezor-host.ts';

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
