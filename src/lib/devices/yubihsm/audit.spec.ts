import { beforeEach, describe, expect, it } from 'vitest';
import { open as openHost } from '../../../../tests/support/yubihsm-host.ts';
import {
  ADMINISTRATOR,
  EVERYDAY,
  faultOf,
  good,
  heldIn,
  provisioned,
  typing,
  type Owned,
} from '../../../../tests/support/yubihsm-owner.ts';
import type { Bytes } from '../../crypto/bytes.ts';
import { isDeviceFault, type Device } from '../device.ts';
import { chainFault, missingBetween, parseEntry } from './audit.ts';
import { commands, options, optionStates } from './commands.ts';
import { be16 } from './frames.ts';
import { enrolYubiHsm, readAudit } from './yubihsm.ts';

let owned: Owned;
let device: Device;

const forgets = () => Promise.resolve(true);
const keeps = () => Promise.resolve(false);

beforeEach(async () => {
  owned = await provisioned();
  device = good(await enrolYubiHsm(owned.hardware, typing(EVERYDAY).presence));
});

const audit = (after: Bytes | undefined, keep = forgets) =>
  readAudit(heldIn(device.identity.handle), owned.hardware, typing(EVERYDAY).presence, after, keep);

describe('reading the log', () => {
  it('gives a chain that goes on from what was read before, and makes room for more', async () => {
    const first = good(await audit(undefined));
    expect(chainFault(first)).toBeUndefined();
    good(await device.derive(['label']));
    const second = good(await audit(first.at(-1)));
    expect(chainFault([...first, ...second])).toBeUndefined();
    expect(second.length).toBeLessThan(10);
    const hmac = second.map((raw) => parseEntry(raw)!).find(({ command }) => command === 0x53);
    expect(hmac).toMatchObject({
      authentication: owned.made.ids.operator,
      target: owned.made.ids.hmac,
      length: 2 + 5,
      result: 0xd3,
    });
  });

  it('asks once, for the log', async () => {
    const typed = typing(EVERYDAY);
    const held = heldIn(device.identity.handle);
    good(await readAudit(held, owned.hardware, typed.presence, undefined, forgets));
    expect(typed.prompts.map(({ asks }) => asks)).toEqual([{ to: 'read-log' }]);
  });

  it('leaves in the YubiHSM what was not kept, and then gives only what is new', async () => {
    const first = good(await audit(undefined, keeps));
    const again = good(await audit(undefined, keeps));
    expect(again.slice(0, first.length)).toEqual(first);
    const rest = good(await audit(first.at(-1)));
    expect(rest.slice(0, again.length - first.length)).toEqual(again.slice(first.length));
  });

  it('tells where an entry was changed, still there or not', async () => {
    const first = good(await audit(undefined, keeps));
    const changed = first.at(-1)!.slice();
    changed[20]! ^= 1;
    expect(faultOf(await audit(changed, keeps))).toBe('log-broken');
    const rest = good(await audit(first.at(-1), forgets));
    good(await device.derive(['label']));
    const last = rest.at(-1)!.slice();
    last[20]! ^= 1;
    expect(faultOf(await audit(last, keeps))).toBe('log-broken');
    good(await audit(rest.at(-1), keeps));
  });

  it('goes on after entries that somebody else took away, and counts them', async () => {
    const first = good(await audit(undefined));
    good(await device.derive(['label']));
    const lost = good(await audit(first.at(-1)));
    good(await device.derive(['label']));
    const rest = good(await audit(first.at(-1)));
    expect(missingBetween(first.at(-1), rest[0]!)).toBe(lost.length);
    good(await device.derive(['label']));
    const more = good(await audit(rest.at(-1)));
    expect(chainFault([...rest, ...more])).toBeUndefined();
  });

  it('tells a YubiHSM that was reset and made ready again', async () => {
    const last = good(await audit(undefined)).at(-1);
    const admin = await openHost(owned.simulator, owned.made.ids.administrator, ADMINISTRATOR);
    await admin.send(commands.resetDevice);
    await owned.provision();
    device = good(await enrolYubiHsm(owned.hardware, typing(EVERYDAY).presence));
    expect(faultOf(await audit(last))).toBe('log-broken');
    good(await audit(undefined));
  });

  it('goes on after entries that were overwritten before they were read, and counts them', async () => {
    const last = good(await audit(undefined)).at(-1);
    for (let i = 0; i < 40; i++) good(await device.derive(['label']));
    const entries = good(await audit(last));
    expect(entries.length).toBe(62);
    const missing = missingBetween(last, entries[0]!);
    expect(missing).toBe(parseEntry(entries[0]!)!.number - parseEntry(last!)!.number - 1);
    expect(missing).toBeGreaterThanOrEqual(20);
    good(await device.derive(['label']));
    const more = good(await audit(entries.at(-1)));
    expect(missingBetween(entries.at(-1), more[0]!)).toBe(0);
    expect(chainFault([...entries, ...more])).toBeUndefined();
  });
});

