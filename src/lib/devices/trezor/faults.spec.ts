import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { approvalHolds } from '../../../../tests/support/approvals.ts';
import { meddled, onlyTrezor, watching, type Meddling } from '../../../../tests/support/trezors.ts';
import { toHex, type Bytes } from '../../crypto/bytes.ts';
import { deviceFault, deviceFaultNames, isDeviceFault, type DeviceFault } from '../device.ts';
import { fromHandle, type EnrolledAs } from '../handle.ts';
import type { PacketLink } from '../hardware.ts';
import { attended } from '../simulators/simulator.ts';
import { bareTrezor, TrezorSimulator } from '../simulators/trezor.ts';
import { toWire, type Message } from './messages.ts';
import { MAX_MESSAGE, toPackets } from './packets.ts';
import { enrolTrezor, openTrezor } from './trezor.ts';

/*
 * Everything that can happen to a packet on its way, to each in turn: what comes out is right, or a
 * fault by name.
 */

const seed = new Uint8Array(32).fill(5);
const statement = 'Conclave approval 1/1\nmint 1.25 zBTC';
const label = 'Conclave/share v1/a';

const sim = new TrezorSimulator({ seed, serial: 'SIM-1' });
sim.pinProtected = false;
const { presence } = watching();
let leave: () => void;
let held: EnrolledAs<'trezor'>;
let right: string;

function good<T extends object>(result: T | DeviceFault): T {
  if (isDeviceFault(result)) throw new Error(`${result.fault} ${result.detail}`);
  return result;
}

beforeAll(async () => {
  leave = attended(sim);
  const device = good(await enrolTrezor(onlyTrezor(bareTrezor(sim)), presence));
  held = fromHandle(device.identity.handle) as EnrolledAs<'trezor'>;
  right = toHex(good(await device.derive([label]))[0]!);
});
afterAll(() => leave());

type Act = (trezor: () => Promise<PacketLink | DeviceFault>) => Promise<object>;

/** What is done, and whether what came of it is right. */
const acts: Record<string, { act: Act; isRight: (result: object) => boolean }> = {
  derive: {
    act: (trezor) => openTrezor(held, onlyTrezor(trezor), presence).derive([label]),
    isRight: (result) => toHex((result as Bytes[])[0]!) === right,
  },
  approve: {
    act: (trezor) => openTrezor(held, onlyTrezor(trezor), presence).approve(statement),
    isRight: (result) =>
      approvalHolds(
        { kind: 'bitcoin-message', key: held.approvalKey },
        statement,
        (result as { signature: Bytes }).signature,
      ),
  },
  enrol: {
    act: async (trezor) => {
      const result = await enrolTrezor(onlyTrezor(trezor), presence);
      return isDeviceFault(result) ? result : fromHandle(result.identity.handle)!;
    },
    isRight: (result) => {
      const { fingerprint, approvalKey } = result as EnrolledAs<'trezor'>;
      return (
        toHex(fingerprint) === toHex(held.fingerprint) &&
        toHex(approvalKey) === toHex(held.approvalKey)
      );
    },
  },
};

const flip = (at: number) => (packet: Bytes) => {
  packet[at]! ^= 1 << (at % 8);
  return [packet];
};

const changes: Record<string, (packet: Bytes) => readonly Bytes[]> = {
  ...Object.fromEntries(
    Array.from({ length: 64 }, (_, at) => [`bit flipped in byte ${at}`, flip(at)]),
  ),
  ...Object.fromEntries(
    [0, 1, 3, 5, 9, 32, 63].map((n) => [`cut to ${n}`, (packet: Bytes) => [packet.slice(0, n)]]),
  ),
  longer: (packet) => [new Uint8Array([...packet, 0])],
  twice: (packet) => [packet, packet.slice()],
  lost: () => [],
};

