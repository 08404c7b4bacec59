/** The desk of fees on the page: both lists, and requests made of them. */
import type { BridgeView } from '../../worker/bridge.ts';
import type { Unsent } from '../../worker/bridge.ts';
import { actionFaultText } from '../text/ceremony-faults.ts';
import { refusalText, tookText } from '../text/evidence.ts';
import { feesText } from '../text/fees.ts';
import { transferText } from '../text/transfer.ts';
import { BatchDraft } from '../requests/batch-draft.svelte.ts';
import { RequestsLive } from '../requests/requests-live.svelte.ts';

export class FeesLive extends RequestsLive {
  fees = $state.raw<BridgeView>();
  /** How long a request may be open by the rules, in s. */
  lifetime = $state(0);
  /** What became of the list that was brought last, in a sentence. */
  took = $state('');

  protected override async read(): Promise<void> {
    this.fees = await this.desk.bridge();
    this.lifetime = (await this.desk.governance())?.rules.rules.lifetime ?? 0;
    await super.read();
  }

  override get title(): string {
    return feesText.title;
  }

  /** Takes in the bridge's list. */
  bring = (file: File): Promise<boolean> =>
    this.change(async () => {
      this.took = '';
      const buffer = await file.arrayBuffer().catch(() => undefined);
      if (!buffer) return transferText.receive.files.gone(file.name);
      const taken = await this.desk.takeEvidence(new Uint8Array(buffer), file.name);
      if ('refused' in taken) return refusalText(taken.refused, taken.detail);
      if ('fault' in taken) return actionFaultText(taken, this.nameOf);
      this.took = feesText.bridge.took(tookText(taken));
      return undefined;
    });

  /** Proposes one request; the batch's root in hex, or undefined where it was not done. */
  request(purpose: string, request: Unsent): Promise<string | undefined> {
    const draft = new BatchDraft();
    draft.lifetime = this.lifetime;
    draft.add(purpose, request);
    return this.propose(draft.batch(Date.now()), draft.name);
  }
}
