/**
 * The part of an operator's seat that signs requests with a key that is complete. Everything that
 * keeps a share back stands here: no share leaves for what was not looked at, accepted, reserved,
 * approved by the frozen signers and frozen under the nonces held here.
 */
import { fromHex, wipe, type Bytes } from '../crypto/bytes.ts';
import { isFault } from '../crypto/faults.ts';
import * as frostEd25519 from '../crypto/frost-ed25519.ts';
import * as frostSecp256k1 from '../crypto/frost-secp256k1.ts';
import type { Scalar } from '../wasm/group.ts';
import { failed, inSignedPackets, type CeremonyFault } from '../ceremony/faults.ts';
import { openItem } from '../ceremony/packages.ts';
import { MAX_REASON, type Part, type PartOf } from '../ceremony/parts.ts';
import {
  chooseSigners,
  haltOf,
  open,
  openItems,
  sessionNext,
  type Here,
  type SessionNext,
} from '../ceremony/request-steps.ts';
import { signable, type Package, type Requests, type Session } from '../ceremony/session.ts';
import { requestStatement } from '../ceremony/statement.ts';
import { printable } from '../crypto/schema.ts';
import type { GroupLog, Taken } from './group-log.ts';
import { Requester } from './requester.ts';
import { closed, done, notNow, type Outcome } from './seat-base.ts';
import { openShare, type ShareIs } from './sealed-shares.ts';
import { SigningMemory, type Suite } from './signing-memory.ts';

/** What an operator says about a batch. */
export interface Findings {
  /** Where they looked. */
  readonly source: string;
  /** For each item. `because`: why not, where it is not accepted. */
  readonly verdicts: readonly { readonly accept: boolean; readonly because: string }[];
}

/** The device's replies to the labels of the shares that a signing needs. */
type SuiteReplies = Readonly<Record<Suite, Bytes | undefined>>;

export class Signer extends Requester {
  private readonly signing: SigningMemory;

  constructor(log: GroupLog, host?: Bytes, entropy?: Bytes) {
    super(log, host, entropy);
    this.signing = new SigningMemory(log.ports);
  }

  /** Where things stand here; the key must be complete. */
  here(requests: Requests): Here {
    const { state, log } = this;
    return {
      known: this.known()!,
      terms: state.manifest!.terms,
      requests,
      own: state.own!,
      now: log.ports.now(),
      collects: state.collector !== undefined && state.isMe(state.collector),
      holds: (packet) => this.signing.holds(packet),
    };
  }

  /** What is next here for a batch. */
  nextFor(session: Session): SessionNext {
    return sessionNext(this.here(this.requests()!), session);
  }

  /** How many batches wait for an act of the operator here. */
  waiting(): number {
    const waits = ['bring', 'done'];
    return (this.requests()?.sessions ?? []).filter(
      (session) => !waits.includes(this.nextFor(session).act),
    ).length;
  }

  /** Takes in a bundle; nonces are burned where it ends what they wait for. */
  override async take(bundle: Uint8Array): Promise<Taken | string> {
    const taken = await super.take(bundle);
    this.signing.dropEnded((root) => {
      const session = this.session(fromHex(root)!);
      return !session || openItems(this.here(this.requests()!), session).length === 0;
    });
    return taken;
  }

  /** Which shares are open for signing. */
  openedForSigning(): readonly Suite[] {
    return (['custody', 'attestation'] as const).filter((suite) => this.signing.share(suite));
  }

  // The reply

  /** What the own device shows where these items are accepted; undefined where none may be. */
  statement(root: Uint8Array, accepted: readonly number[]): string | undefined {
    const session = this.session(root);
    const known = this.known();
    const items = accepted.map((i) => session?.items[i]);
    if (!known || items.length === 0 || !items.every((item) => item && signable(item)))
      return undefined;
    return requestStatement(
      known,
      items.map((item) => item!),
    );
  }

  /**
   * Opens the shares for a signing from the device's replies (32 bytes each, wiped here). They stay
   * open while nonces wait for them.
   */
  async openForSigning({ custody, attestation }: SuiteReplies): Outcome {
    try {
      return await this.openEach({ custody, attestation });
    } finally {
      for (const reply of [custody, attestation]) if (reply) wipe(reply);
    }
  }