describe.each(Object.keys(acts))('%s', (name) => {
  const { act, isRight } = acts[name]!;

  it.each(name === 'enrol' ? (['back'] as const) : (['back', 'out'] as const))(
    'every byte of every packet %s changed, packets cut, lost and doubled',
    async (way) => {
      const plain = meddled(sim, {});
      expect(isRight(await act(plain.trezor))).toBe(true);
      const packets = plain.counts[way];
      expect(packets).toBeGreaterThan(5);
      const seen = { right: 0, fault: 0 };
      for (let number = 0; number < packets; number++)
        for (const [what, change] of Object.entries(changes)) {
          const once: Meddling = (packet, n) => (n === number ? change(packet) : [packet]);
          const { trezor, counts } = meddled(sim, { [way]: once, limit: 1 });
          const result = await act(trezor);
          const where = `packet ${number} ${way}, ${what}: ${JSON.stringify(result)}`;
          if (isDeviceFault(result)) {
            seen.fault += 1;
            expect(deviceFaultNames, where).toContain(result.fault);
          } else {
            seen.right += 1;
            expect(isRight(result), where).toBe(true);
          }
          expect(counts.open, where).toBe(0);
          if (way === 'back') continue;
          // What a device was sent by halves it forgets when it is unplugged.
          sim.unplug();
          sim.plug();
        }
      // Padding may change unseen; a message may not.
      expect(seen.fault).toBeGreaterThan(packets * 20);
      expect(seen.right).toBeGreaterThan(packets);
      // And the device is as good as before.
      expect(isRight(await act(meddled(sim, {}).trezor))).toBe(true);
    },
    120_000,
  );
});

/** A device that says this and nothing else, whatever it is sent. */
function saying(...packets: readonly Bytes[]): () => Promise<PacketLink> {
  const left = packets.map((packet) => packet.slice());
  return () =>
    Promise.resolve({
      send: () => Promise.resolve(undefined),
      receive: () => Promise.resolve(left.shift() ?? deviceFault('timed-out')),
      close: () => Promise.resolve(),
    });
}
const packetsOf = (...messages: readonly Message[]) =>
  messages.flatMap((message) => {
    const { type, payload } = toWire(message);
    return toPackets(type, payload);
  });
const enrol = (...packets: readonly Bytes[]) =>
  enrolTrezor(onlyTrezor(saying(...packets)), presence);

const features = {
  is: 'Features',
  major: 2,
  minor: 8,
  patch: 1,
  deviceId: 'ABC',
  initialized: true,
  model: 'T',
  internalModel: 'T2T1',
} as const;

