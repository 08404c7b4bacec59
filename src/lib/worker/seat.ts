/**
 * An operator's seat in one group: the log, the secrets while they live, and every act of the script.
 * Secrets enter as device replies and leave as ciphertext only.
 */
import { equal, toHex, wipe, type Bytes } from '../crypto/bytes.ts';
import { isFault } from '../crypto/faults.ts';
import { hostPubkeyOf } from '../crypto/host-key.ts';
import type { Scalar } from '../wasm/group.ts';
import { failed, type CeremonyFault } from '../ceremony/faults.ts';
import { seal } from '../ceremony/keygen.ts';
import type { Event } from '../ceremony/log.ts';
import type { Manifest } from '../ceremony/manifest.ts';
import type { Part } from '../ceremony/parts.ts';
import { progressOf, type Progress, type TestProgress } from '../ceremony/progress.ts';
import { nextStep, retestSets, type Next, type StepName } from '../ceremony/script.ts';
import { commit, share, type FreshNonces } from '../ceremony/signing.ts';
import { GroupLog, type Taken } from './group-log.ts';
import { hostSecretFrom } from './host-secret.ts';
import type { Ports } from './ports.ts';
import { openShare, sealShare, type ShareIs } from './sealed-shares.ts';

/** Why an act was not done; nothing changed. */
export type SeatFault =
  /** The device's reply opens another host secret or share: another device, seed or passphrase. */
  | { readonly fault: 'other-device' }
  /** A secret that this act needs is not open. */
  | { readonly fault: 'secret-closed' }
  /** The act does not belong here now. */
  | { readonly fault: 'not-now' }
  /** The clock jumped: the machine may have been set back, so the nonces were dropped. */
  | { readonly fault: 'clock-jumped' }
  | CeremonyFault;

const done = undefined;
type Outcome = Promise<SeatFault | undefined>;

/** A jump of the clock against the time that passed that counts as one, in ms. */
const JUMP = 60_000;

interface HeldNonces {
  readonly attempt: number;
  readonly secret: FreshNonces['secret'];
}

export class Seat {
  readonly log: GroupLog;
  private host: Bytes | undefined;
  private shares: { readonly custody: Scalar; readonly attestation: Scalar } | undefined;
  private readonly nonces = new Map<string, HeldNonces>();
  private clock: number;
  private cached: { readonly at: number; readonly progress: Progress } | undefined;

  constructor(log: GroupLog, host?: Bytes) {
    this.log = log;
    this.host = host;
    this.clock = this.clockOffset();
  }

  /** Opens a stored group. Notes which secrets were dropped, and that the workspace was restored. */
  static async open(ports: Ports, group: string): Promise<Seat> {
    const seat = new Seat(await GroupLog.open(ports, group));
    const { state } = seat;
    const events: Event[] = [];
    const { restoredAt } = ports;
    if (restoredAt !== undefined && !state.noted('restored').some((e) => e.event.at === restoredAt))
      events.push({ kind: 'restored', at: restoredAt });
    if (seat.progress().tests.some((test) => seat.owes(test)))
      events.push({ kind: 'dropped', what: 'nonces' });
    if (events.length > 0) await seat.log.append(events);
    return seat;
  }

  get state() {
    return this.log.state;
  }

  /** Whether nonces were sent for this test and no share yet. */
  private owes({ request, nonces, shares }: TestProgress): boolean {
    const at = request.ids.indexOf(this.state.own ?? -1);
    return at >= 0 && nonces[at] !== undefined && shares[at] === undefined;
  }

  progress(): Progress {
    const at = this.state.head.length;
    if (this.cached?.at !== at) {
      const { groups, other } = this.log.ports;
      this.cached = { at, progress: progressOf(groups, other, this.state) };
    }
    return this.cached.progress;
  }

  next(): Next {
    return nextStep(this.state, this.progress(), (test) => this.holds(test));
  }

  private holds({ request, attempt }: TestProgress): boolean {
    return this.nonces.get(toHex(request.digest))?.attempt === attempt;
  }

  /** Which secrets are open: those in memory need no device. */
  opened() {
    return { host: this.host !== undefined, shares: this.shares !== undefined };
  }

  take(bundle: Uint8Array): Promise<Taken | string> {
    return this.log.take(bundle);
  }

  // Enrolment

