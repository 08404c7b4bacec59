import { UR, UREncoder, URDecoder } from '@ngraveio/bc-ur';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { isCourierFault } from './faults.ts';
import { Decoder, encoder } from './fountain.ts';
import { fromUr, toPartUr, toUr } from './ur.ts';

/* Against an implementation of others, both ways, with losses. */

const transfers = fc.record({
  content: fc.uint8Array({ minLength: 1, maxLength: 3000 }),
  max: fc.integer({ min: 20, max: 300 }),
  lost: fc.infiniteStream(fc.integer({ min: 0, max: 9 }).map((n) => n < 3)),
  first: fc.integer({ min: 0, max: 500 }),
});

const theirUr = (cbor: Uint8Array) => new UR(Buffer.from(cbor), 'conclave-packets');

it('makes the parts that the other implementation makes', () => {
  fc.assert(
    fc.property(transfers, ({ content, max, first }) => {
      const message = toCbor(content);
      const theirs = new UREncoder(theirUr(message), max, first, 1);
      const ours = encoder(message, max);
      if (ours(1).count === 1) return; // they write no parts then
      for (let i = 1; i <= 30; i++)
        expect(toPartUr('conclave-packets', ours(first + i))).toBe(theirs.nextPart().toUpperCase());
    }),
    { numRuns: 40 },
  );
});

it('is read by the other implementation', () => {
  fc.assert(
    fc.property(transfers, ({ content, max, lost, first }) => {
      const message = toCbor(content);
      const part = encoder(message, max);
      const decoder = new URDecoder();
      for (let i = first + 1; !decoder.isComplete(); i++) {
        expect(i).toBeLessThan(first + 5000);
        if (!lost.next().value) decoder.receivePart(toPartUr('conclave-packets', part(i)));
      }
      expect(decoder.isSuccess()).toBe(true);
      expect(Uint8Array.from(decoder.resultUR().cbor)).toEqual(message);
      const whole = URDecoder.decode(toUr('conclave-packets', message).toLowerCase());
      expect(Uint8Array.from(whole.cbor)).toEqual(message);
    }),
    { numRuns: 25 },
  );
});

it('reads the other implementation, with no more codes than it needs itself', () => {
  fc.assert(
    fc.property(transfers, ({ content, max, lost, first }) => {
      const message = toCbor(content);
      const theirs = new UREncoder(theirUr(message), max, first, 1);
      const theirDecoder = new URDecoder();
      let decoder: Decoder | undefined;
      let result: Bytes | undefined;
      for (let i = 0; !result; i++) {
        expect(i).toBeLessThan(5000);
        const text = theirs.nextPart();
        if (lost.next().value) continue;
        theirDecoder.receivePart(text);
        const ur = fromUr(text);
        if (isCourierFault(ur)) throw new Error(ur.fault);
        if ('message' in ur) {
          result = ur.message;
          break;
        }
        decoder ??= new Decoder(ur.part);
        decoder.receive(ur.part);
        const complete = decoder.rank === decoder.count;
        expect(theirDecoder.isComplete() && !complete).toBe(false);
        if (complete) result = decoder.content() as Bytes;
      }
      expect(result).toEqual(message);
    }),
    { numRuns: 25 },
  );
});
