import { create } from 'qrcode';

/** Light modules around a code, as ISO/IEC 18004 asks for. */
const QUIET = 4;

/** Pixels of a module in a picture that is saved. */
const PIXELS = 8;

export interface QrOptions {
  /** How much may be unreadable: about 7 % or 15 %. */
  readonly level: 'L' | 'M';
  /** Size of the code, 1 to 40; the smallest that holds the content where none is given. */
  readonly version?: number | undefined;
}

/** The dark modules of a code in units of one module, with the quiet zone. */
export interface QrDrawing {
  readonly side: number;
  /** Rectangles as the path of an SVG. */
  readonly path: string;
}

/** Draws a code. The content must fit the version. */
export function drawQr(content: string, { level, version }: QrOptions): QrDrawing {
  const { modules } = create(content, { errorCorrectionLevel: level, version });
  let path = '';
  for (let y = 0; y < modules.size; y++) {
    for (let x = 0; x < modules.size; x++) {
      const start = x;
      while (x < modules.size && modules.data[y * modules.size + x]) x++;
      const run = x - start;
      if (run > 0) path += `M${start + QUIET} ${y + QUIET}h${run}v1h-${run}z`;
    }
  }
  return { side: modules.size + 2 * QUIET, path };
}

/** A picture of a code as a PNG file, black on white. */
export async function qrPng(content: string, options: QrOptions): Promise<Blob> {
  const { side, path } = drawQr(content, options);
  const canvas = new OffscreenCanvas(side * PIXELS, side * PIXELS);
  const context = canvas.getContext('2d')!;
  context.fillStyle = 'white';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(PIXELS, PIXELS);
  context.fillStyle = 'black';
  context.fill(new Path2D(path));
  return canvas.convertToBlob({ type: 'image/png' });
}
