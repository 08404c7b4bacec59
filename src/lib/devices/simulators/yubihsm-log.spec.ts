import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  ask,
  bench,
  header,
  open,
  type Bench,
  type HostSession,
} from '../../../../tests/support/yubihsm-host.ts';
import { concat, readBe32, type Bytes } from '../../crypto/bytes.ts';
import { commands, errors, objectTypes, options, optionStates } from '../yubihsm/commands.ts';
import { be16, readBe16 } from '../yubihsm/frames.ts';

let device: Bench;
let session: HostSession;

beforeEach(async () => {
  device = bench();
  session = await open(device.simulator);
});

const set = (option: number, ...value: readonly number[]) =>
  session.send(commands.setOption, Uint8Array.of(option, 0, value.length, ...value));

const audit = async (...numbers: readonly number[]) => {
  const pairs = numbers.flatMap((number) => [number, optionStates.on]);
  expect(await set(options.commandAudit, ...pairs)).toHaveLength(0);
};

interface Entry {
  readonly whole: Bytes;
  readonly number: number;
  readonly command: number;
  readonly length: number;
  readonly keys: readonly number[];
  readonly result: number;
  readonly tick: number;
}

/** GET LOG, cut into its fields. */
async function readLog(): Promise<{ boots: number; authentications: number; entries: Entry[] }> {
  const log = (await session.send(commands.getLog)) as Bytes;
  expect(log).toHaveLength(5 + 32 * log[4]!);
  const entries = Array.from({ length: log[4]! }, (_, i) => {
    const whole = log.slice(5 + 32 * i, 37 + 32 * i);
    return {
      whole,
      number: readBe16(whole, 0),
      command: whole[2]!,
      length: readBe16(whole, 3),
      keys: [5, 7, 9].map((at) => readBe16(whole, at)),
      result: whole[11]!,
      tick: readBe32(whole.subarray(12)),
    };
  });
  return { boots: readBe16(log, 0), authentications: readBe16(log, 2), entries };
}

/** Whether each entry's digest is that of itself and the digest before it. */
const chained = (entries: readonly Entry[]) =>
  entries.slice(1).every(({ whole }, i) => {
    const digest = createHash('sha256')
      .update(whole.subarray(0, 16))
      .update(entries[i]!.whole.subarray(16))
      .digest();
    return digest.subarray(0, 16).equals(whole.subarray(16));
  });

const { generateHmacKey, signHmac, signEddsa, createSession, authenticateSession } = commands;
const key = header({ id: 7, algorithm: 20, may: ['sign-hmac'] });

