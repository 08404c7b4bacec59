import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everyChange } from '../../../tests/support/changes.ts';
import { unhex } from '../../../tests/support/hex.ts';
import { implementations } from '../../../tests/support/node.ts';
import { anyBurn, burn, place } from '../../../tests/support/wire.ts';
import { sign, xOnly } from '../crypto/bip340.ts';
import { concat, toHex } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { decodeNonzeroScalar } from '../crypto/decode.ts';
import { read } from '../crypto/schema.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import {
  burnFile,
  burnHolds,
  burnMessage,
  burnReader,
  destinationHash,
  readBurnFile,
  signBurn,
  type Burn,
  type BurnRecord,
} from './burn-record.ts';

const secret = unhex('0b'.repeat(32));
const aux = new Uint8Array(32).fill(9);

/** Values that a field must not have. */
const wrong: Record<keyof Burn, readonly unknown[]> = {
  height: [-1, 0.5, 2 ** 32, '1', null],
  block: [unhex(''), new Uint8Array(31), new Uint8Array(33), 7],
  asset: [new Uint8Array(31), new Uint8Array(33), 0],
  nullifier: [new Uint8Array(7), new Uint8Array(9), 1],
  amount: [0, -1, 0.5, 21e14 + 1, null],
  fee: [-1, 0.5, burn.amount + 1, null],
  script: [unhex(''), new Uint8Array(43), 'OP_RETURN'],
};

describe('a burn', () => {
  it('is read from its encoding; a fee may be all of it', () => {
    fc.assert(
      fc.property(anyBurn, (any) => {
        expect(read(burnReader, toCbor({ ...any }))).toEqual({ value: any });
      }),
    );
    const free = { ...burn, fee: burn.amount };
    expect(read(burnReader, toCbor(free))).toEqual({ value: free });
  });

  it('every field that is missing or another thing is refused by its name', () => {
    for (const [field, values] of Object.entries(wrong)) {
      const without = Object.entries(burn).filter(([name]) => name !== field);
      expect(read(burnReader, toCbor(Object.fromEntries(without)))).toContain(`${field}: `);
      for (const value of values)
        expect(read(burnReader, toCbor({ ...burn, [field]: value as never }))).toContain(
          `${field}: `,
        );
    }
    expect(read(burnReader, toCbor({ ...burn, kind: 1 }))).toContain('unknown field “kind”');
  });
});

describe.each(implementations)('a record of a burn, $name', ({ secp256k1 }) => {
  const scalar = decodeNonzeroScalar(secp256k1, secret)!;
  const key = xOnly(secp256k1.mulBase(scalar));
  const signature = signBurn(secp256k1, scalar, place, burn, aux);

  // Recorded from this code.
  it('is known', () => {
    expect(toHex(burnMessage(place, burn))).toBe(
      '6720281dfd5e638b73bb4e0b55f6d1f165b13b7294e4169d50feef2f5e9763f6',
    );
    expect(toHex(signature)).toBe(
      'c158d0817d2a6877c220e3523c1c15f67e6df37470f110a02c532cadc2f95e68197dd2008b5425445748fedbece0bf4dd3ca7b83872b438d145bac22ad7d735d',
    );
  });

  it('is a BIP-340 signature over the tagged hash', () => {
    const message = taggedHash(
      tags.burnRecord,
      toCbor({ burn, network: 'regtest', group: place.group }),
    );
    expect(signature).toEqual(sign(secp256k1, scalar, message, aux));
    expect(burnHolds(secp256k1, key, place, burn, signature)).toBe(true);
  });

  it('holds for nothing else', () => {
    const whole = { key, place, burn, signature };
    let tried = 0;
    const refused = ({ key, place, burn, signature }: typeof whole) => {
      tried++;
      expect(burnHolds(secp256k1, key, place, burn, signature)).toBe(false);
    };
    for (const changed of everyChange(whole) as Generator<typeof whole>) refused(changed);
    expect(tried).toBe(32 + 1 + 32 + 1 + 32 + 32 + 8 + 2 + 22 + 64);
    refused({ ...whole, signature: concat(signature, Uint8Array.of(0)) });
    refused({ ...whole, key: key.subarray(1) });
    refused({ ...whole, burn: { ...burn, asset: burn.block, block: burn.asset } });
  });
});

