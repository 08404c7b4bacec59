/**
 * The secrets of signing while they live: the shares that a signing opened, and its nonces. In the
 * worker's memory, nowhere else.
 */
import { toHex, wipe, type Bytes } from '../crypto/bytes.ts';
import { isFault } from '../crypto/faults.ts';
import * as frostEd25519 from '../crypto/frost-ed25519.ts';
import * as frostSecp256k1 from '../crypto/frost-secp256k1.ts';
import type { Scalar } from '../wasm/group.ts';
import { inSignedPackets, type CeremonyFault } from '../ceremony/faults.ts';
import type { Session } from '../ceremony/session.ts';
import { JUMP, offset } from './memory.ts';
import type { Ports } from './ports.ts';

export type Suite = 'custody' | 'attestation';

/** A 32-byte share for each suite that was opened. */
export type Opened = Partial<Readonly<Record<Suite, Scalar>>>;

/** Secret nonces by item, one for each unit. */
export type SecretNonces = ReadonlyMap<number, readonly Bytes[]>;

interface Held {
  readonly secret: SecretNonces;
  /** The packet with the public halves, once it was sent. */
  packet: string | undefined;
  /** The machine's clock against the time that passed, when they were made. */
  readonly clock: number;
}

export class SigningMemory {
  private readonly ports: Ports;
  private readonly shares = new Map<Suite, Scalar>();
  private readonly nonces = new Map<string, Held>();
  private closed = false;

  constructor(ports: Ports) {
    this.ports = ports;
  }

  share(suite: Suite): Scalar | undefined {
    return this.shares.get(suite);
  }

  /** Keeps an opened share in place of the former one. */
  open(suite: Suite, share: Scalar): void {
    const former = this.shares.get(suite);
    if (former && former !== share) wipe(former);
    if (this.closed) wipe(share);
    else this.shares.set(suite, share);
  }

  /**
   * Makes fresh nonces for these items of a session, in place of any former ones of that session; the
   * public halves are returned. The shares enter the derivation, so that weak randomness alone does
   * not repeat a nonce. Every suite needed must be open.
   */
  freshNonces(
    { root, items }: Session,
    positions: readonly number[],
    pubshare: (suite: Suite) => Uint8Array,
  ): { readonly item: number; readonly nonces: readonly Bytes[] }[] | CeremonyFault {
    const { groups } = this.ports;
    this.forget((name) => name === toHex(root));
    const secret = new Map<number, Bytes[]>();
    const told: { item: number; nonces: Bytes[] }[] = [];
    for (const item of positions) {
      const own: Bytes[] = [];
      const nonces: Bytes[] = [];
      secret.set(item, own);
      for (const { suite, key, message } of items[item]!.units) {
        const secshare = this.shares.get(suite)!;
        const rand = this.ports.random(suite === 'custody' ? 32 : 64);
        const made =
          suite === 'custody'
            ? frostSecp256k1.nonceGen(groups.secp256k1, {
                rand,
                secshare,
                pubshare: pubshare(suite),
                threshPk: key,
                msg: message,
                extraIn: root,
              })
            : frostEd25519.nonceGen(groups.ed25519, secshare, rand);
        wipe(rand);
        if (isFault(made)) {
          wipe(...[...secret.values()].flat());
          return inSignedPackets(made);
        }
        own.push(made.secnonce);
        nonces.push(made.pubnonce);
      }
      told.push({ item, nonces });
    }
    const held = { secret, packet: undefined, clock: offset(this.ports) };
    if (this.closed) wipe(...[...secret.values()].flat());
    else this.nonces.set(toHex(root), held);
    return told;
  }

  /** The public halves went out in this packet. */
  announced(root: Uint8Array, packet: Uint8Array): void {
    const held = this.nonces.get(toHex(root));
    if (held) held.packet = toHex(packet);
  }

  /** Whether the nonces that a packet announced are here. */
  holds(packet: Uint8Array): boolean {
    const name = toHex(packet);
    return [...this.nonces.values()].some((held) => held.packet === name);
  }

  /** The secret nonces that a packet announced: they are used by whoever takes them, and gone here. */
  take(packet: Uint8Array): SecretNonces | undefined {
    for (const [root, held] of this.nonces)
      if (held.packet === toHex(packet)) {
        this.nonces.delete(root);
        return held.secret;
      }
    return undefined;
  }

  /** Wipes the nonces of one session, or all, and the shares where none wait for them any more. */
  drop(root?: Uint8Array): void {
    this.forget((name) => !root || name === toHex(root));
    this.settle();
  }

  /** Drops the nonces of those sessions, by root in hex, that are over. */
  dropEnded(over: (root: string) => boolean): void {
    if (this.forget(over)) this.settle();
  }

  /** Whether any were wiped. */
  private forget(which: (root: string) => boolean): boolean {
    const gone = [...this.nonces].filter(([root]) => which(root));
    for (const [root, { secret }] of gone) {
      wipe(...[...secret.values()].flat());
      this.nonces.delete(root);
    }
    return gone.length > 0;
  }

  /** Whether the machine was set back, or its clock, since any of the nonces were made. */
  jumped(): boolean {
    const now = offset(this.ports);
    return [...this.nonces.values()].some(({ clock }) => Math.abs(now - clock) > JUMP);
  }

  /** Wipes the shares where no nonces wait for them any more. */
  settle(): void {
    if (this.nonces.size === 0) this.closeShares();
  }

  private closeShares(): void {
    wipe(...this.shares.values());
    this.shares.clear();
  }

  /** Wipes everything; what an act under way still brings is wiped too. */
  close(): void {
    this.closed = true;
    this.forget(() => true);
    this.closeShares();
  }
}
