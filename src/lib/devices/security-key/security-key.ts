import { sha256 } from '@noble/hashes/sha2.js';
import { base64urlnopad } from '@scure/base';
import { approvalMessage } from '../crypto/approval-key.ts';
import { equal, wipe, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { boolean, bytes, read, record, text, type Read } from '../crypto/schema.ts';
import { assertionHolds, assertionToBytes, flags, flagsFor } from '../crypto/webauthn.ts';
import { p256FromSpki } from '../crypto/webauthn.ts';
import {
  deviceFault,
  fromDeviceOutput,
  isDeviceFault,
  MAX_LABELS,
  type Approval,
  type Device,
  type DeviceFault,
  type DeviceIdentity,
} from './device.ts';
import type { Presence } from './prompt.ts';
import { askBrowser } from './webauthn-request.ts';

/*
 * FIDO2 security keys through WebAuthn (Level 3): secrets from the PRF extension, approvals from
 * assertions. Such a key has no display: the person sees the statement on this computer only. A
 * credential belongs to the host name of the page that made it.
 */

/** A credential as its handle holds it: all public. */
const credential = record({
  id: bytes(1, 1023),
  /** P-256, uncompressed. */
  key: bytes(65),
  rpId: text(253, 1),
  /** Whether the key may copy it elsewhere (the flag “backup eligible”). */
  synced: boolean,
});
type Credential = Read<typeof credential>;

const MODEL = 'Security key (WebAuthn)';
const ES256 = -7;

const utf8 = new TextEncoder();
const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));
const view = (buffer: ArrayBuffer | ArrayBufferView<ArrayBuffer>): Bytes =>
  buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer)
    : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);

/**
 * Makes a credential on a security key, for this page's host name: one touch. `name` is what the
 * browser and the key list it under. Some keys answer differently while they are being enrolled:
 * nothing is derived here, and only what a later `derive` gives counts.
 */
export async function enrolSecurityKey(
  name: string,
  presence: Presence,
): Promise<Device | DeviceFault> {
  const rpId = location.hostname;
  const made = await askBrowser(presence, prompt({ to: 'enrol' }), (signal, timeout) =>
    navigator.credentials.create({
      signal,
      publicKey: {
        rp: { id: rpId, name: 'Conclave' },
        user: { id: random(32), name, displayName: name },
        challenge: random(32), // without attestation, no signature answers it
        pubKeyCredParams: [{ type: 'public-key', alg: ES256 }],
        authenticatorSelection: {
          authenticatorAttachment: 'cross-platform',
          residentKey: 'required',
          userVerification: 'required',
        },
        attestation: 'none',
        extensions: { prf: {} },
        timeout,
      },
    }),
  );
  if (isDeviceFault(made)) return made;
  const held = credentialFrom(made, rpId);
  if (isDeviceFault(held)) return held;
  const { prf } = made.getClientExtensionResults();
  return prf?.enabled ? new SecurityKey(held, presence) : deviceFault('no-prf');
}

/** The security key of a handle, without asking anybody. Fault: `unsupported` for another address. */
export function openSecurityKey(handle: string, presence: Presence): Device | DeviceFault {
  const held = fromHandle(handle);
  return held?.rpId === location.hostname
    ? new SecurityKey(held, presence)
    : deviceFault('unsupported');
}

const prompt = (asks: Parameters<Presence>[0]['asks']) =>
  ({ kind: 'security-key', model: MODEL, serial: '', asks, screen: [] }) as const;

function fromHandle(handle: string): Credential | undefined {
  try {
    const held = read(credential, base64urlnopad.decode(handle));
    return typeof held === 'string' ? undefined : held.value;
  } catch {
    return undefined; // not base64url
  }
}

