import { concat, type Bytes } from '../crypto/bytes.ts';

/** Raw DEFLATE (RFC 1951), without a header or a checksum. */
export async function deflate(bytes: Uint8Array): Promise<Bytes> {
  const stream = streamOf(bytes).pipeThrough(new CompressionStream('deflate-raw'));
  return (await gather(stream, Infinity))!;
}

/**
 * The bytes of a hostile raw DEFLATE stream. Stops, without inflating further, as soon as there are
 * more than `max` bytes.
 */
export async function inflate(
  bytes: Uint8Array,
  max: number,
): Promise<Bytes | 'damaged' | 'too-large'> {
  try {
    const stream = streamOf(bytes).pipeThrough(new DecompressionStream('deflate-raw'));
    return (await gather(stream, max)) ?? 'too-large';
  } catch {
    return 'damaged'; // the stream fails on everything malformed
  }
}

function streamOf(bytes: Uint8Array): ReadableStream<Bytes> {
  return new Blob([bytes as Bytes]).stream();
}

/** Everything a stream gives, or undefined, and the stream stopped, once that is too much. */
async function gather(stream: ReadableStream<Uint8Array>, max: number): Promise<Bytes | undefined> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concat(...chunks);
    length += value.length;
    if (length > max) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(value);
  }
}
