import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everyChange } from '../../../tests/support/changes.ts';
import { unhex } from '../../../tests/support/hex.ts';
import { anyAttestation, attestation } from '../../../tests/support/wire.ts';
import { concat, toHex, type Bytes } from '../crypto/bytes.ts';
import { fit } from '../crypto/schema.ts';
import {
  attestationBytes,
  attestationFields,
  attestationJson,
  attestationReader,
  expiryOf,
  mintNonce,
  readAttestation,
  readAttestationJson,
  type Attestation,
  type AttestationField,
} from './mint.ts';

const bytes = attestationBytes(attestation);

describe('the bytes that are signed', () => {
  it('are known', () => {
    // Recorded from this code.
    expect(toHex(bytes)).toBe(
      [
        '304254435f574952455f4d494e545f4154544553544154494f4e',
        '65306531653265336534653565366537653865396561656265636564656565666630663166326633663466356636663766386639666166626663666466656666',
        '03000000',
        '42'.repeat(32),
        'cb04fb711f010000',
        '67452301efcd1b00',
        '00d2496b00000000',
      ].join(''),
    );
  });

  it('are what their description says', () => {
    fc.assert(
      fc.property(anyAttestation, (any) => {
        const numbers = Buffer.alloc(24);
        numbers.writeBigUInt64LE(BigInt(any.amount), 0);
        numbers.writeBigUInt64LE(BigInt(any.nonce), 8);
        numbers.writeBigUInt64LE(BigInt(any.expiry), 16);
        const vout = Buffer.alloc(4);
        vout.writeUInt32LE(any.vout);
        const txid = Buffer.from(any.txid).reverse().toString('hex');
        const expected = Buffer.concat([
          Buffer.from(`0BTC_WIRE_MINT_ATTESTATION${txid}`, 'ascii'),
          vout,
          any.recipient,
          numbers,
        ]);
        expect(expected.length).toBe(150);
        expect(toHex(attestationBytes(any))).toBe(expected.toString('hex'));
      }),
    );
  });

  it('belong to one field each, without a gap', () => {
    expect(attestationFields.map(({ field, start, end }) => [field, start, end])).toEqual([
      ['domain', 0, 26],
      ['txid', 26, 90],
      ['vout', 90, 94],
      ['recipient', 94, 126],
      ['amount', 126, 134],
      ['nonce', 134, 142],
      ['expiry', 142, 150],
    ]);
  });

  it('a change of a field changes its bytes and no others', () => {
    for (const changed of everyChange(attestation) as Generator<Attestation>) {
      const field = (Object.keys(attestation) as (keyof Attestation)[]).find(
        (name) => String(changed[name]) !== String(attestation[name]),
      );
      const { start, end } = attestationFields.find((one) => one.field === field)!;
      const other = attestationBytes(changed);
      expect(other.subarray(start, end)).not.toEqual(bytes.subarray(start, end));
      expect(
        concat(other.subarray(0, start), bytes.subarray(start, end), other.subarray(end)),
      ).toEqual(bytes);
    }
  });
});

describe('read back', () => {
  it('they give the attestation', () => {
    fc.assert(
      fc.property(anyAttestation, (any) => {
        expect(readAttestation(attestationBytes(any))).toEqual(any);
        expect(fit(attestationReader, { ...any })).toEqual({ value: any });
      }),
    );
  });

  it('a bit of any field flipped is another attestation or refused by the name of the field', () => {
    for (const { field, start, end } of attestationFields)
      for (let bit = 8 * start; bit < 8 * end; bit++) {
        const flipped = bytes.slice();
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        const read = readAttestation(flipped);
        if (typeof read === 'string') expect(read).toMatch(new RegExp(`^${field}: `));
        else {
          expect(attestationBytes(read)).toEqual(flipped);
          expect({ ...read, [field]: attestation[field as keyof Attestation] }).toEqual(
            attestation,
          );
        }
      }
  });

  const withField = (field: AttestationField, part: Uint8Array): Bytes => {
    const { start } = attestationFields.find((one) => one.field === field)!;
    const out = bytes.slice();
    out.set(part, start);
    return out;
  };
  const ascii = (text: string) => new TextEncoder().encode(text);

  it.each<[string, Bytes, string]>([
    ['too short', bytes.slice(1), 'not 150 bytes'],
    ['too long', concat(bytes, Uint8Array.of(0)), 'not 150 bytes'],
    ['empty', new Uint8Array(0), 'not 150 bytes'],
    ['a test signature', withField('domain', ascii('CONCLAVE TEST SIGNATURE, N')), 'domain: '],
    ['another version', withField('domain', ascii('0BTC_WIRE_MINT_ATTESTATIOM')), 'domain: '],
    ['an id in capitals', withField('txid', ascii('AB')), 'txid: '],
    ['an id with a prefix', withField('txid', ascii('0x')), 'txid: '],
    ['an id that is no ASCII', withField('txid', unhex('c3a9')), 'txid: '],
    ['an amount of nothing', withField('amount', unhex('0000000000000000')), 'amount: '],
    ['more than all bitcoin', withField('amount', unhex('0140075af0750700')), 'amount: '],
    ['a nonce of 2⁵³', withField('nonce', unhex('0000000000002000')), 'nonce: '],
    ['an expiry of 2⁵³', withField('expiry', unhex('0000000000002000')), 'expiry: '],
    ['an expiry without end', withField('expiry', unhex('ffffffffffffffff')), 'expiry: '],
  ])('%s is refused', (_, wrong, why) => {
    expect(readAttestation(wrong)).toBeTypeOf('string');
    expect(readAttestation(wrong) as string).toContain(why);
  });

  it('the largest numbers are taken', () => {
    const largest = { vout: 2 ** 32 - 1, amount: 21e14, nonce: 2 ** 53 - 1, expiry: 2 ** 53 - 1 };
    const any = { ...attestation, ...largest };
    expect(readAttestation(attestationBytes(any))).toEqual(any);
  });
});