/** What was made, if a person was verified and the key is one that approvals can be checked with. */
function credentialFrom(
  { rawId, response }: PublicKeyCredential,
  rpId: string,
): Credential | DeviceFault {
  const attestation = response as AuthenticatorAttestationResponse;
  const set = flagsFor(rpId, view(attestation.getAuthenticatorData()));
  const spki = attestation.getPublicKey();
  const key = spki ? p256FromSpki(view(spki)) : undefined;
  if (set === undefined || !key) return deviceFault('unsupported');
  if (!(set & flags.userVerified)) return deviceFault('not-verified');
  return { id: view(rawId).slice(), key, rpId, synced: Boolean(set & flags.backupEligible) };
}

class SecurityKey implements Device {
  readonly identity: DeviceIdentity;
  readonly #held: Credential;
  readonly #presence: Presence;
  #asking = false;

  constructor(held: Credential, presence: Presence) {
    this.#held = held;
    this.#presence = presence;
    this.identity = {
      kind: 'security-key',
      model: MODEL,
      serial: '',
      firmware: '',
      simulated: false,
      capabilities: {
        trustedDisplay: false,
        touch: true,
        attestation: false,
        nonExportable: !held.synced,
      },
      approvalKey: { kind: 'webauthn-es256', key: held.key, rpId: held.rpId },
      handle: base64urlnopad.encode(toCbor({ ...held })),
    };
  }

  async derive(labels: readonly string[]): Promise<readonly Bytes[] | DeviceFault> {
    if (labels.length < 1 || labels.length > MAX_LABELS) return deviceFault('unsupported');
    const answer = await this.#get({ to: 'derive', labels }, random(32), labels);
    if (isDeviceFault(answer)) return answer;
    const { outputs } = answer;
    if (outputs.length !== labels.length || outputs.some(({ length }) => length !== 32)) {
      wipe(...outputs);
      return deviceFault('no-prf');
    }
    return outputs.map((output, i) => fromDeviceOutput(output, labels[i]!));
  }

  async approve(statement: string): Promise<Approval | DeviceFault> {
    const message = approvalMessage(statement);
    if (!message) return deviceFault('statement-unfit');
    const answer = await this.#get({ to: 'approve', statement }, sha256(message), []);
    return isDeviceFault(answer) ? answer : { signature: answer.assertion, shown: false };
  }

  /** One assertion over the challenge, checked with the enrolled key, and the outputs it came with. */
  async #get(
    asks: Parameters<typeof prompt>[0],
    challenge: Bytes,
    labels: readonly string[],
  ): Promise<{ readonly assertion: Bytes; readonly outputs: readonly Bytes[] } | DeviceFault> {
    if (this.#asking) return deviceFault('busy');
    this.#asking = true;
    const { id, key, rpId } = this.#held;
    const [first, second] = labels.map((label) => utf8.encode(`Conclave/prf v1/${label}`));
    const answered = await askBrowser(this.#presence, prompt(asks), (signal, timeout) =>
      navigator.credentials.get({
        signal,
        publicKey: {
          rpId,
          challenge,
          allowCredentials: [{ type: 'public-key', id }],
          userVerification: 'required',
          ...(first && { extensions: { prf: { eval: { first, ...(second && { second }) } } } }),
          timeout,
        },
      }),
    );
    this.#asking = false;
    if (isDeviceFault(answered)) return answered;

    const response = answered.response as AuthenticatorAssertionResponse;
    const { first: one, second: two } = answered.getClientExtensionResults().prf?.results ?? {};
    const outputs = [one, two].flatMap((output) => (output ? [view(output)] : []));
    const authenticatorData = view(response.authenticatorData).slice();
    const assertion = assertionToBytes({
      authenticatorData,
      clientDataJSON: view(response.clientDataJSON).slice(),
      signature: view(response.signature).slice(),
    });
    const set = flagsFor(rpId, authenticatorData) ?? 0;
    const verified = Boolean(set & flags.userVerified);
    const known =
      equal(view(answered.rawId), id) && assertionHolds(key, rpId, challenge, assertion);
    if (verified && known) return { assertion, outputs };
    wipe(...outputs);
    return deviceFault(verified ? 'other-device' : 'not-verified');
  }
}
