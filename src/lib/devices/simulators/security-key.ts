import { p256 } from '@noble/curves/nist.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { be32, concat, equal, type Bytes } from '../../crypto/bytes.ts';
import { flags } from '../../crypto/webauthn.ts';
import {
  bytesAt,
  commands,
  fromCose,
  fromFields,
  mapAt,
  pinHash,
  shared,
  status,
  toCose,
  toFields,
  type Fields,
  type Shared,
} from './ctap.ts';
import { SIMULATED_PIN, type Button, type Face, type Simulator } from './simulator.ts';

/*
 * A FIDO2 security key without a display: CTAP 2.1 with a PIN, resident credentials for ES256 and
 * hmac-secret. It keeps nothing: a credential's id holds what makes its secrets from the seed.
 */

const RETRIES = 8;
/** So many wrong PINs in a row, and it wants to be plugged in again. */
const ROW = 3;

const utf8 = new TextEncoder();
const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));
const only = (code: number): Bytes => Uint8Array.of(code);
const answer = (fields: Iterable<readonly [unknown, unknown]>): Bytes =>
  concat(only(status.ok), toFields(new Map(fields)));

/** What is asked of the person now: by the browser's window, or by the blinking key. */
type Asks =
  | { readonly to: 'plug' }
  | { readonly to: 'pin'; readonly typed: string; readonly wrong: boolean }
  | { readonly to: 'touch' };

export class SecurityKeySimulator implements Simulator {
  readonly kind = 'security-key';
  readonly model = 'Security key';
  readonly serial: string;
  readonly #seed: Bytes;
  readonly #agreement = p256.utils.randomSecretKey();
  readonly #watchers = new Set<() => void>();
  #token = random(32);
  #retries = RETRIES;
  #wrongInRow = 0;
  #plugged = true;
  #asks: Asks | undefined;
  /** Ends what waits for the person. */
  #settle: ((done: 'done' | 'refused' | 'unplugged') => void) | undefined;

  /** `seed`: 32 bytes. */
  constructor({ seed, serial }: { readonly seed: Bytes; readonly serial: string }) {
    this.#seed = seed.slice();
    this.serial = serial;
  }

  // The person's side

  face(): Face {
    const asks = this.#asks;
    const lines = {
      plug: ['Insert your security key'],
      pin: [
        ...(asks?.to === 'pin' && asks.wrong ? ['Wrong PIN'] : []),
        'PIN of your security key',
        '•'.repeat(asks?.to === 'pin' ? asks.typed.length : 0),
      ],
      touch: ['Touch your security key'],
    };
    return {
      plugged: this.#plugged,
      locked: asks?.to === 'pin',
      lines: asks ? lines[asks.to] : [],
      page: undefined,
      buttons: this.#buttons(),
      light: !this.#plugged ? 'off' : asks?.to === 'touch' ? 'blinking' : 'on',
      asks: asks !== undefined && asks.to !== 'plug',
    };
  }

