import { concat, wipe, type Bytes } from '../../crypto/bytes.ts';
import { commands, errors, isCapable, objectTypes, origins } from '../yubihsm/commands.ts';
import { be16, readBe16 } from '../yubihsm/frames.ts';
import {
  delegates,
  place,
  usable,
  using,
  visible,
  within,
  type Act,
  type Answer,
  type Command,
} from './yubihsm-access.ts';
import { NONCE_LENGTH, seal, unseal } from './yubihsm-ccm.ts';
import { algorithmOf } from './yubihsm-keys.ts';
import type { HsmObject } from './yubihsm-memory.ts';

/*
 * What wrap keys do. What is wrapped says in its first byte what it is: 0 for data, the wrap key's
 * algorithm for a copy of an object. So neither can be taken for the other.
 *
 * A copy: `wrap algorithm u8 | capabilities 8 | id u16 | length u16 | domains u16 | type u8 |
 * algorithm u8 | sequence u8 | origin u8 | label 40`, then the material, behind the delegated
 * capabilities where the type has them. The hardware keeps some keys in another form, so copies go
 * only to other simulated devices.
 */

const HEADER_LENGTH = 59;
const DATA = 0;

const { wrapKey: WRAP_KEY } = objectTypes;

function copyOf(object: HsmObject, wrapAlgorithm: number): Bytes {
  const { capabilities, id, domains, type, algorithm, sequence, origin, label } = object;
  const body = concat(delegates(type) ? object.delegated : new Uint8Array(), object.material);
  const copy = concat(
    Uint8Array.of(wrapAlgorithm),
    capabilities,
    be16(id),
    be16(body.length),
    be16(domains),
    Uint8Array.of(type, algorithm, sequence, origin),
    label,
    body,
  );
  wipe(body);
  return copy;
}

/** The object of a copy; undefined for any other bytes. */
function fromCopy(copy: Bytes, wrapAlgorithm: number): Omit<HsmObject, 'sequence'> | undefined {
  if (copy.length < HEADER_LENGTH || copy[0] !== wrapAlgorithm) return undefined;
  if (readBe16(copy, 11) !== copy.length - HEADER_LENGTH) return undefined;
  const [type, number, origin] = [copy[15]!, copy[16]!, copy[18]! & ~origins.wrapped];
  const algorithm = algorithmOf(type, number);
  const body = copy.slice(HEADER_LENGTH);
  const materialAt = delegates(type) ? 8 : 0;
  const material = body.slice(materialAt);
  if (!algorithm?.takes(material)) return undefined;
  if (origin !== origins.generated && origin !== origins.imported) return undefined;
  return {
    id: readBe16(copy, 9),
    type,
    algorithm: number,
    domains: readBe16(copy, 13),
    capabilities: copy.slice(1, 9),
    delegated: materialAt > 0 ? body.slice(0, 8) : new Uint8Array(8),
    label: copy.slice(19, HEADER_LENGTH),
    origin: origin | origins.wrapped,
    material,
  };
}

/** EXPORT WRAPPED: `wrap key u16 | type u8 | id u16`, then perhaps a format, which changes nothing here. */
function exportWrapped(act: Act): Answer {
  const { data, random } = act;
  if (data.length !== 5 && data.length !== 6) return errors.wrongLength;
  [act.second, act.target] = [readBe16(data, 0), readBe16(data, 3)];
  const wrapKey = usable(act, WRAP_KEY, act.second, 'export-wrapped');
  if (typeof wrapKey === 'number') return wrapKey;
  const object = visible(act, data[2]!, act.target);
  if (typeof object === 'number') return object;
  if (
    !isCapable(object.capabilities, 'exportable-under-wrap') ||
    !within(object.capabilities, wrapKey.delegated)
  )
    return errors.insufficientPermissions;
  const copy = copyOf(object, wrapKey.algorithm);
  const sealed = seal(wrapKey.material, random(NONCE_LENGTH), copy);
  wipe(copy);
  return sealed;
}

/** IMPORT WRAPPED: `wrap key u16 | copy` → `type u8 | id u16`. */
function importWrapped(act: Act): Answer {
  const { data } = act;
  if (data.length < 2) return errors.wrongLength;
  act.second = readBe16(data, 0);
  const wrapKey = usable(act, WRAP_KEY, act.second, 'import-wrapped');
  if (typeof wrapKey === 'number') return wrapKey;
  const copy = unseal(wrapKey.material, data.subarray(2));
  const object = copy && fromCopy(copy, wrapKey.algorithm);
  if (copy) wipe(copy);
  if (!object) return errors.invalidData;
  if (!within(object.capabilities, wrapKey.delegated)) return errors.insufficientPermissions;
  const placed = place(act, object);
  return typeof placed === 'number' ? placed : concat(Uint8Array.of(object.type), placed);
}

export const wrapCommands = new Map<number, Command>([
  [commands.exportWrapped, { needs: 'export-wrapped', run: exportWrapped }],
  [commands.importWrapped, { needs: 'import-wrapped', run: importWrapped }],
  [
    commands.wrapData,
    using('wrap-data', WRAP_KEY, (key, data, { random }) =>
      data.length === 0
        ? errors.wrongLength
        : seal(key.material, random(NONCE_LENGTH), concat(Uint8Array.of(DATA), data)),
    ),
  ],
  [
    commands.unwrapData,
    using('unwrap-data', WRAP_KEY, (key, sealed) => {
      const message = unseal(key.material, sealed);
      return message && message.length > 1 && message[0] === DATA
        ? message.slice(1)
        : errors.invalidData;
    }),
  ],
]);
