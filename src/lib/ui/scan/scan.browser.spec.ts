import { describe, expect, it } from 'vitest';
import { qrPng } from '../qr.ts';
import { scanImage } from './pictures.ts';

/** A picture of these codes, drawn by us, side by side, each as high as the picture. */
async function picture(...contents: string[]): Promise<Blob> {
  const codes = await Promise.all(
    contents.map(async (content) => createImageBitmap(await qrPng(content, { level: 'L' }))),
  );
  const side = Math.max(...codes.map(({ width }) => width));
  const canvas = new OffscreenCanvas(side * codes.length, side);
  const context = canvas.getContext('2d')!;
  context.fillStyle = 'white';
  context.fillRect(0, 0, canvas.width, canvas.height);
  codes.forEach((code, i) => context.drawImage(code, i * side, 0));
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.6 });
}

describe('the worker that reads codes', () => {
  it('reads text as text', async () => {
    expect(await scanImage(await picture('UR:CONCLAVE-PACKETS/1-2/ABC'))).toEqual([
      'UR:CONCLAVE-PACKETS/1-2/ABC',
    ]);
  });

  it('reads the largest code there is, and a picture larger than is read', async () => {
    const text = 'UR:'.padEnd(4296, 'ABCDEFG');
    expect(await scanImage(await picture(text))).toEqual([text]);
    const large = new OffscreenCanvas(6000, 6000);
    const context = large.getContext('2d')!;
    context.fillStyle = 'white';
    context.fillRect(0, 0, 6000, 6000);
    context.drawImage(await createImageBitmap(await picture('far away')), 2500, 2500, 1000, 1000);
    expect(await scanImage(await large.convertToBlob())).toEqual(['far away']);
  });

  it('finds several codes in one picture', async () => {
    const found = await scanImage(await picture('one', 'two', 'three'));
    expect(found?.sort()).toEqual(['one', 'three', 'two']);
  });

  it('tells a picture without a code from a file that is no picture', async () => {
    const blank = new OffscreenCanvas(300, 200);
    blank.getContext('2d')!.fillRect(0, 0, 10, 10);
    expect(await scanImage(await blank.convertToBlob())).toEqual([]);
    expect(await scanImage(new Blob(['not a picture'], { type: 'image/png' }))).toBeUndefined();
  });
});
