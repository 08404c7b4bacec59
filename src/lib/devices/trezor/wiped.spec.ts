import { expect, it, vi } from 'vitest';
import { wipe, type Bytes } from '../../crypto/bytes.ts';
import { send } from './calls.ts';

const made = vi.hoisted(() => [] as Uint8Array[]);
vi.mock('../../crypto/bytes.ts', async (original) => {
  const real = await original<typeof import('../../crypto/bytes.ts')>();
  const concat: typeof real.concat = (...parts) => {
    const whole = real.concat(...parts);
    made.push(whole);
    return whole;
  };
  return { ...real, concat };
});

it('no copy of what was sent remains', async () => {
  const value = new Uint8Array(32).fill(0x5a);
  const sent: Bytes[] = [];
  const link = {
    send: (packet: Bytes) => {
      sent.push(packet);
      return Promise.resolve(undefined);
    },
    receive: () => new Promise<never>(() => undefined),
    close: () => Promise.resolve(),
  };
  await send(link, { is: 'CipherKeyValue', path: [1], key: 'one', value, encrypt: false });
  wipe(value);
  const copies = [...made, ...sent].filter((bytes) => bytes.includes(0x5a));
  expect(made.length).toBeGreaterThan(1);
  expect(copies).toEqual([]);
});
