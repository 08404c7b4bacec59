/**
 * Reviewers' signatures: minisign's formats (https://jedisct1.github.io/minisign/, "Signature
 * format", "Public key format") and the policy of who may sign a bundle and how many must.
 *
 * Every parser is total: hostile input in, a value or one sentence about what is wrong out.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';

/** @typedef {{ id: string, point: Uint8Array }} PublicKey minisign key: its 8-byte id as hex, its 32-byte Ed25519 point */
/**
 * @typedef {object} Signature
 * @property {boolean} prehashed `ED`: the signed message is BLAKE2b-512 of the file; `Ed` (legacy): the file
 * @property {string} keyId 8 bytes as 16 hex digits
 * @property {Uint8Array} signature 64 bytes, over the message
 * @property {string} comment the trusted comment, one Latin-1 character per byte
 * @property {Uint8Array} globalSignature 64 bytes, over signature ‖ trusted comment
 */
/** @typedef {{ name: string, key: PublicKey }} Reviewer */
/** @typedef {{ serial: number, threshold: number, reviewers: Reviewer[] }} KeyList m of k; the same key may be listed twice and counts once */
/** @typedef {{ file: string, bytes: Uint8Array }} SignatureFile */
/** @typedef {{ file: string, by?: string, fault?: string }} Report one signature file: whose good signature it is, or why it does not count */

// Base64 of “Ed” begins RWQ to RWT, of “ED” RUQ to RUT.
const KEY = 'RW[Q-T][A-Za-z0-9+/]{53}';
const COMMENT = '[^\\x00-\\x08\\x0a-\\x1f]{0,8000}';
const SIGNATURE_FILE = new RegExp(
  `^untrusted comment: ${COMMENT}\n(R[UW][Q-T][A-Za-z0-9+/]{96}=)\n` +
    `trusted comment: (${COMMENT})\n([A-Za-z0-9+/]{86}==)\n?$`,
);

/**
 * The points, as 64 hex digits with either sign bit, that no reviewer's key may be: those of small
 * order (y = 0, ±1, and the two of order 8), for which a signature over any message can be made
 * without a secret; and every y not below p = 2^255 - 19, a second spelling of a lower one.
 */
export const WEAK_POINT = new RegExp(
  '^(?:0[01](?:00){30}[08]0|(?:e[c-f]|f.)(?:ff){30}[7f]f|' +
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc[08]5|' +
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03[7f]a)$',
);

/**
 * Read a public key: the second line of a `.pub` file, base64 of `Ed` ‖ key id (8) ‖ point (32).
 * @param {string} text hostile
 * @returns {PublicKey | string} the key or a fault
 */
export function parsePublicKey(text) {
  if (!new RegExp(`^${KEY}$`).test(text)) {
    return 'A minisign public key is “RW” and 54 more characters of base64.';
  }
  const bytes = Buffer.from(text, 'base64');
  if (WEAK_POINT.test(bytes.toString('hex', 10))) {
    return 'The key is of small order or in a second spelling: anyone may sign for it.';
  }
  return { id: bytes.toString('hex', 2, 10), point: bytes.subarray(10) };
}

/**
 * Read a `.minisig` file strictly: four lines, LF.
 * @param {Uint8Array} bytes hostile
 * @returns {Signature | string} the signature or a fault
 */
export function parseSignature(bytes) {
  const text = Buffer.from(bytes).toString('latin1');
  const [, signed, comment, global] = SIGNATURE_FILE.exec(text) ?? [];
  if (signed === undefined || comment === undefined || global === undefined) {
    return 'It is not a minisign signature of four lines.';
  }
  const raw = Buffer.from(signed, 'base64');
  return {
    prehashed: raw.toString('latin1', 0, 2) === 'ED',
    keyId: raw.toString('hex', 2, 10),
    signature: raw.subarray(10),
    comment,
    globalSignature: Buffer.from(global, 'base64'),
  };
}

/**
 * Whether both signatures in the file are good: over the message, and over signature ‖ trusted comment.
 * @param {Signature} signature
 * @param {PublicKey} key
 * @param {Uint8Array} message the signed file's bytes
 */
