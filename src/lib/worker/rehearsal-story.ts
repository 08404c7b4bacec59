/** Stories and levers of a rehearsal in one page, and what it reports. Plain data for the page. */
import type { Part } from '../ceremony/parts.ts';
import type { CeremonyFault } from '../ceremony/faults.ts';
import type { DeviceFault } from '../devices/device.ts';
import type { ActionFault } from './desk.ts';
import type { Lie } from './rehearsal-cheats.ts';
import type { Taken } from './group-log.ts';
import type { GroupView } from './view.ts';

/** What can be done to a packet on its way. */
export const damages = ['drop', 'duplicate', 'corrupt'] as const;
export type Damage = (typeof damages)[number];

export const levers = [
  ...damages,
  'wrong-share',
  'wrong-signature',
  'equivocate',
  'unplug',
  'reload',
] as const;
export type Lever = Damage | Lie | 'unplug' | 'reload';

/** A lever that is pulled. `operator` (from 0) does not matter for what befalls a packet. */
export interface Pull {
  readonly lever: Lever;
  readonly operator: number;
  /** Who is lied to; where it is not said, the next operator but the first, who collects. */
  readonly victim?: number;
}

export const stories = ['key', 'cheat', 'reload'] as const;
export type Story = (typeof stories)[number];

/** Where the reload comes: everybody answered, nonces are out, no share is. */
export const RELOAD_AT = 50;

/** What a story pulls, by step. The seed chooses the operator; operator 2 is the one lied to. */
export function pullsOf(story: Story, seed: number): readonly (Pull & { readonly at: number })[] {
  const operator = [1, 3, 4][seed % 3]!;
  if (story === 'cheat') return [{ at: 0, lever: 'wrong-share', operator, victim: 2 }];
  return story === 'reload' ? [{ at: RELOAD_AT, lever: 'reload', operator }] : [];
}

/** What the script calls an act, or what happens around it. */
export type RehearsalAct = GroupView['next']['act'] | 'begin' | 'join' | 'plug-in';

/** One visible thing. Operators by number from 0, in the order of the desks. */
export type RehearsalEvent =
  | {
      readonly kind: 'act';
      readonly operator: number;
      readonly act: RehearsalAct;
      /** Why it failed. */
      readonly fault?: ActionFault | DeviceFault | { readonly fault: string };
    }
  | {
      readonly kind: 'flight';
      readonly from: number;
      readonly to: number;
      /** Of the bundle. */
      readonly bytes: number;
      /** What is in the packets that are new to the receiver. */
      readonly parts: readonly Part['kind'][];
      readonly damage: Damage | undefined;
      /** What the receiver made of it; a sentence fragment where it was no bundle; undefined if lost. */
      readonly taken: Taken | string | undefined;
    }
  /** A lever was pulled; `late`: there was nothing left that it could do. */
  | { readonly kind: 'lever'; readonly pull: Pull; readonly late: boolean }
  /** Nothing goes on before the operator who is not played by the program did this. */
  | { readonly kind: 'your-turn'; readonly act: GroupView['next']['act'] }
  | { readonly kind: 'end'; readonly outcome: Outcome };

/** A fault with the desks that show it. */
export interface Naming {
  readonly fault: CeremonyFault;
  readonly by: readonly number[];
}

/** How it ended. */
export interface Outcome {
  /** `unfinished`: a key that was not tested by everybody, so it may not be used. */
  readonly result: 'rehearsed' | 'stopped' | 'unfinished';
  /** Every fault that was named at a desk that is not a proven liar's, what proves most first. */
  readonly named: readonly Naming[];
}

/** One desk of the rehearsal. */
export interface PlayerView {
  readonly name: string;
  readonly place: string;
  readonly serial: string;
  readonly plugged: boolean;
  /** Undefined before the operator joined. */
  readonly view: GroupView | undefined;
}

/** All of it, as far as it went. */
export interface Scene {
  readonly story: Story;
  readonly seed: number;
  readonly players: readonly PlayerView[];
  /** What happened, one for each step. */
  readonly events: readonly RehearsalEvent[];
  /** Who is not played by the program. */
  readonly you: number | undefined;
  /** What waits for that operator, where nothing else can happen. */
  readonly waiting: GroupView['next']['act'] | undefined;
  readonly outcome: Outcome | undefined;
}
