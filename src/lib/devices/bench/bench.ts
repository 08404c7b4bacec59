import { isDeviceFault, type Device, type DeviceKind } from '../device.ts';
import type { Hardware } from '../hardware.ts';
import { enrolDevice } from '../open.ts';
import type { Presence } from '../prompt.ts';
import type { Found, Known, Person, Skip, Trial } from './check.ts';
import { checks, type CheckName } from './checks.ts';

/* One device on the bench: enrolled for nothing but this, and forgotten with the page. */

/** How a check went. */
export type Result =
  | { readonly state: 'untried' | 'running' }
  | { readonly state: 'skipped'; readonly why: Skip }
  /** `ms`: how long it took, the person's time included. */
  | ({ readonly state: 'passed' | 'failed'; readonly ms: number } & Found);

export class Bench implements Trial {
  readonly kind: DeviceKind;
  readonly person: Person;
  readonly known: Known | undefined;
  readonly #hardware: Hardware;
  readonly #presence: Presence;
  readonly #name: string;
  #stop = new AbortController().signal;
  #device: Device | undefined;
  #asked = 0;

  /** `name`: what a browser lists a security key under. */
  constructor(parts: {
    readonly kind: DeviceKind;
    readonly hardware: Hardware;
    readonly person: Person;
    readonly known: Known | undefined;
    readonly name: string;
  }) {
    const { kind, hardware, person, known, name } = parts;
    this.kind = kind;
    this.person = person;
    this.known = known;
    this.#name = name;
    const note = () => (this.#asked += 1);
    this.#hardware = noting(hardware, note);
    this.#presence = (prompt, over) => {
      note();
      const stop = this.#stop;
      if (stop.aborted) return Promise.resolve('refused');
      const stopped = new Promise<'refused'>((resolve) => {
        stop.addEventListener('abort', () => resolve('refused'), { once: true, signal: over });
      });
      // Refused, the driver takes the prompt back.
      return Promise.race([person.presence(prompt, over), stopped]);
    };
  }

  get simulated(): boolean {
    return this.#hardware.simulated;
  }

  get asked(): number {
    return this.#asked;
  }

  /** Whether it is enrolled. */
  get enrolled(): Device | undefined {
    return this.#device;
  }

  get device(): Device {
    if (!this.#device) throw new Error('The device was not enrolled.');
    return this.#device;
  }

  async enrol(): ReturnType<Trial['enrol']> {
    const device = await enrolDevice(this.kind, this.#hardware, this.#presence, this.#name);
    if (!isDeviceFault(device)) this.#device = device;
    return device;
  }

  /** Runs one check; `untried` where it was stopped. */
  async run(name: CheckName, stop: AbortSignal): Promise<Result> {
    this.#stop = stop;
    const check = checks[name];
    const why = check.skip(this.kind, this.simulated);
    if (why) return { state: 'skipped', why };
    if (!this.#device && name !== 'enrol') return { state: 'skipped', why: 'not-enrolled' };
    const began = performance.now();
    const found = await check.run(this);
    const ms = Math.round(performance.now() - began);
    this.person.agrees();
    if (!found || stop.aborted) return { state: 'untried' };
    return { state: found.expected === found.actual ? 'passed' : 'failed', ms, ...found };
  }
}

/** The same hardware; every use of its wires is noted. */
function noting(hardware: Hardware, note: () => void): Hardware {
  const noted =
    <A extends unknown[], R>(act: (...args: A) => R) =>
    (...args: A): R => {
      note();
      return act(...args);
    };
  return {
    simulated: hardware.simulated,
    ledger: noted(() => hardware.ledger()),
    trezor: noted(() => hardware.trezor()),
    yubihsm: {
      status: noted(() => hardware.yubihsm.status()),
      exchange: noted((frame) => hardware.yubihsm.exchange(frame)),
    },
    credentials: {
      create: noted((options) => hardware.credentials.create(options)),
      get: noted((options) => hardware.credentials.get(options)),
    },
  };
}
