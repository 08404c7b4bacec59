import { deflateRawSync } from 'node:zlib';
import { fromBbqr } from '../../src/lib/courier/bbqr.ts';
import { isCourierFault, type CourierFault } from '../../src/lib/courier/faults.ts';
import { fromFile, fromText, toFile, toText } from '../../src/lib/courier/file.ts';
import { Receiver } from '../../src/lib/courier/receiver.ts';
import { frames, singleCode } from '../../src/lib/courier/sender.ts';
import { unpack } from '../../src/lib/courier/transport.ts';
import { fromUr, toPartUr, toUr } from '../../src/lib/courier/ur.ts';
import { concat, equal, toHex } from '../../src/lib/crypto/bytes.ts';
import type { FuzzTarget } from './fuzz-targets.ts';

const latin1 = new TextDecoder('latin1');
const encode = (text: string) => new TextEncoder().encode(text);

function refused<T extends object>(result: T | CourierFault): T | undefined {
  return isCourierFault(result) ? undefined : result;
}

/** Feeds a receiver as text, then as bytes: a bundle, or undefined. */
async function received(input: Uint8Array): Promise<Uint8Array | undefined> {
  const receiver = new Receiver();
  for (const given of [latin1.decode(input), input]) {
    const feedback = await receiver.feed(given);
    if (feedback.kind === 'bundle') return feedback.bundle;
  }
  return undefined;
}

/** The parsers of what couriers carry; `packed` is any packed bundle. */
export function courierTargets(packed: Uint8Array): FuzzTarget[] {
  const ur = (name: string, text: string): FuzzTarget => ({
    name,
    seed: encode(text),
    parse: (input) => refused(fromUr(latin1.decode(input))),
    // What is accepted is written again as it was, but for the case of its letters.
    mayAccept: (input) => {
      const read = fromUr(latin1.decode(input));
      if (isCourierFault(read)) return false;
      const again = 'part' in read ? toPartUr(read.type, read.part) : toUr(read.type, read.message);
      return again === latin1.decode(input).toUpperCase();
    },
  });
  const file = toFile(packed);
  return [
    ur('UR of a whole message', singleCode(packed)!),
    ur('UR of a part', frames(packed, 10)(1)),
    {
      name: 'receiver, a single code',
      seed: encode(singleCode(packed)!),
      parse: received,
      mayAccept: () => true,
    },
    {
      name: 'receiver, a file',
      seed: file,
      parse: received,
      mayAccept: () => true,
    },
    {
      name: 'packed bundle',
      seed: concat(Uint8Array.of(2), deflateRawSync(encode(toText(packed).repeat(3)))),
      parse: async (input) => refused(await unpack(input)),
      mayAccept: () => true,
    },
    {
      name: 'BBQr part',
      seed: encode(`B$HB0301${toHex(packed).toUpperCase()}`),
      parse: (input) => refused(fromBbqr(latin1.decode(input))),
      mayAccept: () => true,
    },
    {
      name: 'file of packets',
      seed: file,
      parse: (input) => refused(fromFile(input)),
      mayAccept: (input) => equal(input, file),
    },
    {
      name: 'text of packets',
      seed: encode(toText(packed)),
      parse: (input) => refused(fromText(latin1.decode(input))),
      mayAccept: (input) => {
        const read = fromText(latin1.decode(input));
        return !isCourierFault(read) && equal(read, packed);
      },
    },
  ];
}
