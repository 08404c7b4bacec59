import { concat, type Bytes } from '../../crypto/bytes.ts';
import { deviceFault, type DeviceFault } from '../device.ts';
import type { ApduChannel } from '../hardware.ts';
import { command } from './ledger-app.ts';
import type { LedgerApp } from './ledger-keys.ts';
import { PinEntry } from './ledger-pin.ts';
import { isTouch, pagesOf, type LedgerModel, type Page, type Review } from './ledger-screen.ts';
import { Halt, SW, type Asking } from './ledger-wire.ts';
import type { Button, Face, Simulator } from './simulator.ts';

/** The apps of a new one: both of the version whose wire was recorded. */
const bitcoinApps: readonly LedgerApp[] = [
  { name: 'Bitcoin', version: '2.4.6' },
  { name: 'Bitcoin Test', version: '2.4.6' },
];

const FIRMWARE = '2.5.1';
/** How long it is gone from the USB while it opens or closes an app, in ms. */
const REENUMERATION = 60;
const utf8 = new TextEncoder();

/** What a question comes to: what is shown, and what follows the answer. */
interface Question {
  readonly review: Review;
  readonly pages: readonly Page[];
  page: number;
  readonly answered: (yes: boolean) => void;
}

/** A reply that is owed, by the exchange that waits for it. */
interface Owed {
  readonly resolve: (reply: Bytes) => void;
  readonly reject: (reason: Error) => void;
}

const reply = (status: number, data = new Uint8Array()): Bytes =>
  concat(data, Uint8Array.of(status >> 8, status & 0xff));

const prefixed = (text: string): Bytes => concat(Uint8Array.of(text.length), utf8.encode(text));

/** A simulated Ledger: its system and its Bitcoin app, from the device's side of the wire. */
export class LedgerSimulator implements Simulator {
  readonly kind = 'ledger';
  readonly model: LedgerModel;
  readonly serial: string;
  readonly #seed: Bytes;
  readonly #watching = new Set<() => void>();
  #apps = bitcoinApps;
  #plugged = true;
  /** Counts how often it came up on the USB; undefined while it is not there. */
  #connection: number | undefined = 1;
  #connections = 1;
  #locked = false;
  #pin: PinEntry;
  #open: LedgerApp | undefined;
  #question: Question | undefined;
  /** The command that waits for the client or the person. */
  #act: Asking<Bytes> | undefined;
  #owed: Owed | undefined;

  /**
   * New, plugged in, unlocked, without an open app.
   * @param seed BIP-32 seed, 16 to 64 bytes; copied
   */
  constructor(maker: { seed: Bytes; serial: string; model?: LedgerModel }) {
    this.#seed = maker.seed.slice();
    this.serial = maker.serial;
    this.model = maker.model ?? 'Nano X';
    this.#pin = new PinEntry(isTouch(this.model));
  }

  /** Replaces its apps, as the maker's program does: an update, another version, none. None is open then. */
  install(...apps: readonly LedgerApp[]): void {
    this.#apps = apps;
    this.#comeUpWith(undefined);
  }

  /** Which time it came up on the USB; undefined while it is not there. */
  get connection(): number | undefined {
    return this.#connection;
  }

