import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex, type Bytes } from '../../crypto/bytes.ts';
import { fromWire, toWire, type Message } from './messages.ts';
import { MAX_MESSAGE, PACKET, toPackets, Unpacker } from './packets.ts';
import { decode, encode, type Fields } from './protobuf.ts';

const anyBytes = (maxLength: number) =>
  fc.uint8Array({ maxLength }).map((bytes) => new Uint8Array(bytes));

function unpack(packets: readonly Uint8Array[]) {
  const unpacker = new Unpacker();
  return packets.map((packet) => unpacker.take(packet));
}

describe('packets', () => {
  it('are those of codec v1', () => {
    const [first, second, ...none] = toPackets(0x0102, new Uint8Array(56).fill(7));
    expect(toHex(first!)).toBe(`3f2323010200000038${'07'.repeat(55)}`);
    expect(toHex(second!)).toBe(`3f07${'00'.repeat(62)}`);
    expect(none).toEqual([]);
    expect(toPackets(0, new Uint8Array()).map(toHex)).toEqual([
      `3f2323000000000000${'00'.repeat(55)}`,
    ]);
    // The longest that fits into one, and into two.
    expect([55, 56, 118, 119].map((n) => toPackets(1, new Uint8Array(n)).length)).toEqual([
      1, 2, 2, 3,
    ]);
  });

  it('come together again, one message after another, whatever the padding', () => {
    const message = fc.tuple(fc.integer({ min: 0, max: 0xffff }), anyBytes(700));
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), fc.nat(255), (messages, padding) => {
        const unpacker = new Unpacker();
        for (const [type, payload] of messages) {
          const packets = toPackets(type, payload);
          const end = (9 + payload.length - 64) % 63;
          const last = packets.at(-1)!;
          if (packets.length > 1) last.fill(padding, 1 + (end === 0 ? 63 : end));
          const taken = packets.map((packet) => unpacker.take(packet));
          expect(taken.slice(0, -1)).toEqual(taken.slice(1).map(() => 'more'));
          expect(taken.at(-1)).toEqual({ type, payload });
        }
      }),
    );
  });

  it('of no protocol, of a wrong length or of too long a message are malformed', () => {
    const good = toPackets(1, new Uint8Array(3))[0]!;
    expect(unpack([good.subarray(1)])).toEqual(['malformed']);
    expect(unpack([new Uint8Array()])).toEqual(['malformed']);
    for (const at of [0, 1, 2]) {
      const bad = good.slice();
      bad[at]! ^= 1;
      // Afterwards it is ready for a good one.
      expect(unpack([bad, good])).toEqual(['malformed', { type: 1, payload: new Uint8Array(3) }]);
    }
    const long = good.slice();
    new DataView(long.buffer).setUint32(5, MAX_MESSAGE + 1);
    expect(unpack([long])).toEqual(['malformed']);
    new DataView(long.buffer).setUint32(5, MAX_MESSAGE);
    expect(unpack([long])).toEqual(['more']);
    const two = toPackets(1, new Uint8Array(100));
    two[1]![0] = 0;
    expect(unpack(two)).toEqual(['more', 'malformed']);
  });

  it('of any bytes give a message, more or malformed', () => {
    const packet = fc.oneof(
      anyBytes(70),
      anyBytes(PACKET).map((bytes) => {
        const out = new Uint8Array(PACKET);
        out.set(bytes);
        out.set([0x3f, 0x23, 0x23, 0, 17, 0, 0]);
        return out;
      }),
    );
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 20 }), (packets) => {
        for (const taken of unpack(packets))
          if (typeof taken === 'object')
            expect(taken.payload.length).toBeLessThanOrEqual(MAX_MESSAGE);
          else expect(['more', 'malformed']).toContain(taken);
      }),
    );
  });
});

const fields = {
  number: [1, 'uint'],
  yes: [2, 'bool'],
  bytes: [3, 'bytes'],
  text: [4, 'text'],
  list: [5, 'uints'],
  inner: [600, { number: [1, 'uint'], list: [2, 'uints'] }],
} as const satisfies Fields;

const read = (hex: string) => decode(fields, fromHex(hex)!);

