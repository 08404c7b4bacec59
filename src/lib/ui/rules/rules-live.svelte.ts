/** The desk of a group's rules on the page. */
import type { Rules } from '../../ceremony/rules.ts';
import type { Action } from '../../worker/desk.ts';
import type { GovernanceView, ProposedRules, Tried } from '../../worker/governance.ts';
import { approved } from '../ceremony/acts.ts';
import { DeskLive } from '../desk-live.svelte.ts';
import { rulesText } from '../text/rules.ts';

export class RulesLive extends DeskLive {
  governance = $state.raw<GovernanceView>();
  /** How often something was said here that the others do not know yet. */
  #said = $state(0);

  protected override async read(): Promise<void> {
    await super.read();
    this.governance = await this.desk.governance();
  }

  protected get wanted(): string | undefined {
    return this.#said > 0 ? `rules ${this.#said}` : undefined;
  }

  get title(): string {
    const { governance } = this;
    if (!governance) return '';
    const { own, rules } = governance;
    const waits = rules.proposed.some((one) => !one.problem && !one.approved.includes(own));
    return waits ? rulesText.waits : rulesText.nothing;
  }

  /** Says something to the group. */
  async say(action: Action): Promise<boolean> {
    const done = await this.act(action);
    if (done) this.#said += 1;
    return done;
  }

  /** Approves a version with the device. */
  async adopt({ hash, statement }: ProposedRules): Promise<boolean> {
    const done = await this.change(async () =>
      this.told(
        await approved(this.find, statement, (approval) =>
          this.desk.act({ act: 'adopt', rules: hash.slice(), approval }),
        ),
      ),
    );
    if (done) this.#said += 1;
    return done;
  }

  /** What other rules would have said of every request; undefined where there is no answer. */
  async try(rules: Rules): Promise<readonly Tried[] | undefined> {
    let tried: readonly Tried[] | undefined;
    await this.ask(async () => {
      tried = await this.desk.tryRules(rules);
      return undefined;
    });
    return tried;
  }
}
