import type { Bytes } from '../../crypto/bytes.ts';
import { decode, encode, type Fields, type Value } from './protobuf.ts';

/*
 * The messages of Trezor's protocol that driver and simulator exchange, with the numbers and fields
 * that its maker published.
 */

const path = [1, 'uints'] as const;

const table = {
  Initialize: [0, { sessionId: [1, 'bytes'] }],
  Ping: [1, { message: [1, 'text'], buttonProtection: [2, 'bool'] }],
  Success: [2, { message: [1, 'text'] }],
  Failure: [3, { code: [1, 'uint'], message: [2, 'text'] }],
  GetEntropy: [9, { size: [1, 'uint'] }],
  Entropy: [10, { entropy: [1, 'bytes'] }],
  GetPublicKey: [
    11,
    {
      path,
      curve: [2, 'text'],
      showDisplay: [3, 'bool'],
      coin: [4, 'text'],
      scriptType: [5, 'uint'],
    },
  ],
  PublicKey: [
    12,
    {
      node: [
        1,
        {
          depth: [1, 'uint'],
          /** Of the parent. */
          fingerprint: [2, 'uint'],
          childNumber: [3, 'uint'],
          chainCode: [4, 'bytes'],
          publicKey: [6, 'bytes'],
        },
      ],
      xpub: [2, 'text'],
      rootFingerprint: [3, 'uint'],
      descriptor: [4, 'text'],
    },
  ],
  Features: [
    17,
    {
      vendor: [1, 'text'],
      major: [2, 'uint'],
      minor: [3, 'uint'],
      patch: [4, 'uint'],
      bootloaderMode: [5, 'bool'],
      deviceId: [6, 'text'],
      pinProtection: [7, 'bool'],
      passphraseProtection: [8, 'bool'],
      label: [10, 'text'],
      initialized: [12, 'bool'],
      unlocked: [16, 'bool'],
      model: [21, 'text'],
      capabilities: [30, 'uints'],
      sessionId: [35, 'bytes'],
      safetyChecks: [37, 'uint'],
      internalModel: [44, 'text'],
    },
  ],
  PinMatrixRequest: [18, { type: [1, 'uint'] }],
  Cancel: [20, {}],
  CipherKeyValue: [
    23,
    {
      path,
      key: [2, 'text'],
      value: [3, 'bytes'],
      encrypt: [4, 'bool'],
      askOnEncrypt: [5, 'bool'],
      askOnDecrypt: [6, 'bool'],
      iv: [7, 'bytes'],
    },
  ],
  LockDevice: [24, {}],
  ButtonRequest: [26, { code: [1, 'uint'], pages: [2, 'uint'], name: [4, 'text'] }],
  ButtonAck: [27, {}],
  SignMessage: [
    38,
    {
      path,
      message: [2, 'bytes'],
      coin: [3, 'text'],
      scriptType: [4, 'uint'],
      noScriptType: [5, 'bool'],
      chunkify: [6, 'bool'],
    },
  ],
  MessageSignature: [40, { address: [1, 'text'], signature: [2, 'bytes'] }],
  PassphraseRequest: [41, {}],
  PassphraseAck: [42, { passphrase: [1, 'text'], onDevice: [3, 'bool'] }],
  CipheredKeyValue: [48, { value: [1, 'bytes'] }],
  GetFeatures: [55, {}],
  EndSession: [83, {}],
} as const satisfies Record<string, readonly [number, Fields]>;

type Table = typeof table;

/** The name of a message. */
export type MessageName = keyof Table;

/** The fields of this message; all may be missing. */
export type Body<N extends MessageName> = Value<Table[N][1]>;

/** A message: `is` names it. */
export type Message = { [N in MessageName]: { readonly is: N } & Body<N> }[MessageName];

/** The message of this name. */
export type MessageOf<N extends MessageName> = Extract<Message, { is: N }>;

const byNumber = new Map<number, MessageName>(
  Object.entries(table).map(([name, [number]]) => [number, name as MessageName]),
);

/** A message's number and bytes. */
export function toWire(message: Message): { type: number; payload: Bytes } {
  const [type, fields] = table[message.is] as readonly [number, Fields];
  return { type, payload: encode(fields, message as Value<Fields>) };
}

/** The message of this number and these bytes; undefined where it is not one of the table. */
export function fromWire(type: number, payload: Uint8Array): Message | undefined {
  const name = byNumber.get(type);
  const body = name && decode(table[name][1] as Fields, payload);
  return name && body && { is: name, ...body };
}

/** Codes of `Failure`. */
export const failure = {
  unexpectedMessage: 1,
  buttonExpected: 2,
  dataError: 3,
  actionCancelled: 4,
  pinExpected: 5,
  pinCancelled: 6,
  pinInvalid: 7,
  processError: 9,
  notInitialized: 11,
  invalidSession: 14,
  busy: 15,
  /** Codec v1 sent to a device that speaks the newer protocol. */
  invalidProtocol: 17,
  inProgress: 19,
} as const;

/** Codes of `ButtonRequest`. */
export const button = {
  other: 1,
  protectCall: 7,
  address: 10,
  passphraseEntry: 19,
  pinEntry: 20,
} as const;

/** Codes of `scriptType`. */
export const SPEND_ADDRESS = 0;
export const SPEND_WITNESS = 3;

/** What makes a step of a path hardened. */
export const HARDENED = 0x80000000;