export function isGood({ prehashed, signature, comment, globalSignature }, key, message) {
  const x = Buffer.from(key.point).toString('base64url');
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const signed = prehashed ? createHash('blake2b512').update(message).digest() : message;
  const commented = Buffer.concat([signature, Buffer.from(comment, 'latin1')]);
  return (
    verify(null, signed, publicKey, signature) &&
    verify(null, commented, publicKey, globalSignature)
  );
}

const REVIEWER = `{"name":"([A-Za-z0-9_-]{1,40})","key":"(${KEY})"}`;
const KEY_LIST = new RegExp(
  `^{"format":1,"serial":(0|[1-9][0-9]{0,5}),"threshold":(0|[1-9][0-9]?),"keys":\\[((?:${REVIEWER}(?:,${REVIEWER})*)?)\\]}$`,
);

/**
 * Read `keys.json`: `{"format":1,"serial":N,"threshold":m,"keys":[{"name":"…","key":"RW…"}]}`,
 * members in this order, spaces and line breaks ignored. The serial rises with every change: a launcher
 * that has pinned a list takes no other of the same or a lower serial. Signatures over a list carry the
 * trusted comment `conclave keys N`. One expression reads it, so that this file, launch.mjs and
 * launch.py (JSON parsers differ at the edges) accept exactly the same texts.
 * @param {string} text hostile
 * @returns {KeyList | string} the list or a fault
 */
export function parseKeyList(text) {
  const [, serial, threshold, entries] = KEY_LIST.exec(text.replace(/[ \n]/g, '')) ?? [];
  if (threshold === undefined || entries === undefined) {
    return 'keys.json is not of the form {"format":1,"serial":N,"threshold":m,"keys":[{"name":"…","key":"RW…"}]}.';
  }
  /** @type {Reviewer[]} */
  const reviewers = [];
  for (const [, name = '', encoded = ''] of entries.matchAll(new RegExp(REVIEWER, 'g'))) {
    const key = parsePublicKey(encoded);
    if (typeof key === 'string') return `keys.json: ${name}: ${key}`;
    reviewers.push({ name, key });
  }
  const distinct = new Set(reviewers.map(({ key }) => pointOf(key))).size;
  const m = Number(threshold);
  if (m > distinct || (m === 0 && distinct > 0)) {
    return `keys.json asks for ${m} signatures of ${distinct} keys: it must be at least one and at most all.`;
  }
  return { serial: Number(serial), threshold: m, reviewers };
}

/** @param {PublicKey} key */
const pointOf = (key) => Buffer.from(key.point).toString('hex');

/**
 * The trusted comment that a signature over a bundle's manifest must carry, so that the person who
 * signs reads what is signed: `minisign -S -t 'conclave 0.1.0 root <64 hex>' -m bundle.manifest`.
 * @param {string} version such as 0.1.0
 * @param {string} root 64 hex digits
 */
export const manifestComment = (version, root) => `conclave ${version} root ${root}`;

/**
 * Whose signatures over a message are good. Distinct keys of the list are counted: neither a second
 * signature by one key nor a key listed twice counts again, and a strange key never does.
 * @param {SignatureFile[]} files
 * @param {Uint8Array} message
 * @param {KeyList} keys
 * @param {string} [comment] the trusted comment that counts; any, where not given
 * @returns {{ good: string[], reports: Report[] }} reviewers' names, one for each distinct key, and a report on every file
 */
export function countSignatures(files, message, keys, comment) {
  /** @type {Map<string, string>} key → reviewer */
  const counted = new Map();
  const reports = files.map(({ file, bytes }) => {
    const signature = parseSignature(bytes);
    if (typeof signature === 'string') return { file, fault: signature };
    const named = keys.reviewers.filter(({ key }) => key.id === signature.keyId);
    if (named.length === 0) return { file, fault: 'It is by a key that is not in the key list.' };
    const signer = named.find(({ key }) => isGood(signature, key, message));
    if (signer === undefined) return { file, fault: 'It does not fit these bytes.' };
    if (comment !== undefined && signature.comment !== comment) {
      return { file, fault: `Its trusted comment is not “${comment}”.` };
    }
    const point = pointOf(signer.key);
    const before = counted.get(point);
    if (before !== undefined) return { file, fault: `The key of ${before} is counted already.` };
    counted.set(point, signer.name);
    return { file, by: signer.name };
  });
  return { good: [...counted.values()], reports };
}