  private async openEach(replies: SuiteReplies): Outcome {
    const known = this.known();
    if (!known) return notNow;
    for (const suite of ['custody', 'attestation'] as const) {
      const reply = replies[suite];
      if (!reply) continue;
      const sealed = await this.log.ports.store.read(this.log.keys.share(suite));
      if (!sealed) return notNow;
      const share = await openShare(sealed, reply, this.shareIs(suite));
      if (!share) return { fault: 'other-device' };
      this.signing.open(suite, share as Scalar);
    }
    return done;
  }

  /** Which share this is. */
  shareIs(suite: Suite): ShareIs {
    const keys = this.progress().keys!;
    const operator = this.state.own!;
    const pubshare = keys[suite].pubshares[operator]!;
    return { id: this.state.id!, suite, operator, pubshare, certified: keys.hash };
  }

  /**
   * Says what was found, once; reserves what is accepted; and, with the device's approval of
   * `statement`, gives nonces to sign with. `findings` is undefined where they were said before.
   */
  reply(root: Bytes, findings: Findings | undefined, approval: Bytes | undefined): Outcome {
    return this.settled(this.answered(root, findings, approval));
  }

  /** Shares that were opened for an act stay open only where nonces wait once it is over. */
  private async settled(act: Outcome): Outcome {
    try {
      return await act;
    } finally {
      this.signing.settle();
    }
  }

  private async answered(
    root: Bytes,
    findings: Findings | undefined,
    approval: Bytes | undefined,
  ): Outcome {
    const requests = this.requests();
    const session = this.session(root);
    if (!requests || !session) return notNow;
    const here = this.here(requests);
    const own = session.replies[here.own]!;
    if ((own.slip === undefined) === (findings === undefined)) return notNow;
    const accepted = findings
      ? findings.verdicts.flatMap(({ accept }, i) => (accept ? [i] : []))
      : [...own.accepts];
    if (findings && findings.verdicts.length !== session.items.length) return notNow;
    const halted = (i: number) => {
      const halt = haltOf(here, session, i);
      return halt !== undefined && halt !== 'failed';
    };
    if (findings && accepted.some(halted)) return notNow;
    const parts: Part[] = [];
    if (findings) {
      const { source, verdicts } = findings;
      parts.push({
        kind: 'slip',
        session: root,
        source: printable(source, 200),
        verdicts: verdicts.map(({ accept, because }) => ({
          accept,
          because: printable(because, MAX_REASON),
        })),
      });
    }
    const claims = accepted.filter((i) => {
      const { claim, reserved } = session.items[i]!;
      return claim && !reserved.has(here.own) && !halted(i);
    });
    if (claims.length > 0)
      parts.push({ kind: 'reserve', session: root, items: claims, time: requests.chain.time });
    if (!approval) return parts.length > 0 ? this.say(parts) : notNow;
    const statement = findings ? this.statement(root, accepted) : own.statement;
    if (!statement) return notNow;
    const refused = this.notApproved(statement, approval);
    if (refused) return refused;
    parts.push({ kind: 'approve', statement, signature: approval });
    return this.withNonces(
      session,
      accepted.filter((i) => !halted(i)),
      parts,
    );
  }

  /** Fresh nonces for what was accepted and approved, in place of those that are gone or used. */
  renew(root: Bytes): Outcome {
    return this.settled(this.renewed(root));
  }

  private async renewed(root: Bytes): Outcome {
    const requests = this.requests();
    const session = this.session(root);
    if (!requests || !session) return notNow;
    const here = this.here(requests);
    const own = session.replies[here.own]!;
    const items = [...own.accepts].filter((i) => open(here, session, i));
    if (!own.approved || items.length === 0) return notNow;
    return this.withNonces(session, items, []);
  }

  private async withNonces(session: Session, items: readonly number[], parts: Part[]): Outcome {
    const { keys } = this.progress();
    const suites = new Set(items.flatMap((i) => session.items[i]!.units.map(({ suite }) => suite)));
    if (items.length === 0) return notNow;
    if ([...suites].some((suite) => !this.signing.share(suite))) return closed;
    const nonces = this.signing.freshNonces(
      session,
      items,
      (suite) => keys![suite].pubshares[this.state.own!]!,
    );
    if (failed(nonces)) return nonces;
    const part: PartOf<'nonces'> = { kind: 'nonces', session: session.root, items: nonces };
    const packet = await this.tell([...parts, part]).catch((error: unknown) => {
      this.signing.drop(session.root);
      throw error;
    });
    if (!packet) {
      this.signing.drop(session.root);
      return notNow;
    }
    this.signing.announced(session.root, packet.hash);
    return done;
  }

