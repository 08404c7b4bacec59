import { concat, equal } from '../../crypto/bytes.ts';
import { commands, errors, isCapable, objectTypes, origins } from '../yubihsm/commands.ts';
import type { Capability } from '../yubihsm/commands.ts';
import { be16, readBe16 } from '../yubihsm/frames.ts';
import {
  delegates,
  place,
  using,
  visible,
  within,
  type Act,
  type Answer,
  type Command,
} from './yubihsm-access.ts';
import { algorithmOf, macOf, publicKeyOf, signEcdsa, signEddsa } from './yubihsm-keys.ts';
import { MAX_OBJECTS, type HsmObject } from './yubihsm-memory.ts';
import { MAX_INNER_FRAME } from './yubihsm-sessions.ts';
import { wrapCommands } from './yubihsm-wrapping.ts';

/*
 * The commands of a YubiHSM 2 that need a session (Yubico, “YubiHSM Command Reference”), as far as the
 * simulated one has them.
 */

const HEADER_LENGTH = 53;

/** Storage as STORAGE INFO counts it: pages of 126 bytes. */
const [PAGES, PAGE_LENGTH] = [1024, 126];

/**
 * PUT and GENERATE: `id u16 | label 40 | domains u16 | capabilities 8 | algorithm u8`, the delegated
 * capabilities where the type has them, the key or data where it is put → `id u16`.
 */
const making = (needs: Capability, type: number, origin: 'generated' | 'imported'): Command => ({
  needs,
  run(act) {
    const { data, random } = act;
    const materialAt = HEADER_LENGTH + (delegates(type) ? 8 : 0);
    if (data.length < materialAt) return errors.wrongLength;
    const number = data[52]!;
    const algorithm = algorithmOf(type, number);
    if (!algorithm) return errors.invalidData;
    const put = data.slice(materialAt);
    if (origin === 'generated' && put.length !== 0) return errors.wrongLength;
    const material = origin === 'generated' ? algorithm.generate?.(random) : put;
    if (!material) return errors.invalidData;
    if (!algorithm.takes(material))
      return algorithm.measures(material) ? errors.invalidData : errors.wrongLength;
    return place(act, {
      id: readBe16(data, 0),
      type,
      algorithm: number,
      domains: readBe16(data, 42),
      capabilities: data.slice(44, 52),
      delegated: delegates(type) ? data.slice(HEADER_LENGTH, materialAt) : new Uint8Array(8),
      label: data.slice(2, 42),
      origin: origins[origin],
      material,
    });
  },
});

/** LIST OBJECTS: filters, each a number and a value → `id u16 | type u8 | sequence u8` of each object. */
function listObjects({ memory, authority, data }: Act): Answer {
  let found = memory.objects().filter(({ domains }) => (domains & authority.domains) !== 0);
  for (let at = 0; at < data.length;) {
    const filter = filters.get(data[at]!);
    if (!filter) return errors.invalidData;
    const value = data.slice(at + 1, at + 1 + filter.length);
    if (value.length < filter.length) return errors.wrongLength;
    found = found.filter((object) => filter.passes(object, value));
    at += 1 + filter.length;
  }
  return concat(
    ...found.map(({ id, type, sequence }) => concat(be16(id), Uint8Array.of(type, sequence))),
  );
}

interface Filter {
  readonly length: number;
  readonly passes: (object: HsmObject, value: Uint8Array) => boolean;
}

const filters = new Map<number, Filter>([
  [1, { length: 2, passes: ({ id }, value) => id === readBe16(value, 0) }],
  [2, { length: 1, passes: ({ type }, value) => type === value[0] }],
  [3, { length: 2, passes: ({ domains }, value) => (domains & readBe16(value, 0)) !== 0 }],
  [4, { length: 8, passes: ({ capabilities }, value) => within(value, capabilities) }],
  [5, { length: 1, passes: ({ algorithm }, value) => algorithm === value[0] }],
  [6, { length: 40, passes: ({ label }, value) => equal(label, value) }],
]);

const reportedLength = ({ type, algorithm, material }: HsmObject): number =>
  algorithmOf(type, algorithm)!.reported(material);

