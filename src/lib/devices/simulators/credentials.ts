import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { base64urlnopad } from '@scure/base';
import { hmac } from '@noble/hashes/hmac.js';
import { concat, type Bytes } from '../../crypto/bytes.ts';
import { p256ToSpki } from '../../crypto/webauthn.ts';
import type { Credentials } from '../hardware.ts';
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
import type { SecurityKeySimulator } from './security-key.ts';

/*
 * The browser's part between a page and a simulated security key: `navigator.credentials` as a driver
 * calls it, CTAP 2.1 as the key speaks it (WebAuthn Level 3 §5.1, §10.1.4).
 */

const utf8 = new TextEncoder();
const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

/** What browsers say for almost everything that goes wrong. */
const notAllowed = () =>
  new DOMException('The operation either timed out or was not allowed.', 'NotAllowedError');

/** The key was pulled: the browser waits until it is back and begins again. */
class Pulled extends Error {}

const asBytes = (source: BufferSource): Bytes =>
  source instanceof ArrayBuffer
    ? new Uint8Array(source).slice()
    : new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice();

/** The two calls of `navigator.credentials` with this key plugged in. */
export function simulatedCredentials(key: SecurityKeySimulator): Credentials {
  return {
    create: (options) =>
      insisting(key, options?.signal, (signal) => create(key, options!.publicKey!, signal)),
    get: (options) =>
      insisting(key, options?.signal, (signal) => get(key, options!.publicKey!, signal)),
  };
}

async function insisting(
  key: SecurityKeySimulator,
  signal: AbortSignal = new AbortController().signal,
  request: (signal: AbortSignal) => Promise<Credential>,
): Promise<Credential> {
  for (;;) {
    if (signal.aborted) throw new DOMException('It was aborted.', 'AbortError');
    if ((await key.present(signal)) === 'refused') throw notAllowed();
    try {
      return await request(signal);
    } catch (error) {
      if (!(error instanceof Pulled)) throw error;
    }
  }
}

/** Sends a command; its fields where the key says yes. */
async function send(
  key: SecurityKeySimulator,
  command: number,
  fields: Fields,
  signal?: AbortSignal,
): Promise<Fields | number> {
  const message = concat(Uint8Array.of(command), toFields(fields));
  const answer = await key.exchange(message, signal);
  if (!answer) throw new Pulled();
  if (answer[0] !== status.ok) return answer[0]!;
  return fromFields(answer.subarray(1)) ?? status.invalidCbor;
}

interface Channel {
  readonly shared: Shared;
  readonly cose: Fields;
}

async function agree(key: SecurityKeySimulator): Promise<Channel> {
  const answer = await send(
    key,
    commands.pin,
    new Map([
      [1, 2],
      [2, 2],
    ]),
  );
  const point = typeof answer === 'number' ? undefined : fromCose(mapAt(answer, 1));
  if (!point) throw notAllowed();
  const secret = p256.utils.randomSecretKey();
  return {
    shared: shared(secret, point),
    cose: toCose(p256.getPublicKey(secret, false), -25),
  };
}

/** The key's token for the PIN that the person types; asked again while it is wrong. */
async function tokenFor(
  key: SecurityKeySimulator,
  { shared: channel, cose }: Channel,
  rpId: string,
  signal: AbortSignal,
): Promise<Bytes> {
  for (let wrong = false; ; wrong = true) {
    const typed = await key.typedPin(wrong, signal);
    if (typed === 'refused') throw notAllowed();
    if (typed === 'unplugged') throw new Pulled();
    const answer = await send(
      key,
      commands.pin,
      new Map<number, unknown>([
        [1, 2],
        [2, 9],
        [3, cose],
        [6, channel.encrypt(pinHash(typed.pin), random(16))],
        [9, 3],
        [10, rpId],
      ]),
    );
    if (answer === status.pinInvalid) continue;
    const sealed = typeof answer === 'number' ? undefined : bytesAt(answer, 2);
    const token = sealed && channel.decrypt(sealed);
    if (!token) throw notAllowed();
    return token;
  }
}

const clientData = (type: 'create' | 'get', challenge: BufferSource): Bytes =>
  utf8.encode(
    JSON.stringify({
      type: `webauthn.${type}`,
      challenge: base64urlnopad.encode(asBytes(challenge)),
      origin: location.origin,
      crossOrigin: false,
    }),
  );

