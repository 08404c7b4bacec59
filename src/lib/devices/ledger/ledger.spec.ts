import { base64 } from '@scure/base';
import { mnemonicToSeedSync } from '@scure/bip39';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bitcoinMessageHolds } from '../../crypto/bitcoin-message.ts';
import { fromHex, toHex, type Bytes } from '../../crypto/bytes.ts';
import { isDeviceFault, type Device, type DeviceFault } from '../device.ts';
import { fromHandle, type EnrolledAs } from '../handle.ts';
import type { Hardware } from '../hardware.ts';
import type { Presence, Prompt } from '../prompt.ts';
import type { LedgerApp } from '../simulators/ledger-keys.ts';
import { LedgerSimulator } from '../simulators/ledger.ts';
import { bareHardware } from '../simulators/simulate.ts';
import { attended } from '../simulators/simulator.ts';
import { enrolLedger, openLedger } from './ledger.ts';

const seed = new Uint8Array(32).fill(7);
const otherSeed = new Uint8Array(32).fill(8);
const labels = ['Conclave/host-secret/one', 'Conclave/share/two'];
const statement = 'CONCLAVE APPROVAL\nrequest 01ab 23cd\nsighashes 45ef 6789';

const simulator = (of = seed) => new LedgerSimulator({ seed: of, serial: 'SIM-1' });
/** A person who only looks at the page, and keeps what it showed. */
const onlooker = (): { prompts: Prompt[]; presence: Presence } => {
  const prompts: Prompt[] = [];
  const presence: Presence = (prompt) => {
    prompts.push(prompt);
    return new Promise(() => undefined);
  };
  return { prompts, presence };
};
const { presence: looking } = onlooker();
const asked = (prompts: readonly Prompt[]) => prompts.map(({ asks }) => asks.to);

function must<T extends object>(result: T | DeviceFault): T {
  if (isDeviceFault(result)) throw new Error(`${result.fault} ${result.detail ?? ''}`);
  return result;
}
const hexOf = (result: readonly Bytes[] | DeviceFault): string[] => must(result).map(toHex);
const heldOf = (device: Device) => fromHandle(device.identity.handle) as EnrolledAs<'ledger'>;

/** Installs one app in place of all, and waits until the device is back. */
async function install(ledger: LedgerSimulator, app: LedgerApp): Promise<void> {
  ledger.install(app);
  await expect.poll(() => ledger.connection).toBeDefined();
}

/** Lets the clock run as fast as it can: for tests in which nobody is waited for. */
const hurry = () => vi.useFakeTimers().setTimerTickMode('nextTimerAsync');

/** A simulated Ledger with a person at it, enrolled. */
async function enrolled(presence = looking) {
  const ledger = simulator();
  const leave = attended(ledger);
  const hardware = await bareHardware(ledger);
  hurry();
  const device = must(await enrolLedger(hardware, presence));
  vi.useRealTimers();
  return { ledger, leave, hardware, device, held: heldOf(device) };
}

afterEach(() => vi.useRealTimers());

