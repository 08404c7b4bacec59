import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { base64urlnopad } from '@scure/base';
import { describe, expect, it } from 'vitest';
import { startEngine } from '../../../tests/support/engine-node.ts';
import { approvalMessage, type ApprovalKey } from '../crypto/approval-key.ts';
import { concat, type Bytes } from '../crypto/bytes.ts';
import { fromCbor, toCbor } from '../crypto/cbor.ts';
import { jsGroup } from '../wasm/js-group.ts';
import { verifyApproval } from './approval.ts';

const groups = [jsGroup('ed25519'), (await startEngine()).ed25519];
const statement = 'Conclave approval 1/1\nmint 1.25 zBTC';
const secret = new Uint8Array(32).fill(7);
const utf8 = new TextEncoder();

describe.each(groups.map((group) => [group.engine, group] as const))(
  'Ed25519 on %s',
  (_, group) => {
    const key: ApprovalKey = { kind: 'ed25519', key: ed25519.getPublicKey(secret) };
    const signature = ed25519.sign(approvalMessage(statement)!, secret);

    it('holds for its statement only', () => {
      expect(verifyApproval(group, key, statement, signature)).toBe(true);
      expect(verifyApproval(group, key, `${statement}.`, signature)).toBe(false);
      expect(verifyApproval(group, key, '', signature)).toBe(false);
    });

    it('is over the tagged message, not the bare statement', () => {
      const bare = ed25519.sign(utf8.encode(statement), secret);
      expect(verifyApproval(group, key, statement, bare)).toBe(false);
    });

    it('no byte of it can change', () => {
      for (const changed of mutations(signature))
        expect(verifyApproval(group, key, statement, changed)).toBe(false);
    });
  },
);

