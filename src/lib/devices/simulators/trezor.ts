import type { Bytes } from '../../crypto/bytes.ts';
import { deviceFault, type DeviceFault } from '../device.ts';
import type { PacketLink } from '../hardware.ts';
import { failure, fromWire, toWire, type Message, type MessageName } from '../trezor/messages.ts';
import { isCodecV1, toPackets, Unpacker } from '../trezor/packets.ts';
import type { Face, Simulator } from './simulator.ts';
import {
  cancelled,
  dialogue,
  Failed,
  trezorModels,
  unexpected,
  type Answered,
  type Dialogue,
  type TrezorModel,
  type TrezorState,
} from './trezor-dialogues.ts';
import { Nodes } from './trezor-keys.ts';
import { buttonsOf, linesShown, type Screen } from './trezor-screens.ts';

/** Code of the Failure that a device gives whose firmware failed over bytes it could not read. */
const FIRMWARE_ERROR = 99;

/**
 * A Trezor: packets of codec v1 in, packets out, and a person before its screen, which is that of a
 * Model T whatever the model. It is unlocked when it is made, as after its owner entered the PIN. A
 * Safe 7 answers codec v1 as the real one does, and knows nothing else.
 */
export class TrezorSimulator implements Simulator, TrezorState {
  readonly kind = 'trezor';
  readonly model: string;
  readonly serial: string;
  readonly internalModel: TrezorModel;
  readonly seed: Bytes;

  pinProtected = true;
  passphraseProtected = false;
  passphrase = '';
  bootloader = false;
  initialised = true;
  locked = false;
  wrongPins = 0;
  readonly sessions = new Map<string, string | undefined>();
  session: string | undefined;
  entropyGiven = 0;

  readonly #nodes = new Map<string, Nodes>();
  readonly #watchers = new Set<() => void>();
  readonly #out: Bytes[] = [];
  readonly #waiting = new Set<() => void>();
  #cable = new AbortController();
  #unpacker = new Unpacker();
  #dialogue: Dialogue | undefined;
  /** The message that the dialogue waits for. */
  #until: MessageName | undefined;
  #screen: Screen | undefined;
  #page = 0;
  #typed = '';

  /** `seed`: of BIP 32, 16 to 64 bytes; `serial` begins with `SIM-`. */
  constructor(made: { seed: Bytes; serial: string; model?: TrezorModel }) {
    this.internalModel = made.model ?? 'T2T1';
    this.model = trezorModels[this.internalModel].called;
    this.serial = made.serial;
    this.seed = made.seed;
  }

  nodesFor(passphrase: string): Nodes {
    let nodes = this.#nodes.get(passphrase);
    if (!nodes) this.#nodes.set(passphrase, (nodes = new Nodes(this.seed, passphrase)));
    return nodes;
  }

  /** Aborts when the cable is pulled; plugged in again, it has another one. */
  get cable(): AbortSignal {
    return this.#cable.signal;
  }