  // Package and shares

  /** Freezes a package: the signers who can sign most, or these. */
  async freeze(root: Bytes, among?: readonly number[]): Outcome {
    const requests = this.requests();
    const session = this.session(root);
    if (!requests || !session) return notNow;
    const choice = chooseSigners(this.here(requests), session, among);
    if (!choice) return notNow;
    return this.say([{ kind: 'package', session: root, ...choice }]);
  }

  /**
   * Gives the own shares under every package that is due. The nonces are noted as spent before a
   * share leaves; those of items that are not signed are burned with them.
   */
  sign(root: Bytes): Outcome {
    return this.settled(this.signed(root));
  }

  private async signed(root: Bytes): Outcome {
    const session = this.session(root);
    const next = session && this.nextFor(session);
    if (!session || next?.act !== 'release') return notNow;
    if (this.signing.jumped()) {
      this.signing.drop();
      await this.log.append([{ kind: 'dropped', what: 'nonces' }]);
      return { fault: 'clock-jumped' };
    }
    for (const one of next.packages) {
      const fault = await this.signUnder(session, one);
      if (fault) return fault;
    }
    return done;
  }

  private async signUnder(session: Session, one: Package): Outcome {
    const here = this.here(this.requests()!);
    const { own } = here;
    const reply = session.replies[own]!;
    const items = one.items.filter((i) => {
      const { claim, reserved } = session.items[i]!;
      return open(here, session, i) && reply.accepts.has(i) && (!claim || reserved.has(own));
    });
    const suites = new Set(items.flatMap((i) => session.items[i]!.units.map(({ suite }) => suite)));
    if (items.length === 0) return notNow;
    if ([...suites].some((suite) => !this.signing.share(suite))) return closed;
    // Two packages may name the same nonces: they are used for the first one.
    const secret = this.signing.take(one.commits[one.ids.indexOf(own)]!);
    if (!secret) return done;
    try {
      await this.log.append([{ kind: 'spent', signingPackage: one.hash }]);
      const shares: PartOf<'signature-shares'>['items'][number][] = [];
      for (const item of items) {
        const made = this.sharesFor(session, one, item, secret.get(item)!);
        if (failed(made)) return made;
        shares.push({ item, shares: made });
      }
      const part: Part = {
        kind: 'signature-shares',
        session: session.root,
        package: one.hash,
        items: shares,
      };
      return await this.say([part]);
    } finally {
      wipe(...[...secret.values()].flat());
    }
  }

  private sharesFor(
    session: Session,
    one: Package,
    item: number,
    nonces: readonly Bytes[],
  ): Bytes[] | CeremonyFault {
    const opened = openItem(this.known()!, session, one, item);
    if (failed(opened)) return opened;
    const { groups } = this.log.ports;
    const own = this.state.own!;
    const shares: Bytes[] = [];
    for (const [u, { suite, session: signing }] of opened.entries()) {
      const share = this.signing.share(suite)!;
      const made =
        suite === 'custody'
          ? frostSecp256k1.sign(groups.secp256k1, signing, nonces[u]!, share, own)
          : frostEd25519.sign(groups.ed25519, signing, nonces[u]!, share, own);
      if (isFault(made)) return inSignedPackets(made);
      shares.push(made);
    }
    return shares;
  }

  /** Takes back what was accepted; nonces for it that wait here are burned. */
  async object(root: Bytes, items: readonly number[], because: string): Outcome {
    const session = this.session(root);
    const why = printable(because, 300);
    const own = session?.replies[this.state.own!];
    const theirs = items.length > 0 && items.every((i) => own?.accepts.has(i));
    if (!theirs || why === '') return notNow;
    this.signing.drop(root);
    return this.say([{ kind: 'object', session: root, items, because: why }]);
  }

  /** Whether nonces are missing here that a reload, or a lock, took. */
  protected lostNonces(): boolean {
    const { own } = this.state;
    return (this.requests()?.sessions ?? []).some(
      (session) => own !== undefined && this.nextFor(session).act === 'renew',
    );
  }

  override close(): void {
    this.signing.close();
    super.close();
  }
}
