import { concat, wipe, type Bytes } from '../../crypto/bytes.ts';
import { toCbor } from '../../crypto/cbor.ts';
import { bytes, integer, list, read, record, type Read } from '../../crypto/schema.ts';
import {
  algorithms,
  commands,
  objectTypes,
  options,
  optionStates,
  origins,
} from '../yubihsm/commands.ts';
import { AuditLog, logReader } from './yubihsm-log.ts';

/*
 * What a simulated YubiHSM keeps without power: objects, options and the log.
 */

const byte = integer(0, 0xff);
const word = integer(0, 0xffff);

const objectReader = record({
  id: word,
  type: integer(objectTypes.opaque, objectTypes.hmacKey),
  algorithm: byte,
  /** One bit for each of 16 domains. */
  domains: word,
  capabilities: bytes(8),
  /** What keys and copies made with it may have at most; of authentication and wrap keys, else zero. */
  delegated: bytes(8),
  /** Filled up with zeros. */
  label: bytes(40),
  /** How many objects of this type and id there were before. */
  sequence: byte,
  origin: byte,
  /** The key or the data as it was put. */
  material: bytes(1, 3136),
});

/** An object of the device. */
export type HsmObject = Read<typeof objectReader>;

/** How many objects there can be. */
export const MAX_OBJECTS = 256;

const memoryReader = record({
  objects: list(objectReader, MAX_OBJECTS),
  /** For each type and id that ever was: `type u8 | id u16`, and the next sequence number. */
  sequences: list(record({ key: integer(0, 0xffffff), next: byte }), 0x50000),
  forceAudit: integer(0, 2),
  /** A switch for each of `auditable`. */
  audit: bytes(64),
  log: logReader,
});

/** The commands that the option “command audit” lists, in its order. */
const auditable: readonly number[] = [
  ...[0x01, 0x03, 0x04, 0x05, 0x06, 0x08, 0x09, 0x0a],
  ...Array.from({ length: 0x38 }, (_, i) => 0x40 + i),
];

/** Commands that no option makes the log note. */
const neverAudited: readonly number[] = [
  commands.echo,
  commands.sessionMessage,
  commands.deviceInfo,
  commands.getLog,
];

/** PBKDF2-HMAC-SHA256 of “password” with the salt “Yubico”, 10 000 rounds: the factory's key, 32 bytes. */
const factoryKey = Uint8Array.of(
  ...[
    0x09, 0x0b, 0x47, 0xdb, 0xed, 0x59, 0x56, 0x54, 0x90, 0x1d, 0xee, 0x1c, 0xc6, 0x55, 0xe4, 0x20,
  ],
  ...[
    0x59, 0x2f, 0xd4, 0x83, 0xf7, 0x59, 0xe2, 0x99, 0x09, 0xa0, 0x4c, 0x45, 0x05, 0xd2, 0xce, 0x0a,
  ],
);

const keyOf = (type: number, id: number) => type * 0x10000 + id;

/** A label's 40 bytes. */
const labelled = (text: string): Bytes => {
  const label = new Uint8Array(40);
  new TextEncoder().encodeInto(text, label);
  return label;
};

/** All 56 capabilities, 8 bytes. */
const allCapabilities = (): Bytes => Uint8Array.of(0, ...new Uint8Array(7).fill(0xff));

export class HsmMemory {
  readonly #objects = new Map<number, HsmObject>();
  readonly #sequences: Map<number, number>;
  readonly log: AuditLog;
  #forceAudit: number;
  readonly #audit: Bytes;

  private constructor(kept: Read<typeof memoryReader>) {
    for (const object of kept.objects) this.#objects.set(keyOf(object.type, object.id), object);
    this.#sequences = new Map(kept.sequences.map(({ key, next }) => [key, next]));
    this.#forceAudit = kept.forceAudit;
    this.#audit = kept.audit;
    this.log = new AuditLog(kept.log);
  }

