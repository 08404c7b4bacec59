/** A film as a WebM file (Matroska's elements, RFC 9559), from pictures that are coded already. */

/** An element: its ID as hex, and what is in it. */
function element(id: string, ...content: (Uint8Array | Buffer)[]): Buffer {
  const body = Buffer.concat(content);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(body.length) | (1n << 56n));
  return Buffer.concat([Buffer.from(id, 'hex'), size, body]);
}

function number(id: string, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return element(id, bytes);
}

function float(id: string, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return element(id, bytes);
}

const text = (id: string, value: string): Buffer => element(id, Buffer.from(value));

/** VP8 key frames of this size in pixels, each shown for `ms`; less than half a minute in all. */
export function webm(pictures: Uint8Array[], width: number, height: number, ms: number): Buffer {
  const blocks = pictures.map((picture, i) => {
    const head = Buffer.from([0x81, 0, 0, 0x80]); // track 1, time, key frame
    head.writeInt16BE(i * ms, 1);
    return element('a3', head, picture);
  });
  const video = element('e0', number('b0', width), number('ba', height));
  const track = [number('d7', 1), number('73c5', 1), number('83', 1), text('86', 'V_VP8'), video];
  return Buffer.concat([
    element('1a45dfa3', text('4282', 'webm'), number('4287', 2), number('4285', 2)),
    element(
      '18538067',
      element('1549a966', number('2ad7b1', 1_000_000), float('4489', pictures.length * ms)),
      element('1654ae6b', element('ae', ...track)),
      element('1f43b675', number('e7', 0), ...blocks),
    ),
  ]);
}