describe('WebAuthn', () => {
  const rpId = 'conclave.localhost';
  const key: ApprovalKey = {
    kind: 'webauthn-es256',
    key: p256.getPublicKey(secret, false),
    rpId,
  };

  interface Parts {
    readonly host: string;
    readonly flags: number;
    readonly extensions: Uint8Array;
    readonly client: Record<string, unknown>;
    readonly json: (text: string) => Uint8Array;
  }

  /** An assertion as a security key and a browser make it, with the given parts changed. */
  function assertion(changed: Partial<Parts> = {}): Bytes {
    const parts: Parts = {
      host: rpId,
      flags: 0x05,
      extensions: new Uint8Array(),
      client: {},
      json: (text) => utf8.encode(text),
      ...changed,
    };
    const authenticatorData = concat(
      sha256(utf8.encode(parts.host)),
      [parts.flags, 0, 0, 0, 9] as unknown as Uint8Array,
      parts.extensions,
    );
    const clientDataJSON = parts.json(
      JSON.stringify({
        type: 'webauthn.get',
        challenge: base64urlnopad.encode(sha256(approvalMessage(statement)!)),
        origin: `http://${rpId}:7465`,
        crossOrigin: false,
        ...parts.client,
      }),
    );
    const signed = concat(authenticatorData, sha256(clientDataJSON));
    const signature = p256.sign(signed, secret, { format: 'der', lowS: false });
    return toCbor({ authenticatorData, clientDataJSON, signature });
  }

  const holds = (signature: Uint8Array, said = statement, under: ApprovalKey = key) =>
    verifyApproval(groups[0]!, under, said, signature);

  it('holds for its statement, key and host only', () => {
    expect(holds(assertion())).toBe(true);
    expect(holds(assertion(), `${statement}.`)).toBe(false);
    expect(holds(assertion(), 'café')).toBe(false);
    expect(holds(assertion(), statement, { ...key, rpId: 'localhost' })).toBe(false);
    const other = p256.getPublicKey(new Uint8Array(32).fill(8), false) as Bytes;
    expect(holds(assertion(), statement, { ...key, key: other })).toBe(false);
    const offCurve = key.key.map((byte, i) => (i === 64 ? byte ^ 1 : byte));
    expect(holds(assertion(), statement, { ...key, key: offCurve })).toBe(false);
  });

  it('what browsers and keys may add is no obstacle', () => {
    expect(holds(assertion({ flags: 0x05 | 0x08 | 0x10 }))).toBe(true); // a synced credential
    expect(holds(assertion({ flags: 0x85, extensions: toCbor({ a: true }) }))).toBe(true);
    expect(holds(assertion({ client: { more: 'fields', crossOrigin: undefined } }))).toBe(true);
    expect(holds(assertion({ client: { origin: `https://${rpId}` } }))).toBe(true);
  });

  it('no byte of it can change', () => {
    for (const changed of mutations(assertion())) expect(holds(changed)).toBe(false);
  });

  it.each<[string, Partial<Parts>]>([
    ['another host', { host: 'localhost' }],
    ['no person present', { flags: 0x04 }],
    ['no person verified', { flags: 0x01 }],
    ['an attested credential inside', { flags: 0x45 }],
    ['extensions announced, none there', { flags: 0x85 }],
    ['extensions there, not announced', { extensions: toCbor({ a: true }) }],
    ['a credential being made', { client: { type: 'webauthn.create' } }],
    ['another challenge', { client: { challenge: base64urlnopad.encode(new Uint8Array(32)) } }],
    ['no challenge', { client: { challenge: undefined } }],
    ['another origin', { client: { origin: 'http://evil.localhost:7465' } }],
    ['a subdomain', { client: { origin: `http://sub.${rpId}:7465` } }],
    ['an origin that is none', { client: { origin: rpId } }],
    ['no origin', { client: { origin: undefined } }],
    ['a page framed by another', { client: { crossOrigin: true } }],
    ['JSON cut short', { json: (text) => utf8.encode(text.slice(0, -1)) }],
    ['JSON after a byte order mark', { json: (text) => utf8.encode(`\ufeff${text}`) }],
    ['not UTF-8', { client: { more: '#' }, json: latin1 }],
    ['null', { json: () => utf8.encode('null') }],
    ['a string', { json: () => utf8.encode('"webauthn.get"') }],
    ['too long', { json: (text) => utf8.encode(text.padEnd(2049)) }],
  ])('%s: refused, though the key signed it', (_, changed) => {
    expect(holds(assertion(changed))).toBe(false);
  });

  it('a signature in loose DER: refused', () => {
    const parts = fromCbor(assertion()) as { signature: Bytes };
    const der = parts.signature;
    const withDer = (signature: Uint8Array) => toCbor({ ...parts, signature });
    const body = der.subarray(2);
    expect(holds(withDer(concat(new Uint8Array([0x30, body.length]), body)))).toBe(true);
    expect(holds(withDer(concat(der, new Uint8Array(1))))).toBe(false); // something after it
    // A length in two bytes where one is enough.
    expect(holds(withDer(concat(new Uint8Array([0x30, 0x81, body.length]), body)))).toBe(false);
    // A zero more in front of r.
    const r = der.subarray(4, 4 + der[3]!);
    const rest = der.subarray(4 + r.length);
    const padded = concat(new Uint8Array([0x02, r.length + 1, 0]), r, rest);
    expect(holds(withDer(concat(new Uint8Array([0x30, padded.length]), padded)))).toBe(false);
    // r and s bare.
    const { r: x, s: y } = p256.Signature.fromBytes(der, 'der');
    expect(holds(withDer(new p256.Signature(x, y).toBytes('compact')))).toBe(false);
  });

  it('another map than the one of three fields: refused', () => {
    const parts = fromCbor(assertion()) as Record<string, Uint8Array>;
    expect(holds(toCbor({ ...parts, userHandle: new Uint8Array() }))).toBe(false);
    expect(holds(toCbor({ ...parts, signature: null }))).toBe(false);
    delete parts['signature'];
    expect(holds(toCbor(parts))).toBe(false);
    expect(holds(new Uint8Array())).toBe(false);
  });
});

/** The text with a byte in place of “#” that no UTF-8 has. */
function latin1(text: string): Uint8Array {
  const at = text.indexOf('#');
  return new TextEncoder().encode(text).map((byte, i) => (i === at ? 0xff : byte));
}

/** The bytes with each byte changed in two ways, and cut short or lengthened by one. */
function* mutations(bytes: Uint8Array): Generator<Uint8Array> {
  for (let i = 0; i < bytes.length; i++)
    for (const change of [0x01, 0x80])
      yield bytes.map((byte, at) => (at === i ? byte ^ change : byte));
  yield bytes.subarray(1);
  yield bytes.subarray(0, -1);
  yield concat(bytes, new Uint8Array(1));
}