describe('an answer that is', () => {
  it('no codec v1, or none at all: a newer protocol', async () => {
    const thp = new Uint8Array(64);
    thp.set([0x42, 0x12, 0x34, 0, 5, 1]);
    expect(await enrol(thp)).toMatchObject({ fault: 'newer-protocol' });
    expect(await enrol()).toEqual({ fault: 'newer-protocol', detail: 'no answer' });
    expect(await enrol(...packetsOf({ ...features, internalModel: 'T3W1' }))).toEqual({
      fault: 'newer-protocol',
      detail: 'T3W1',
    });
  });

  it('begun and not ended: timed out', async () => {
    expect(await enrol(toPackets(17, new Uint8Array(200))[0]!)).toEqual({ fault: 'timed-out' });
    expect(await enrol(...packetsOf(features))).toEqual({ fault: 'timed-out' });
  });

  it('handed over so slowly that it never ends: left within a minute', async () => {
    vi.useFakeTimers().setTimerTickMode('nextTimerAsync');
    onTestFinished(() => void vi.useRealTimers());
    const begun = Date.now();
    const late = <T>(value: T) => new Promise<T>((give) => setTimeout(give, 1400, value));
    const drip = (packets: readonly Bytes[]): PacketLink => {
      const rest = [...packets];
      return {
        send: () => Promise.resolve(undefined),
        receive: () => late(rest.shift()?.slice() ?? deviceFault('timed-out')),
        close: () => Promise.resolve(),
      };
    };
    const long = toPackets(17, new Uint8Array(MAX_MESSAGE));
    const many = Array.from({ length: 10 }, () => long).flat();
    const stale = Array.from({ length: 64 }, () => packetsOf({ is: 'Success' })).flat();
    for (const packets of [many, stale]) {
      const hardware = onlyTrezor(() => Promise.resolve(drip(packets)));
      expect(isDeviceFault(await enrolTrezor(hardware, presence))).toBe(true);
    }
    expect(Date.now() - begun).toBeLessThan(60_000);
  });

  it('left from before: passed over, as long as it ends', async () => {
    const stale = packetsOf(
      { is: 'Failure', code: 4 },
      { is: 'MessageSignature', signature: new Uint8Array(65) },
    );
    const half = toPackets(17, new Uint8Array(100))[1]!;
    expect(await enrol(half, ...stale, ...packetsOf(features))).toEqual({ fault: 'timed-out' });
    expect(await enrol(...stale)).toEqual({
      fault: 'unreadable-answer',
      detail: 'MessageSignature instead of Features',
    });
    expect(await enrol(...packetsOf({ is: 'Failure', code: 15, message: 'Busy' }))).toEqual({
      fault: 'other-program',
      detail: 'Busy',
    });
    const endless = Array.from({ length: 1000 }, () => packetsOf({ is: 'Success' })[0]!);
    expect(await enrol(...endless)).toMatchObject({ fault: 'unreadable-answer' });
  });

  it('of another model, too old or without a name', async () => {
    const { internalModel, ...old } = features;
    expect(await enrol(...packetsOf({ ...old, minor: 5 }))).toEqual({
      fault: 'too-old',
      detail: '2.5.1',
    });
    expect(await enrol(...packetsOf({ ...old, model: '1' }))).toMatchObject({
      fault: 'unsupported',
    });
    for (const bad of [{ deviceId: '' }, { deviceId: 'é' }, { deviceId: 'x'.repeat(61) }])
      expect(await enrol(...packetsOf({ ...features, internalModel, ...bad }))).toEqual({
        fault: 'unreadable-answer',
        detail: 'Features',
      });
  });

  it('a question that has no place there: it is told to give up', async () => {
    const ask = { is: 'ButtonRequest', code: 7 } as const;
    expect(await enrol(...packetsOf(features, ask))).toEqual({
      fault: 'unreadable-answer',
      detail: 'ButtonRequest instead of PublicKey',
    });
    expect(await enrol(...packetsOf(features, { is: 'PinMatrixRequest' }))).toEqual({
      fault: 'unsupported',
      detail: 'PIN entered on the computer',
    });
    const pins = Array.from({ length: 5000 }, () => ({ is: 'ButtonRequest', code: 20 }) as const);
    expect(await enrol(...packetsOf(features, ...pins))).toMatchObject({
      fault: 'unreadable-answer',
    });
  });

  it.each([
    [1, 'unsupported'],
    [3, 'unsupported'],
    [4, 'refused'],
    [5, 'locked'],
    [6, 'locked'],
    [7, 'wrong-pin'],
    [9, 'unreadable-answer'],
    [11, 'not-set-up'],
    [14, 'other-program'],
    [15, 'other-program'],
    [17, 'newer-protocol'],
    [19, 'other-program'],
    [99, 'unreadable-answer'],
  ])('Failure %i: %s', async (code, fault) => {
    expect(await enrol(...packetsOf(features, { is: 'Failure', code }))).toMatchObject({ fault });
  });

  it('Failure for a path, in the words of the device as far as they can be shown', async () => {
    const message = `Forbidden key path\u0007 é ${'x'.repeat(100)}`;
    const failed = { is: 'Failure', code: 3, message } as const;
    expect(await enrol(...packetsOf(features, failed))).toEqual({
      fault: 'path-refused',
      detail: `Forbidden key path? ? ${'x'.repeat(58)}`,
    });
  });
});
