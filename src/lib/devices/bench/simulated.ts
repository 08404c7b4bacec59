import { wipe, type Bytes } from '../../crypto/bytes.ts';
import { isDeviceFault, type DeviceKind } from '../device.ts';
import type { Hardware } from '../hardware.ts';
import type { Presence } from '../prompt.ts';
import { simulatedSerial } from '../simulators/marks.ts';
import type { AnySimulator } from '../simulators/page.ts';
import { simulate } from '../simulators/simulate.ts';
import { attended, type Simulator } from '../simulators/simulator.ts';
import { provision } from '../yubihsm/provision.ts';
import type { Act, Known, Person } from './check.ts';
import { known, knownSeed } from './known-answers.ts';

/* A simulated device on the bench, and the person at it: this program presses its buttons. */

export interface SimulatedSubject {
  readonly simulator: AnySimulator;
  readonly hardware: Hardware;
  readonly person: Person;
  readonly known: Known | undefined;
  /** Pulls its cable for good. */
  end(): void;
}

const utf8 = new TextEncoder();
/** Opens the simulated YubiHSMs of the bench, which last as long as the page. */
const PASSWORD = 'bench';

/**
 * A new simulated device. `random`: so many fresh bytes. `hardwareOf`: the way to a simulator, which
 * is called once for each.
 */
export async function simulatedSubject(
  kind: DeviceKind,
  random: (length: number) => Bytes,
  hardwareOf: (simulator: AnySimulator) => Promise<Hardware>,
): Promise<SimulatedSubject> {
  const make = async (seed: Bytes) => {
    const simulator = kind === 'yubihsm' ? await hsm(seed, random) : await simulate(kind, seed);
    return { simulator, hardware: await hardwareOf(simulator) };
  };
  const own = await make(random(32));
  if (kind === 'yubihsm') await prepare(own.hardware);
  const person = new SimulatedPerson(own.simulator);
  const ends = [() => person.end(), () => own.simulator.unplug()];
  let there = own.hardware;

  const other = async (): Promise<Hardware> => {
    const { simulator, hardware } = await make(random(32));
    if (kind === 'yubihsm') await prepare(hardware);
    ends.push(attended(simulator), () => simulator.unplug());
    return hardware;
  };
  const expected = known[kind];
  return {
    simulator: own.simulator,
    // What is plugged in changes under the driver, as it does on a desk.
    hardware: {
      simulated: true,
      ledger: () => there.ledger(),
      trezor: () => there.trezor(),
      yubihsm: {
        status: () => there.yubihsm.status(),
        exchange: (frame) => there.yubihsm.exchange(frame),
      },
      credentials: {
        create: (options) => there.credentials.create(options),
        get: (options) => there.credentials.get(options),
      },
    },
    person: {
      presence: person.presence,
      agrees: () => person.agrees(),
      does: async (act) => {
        if (act === 'change') there = await other();
        else if (act === 'change-back') there = own.hardware;
        else person.does(act);
        return true;
      },
    },
    known: expected === undefined ? undefined : { expected, hardware: knownHardware },
    end: () => ends.forEach((end) => end()),
  };

  async function knownHardware(): Promise<Hardware> {
    const { simulator, hardware } = await make(knownSeed.slice());
    ends.push(attended(simulator), () => simulator.unplug());
    return hardware;
  }
}

/** Does at the device what it was told, the next time it asks. */
class SimulatedPerson {
  readonly #simulator: Simulator;
  readonly #ends: (() => void)[];
  #next: 'agree' | 'refuse' | 'pull' = 'agree';

  constructor(simulator: Simulator) {
    this.#simulator = simulator;
    // The one who pulls the cable looks first.
    this.#ends = [
      simulator.watch(() => this.#look()),
      attended(simulator, () => (this.#next === 'refuse' ? 'refuses' : 'approves')),
    ];
  }

  agrees(): void {
    this.#next = 'agree';
  }

  does(act: Exclude<Act, 'change' | 'change-back'>): void {
    if (act === 'lock') this.#simulator.lock();
    else if (act === 'plug') this.#plug();
    else this.#next = act;
  }

  end(): void {
    for (const end of this.#ends) end();
  }

  /** Only a YubiHSM waits for an answer in the page. */
  readonly presence: Presence = (prompt) => {
    if (prompt.press !== 'password') return new Promise(() => undefined);
    if (this.#next === 'refuse') return Promise.resolve('refused');
    if (this.#next === 'pull') this.#simulator.unplug();
    return Promise.resolve({ password: utf8.encode(PASSWORD) });
  };

  #look(): void {
    const { asks, locked, plugged } = this.#simulator.face();
    if (this.#next !== 'pull' || !plugged || !asks) return;
    // A security key shows its PIN first.
    if (locked && this.#simulator.kind !== 'security-key') return;
    this.#simulator.unplug();
    // The browser goes on waiting for a security key.
    if (this.#simulator.kind === 'security-key') setTimeout(() => this.#plug());
  }

  #plug(): void {
    this.#next = 'agree';
    this.#simulator.plug();
  }
}

async function hsm(seed: Bytes, random: (length: number) => Bytes): Promise<AnySimulator> {
  const { YubiHsmSimulator } = await import('../simulators/yubihsm.ts');
  const serial = simulatedSerial(new DataView(seed.buffer).getUint32(0));
  return new YubiHsmSimulator({ seed, serial, random, now: () => performance.now() });
}

/** Makes a YubiHSM ready, as it comes from the factory. */
async function prepare(hardware: Hardware): Promise<void> {
  const factory: Presence = () => Promise.resolve({ password: utf8.encode('password') });
  const made = await provision(hardware, factory, {
    password: utf8.encode(PASSWORD),
    administrator: crypto.getRandomValues(new Uint8Array(32)),
    exportable: false,
  });
  if (isDeviceFault(made)) throw new Error(`A simulated YubiHSM did not get ready: ${made.fault}.`);
  if (made.escrow) wipe(made.escrow.wrapKey, made.escrow.hmacKey);
}
