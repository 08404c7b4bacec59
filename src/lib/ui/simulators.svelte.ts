/** The simulated devices of this page: made from the workspace's seed when one is first asked for. */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Bytes } from '../crypto/bytes.ts';
import type { DeviceKind } from '../devices/device.ts';
import type { Hardware } from '../devices/hardware.ts';
import type { AnySimulator } from '../devices/simulators/page.ts';
import { simulatedSerial } from '../devices/simulators/marks.ts';
import type { Simulator } from '../devices/simulators/simulator.ts';
import { workspace } from '../worker/door.ts';

interface Plugged {
  readonly simulator: AnySimulator;
  readonly hardware: Hardware;
}

const utf8 = new TextEncoder();

class Simulators {
  /** Those that were used since the workspace was opened. */
  list = $state.raw<readonly Simulator[]>([]);
  readonly #plugged = new Map<DeviceKind, Promise<Plugged>>();
  /** Who prompts: by make, the one that was used last. */
  readonly #last = new Map<DeviceKind, Simulator>();

  /** The workspace's own simulated device of a make. @throws VaultError `locked` */
  async hardware(kind: DeviceKind): Promise<Hardware> {
    let plugged = this.#plugged.get(kind);
    if (!plugged) {
      plugged = plug(kind);
      this.#plugged.set(kind, plugged);
      plugged.catch(() => this.#plugged.delete(kind));
    }
    const { simulator, hardware } = await plugged;
    if (this.#plugged.get(kind) !== plugged) {
      simulator.unplug(); // the workspace was locked meanwhile
      return hardware;
    }
    if (!this.list.includes(simulator)) this.list = [...this.list, simulator];
    this.#last.set(kind, simulator);
    return hardware;
  }

  /** Says that this one is in use now, for its prompts to be drawn with it. */
  use(simulator: Simulator): void {
    this.#last.set(simulator.kind, simulator);
  }

  /** The simulated device of a make that was used last. */
  inUse(kind: DeviceKind): Simulator | undefined {
    return this.#last.get(kind);
  }

  /** The workspace was locked: its devices are unplugged and forgotten. */
  forget(): void {
    for (const simulator of this.list) simulator.unplug();
    this.list = [];
    this.#plugged.clear();
    this.#last.clear();
  }
}

export const simulators = new Simulators();

async function plug(kind: DeviceKind): Promise<Plugged> {
  const all = await workspace.simulatedSeed();
  const seed = hkdf(sha256, all, undefined, utf8.encode(`Conclave/simulated ${kind} v1`), 32);
  all.fill(0);
  const { pageHardware } = await import('../devices/simulators/page.ts');
  const simulator = kind === 'yubihsm' ? await hsm(seed) : await plain(kind, seed);
  return { simulator, hardware: await pageHardware(simulator) };
}

async function plain(kind: Exclude<DeviceKind, 'yubihsm'>, seed: Bytes): Promise<AnySimulator> {
  const { simulate } = await import('../devices/simulators/simulate.ts');
  return simulate(kind, seed);
}

/** The YubiHSM keeps what was made on it: in the workspace. */
async function hsm(seed: Bytes): Promise<AnySimulator> {
  const { YubiHsmSimulator } = await import('../devices/simulators/yubihsm.ts');
  const simulator: AnySimulator = new YubiHsmSimulator({
    seed,
    serial: simulatedSerial(new DataView(seed.buffer).getUint32(0)),
    state: await workspace.simulatedHsm(),
    // What cannot be kept must not go on: its power is cut.
    kept: (state) => void workspace.keepSimulatedHsm(state).catch(() => simulator.unplug()),
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    now: () => performance.now(),
  });
  return simulator;
}