describe('a file of records', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const anyRecord = fc.record(
    { burn: anyBurn, observer: bytes(32), signature: bytes(64) },
    { noNullPrototype: true },
  );
  const one: BurnRecord = {
    burn,
    observer: new Uint8Array(32).fill(1),
    signature: new Uint8Array(64).fill(2),
  };
  const json = burnFile(place, [one]);
  const parsed = JSON.parse(json) as { records: Record<string, unknown>[] };
  const changedRecord = (change: object) =>
    readBurnFile(JSON.stringify({ ...parsed, records: [{ ...parsed.records[0], ...change }] }));

  it('is read back', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 4 }), (records) => {
        expect(readBurnFile(burnFile(place, records))).toEqual({ where: place, records });
      }),
    );
  });

  it('is for people too', () => {
    expect(json).toContain('\n  "network": "regtest",\n');
    expect(json).toContain('\n      "amount": 50000,\n      "fee": 1000,\n');
    expect(json).toContain(`"script": "${toHex(burn.script)}"`);
  });

  it('every field of a record that is missing or another thing is refused by its name', () => {
    const inHex = (value: unknown) => (value instanceof Uint8Array ? toHex(value) : value);
    const values = {
      ...wrong,
      observer: ['', 'ab'.repeat(33), 7],
      signature: ['', 'ab'.repeat(63)],
    };
    expect(Object.keys(values)).toEqual(Object.keys(parsed.records[0]!));
    for (const [field, ofField] of Object.entries(values))
      for (const value of [undefined, ...ofField])
        expect(changedRecord({ [field]: inHex(value) })).toContain(`records[0].${field}: `);
    expect(changedRecord({ more: 1 })).toContain('unknown field “more”');
    expect(changedRecord({ block: 'B1'.repeat(32) })).toContain('records[0].block: ');
  });

  it.each([
    ['another format', { format: 'conclave burn records 2' }, 'format: '],
    ['no network', { network: '' }, 'network: '],
    ['a short group', { group: 'ab' }, 'group: '],
    ['no list', { records: {} }, 'records: '],
    ['more', { more: 1 }, 'unknown field “more”'],
    [
      'too many',
      { records: Array(5001).fill(parsed.records[0]) },
      'records: not a list of 0 to 5000',
    ],
  ])('%s is refused', (_, change, why) => {
    expect(readBurnFile(JSON.stringify({ ...parsed, ...change }))).toContain(why);
  });

  it('holds 5000 of the longest', () => {
    const longest: BurnRecord = {
      ...one,
      burn: { ...burn, height: 2 ** 32 - 1, amount: 21e14, fee: 21e14, script: new Uint8Array(42) },
    };
    const records = Array<BurnRecord>(5000).fill(longest);
    expect(readBurnFile(burnFile(place, records))).toEqual({ where: place, records });
  });

  it.each([
    ['a field twice', json.replace('"fee"', '"fee": 1000,\n"fee"'), 'a name stands twice'],
    ['cut', json.slice(0, -1), 'not JSON'],
    ['too long', `${json}${' '.repeat(4_000_000)}`, 'longer than'],
  ])('%s is refused', (_, text, why) => {
    expect(readBurnFile(text)).toContain(why);
  });
});

describe('what 20 bytes can mean', () => {
  const hash = '751e76e8199196d454941c45d1b3a323f1433bd6';

  it.each([
    ['P2PKH', `76a914${hash}88ac`],
    ['P2SH', `a914${hash}87`],
    ['P2WPKH', `0014${hash}`],
  ])('%s', (_, script) => {
    expect(toHex(destinationHash(unhex(script))!)).toBe(hash);
  });

  it.each([
    ['P2WSH', `0020${hash}${'00'.repeat(12)}`],
    ['P2TR', `5120${hash}${'00'.repeat(12)}`],
    ['20 bytes of another version', `5114${hash}`],
    ['P2PKH with more', `76a914${hash}88ac00`],
    ['P2PKH with less', `76a914${hash}88`],
    ['P2SH with another end', `a914${hash}88`],
    ['P2WPKH after a byte', `000014${hash}`],
    ['OP_RETURN', `6a14${hash}`],
    ['nothing', ''],
  ])('%s cannot be meant', (_, script) => {
    expect(destinationHash(unhex(script))).toBeUndefined();
  });
});