/** OBJECT INFO: `id u16 | type u8` → 66 bytes. */
function objectInfo(act: Act): Answer {
  if (act.data.length !== 3) return errors.wrongLength;
  act.target = readBe16(act.data, 0);
  const object = visible(act, act.data[2]!, act.target);
  if (typeof object === 'number') return object;
  const { capabilities, id, domains, type, algorithm, sequence, origin, label } = object;
  return concat(
    capabilities,
    be16(id),
    be16(reportedLength(object)),
    be16(domains),
    Uint8Array.of(type, algorithm, sequence, origin),
    label,
    object.delegated,
  );
}

const deletions = new Map<number, Capability>([
  [objectTypes.opaque, 'delete-opaque'],
  [objectTypes.authenticationKey, 'delete-authentication-key'],
  [objectTypes.asymmetricKey, 'delete-asymmetric-key'],
  [objectTypes.wrapKey, 'delete-wrap-key'],
  [objectTypes.hmacKey, 'delete-hmac-key'],
]);

/** DELETE: `id u16 | type u8`; the object's own capabilities do not matter. */
function deleteObject(act: Act): Answer {
  if (act.data.length !== 3) return errors.wrongLength;
  act.target = readBe16(act.data, 0);
  const type = act.data[2]!;
  const needs = deletions.get(type);
  if (!needs) return errors.invalidData;
  if (!isCapable(act.authority.capabilities, needs)) return errors.insufficientPermissions;
  const object = visible(act, type, act.target);
  if (typeof object === 'number') return object;
  act.memory.remove(object);
  return new Uint8Array();
}

/** CHANGE AUTHENTICATION KEY: `id u16 | algorithm u8 | key`, of this session's own → `id u16`. */
function changeAuthenticationKey(act: Act): Answer {
  const { data, memory, authority } = act;
  if (data.length < 3) return errors.wrongLength;
  act.target = readBe16(data, 0);
  if (act.target !== authority.id) return errors.invalidId;
  const own = visible(act, authority.type, act.target);
  if (typeof own === 'number') return own;
  const [number, material] = [data[2]!, data.slice(3)];
  const algorithm = algorithmOf(authority.type, number);
  if (!algorithm) return errors.invalidData;
  if (!algorithm.takes(material))
    return algorithm.measures(material) ? errors.invalidData : errors.wrongLength;
  memory.rekey(own, number, material);
  return be16(own.id);
}

/** STORAGE INFO → records, free records, pages, free pages, length of a page; u16 each. */
function storageInfo({ memory, data }: Act): Answer {
  if (data.length !== 0) return errors.wrongLength;
  const objects = memory.objects();
  const used = objects.reduce((sum, one) => sum + Math.ceil(reportedLength(one) / PAGE_LENGTH), 0);
  return concat(
    ...[
      MAX_OBJECTS,
      MAX_OBJECTS - objects.length,
      PAGES,
      Math.max(0, PAGES - used),
      PAGE_LENGTH,
    ].map(be16),
  );
}

/** SET OPTION: `option u8 | length u16 | value`. */
function setOption({ memory, data }: Act): Answer {
  if (data.length < 3 || readBe16(data, 1) !== data.length - 3) return errors.wrongLength;
  return memory.setOption(data[0]!, data.subarray(3)) ? new Uint8Array() : errors.invalidData;
}

/** GET OPTION: `option u8` → value. */
const getOption = ({ memory, data }: Act): Answer =>
  data.length === 1 ? (memory.option(data[0]!) ?? errors.invalidData) : errors.wrongLength;

/** GET PSEUDO RANDOM: `length u16` → as many bytes. */
function getPseudoRandom({ data, random }: Act): Answer {
  if (data.length !== 2) return errors.wrongLength;
  const length = readBe16(data, 0);
  return length > MAX_INNER_FRAME - 3 ? errors.wrongLength : random(length);
}

/** SET LOG INDEX: `number u16` of the last entry that was read. */
function setLogIndex({ memory, data }: Act): Answer {
  if (data.length !== 2) return errors.wrongLength;
  return memory.log.release(readBe16(data, 0)) ? new Uint8Array() : errors.invalidData;
}

