import jsQR from 'jsqr';
import { create } from 'qrcode';
import { expect, it } from 'vitest';
import { concat } from '../crypto/bytes.ts';
import { densities, frames, plan, singleCode, type Density } from './sender.ts';
import { BUNDLE_TYPE, toPartUr } from './ur.ts';
import { nextBelow, Xoshiro } from './xoshiro.ts';

const rng = new Xoshiro(new TextEncoder().encode('sender'));
/** The same in every run: the reader of other people does not read every code that there can be. */
const random = (length: number) => Uint8Array.from({ length }, () => nextBelow(256, rng));

/** What a reader sees in a code: four pixels for each module, and a quiet zone. */
function scan(content: string, version?: Density): string | undefined {
  const { modules } = create(content, { errorCorrectionLevel: 'L', version });
  const side = 4 * (modules.size + 8);
  const pixels = new Uint8ClampedArray(4 * side * side).fill(255);
  for (let y = 0; y < 4 * modules.size; y++)
    for (let x = 0; x < 4 * modules.size; x++)
      if (modules.data[(y >> 2) * modules.size + (x >> 2)])
        pixels.fill(0, 4 * ((y + 16) * side + x + 16), 4 * ((y + 16) * side + x + 16) + 3);
  return jsQR(pixels, side, side)?.data;
}

it.each(densities)('fills codes of version %i, and no larger ones', (density) => {
  const packed = random(20_000);
  const frame = frames(packed, density);
  for (const index of [0, 1, 200, 2047]) {
    const text = frame(index);
    expect(text).toMatch(/^UR:CONCLAVE-PACKETS\/\d+-\d+\/[A-Z]+$/);
    expect(create(text, { errorCorrectionLevel: 'L', version: density }).segments).toHaveLength(1);
  }
  expect(create(frame(2047), { errorCorrectionLevel: 'L' }).version).toBe(density);
  expect(scan(frame(3), density)).toBe(frame(3));
});

it.each(densities)('keeps room for the longest part in version %i', (density) => {
  const longest = Array.from({ length: 600 }, (_, i) => plan(20_000 + i, density)!.bytesPerFrame);
  const data = random(Math.max(...longest));
  const shape = { count: 2048, messageLength: 2 ** 20, checksum: 2 ** 32 - 1 };
  const part = (more: number) =>
    toPartUr(BUNDLE_TYPE, { ...shape, number: 65_535, data: concat(data, new Uint8Array(more)) });
  const version = (text: string) => create(text, { errorCorrectionLevel: 'L' }).version;
  expect([version(part(0)), version(part(2))]).toEqual([density, density + 1]);
});

it.each([
  [20, 1000, 2, 502],
  [20, 5000, 9, 556],
  [20, 20_000, 35, 572],
  [15, 5000, 15, 334],
  [10, 1000, 7, 144],
] as const)('tells beforehand: version %i, %i bytes', (density, length, count, bytes) => {
  expect(plan(length, density)).toEqual({ frames: count, bytesPerFrame: bytes });
  expect(frames(random(length), density)(0)).toContain(`/1-${count}/`);
});

it('shows one code that stands still where all fits into it', () => {
  for (const density of densities) {
    let largest = 100;
    while (plan(largest + 1, density)!.frames === 1) largest++;
    const text = frames(random(largest), density)(0);
    expect(text).toMatch(/^UR:CONCLAVE-PACKETS\/[A-Z]+$/);
    expect(create(text, { errorCorrectionLevel: 'L' }).version).toBeLessThanOrEqual(density);
    expect(frames(random(largest + 1), density)(0)).toContain('/1-2/');
  }
});

it('has no plan for what is too large', () => {
  expect(plan(323_000, 10)).toBeDefined();
  expect(plan(330_000, 10)).toBeUndefined();
  expect(plan(2 ** 20, 20)).toBeUndefined();
});

it('puts into one code what fits the largest, and nothing larger', () => {
  const text = singleCode(random(2131))!;
  expect(create(text, { errorCorrectionLevel: 'L' }).version).toBe(40);
  expect(singleCode(random(2132))).toBeUndefined();
  expect(scan(singleCode(random(500))!)).toMatch(/^UR:CONCLAVE-PACKETS\//);
});
