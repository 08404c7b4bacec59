import fc from 'fast-check';
import { expect, it } from 'vitest';
import { monsters, mutate } from '../../../tests/adversarial/fuzz.ts';
import { concat, toHex, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { encoder } from './fountain.ts';
import { toFile, toText } from './file.ts';
import { Receiver, type Feedback, type Transfer } from './receiver.ts';
import { frames, plan, singleCode } from './sender.ts';
import { pack } from './transport.ts';
import { BUNDLE_TYPE, toPartUr, toUr } from './ur.ts';
import { nextBelow, Xoshiro } from './xoshiro.ts';

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** Random bytes behind the mark of stored ones, so that lengths are known. */
const packed = (length: number) => concat(Uint8Array.of(1), random(length - 1));

const bundleOf = (bytes: Uint8Array): Feedback => ({ kind: 'bundle', bundle: bytes.slice(1) });

async function feedAll(receiver: Receiver, texts: Iterable<string>): Promise<Feedback[]> {
  const all: Feedback[] = [];
  for (const text of texts) all.push(await receiver.feed(text));
  return all;
}

type F = ReturnType<typeof frames>;

const part = (feedback: Feedback) => {
  if (feedback.kind !== 'part') throw new Error(`${feedback.kind} instead of a part`);
  return feedback;
};

it('takes every form in which a bundle travels', async () => {
  const bundle = random(300);
  const bytes = await pack(bundle);
  const utf8 = (text: string) => new TextEncoder().encode(text);
  const hex = toHex(toFile(bytes)).toUpperCase();
  for (const input of [
    singleCode(bytes)!,
    singleCode(bytes)!.toLowerCase(),
    ` ${singleCode(bytes)!}\n`,
    utf8(singleCode(bytes)!),
    toFile(bytes),
    toText(bytes),
    utf8(`Hello,\n${toText(bytes)}`),
    `B$HB0100${hex}`,
  ])
    expect(await new Receiver().feed(input)).toEqual({ kind: 'bundle', bundle });
});

it('needs exactly the planned frames where none is lost', async () => {
  const bytes = packed(5000);
  const { frames: count } = plan(5000, 20)!;
  const frame = frames(bytes, 20);
  const receiver = new Receiver();
  for (let i = 0; i < count - 1; i++) {
    const { transfer, fresh, stray } = part(await receiver.feed(frame(i)));
    expect([fresh, stray]).toEqual([true, false]);
    expect(transfer.cells).toEqual(
      Array.from({ length: count }, (_, at) => (at < i ? 'known' : at === i ? 'new' : 'missing')),
    );
    expect(transfer).toMatchObject({ known: i + 1, seen: 2 * i + 1, needed: count - i - 1 });
    const again = part(await receiver.feed(frame(i)));
    expect(again.fresh).toBe(false);
    expect(again.transfer).toMatchObject({ known: i + 1, seen: 2 * i + 2, needed: count - i - 1 });
    expect(again.transfer.cells).not.toContain('new');
    expect(receiver.transfers).toEqual([again.transfer]);
  }
  expect(await receiver.feed(frame(count - 1))).toEqual(bundleOf(bytes));
  expect(receiver.transfers).toEqual([]);
  expect(await receiver.feed(frame(count))).toMatchObject({ kind: 'finished' });
  expect(receiver.transfers).toEqual([]);
  // The next transfer is no stranger.
  expect(part(await receiver.feed(frames(packed(5000), 20)(0))).stray).toBe(false);
});

it('gets every bundle from codes lost, repeated, out of order and among strangers', async () => {
  const scenario = fc.record({
    length: fc.integer({ min: 1, max: 6000 }),
    density: fc.constantFrom(10 as const, 15 as const, 20 as const),
    first: fc.integer({ min: 0, max: 1000 }),
    lost: fc.infiniteStream(fc.integer({ min: 0, max: 9 }).map((n) => n < 6)),
    backwards: fc.boolean(),
    noise: fc.infiniteStream(fc.constantFrom('stranger', 'repeat', 'garbage', 'none')),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ length, density, first, lost, backwards, noise }) => {
      const bytes = packed(length);
      const [frame, stranger] = [frames(bytes, density), frames(packed(40_000), density)];
      const receiver = new Receiver();
      const bundles: Bytes[] = [];
      for (let i = 0; bundles.length === 0; i++) {
        expect(i).toBeLessThan(1000);
        const index = backwards ? first + 1000 - i : first + i;
        const other = noise.next().value as string;
        if (other === 'stranger') part(await receiver.feed(stranger(i % 60)));
        if (other === 'garbage') await receiver.feed(`UR:${BUNDLE_TYPE}/1-3/AEAE`);
        if (lost.next().value) continue;
        const feedback = await receiver.feed(frame(index));
        if (feedback.kind === 'bundle') bundles.push(feedback.bundle);
        else part(feedback);
        if (other === 'repeat') await receiver.feed(frame(index));
      }
      expect(bundles).toEqual([bytes.slice(1)]);
    }),
    { numRuns: 40 },
  );
});

