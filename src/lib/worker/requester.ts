/**
 * The part of an operator's seat that knows of requests and proposes them: nothing here needs a
 * secret but the packet key.
 */
import { equal, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { read } from '../crypto/schema.ts';
import { MAX_PACKET } from '../ceremony/packet.ts';
import { knownFrom } from '../ceremony/record-requests.ts';
import { batchReader, transactionOf, type Batch } from '../ceremony/request.ts';
import { checkRequest } from '../ceremony/problems.ts';
import { batchProblems, requestsOf } from '../ceremony/requests.ts';
import { signable, type Known, type Requests, type Session } from '../ceremony/session.ts';
import { HostSeat } from './host-seat.ts';
import { done, notNow, type Outcome } from './seat-base.ts';

/** Room in a packet for everything but a batch. */
const REST_OF_PACKET = 8192;

/** The smallest index that is not among these. */
export function firstUnused(used: readonly number[]): number {
  const taken = new Set(used);
  let index = 0;
  while (taken.has(index)) index += 1;
  return index;
}

const encoded = (batch: Batch): Bytes => toCbor(batch.map((request) => ({ ...request })));

/** Whether others will read the batch: what a page gives may be anything. */
const wellFormed = (batch: Batch): boolean => typeof read(batchReader, encoded(batch)) !== 'string';

export class Requester extends HostSeat {
  private read: { readonly at: number; readonly requests: Requests } | undefined;

  /** What requests are computed from; undefined while the key may not be used, or for a witness. */
  known(): Known | undefined {
    const progress = this.progress();
    const { state, log } = this;
    if (!progress.complete || state.own === undefined) return undefined;
    return knownFrom(log.ports.groups, log.ports.other, state, progress);
  }

  /** All requests of the log; undefined as `known`. */
  requests(): Requests | undefined {
    const known = this.known();
    if (!known) return undefined;
    const at = this.state.head.length;
    if (this.read?.at !== at) this.read = { at, requests: requestsOf(known) };
    return this.read.requests;
  }

  protected session(root: Uint8Array): Session | undefined {
    return this.requests()?.sessions.find((one) => equal(one.root, root));
  }

  // Before anybody else knows

  /** Keeps a draft under a name (8 bytes); an empty batch drops it. */
  async draft(name: Bytes, batch: Batch): Outcome {
    if (batch.length > 0 && !wellFormed(batch)) return { fault: 'request-unfit' };
    await this.log.append([{ kind: 'draft', name, batch }]);
    return done;
  }

  /** Proposes a batch to the group, and drops the draft that it came from. */
  async request(batch: Batch, draft?: Bytes): Outcome {
    const known = this.known();
    if (!known) return notNow;
    const unfit =
      !wellFormed(batch) ||
      batchProblems({ id: known.id, terms: known.manifest.terms }, batch).length > 0 ||
      batch.some((request) => checkRequest(known, request).length > 0) ||
      batch.some(({ expires }) => expires <= this.log.ports.now()) ||
      encoded(batch).length > MAX_PACKET - REST_OF_PACKET;
    if (unfit) return { fault: 'request-unfit' };
    // In this order: a full disk must not take the draft without proposing it.
    return (await this.say([{ kind: 'request', batch }])) ?? (draft ? this.draft(draft, []) : done);
  }

  /**
   * Proposes a batch that is here again, as it is and though it expired: for an operator who reserved
   * it and lost it, and whom the packet that holds it does not reach.
   */
  async proposeAgain(root: Bytes): Outcome {
    const batch = this.session(root)?.items.map(({ request }) => request);
    const fits = batch && encoded(batch).length <= MAX_PACKET - REST_OF_PACKET;
    return fits ? this.say([{ kind: 'request', batch }]) : notNow;
  }

  // At any time

  /**
   * Says how deep the transaction of a request lies: 0 when it was handed over to the network, or an
   * attestation to the bridge. A transaction may
   * be seen there without its signatures being here: somebody can have kept them back.
   */
  async sight(digest: Bytes, depth: number): Outcome {
    const item = [...(this.requests()?.items.values() ?? [])].find((one) =>
      equal(one.digest, digest),
    );
    if (!item?.claim || !signable(item) || (depth === 0 && !item.signatures)) return notNow;
    // An attestation goes to the bridge; it lies in no block.
    if (depth > 0 && !transactionOf(item.request)) return notNow;
    return this.say([{ kind: 'sighting', digest, depth }]);
  }

  /** Gives out the next deposit address for a recipient: the hash of their public key, 32 bytes. */
  async issueAddress(recipient: Bytes): Outcome {
    if (!this.known()) return notNow;
    const issued = this.state.manifest!.operators.flatMap(({ packetKey }) =>
      this.state.told(packetKey, 'deposit-address'),
    );
    const index = firstUnused(
      issued.flatMap(({ part }) => (equal(part.recipient, recipient) ? [part.index] : [])),
    );
    return this.say([{ kind: 'deposit-address', recipient, index }]);
  }
}
