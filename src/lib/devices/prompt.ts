import type { Bytes } from '../crypto/bytes.ts';
import type { DeviceKind } from './device.ts';

/*
 * What a device is asking a person for right now. Drivers describe it; a page draws it, and where the
 * device is a simulated one, it draws that too. The person answers on the device.
 */

/** How a person says yes. */
export type Press =
  /** On the device's buttons or screen, after the last page. */
  | 'device'
  /** A touch of its one contact, after the browser's own window. */
  | 'touch'
  /** Nothing on the device: the password typed into this page. */
  | 'password';

/** A question that waits at a device. */
export interface Prompt {
  readonly kind: DeviceKind;
  readonly model: string;
  readonly serial: string;
  readonly simulated: boolean;
  readonly asks:
    | { readonly to: 'enrol' }
    | { readonly to: 'derive'; readonly labels: readonly string[] }
    | { readonly to: 'approve'; readonly statement: string }
    /** Its PIN or passphrase, entered on the device itself. */
    | { readonly to: 'unlock'; readonly by: 'pin' | 'passphrase' }
    /** To open this app on it. */
    | { readonly to: 'open-app'; readonly app: string }
    /** The YubiHSM's other acts, by the name of what is done. */
    | { readonly to: 'provision' | 'read-log' };
  /**
   * What the device's own display shows, screen by screen: a title, then lines of text. Devices break
   * lines in their own way. Empty where it has no display.
   */
  readonly screen: readonly (readonly string[])[];
  readonly press: Press;
}

/**
 * What the person did in the page: the password (UTF-8, wiped by whoever takes it), or `refused` for
 * a prompt that is no longer wanted. Everything else is done on the device.
 */
export type Answer = 'refused' | { readonly password: Bytes };

/**
 * Puts a prompt before a person. `over` aborts once the answer no longer matters: the device
 * answered by itself, was unplugged, or the time is up; the promise may then stay pending.
 */
export type Presence = (prompt: Prompt, over: AbortSignal) => Promise<Answer>;

/** How long a person has for a touch, in ms. */
export const TOUCH_LIMIT = 120_000;

/** How long a person has to read a statement on a device and answer it, in ms. */
export const READING_LIMIT = 600_000;