it('names a stray code, keeps both transfers, and notices going over', async () => {
  const [a, b] = [frames(packed(5000), 20), frames(packed(5000), 20)];
  const receiver = new Receiver();
  await feedAll(receiver, [a(0), a(1)]);
  const stray = part(await receiver.feed(b(0)));
  expect(stray).toMatchObject({ stray: true, fresh: true, transfer: { known: 1 } });
  expect(part(await receiver.feed(b(0)))).toMatchObject({ stray: true, fresh: false });
  expect(part(await receiver.feed(a(2)))).toMatchObject({ stray: false, transfer: { known: 3 } });
  const strays = await feedAll(receiver, [b(1), b(1), b(1), b(2), b(3), b(4)]);
  expect(strays.map((feedback) => part(feedback).stray)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(receiver.transfers.map(({ known }) => known)).toEqual([3, 5]);
  expect(part(await receiver.feed(a(3)))).toMatchObject({ stray: true, transfer: { known: 4 } });
});

it('keeps four transfers; a fifth displaces the one with the least', async () => {
  const receiver = new Receiver();
  const rows = Array.from({ length: 30 }, () => frames(packed(5000), 20));
  await feedAll(
    receiver,
    [0, 1, 2, 3].map((i) => rows[0]!(i)),
  );
  for (const row of rows.slice(1)) {
    await receiver.feed(row(0));
    expect(receiver.transfers.length).toBeLessThanOrEqual(4);
    expect(receiver.transfers[0]).toMatchObject({ known: 4 });
  }
  const { id } = receiver.transfers[0]!;
  receiver.forget(id);
  expect(receiver.transfers.map((transfer: Transfer) => transfer.id)).not.toContain(id);
});

it('displaces the one with the least wherever it stands', async () => {
  const receiver = new Receiver();
  const [a, b, c, d, e] = Array.from({ length: 5 }, () => frames(packed(5000), 20)) as [
    F,
    F,
    F,
    F,
    F,
  ];
  await feedAll(receiver, [b(0), b(1), a(0), c(0), c(1), d(0), d(1), e(0), e(1)]);
  expect(receiver.transfers.map(({ known }) => known)).toEqual([2, 2, 2, 2]);
  expect(part(await receiver.feed(a(1))).transfer.known).toBe(1);
});

it('takes one BBQr transfer after another with the same header', async () => {
  const receiver = new Receiver();
  for (const bytes of [packed(100), packed(100)]) {
    const hex = toHex(toFile(bytes)).toUpperCase();
    const rows = [`B$HB0200${hex.slice(0, 120)}`, `B$HB0201${hex.slice(120)}`];
    expect((await feedAll(receiver, rows))[1]).toEqual(bundleOf(bytes));
  }
});

it('remembers a few finished transfers, and can forget one', async () => {
  const receiver = new Receiver();
  const rows = Array.from({ length: 17 }, () => frames(packed(700), 20));
  const finish = (row: (i: number) => string) => feedAll(receiver, [row(0), row(1)]);
  for (const row of rows) expect((await finish(row))[1]!.kind).toBe('bundle');
  const last = await receiver.feed(rows[16]!(7));
  if (last.kind !== 'finished') throw new Error(last.kind);
  receiver.forget(last.id);
  expect((await receiver.feed(rows[16]!(0))).kind).toBe('part');
  expect((await receiver.feed(rows[0]!(0))).kind).toBe('part');
});

it('names what it does not take', async () => {
  const receiver = new Receiver();
  const fault = async (input: string | Uint8Array) => {
    const feedback = await receiver.feed(input);
    if (feedback.kind !== 'fault') throw new Error(feedback.kind);
    return [feedback.fault.fault, feedback.fault.detail];
  };
  expect(await fault('https://example.org')).toEqual(['foreign', undefined]);
  expect(await fault('')).toEqual(['foreign', undefined]);
  expect(await fault(Uint8Array.of(0xff, 0xd8))).toEqual(['foreign', undefined]);
  expect(await fault(toFile(packed(9)).subarray(0, 12))).toEqual(['cut-short', undefined]);
  expect(await fault(toUr('crypto-psbt', toCbor(random(9))))).toEqual([
    'other-type',
    'crypto-psbt',
  ]);
  expect(await fault('B$HP0300AA')).toEqual(['other-type', 'P']);
  expect(await fault(toUr(BUNDLE_TYPE, toCbor('text')))).toEqual(['damaged', undefined]);
  expect(await fault(toFile(Uint8Array.of(9)))).toEqual(['newer', undefined]);
  await receiver.feed('B$HB0300AA');
  expect(await fault('B$HB0300AB')).toEqual(['conflict', undefined]);
  expect(await fault(`B$HB0100AA`)).toEqual(['foreign', undefined]);
});

it('throws the parts away that together are not what was announced, and starts again', async () => {
  const receiver = new Receiver();
  const whole = encoder(toCbor(packed(1000)), 585);
  const forged = { ...whole(2), data: whole(1).data };
  const ur = (...parts: ReturnType<typeof whole>[]) =>
    feedAll(
      receiver,
      parts.map((p) => toPartUr(BUNDLE_TYPE, p)),
    );
  const [, bad] = await ur(whole(1), forged);
  expect(bad).toEqual({ kind: 'fault', fault: { fault: 'inconsistent' } });
  expect(receiver.transfers).toEqual([]);
  const [, good] = await ur(whole(1), whole(2));
  expect(good!.kind).toBe('bundle');
});

it('answers thousands of damaged inputs without throwing', async () => {
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 4;
  const bytes = packed(900);
  const hex = toHex(toFile(bytes)).toUpperCase();
  const seeds = [
    ...[0, 1, 2, 9].map((i) => frames(bytes, 10)(i)),
    singleCode(bytes)!,
    toText(bytes),
    `B$HB0100${hex}`,
    `B$ZB0201${'MZXW6YTB'.repeat(9)}`,
  ].map((text) => new TextEncoder().encode(text));
  const receiver = new Receiver();
  const count: Record<string, number> = {};
  const latin1 = new TextDecoder('latin1');
  for (const seed of [...seeds, toFile(bytes)]) {
    const inputs = [...monsters(seed), ...Array.from({ length: 300 }, () => mutate(seed, next))];
    for (const input of inputs)
      for (const form of [input, latin1.decode(input)]) {
        const { kind } = await receiver.feed(form);
        count[kind] = (count[kind] ?? 0) + 1;
        expect(receiver.transfers.length).toBeLessThanOrEqual(4);
      }
  }
  expect(count['fault']).toBeGreaterThan(4000);
});

it('needs few codes more than there are fragments', async () => {
  const rows: string[] = [];
  for (const length of [1000, 5000, 20_000])
    for (const loss of [0, 10, 30]) {
      let [total, most] = [0, 0];
      const runs = 40;
      for (let run = 0; run < runs; run++) {
        const rng = new Xoshiro(Uint8Array.of(run));
        const content = Uint8Array.from({ length: length - 1 }, () => nextBelow(256, rng));
        const frame = frames(concat(Uint8Array.of(1), content), 20);
        const receiver = new Receiver();
        for (let shown = 1; ; shown++) {
          if (rng.nextDouble() < loss / 100) continue;
          const { kind } = await receiver.feed(frame(shown - 1));
          if (kind !== 'bundle') continue;
          total += shown;
          most = Math.max(most, shown);
          break;
        }
      }
      const mean = total / runs;
      const { frames: fewest } = plan(length, 20)!;
      rows.push(`${length} bytes, ${loss} % lost: ${fewest} → ${mean.toFixed(1)}, at most ${most}`);
      expect(mean).toBeLessThan((1.2 * fewest) / (1 - loss / 100) + 3);
    }
  process.stdout.write(`frames shown at version 20-L\n  ${rows.join('\n  ')}\n`);
});
