/**
 * An operator's seat in one group: the log, the secrets while they live, and every act of the script.
 * Secrets enter as device replies and leave as ciphertext only.
 */
import { equal, wipe, type Bytes } from '../crypto/bytes.ts';
import { printable } from '../crypto/schema.ts';
import type { Scalar } from '../wasm/group.ts';
import { failed, type CeremonyFault } from '../ceremony/faults.ts';
import { seal, type GroupKeys } from '../ceremony/keygen.ts';
import type { Event } from '../ceremony/log.ts';
import { backupAddressOf, backupAddressStatement, proposalOf } from '../ceremony/backup-address.ts';
import {
  backupAddressFits,
  manifestProblem,
  MAX_IN_MANIFEST,
  type Manifest,
} from '../ceremony/manifest.ts';
import {
  MAX_ATTEMPT,
  MAX_PROPOSAL,
  type Nonces,
  type Part,
  type Shares,
} from '../ceremony/parts.ts';
import type { TestProgress } from '../ceremony/progress.ts';
import { retestSets } from '../ceremony/script.ts';
import { share } from '../ceremony/signing.ts';
import { closing } from './closing.ts';
import { mixed } from './entropy.ts';
import { GroupLog } from './group-log.ts';
import type { ShareSecrets } from './memory.ts';
import type { Ports } from './ports.ts';
import { closed, done, notNow, type Outcome } from './seat-base.ts';
import { openShare, orWiped, sealShares, type ShareReplies } from './sealed-shares.ts';
import { Signer } from './signer.ts';

export type { SeatFault } from './seat-base.ts';

const suites = ['custody', 'attestation'] as const;

export class Seat extends Signer {
  /** Opens a stored group. Notes which secrets were dropped, and that the workspace was restored. */
  static async open(ports: Ports, group: string): Promise<Seat> {
    const seat = new Seat(await GroupLog.open(ports, group));
    const events: Event[] = [];
    const { restored: mark } = seat.log.keys;
    const imported = (await ports.store.read(mark)) !== undefined;
    if (imported) events.push({ kind: 'restored', at: ports.now() });
    if (seat.progress().tests.some((test) => seat.owes(test)) || seat.lostNonces())
      events.push({ kind: 'dropped', what: 'nonces' });
    await seat.log.append(events, imported ? [{ key: mark, value: undefined }] : []);
    await seat.introduce();
    return seat;
  }

  // Enrolment

  /** Proposes the manifest with these operators, by packet key, in this order. */
  async propose(order: readonly Uint8Array[]): Outcome {
    const { state } = this;
    const operators = order.map((key) => state.joined().find((card) => equal(card.packetKey, key)));
    const initiating = state.initiator !== undefined && state.isMe(state.initiator);
    if (!initiating || !state.terms || operators.includes(undefined) || state.fixed) return notNow;
    const manifest: Manifest = {
      id: state.id!,
      terms: state.terms,
      operators: operators as Manifest['operators'],
      witnesses: state
        .witnesses()
        .filter(({ packetKey }) => !order.some((key) => equal(key, packetKey)))
        .slice(0, MAX_IN_MANIFEST),
    };
    const named = order.some((key) => state.isMe(key));
    if (!named || manifestProblem(this.log.ports.groups.secp256k1, manifest)) return notNow;
    return this.say([{ kind: 'manifest', manifest }], [this.signOff('enrol')]);
  }

  /** Notes a checked item of the preparation with its evidence; empty evidence takes it back. */
  async check(item: string, evidence: string): Outcome {
    await this.log.append([{ kind: 'checked', item, evidence: printable(evidence, 200) }]);
    return done;
  }

  /**
   * Notes whether the words that were read aloud are the same; `differs`: the group that is not.
   * `hash`: what was shown as words. Something else may have come in since.
   */
  async confirmWords(of: 'manifest' | 'keys', hash: Bytes, differs: number | null): Outcome {
    const { keys, complete } = this.progress();
    const current = of === 'manifest' ? this.state.manifestHash : keys?.hash;
    if (!current || !equal(hash, current) || complete || this.state.own === undefined)
      return notNow;
    const words: Event = { kind: 'words', of, hash, differs };
    if (differs !== null) {
      const because = `The words of group ${differs + 1} differ (${of}).`;
      await this.log.append([words]);
      await this.say([{ kind: 'abort', because }]);
      await this.settle();
    } else if (of === 'manifest')
      await this.log.append([this.signOff('prepare'), words, this.signOff('manifest-words')]);
    else await this.log.append([words, this.signOff('key-words')]);
    return done;
  }

  // Key generation