describe('protobuf', () => {
  it('writes and reads what its specification shows', () => {
    // Examples of the encoding guide, with the numbers of this list.
    expect(toHex(encode(fields, { number: 150 }))).toBe('089601');
    expect(toHex(encode(fields, { text: 'testing' }))).toBe('220774657374696e67');
    expect(read('089601')).toEqual({ number: 150 });
    expect(read('220774657374696e67')).toEqual({ text: 'testing' });
    expect(toHex(encode(fields, { inner: { number: 150 } }))).toBe('c22503089601');
    expect(read('c22503089601')).toEqual({ inner: { number: 150 } });
    // Packed: 3, 270, 86942.
    expect(read('2a06038e029ea705')).toEqual({ list: [3, 270, 86942] });
    expect(toHex(encode(fields, { list: [3, 270] }))).toBe('2803288e02');
    expect(read('2803288e022a0101')).toEqual({ list: [3, 270, 1] });
    expect(toHex(encode(fields, { list: [0x80000000 + 84] }))).toBe('28d480808008');
  });

  it('skips unknown fields, takes the last of two, and refuses what is none', () => {
    const unknown = [
      '7801',
      '7901020304050607089a',
      '7d01020304',
      '7a02ffff',
      '78ffffffffffffffffff01',
    ];
    expect(read(`${unknown[0]}0805`)).toEqual({ number: 5 });
    expect(read(`79010203040506070808050806`)).toEqual({ number: 6 });
    expect(read(`${unknown[2]}0805`)).toEqual({ number: 5 });
    expect(read(`${unknown[3]}0805`)).toEqual({ number: 5 });
    expect(read(`${unknown[4]}0805`)).toEqual({ number: 5 });
    const refused = {
      'cut varint': '0896',
      'varint of 11 bytes': '08ffffffffffffffffffff01',
      'number above 2^53': '08ffffffffffffffffff01',
      'cut bytes': '1a0501',
      'length above everything': '1affffffffffffffffff01',
      'not UTF-8': '2202c328',
      'text as number': '2001',
      'number as bytes': '0a0101',
      'fixed width for a number': '0d01020304',
      group: '0b0c',
      'wire type 6': '0e',
      'field 0': '0001',
      'cut inner': 'c225020896',
      'cut packed': '2a0196',
      'cut fixed': '7d0102',
    };
    for (const [what, hex] of Object.entries(refused)) expect(read(hex), what).toBeUndefined();
    expect(read('')).toEqual({});
  });

  it('round trip', () => {
    const uint = fc.maxSafeNat();
    const inner = fc.record({ number: uint, list: fc.array(uint, { minLength: 1 }) });
    const value = fc.record(
      {
        number: uint,
        yes: fc.boolean(),
        bytes: anyBytes(300),
        text: fc.string({ unit: 'grapheme' }),
        list: fc.array(uint, { minLength: 1 }),
        inner,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(value, (held) => {
        expect(decode(fields, encode(fields, held))).toEqual(held);
      }),
    );
  });

  it('any bytes are a value or nothing', () => {
    fc.assert(
      fc.property(anyBytes(200), (bytes) => {
        const held = decode(fields, bytes);
        if (held) expect(decode(fields, encode(fields, held))).toEqual(held);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('messages', () => {
  const wire = (message: Message) => {
    const { type, payload } = toWire(message);
    return [type, toHex(payload)] as const;
  };

  it('have the numbers and fields of their maker', () => {
    expect(wire({ is: 'Initialize' })).toEqual([0, '']);
    expect(wire({ is: 'ButtonAck' })).toEqual([27, '']);
    expect(wire({ is: 'PassphraseAck', onDevice: true })).toEqual([42, '1801']);
    expect(
      wire({
        is: 'CipherKeyValue',
        path: [0, 1, 2],
        key: 'test',
        value: new TextEncoder().encode('testing message!'),
        encrypt: true,
        askOnEncrypt: true,
        askOnDecrypt: false,
      }),
    ).toEqual([
      23,
      ['080008010802', '120474657374', '1a1074657374696e67206d65737361676521', '200128013000'].join(
        '',
      ),
    ]);
  });

  it('come back as they were; numbers nobody named are none', () => {
    const message: Message = { is: 'Failure', code: 4, message: 'Cancelled' };
    const { type, payload } = toWire(message);
    expect(fromWire(type, payload)).toEqual(message);
    expect(fromWire(999, payload)).toBeUndefined();
    expect(fromWire(3, Uint8Array.of(8))).toBeUndefined();
    fc.assert(
      fc.property(fc.nat(100), anyBytes(100), (number, bytes: Bytes) => {
        const any = fromWire(number, bytes);
        if (any) expect(toWire(any).type).toBe(number);
      }),
    );
  });
});