  #buttons(): Button[] {
    const cancel: Button = { id: 'cancel', means: 'no' };
    switch (this.#asks?.to) {
      case undefined:
        return [];
      case 'plug':
        return [cancel];
      case 'touch':
        return [cancel, { id: 'contact', means: 'yes' }];
      case 'pin':
        return [
          ...Array.from({ length: 10 }, (_, digit): Button => {
            return { id: `digit-${digit}`, means: `digit-${digit}` };
          }),
          cancel,
          { id: 'enter', means: 'enter' },
        ];
    }
  }

  press(id: string): void {
    const button = this.#buttons().find((one) => one.id === id);
    if (!button) return;
    if (button.means === 'no') this.#settle?.('refused');
    else if (this.#asks?.to === 'pin' && button.means.startsWith('digit-'))
      this.#show({ ...this.#asks, typed: (this.#asks.typed + button.means.slice(6)).slice(0, 63) });
    else this.#settle?.('done');
  }

  unplug(): void {
    this.#plugged = false;
    this.#token = random(32);
    this.#wrongInRow = 0;
    this.#settle?.('unplugged');
    this.#changed();
  }

  plug(): void {
    this.#plugged = true;
    if (this.#asks?.to === 'plug') this.#settle?.('done');
    this.#changed();
  }

  /** It has no lock of its own: its PIN is asked for every time. */
  lock(): void {
    this.#changed();
  }

  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  // What the browser's window asks the person

  /** Until the key is plugged in. */
  async present(signal: AbortSignal): Promise<'done' | 'refused'> {
    if (this.#plugged) return 'done';
    return (await this.#wait({ to: 'plug' }, signal)) === 'done' ? 'done' : 'refused';
  }

  /** The PIN as it is typed into the browser's window. */
  async typedPin(
    wrong: boolean,
    signal: AbortSignal,
  ): Promise<{ readonly pin: string } | 'refused' | 'unplugged'> {
    let pin = '';
    const ended = await this.#wait({ to: 'pin', typed: '', wrong }, signal, (asks) => {
      if (asks.to === 'pin') pin = asks.typed;
    });
    return ended === 'done' ? { pin } : ended;
  }

  async #wait(
    asks: Asks,
    signal: AbortSignal | undefined,
    last: (asks: Asks) => void = () => undefined,
  ): Promise<'done' | 'refused' | 'unplugged'> {
    const over = () => this.#settle?.('refused');
    const ended = new Promise<'done' | 'refused' | 'unplugged'>((resolve) => {
      this.#settle = (done) => {
        last(this.#asks!);
        this.#settle = undefined;
        resolve(done);
        this.#show(undefined);
      };
    });
    signal?.addEventListener('abort', over, { once: true });
    this.#show(asks);
    if (signal?.aborted) over();
    try {
      return await ended;
    } finally {
      signal?.removeEventListener('abort', over);
    }
  }

  #show(asks: Asks | undefined): void {
    this.#asks = asks;
    this.#changed();
  }

  #changed(): void {
    for (const changed of [...this.#watchers]) changed();
  }

  // The wire's side

  /**
   * One CTAP2 message (command u8 | CBOR) and its answer (status u8 | CBOR). Waits for the person where
   * the command needs a touch; `cancelled` is CTAP's cancel. Undefined once the cable is pulled.
   */
  async exchange(message: Uint8Array, cancelled?: AbortSignal): Promise<Bytes | undefined> {
    if (!this.#plugged) return undefined;
    const [command, ...rest] = message;
    if (command === commands.getInfo) return this.#info();
    const fields = fromFields(Uint8Array.from(rest));
    if (!fields) return only(status.invalidCbor);
    if (command === commands.pin) return this.#pin(fields);
    if (command === commands.makeCredential) return this.#make(fields, cancelled);
    if (command === commands.getAssertion) return this.#assert(fields, cancelled);
    return only(status.invalidCommand);
  }

  #info(): Bytes {
    const options = { rk: true, up: true, clientPin: true, pinUvAuthToken: true };
    return answer([
      [1, ['FIDO_2_0', 'FIDO_2_1']],
      [2, ['hmac-secret']],
      [3, new Uint8Array(16)],
      [4, options],
      [6, [2]],
    ]);
  }

  /** Key agreement, and the token for a PIN (CTAP 2.1 §6.5.5). */
  #pin(fields: Fields): Bytes {
    if (fields.get(1) !== 2 && fields.get(2) !== 1) return only(status.invalidCommand);
    switch (fields.get(2)) {
      case 1:
        return answer([[3, this.#retries]]);
      case 2:
        return answer([[1, toCose(p256.getPublicKey(this.#agreement, false), -25)]]);
      case 9: {
        if (this.#retries === 0) return only(status.pinBlocked);
        if (this.#wrongInRow >= ROW) return only(status.pinAuthBlocked);
        const channel = this.#channel(mapAt(fields, 3));
        const sealed = bytesAt(fields, 6);
        const hash = sealed && channel?.decrypt(sealed);
        if (!channel || !hash) return only(status.invalidCbor);
        if (!equal(hash, pinHash(SIMULATED_PIN))) {
          this.#retries -= 1;
          this.#wrongInRow += 1;
          if (this.#retries === 0) return only(status.pinBlocked);
          return only(this.#wrongInRow >= ROW ? status.pinAuthBlocked : status.pinInvalid);
        }
        this.#retries = RETRIES;
        this.#wrongInRow = 0;
        return answer([[2, channel.encrypt(this.#token, random(16))]]);
      }
      default:
        return only(status.invalidCommand);
    }
  }

  #channel(platform: Fields | undefined): Shared | undefined {
    const point = fromCose(platform);
    return point && shared(this.#agreement, point);
  }

  /** Whether the token's holder asks for this; a code where not. */
  #denied(hash: Bytes | undefined, proof: Bytes | undefined): number | undefined {
    if (!hash || hash.length !== 32) return status.invalidCbor;
    if (!proof) return status.puatRequired;
    return equal(hmac(sha256, this.#token, hash), proof) ? undefined : status.pinAuthInvalid;
  }

  async #touched(cancelled: AbortSignal | undefined): Promise<Bytes | true | undefined> {
    const ended = await this.#wait({ to: 'touch' }, cancelled);
    if (ended === 'unplugged') return undefined;
    return ended === 'done' ? true : only(status.operationDenied);
  }

  async #make(fields: Fields, cancelled: AbortSignal | undefined): Promise<Bytes | undefined> {
    const rpId = mapAt(fields, 2)?.get('id');
    const denied = this.#denied(bytesAt(fields, 1), bytesAt(fields, 8));
    if (denied !== undefined) return only(denied);
    if (typeof rpId !== 'string') return only(status.invalidCbor);
    const offered = fields.get(4);
    const es256 =
      Array.isArray(offered) && offered.some((one) => one instanceof Map && one.get('alg') === -7);
    if (!es256) return only(status.unsupportedAlgorithm);
    const touched = await this.#touched(cancelled);
    if (touched !== true) return touched;
    const rpIdHash = sha256(utf8.encode(rpId));
    const nonce = random(16);
    const id = concat(nonce, this.#mark(nonce, rpIdHash));
    const key = encodeKey(p256.getPublicKey(this.#secret(id), false));
    const asked = mapAt(fields, 6)?.get('hmac-secret') === true;
    const set = flags.userPresent | flags.userVerified | flags.attestedCredential;
    const data = concat(
      rpIdHash,
      Uint8Array.of(set | (asked ? flags.extensions : 0)),
      be32(0),
      new Uint8Array(16),
      Uint8Array.of(0, id.length),
      id,
      key,
      asked ? toFields(new Map([['hmac-secret', true]])) : new Uint8Array(0),
    );
    return answer([
      [1, 'none'],
      [2, data],
      [3, new Map()],
    ]);
  }

  async #assert(fields: Fields, cancelled: AbortSignal | undefined): Promise<Bytes | undefined> {
    const rpId = fields.get(1);
    const hash = bytesAt(fields, 2);
    const denied = this.#denied(hash, bytesAt(fields, 6));
    if (denied !== undefined) return only(denied);
    if (typeof rpId !== 'string') return only(status.invalidCbor);
    const rpIdHash = sha256(utf8.encode(rpId));
    const listed = fields.get(3);
    const id = (Array.isArray(listed) ? listed : [])
      .map((one) => (one instanceof Map ? bytesAt(one, 'id') : undefined))
      .find((one) => one?.length === 32 && this.#isOwn(one, rpIdHash));
    if (!id) return only(status.noCredentials);
    const touched = await this.#touched(cancelled);
    if (touched !== true) return touched;
    const output = this.#hmacSecret(id, mapAt(mapAt(fields, 4), 'hmac-secret'));
    if (output === 'malformed') return only(status.pinAuthInvalid);
    const data = concat(
      rpIdHash,
      Uint8Array.of(flags.userPresent | flags.userVerified | (output ? flags.extensions : 0)),
      be32(0),
      output ? toFields(new Map([['hmac-secret', output]])) : new Uint8Array(0),
    );
    const signature = p256.sign(concat(data, hash!), this.#secret(id), { format: 'der' });
    return answer([
      [
        1,
        new Map<string, unknown>([
          ['id', id],
          ['type', 'public-key'],
        ]),
      ],
      [2, data],
      [3, signature],
    ]);
  }

  /** One or two outputs of 32 bytes, encrypted to the platform (CTAP 2.1 §12.5). */
  #hmacSecret(id: Bytes, asked: Fields | undefined): Bytes | 'malformed' | undefined {
    if (!asked) return undefined;
    const channel = this.#channel(mapAt(asked, 1));
    const [sealed, proof] = [bytesAt(asked, 2), bytesAt(asked, 3)];
    const salts = sealed && channel?.decrypt(sealed);
    if (!channel || !sealed || !proof || !salts || !equal(channel.authenticate(sealed), proof))
      return 'malformed';
    if (salts.length !== 32 && salts.length !== 64) return 'malformed';
    const secret = this.#derived('hmac-secret with a verified person', id);
    const outputs = Array.from({ length: salts.length / 32 }, (_, i) =>
      hmac(sha256, secret, salts.slice(32 * i, 32 * i + 32)),
    );
    return channel.encrypt(concat(...outputs), random(16));
  }

  #derived(purpose: string, ...parts: readonly Uint8Array[]): Bytes {
    return hmac(sha512, this.#seed, concat(utf8.encode(`${purpose}/`), ...parts));
  }

  /** The half of a credential's id that only this key could have made for the host name. */
  #mark(nonce: Uint8Array, rpIdHash: Uint8Array): Bytes {
    return this.#derived('credential', nonce, rpIdHash).slice(0, 16);
  }

  #isOwn(id: Bytes, rpIdHash: Uint8Array): boolean {
    return equal(id.subarray(16), this.#mark(id.subarray(0, 16), rpIdHash));
  }

  #secret(id: Bytes): Uint8Array {
    return p256.utils.randomSecretKey(this.#derived('key', id).slice(0, 48));
  }
}

const encodeKey = (point: Uint8Array): Bytes => toFields(toCose(point, -7));