  /** Proposes the manifest with these operators, by packet key, in this order. */
  async propose(order: readonly Uint8Array[]): Outcome {
    const { state } = this;
    const operators = order.map((key) => state.joined().find((card) => equal(card.packetKey, key)));
    if (!state.terms || operators.includes(undefined)) return { fault: 'not-now' };
    const manifest: Manifest = {
      id: state.id!,
      terms: state.terms,
      operators: operators as Manifest['operators'],
      witnesses: state.witnesses(),
    };
    await this.log.say([{ kind: 'manifest', manifest }], [this.signOff('enrol')]);
    return done;
  }

  /** Notes a checked item of the preparation with its evidence; empty evidence takes it back. */
  async check(item: string, evidence: string): Outcome {
    await this.log.append([{ kind: 'checked', item, evidence }]);
    return done;
  }

  /** Notes whether the words that were read aloud are the same; `differs`: the group that is not. */
  async confirmWords(of: 'manifest' | 'keys', differs: number | null): Outcome {
    const events: Event[] = [{ kind: 'words', of, differs }];
    if (differs === null) {
      if (of === 'manifest') events.unshift(this.signOff('prepare'));
      await this.log.append([...events, this.signOff(`${of === 'keys' ? 'key' : of}-words`)]);
      return done;
    }
    const because = `The words of group ${differs + 1} differ (${of}).`;
    await this.log.say([{ kind: 'abort', because }], events);
    return done;
  }

  // Key generation

  /** Opens the host secret from the device's reply to the host label (32 bytes, wiped here). */
  async openHost(reply: Bytes): Outcome {
    const { ports, keys } = this.log;
    const salt = await ports.store.read(keys.salt);
    if (!salt) return { fault: 'not-now' };
    const host = hostSecretFrom(reply, salt, this.state.id!);
    const pubkey = hostPubkeyOf(ports.groups.secp256k1, host);
    if (isFault(pubkey) || !equal(pubkey, this.state.ownCard!.hostKey)) {
      wipe(host);
      return { fault: 'other-device' };
    }
    if (this.host) wipe(this.host);
    this.host = host;
    return done;
  }

  /** Seals the manifest and gives the first message of the key generation. */
  async seal(): Outcome {
    const { state, host } = this;
    if (this.next().act !== 'seal') return { fault: 'not-now' };
    if (!host) return { fault: 'secret-closed' };
    const { ports, keys } = this.log;
    const random = ports.random(32);
    const message = this.progress().run!.begin(host, random);
    if (failed(message)) return message;
    const manifestHash = state.manifestHash!;
    const { secp256k1 } = ports.groups;
    const signature = seal(secp256k1, host as Scalar, manifestHash, ports.random(32));
    const checklist = [
      ...new Map(state.noted('checked').map(({ event }) => [event.item, event.evidence])),
    ].map(([item, evidence]) => ({ item, evidence }));
    await this.log.say(
      [
        { kind: 'seal', manifestHash, signature, checklist },
        { kind: 'round1', message },
      ],
      [this.signOff('seal')],
      [{ key: keys.run, value: random }],
    );
    return done;
  }

  /**
   * Checks everybody's first messages, signs both transcripts and commits to nonces for the tests.
   * `approval`: the device's signature over the statement of `next()`.
   */
  async answer(approval: Bytes): Outcome {
    const next = this.next();
    const { host } = this;
    if (next.act !== 'answer') return { fault: 'not-now' };
    if (!host) return { fault: 'secret-closed' };
    const { ports, keys } = this.log;
    const random = await ports.store.read(keys.run);
    if (!random) return { fault: 'not-now' };
    const { first, run, tests } = this.progress();
    const messages = this.state.firstOfAll('round1').map((one) => one!.part.message);
    const answered = run!.answer(host, random, messages, ports.random(32));
    wipe(random);
    if (failed(answered)) {
      const because = `${answered.fault}${named(answered.operators, this.state)}`;
      await this.log.say(
        [{ kind: 'abort', because }],
        [{ kind: 'dropped', what: 'run' }],
        [{ key: keys.run, value: undefined }],
      );
      this.log.proven.push(answered);
      return answered;
    }
    const { uncertified } = answered;
    const shares = {
      custody: uncertified.custody.secshare!,
      attestation: uncertified.attestation.secshare!,
    };
    const fresh = this.freshNonces(tests, uncertified, shares, () => 0);
    wipe(shares.custody, shares.attestation);
    if (failed(fresh)) return fresh;
    await this.log.say(
      [
        { kind: 'round2', view: first!.view, message: answered.message },
        { kind: 'approve', statement: next.statement, signature: approval },
        { kind: 'commit', nonces: fresh },
      ],
      [this.signOff('agree')],
    );
    return done;
  }

