import type { Bytes } from '../../crypto/bytes.ts';
import { errors, isCapable, objectTypes, type Capability } from '../yubihsm/commands.ts';
import { be16, readBe16 } from '../yubihsm/frames.ts';
import { MAX_OBJECTS, type HsmMemory, type HsmObject } from './yubihsm-memory.ts';

/*
 * Who may do what with which object: the session's authentication key, the object itself, and a
 * domain that both share.
 */

/** What a command answers: data, or the code of an error. */
export type Answer = Bytes | number;

/** A command within a session. */
export interface Act {
  readonly memory: HsmMemory;
  /** The authentication key of the session, as it was when the session began. */
  readonly authority: HsmObject;
  readonly random: (length: number) => Bytes;
  readonly data: Bytes;
  /** The objects that the log names. */
  target?: number;
  second?: number;
  /** What the device does once it has answered: end the session, reset itself, blink. */
  then?: 'close' | 'reset' | { readonly seconds: number };
}

/** A command: the capability that the session must have, and what it does. */
export interface Command {
  readonly needs?: Capability;
  readonly run: (act: Act) => Answer;
}

/** Whether all capabilities of one set (8 bytes) are in the other. */
export const within = (some: Uint8Array, all: Uint8Array): boolean =>
  some.every((bits, i) => (bits & ~all[i]!) === 0);

/** The object, where it shares a domain with the session: any other does not exist for it. */
export function visible(act: Act, type: number, id: number): HsmObject | number {
  const object = act.memory.find(type, id);
  return object && (object.domains & act.authority.domains) !== 0 ? object : errors.objectNotFound;
}

/** The visible object, where it has this capability. */
export function usable(
  act: Act,
  type: number,
  id: number,
  capability: Capability,
): HsmObject | number {
  const object = visible(act, type, id);
  if (typeof object === 'number') return object;
  return isCapable(object.capabilities, capability) ? object : errors.insufficientPermissions;
}

/** A command that begins with the id of a key, which must have the capability too. */
export const using = (
  needs: Capability,
  type: number,
  use: (key: HsmObject, rest: Uint8Array, act: Act) => Answer,
): Command => ({
  needs,
  run(act) {
    if (act.data.length < 2) return errors.wrongLength;
    act.target = readBe16(act.data, 0);
    const key = usable(act, type, act.target, needs);
    return typeof key === 'number' ? key : use(key, act.data.subarray(2), act);
  },
});

/** Whether objects of this type have delegated capabilities. */
export const delegates = (type: number): boolean =>
  type === objectTypes.authenticationKey || type === objectTypes.wrapKey;

/**
 * Puts a new object into the device, where the session may make one with these domains and
 * capabilities; id 0 takes any that is free. Gives the id, 2 bytes.
 */
export function place(act: Act, object: Omit<HsmObject, 'sequence'>): Answer {
  const { memory, authority } = act;
  if (object.domains === 0) return errors.invalidData;
  if (
    (object.domains & ~authority.domains) !== 0 ||
    !within(object.capabilities, authority.delegated) ||
    !within(object.delegated, authority.delegated)
  )
    return errors.insufficientPermissions;
  if (object.id === 0xffff) return errors.invalidId;
  if (memory.find(object.type, object.id)) return errors.objectExists;
  if (memory.objects().length >= MAX_OBJECTS) return errors.storageFailed;
  const id = object.id === 0 ? freeId(act, object.type) : object.id;
  memory.add({ ...object, id });
  act.target = id;
  return be16(id);
}

/** The first free id from a random one on, of 1 to fffe. */
function freeId({ memory, random }: Act, type: number): number {
  let id = 1 + (readBe16(random(2), 0) % 0xfffe);
  while (memory.find(type, id)) id = 1 + (id % 0xfffe);
  return id;
}
