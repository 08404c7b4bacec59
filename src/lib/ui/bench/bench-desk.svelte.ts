/** The bench of a page: which device, which results, and what the person is asked to do. */
import type { Bench, Result } from '../../devices/bench/bench.ts';
import type { Act, Person } from '../../devices/bench/check.ts';
import { checkNames, isAlone, type CheckName } from '../../devices/bench/checks.ts';
import type { Finding } from '../../devices/bench/doctor.ts';
import type { DeviceIdentity, DeviceKind } from '../../devices/device.ts';
import type { Simulator } from '../../devices/simulators/simulator.ts';
import { app } from '../app.svelte.ts';
import { hardwareFor, prompts } from '../device.svelte.ts';
import { benchText } from '../text/bench.ts';

/** What the person is to do; `done` says that it is done, or will be. */
interface Wanted {
  readonly act: Act;
  done(): void;
}

interface Opened {
  readonly bench: Bench;
  end(): void;
}

export class BenchDesk {
  results = $state.raw<Readonly<Partial<Record<CheckName, Result>>>>({});
  findings = $state.raw<readonly Finding[]>([]);
  running = $state(false);
  /** When the last run ended, in ms since 1970; undefined before. */
  at = $state<number>();
  wanted = $state.raw<Wanted>();
  identity = $state.raw<DeviceIdentity>();
  /** The drawn device; undefined for a real one. */
  simulator = $state.raw<Simulator>();
  /** What was thrown where nothing should be; empty otherwise. */
  broke = $state('');
  #kind = $state<DeviceKind>('ledger');
  #how = $state<'real' | 'simulated'>('real');
  #opened: Opened | undefined;
  #stop = new AbortController();

  get kind(): DeviceKind {
    return this.#kind;
  }

  /** Another device has other results. */
  set kind(kind: DeviceKind) {
    this.#kind = kind;
    this.clear();
  }

  get how(): 'real' | 'simulated' {
    return this.#how;
  }

  set how(how: 'real' | 'simulated') {
    this.#how = how;
    this.clear();
  }

  get simulated(): boolean {
    return this.#how === 'simulated';
  }

  /** What has come of the checks so far, in one sentence. */
  get summary(): string {
    const states = checkNames.map((name) => this.results[name]?.state ?? 'untried');
    const of = (state: Result['state']) => states.filter((one) => one === state).length;
    return benchText.summary(of('passed'), of('failed'), of('skipped'), of('untried'));
  }

  /** Runs these checks one after another; the device is enrolled before the first of them. */
  async run(names: readonly CheckName[]): Promise<void> {
    if (this.running) return;
    this.running = true;
    this.broke = '';
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    try {
      const { bench } = (this.#opened ??= await this.#open());
      const wanted: readonly CheckName[] =
        bench.enrolled || names.includes('enrol') ? names : ['enrol', ...names];
      for (const name of wanted) {
        if (signal.aborted) break;
        this.#note(name, { state: 'running' });
        const result = await bench.run(name, signal);
        this.#note(name, result);
        this.identity = bench.enrolled?.identity;
      }
    } catch (error) {
      this.broke = benchText.broke(error instanceof Error ? error.message : String(error));
      for (const name of checkNames)
        if (this.results[name]?.state === 'running') this.#note(name, { state: 'untried' });
    } finally {
      this.running = false;
      this.wanted = undefined;
      this.at = Date.now();
      app.announcement = this.broke || this.summary;
    }
  }

  /** All that are run together. */
  runAll(): Promise<void> {
    return this.run(checkNames.filter((name) => !isAlone(name, this.simulated)));
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Forgets device and results. */
  clear(): void {
    this.stop();
    this.#opened?.end();
    this.#opened = undefined;
    this.results = {};
    this.findings = [];
    this.identity = undefined;
    this.simulator = undefined;
    this.at = undefined;
    this.broke = '';
  }

  #note(name: CheckName, result: Result): void {
    this.results = { ...this.results, [name]: result };
  }

  async #open(): Promise<Opened> {
    const { kind } = this;
    const { Bench } = await import('../../devices/bench/bench.ts');
    const name = benchText.heading;
    if (!this.simulated) {
      const hardware = await hardwareFor(kind, false);
      const person = this.#person;
      const bench = new Bench({ kind, hardware, person, known: undefined, name });
      return { bench, end: () => undefined };
    }
    const [{ simulatedSubject }, { pageHardware }] = await Promise.all([
      import('../../devices/bench/simulated.ts'),
      import('../../devices/simulators/page.ts'),
    ]);
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    const subject = await simulatedSubject(kind, random, pageHardware);
    this.simulator = subject.simulator;
    return { bench: new Bench({ kind, ...subject, name }), end: () => subject.end() };
  }

  /** Whoever sits at this page, with a real device. */
  readonly #person: Person = {
    presence: prompts.ask,
    agrees: () => undefined,
    does: (act) => {
      const { signal } = this.#stop;
      return new Promise((resolve) => {
        const end = (done: boolean) => {
          this.wanted = undefined;
          resolve(done);
        };
        if (signal.aborted) end(false);
        else this.wanted = { act, done: () => end(true) };
        signal.addEventListener('abort', () => end(false), { once: true });
      });
    },
  };
}
