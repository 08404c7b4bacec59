/** The secrets of a seat while they live: in the worker's memory, nowhere else, wiped when they go. */
import { toHex, wipe, type Bytes } from '../crypto/bytes.ts';
import type { Scalar } from '../wasm/group.ts';
import { failed, type CeremonyFault } from '../ceremony/faults.ts';
import type { GroupKeys } from '../ceremony/keygen.ts';
import type { Nonces } from '../ceremony/parts.ts';
import type { TestProgress } from '../ceremony/progress.ts';
import { commit, type FreshNonces } from '../ceremony/signing.ts';
import type { Ports } from './ports.ts';

/** Both shares of an operator, 32 bytes each. */
export interface ShareSecrets {
  readonly custody: Scalar;
  readonly attestation: Scalar;
}

/** A clock that drifted so far against the time that passed was set, or the machine was, in ms. */
export const JUMP = 60_000;

/** The machine's clock against the time that passed, in ms. */
export const offset = ({ now, monotonic }: Pick<Ports, 'now' | 'monotonic'>): number =>
  now() - monotonic();

interface Held {
  readonly attempt: number;
  readonly secret: FreshNonces['secret'];
  /** The machine's clock against the time that passed, when they were made. */
  readonly clock: number;
}

export class Memory {
  private readonly ports: Ports;
  private hostSecret: Bytes | undefined;
  private restoredSecret: Bytes | undefined;
  private shareSecrets: ShareSecrets | undefined;
  private readonly nonces = new Map<string, Held>();
  private closed = false;
  /** 32 bytes of the device's own randomness that came with the host secret. */
  private deviceEntropy: Bytes | undefined;

  constructor(ports: Ports, host?: Bytes, entropy?: Bytes) {
    this.ports = ports;
    this.hostSecret = host;
    this.deviceEntropy = entropy;
  }

  get entropy(): Bytes | undefined {
    return this.deviceEntropy;
  }

  set entropy(drawn: Bytes | undefined) {
    if (this.deviceEntropy) wipe(this.deviceEntropy);
    this.deviceEntropy = drawn;
  }

  get host(): Bytes | undefined {
    return this.hostSecret;
  }

  set host(secret: Bytes | undefined) {
    if (this.hostSecret) wipe(this.hostSecret);
    if (secret && this.closed) wipe(secret);
    this.hostSecret = this.closed ? undefined : secret;
  }

  /** The host secret that was restored from a backup, until a device guards what follows from it. */
  get restored(): Bytes | undefined {
    return this.restoredSecret;
  }

  set restored(secret: Bytes | undefined) {
    if (this.restoredSecret) wipe(this.restoredSecret);
    if (secret && this.closed) wipe(secret);
    this.restoredSecret = this.closed ? undefined : secret;
  }

  get shares(): ShareSecrets | undefined {
    return this.shareSecrets;
  }

  set shares(secrets: ShareSecrets | undefined) {
    if (this.shareSecrets) wipe(this.shareSecrets.custody, this.shareSecrets.attestation);
    if (secrets && this.closed) wipe(secrets.custody, secrets.attestation);
    this.shareSecrets = this.closed ? undefined : secrets;
  }

  /** Makes fresh nonces for a test in place of any former ones; the public half is returned. */
  freshNonces(
    keys: GroupKeys,
    shares: ShareSecrets,
    { request }: TestProgress,
    attempt: number,
  ): Nonces | CeremonyFault {
    const random = this.ports.random(96);
    const made = commit(this.ports.groups, keys, shares, request, attempt, random);
    wipe(random);
    if (failed(made)) return made;
    this.dropNonces(request.digest);
    this.nonces.set(toHex(request.digest), {
      attempt,
      secret: made.secret,
      clock: offset(this.ports),
    });
    return made.public;
  }

  /** Whether the nonces for the current attempt of a test are here. */
  holds({ request, attempt }: TestProgress): boolean {
    return this.nonces.get(toHex(request.digest))?.attempt === attempt;
  }

  /** The secret nonces for a test: they are used by whoever takes them, and gone from here. */
  takeNonces({ request }: TestProgress): FreshNonces['secret'] | undefined {
    const held = this.nonces.get(toHex(request.digest));
    this.nonces.delete(toHex(request.digest));
    return held?.secret;
  }

  /** Wipes the nonces for one test, or all. */
  dropNonces(digest?: Uint8Array): void {
    for (const [name, { secret }] of this.nonces) {
      if (digest && name !== toHex(digest)) continue;
      wipe(secret.custody, secret.attestation);
      this.nonces.delete(name);
    }
  }

  /** Whether the machine was set back, or its clock, since any of the nonces were made. */
  jumped(): boolean {
    const now = offset(this.ports);
    return [...this.nonces.values()].some(({ clock }) => Math.abs(now - clock) > JUMP);
  }

  /** Wipes everything. */
  clear(): void {
    this.dropNonces();
    this.host = undefined;
    this.shares = undefined;
    this.entropy = undefined;
  }

  /** Wipes everything; what an act under way still brings is wiped too. */
  close(): void {
    this.closed = true;
    this.restored = undefined;
    this.clear();
  }
}