  face(): Face {
    const question = this.#locked ? undefined : this.#question;
    return {
      plugged: this.#plugged,
      locked: this.#locked,
      lines: this.#plugged ? this.#lines() : [],
      page: question && [question.page + 1, this.#pagesWithAnswers(question)],
      buttons: this.#plugged ? this.#buttons() : [],
      light: 'off',
      asks: this.#plugged && (this.#locked || question !== undefined),
    };
  }

  #lines(): readonly string[] {
    if (this.#locked) return this.#pin.lines();
    const question = this.#question;
    if (question) {
      const { review, pages, page } = question;
      return pages[page] ?? [page === pages.length ? review.yes : review.no];
    }
    if (this.#act) return ['Processing'];
    if (this.#open) return [this.#open.name, 'app is ready'];
    return this.#apps.length === 0 ? ['No apps'] : this.#apps.map(({ name }) => name);
  }

  /** A touch screen has one page to say yes on, and can say no on each; buttons need a page for both. */
  #pagesWithAnswers = ({ pages }: Question): number => pages.length + (isTouch(this.model) ? 1 : 2);

  #buttons(): Button[] {
    if (this.#locked) return this.#pin.buttons();
    const question = this.#question;
    if (!question) return [];
    const { page, pages } = question;
    const touch = isTouch(this.model);
    const back = page > 0;
    const next = page + 1 < this.#pagesWithAnswers(question);
    const buttons: (Button | false)[] = touch
      ? [
          { id: 'no', means: 'no' },
          back && { id: 'back', means: 'back' },
          next ? { id: 'next', means: 'next' } : { id: 'yes', means: 'yes' },
        ]
      : [
          back && { id: 'left', means: 'back' },
          page >= pages.length && { id: 'both', means: page === pages.length ? 'yes' : 'no' },
          next && { id: 'right', means: 'next' },
        ];
    return buttons.filter((button) => button !== false);
  }

  press(id: string): void {
    const button = this.face().buttons.find((one) => one.id === id);
    if (!button) return;
    const question = this.#question;
    if (this.#locked) {
      if (this.#pin.press(button)) this.#locked = false;
    } else if (question) {
      if (button.means === 'next') question.page += 1;
      else if (button.means === 'back') question.page -= 1;
      else {
        this.#question = undefined;
        question.answered(button.means === 'yes');
      }
    }
    this.#changed();
  }

  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    this.#goDown();
    this.#open = undefined;
    this.#changed();
  }

  plug(): void {
    if (this.#plugged) return;
    this.#plugged = true;
    this.#comeUp();
    this.lock();
  }

  lock(): void {
    if (!this.#locked) this.#pin = new PinEntry(isTouch(this.model));
    this.#locked = true;
    this.#changed();
  }

  watch(changed: () => void): () => void {
    this.#watching.add(changed);
    return () => this.#watching.delete(changed);
  }

  #changed(): void {
    for (const changed of [...this.#watching]) changed();
  }

  /** Leaves the USB: what it was asked breaks off. */
  #goDown(): void {
    this.#connection = undefined;
    this.#question = undefined;
    this.#act = undefined;
    this.#owed?.reject(new Error('unplugged'));
    this.#owed = undefined;
  }

  #comeUp(): void {
    this.#connection = this.#connections += 1;
  }

  /** Opens an app or none, which takes it from the USB for a moment. */
  #comeUpWith(app: LedgerApp | undefined): void {
    this.#goDown();
    this.#open = app;
    this.#changed();
    const after = this.#connections;
    setTimeout(() => {
      if (!this.#plugged || this.#connections !== after) return;
      this.#comeUp();
      this.#changed();
    }, REENUMERATION);
  }

  /**
   * Takes a command APDU and gives its reply with the status word, at once or when the client or the
   * person has answered. Rejects when the device leaves the USB.
   */
  exchange(apdu: Bytes): Promise<Bytes> {
    if (this.#connection === undefined) return Promise.reject(new Error('unplugged'));
    if (this.#locked) return Promise.resolve(reply(SW.locked));
    if (this.#owed) return Promise.resolve(reply(SW.waiting));
    return new Promise((resolve, reject) => {
      this.#owed = { resolve, reject };
      const status = this.#take(apdu);
      if (status !== undefined) this.#send(status);
      this.#changed();
    });
  }

  #send(status: number, data?: Bytes): void {
    this.#owed?.resolve(reply(status, data));
    this.#owed = undefined;
  }

  /** Acts on a command. Gives the status of a reply without data; undefined where it replies otherwise. */
  #take(apdu: Bytes): number | undefined {
    const [kind, instruction, , protocol, length] = apdu;
    const data = apdu.slice(5);
    if (length === undefined || length !== data.length) return SW.wrongLength;
    if (kind === 0xb0) return this.#takeCommon(instruction!);
    const act = this.#act;
    if (act) {
      // Only the client's answer is taken now; anything else ends the command that waits for it.
      if (kind !== 0xf8 || instruction !== 0x01) {
        this.#act = undefined;
        return SW.wrongData;
      }
      this.#goOn(() => act, data);
      return undefined;
    }
    const app = this.#open;
    if (!app) {
      if (kind !== 0xe0) return SW.unknownClass;
      return instruction === 0xd8 ? this.#askToOpen(data) : SW.unknownCommand;
    }
    if (!bitcoinApps.some(({ name }) => name === app.name)) return SW.unknownClass;
    if (protocol! > 1) return SW.wrongParameters;
    if (kind === 0xf8) return SW.badState;
    if (kind !== 0xe1) return SW.unknownClass;
    this.#goOn(() => command(this.#seed, app, instruction!, data));
    return undefined;
  }

  /** Commands that the system answers whichever app is open. */
  #takeCommon(instruction: number): number | undefined {
    if (instruction === 0x01) {
      const { name, version } = this.#open ?? { name: 'BOLOS', version: FIRMWARE };
      const flags = Uint8Array.of(1, 0);
      this.#send(SW.ok, concat(Uint8Array.of(1), prefixed(name), prefixed(version), flags));
      return undefined;
    }
    if (instruction !== 0xa7) return SW.unknownCommand;
    if (this.#open) this.#comeUpAfterReply(undefined);
    return SW.ok;
  }

  #askToOpen(data: Bytes): number | undefined {
    const name = String.fromCharCode(...data);
    const app = this.#apps.find((one) => one.name === name);
    if (!app) return SW.noSuchApp;
    const review = { items: [{ name: `Open app\n${name}` }], yes: 'Open', no: 'Cancel' };
    this.#ask(review, (yes) => {
      this.#send(yes ? SW.ok : SW.notOpened);
      if (yes) this.#comeUpAfterReply(app);
    });
    return undefined;
  }

  /** The reply goes out before the device leaves the USB. */
  #comeUpAfterReply(app: LedgerApp | undefined): void {
    const before = this.#connection;
    setTimeout(() => {
      if (before !== undefined && this.#connection === before) this.#comeUpWith(app);
    });
  }

  #ask(review: Review, answered: (yes: boolean) => void): void {
    this.#question = { review, pages: pagesOf(review, this.model), page: 0, answered };
  }

  /** Runs a command of the app until it asks something or ends. */
  #goOn(running: () => Asking<Bytes>, answer: Bytes | boolean = false): void {
    try {
      const act = running();
      this.#act = act;
      const { done, value } = act.next(answer);
      if (done) {
        this.#act = undefined;
        this.#send(SW.ok, value);
      } else if ('request' in value) this.#send(SW.interrupted, value.request);
      else this.#ask(value.review, (yes) => this.#goOn(() => act, yes));
    } catch (halt) {
      if (!(halt instanceof Halt)) throw halt;
      this.#act = undefined;
      this.#send(halt.status);
    }
  }
}

/**
 * The way to it where there is no USB at all: in workers, in Node. Opens what is connected then;
 * `not-found` where it is not.
 */
export const bareLedger =
  (simulator: LedgerSimulator) => (): Promise<ApduChannel | DeviceFault> => {
    const { connection, model } = simulator;
    if (connection === undefined) return Promise.resolve(deviceFault('not-found'));
    const gone = deviceFault('unplugged');
    let close: (() => void) | undefined;
    const closed = new Promise<DeviceFault>((resolve) => {
      close = () => resolve(gone);
    });
    return Promise.resolve({
      model,
      async exchange(apdu, limit) {
        if (simulator.connection !== connection) return gone;
        let timer: ReturnType<typeof setTimeout> | undefined;
        const late = new Promise<DeviceFault>((resolve) => {
          timer = setTimeout(() => resolve(deviceFault('timed-out')), limit);
        });
        try {
          // It rejects for one reason only: it left the USB.
          return await Promise.race([closed, late, simulator.exchange(apdu).catch(() => gone)]);
        } finally {
          clearTimeout(timer);
        }
      },
      close() {
        close?.();
        return Promise.resolve();
      },
    });
  };
