import { describe, expect, it } from 'vitest';
import { meddled, onlyTrezor, watching } from '../../../../tests/support/trezors.ts';
import { type Bytes } from '../../crypto/bytes.ts';
import { attended } from '../simulators/simulator.ts';
import { toPackets } from './packets.ts';
import { openTrezor } from './trezor.ts';
import {
  asked,
  enrolled,
  good,
  held,
  hex,
  leave,
  share,
  statement,
} from '../../../../tests/support/trezor-bench.ts';

it('a message that broke off on its way to the device is made up for', async () => {
  const { sim, device } = await enrolled();
  sim.take(toPackets(38, new Uint8Array(100))[0]!);
  expect(hex(await device.derive([share]))).toHaveLength(1);
});

describe('unplugged', () => {
  it.each(['derive', 'approve', 'pin', 'passphrase'] as const)(
    'while it asks (%s): a fault, then all is well again',
    async (what) => {
      const { sim, device, prompts } = await enrolled();
      leave.splice(0).forEach((end) => end());
      sim.passphraseProtected = true;
      if (what === 'pin') sim.lock();
      if (what === 'passphrase') sim.sessions.clear();
      const waiting = what === 'approve' ? device.approve(statement) : device.derive([share]);
      await expect.poll(() => asked(prompts)).toEqual([what]);
      sim.unplug();
      expect(await waiting).toEqual({ fault: 'unplugged' });
      expect(await device.derive([share])).toEqual({ fault: 'not-found' });
      sim.plug();
      leave.push(attended(sim));
      expect(hex(await device.derive([share]))).toHaveLength(1);
    },
  );

  it.each(['derive', 'approve'] as const)(
    'at any packet of %s, in or out: a fault, then all is well again',
    async (what) => {
      const { sim, device } = await enrolled();
      const right = hex(await device.derive([share]));
      let pull: number | undefined;
      const maybe = (packet: Bytes) => {
        if (pull !== undefined && pull-- === 0) sim.unplug();
        return [packet];
      };
      const { trezor, counts } = meddled(sim, { back: maybe, out: maybe });
      const { presence } = watching();
      const wired = openTrezor(held(device), onlyTrezor(trezor), presence);
      const act = () => (what === 'derive' ? wired.derive([share]) : wired.approve(statement));
      good<object>(await act());
      const packets = counts.back + counts.out;
      expect(packets).toBeGreaterThan(15);
      for (let at = 0; at < packets; at++) {
        pull = at;
        const result: object = await act();
        // At the last packet all had been said.
        if (at < packets - 1) expect(result).toEqual({ fault: 'unplugged' });
        expect(counts.open).toBe(0);
        pull = undefined;
        sim.plug();
        expect(hex(await wired.derive([share]))).toEqual(right);
      }
    },
  );
});
