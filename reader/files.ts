/** The plaintext of a backup file, the recovery file and the kit (docs/formats.md §3 and §4). */
import { createHash } from 'node:crypto';
import { equal } from './bytes.ts';
import { decode, type CborMap, type Value } from './cbor.ts';
import { hostKeyOf, readRecovery, type Recovery } from './recovery.ts';
import { Trouble } from './terminal.ts';

export const networks = ['mainnet', 'testnet4', 'signet', 'regtest'] as const;
export type Network = (typeof networks)[number];

/** What a recovery file says, checked against its certificates. */
export interface Content {
  readonly network: Network;
  readonly groupId: Uint8Array;
  readonly groupName: string;
  readonly epoch: number;
  readonly rehearsal: boolean;
  readonly operators: readonly string[];
  readonly state: string;
  readonly backupAddress: string | null;
  readonly issued: readonly { readonly recipient: Uint8Array; readonly index: number }[];
  readonly created: number;
  readonly recovery: Recovery;
}

/** One operator's backup. */
export interface Backup {
  readonly kind: 'backup';
  readonly content: Content;
  readonly index: number;
  readonly hostSecret: Uint8Array;
}

export interface Kit {
  readonly kind: 'kit';
  readonly network: Network;
  readonly groupId: Uint8Array;
  readonly groupName: string;
  readonly epoch: number;
  readonly rehearsal: boolean;
  readonly operatorName: string;
  readonly hostKey: Uint8Array;
}

export type Piece = Backup | Kit | { readonly kind: 'recovery'; readonly content: Content };

const wrong = (fault: string, what: string): Trouble =>
  new Trouble(fault, `The file ${what}.`, 'Take another copy of it, or another file.');

const whose = ['network', 'groupId', 'groupName', 'epoch', 'rehearsal'];
const known = [
  ...[...whose, 'operators', 't', 'manifestHash', 'recoveryData', 'certified', 'state'],
  ...['backupAddress', 'issued', 'created'],
];

/** Composed, of letters that are seen, and some of them. */
const isText = (value: Value): value is string =>
  typeof value === 'string' &&
  value === value.normalize('NFC') &&
  /^[^\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]{1,200}$/u.test(value);
const isMap = (value: Value): value is CborMap => value instanceof Map;

/** A map with exactly these keys, whose values are asked for by kind. */
class Fields {
  readonly #map: CborMap;

  constructor(value: Value | undefined, keys: readonly string[]) {
    const map = value instanceof Map ? value : new Map<string, Value>();
    const other = [...map.keys()].find((key) => !keys.includes(key));
    const missing = keys.find((key) => !map.has(key));
    if (other !== undefined) throw wrong('file-malformed', `has an unknown field ${other}`);
    if (missing !== undefined) throw wrong('file-malformed', `has no field ${missing}`);
    this.#map = map;
  }

  get(key: string): Value {
    return this.#map.get(key)!;
  }

  #as<T extends Value>(key: string, fits: (value: Value) => value is T): T {
    const value = this.get(key);
    if (fits(value)) return value;
    throw wrong('file-malformed', `says of ${key} what nothing can be`);
  }

  bytes(key: string, length: number, max = length): Uint8Array {
    return this.#as(
      key,
      (value): value is Uint8Array =>
        value instanceof Uint8Array && value.length >= length && value.length <= max,
    );
  }
  number(key: string, below: number): number {
    return this.#as(key, (value): value is number => typeof value === 'number' && value < below);
  }
  text(key: string): string {
    return this.#as(key, isText);
  }
  boolean(key: string): boolean {
    return this.#as(key, (value): value is boolean => typeof value === 'boolean');
  }
  list<T extends Value>(key: string, max: number, fits: (value: Value) => value is T): T[] {
    return this.#as(
      key,
      (value): value is T[] => Array.isArray(value) && value.length <= max && value.every(fits),
    );
  }
  oneOf<const T extends string>(key: string, values: readonly T[]): T {
    return this.#as(key, (value): value is T => values.some((one) => one === value));
  }

  whose() {
    return {
      network: this.oneOf('network', networks),
      groupId: this.bytes('groupId', 32),
      groupName: this.text('groupName'),
      epoch: this.number('epoch', 2 ** 32),
      rehearsal: this.boolean('rehearsal'),
    };
  }
}