  /** Seals the manifest and gives the first message of the key generation. */
  async seal(): Outcome {
    if (this.next().act !== 'seal') return notNow;
    const { host, entropy } = this.memory;
    if (!host) return closed;
    const { ports, keys } = this.log;
    const random = mixed(ports.random(32), 'run', entropy);
    const message = this.progress().run!.begin(host, random);
    if (failed(message)) return message;
    const manifestHash = this.state.manifestHash!;
    const { secp256k1 } = ports.groups;
    const signature = seal(secp256k1, host as Scalar, manifestHash, ports.random(32));
    const box = await this.keepKeys(host);
    const evidence = new Map(
      this.state.noted('checked').map(({ event }) => [event.item, event.evidence]),
    );
    const checklist = [...evidence].map(([item, text]) => ({ item, evidence: text }));
    return this.say(
      [
        { kind: 'seal', manifestHash, signature, checklist },
        { kind: 'keep', box },
        { kind: 'round1', message },
      ],
      [this.signOff('seal')],
      [{ key: keys.run, value: random }],
    ).finally(() => wipe(random));
  }

  /**
   * Checks everybody's first messages, signs both transcripts and commits to nonces for the tests.
   * `approval`: the device's signature over the statement of `next()`. Where a message is wrong, the
   * ceremony is stopped with its sender's name.
   */
  async answer(approval: Bytes): Outcome {
    const next = this.next();
    if (next.act !== 'answer') return notNow;
    const { host } = this.memory;
    if (!host) return closed;
    const refused = this.notApproved(next.statement, approval);
    if (refused) return refused;
    const { ports, keys } = this.log;
    const random = await ports.store.read(keys.run);
    if (!random) return notNow;
    const { first, run, tests } = this.progress();
    const messages = this.state.firstOfAll('round1').map((one) => one!.part.message);
    const answered = run!.answer(host, random, messages, ports.random(32));
    wipe(random);
    if (failed(answered)) {
      this.log.prove(answered);
      await this.abort(`${answered.fault}${named(answered.operators, this.state)}`);
      return answered;
    }
    const { uncertified, message } = answered;
    const shares = {
      custody: uncertified.custody.secshare!,
      attestation: uncertified.attestation.secshare!,
    };
    const nonces = this.freshNonces(tests, uncertified, shares, () => 0);
    wipe(shares.custody, shares.attestation);
    if (failed(nonces)) return nonces;
    return this.say(
      [
        { kind: 'round2', view: first!.view, message },
        { kind: 'approve', statement: next.statement, signature: approval },
        { kind: 'commit', nonces },
      ],
      [this.signOff('agree')],
    );
  }

  /** Fresh nonces for those of these tests that the operator here takes part in. */
  private freshNonces(
    tests: readonly TestProgress[],
    keys: GroupKeys,
    shares: ShareSecrets,
    attemptOf: (test: TestProgress) => number,
  ): Nonces[] | CeremonyFault {
    const fresh: Nonces[] = [];
    for (const test of tests.filter(({ request }) => request.ids.includes(this.state.own!))) {
      const made = this.memory.freshNonces(keys, shares, test, attemptOf(test));
      if (failed(made)) return made;
      fresh.push(made);
    }
    return fresh;
  }

  /**
   * Computes both shares from the host secret and the certified recovery data and seals them. They
   * stay open in memory for the tests.
   */
  async store(replies: ShareReplies): Outcome {
    return this.storeWith(replies).finally(() => wipe(replies.custody, replies.attestation));
  }

  private async storeWith(replies: ShareReplies): Outcome {
    if (this.next().act !== 'store') return notNow;
    const { host } = this.memory;
    if (!host) return closed;
    const { keys, run } = this.progress();
    const shares = run!.shares(host, keys!);
    if (failed(shares)) return shares;
    const { ports, keys: names } = this.log;
    const device = (await ports.store.read(names.device)) ?? new Uint8Array(0);
    const stored = sealShares(this, shares, replies, device).then((sealed) =>
      this.log.append(
        [{ kind: 'shares', certified: keys!.hash }, this.signOff('store')],
        [...sealed, { key: names.run, value: undefined }],
      ),
    );
    await orWiped(stored, shares.custody, shares.attestation);
    this.memory.shares = shares;
    return done;
  }

  /** Opens the sealed shares for the tests of the ceremony. */
  async openTestShares(replies: ShareReplies): Outcome {
    return this.openTestSharesWith(replies).finally(() =>
      wipe(replies.custody, replies.attestation),
    );
  }

  private async openTestSharesWith(replies: ShareReplies): Outcome {
    const { ports, keys } = this.log;
    const { stopped, complete, keys: certified } = this.progress();
    if (!certified || this.state.own === undefined || stopped || complete) return notNow;
    const [sealedCustody, sealedAttestation] = await Promise.all(
      suites.map((suite) => ports.store.read(keys.share(suite))),
    );
    if (!sealedCustody || !sealedAttestation) return notNow;
    const [custody, attestation] = await Promise.all([
      openShare(sealedCustody, replies.custody, this.shareIs('custody')),
      openShare(sealedAttestation, replies.attestation, this.shareIs('attestation')),
    ]);
    if (!custody || !attestation) {
      wipe(...[custody, attestation].filter((one) => one !== undefined));
      return { fault: 'other-device' };
    }
    this.memory.shares = { custody: custody as Scalar, attestation: attestation as Scalar };
    return done;
  }

  // Tests and the end

