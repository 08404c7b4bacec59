import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  EVERYDAY,
  good,
  heldIn,
  provisioned,
  replying,
  typing,
  utf8,
  type Owned,
} from '../../../../tests/support/yubihsm-owner.ts';
import { toHex, type Bytes } from '../../crypto/bytes.ts';
import { deviceFault, deviceFaultNames, isDeviceFault, type DeviceFault } from '../device.ts';
import type { Hardware } from '../hardware.ts';
import { errorFrame } from './frames.ts';
import type { LongKeys } from './scp03.ts';
import { inSession } from './session.ts';
import { open, seal } from './wrap.ts';
import { enrolYubiHsm, openYubiHsm, readAudit } from './yubihsm.ts';

/*
 * Whatever somebody between page and YubiHSM does to a reply: a named fault or the right answer, never
 * another answer.
 */

/** Deriving keys takes most of the time; here each password is derived once. */
vi.mock('./scp03.ts', async (original) => {
  const real = await original<typeof import('./scp03.ts')>();
  const derived = new Map<string, LongKeys>();
  return {
    ...real,
    keysOfPassword: (password: Uint8Array) => {
      const found = derived.get(toHex(password)) ?? real.keysOfPassword(password);
      derived.set(toHex(password), found);
      return { enc: found.enc.slice(), mac: found.mac.slice() };
    },
  };
});

let owned: Owned;
let handle: string;

beforeAll(async () => {
  owned = await provisioned();
  handle = good(await enrolYubiHsm(owned.hardware, typing(EVERYDAY).presence)).identity.handle;
});

const { presence } = typing(EVERYDAY);

/** What an act gives, as text: a fault, or all that a caller sees. */
type Outcome = DeviceFault | string;

const acts: Record<string, (hardware: Hardware) => Promise<Outcome>> = {
  async enrol(hardware) {
    const device = await enrolYubiHsm(hardware, presence);
    return isDeviceFault(device) ? device : device.identity.handle;
  },
  async derive(hardware) {
    const derived = await openYubiHsm(heldIn(handle), hardware, presence).derive(['one', 'two']);
    return isDeviceFault(derived) ? derived : derived.map(toHex).join();
  },
  async approve(hardware) {
    const approval = await openYubiHsm(heldIn(handle), hardware, presence).approve('a statement');
    return isDeviceFault(approval) ? approval : toHex(approval.signature);
  },
  async 'seal and open'(hardware) {
    const { operator: authentication, wrap } = owned.made.ids;
    const credential = { authentication, password: utf8(EVERYDAY) };
    const data = Uint8Array.of(1, 2, 3);
    const opened = await inSession(hardware.yubihsm, credential, async (session) => {
      const sealed = await seal(session, wrap, data);
      return isDeviceFault(sealed) ? sealed : open(session, wrap, sealed);
    });
    return isDeviceFault(opened) ? opened : toHex(opened);
  },
};

/** The replies of an act, one after the other, and what it gives, undisturbed. */
async function undisturbed(act: (hardware: Hardware) => Promise<Outcome>) {
  const lengths: number[] = [];
  const right = await act(
    replying(owned.hardware, (_, reply) => {
      lengths.push(reply.length);
      return reply;
    }),
  );
  if (typeof right !== 'string') throw new Error(right.fault);
  return { lengths, right };
}

/** Does an act whose reply of this number is replaced; the one before it is at hand. */
function disturbed(
  act: (hardware: Hardware) => Promise<Outcome>,
  number: number,
  replace: (reply: Bytes, before: Bytes) => Bytes | DeviceFault,
): Promise<Outcome> {
  let at = 0;
  let before: Bytes = new Uint8Array();
  return act(
    replying(owned.hardware, (_, reply) => {
      if (at++ === number) return replace(reply, before);
      before = reply.slice();
      return reply;
    }),
  );
}

const named = (outcome: Outcome, right: string) =>
  typeof outcome === 'string' ? outcome === right : deviceFaultNames.includes(outcome.fault);

describe.each(Object.entries(acts))('%s, with damaged replies', (_, act) => {
  it('each byte changed', async () => {
    const { lengths, right } = await undisturbed(act);
    let faults = 0;
    for (const [number, length] of lengths.entries())
      for (let byte = 0; byte < length; byte++) {
        const outcome = await disturbed(act, number, (reply) => {
          reply[byte]! ^= 1 << (byte % 8);
          return reply;
        });
        owned.wait(31_000); // sessions whose first reply was damaged end by themselves
        expect(
          named(outcome, right),
          `reply ${number}, byte ${byte}: ${JSON.stringify(outcome)}`,
        ).toBe(true);
        if (typeof outcome !== 'string') faults += 1;
      }
    expect(faults).toBeGreaterThan(lengths.reduce((sum, length) => sum + length) / 2);
  });

  it('each cut short, made longer, lost, replaced by an error, or by the one before', async () => {
    const { lengths, right } = await undisturbed(act);
    const replacements: ((reply: Bytes, before: Bytes) => Bytes | DeviceFault)[] = [
      (reply) => reply.slice(0, -1),
      (reply) => Uint8Array.of(...reply, 0),
      () => new Uint8Array(),
      () => new Uint8Array(5000).fill(0x85),
      () => deviceFault('timed-out'),
      (_reply, before) => before,
      ...Array.from({ length: 0x14 }, (_, code) => () => errorFrame(code)),
    ];
    for (const number of lengths.keys())
      for (const replace of replacements) {
        const outcome = await disturbed(act, number, replace);
        owned.wait(31_000);
        expect(named(outcome, right), `reply ${number}: ${JSON.stringify(outcome)}`).toBe(true);
      }
  });
});

describe('the log, with damaged replies', () => {
  it('is never a list that does not hold', async () => {
    const held = heldIn(handle);
    const keep = () => Promise.resolve(false);
    const read = async (hardware: Hardware) => {
      const entries = await readAudit(held, hardware, presence, undefined, keep);
      return isDeviceFault(entries) ? entries : entries.map(toHex).slice(0, 2).join();
    };
    good(await readAudit(held, owned.hardware, presence, undefined, () => Promise.resolve(true)));
    const { lengths } = await undisturbed(read);
    const number = lengths.findIndex((length) => length > 100);
    for (let byte = 0; byte < lengths[number]!; byte++) {
      const outcome = await disturbed(read, number, (reply) => {
        reply[byte]! ^= 0x80;
        return reply;
      });
      owned.wait(31_000);
      expect(outcome).toMatchObject({ fault: 'unreadable-answer' });
    }
  });
});
