import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { concat, toHex, type Bytes } from '../../crypto/bytes.ts';
import { deviceFaultNames, isDeviceFault, type Device, type DeviceFault } from '../device.ts';
import { fromHandle, type EnrolledAs } from '../handle.ts';
import type { Hardware } from '../hardware.ts';
import { LedgerSimulator } from '../simulators/ledger.ts';
import { bareHardware } from '../simulators/simulate.ts';
import { attended } from '../simulators/simulator.ts';
import { enrolLedger, openLedger } from './ledger.ts';

/*
 * Every byte of every reply of an act is changed in turn, and every reply is cut and extended. The
 * result is the right one or a named fault. The clock runs as fast as it can: what would hang shows as
 * `timed-out`, and is counted.
 */

const labels = ['Conclave/host-secret/one'];
const statement = 'CONCLAVE APPROVAL\nrequest 01ab 23cd\nsighashes 45ef 6789 01ab 23cd 45ef 6789';
const onlooker = () => new Promise<never>(() => undefined);

function must<T extends object>(result: T | DeviceFault): T {
  if (isDeviceFault(result)) throw new Error(`${result.fault} ${result.detail ?? ''}`);
  return result;
}

type Change = (reply: Bytes, at: number) => Bytes;

/** The hardware with its replies, counted from 0, changed. */
const changed = (hardware: Hardware, change: Change): Hardware => {
  let replies = 0;
  return {
    ...hardware,
    ledger: async () => {
      const channel = await hardware.ledger();
      if (isDeviceFault(channel)) return channel;
      return {
        ...channel,
        exchange: async (apdu, limit) => {
          const reply = await channel.exchange(apdu, limit);
          return isDeviceFault(reply) ? reply : change(reply, replies++);
        },
      };
    },
  };
};

/** What each act gives, as text. */
const acts: readonly (readonly [string, (device: Device) => Promise<string | DeviceFault>])[] = [
  [
    'derive',
    async (device) => {
      const derived = await device.derive(labels);
      return isDeviceFault(derived) ? derived : derived.map(toHex).join();
    },
  ],
  [
    'approve',
    async (device) => {
      const approval = await device.approve(statement);
      return isDeviceFault(approval) ? approval : toHex(approval.signature);
    },
  ],
];

beforeEach(() => {
  vi.useFakeTimers().setTimerTickMode('nextTimerAsync');
});
afterEach(() => vi.useRealTimers());

async function start() {
  const ledger = new LedgerSimulator({ seed: new Uint8Array(32).fill(7), serial: 'SIM-1' });
  attended(ledger);
  const hardware = await bareHardware(ledger);
  const device = must(await enrolLedger(hardware, onlooker));
  return { hardware, held: fromHandle(device.identity.handle) as EnrolledAs<'ledger'> };
}

describe.each(acts)('damaged replies: %s', (_, act) => {
  it('each byte of each, each cut, each extended', { timeout: 300_000 }, async () => {
    const { hardware, held } = await start();
    const run = (change: Change) => act(openLedger(held, changed(hardware, change), onlooker));
    const lengths: number[] = [];
    const right = await run((reply) => {
      lengths.push(reply.length);
      return reply;
    });
    expect(typeof right).toBe('string');

    const count = new Map<string, number>();
    const judge = async (what: string, at: number, damage: (reply: Bytes) => Bytes) => {
      const result = await run((reply, i) => (i === at ? damage(reply) : reply));
      const outcome = typeof result === 'string' ? 'right' : result.fault;
      if (typeof result === 'string') expect(result, what).toBe(right);
      else expect(deviceFaultNames, what).toContain(outcome);
      count.set(outcome, (count.get(outcome) ?? 0) + 1);
    };
    for (const [at, length] of lengths.entries()) {
      for (let i = 0; i < length; i++)
        await judge(`reply ${at}, byte ${i}`, at, (reply) => {
          const damaged = reply.slice();
          damaged[i]! ^= 1 << (i % 8);
          return damaged;
        });
      for (const kept of new Set([0, 1, 2, length >> 1, length - 1]))
        await judge(`reply ${at} cut to ${kept}`, at, (reply) => reply.slice(0, kept));
      await judge(`reply ${at} extended`, at, (reply) => concat(Uint8Array.of(0), reply));
      await judge(`reply ${at} extended`, at, (reply) => concat(reply, Uint8Array.of(0)));
      await judge(`reply ${at} extended`, at, (reply) =>
        concat(reply.subarray(0, -2), Uint8Array.of(0), reply.subarray(-2)),
      );
    }
    expect(count.get('timed-out')).toBeUndefined();
    // Only names of apps and versions may be damaged without harm.
    expect(count.get('right') ?? 0).toBeLessThan(40);
    // It is still the same device.
    expect(await run((reply) => reply)).toBe(right);
  });
});
