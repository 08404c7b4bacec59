/** The reader of QR codes, in a worker of its own: ZXing's WebAssembly, or jsQR where that is switched off. */
import { expose } from 'comlink';
import jsQr from 'jsqr';
import { prepareZXingModule, readBarcodes, ZXING_WASM_SHA256 } from 'zxing-wasm/reader';
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url';
import type { ScanDoor } from './scanner.ts';

/** More than a page of paper ever carries; all of them are found in one picture. */
const MAX_CODES = 16;

let started: Promise<unknown> | undefined;

/** Loads ZXing by the hash that its script states for it. */
async function loadZXing(): Promise<void> {
  const digest = ZXING_WASM_SHA256.replace(/../g, (hex) => String.fromCharCode(parseInt(hex, 16)));
  const answer = await fetch(wasmUrl, { integrity: `sha256-${btoa(digest)}` });
  const wasmBinary = await answer.arrayBuffer();
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
}

let surface: OffscreenCanvas | undefined;

function pixelsOf(picture: ImageBitmap): ImageData {
  const { width, height } = picture;
  surface ??= new OffscreenCanvas(width, height);
  if (surface.width !== width || surface.height !== height) {
    surface.width = width;
    surface.height = height;
  }
  const context = surface.getContext('2d', { willReadFrequently: true })!;
  context.drawImage(picture, 0, 0);
  picture.close();
  return context.getImageData(0, 0, width, height);
}

const door: ScanDoor = {
  async read(picture) {
    const pixels = pixelsOf(picture);
    if (!('WebAssembly' in globalThis)) {
      const code = jsQr(pixels.data, pixels.width, pixels.height);
      return code === null ? [] : [code.data || Uint8Array.from(code.binaryData)];
    }
    started ??= loadZXing();
    await started.catch((error: unknown) => {
      started = undefined; // the next picture tries again
      throw error;
    });
    const codes = await readBarcodes(pixels, {
      formats: ['QRCode'],
      maxNumberOfSymbols: MAX_CODES,
    });
    return codes
      .filter(({ isValid }) => isValid)
      .map(({ contentType, text, bytes }) => (contentType === 'Text' ? text : bytes.slice()));
  },
};

expose(door);
