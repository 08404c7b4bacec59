/** Pictures and films of our own sender's codes, as a camera sees them: drawn in a page of a browser. */
import type { Page } from '@playwright/test';
import { createHash } from 'node:crypto';
import { frames, plan, type Density } from '../../src/lib/courier/sender.ts';
import { pack } from '../../src/lib/courier/transport.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { webm } from './webm.ts';
import { drawQr, type QrDrawing } from '../../src/lib/ui/qr.ts';

/** What a camera would give. */
const [WIDTH, HEIGHT] = [1280, 720];

/** Codes of a packed bundle, one drawing for each of the sender's first frames. */
export async function drawFrames(
  bundle: Bytes,
  count: number,
  density: Density = 20,
): Promise<{ drawings: QrDrawing[]; needed: number }> {
  const packed = await pack(bundle);
  const frame = frames(packed, density);
  const drawings = Array.from({ length: count }, (_, i) =>
    drawQr(frame(i), { level: 'L', version: density }),
  );
  return { drawings, needed: plan(packed.length, density)!.frames };
}

let bundles = 0;

/** Bytes that look random, which nothing deflates: others each time, and the same in every run. */
export function randomBundle(length: number): Bytes {
  const stream = createHash('shake256', { outputLength: length });
  return new Uint8Array(stream.update(`bundle ${bundles++}`).digest());
}

/** A JPEG for each drawing, `null` for a view in which there is no code: tilted, grey, a little blurred. */
export async function photograph(page: Page, drawings: (QrDrawing | null)[]): Promise<Buffer[]> {
  const pictures: Buffer[] = [];
  for (const drawing of drawings) {
    const base64 = await page.evaluate(
      async ({ drawing, width, height }) => {
        const canvas = new OffscreenCanvas(width, height);
        // Drawn without the graphics card, which test machines only imitate.
        const context = canvas.getContext('2d', { willReadFrequently: true })!;
        context.fillStyle = '#556';
        context.fillRect(0, 0, width, height);
        if (drawing) {
          const scale = (0.86 * height) / drawing.side;
          context.filter = 'blur(0.7px)';
          context.translate(width / 2, height / 2);
          context.rotate(0.06);
          context.scale(scale, scale);
          context.translate(-drawing.side / 2, -drawing.side / 2);
          context.fillStyle = '#eee';
          context.fillRect(0, 0, drawing.side, drawing.side);
          context.fillStyle = '#222';
          context.fill(new Path2D(drawing.path));
        }
        const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.7 });
        const bytes = new Uint8Array(await blob.arrayBuffer());
        return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
      },
      { drawing, width: WIDTH, height: HEIGHT },
    );
    pictures.push(Buffer.from(base64, 'base64'));
  }
  return pictures;
}

/** A film that shows each drawing for `ms`. The page must be of a secure origin. */
export async function film(page: Page, drawings: QrDrawing[], ms: number): Promise<Buffer> {
  const coded = await page.evaluate(
    async ({ drawings, side }) => {
      const canvas = new OffscreenCanvas(side, side);
      const context = canvas.getContext('2d', { willReadFrequently: true })!;
      const pictures: string[] = [];
      const encoder = new VideoEncoder({
        output(chunk) {
          const bytes = new Uint8Array(chunk.byteLength);
          chunk.copyTo(bytes);
          pictures.push(btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')));
        },
        error: (error) => {
          throw error;
        },
      });
      encoder.configure({ codec: 'vp8', width: side, height: side, bitrate: 8_000_000 });
      for (const [i, drawing] of drawings.entries()) {
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.fillStyle = 'white';
        context.fillRect(0, 0, side, side);
        context.scale(side / drawing.side, side / drawing.side);
        context.fillStyle = 'black';
        context.fill(new Path2D(drawing.path));
        const frame = new VideoFrame(canvas, { timestamp: i * 1_000_000 });
        encoder.encode(frame, { keyFrame: true });
        frame.close();
      }
      await encoder.flush();
      return pictures;
    },
    { drawings, side: HEIGHT },
  );
  const pictures = coded.map((base64) => Buffer.from(base64, 'base64'));
  return webm(pictures, HEIGHT, HEIGHT, ms);
}