async function create(
  key: SecurityKeySimulator,
  options: PublicKeyCredentialCreationOptions,
  signal: AbortSignal,
): Promise<Credential> {
  const rpId = options.rp.id ?? location.hostname;
  const channel = await agree(key);
  const token = await tokenFor(key, channel, rpId, signal);
  const clientDataJSON = clientData('create', options.challenge);
  const hash = sha256(clientDataJSON);
  const fields = await send(
    key,
    commands.makeCredential,
    new Map<number, unknown>([
      [1, hash],
      [
        2,
        new Map([
          ['id', rpId],
          ['name', options.rp.name],
        ]),
      ],
      [
        3,
        new Map<string, unknown>([
          ['id', asBytes(options.user.id)],
          ['name', options.user.name],
        ]),
      ],
      [
        4,
        options.pubKeyCredParams.map(
          ({ alg, type }) =>
            new Map<string, unknown>([
              ['alg', alg],
              ['type', type],
            ]),
        ),
      ],
      [6, new Map([['hmac-secret', true]])],
      [7, new Map([['rk', true]])],
      [8, hmac(sha256, token, hash)],
      [9, 2],
    ]),
    signal,
  );
  const authData = typeof fields === 'number' ? undefined : bytesAt(fields, 2);
  if (!authData) throw notAllowed();
  const id = authData.slice(55, 55 + 256 * authData[53]! + authData[54]!);
  const point = fromCose(coseIn(authData.subarray(55 + id.length)));
  const response = like(AuthenticatorAttestationResponse, {
    clientDataJSON: clientDataJSON.buffer,
    getAuthenticatorData: () => authData.buffer,
    getPublicKey: () => (point ? p256ToSpki(point).buffer : null),
    getPublicKeyAlgorithm: () => -7,
  });
  return credential(id, response, { prf: { enabled: true } });
}

async function get(
  key: SecurityKeySimulator,
  options: PublicKeyCredentialRequestOptions,
  signal: AbortSignal,
): Promise<Credential> {
  const rpId = options.rpId ?? location.hostname;
  const channel = await agree(key);
  const token = await tokenFor(key, channel, rpId, signal);
  const clientDataJSON = clientData('get', options.challenge);
  const hash = sha256(clientDataJSON);
  const { first, second } = options.extensions?.prf?.eval ?? {};
  const salts = [first, second].flatMap((input) =>
    input ? [sha256(concat(utf8.encode('WebAuthn PRF\0'), asBytes(input)))] : [],
  );
  const sealed = salts.length > 0 && channel.shared.encrypt(concat(...salts), random(16));
  const extension: [number, unknown][] = sealed
    ? [
        [
          4,
          new Map([
            [
              'hmac-secret',
              new Map<number, unknown>([
                [1, channel.cose],
                [2, sealed],
                [3, channel.shared.authenticate(sealed)],
                [4, 2],
              ]),
            ],
          ]),
        ],
      ]
    : [];
  const fields = await send(
    key,
    commands.getAssertion,
    new Map<number, unknown>([
      [1, rpId],
      [2, hash],
      [
        3,
        (options.allowCredentials ?? []).map(
          (one) =>
            new Map<string, unknown>([
              ['id', asBytes(one.id)],
              ['type', one.type],
            ]),
        ),
      ],
      ...extension,
      [6, hmac(sha256, token, hash)],
      [7, 2],
    ]),
    signal,
  );
  if (typeof fields === 'number') throw notAllowed();
  const [authData, signature] = [bytesAt(fields, 2), bytesAt(fields, 3)];
  const id = bytesAt(mapAt(fields, 1), 'id');
  if (!authData || !signature || !id) throw notAllowed();
  const output = bytesAt(fromFields(authData.subarray(37)), 'hmac-secret');
  const outputs = output && channel.shared.decrypt(output);
  const response = like(AuthenticatorAssertionResponse, {
    clientDataJSON: clientDataJSON.buffer,
    authenticatorData: authData.buffer,
    signature: signature.buffer,
    userHandle: null,
  });
  const results = outputs && {
    first: outputs.slice(0, 32).buffer,
    ...(outputs.length === 64 && { second: outputs.slice(32).buffer }),
  };
  return credential(id, response, results ? { prf: { results } } : {});
}

/** The COSE key that begins these bytes: five entries of known sizes, 77 bytes. */
const coseIn = (bytes: Uint8Array): Fields | undefined => fromFields(bytes.subarray(0, 77));

function credential(
  id: Bytes,
  response: AuthenticatorResponse,
  extensions: AuthenticationExtensionsClientOutputs,
): Credential {
  return like(PublicKeyCredential, {
    id: base64urlnopad.encode(id),
    rawId: id.buffer,
    type: 'public-key',
    authenticatorAttachment: 'cross-platform',
    response,
    getClientExtensionResults: () => extensions,
  });
}

/** An object of a class whose constructor the browser keeps to itself. */
function like<T extends object>(kind: { readonly prototype: T }, properties: Partial<T>): T {
  const made = Object.create(kind.prototype) as T;
  for (const [name, value] of Object.entries(properties))
    Object.defineProperty(made, name, { value, enumerable: true });
  return made;
}