  /** Takes a packet from the host. Any bytes. */
  take(packet: Uint8Array): void {
    if (this.cable.aborted) return;
    if (this.internalModel === 'T3W1') {
      const begins = isCodecV1(packet) && packet[1] === 0x23 && packet[2] === 0x23;
      const text = 'Invalid protocol';
      if (begins) this.#say(new Failed(failure.invalidProtocol, text).reply);
      return;
    }
    const taken = this.#unpacker.take(packet);
    if (taken === 'more') return;
    if (taken === 'malformed') {
      this.#end(new Failed(FIRMWARE_ERROR, 'Firmware error').reply);
      return;
    }
    const message = fromWire(taken.type, taken.payload);
    if (!message) this.#end(unexpected().reply);
    else if (this.#dialogue && message.is === this.#until) this.#advance(message);
    else {
      // Whatever else comes ends what was going on.
      this.#dialogue = dialogue(this, message);
      this.#advance('yes'); // nothing waits for this one
    }
  }

  /** The next packet to the host; undefined once `over` aborts or the cable is pulled. */
  next(over: AbortSignal): Promise<Bytes | undefined> {
    const { cable } = this;
    return new Promise((resolve) => {
      const look = () => {
        const ended = over.aborted || cable.aborted;
        if (!ended && this.#out.length === 0) return;
        this.#waiting.delete(look);
        over.removeEventListener('abort', look);
        cable.removeEventListener('abort', look);
        resolve(ended ? undefined : this.#out.shift());
      };
      this.#waiting.add(look);
      over.addEventListener('abort', look);
      cable.addEventListener('abort', look);
      look();
    });
  }

  face(): Face {
    const plugged = !this.cable.aborted;
    const screen = plugged ? this.#screen : undefined;
    const pages = screen?.asks === 'yes-or-no' ? screen.pages.length : 1;
    const typed = this.#typed.length;
    return {
      plugged,
      locked: plugged && this.locked,
      lines: screen ? linesShown(screen, this.#page, typed, this.passphrase) : this.#atRest(),
      page: pages > 1 ? [this.#page + 1, pages] : undefined,
      buttons: screen ? buttonsOf(screen, this.#page, typed) : [],
      light: 'off',
      asks: screen !== undefined,
    };
  }

  #atRest(): string[] {
    if (this.cable.aborted) return [];
    if (this.bootloader) return ['Bootloader', 'Connect to computer'];
    if (!this.initialised) return ['Not set up', 'trezor.io/start'];
    return this.locked ? ['SIMULATED', 'Locked'] : ['SIMULATED', this.serial];
  }

  press(id: string): void {
    const { buttons } = this.face();
    const means = buttons.find((button) => button.id === id)?.means;
    if (means === undefined) return;
    if (means === 'yes' || means === 'no') this.#advance(means);
    else if (means === 'enter') this.#advance({ pin: this.#typed });
    else {
      if (means === 'next') this.#page += 1;
      else if (means !== 'back') this.#typed += means.slice('digit-'.length);
      else if (this.#screen?.asks === 'pin') this.#typed = this.#typed.slice(0, -1);
      else this.#page -= 1;
      this.#changed();
    }
  }

  unplug(): void {
    if (this.cable.aborted) return;
    this.#drop();
    this.sessions.clear();
    this.session = undefined;
    this.#out.length = 0;
    this.#unpacker = new Unpacker();
    this.locked = this.pinProtected;
    this.#cable.abort();
    this.#changed();
  }

  plug(): void {
    if (!this.cable.aborted) return;
    this.#cable = new AbortController();
    this.#changed();
  }

  lock(): void {
    if (!this.pinProtected || this.cable.aborted) return;
    this.locked = true;
    if (this.#dialogue) this.#end(cancelled().reply);
    else this.#changed();
  }

  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  /** Goes on with an answer: of the host, or of the person. */
  #advance(answer: Message | Answered): void {
    this.#until = undefined;
    this.#hide();
    try {
      const { value, done } = this.#dialogue!.next(answer);
      if (done) {
        this.#end(value);
        return;
      }
      if ('show' in value) this.#screen = value.show;
      else {
        this.#until = value.until;
        this.#say(value.say);
      }
      this.#changed();
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed;
      this.#end(failed.reply);
    }
  }

  /** Ends what is going on, with the answer to the host. */
  #end(reply: Message): void {
    this.#drop();
    this.#say(reply);
    this.#changed();
  }

  #drop(): void {
    this.#dialogue = undefined;
    this.#until = undefined;
    this.#hide();
  }

  #hide(): void {
    this.#screen = undefined;
    this.#page = 0;
    this.#typed = '';
  }

  #say(message: Message): void {
    const { type, payload } = toWire(message);
    this.#out.push(...toPackets(type, payload));
    for (const look of [...this.#waiting]) look();
  }

  #changed(): void {
    for (const changed of [...this.#watchers]) changed();
  }
}

/** Opens the simulator without a USB bus: for workers and Node. */
export function bareTrezor(simulator: TrezorSimulator): () => Promise<PacketLink | DeviceFault> {
  return () => {
    const { cable } = simulator;
    const closed = new AbortController();
    const gone = () => cable.aborted || closed.signal.aborted;
    const link: PacketLink = {
      send(packet) {
        if (gone()) return Promise.resolve(deviceFault('unplugged'));
        simulator.take(packet);
        return Promise.resolve(undefined);
      },
      async receive(limit) {
        if (gone()) return deviceFault('unplugged');
        const over = new AbortController();
        const stop = () => over.abort();
        const timer = setTimeout(stop, limit);
        closed.signal.addEventListener('abort', stop);
        const packet = await simulator.next(over.signal);
        clearTimeout(timer);
        closed.signal.removeEventListener('abort', stop);
        return packet ?? deviceFault(gone() ? 'unplugged' : 'timed-out');
      },
      close() {
        closed.abort();
        return Promise.resolve();
      },
    };
    return Promise.resolve(cable.aborted ? deviceFault('not-found') : link);
  };
}
