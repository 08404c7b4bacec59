import type { Bytes } from '../../crypto/bytes.ts';

/*
 * The numbers of the YubiHSM 2: commands, kinds of objects, algorithms, capabilities, errors (Yubico,
 * “YubiHSM 2 User Guide”).
 */

export const commands = {
  echo: 0x01,
  createSession: 0x03,
  authenticateSession: 0x04,
  sessionMessage: 0x05,
  deviceInfo: 0x06,
  resetDevice: 0x08,
  getDevicePublicKey: 0x0a,
  closeSession: 0x40,
  storageInfo: 0x41,
  putOpaque: 0x42,
  getOpaque: 0x43,
  putAuthenticationKey: 0x44,
  putAsymmetricKey: 0x45,
  generateAsymmetricKey: 0x46,
  listObjects: 0x48,
  exportWrapped: 0x4a,
  importWrapped: 0x4b,
  putWrapKey: 0x4c,
  getLog: 0x4d,
  objectInfo: 0x4e,
  setOption: 0x4f,
  getOption: 0x50,
  getPseudoRandom: 0x51,
  putHmacKey: 0x52,
  signHmac: 0x53,
  getPublicKey: 0x54,
  signEcdsa: 0x56,
  deriveEcdh: 0x57,
  deleteObject: 0x58,
  generateHmacKey: 0x5a,
  generateWrapKey: 0x5b,
  verifyHmac: 0x5c,
  signAttestation: 0x64,
  setLogIndex: 0x67,
  wrapData: 0x68,
  unwrapData: 0x69,
  signEddsa: 0x6a,
  blink: 0x6b,
  changeAuthenticationKey: 0x6c,
} as const;

export const objectTypes = {
  opaque: 0x01,
  authenticationKey: 0x02,
  asymmetricKey: 0x03,
  wrapKey: 0x04,
  hmacKey: 0x05,
} as const;

/** Where a key comes from; a key that came back from a wrapped copy has both bits. */
export const origins = { generated: 0x01, imported: 0x02, wrapped: 0x10 } as const;

export const algorithms = {
  p256: 12,
  k256: 15,
  hmacSha1: 19,
  hmacSha256: 20,
  hmacSha384: 21,
  hmacSha512: 22,
  ecdh: 24,
  aes128CcmWrap: 29,
  opaqueData: 30,
  opaqueX509: 31,
  aes128Authentication: 38,
  aes192CcmWrap: 41,
  aes256CcmWrap: 42,
  ecdsaSha256: 43,
  ed25519: 46,
  p256Authentication: 49,
} as const;

/** The bit of each capability in their 8 bytes. */
export const capabilities = {
  'get-opaque': 0x00,
  'put-opaque': 0x01,
  'put-authentication-key': 0x02,
  'put-asymmetric-key': 0x03,
  'generate-asymmetric-key': 0x04,
  'sign-ecdsa': 0x07,
  'sign-eddsa': 0x08,
  'derive-ecdh': 0x0b,
  'export-wrapped': 0x0c,
  'import-wrapped': 0x0d,
  'put-wrap-key': 0x0e,
  'generate-wrap-key': 0x0f,
  'exportable-under-wrap': 0x10,
  'set-option': 0x11,
  'get-option': 0x12,
  'get-pseudo-random': 0x13,
  'put-mac-key': 0x14,
  'generate-hmac-key': 0x15,
  'sign-hmac': 0x16,
  'verify-hmac': 0x17,
  'get-log': 0x18,
  'reset-device': 0x1c,
  'sign-attestation': 0x22,
  'wrap-data': 0x25,
  'unwrap-data': 0x26,
  'delete-opaque': 0x27,
  'delete-authentication-key': 0x28,
  'delete-asymmetric-key': 0x29,
  'delete-wrap-key': 0x2a,
  'delete-hmac-key': 0x2b,
  'change-authentication-key': 0x2e,
} as const;
export type Capability = keyof typeof capabilities;

/** The capabilities' 8 bytes: bit n counts from the lowest bit of the last byte. */
export function capabilityBytes(names: readonly Capability[]): Bytes {
  const out = new Uint8Array(8);
  for (const name of names) out[7 - (capabilities[name] >> 3)]! |= 1 << (capabilities[name] & 7);
  return out;
}

/** Whether the 8 bytes hold a capability. */
export const isCapable = (bytes: Uint8Array, name: Capability): boolean =>
  Boolean((bytes[7 - (capabilities[name] >> 3)] ?? 0) & (1 << (capabilities[name] & 7)));

/** Codes of `HsmError`. */
export const errors = {
  invalidCommand: 0x01,
  invalidData: 0x02,
  invalidSession: 0x03,
  authenticationFailed: 0x04,
  sessionsFull: 0x05,
  sessionFailed: 0x06,
  storageFailed: 0x07,
  wrongLength: 0x08,
  insufficientPermissions: 0x09,
  logFull: 0x0a,
  objectNotFound: 0x0b,
  invalidId: 0x0c,
  objectExists: 0x11,
  algorithmDisabled: 0x12,
  commandUnexecuted: 0xff,
} as const;

/** Numbers of the device's options, and what a switch among them can say. */
export const options = { forceAudit: 1, commandAudit: 3, algorithmToggle: 4, fips: 5 } as const;
export const optionStates = { off: 0, on: 1, fixed: 2 } as const;