describe('a Ledger', () => {
  it('is enrolled after its app was opened, with everything that finds it again', async () => {
    const { prompts, presence } = onlooker();
    const { device, held, hardware } = await enrolled(presence);
    expect(asked(prompts)).toEqual(['open-app']);
    expect(device.identity).toMatchObject({
      kind: 'ledger',
      model: 'SIMULATED Ledger Nano X',
      firmware: 'Bitcoin 2.4.6',
      simulated: true,
      capabilities: { trustedDisplay: true, touch: true, attestation: false, nonExportable: true },
    });
    expect(held).toMatchObject({ app: 'Bitcoin', firmware: '2.4.6', path: "m/84'/0'/100'/0/0" });
    expect(openLedger(held, hardware, looking).identity).toEqual(device.identity);
    expect(device.takeEntropy()).toBeUndefined();
  });

  it('derives the same for the same label, and asks once for each', async () => {
    const { prompts, presence } = onlooker();
    const { device } = await enrolled(presence);
    prompts.length = 0;
    const [one, two] = hexOf(await device.derive(labels));
    expect(asked(prompts)).toEqual(['derive', 'derive']);
    expect(prompts[0]!.screen.map(([title]) => title)).toEqual([
      'Review account',
      'Account name',
      'Wallet policy',
      'Review co-signer',
      'Our key@0',
      'Register account',
    ]);
    expect(prompts[0]!.screen[1]![1]).toMatch(/^Conclave host-secret [0-9a-f]{32}$/);
    expect(one).not.toBe(two);
    expect(hexOf(await device.derive([labels[1]!, labels[0]!]))).toEqual([two, one]);
    for (const none of [[], ['a', 'b', 'c']])
      expect(await device.derive(none)).toEqual({ fault: 'unsupported' });
  });

  it('signs what it shows, and nothing that it could not show', async () => {
    const { prompts, presence } = onlooker();
    const { device, held } = await enrolled(presence);
    prompts.length = 0;
    const { signature, shown } = must(await device.approve(statement));
    expect(shown).toBe(true);
    expect(bitcoinMessageHolds(held.approvalKey, statement, signature)).toBe(true);
    expect(prompts).toHaveLength(1);
    expect(prompts[0]).toMatchObject({
      kind: 'ledger',
      simulated: true,
      press: 'device',
      screen: [
        ['Review message'],
        ['Path', "84'/0'/100'/0/0"],
        ['Message', ...statement.split('\n')],
        ['Sign message'],
      ],
    });
    for (const unfit of ['', 'café', 'a'.repeat(641)])
      expect(await device.approve(unfit)).toEqual({ fault: 'statement-unfit' });
    must(await device.approve('a'.repeat(640)));
  });

  it('gives the known answers of the test app', async () => {
    // The default seed of Ledger's emulator; the same policy key and message as its recordings use.
    const words =
      'glory promote mansion idle axis finger extra february uncover one trip resource ' +
      'lawn turtle enact monster seven myth punch hobby comfort wild raise skin';
    const ledger = simulator(mnemonicToSeedSync(words));
    await install(ledger, { name: 'Bitcoin Test', version: '2.4.6' });
    attended(ledger);
    const hardware = await bareHardware(ledger);
    const held: EnrolledAs<'ledger'> = {
      kind: 'ledger',
      simulated: true,
      model: 'SIMULATED Ledger Nano X',
      serial: '',
      firmware: '2.4.6',
      fingerprint: fromHex('f5acc2fd')!,
      path: "m/84'/1'/0'/0/0",
      // from the public key that the known signature recovers to
      approvalKey: fromHex('027cb75d34b005c4eb9f62bbf2c457d7638e813e757efcec8fa68677d950b63662')!,
      app: 'Bitcoin Test',
    };
    const device = openLedger(held, hardware, looking);
    const { signature } = must(await device.approve('Hello world!'));
    expect(base64.encode(Uint8Array.of(32, ...signature))).toBe(
      'IEOK4+JMK7FToR7XMzFCoAYh1nud1IKm9Wq3vXLSVk/lBay8rHCRp9bP6riyR5NDqXYyYf7cXgMQTHNz3SemwZI=',
    );
  });
});

/** The acts that ask a person. */
const acts: readonly (readonly [string, (device: Device) => Promise<unknown>])[] = [
  ['derive', (device) => device.derive(labels)],
  ['approve', (device) => device.approve(statement)],
];

/** The hardware with something done before each exchange, which is counted from 0. */
const disturbed = (
  hardware: Hardware,
  before: (exchange: number) => void,
): Hardware & { readonly exchanges: number } => {
  let exchanges = 0;
  return {
    ...hardware,
    get exchanges() {
      return exchanges;
    },
    ledger: async () => {
      const channel = await hardware.ledger();
      if (isDeviceFault(channel)) return channel;
      return {
        ...channel,
        exchange: (apdu, limit) => {
          const reply = channel.exchange(apdu, limit);
          before(exchanges++);
          return reply;
        },
      };
    },
  };
};