  /**
   * As it comes from the factory: authentication key 1, “password”, may do everything; nothing is
   * logged but power-ups. 16 random bytes begin the log.
   */
  static factory(digest: Bytes): HsmMemory {
    const memory = new HsmMemory({
      objects: [],
      sequences: [],
      forceAudit: optionStates.off,
      audit: new Uint8Array(auditable.length),
      log: AuditLog.reset(digest).kept,
    });
    memory.add({
      id: 1,
      type: objectTypes.authenticationKey,
      algorithm: algorithms.aes128Authentication,
      domains: 0xffff,
      capabilities: allCapabilities(),
      delegated: allCapabilities(),
      label: labelled('DEFAULT AUTHKEY CHANGE THIS ASAP'),
      origin: origins.imported,
      material: factoryKey.slice(),
    });
    return memory;
  }

  /** What `toBytes` gave; undefined for anything else. */
  static fromBytes(state: Uint8Array): HsmMemory | undefined {
    const found = read(memoryReader, state);
    return typeof found === 'string' ? undefined : new HsmMemory(found.value);
  }

  /** Everything, as CBOR. */
  toBytes(): Bytes {
    return toCbor({
      objects: [...this.#objects.values()],
      sequences: [...this.#sequences].map(([key, next]) => ({ key, next })),
      forceAudit: this.#forceAudit,
      audit: this.#audit,
      log: this.log.kept,
    });
  }

  find(type: number, id: number): HsmObject | undefined {
    return this.#objects.get(keyOf(type, id));
  }

  /** All objects, by type and id. */
  objects(): readonly HsmObject[] {
    return [...this.#objects].sort(([a], [b]) => a - b).map(([, object]) => object);
  }

  /** Adds an object of a type and id that is not there yet. */
  add(object: Omit<HsmObject, 'sequence'>): void {
    const key = keyOf(object.type, object.id);
    const sequence = this.#sequences.get(key) ?? 0;
    this.#sequences.set(key, (sequence + 1) % 0x100);
    this.#objects.set(key, { ...object, sequence });
  }

  /** Puts another key into an authentication key. */
  rekey(object: HsmObject, algorithm: number, material: Bytes): void {
    wipe(object.material);
    this.#objects.set(keyOf(object.type, object.id), { ...object, algorithm, material });
  }

  remove(object: HsmObject): void {
    wipe(object.material);
    this.#objects.delete(keyOf(object.type, object.id));
  }

  /** Whether a command that cannot be logged must not run. */
  get forced(): boolean {
    return this.#forceAudit !== optionStates.off;
  }

  /** Whether a command is to be logged. */
  audits(command: number): boolean {
    const at = auditable.indexOf(command);
    if (at < 0 || neverAudited.includes(command)) return false;
    return this.forced || this.#audit[at] !== optionStates.off;
  }

  /** An option's value; undefined where it does not have this option. */
  option(option: number): Bytes | undefined {
    if (option === options.forceAudit) return Uint8Array.of(this.#forceAudit);
    if (option !== options.commandAudit) return undefined;
    return concat(...auditable.map((command, at) => Uint8Array.of(command, this.#audit[at]!)));
  }

  /** Sets an option; whether the value is one that it can take now. */
  setOption(option: number, value: Uint8Array): boolean {
    if (option === options.forceAudit) {
      const state = value[0]!;
      if (value.length !== 1 || !mayBecome(this.#forceAudit, state)) return false;
      this.#forceAudit = state;
      return true;
    }
    if (option !== options.commandAudit || value.length % 2 !== 0) return false;
    const pairs = Array.from({ length: value.length / 2 }, (_, i) => ({
      command: value[2 * i]!,
      at: auditable.indexOf(value[2 * i]!),
      state: value[2 * i + 1]!,
    }));
    const takes = pairs.every(
      ({ command, at, state }) =>
        at >= 0 &&
        mayBecome(this.#audit[at]!, state) &&
        (state === optionStates.off || !neverAudited.includes(command)),
    );
    if (takes) for (const { at, state } of pairs) this.#audit[at] = state;
    return takes;
  }
}

/** Switches go off and on until they are fixed; only a factory reset loosens them. */
const mayBecome = (state: number, next: number): boolean =>
  next <= optionStates.fixed && (state !== optionStates.fixed || next === optionStates.fixed);