  /** Fresh nonces for those of these tests that need one of ours; they stay in memory alone. */
  private freshNonces(
    tests: readonly TestProgress[],
    keys: Parameters<typeof commit>[1],
    shares: Parameters<typeof commit>[2],
    attemptOf: (test: TestProgress) => number,
  ): FreshNonces['public'][] | CeremonyFault {
    const { ports } = this.log;
    const own = this.state.own!;
    const fresh: FreshNonces['public'][] = [];
    for (const test of tests.filter(({ request }) => request.ids.includes(own))) {
      const random = ports.random(96);
      const attempt = attemptOf(test);
      const made = commit(ports.groups, keys, shares, test.request, attempt, random);
      wipe(random);
      if (failed(made)) return made;
      const name = toHex(test.request.digest);
      this.dropNonces(name);
      this.nonces.set(name, { attempt, secret: made.secret });
      fresh.push(made.public);
    }
    this.clock = this.clockOffset();
    return fresh;
  }

  private shareIs(suite: 'custody' | 'attestation'): ShareIs {
    const { keys } = this.progress();
    const operator = this.state.own!;
    const pubshare = keys![suite].pubshares[operator]!;
    return { id: this.state.id!, suite, operator, pubshare, certified: keys!.hash };
  }

  /**
   * Computes both shares from the host secret and the certified recovery data, and seals them under
   * the device's replies to their labels (32 bytes each, wiped here). They stay open in memory.
   */
  async store(replies: { custody: Bytes; attestation: Bytes }): Outcome {
    const { keys, run } = this.progress();
    if (this.next().act !== 'store') return { fault: 'not-now' };
    if (!this.host) return { fault: 'secret-closed' };
    const { ports, keys: names } = this.log;
    const shares = run!.shares(this.host, keys!);
    if (failed(shares)) return shares;
    const [custody, attestation] = await Promise.all(
      (['custody', 'attestation'] as const).map((suite) =>
        sealShare(shares[suite], replies[suite], this.shareIs(suite), ports.random(44)),
      ),
    );
    wipe(replies.custody, replies.attestation);
    this.shares = shares;
    await this.log.append(
      [
        {
          kind: 'shares',
          custody: this.shareIs('custody').pubshare.slice(-32),
          attestation: this.shareIs('attestation').pubshare.slice(-32),
        },
        this.signOff('store'),
      ],
      [
        { key: names.share('custody'), value: custody },
        { key: names.share('attestation'), value: attestation },
        { key: names.run, value: undefined },
      ],
    );
    return done;
  }

  /** Opens the sealed shares with the device's replies (32 bytes each, wiped here). */
  async openShares(replies: { custody: Bytes; attestation: Bytes }): Outcome {
    const { ports, keys } = this.log;
    const [custody, attestation] = await Promise.all(
      (['custody', 'attestation'] as const).map(async (suite) => {
        const sealed = await ports.store.read(keys.share(suite));
        return sealed && openShare(sealed, replies[suite], this.shareIs(suite));
      }),
    );
    wipe(replies.custody, replies.attestation);
    if (!custody || !attestation) return { fault: 'other-device' };
    this.shares = { custody: custody as Scalar, attestation: attestation as Scalar };
    return done;
  }

  // Tests and the end

  /** New nonces where the former are gone, with the device's approval where `next()` asks for one. */
  async commit(approval?: Bytes): Outcome {
    const next = this.next();
    const { keys } = this.progress();
    if (next.act !== 'commit' || !keys) return { fault: 'not-now' };
    if (!this.shares) return { fault: 'secret-closed' };
    const own = this.state.own!;
    const fresh = this.freshNonces(next.tests, keys, this.shares, (test) =>
      test.nonces[test.request.ids.indexOf(own)] ? test.attempt + 1 : test.attempt,
    );
    if (failed(fresh)) return fresh;
    const parts: Part[] = [{ kind: 'commit', nonces: fresh }];
    if (approval && next.approve)
      parts.push({ kind: 'approve', statement: next.approve, signature: approval });
    await this.log.say(parts);
    return done;
  }