const versions: Readonly<Record<string, number>> = {
  'conclave backup': 2,
  'conclave recovery': 1,
  'conclave kit': 1,
};

const MAX_FILE = 600_000;

/** Reads a file without its age encryption. */
export function readPiece(bytes: Uint8Array): Piece {
  const read = bytes.length > MAX_FILE ? 'it is longer than they are' : decode(bytes);
  const whole = typeof read !== 'string' && read.value instanceof Map ? read.value : undefined;
  const is = whole?.get('is');
  const expected = typeof is === 'string' ? versions[is] : undefined;
  if (!whole || expected === undefined)
    throw wrong(
      'not-a-piece',
      `is none of Conclave’s${typeof read === 'string' ? `: ${read}` : ''}`,
    );
  const version = whole.get('version');
  if (version !== expected)
    throw new Trouble(
      'other-version',
      `The file is of another version of its format than ${expected}, which this program reads.`,
      'Use the recover.mjs of the bundle that wrote it.',
    );
  const names = ['is', 'version', 'content'];
  if (is === 'conclave backup') {
    const file = new Fields(whole, [...names, 'secretHostKey']);
    return backupOf(file.get('content'), file.bytes('secretHostKey', 32));
  }
  const file = new Fields(whole, [...names, 'check']);
  if (!equal(file.bytes('check', 8), checkOf(bytes, is as string)))
    throw wrong('file-changed', 'was changed: its check does not hold');
  const inside = file.get('content');
  if (is === 'conclave kit') {
    const kit = new Fields(inside, [...whose, 'operatorName', 'hostKey', 'salt', 'device']);
    kit.bytes('salt', 32);
    kit.bytes('device', 0, 4096);
    const hostKey = kit.bytes('hostKey', 33);
    return { kind: 'kit', ...kit.whose(), operatorName: kit.text('operatorName'), hostKey };
  }
  return { kind: 'recovery', content: contentOf(new Fields(inside, known)) };
}

/** The check stands behind `is`; it is taken over the file with zeros in its place. */
function checkOf(bytes: Uint8Array, is: string): Uint8Array {
  const zeroed = bytes.slice();
  zeroed.fill(0, is.length + 12, is.length + 20);
  return new Uint8Array(createHash('sha256').update(zeroed).digest().subarray(0, 8));
}

function backupOf(inside: Value, hostSecret: Uint8Array): Backup {
  const fields = new Fields(inside, [...known, 'index', 'operatorName']);
  const content = contentOf(fields);
  const index = fields.number('index', content.operators.length);
  fields.text('operatorName');
  const hostKey = hostKeyOf(hostSecret);
  if (!hostKey || !equal(hostKey, content.recovery.hostKeys[index]!))
    throw wrong('other-host-secret', 'holds a host secret that is not its operator’s');
  return { kind: 'backup', content, index, hostSecret };
}

function contentOf(fields: Fields): Content {
  const recovery = readRecovery(fields.bytes('recoveryData', 1, 200_000));
  const operators = fields.list('operators', 128, isText);
  const agrees =
    equal(fields.bytes('manifestHash', 32), recovery.manifestHash) &&
    fields.number('t', 129) === recovery.t &&
    operators.length === recovery.hostKeys.length;
  if (!agrees) throw wrong('other-manifest', 'and its own recovery data disagree on the group');
  if (!equal(fields.bytes('certified', 32), recovery.certified))
    throw wrong('other-keys', 'and its own recovery data disagree on the keys');
  return {
    ...fields.whose(),
    operators,
    state: fields.oneOf('state', ['pending', 'active', 'rehearsed']),
    backupAddress: fields.get('backupAddress') === null ? null : fields.text('backupAddress'),
    issued: fields.list('issued', 6000, isMap).map((value) => {
      const one = new Fields(value, ['recipient', 'index']);
      return { recipient: one.bytes('recipient', 32), index: one.number('index', 2 ** 31) };
    }),
    created: fields.number('created', 8.64e15),
    recovery,
  };
}