  /** New nonces where the former are gone, with the device's approval where `next()` asks for one. */
  async commit(approval?: Bytes): Outcome {
    const next = this.next();
    if (next.act !== 'commit') return notNow;
    const approve = approval && next.approve;
    const refused = approve && this.notApproved(approve, approval);
    if (refused) return refused;
    return this.commitTo(
      next.tests,
      approve ? [{ kind: 'approve', statement: approve, signature: approval }] : [],
    );
  }

  /** Gives those who spoiled a test another chance: everybody needs fresh nonces for it. */
  async again(): Outcome {
    const { tests } = this.progress();
    const spoiled = tests.filter(({ faults, signatures }) => faults.length > 0 && !signatures);
    return this.next().act === 'again' ? this.commitTo(spoiled, []) : notNow;
  }

  private async commitTo(tests: readonly TestProgress[], parts: readonly Part[]): Outcome {
    const { keys } = this.progress();
    const { shares } = this.memory;
    if (!keys) return notNow;
    if (!shares) return closed;
    const own = this.state.own!;
    const attemptOf = ({ request, nonces: given, attempt }: TestProgress) =>
      given[request.ids.indexOf(own)] ? attempt + 1 : attempt;
    if (tests.some((test) => attemptOf(test) > MAX_ATTEMPT)) return notNow;
    const nonces = this.freshNonces(tests, keys, shares, attemptOf);
    if (failed(nonces)) return nonces;
    if (nonces.length === 0) return notNow;
    return this.say([{ kind: 'commit', nonces }, ...parts]);
  }

  /**
   * Releases the own shares of every test that is frozen and approved by all its signers, and closes
   * the ceremony for this operator. Each nonce is noted as spent before its share leaves.
   */
  async release(): Outcome {
    if (this.next().act !== 'release') return notNow;
    const { memory, log } = this;
    if (memory.jumped()) {
      memory.dropNonces();
      await log.append([{ kind: 'dropped', what: 'nonces' }]);
      return { fault: 'clock-jumped' };
    }
    const { tests, keys, closed: closings } = this.progress();
    const own = this.state.own!;
    const ready = tests.filter(
      (test) =>
        test.frozen &&
        memory.holds(test) &&
        test.approved.every(Boolean) &&
        !test.shares[test.request.ids.indexOf(own)],
    );
    if (ready.length > 0 && !memory.shares) return closed;
    await log.append(ready.map(({ frozen }) => ({ kind: 'spent', signingPackage: frozen!.hash })));
    const shares: Shares[] = [];
    for (const test of ready) {
      const secret = memory.takeNonces(test)!;
      const made = share(log.ports.groups, test.frozen!, secret, memory.shares!, own);
      wipe(secret.custody, secret.attestation);
      if (failed(made)) return made;
      shares.push(made);
    }
    const parts: Part[] = shares.length > 0 ? [{ kind: 'shares', shares }] : [];
    if (!closings[own]) parts.push(closing(this.state, keys!.hash));
    const said = parts.length > 0 ? await this.say(parts) : done;
    await this.settle();
    return said;
  }

  /** Asks for tests of those not tested yet, without the operators who spoiled one. */
  async retest(): Outcome {
    const next = this.next();
    const ids = next.act === 'retest' ? retestSets(this.progress(), next.without)[0] : undefined;
    if (!ids) return notNow;
    return this.say([{ kind: 'retest', ids }]);
  }

  /** Signs the record of the whole ceremony. */
  async signRecord(): Outcome {
    const { recordHash } = this.progress();
    if (this.next().act !== 'sign-record' || !recordHash) return notNow;
    return this.say([{ kind: 'record', hash: recordHash }], [this.signOff('record')]);
  }

  /** A witness's word on the ceremony. */
  async attest(agree: boolean, because: string): Outcome {
    const { keys } = this.progress();
    if (this.next().act !== 'attest' || !keys) return notNow;
    const why = printable(because, 1000);
    return this.say([{ kind: 'attest', certified: keys.hash, agree, because: why }]);
  }

  /** Approves a proposed backup address where none is set: it is set once everybody did. */
  async approveBackupAddress(address: string, proposal: number, approval: Bytes): Outcome {
    const { manifest, sealed, id, own } = this.state;
    if (!manifest || !sealed || own === undefined) return notNow;
    const known = backupAddressOf(this.log.ports.groups.ed25519, this.state);
    const open = known.set === undefined && known.contested.length === 0;
    if (!open || !backupAddressFits(id!.network, address)) return notNow;
    const next = proposal === proposalOf(known, address) && proposal <= MAX_PROPOSAL;
    if (!next || proposal <= known.last[own]!) return notNow;
    const statement = backupAddressStatement(manifest, proposal, address);
    const refused = this.notApproved(statement, approval);
    if (refused) return refused;
    return this.say([{ kind: 'backup-address', proposal, address, signature: approval }]);
  }
}

const named = (operators: readonly number[], { manifest }: { manifest: Manifest | undefined }) =>
  operators.length === 0
    ? ''
    : `: ${operators.map((number) => manifest?.operators[number]?.name ?? number + 1).join(', ')}`;