  /**
   * Releases the own shares of every test that is frozen and approved by all its signers, and closes
   * the ceremony for this operator. Each nonce is noted as spent before its share leaves.
   */
  async release(): Outcome {
    if (this.next().act !== 'release') return { fault: 'not-now' };
    if (this.jumped()) {
      this.dropNonces();
      await this.log.append([{ kind: 'dropped', what: 'nonces' }]);
      return { fault: 'clock-jumped' };
    }
    const { tests, keys, closed } = this.progress();
    const own = this.state.own!;
    const ready = tests.filter((test) => test.frozen && this.holds(test) && this.mayShare(test));
    if (ready.length > 0 && !this.shares) return { fault: 'secret-closed' };
    const spent: Event[] = ready.map(({ frozen }) => ({
      kind: 'spent',
      signingPackage: frozen!.hash,
    }));
    await this.log.append(spent);
    const released = [];
    for (const { frozen, request } of ready) {
      const name = toHex(request.digest);
      const { secret } = this.nonces.get(name)!;
      const made = share(this.log.ports.groups, frozen!, secret, this.shares!, own);
      this.dropNonces(name);
      if (failed(made)) return made;
      released.push(made);
    }
    const parts: Part[] = released.length > 0 ? [{ kind: 'shares', shares: released }] : [];
    if (!closed[own]) parts.push(this.closing(keys!.hash));
    if (parts.length > 0) await this.log.say(parts);
    return done;
  }

  private mayShare({ approved, shares, request }: TestProgress): boolean {
    return approved.every(Boolean) && !shares[request.ids.indexOf(this.state.own!)];
  }

  private closing(certified: Bytes): Part {
    const { state } = this;
    const verified = state.noted('backup').find(({ event }) => event.state === 'verified')!;
    const notes = (step: string) =>
      state
        .noted('note')
        .filter(({ event }) => event.step === step)
        .map(({ event }) => event.note);
    return {
      kind: 'close',
      certified,
      backup: { tier: 'age-file', method: 'read-back', at: verified.at },
      script: state.noted('signedOff').map(({ event, at }) => ({
        step: event.step,
        planned: event.planned,
        done: at,
        note: notes(event.step).join(' · ').slice(0, 500),
      })),
    };
  }

  /** Asks for tests of those not tested yet, without the operators who spoiled one. */
  async retest(): Outcome {
    const next = this.next();
    const ids = next.act === 'retest' ? retestSets(this.progress(), next.without)[0] : undefined;
    if (!ids) return { fault: 'not-now' };
    await this.log.say([{ kind: 'retest', ids }]);
    return done;
  }

  /** Signs the record of the whole ceremony. */
  async signRecord(): Outcome {
    const { recordHash } = this.progress();
    if (this.next().act !== 'sign-record' || !recordHash) return { fault: 'not-now' };
    await this.log.say([{ kind: 'record', hash: recordHash as Bytes }], [this.signOff('record')]);
    return done;
  }

  /** A witness's word on the ceremony. */
  async attest(agree: boolean, because: string): Outcome {
    const { keys } = this.progress();
    if (!keys) return { fault: 'not-now' };
    await this.log.say([{ kind: 'attest', certified: keys.hash, agree, because }]);
    return done;
  }

  // At any time

  async note(step: string, note: string): Outcome {
    await this.log.append([{ kind: 'note', step, note }]);
    return done;
  }

  async abort(because: string): Outcome {
    await this.log.say([{ kind: 'abort', because }]);
    return done;
  }

  /** Names who collects from now on. */
  async handOver(to: Bytes): Outcome {
    await this.log.say([{ kind: 'baton', to }]);
    return done;
  }

  async receipt(): Outcome {
    await this.log.say([{ kind: 'receipt' }]);
    return done;
  }

  /** The note that a step is done here. */
  signOff(step: StepName, note = ''): Event {
    return { kind: 'signedOff', step, planned: null, note };
  }

  private clockOffset(): number {
    const { ports } = this.log;
    return ports.now() - ports.monotonic();
  }

  private jumped(): boolean {
    return Math.abs(this.clockOffset() - this.clock) > JUMP;
  }

  private dropNonces(name?: string): void {
    for (const [key, { secret }] of this.nonces) {
      if (name !== undefined && key !== name) continue;
      wipe(secret.custody, secret.attestation);
      this.nonces.delete(key);
    }
  }

  /** The host secret, for the backup alone. */
  get hostSecret(): Bytes | undefined {
    return this.host;
  }

  /** Wipes every secret. */
  close(): void {
    this.dropNonces();
    if (this.host) wipe(this.host);
    if (this.shares) wipe(this.shares.custody, this.shares.attestation);
    this.host = this.shares = undefined;
    this.log.close();
  }
}

const named = (operators: readonly number[], { manifest }: { manifest: Manifest | undefined }) =>
  operators.length === 0
    ? ''
    : `: ${operators.map((number) => manifest?.operators[number]?.name ?? number + 1).join(', ')}`;
