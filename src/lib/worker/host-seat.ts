/**
 * The part of an operator's seat that opens the host secret, from the device or from a backup, and
 * keeps what follows from it.
 */
import { equal, wipe, type Bytes } from '../crypto/bytes.ts';
import { isFault } from '../crypto/faults.ts';
import { hostPubkeyOf } from '../crypto/host-key.ts';
import { cardHash } from '../ceremony/operator-device.ts';
import type { HostReply } from './entropy.ts';
import { hostSecretFrom } from './host-secret.ts';
import { keepKeys } from './kept-keys.ts';
import { done, notNow, SeatBase, type Outcome } from './seat-base.ts';
import { openShare, orWiped, type ShareIs } from './sealed-shares.ts';
import { hostSecretOf, type Source, type RestoreFault } from './sources.ts';

export class HostSeat extends SeatBase {
  /** Opens the host secret from the device's reply to the host label (wiped here). */
  async openHost({ reply, entropy }: HostReply): Outcome {
    const { ports, keys } = this.log;
    const read = Promise.all([ports.store.read(keys.salt), ports.store.read(keys.host)]);
    const [salt, box] = await orWiped(read, reply);
    let host: Bytes | undefined;
    if (box) host = await openShare(box, reply, this.hostIs());
    else if (salt) host = hostSecretFrom(reply, salt, this.state.id!);
    wipe(reply);
    if (!salt && !box) return notNow;
    if (!host || !this.isOwnHost(host)) {
      if (host) wipe(host);
      return { fault: 'other-device' };
    }
    this.memory.host = host;
    if (entropy) this.memory.entropy = entropy;
    return done;
  }

  /** Whether a device's reply to the host label leads to this host secret, by the salt that is here. */
  async derives(reply: Bytes, host: Bytes): Promise<boolean> {
    const { ports, keys } = this.log;
    const salt = await ports.store.read(keys.salt);
    if (!salt) return false;
    const derived = hostSecretFrom(reply.slice(), salt, this.state.id!);
    const same = equal(derived, host);
    wipe(derived);
    return same;
  }

  /** Whether this is the host secret of the operator here. */
  isOwnHost(host: Bytes): boolean {
    const pubkey = hostPubkeyOf(this.log.ports.groups.secp256k1, host);
    const { ownCard } = this.state;
    return !isFault(pubkey) && ownCard !== undefined && equal(pubkey, ownCard.hostKey);
  }

  /** Why this is not the host secret of the operator here; whose of the others it is, by name. */
  otherHost(host: Bytes): RestoreFault | undefined {
    if (this.isOwnHost(host)) return undefined;
    const pubkey = hostPubkeyOf(this.log.ports.groups.secp256k1, host);
    const whose = this.state.manifest?.operators.find(
      ({ hostKey }) => !isFault(pubkey) && equal(hostKey, pubkey),
    );
    return whose
      ? { fault: 'other-operator', detail: whose.name }
      : { fault: 'other-host-secret', detail: '' };
  }

  /** What the host secret is, sealed by a device that does not derive it. */
  hostIs(): ShareIs {
    const { id, own, ownCard, manifestHash } = this.state;
    return {
      id: id!,
      suite: 'host secret',
      operator: own ?? 0,
      pubshare: ownCard!.hostKey,
      certified: manifestHash ?? new Uint8Array(32),
    };
  }

  /** The own packet and observer secrets for everybody to keep, encrypted with the host secret. */
  protected async keepKeys(host: Bytes): Promise<Bytes> {
    const { ports, keys } = this.log;
    const [packet, observer] = await Promise.all([
      ports.store.read(keys.packetSecret),
      ports.store.read(keys.observerSecret),
    ]);
    if (!packet || !observer) throw new Error('A secret of this group is missing in the vault.');
    const kept = keepKeys({ packet, observer }, host, this.state.id!, ports.random(12));
    return kept.finally(() => wipe(packet, observer));
  }

  /** The host secret that was restored from a backup and that no device guards yet. */
  get restored(): Bytes | undefined {
    return this.memory.restored;
  }

  set restored(host: Bytes | undefined) {
    this.memory.restored = host;
  }

  /** Takes the host secret from what is left of a backup, until a device guards what follows from it. */
  async restoreHost(source: Source): Promise<RestoreFault | undefined> {
    const host = await hostSecretOf(source, this.state.id!);
    if (!(host instanceof Uint8Array)) return host;
    const other = this.otherHost(host);
    if (other) wipe(host);
    else this.memory.restored = host;
    return other;
  }

  /** Tells the others that the operator goes on with another device, unless that was done. */
  override async introduce(): Outcome {
    const first = await super.introduce();
    const { state } = this;
    const { ownCard: card, own, manifest } = state;
    if (first || !card || own === undefined || !manifest) return first;
    const known = [
      ...manifest.operators,
      ...state.told(state.me, 'new-device').map(({ part }) => part.card),
    ];
    if (known.some((one) => equal(cardHash(one), cardHash(card)))) return first;
    return this.say([{ kind: 'new-device', card }]);
  }
}