describe('the log of a simulated YubiHSM', () => {
  it('begins with a reset and a power-up, and notes nothing else by itself', async () => {
    await session.send(generateHmacKey, key);
    const { entries } = await readLog();
    expect(entries.map(({ whole }) => [...whole.subarray(0, 16)])).toEqual([
      [0, 1, ...Array<number>(14).fill(0xff)],
      [0, 2, 0, 0, 0, 0xff, 0xff, ...Array<number>(9).fill(0)],
    ]);
    expect(chained(entries)).toBe(true);
  });

  it('notes the commands that it is told to, with keys, result and time', async () => {
    await audit(generateHmacKey, signHmac, signEddsa, createSession, authenticateSession);
    device.wait(250);
    await session.send(generateHmacKey, key);
    await session.send(signHmac, be16(7), Uint8Array.of(1, 2, 3));
    await session.send(signEddsa, be16(9), Uint8Array.of(1));
    await open(device.simulator);
    expect(await ask(device.simulator, createSession, be16(3), new Uint8Array(8))).toBe(0x0b);
    const { entries } = await readLog();
    const none = 0xffff;
    expect(entries.slice(2)).toMatchObject([
      { number: 3, command: 0x5a, length: 53, keys: [1, 7, none], result: 0xda, tick: 250 },
      { number: 4, command: 0x53, length: 5, keys: [1, 7, none], result: 0xd3, tick: 250 },
      { number: 5, command: 0x6a, length: 3, keys: [1, 9, none], result: 0x0b, tick: 250 },
      { number: 6, command: 0x03, length: 10, keys: [none, 1, none], result: 0x83, tick: 250 },
      { number: 7, command: 0x04, length: 17, keys: [none, 1, none], result: 0x84, tick: 250 },
      { number: 8, command: 0x03, length: 10, keys: [none, 3, none], result: 0x0b, tick: 250 },
    ]);
    expect(chained(entries)).toBe(true);
  });

  it('names the wrap key second', async () => {
    await audit(commands.exportWrapped);
    const type = Uint8Array.of(objectTypes.hmacKey);
    expect(await session.send(commands.exportWrapped, be16(4), type, be16(7))).toBe(0x0b);
    expect((await readLog()).entries.at(-1)).toMatchObject({ keys: [1, 7, 4], result: 0x0b });
  });

  it('loses its oldest entries when it is full and nothing forbids it', async () => {
    await audit(signHmac);
    await session.send(generateHmacKey, key);
    for (let i = 0; i < 100; i++) await session.send(signHmac, be16(7), be16(i));
    const { entries } = await readLog();
    expect(entries.map(({ number }) => number)).toEqual(
      Array.from({ length: 62 }, (_, i) => 41 + i),
    );
    expect(chained(entries)).toBe(true);
  });

  it('stops what cannot be logged when it may lose nothing, until it was read', async () => {
    await session.send(generateHmacKey, key);
    expect(await set(options.forceAudit, optionStates.on)).toHaveLength(0);
    let answer = await session.send(signHmac, be16(7), be16(1));
    for (let i = 0; i < 62 && answer !== errors.logFull; i++)
      answer = await session.send(signHmac, be16(7), be16(1));
    expect(answer).toBe(errors.logFull);
    expect(await ask(device.simulator, commands.deviceInfo)).toMatchObject({ 7: 62, 8: 62 });
    // Only what is needed to read it goes on.
    expect(await session.send(commands.listObjects)).toBe(errors.logFull);
    const other = await open(device.simulator);
    expect(await other.send(commands.closeSession)).toHaveLength(0);
    const { boots, authentications, entries } = await readLog();
    expect([boots, authentications, entries.length]).toEqual([0, 2, 62]);
    expect(chained(entries)).toBe(true);
    const last = entries.at(-1)!;
    expect(await session.send(commands.setLogIndex, be16(last.number + 1))).toBe(
      errors.invalidData,
    );
    expect(await session.send(commands.setLogIndex, be16(last.number))).toHaveLength(0);
    expect(await session.send(signHmac, be16(7), be16(1))).toHaveLength(32);
    const after = await readLog();
    expect([after.boots, after.authentications]).toEqual([0, 0]);
    expect(after.entries.map(({ command }) => command)).toEqual([commands.setLogIndex, signHmac]);
    expect(chained([last, ...after.entries])).toBe(true);
  });

  it('counts power-ups that it cannot note, and goes on after others', async () => {
    device.simulator.unplug();
    device.simulator.plug();
    session = await open(device.simulator);
    expect((await readLog()).entries.map(({ command }) => command)).toEqual([0xff, 0, 0]);
    await set(options.forceAudit, optionStates.on);
    for (let i = 0; i < 62; i++) await session.send(commands.storageInfo);
    device.simulator.unplug();
    device.simulator.plug();
    session = await open(device.simulator);
    expect(await readLog()).toMatchObject({ boots: 1, authentications: 2 });
  });

  it('goes on after the device was saved and read', async () => {
    await audit(generateHmacKey);
    await session.send(generateHmacKey, key);
    const before = await readLog();
    device = bench(device.state());
    session = await open(device.simulator);
    const { entries } = await readLog();
    expect(entries.slice(0, -1)).toEqual(before.entries);
    expect(entries.at(-1)).toMatchObject({ command: 0, number: 4 });
    expect(chained(entries)).toBe(true);
  });
});

describe('options of a simulated YubiHSM', () => {
  const get = (option: number) => session.send(commands.getOption, Uint8Array.of(option));

  it('tell each command’s switch', async () => {
    await audit(signHmac);
    const pairs = (await get(options.commandAudit)) as Bytes;
    expect(pairs).toHaveLength(128);
    const on = Array.from({ length: 64 }, (_, i) => [pairs[2 * i], pairs[2 * i + 1]]).filter(
      ([, state]) => state !== 0,
    );
    expect(on).toEqual([[signHmac, 1]]);
    expect(await get(options.forceAudit)).toEqual(Uint8Array.of(0));
  });

  it('stay as they are once they are fixed', async () => {
    const fixed = [signHmac, optionStates.fixed];
    expect(await set(options.commandAudit, ...fixed)).toHaveLength(0);
    expect(await set(options.commandAudit, signHmac, 0)).toBe(errors.invalidData);
    expect(await set(options.forceAudit, optionStates.fixed)).toHaveLength(0);
    expect(await set(options.forceAudit, optionStates.off)).toBe(errors.invalidData);
    expect(await get(options.forceAudit)).toEqual(Uint8Array.of(optionStates.fixed));
  });

  it('refuse values that are none, and then change nothing', async () => {
    for (const value of [[], [1, 1], [3]])
      expect(await set(options.forceAudit, ...value)).toBe(errors.invalidData);
    const pairs = [[signHmac], [signHmac, 3], [0x3f, 1], [commands.getLog, 1]];
    for (const value of pairs)
      expect(await set(options.commandAudit, commands.wrapData, 1, ...value)).toBe(
        errors.invalidData,
      );
    expect(await set(options.fips, 1)).toBe(errors.invalidData);
    expect(await get(options.fips)).toBe(errors.invalidData);
    expect(await get(options.commandAudit)).toEqual(
      concat(...Array.from({ length: 64 }, (_, i) => Uint8Array.of(codes[i]!, 0))),
    );
    expect(await session.send(commands.setOption, Uint8Array.of(1, 0, 2, 0))).toBe(
      errors.wrongLength,
    );
  });

  const codes = [1, 3, 4, 5, 6, 8, 9, 10, ...Array.from({ length: 56 }, (_, i) => 0x40 + i)];
});
