import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  be16,
  errorFrame,
  fromFrame,
  MAX_FRAME,
  readBe16,
  readReply,
  replyTo,
  toFrame,
} from './frames.ts';
import { capabilities, capabilityBytes, isCapable, type Capability } from './commands.ts';

const command = fc.integer({ min: 0, max: 0x7e });

describe('frames', () => {
  it('come back as they were made', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xff }),
        fc.uint8Array({ maxLength: 3136 }),
        (c, data) => {
          expect(fromFrame(toFrame(c, data))).toEqual({ command: c, data });
        },
      ),
    );
  });

  it('are refused where the length is not that of the rest, or too long', () => {
    const frame = toFrame(0x53, Uint8Array.of(1, 2, 3));
    for (let end = 0; end < frame.length; end++)
      expect(fromFrame(frame.subarray(0, end))).toBeUndefined();
    expect(fromFrame(Uint8Array.of(...frame, 0))).toBeUndefined();
    const long = new Uint8Array(MAX_FRAME + 1);
    long.set(be16(MAX_FRAME + 1 - 3), 1);
    expect(fromFrame(long)).toBeUndefined();
    expect(() => toFrame(1, new Uint8Array(3137))).toThrow(RangeError);
  });

  it('of any bytes give a frame that fills them, or nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const frame = fromFrame(bytes);
        if (frame) expect(toFrame(frame.command, frame.data)).toEqual(bytes);
        else expect(bytes.length < 3 || readBe16(bytes, 1) !== bytes.length - 3).toBe(true);
      }),
    );
  });

  it('are replies to one command, or errors', () => {
    fc.assert(
      fc.property(command, fc.uint8Array({ maxLength: 9 }), (c, data) => {
        expect(readReply(toFrame(replyTo(c), data), c)).toEqual(data);
        expect(readReply(toFrame(replyTo(c + 1), data), c)).toBeUndefined();
        expect(readReply(errorFrame(9), c)).toEqual({ code: 9 });
        expect(readReply(toFrame(0x7f, Uint8Array.of(9, 9)), c)).toBeUndefined();
      }),
    );
  });
});

describe('capabilities', () => {
  it('are the bits that Yubico lists', () => {
    expect(capabilityBytes(['get-opaque'])).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1));
    expect(capabilityBytes(['sign-hmac', 'wrap-data', 'change-authentication-key'])).toEqual(
      Uint8Array.of(0, 0, 0x40, 0x20, 0, 0x40, 0, 0),
    );
  });

  it('say each for itself', () => {
    const names = Object.keys(capabilities) as Capability[];
    for (const name of names)
      expect(names.filter((other) => isCapable(capabilityBytes([name]), other))).toEqual([name]);
  });
});