describe("the bridge's JSON", () => {
  const signed = {
    attestation,
    id: 'att-1',
    signature: Uint8Array.from({ length: 64 }, (_, i) => i),
    createdAt: 1_799_990_000,
  };
  const json = attestationJson(signed);
  const fields = JSON.parse(json) as Record<string, unknown>;

  it('has the deployed names, types and order', () => {
    const recipient = Array(32).fill('66').join(',');
    const signature = Array.from({ length: 64 }, (_, i) => i).join(',');
    const txid = Array.from({ length: 32 }, (_, i) => (224 + i).toString(16)).join('');
    expect(json).toBe(
      `{"id":"att-1","deposit_txid":"${txid}","deposit_vout":3,` +
        `"recipient_pubkey_hash":[${recipient}],"amount":1234567890123,"nonce":7826250771154279,` +
        `"signature":[${signature}],"expiry":1800000000,"created_at":1799990000}`,
    );
  });

  it('is read back, indented or in another order too', () => {
    expect(readAttestationJson(json)).toEqual(signed);
    expect(readAttestationJson(JSON.stringify(fields, null, 2))).toEqual(signed);
    const turned = Object.fromEntries(Object.entries(fields).reverse());
    expect(readAttestationJson(JSON.stringify(turned))).toEqual(signed);
    fc.assert(
      fc.property(anyAttestation, (any) => {
        const one = { ...signed, attestation: any };
        expect(readAttestationJson(attestationJson(one))).toEqual(one);
      }),
    );
  });

  const wrong: Record<string, readonly unknown[]> = {
    id: ['', 7, null, 'x'.repeat(101), 'line\nbreak'],
    deposit_txid: ['', 'AB'.repeat(32), 'ab'.repeat(31), `0x${'ab'.repeat(32)}`, 7],
    deposit_vout: [-1, 0.5, 2 ** 32, '3', null],
    recipient_pubkey_hash: [[], Array(31).fill(1), Array(33).fill(1), Array(32).fill(256), 'ab'],
    amount: [0, -1, 0.5, 2_100_000_000_000_001, '1'],
    nonce: [-1, 2 ** 53, '1', null],
    signature: [[], Array(63).fill(1), Array(65).fill(1), Array(64).fill(-1), 'ab'],
    expiry: [-1, 2 ** 53, 1.5, null],
    created_at: [-1, 2 ** 53, 1.5, null],
  };

  it('every field that is missing or another thing is refused by its name', () => {
    expect(Object.keys(wrong)).toEqual(Object.keys(fields));
    for (const [field, values] of Object.entries(wrong))
      for (const value of [undefined, ...values]) {
        const read = readAttestationJson(JSON.stringify({ ...fields, [field]: value }));
        expect(read).toBeTypeOf('string');
        expect(read as string).toMatch(new RegExp(`^${field}(\\[\\d+\\])?: `));
      }
  });

  it.each([
    ['another field', json.replace('{', '{"version":1,'), 'unknown field “version”'],
    ['a field twice', json.replace('{', '{"amount":1,'), 'a name stands twice'],
    ['an expiry without end', json.replace('1800000000', '18446744073709551615'), 'expiry: '],
    ['something after it', `${json}0`, 'not JSON'],
    ['a list of them', `[${json}]`, 'not a map'],
    ['a text that is too long', `${json}${' '.repeat(10_000)}`, 'longer than'],
  ])('%s is refused', (_, text, why) => {
    expect(readAttestationJson(text)).toContain(why);
  });
});

describe('the nonce', () => {
  const { txid } = attestation;

  // Recorded from this code.
  it.each([
    ['mainnet', 0, 6087697279208177],
    ['mainnet', 1, 6658215518662056],
    ['regtest', 0, 2501905062035146],
  ])('%s, output %i', (network, vout, nonce) => {
    expect(mintNonce(network, txid, vout)).toBe(nonce);
  });

  it('is what its description says', () => {
    const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest();
    const tag = sha256('Conclave/mint nonce v1');
    fc.assert(
      fc.property(
        fc.constantFrom('mainnet', 'testnet4', 'signet', 'regtest'),
        anyAttestation,
        (network, { txid, vout }) => {
          const index = Buffer.alloc(4);
          index.writeUInt32BE(vout);
          const hash = sha256(concat(tag, tag, txid, index, Buffer.from(network)));
          expect(BigInt(mintNonce(network, txid, vout))).toBe(hash.readBigUInt64BE() >> 11n);
        },
      ),
    );
  });
});

it.each([
  [3600, 0, 3600 + 86_400],
  [3601, 0, 7200 + 86_400],
  [7199, 1, 7200 + 2 * 86_400],
  [1_767_225_600, 2, 1_767_225_600 + 3 * 86_400],
])('a deposit of a block at %i, issue %i, expires at %i', (minedAt, issue, expiry) => {
  expect(expiryOf({ validity: 86_400 }, minedAt, issue)).toBe(expiry);
});
