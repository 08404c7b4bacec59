/** The desk of requests on the page; `root` names the batch that the page is about. */
import type { Batch } from '../../ceremony/request.ts';
import type { HandedMint } from '../../worker/handed.ts';
import type { Bytes } from '../../crypto/bytes.ts';
import type { BridgeView } from '../../worker/bridge.ts';
import type { BridgeDraft } from '../../worker/bridge-draft.ts';
import type { GovernanceView } from '../../worker/governance.ts';
import type { RemoteDesk } from '../../worker/report.ts';
import type { RequestsView, SessionView } from '../../worker/requests-view.ts';
import type { Findings } from '../../worker/signer.ts';
import type { Drafted, Finished, WatchView, Wish } from '../../worker/watch.ts';
import type { FindDevice, Outcome } from '../ceremony/acts.ts';
import { DeskLive } from '../desk-live.svelte.ts';
import { ceremonyText } from '../text/ceremony.ts';
import { actText, requestsText } from '../text/requests.ts';
import { hexOf } from '../words.ts';
import { renew, reply, sign, type At } from './acts.ts';
import { handOverDue, isMine, waitedFor } from './turn.ts';

export class RequestsLive extends DeskLive {
  requests = $state.raw<RequestsView>();
  readonly #root: string | undefined;

  /** `root`: in hex. */
  constructor(desk: RemoteDesk, find: FindDevice, root?: string) {
    super(desk, find);
    this.#root = root;
  }

  protected override async read(): Promise<void> {
    await super.read();
    this.requests = await this.desk.requests();
  }

  /** The batch that the page is about. */
  get session(): SessionView | undefined {
    return this.requests?.sessions.find(({ root }) => hexOf(root) === this.#root);
  }

  protected get wanted(): string | undefined {
    return this.view && this.requests && handOverDue(this.view, this.requests, this.session);
  }

  get title(): string {
    const { session, requests } = this;
    if (!requests) return '';
    if (!session) {
      const waiting = requests.sessions.filter(isMine).length;
      return requestsText.inbox.waiting(waiting);
    }
    return sessionTitle(session, this.nameOf, this.collector, this.due !== undefined);
  }

  /** Proposes a batch, and drops its draft; its root in hex, or undefined where it was not done. */
  async propose(batch: Batch, draft: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
    const done = await this.act({ act: 'request', batch, draft });
    const { sessions = [], own: me } = this.requests ?? {};
    const own = sessions.find(({ proposers }) => me !== undefined && proposers.includes(me));
    return done && own ? hexOf(own.root) : undefined;
  }

  #at = (): At => ({
    desk: this.desk,
    find: this.find,
    view: this.view!,
    requests: this.requests!,
  });

  #with = (act: (at: At, session: SessionView) => Outcome): Promise<boolean> =>
    this.change(async () => this.told(await act(this.#at(), this.session!)));

  /** Says what was found; with a statement, the device approves it and nonces go with it. */
  reply = (findings: Findings | undefined, statement: string | undefined): Promise<boolean> =>
    this.#with((at, session) => reply(at, session, findings, statement));
  renew = (): Promise<boolean> => this.#with(renew);
  sign = (): Promise<boolean> => this.#with(sign);

  /** What the own device would show where these items are accepted. */
  statement = (accepted: readonly number[]): Promise<string | undefined> =>
    this.#ask(() => this.desk.statement(this.session!.root, accepted));

  finished = (digest: Uint8Array<ArrayBuffer>): Promise<Finished | undefined> =>
    this.#ask(() => this.desk.finished(digest));

  minted = (digest: Uint8Array<ArrayBuffer>): Promise<HandedMint | undefined> =>
    this.#ask(() => this.desk.minted(digest));

  watch = (): Promise<WatchView | undefined> => this.#ask(() => this.desk.watch());

  fromPsbt = (psbt: Uint8Array<ArrayBuffer> | string): Promise<Drafted | undefined> =>
    this.#ask(() => this.desk.draftFromPsbt(psbt));

  compose = (wish: Wish): Promise<Drafted | undefined> => this.#ask(() => this.desk.compose(wish));

  bridge = (): Promise<BridgeView | undefined> => this.#ask(() => this.desk.bridge());

  governance = (): Promise<GovernanceView | undefined> => this.#ask(() => this.desk.governance());

  composeBurn = (
    nullifiers: readonly Bytes[],
    feeRate: number,
    without: readonly string[],
    replaces: Bytes | undefined,
  ): Promise<BridgeDraft | undefined> =>
    this.#ask(() => this.desk.composeBurn(nullifiers, feeRate, without, replaces));

  composeFees = (
    coins: readonly string[],
    feeRate: number,
    replaces?: Bytes,
  ): Promise<BridgeDraft | undefined> =>
    this.#ask(() => this.desk.composeFees(coins, feeRate, replaces));

  /** Asks the desk; why it gives no answer is told. */
  async #ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    let answer: T | undefined;
    await this.ask(async () => {
      answer = await question();
      return undefined;
    });
    return answer;
  }

  /** Keeps a draft; an empty batch drops it. */
  async keep(name: Uint8Array<ArrayBuffer>, batch: Batch): Promise<boolean> {
    return this.attempt(async () => {
      const fault = await this.desk.act({ act: 'draft', name, batch });
      if (fault) return this.told({ at: 'desk', fault });
      return this.refresh();
    });
  }
}

/** What is next for a batch, in a few words. */
export function sessionTitle(
  session: SessionView,
  nameOf: (number: number) => string,
  collector: string,
  due: boolean,
): string {
  const { next, items, kind } = session;
  const { now } = requestsText;
  if (next.act === 'bring') {
    if (due) return ceremonyText.transfer.due;
    const names = waitedFor(session).map(nameOf);
    return names.length > 0 ? ceremonyText.wait.for(names) : now.collector(collector);
  }
  if (next.act !== 'done') return actText(next.act, kind).title;
  if (items.every(({ depth }) => depth !== undefined && depth > 0)) return now.confirmed;
  if (items.some(({ signatures }) => signatures)) return now.signed;
  return items.some(({ halt }) => halt) ? now.halted : actText('done', kind).title;
}
