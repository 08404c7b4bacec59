import { sha256 } from '@noble/hashes/sha2.js';
import { approvalMessage } from '../../crypto/approval-key.ts';
import { equal, wipe, type Bytes } from '../../crypto/bytes.ts';
import {
  assertionHolds,
  assertionToBytes,
  flags,
  flagsFor,
  p256FromSpki,
} from '../../crypto/webauthn.ts';
import { Turnstile } from '../ask.ts';
import {
  deviceFault,
  fromDeviceOutput,
  isDeviceFault,
  MAX_LABELS,
  type Approval,
  type Device,
  type DeviceFault,
  type DeviceIdentity,
} from '../device.ts';
import { toHandle, type EnrolledAs } from '../handle.ts';
import type { Credentials, Hardware } from '../hardware.ts';
import type { Presence, Prompt } from '../prompt.ts';
import { askBrowser } from './webauthn-request.ts';

/*
 * FIDO2 security keys through WebAuthn (Level 3): secrets from the PRF extension, approvals from
 * assertions. Such a key has no display: the person sees the statement on this computer only. A
 * credential belongs to the host name of the page that made it.
 */

type Held = EnrolledAs<'security-key'>;

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
  { credentials, simulated }: Hardware,
  presence: Presence,
  name: string,
): Promise<Device | DeviceFault> {
  const rpId = location.hostname;
  const asked = prompt({ to: 'enrol' }, simulated);
  const made = await askBrowser(presence, asked, (signal, timeout) =>
    credentials.create({
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
  const held = credentialFrom(made, rpId, simulated);
  if (isDeviceFault(held)) return held;
  const { prf } = made.getClientExtensionResults();
  return prf?.enabled ? new SecurityKey(held, credentials, presence) : deviceFault('no-prf');
}

/** The security key of a handle, without asking anybody. Fault: `unsupported` for another address. */
export function openSecurityKey(
  held: Held,
  { credentials }: Hardware,
  presence: Presence,
): Device | DeviceFault {
  return held.rpId === location.hostname
    ? new SecurityKey(held, credentials, presence)
    : deviceFault('unsupported', `enrolled at ${held.rpId}`);
}

const nameOf = (simulated: boolean): string => (simulated ? `SIMULATED ${MODEL}` : MODEL);

const prompt = (asks: Prompt['asks'], simulated: boolean): Prompt => ({
  kind: 'security-key',
  model: nameOf(simulated),
  serial: '',
  simulated,
  asks,
  screen: [],
  press: 'touch',
});

/** What was made, if a person was verified and the key is one that approvals can be checked with. */
function credentialFrom(
  { rawId, response }: PublicKeyCredential,
  rpId: string,
  simulated: boolean,
): Held | DeviceFault {
  const attestation = response as AuthenticatorAttestationResponse;
  const set = flagsFor(rpId, view(attestation.getAuthenticatorData()));
  const spki = attestation.getPublicKey();
  const key = spki ? p256FromSpki(view(spki)) : undefined;
  if (set === undefined || !key) return deviceFault('unsupported');
  if (!(set & flags.userVerified)) return deviceFault('not-verified');
  return {
    kind: 'security-key',
    simulated,
    id: view(rawId).slice(),
    approvalKey: key,
    rpId,
    synced: Boolean(set & flags.backupEligible),
  };
}

/** An assertion that holds, and the secret outputs it came with. */
interface Answered {
  readonly assertion: Bytes;
  readonly outputs: readonly Bytes[];
}

class SecurityKey implements Device {
  readonly identity: DeviceIdentity;
  readonly #held: Held;
  readonly #credentials: Credentials;
  readonly #presence: Presence;
  readonly #turnstile = new Turnstile();

  constructor(held: Held, credentials: Credentials, presence: Presence) {
    this.#held = held;
    this.#credentials = credentials;
    this.#presence = presence;
    this.identity = {
      kind: 'security-key',
      model: nameOf(held.simulated),
      serial: '',
      firmware: '',
      simulated: held.simulated,
      capabilities: {
        trustedDisplay: false,
        touch: true,
        attestation: false,
        nonExportable: !held.synced,
      },
      approvalKey: { kind: 'webauthn-es256', key: held.approvalKey, rpId: held.rpId },
      handle: toHandle(held),
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

  takeEntropy(): undefined {
    return undefined;
  }

  /** One assertion over the challenge, checked with the enrolled key, and the outputs it came with. */
  #get(
    asks: Prompt['asks'],
    challenge: Bytes,
    labels: readonly string[],
  ): Promise<Answered | DeviceFault> {
    return this.#turnstile.through(() => this.#ask(asks, challenge, labels));
  }

  async #ask(
    asks: Prompt['asks'],
    challenge: Bytes,
    labels: readonly string[],
  ): Promise<Answered | DeviceFault> {
    const { id, approvalKey, rpId, simulated } = this.#held;
    const [first, second] = labels.map((label) => utf8.encode(`Conclave/prf v1/${label}`));
    const answered = await askBrowser(this.#presence, prompt(asks, simulated), (signal, timeout) =>
      this.#credentials.get({
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
      equal(view(answered.rawId), id) && assertionHolds(approvalKey, rpId, challenge, assertion);
    if (verified && known) return { assertion, outputs };
    wipe(...outputs);
    return deviceFault(verified ? 'other-device' : 'not-verified');
  }
}