describe('a log that may lose nothing', () => {
  it('stops the YubiHSM when it is full, until it was read', async () => {
    const admin = await openHost(owned.simulator, owned.made.ids.administrator, ADMINISTRATOR);
    const on = [be16(1), Uint8Array.of(optionStates.on)];
    await admin.send(commands.setOption, Uint8Array.of(options.forceAudit), ...on);
    let refused = '';
    for (let i = 0; i < 40 && !refused; i++) {
      const derived = await device.derive(['label']);
      if (isDeviceFault(derived)) refused = derived.fault;
    }
    expect(refused).toBe('log-full');
    const all = good(await audit(undefined));
    expect(all.length).toBe(62);
    good(await device.derive(['label']));
    expect(chainFault([...all, ...good(await audit(all.at(-1)))])).toBeUndefined();
  });
});

describe('entries that are missing', () => {
  const numbered = (number: number, command = 0x53): Bytes => {
    const raw = new Uint8Array(32);
    raw.set([...be16(number), command]);
    return raw;
  };

  it.each([
    [7, 8, 0],
    [7, 9, 1],
    [7, 100, 92],
    [0xffff, 0, 0],
    [0xfffe, 3, 4],
    [7, 7, 0],
    [7, 6, 0],
    [3, 0xfffe, 0],
    [0, 0x7fff, 0x7ffe],
    [0, 0x8000, 0],
  ])('from entry %i to entry %i are %i', (before, first, missing) => {
    expect(missingBetween(numbered(before), numbered(first))).toBe(missing);
    expect(chainFault([numbered(first)], numbered(before))?.fault).toBe(
      missing > 0 ? undefined : 'log-broken',
    );
  });

  it('are none before the first reading, and cannot be told across a reset', () => {
    expect(missingBetween(undefined, numbered(9))).toBe(0);
    expect(chainFault([numbered(1, 0xff)], numbered(0xfff0))?.fault).toBe('log-broken');
  });
});

describe('the chain', () => {
  it('breaks with any byte of any entry after the first', async () => {
    const entries = good(await audit(undefined)).slice(0, 8);
    for (let at = 1; at < entries.length; at++)
      for (let byte = 0; byte < 32; byte++) {
        const changed = entries.map((raw) => raw.slice());
        changed[at]![byte]! ^= 0x10;
        expect(chainFault(changed)?.fault).toBe('log-broken');
      }
    expect(chainFault([...entries.slice(0, 2), ...entries.slice(3)])).toEqual({
      fault: 'log-broken',
      detail: `entry ${parseEntry(entries[3]!)!.number} after ${parseEntry(entries[1]!)!.number}`,
    });
    expect(chainFault([new Uint8Array(31)])?.fault).toBe('log-broken');
    expect(parseEntry(new Uint8Array(31))).toBeUndefined();
  });
});
