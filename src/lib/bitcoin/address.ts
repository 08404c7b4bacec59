import { sha256 } from '@noble/hashes/sha2.js';
import { bech32, bech32m, createBase58check } from '@scure/base';
import { concat, equal, type Bytes } from '../crypto/bytes.ts';

/** The networks that addresses belong to. Testnet4 and signet share their encodings. */
export type AddressNetwork = 'mainnet' | 'testnet4' | 'signet' | 'regtest';

const testBase58 = { p2pkh: 0x6f, p2sh: 0xc4 };
const encodings = {
  mainnet: { hrp: 'bc', p2pkh: 0x00, p2sh: 0x05 },
  testnet4: { hrp: 'tb', ...testBase58 },
  signet: { hrp: 'tb', ...testBase58 },
  regtest: { hrp: 'bcrt', ...testBase58 },
} as const;

const base58check = createBase58check(sha256);

const p2pkhScript = (hash: Uint8Array): Bytes =>
  concat(Uint8Array.of(0x76, 0xa9, 20), hash, Uint8Array.of(0x88, 0xac));
const p2shScript = (hash: Uint8Array): Bytes =>
  concat(Uint8Array.of(0xa9, 20), hash, Uint8Array.of(0x87));

/**
 * The output script that an address of this network stands for: P2PKH, P2SH and, by BIP 173 and
 * BIP 350, any witness program. Undefined for everything else.
 */
export function scriptOfAddress(network: AddressNetwork, address: string): Bytes | undefined {
  if (address.length > 90) return undefined;
  const { hrp } = encodings[network];
  return address.toLowerCase().startsWith(`${hrp}1`)
    ? witnessScript(hrp, address)
    : base58Script(network, address);
}

/**
 * The address of an output script, bech32 in lower case: the inverse of `scriptOfAddress`. Undefined
 * for every script that has none (bare keys, OP_RETURN and whatever is not standard).
 */
export function addressOfScript(network: AddressNetwork, script: Uint8Array): string | undefined {
  const { hrp, p2pkh, p2sh } = encodings[network];
  const keyHash = script.subarray(3, 23);
  if (equal(script, p2pkhScript(keyHash)))
    return base58check.encode(concat(Uint8Array.of(p2pkh), keyHash));
  const scriptHash = script.subarray(2, 22);
  if (equal(script, p2shScript(scriptHash)))
    return base58check.encode(concat(Uint8Array.of(p2sh), scriptHash));
  const [opcode, length] = script;
  const version = opcode === 0 ? 0 : opcode! - 0x50;
  if (opcode !== opcodeOf(version) || length !== script.length - 2) return undefined;
  if (!isWitnessProgram(version, length)) return undefined;
  const coder = version === 0 ? bech32 : bech32m;
  return coder.encode(hrp, [version, ...coder.toWords(script.subarray(2))], 90);
}

/** OP_0, or OP_1 to OP_16. Between them stands 0x50, which is neither. */
const opcodeOf = (version: number): number => (version === 0 ? 0 : 0x50 + version);

/** Versions 0 to 16; 2 to 40 bytes, 20 or 32 for version 0 (BIP 141). */
const isWitnessProgram = (version: number, length: number): boolean =>
  version === 0
    ? length === 20 || length === 32
    : version >= 1 && version <= 16 && length >= 2 && length <= 40;

/** OP_n and a push of the program. */
function witnessScript(hrp: string, address: string): Bytes | undefined {
  const [v0, v1] = [bech32, bech32m].map((coder) =>
    coder.decodeUnsafe(address as `${string}1${string}`, 90),
  );
  const decoded = v0 ?? v1;
  const version = decoded?.words[0];
  if (!decoded || version === undefined || decoded.prefix !== hrp) return undefined;
  if ((version === 0) !== (v0 !== undefined)) return undefined;
  const program = bech32.fromWordsUnsafe(decoded.words.slice(1));
  if (!program || !isWitnessProgram(version, program.length)) return undefined;
  return concat(Uint8Array.of(opcodeOf(version), program.length), program);
}

function base58Script(network: AddressNetwork, address: string): Bytes | undefined {
  let payload: Uint8Array;
  try {
    payload = base58check.decode(address);
  } catch {
    return undefined; // @scure/base throws on what is not base58check
  }
  if (payload.length !== 21) return undefined;
  const { p2pkh, p2sh } = encodings[network];
  const hash = payload.subarray(1);
  if (payload[0] === p2pkh) return p2pkhScript(hash);
  if (payload[0] === p2sh) return p2shScript(hash);
  return undefined;
}