describe.each(acts)('trouble with a Ledger: %s', (_, act) => {
  it('a refusal on the device, and then consent', async () => {
    const { ledger, leave, device } = await enrolled();
    leave();
    let answer: 'refuses' | 'approves' = 'refuses';
    attended(ledger, () => answer);
    expect(await act(device)).toEqual({ fault: 'refused', detail: '6985' });
    answer = 'approves';
    must((await act(device)) as object);
  });

  it('a prompt taken back in the page; the device still waits until it is answered', async () => {
    const { ledger, leave, hardware, held } = await enrolled();
    leave();
    const device = openLedger(held, hardware, async () => {
      await expect.poll(() => ledger.face().asks).toBe(true);
      return 'refused';
    });
    expect(await act(device)).toEqual({ fault: 'refused' });
    expect(await act(device)).toEqual({ fault: 'busy', detail: '6901' });
    attended(ledger);
    must((await act(openLedger(held, hardware, looking))) as object);
  });

  it('one request at a time', async () => {
    const { device } = await enrolled();
    const first = act(device);
    expect(await act(device)).toEqual({ fault: 'busy' });
    must((await first) as object);
  });

  it('locked before: the PIN is asked for first', async () => {
    const { ledger, leave, hardware, held } = await enrolled();
    leave();
    ledger.lock();
    const { prompts, presence } = onlooker();
    const result = act(openLedger(held, hardware, presence));
    await expect.poll(() => asked(prompts)).toEqual(['unlock']);
    attended(ledger);
    must((await result) as object);
    expect(asked(prompts)[1]).not.toBe('unlock');
  });

  it('locked before, and the prompt for the PIN taken back', async () => {
    const { ledger, leave, hardware, held } = await enrolled();
    leave();
    ledger.lock();
    const device = openLedger(held, hardware, () => Promise.resolve('refused'));
    expect(await act(device)).toEqual({ fault: 'refused' });
    attended(ledger);
    must((await act(openLedger(held, hardware, looking))) as object);
  });

  it('locked while it asks, and unlocked: nothing is lost', async () => {
    const { ledger, leave, hardware, held } = await enrolled();
    leave();
    const { prompts, presence } = onlooker();
    const result = act(openLedger(held, hardware, presence));
    await expect.poll(() => ledger.face().asks).toBe(true);
    ledger.lock();
    attended(ledger);
    must((await result) as object);
    expect(prompts.length).toBeGreaterThan(0);
  });

  it('locked between any two exchanges: unlocked, it goes on and gives the same', async () => {
    const { ledger, leave, hardware, held } = await enrolled();
    hurry();
    const whole = disturbed(hardware, () => undefined);
    const right = must((await act(openLedger(held, whole, looking))) as object);
    let end = leave;
    for (let at = 0; at < whole.exchanges - 1; at++) {
      const { prompts, presence } = onlooker();
      const locking = disturbed(hardware, (exchange) => {
        if (exchange !== at) return;
        end();
        ledger.lock();
      });
      const result = await act(
        openLedger(held, locking, (prompt, over) => {
          if (prompt.asks.to === 'unlock') end = attended(ledger);
          return presence(prompt, over);
        }),
      );
      expect(result, `exchange ${at}`).toEqual(right);
      expect(asked(prompts).filter((to) => to === 'unlock')).toEqual(['unlock']);
      // What was answered before is not asked for again, unless its answer was lost.
      expect(prompts.length).toBeLessThanOrEqual(4);
    }
  });

  it('unplugged at any exchange: said so, and plugged in again it goes on', async () => {
    const { ledger, hardware, held } = await enrolled();
    hurry();
    const whole = disturbed(hardware, () => undefined);
    must((await act(openLedger(held, whole, looking))) as object);
    for (let at = 0; at < whole.exchanges; at++) {
      const pulled = disturbed(hardware, (exchange) => {
        if (exchange === at) ledger.unplug();
      });
      const result = await act(openLedger(held, pulled, looking));
      // The last reply may have left it before.
      if (isDeviceFault(result as object) || at < whole.exchanges - 1)
        expect(result, `exchange ${at}`).toEqual({ fault: 'unplugged' });
      expect(await act(openLedger(held, hardware, looking))).toEqual({ fault: 'not-found' });
      ledger.plug();
    }
    must((await act(openLedger(held, hardware, looking))) as object);
  });

  it('another seed, another app, an app too old', async () => {
    const { held, ledger, device } = await enrolled();
    const other = simulator(otherSeed);
    attended(other);
    const foreign = await act(openLedger(held, await bareHardware(other), looking));
    expect(foreign).toMatchObject({ fault: 'other-seed' });
    expect((foreign as DeviceFault).detail).toMatch(/^enrolled [0-9a-f]{8}, found [0-9a-f]{8}$/);

    await install(ledger, { name: 'Bitcoin', version: '2.0.6' });
    expect(await act(device)).toEqual({ fault: 'too-old', detail: 'Bitcoin 2.0.6' });
    // 2.4.2 would show the hash of a statement with line feeds, and that is no approval of it.
    for (const version of ['1.6.1', '2.1.0', '2.3.9', '2.4.2', '2.4', '2.4.x']) {
      await install(ledger, { name: 'Bitcoin', version });
      expect(await act(device)).toEqual({ fault: 'too-old', detail: `Bitcoin ${version}` });
    }
    for (const version of ['2.4.3', '2.4.10', '2.5.0', '3.0.0']) {
      await install(ledger, { name: 'Bitcoin', version });
      must((await act(device)) as object);
    }
    await install(ledger, { name: 'Bitcoin Test', version: '2.4.6' });
    expect(await act(device)).toEqual({ fault: 'wrong-app', detail: '6807' });
  });

  it('with another app open: that one is closed and the right one opened', async () => {
    const { ledger, hardware, held } = await enrolled();
    hurry();
    const test = { app: 'Bitcoin Test', path: "m/84'/1'/100'/0/0" };
    // Opens the test app: the seed is the same, its keys are others.
    const confused = openLedger({ ...held, ...test }, hardware, looking);
    expect(await act(confused)).toMatchObject({ fault: 'other-seed' });
    expect(ledger.face().lines[0]).toBe('Bitcoin Test');
    const { prompts, presence } = onlooker();
    must((await act(openLedger(held, hardware, presence))) as object);
    expect(asked(prompts)[0]).toBe('open-app');
  });

  it('an app update that no longer allows the path', async () => {
    const { ledger, device } = await enrolled();
    for (const refuses of ["84'", "86'"]) {
      await install(ledger, { name: 'Bitcoin', version: '2.5.0', refuses });
      expect(await act(device)).toEqual({
        fault: 'path-refused',
        detail: 'enrolled with Bitcoin 2.4.6, now 2.5.0',
      });
    }
  });

  it('the opening of the app refused', async () => {
    const { ledger, leave, device } = await enrolled();
    leave();
    await install(ledger, { name: 'Bitcoin', version: '2.4.6' });
    attended(ledger, () => 'refuses');
    expect(await act(device)).toEqual({ fault: 'refused', detail: '5501' });
  });

  it('a command broken off before its end does not stand in the way', async () => {
    const { device, hardware } = await enrolled();
    const channel = must(await hardware.ledger());
    const begun = await channel.exchange(
      fromHex(`e11000012e0380000054800000008000006405${'00'.repeat(32)}`)!,
      1000,
    );
    expect(toHex(must(begun))).toMatch(/e000$/);
    await channel.close();
    must((await act(device)) as object);
  });
});

it('no Ledger at all', async () => {
  const { ledger, hardware, device } = await enrolled();
  ledger.unplug();
  expect(await device.derive(labels)).toEqual({ fault: 'not-found' });
  expect(await enrolLedger(hardware, looking)).toEqual({ fault: 'not-found' });
});

it('a handle of an app that nobody knows', async () => {
  const { held, hardware } = await enrolled();
  for (const strange of [
    { ...held, app: 'Dogecoin' },
    { ...held, path: 'm/x' },
  ])
    expect(await openLedger(strange, hardware, looking).derive(labels)).toMatchObject({
      fault: 'path-refused',
    });
});