/** GET OPAQUE and GET PUBLIC KEY: `id u16`, of any object that the session sees. */
const reading = (type: number, answer: (object: HsmObject) => Answer) => (act: Act) => {
  if (act.data.length !== 2) return errors.wrongLength;
  act.target = readBe16(act.data, 0);
  const object = visible(act, type, act.target);
  return typeof object === 'number' ? object : answer(object);
};

const bare =
  (then: 'close' | 'reset') =>
  (act: Act): Answer => {
    if (act.data.length !== 0) return errors.wrongLength;
    act.then = then;
    return new Uint8Array();
  };

const { opaque, authenticationKey, asymmetricKey, wrapKey, hmacKey } = objectTypes;

/** The commands within sessions, by number. */
export const sessionCommands: ReadonlyMap<number, Command> = new Map<number, Command>([
  [commands.closeSession, { run: bare('close') }],
  [commands.resetDevice, { needs: 'reset-device', run: bare('reset') }],
  [
    commands.blink,
    {
      run(act) {
        if (act.data.length !== 1) return errors.wrongLength;
        act.then = { seconds: act.data[0]! };
        return new Uint8Array();
      },
    },
  ],
  [commands.storageInfo, { run: storageInfo }],
  [commands.listObjects, { run: listObjects }],
  [commands.objectInfo, { run: objectInfo }],
  [commands.deleteObject, { run: deleteObject }],
  [commands.putOpaque, making('put-opaque', opaque, 'imported')],
  [commands.getOpaque, { needs: 'get-opaque', run: reading(opaque, ({ material }) => material) }],
  [commands.putAuthenticationKey, making('put-authentication-key', authenticationKey, 'imported')],
  [
    commands.changeAuthenticationKey,
    { needs: 'change-authentication-key', run: changeAuthenticationKey },
  ],
  [commands.putAsymmetricKey, making('put-asymmetric-key', asymmetricKey, 'imported')],
  [commands.generateAsymmetricKey, making('generate-asymmetric-key', asymmetricKey, 'generated')],
  [commands.putHmacKey, making('put-mac-key', hmacKey, 'imported')],
  [commands.generateHmacKey, making('generate-hmac-key', hmacKey, 'generated')],
  [commands.putWrapKey, making('put-wrap-key', wrapKey, 'imported')],
  [commands.generateWrapKey, making('generate-wrap-key', wrapKey, 'generated')],
  [
    commands.getPublicKey,
    {
      run: reading(asymmetricKey, ({ algorithm, material }) =>
        concat(Uint8Array.of(algorithm), publicKeyOf(algorithm, material)),
      ),
    },
  ],
  [
    commands.signEcdsa,
    using('sign-ecdsa', asymmetricKey, ({ algorithm, material }, digest, { random }) =>
      [20, 32, 48, 64].includes(digest.length)
        ? (signEcdsa(algorithm, material, digest, random(32)) ?? errors.invalidData)
        : errors.wrongLength,
    ),
  ],
  [
    commands.signEddsa,
    using(
      'sign-eddsa',
      asymmetricKey,
      ({ algorithm, material }, message) =>
        signEddsa(algorithm, material, message) ?? errors.invalidData,
    ),
  ],
  [
    commands.signHmac,
    using('sign-hmac', hmacKey, ({ algorithm, material }, data) =>
      macOf(algorithm, material, data),
    ),
  ],
  [
    commands.verifyHmac,
    using('verify-hmac', hmacKey, ({ algorithm, material }, data) => {
      const { length } = macOf(algorithm, material, new Uint8Array());
      if (data.length < length) return errors.wrongLength;
      const right = macOf(algorithm, material, data.subarray(length));
      return Uint8Array.of(equal(right, data.subarray(0, length)) ? 1 : 0);
    }),
  ],
  ...wrapCommands,
  [commands.setOption, { needs: 'set-option', run: setOption }],
  [commands.getOption, { needs: 'get-option', run: getOption }],
  [commands.getPseudoRandom, { needs: 'get-pseudo-random', run: getPseudoRandom }],
  [
    commands.getLog,
    {
      needs: 'get-log',
      run: ({ memory, data }) => (data.length === 0 ? memory.log.read() : errors.wrongLength),
    },
  ],
  [commands.setLogIndex, { needs: 'get-log', run: setLogIndex }],
]);
