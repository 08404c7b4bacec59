/** The room behind the door where a page rehearses: one rehearsal at a time. */
import type { Desk } from './desk.ts';
import type { RehearsalParts } from './rehearsal-cast.ts';
import type { DrawnDevice, Pull, Scene, Story } from './rehearsal-story.ts';
import { Rehearsal } from './rehearsal.ts';

/** What an address says about a rehearsal. */
export interface Plan {
  readonly story: Story;
  /** An integer from 0, below 2³². */
  readonly seed: number;
  /** So many steps are played by the program at once. */
  readonly step: number;
}

export class RehearsalRoom {
  private readonly parts: RehearsalParts;
  private rehearsal: Rehearsal | undefined;

  constructor(parts: RehearsalParts) {
    this.parts = parts;
  }

  /** Begins anew, in place of what went on here. `you`: who is then not played by the program. */
  async begin({ story, seed, step }: Plan, you: number | undefined): Promise<Scene> {
    const rehearsal = await Rehearsal.of(this.parts, story, seed);
    this.rehearsal = rehearsal;
    await rehearsal.run(step);
    rehearsal.you = you;
    return rehearsal.scene();
  }

  /** So many steps on, or fewer where nothing more happens. */
  async advance(steps: number): Promise<Scene> {
    await this.here.run(steps);
    return this.here.scene();
  }

  pull(pull: Pull): Promise<Scene> {
    this.here.pull(pull);
    return this.here.scene();
  }

  /** From now on the program plays everybody but this operator. */
  play(you: number | undefined): Promise<Scene> {
    this.here.you = you;
    return this.here.scene();
  }

  scene(): Promise<Scene> {
    return this.here.scene();
  }

  /** An operator's simulated device. It guards nothing. */
  drawn(operator: number): DrawnDevice {
    return this.here.players[operator]!.drawn;
  }

  /** The desk of the operator who is not played by the program. */
  get desk(): Desk {
    return this.here.desk();
  }

  private get here(): Rehearsal {
    if (!this.rehearsal) throw new Error('There is no rehearsal.');
    return this.rehearsal;
  }
}
