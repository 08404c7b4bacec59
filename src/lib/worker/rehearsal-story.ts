/** Stories and levers of a rehearsal in one page, and what it reports. Plain data for the page. */
import type { Bytes } from '../crypto/bytes.ts';
import type { Part } from '../ceremony/parts.ts';
import type { CeremonyFault } from '../ceremony/faults.ts';
import type { Halt, Stage } from '../ceremony/request-steps.ts';
import type { DeviceFault, DeviceKind } from '../devices/device.ts';
import type { Plain } from '../devices/simulators/simulate.ts';
import type { ActionFault } from './desk.ts';
import type { Lie } from './rehearsal-cheats.ts';
import type { Taken } from './group-log.ts';
import type { RequestAct } from './request-pilot.ts';
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

export const stories = ['key', 'cheat', 'reload', 'sign', 'swap'] as const;
export type Story = (typeof stories)[number];

/** Whom the seed chooses for a story's part: neither the collector nor operator 2. */
export const operatorOf = (seed: number): number => [1, 3, 4][seed % 3]!;

/** Where the reload comes: everybody answered, nonces are out, no share is. */
export const RELOAD_AT = 50;

/** What a story pulls, by step. The seed chooses the operator; operator 2 is the one lied to. */
export function pullsOf(story: Story, seed: number): readonly (Pull & { readonly at: number })[] {
  const operator = operatorOf(seed);
  if (story === 'cheat') return [{ at: 0, lever: 'wrong-share', operator, victim: 2 }];
  return story === 'reload' ? [{ at: RELOAD_AT, lever: 'reload', operator }] : [];
}

/** What the script calls an act, or what happens around it. */
export type RehearsalAct = GroupView['next']['act'] | RequestAct | 'begin' | 'join' | 'plug-in';

/** What may wait for the operator who is not played by the program. */
export type Turn = GroupView['next']['act'] | Exclude<RequestAct, 'request'>;

/** One visible thing. Operators by number from 0, in the order of the desks. */
export type RehearsalEvent =
  /** The program made the key that the story begins with, in so many steps. */
  | { readonly kind: 'key'; readonly steps: number }
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
  | { readonly kind: 'your-turn'; readonly act: Turn }
  | { readonly kind: 'end'; readonly outcome: Outcome };

/** A fault with the desks that show it. */
export interface Naming {
  readonly fault: CeremonyFault;
  readonly by: readonly number[];
}

/** What is to be paid, as everybody heard of it over another channel. */
export interface Order {
  readonly address: string;
  /** In sat. */
  readonly amount: number;
  readonly purpose: string;
}

/** What came of an order. Operators by number. */
export interface Withdrawal {
  readonly proposer: number;
  /** The address in the request. */
  readonly proposed: string;
  readonly accepted: readonly number[];
  readonly objected: readonly number[];
  /** Too many objected for it to be signed. */
  readonly stopped: boolean;
  readonly signers: readonly number[];
  /** So many must reserve it before anybody signs. */
  readonly quorum: number;
  /** Once it is signed and verified by both implementations. */
  readonly transaction: { readonly txid: string; readonly raw: Bytes } | undefined;
}

/** How it ended. */
export interface Outcome {
  /**
   * `unfinished`: a key that was not tested by everybody, so it may not be used. Of a withdrawal:
   * `signed`, `objected`, or `unsigned` for any other reason.
   */
  readonly result: 'rehearsed' | 'stopped' | 'unfinished' | 'signed' | 'objected' | 'unsigned';
  /** Every fault that was named at a desk that is not a proven liar's, what proves most first. */
  readonly named: readonly Naming[];
  /** Where the story is one of a withdrawal. */
  readonly withdrawal: Withdrawal | undefined;
}

/** How far a withdrawal is at a desk. */
export interface PlayerRequest {
  /** Of its batch, 32 bytes. */
  readonly root: Bytes;
  readonly stage: Stage;
  readonly halt: Halt | undefined;
}

/** A simulated device, for a page that draws it. */
export interface DrawnDevice {
  readonly kind: Plain['kind'];
  /** 32 bytes. */
  readonly seed: Bytes;
}

/** One desk of the rehearsal. */
export interface PlayerView {
  readonly name: string;
  readonly place: string;
  readonly kind: DeviceKind;
  readonly serial: string;
  readonly plugged: boolean;
  /** Undefined before the operator joined. */
  readonly view: GroupView | undefined;
  readonly request: PlayerRequest | undefined;
}

/** All of it, as far as it went. */
export interface Scene {
  readonly story: Story;
  readonly seed: number;
  /** Where the story is one of a withdrawal. */
  readonly order: Order | undefined;
  readonly players: readonly PlayerView[];
  /** What happened, one for each step. */
  readonly events: readonly RehearsalEvent[];
  /** Who is not played by the program. */
  readonly you: number | undefined;
  /** What waits for that operator, where nothing else can happen. */
  readonly waiting: Turn | undefined;
  readonly outcome: Outcome | undefined;
}
