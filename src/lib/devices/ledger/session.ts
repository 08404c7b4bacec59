import { whileAsked } from '../ask.ts';
import { deviceFault, isDeviceFault, type DeviceFault } from '../device.ts';
import type { ApduChannel, Hardware } from '../hardware.ts';
import { READING_LIMIT, type Presence, type Prompt } from '../prompt.ts';
import { LedgerClient, type OpenApp } from './client.ts';

/*
 * A Ledger from the moment it is opened until it is closed: unlocked, with the right app open, found
 * again after it left to change its app.
 */

/** The app that is no app. */
const DASHBOARD = 'BOLOS';
/**
 * The first version of the Bitcoin app that shows a message with line feeds: before, it shows the
 * message's hash, and of one without them before 2.2.2.
 */
const FIRST_VERSION = [2, 4, 3] as const;

/** How often a device is looked at that is to change by itself or by the person, in ms. */
const LOOK_EVERY = 300;
/** How long a device may be away while it changes its app, in ms. */
const AWAY_LIMIT = 10_000;
/** How often it may have to be unlocked, or to change its app, in one act. */
const MAX_TURNS = 4;

const pause = (ms: number): Promise<void> => new Promise((over) => setTimeout(over, ms));

/** What the device is called in prompts and identities. */
export const modelName = (model: string, simulated: boolean): string =>
  `${simulated ? 'SIMULATED ' : ''}Ledger ${model}`;

/** A Ledger while one act lasts. */
export class Session {
  readonly #hardware: Hardware;
  readonly #presence: Presence;
  #channel: ApduChannel;
  #closing: Promise<void> | undefined;

  private constructor(hardware: Hardware, presence: Presence, channel: ApduChannel) {
    this.#hardware = hardware;
    this.#presence = presence;
    this.#channel = channel;
  }

  /**
   * Opens the Ledger, has it unlocked and one of these apps opened (the first, unless another of them
   * is open), and does the act; again from its start where the device was locked meanwhile. It is
   * closed whatever happens. Faults: those of the act and of the channel, `locked`, `wrong-app`,
   * `too-old`, `refused`.
   */
  static async within<T extends object, A extends string>(
    hardware: Hardware,
    presence: Presence,
    apps: readonly [A, ...A[]],
    act: (session: Session, app: OpenApp & { readonly name: A }) => Promise<T | DeviceFault>,
  ): Promise<T | DeviceFault> {
    const channel = await hardware.ledger();
    if (isDeviceFault(channel)) return channel;
    const session = new Session(hardware, presence, channel);
    try {
      for (let turn = 0; turn < MAX_TURNS; turn++) {
        const app = await session.#enter(apps);
        if (isDeviceFault(app)) return app;
        const result = await act(session, app);
        if (!isLocked(result)) return result;
      }
      return deviceFault('locked');
    } finally {
      await session.#close();
    }
  }

  get client(): LedgerClient {
    return new LedgerClient(this.#channel);
  }

  /** As the maker calls it, marked where it is simulated. */
  get model(): string {
    return modelName(this.#channel.model, this.#hardware.simulated);
  }

  /** Shows a prompt while the device works on what the person answers there. */
  ask<T>(
    asks: Prompt['asks'],
    screen: Prompt['screen'],
    work: Promise<T>,
  ): Promise<T | DeviceFault> {
    const prompt: Prompt = {
      kind: 'ledger',
      model: this.model,
      serial: '',
      simulated: this.#hardware.simulated,
      asks,
      screen,
      press: 'device',
    };
    return whileAsked(this.#presence, prompt, work, () => void this.#close());
  }

  #close(): Promise<void> {
    return (this.#closing ??= this.#channel.close());
  }

  /** Until one of these apps is open, in a version that will do. */
  async #enter<A extends string>(
    apps: readonly [A, ...A[]],
  ): Promise<(OpenApp & { readonly name: A }) | DeviceFault> {
    let app = await this.client.getAppAndVersion();
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      if (isLocked(app)) app = await this.#unlocked();
      if (isDeviceFault(app)) return app;
      const { name, version } = app;
      const found = apps.find((wanted) => wanted === name);
      if (found !== undefined)
        return isNewEnough(version)
          ? { name: found, version }
          : deviceFault('too-old', `${name} ${version}`);
      const fault = await (name === DASHBOARD ? this.#openApp(apps[0]) : this.client.closeApp());
      app = fault ?? (await this.#changed(name));
    }
    return isDeviceFault(app) ? app : deviceFault('wrong-app', app.name);
  }

  /** The app that is open once the person has unlocked the device. */
  #unlocked(): Promise<OpenApp | DeviceFault> {
    const look = async (): Promise<OpenApp | DeviceFault> => {
      const until = Date.now() + READING_LIMIT;
      while (!this.#closing && Date.now() < until) {
        await pause(LOOK_EVERY);
        const app = await this.client.getAppAndVersion();
        if (!isLocked(app)) return app;
      }
      return deviceFault('locked');
    };
    return this.ask({ to: 'unlock', by: 'pin' }, [], look());
  }

  #openApp(app: string): Promise<DeviceFault | undefined> {
    return this.ask({ to: 'open-app', app }, [['Open app', app]], this.client.openApp(app));
  }

  /** The app that is open once it is another one; the device goes away and comes back meanwhile. */
  async #changed(from: string): Promise<OpenApp | DeviceFault> {
    const until = Date.now() + AWAY_LIMIT;
    for (;;) {
      const app = await this.client.getAppAndVersion();
      const gone = isDeviceFault(app) && app.fault === 'unplugged';
      if (!gone && (isDeviceFault(app) || app.name !== from)) return app;
      if (Date.now() >= until) return isDeviceFault(app) ? app : deviceFault('wrong-app', from);
      await pause(LOOK_EVERY);
      if (!gone) continue;
      const channel = await this.#hardware.ledger();
      if (!isDeviceFault(channel)) {
        await this.#channel.close();
        this.#channel = channel;
      } else if (channel.fault !== 'not-found') return channel;
    }
  }
}

const isLocked = (result: object): boolean => isDeviceFault(result) && result.fault === 'locked';

/** Whether it is the first version that will do, or a later one. */
function isNewEnough(version: string): boolean {
  const parts = version.split('.').map((part) => parseInt(part, 10));
  const differs = FIRST_VERSION.findIndex((first, i) => parts[i] !== first);
  return differs < 0 || parts[differs]! > FIRST_VERSION[differs]!;
}
