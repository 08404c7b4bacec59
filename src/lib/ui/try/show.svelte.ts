/** A rehearsal on the page: what it shows, and who turns the crank. */
import type { DrawnDevice, Pull, Scene, Story } from '../../worker/rehearsal-story.ts';
import type { Plan } from '../../worker/rehearsal-room.ts';
import { deskThrough } from '../../worker/desk-through.ts';
import type { RemoteDesk } from '../../worker/report.ts';
import { rehearsal, rehearsalDesk } from '../../worker/door.ts';
import type { FaultText } from '../text.ts';
import { tryText } from '../text/try.ts';

/** How long a step is shown, in ms. */
export const speeds = { slow: 1_000, fast: 220, instant: 0 } as const;
export type Speed = keyof typeof speeds;

/** The stories with something to judge: a person plays the own desk, unless they choose otherwise. */
const judged: readonly Story[] = ['sign', 'swap'];

/** So many steps at a time where nobody watches each. */
const AT_ONCE = 6;

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export class Show {
  scene = $state.raw<Scene>();
  fault = $state.raw<FaultText>();
  speed = $state<Speed>('slow');
  playing = $state(false);
  /** While something is computed. */
  busy = $state(false);
  /** Whether the program plays the own desk too. */
  auto = $state(true);
  /** Whose desk is the own one. */
  own = $state(2);
  /** Raised with every change: the own desk is read again. */
  revision = $state(0);
  /** Raised with every beginning: the own desk is another one. */
  run = $state(0);
  #turning = false;

  get step(): number {
    return this.scene?.events.length ?? 0;
  }

  /** What leads back here. The step after the last one shows how it ended. */
  get plan(): Plan | undefined {
    const { scene, step } = this;
    return scene && { story: scene.story, seed: scene.seed, step: this.over ? step + 1 : step };
  }

  /** Whether anything is left to do for the program. */
  get over(): boolean {
    return this.scene?.outcome !== undefined;
  }

  /** Begins what an address says; steps in it are played by the program. */
  begin(plan: Plan): Promise<void> {
    this.playing = false;
    if (plan.story !== this.scene?.story) this.auto = plan.step > 0 || !judged.includes(plan.story);
    return this.#show(async () => {
      const scene = await rehearsal.begin(plan, this.#you);
      this.run += 1;
      return scene;
    });
  }

  /** One step, by hand. */
  once(): Promise<void> {
    this.playing = false;
    return this.#show(() => rehearsal.advance(1));
  }

  play(): void {
    this.playing = true;
    void this.#turn();
  }

  pause(): void {
    this.playing = false;
  }

  /** Begins again where the story begins, and plays on if it was being played. */
  async again(seed = this.scene?.seed ?? 0): Promise<void> {
    if (!this.scene) return;
    await this.begin({ story: this.scene.story, seed, step: 0 });
    this.play();
  }

  pull(pull: Pull): Promise<void> {
    return this.#show(() => rehearsal.pull(pull));
  }

  /** Says who plays the own desk. */
  seat(own: number, auto: boolean): Promise<void> {
    [this.own, this.auto] = [own, auto];
    return this.#show(() => rehearsal.play(this.#you));
  }

  /** The own desk; what is done at it is seen by the others. */
  readonly desk: RemoteDesk = {
    ...deskThrough((use) => use(rehearsalDesk)),
    act: async (action) => {
      const fault = await rehearsalDesk.act(action);
      await this.#show(() => rehearsal.scene());
      return fault;
    },
  };

  /** The own device. */
  drawn(): Promise<DrawnDevice> {
    return rehearsal.drawn(this.own);
  }

  get #you(): number | undefined {
    return this.auto ? undefined : this.own;
  }

  async #turn(): Promise<void> {
    if (this.#turning) return;
    this.#turning = true;
    while (this.playing && !this.over) {
      const began = performance.now();
      if (this.scene?.waiting === undefined)
        await this.#show(() => rehearsal.advance(this.speed === 'instant' ? AT_ONCE : 1));
      const rest = speeds[this.speed] - (performance.now() - began);
      await wait(Math.max(this.scene?.waiting === undefined ? 0 : speeds.fast, rest));
    }
    this.#turning = false;
    this.playing = false;
  }

  async #show(task: () => Promise<Scene>): Promise<void> {
    this.busy = true;
    try {
      this.scene = await task();
      this.fault = undefined;
      this.revision += 1;
    } catch (error) {
      this.playing = false;
      this.fault = tryText.failed(error instanceof Error ? error.message : String(error));
    } finally {
      this.busy = false;
    }
  }
}
