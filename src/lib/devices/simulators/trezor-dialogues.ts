import { toHex, type Bytes } from '../../crypto/bytes.ts';
import {
  button,
  failure,
  type Message,
  type MessageName,
  type MessageOf,
} from '../trezor/messages.ts';
import { SIMULATED_PIN } from './simulator.ts';
import {
  addressOf,
  cipher,
  coinNamed,
  extendedPublicKey,
  pathFits,
  pretendedEntropy,
  script,
  signedMessage,
  type Coin,
  type Nodes,
} from './trezor-keys.ts';
import { messageShown, question, type Screen } from './trezor-screens.ts';

/*
 * What a Trezor does with each message: whom it asks what, in which order, and its answer. A dialogue
 * stops at each step until the host or the person has answered; whoever runs it may drop it there.
 */

/** Models by their internal name. */
export const trezorModels = {
  T2T1: { called: 'Trezor Model T', model: 'T', version: [2, 8, 9] },
  T3B1: { called: 'Trezor Safe 3', model: 'Safe 3', version: [2, 8, 9] },
  T3T1: { called: 'Trezor Safe 5', model: 'Safe 5', version: [2, 8, 9] },
  T3W1: { called: 'Trezor Safe 7', model: 'Safe 7', version: [2, 9, 3] },
  T1B1: { called: 'Trezor Model One', model: '1', version: [1, 13, 1] },
} as const;
export type TrezorModel = keyof typeof trezorModels;

/** What a device is and remembers. */
export interface TrezorState {
  readonly internalModel: TrezorModel;
  readonly serial: string;
  readonly seed: Bytes;
  pinProtected: boolean;
  passphraseProtected: boolean;
  /** What the person enters as passphrase on the device. */
  passphrase: string;
  bootloader: boolean;
  initialised: boolean;
  locked: boolean;
  /** Wrong PINs since the last right one. */
  wrongPins: number;
  /** Passphrases by session id in hex, undefined until asked for; the last used stands last. */
  readonly sessions: Map<string, string | undefined>;
  /** The session in use, in hex. */
  session: string | undefined;
  /** How often entropy was given. */
  entropyGiven: number;
  nodesFor(passphrase: string): Nodes;
}

/** Where a dialogue stops: for an answer of the host, or of the person before the screen. */
export type Step =
  { readonly say: Message; readonly until?: MessageName } | { readonly show: Screen };

/** What the person did: refused, agreed, or typed a PIN. */
export type Answered = 'no' | 'yes' | { readonly pin: string };

export type Dialogue = Generator<Step, Message, Message | Answered>;
type Part<T> = Generator<Step, T, Message | Answered>;

/** Ends a dialogue with a Failure. */
export class Failed extends Error {
  readonly code: number;

  constructor(code: number, text: string) {
    super(text);
    this.code = code;
  }

  get reply(): Message {
    return { is: 'Failure', code: this.code, message: this.message };
  }
}

export const cancelled = (): Failed => new Failed(failure.actionCancelled, 'Cancelled');
export const unexpected = (): Failed => new Failed(failure.unexpectedMessage, 'Unexpected message');

/** Wrong PINs that a device forgives before it erases itself. */
const TRIES = 16;
/** Sessions that it keeps. */
const SESSIONS = 10;
/** Steps of a path, bytes of entropy and of a passphrase, at most. */
const STEPS = 16;
const ENTROPY = 1024;
const PASSPHRASE = 50;
/** Codes of ButtonRequest for showing a public key, and of PinMatrixRequest for the present PIN. */
const PUBLIC_KEY = 11;
const CURRENT_PIN = 1;

/** The answer to a message. */
export function* dialogue(state: TrezorState, message: Message): Dialogue {
  if (message.is === 'Initialize') return { ...features(state), ...begin(state, message) };
  if (message.is === 'GetFeatures') return features(state);
  if (state.bootloader) throw unexpected();
  if (message.is === 'Cancel') throw cancelled();
  if (message.is === 'EndSession') return endSession(state);
  if (message.is === 'LockDevice') {
    state.locked = state.pinProtected;
    return { is: 'Success' };
  }
  if (message.is === 'Ping') return yield* ping(state, message);
  if (message.is === 'GetEntropy') return yield* entropy(state, message);
  if (message.is === 'GetPublicKey') return yield* publicKey(yield* unlockedNodes(state), message);
  if (message.is === 'CipherKeyValue')
    return yield* cipherKeyValue(yield* unlockedNodes(state), message);
  if (message.is === 'SignMessage') return yield* signMessage(yield* unlockedNodes(state), message);
  throw unexpected();
}

function features(state: TrezorState): MessageOf<'Features'> {
  const { model, version } = trezorModels[state.internalModel];
  const [major, minor, patch] = version;
  const always = { vendor: 'trezor.io', major, minor, patch, model };
  const internalModel = state.internalModel;
  if (state.bootloader) return { is: 'Features', ...always, bootloaderMode: true, internalModel };
  return {
    is: 'Features',
    ...always,
    deviceId: state.serial,
    pinProtection: state.pinProtected,
    // A locked device does not tell.
    ...(!state.locked && { passphraseProtection: state.passphraseProtected, safetyChecks: 0 }),
    label: 'SIMULATED',
    initialized: state.initialised,
    unlocked: !state.locked,
    // Bitcoin, “crypto” and, but for the smallest model, a passphrase entered on the device.
    capabilities: state.internalModel === 'T1B1' ? [1, 5] : [1, 5, 17],
    internalModel,
  };
}

/** Resumes the session that is named and still known, or begins another one. */
function begin(state: TrezorState, { sessionId }: MessageOf<'Initialize'>) {
  if (state.bootloader) return {};
  const named = sessionId && toHex(sessionId);
  const known = named !== undefined && state.sessions.has(named);
  const id = known ? sessionId! : crypto.getRandomValues(new Uint8Array(32));
  state.session = toHex(id);
  const passphrase = state.sessions.get(state.session);
  state.sessions.delete(state.session);
  state.sessions.set(state.session, passphrase);
  if (state.sessions.size > SESSIONS) state.sessions.delete([...state.sessions.keys()][0]!);
  return { sessionId: id };
}

function endSession(state: TrezorState): Message {
  if (state.session !== undefined) state.sessions.delete(state.session);
  state.session = undefined;
  return { is: 'Success' };
}

/** Asks the host for leave to show a screen, shows it, and gives the person's answer; refusing ends all. */
function* shown(name: string, code: number, screen: Screen): Part<Exclude<Answered, 'no'>> {
  const pages = screen.asks === 'yes-or-no' ? screen.pages.length : 1;
  yield { say: { is: 'ButtonRequest', code, pages, name }, until: 'ButtonAck' };
  const answered = (yield { show: screen }) as Answered;
  if (answered !== 'no') return answered;
  throw screen.asks === 'pin'
    ? new Failed(failure.pinCancelled, 'PIN entry cancelled')
    : cancelled();
}

/** A question that must be answered with yes. */
function* ask(name: string, code: number, screen: Screen): Part<void> {
  yield* shown(name, code, screen);
}

/** Asks for the PIN until it is right. After too many wrong ones the device erases itself. */
function* unlock(state: TrezorState): Part<void> {
  if (!state.locked) return;
  // The smallest model has the host show the keypad; nothing but Cancel is understood here.
  if (state.internalModel === 'T1B1') {
    yield { say: { is: 'PinMatrixRequest', type: CURRENT_PIN } };
    throw unexpected();
  }
  for (;;) {
    const left = state.wrongPins > 0 ? TRIES - state.wrongPins : undefined;
    const answered = yield* shown('pin_device', button.pinEntry, { asks: 'pin', left });
    if (typeof answered === 'object' && answered.pin === SIMULATED_PIN) break;
    state.wrongPins += 1;
    if (state.wrongPins < TRIES) continue;
    Object.assign(state, { initialised: false, pinProtected: false, locked: false, wrongPins: 0 });
    throw new Failed(failure.pinInvalid, 'PIN invalid');
  }
  Object.assign(state, { locked: false, wrongPins: 0 });
}

/** Unlocks and gives the keys of the session's passphrase, asked for once in a session. */
function* unlockedNodes(state: TrezorState): Part<Nodes> {
  yield* unlock(state);
  if (!state.initialised) throw new Failed(failure.notInitialized, 'Device is not initialized');
  const { session } = state;
  if (session === undefined) throw new Failed(failure.invalidSession, 'Invalid session');
  let passphrase = state.sessions.get(session);
  if (passphrase === undefined) {
    passphrase = state.passphraseProtected ? yield* askPassphrase(state) : '';
    state.sessions.set(session, passphrase);
  }
  return state.nodesFor(passphrase);
}

function* askPassphrase(state: TrezorState): Part<string> {
  const ack = (yield {
    say: { is: 'PassphraseRequest' },
    until: 'PassphraseAck',
  }) as MessageOf<'PassphraseAck'>;
  if (ack.onDevice) {
    if (ack.passphrase !== undefined)
      throw new Failed(failure.dataError, 'Passphrase provided when it should not be');
    yield* ask('passphrase_device', button.passphraseEntry, { asks: 'passphrase' });
    return state.passphrase.normalize('NFKD');
  }
  if (ack.passphrase === undefined) throw new Failed(failure.dataError, 'Passphrase not provided');
  const passphrase = ack.passphrase.normalize('NFKD');
  if (new TextEncoder().encode(passphrase).length > PASSPHRASE)
    throw new Failed(failure.dataError, `Maximum passphrase length is ${PASSPHRASE} bytes`);
  if (passphrase !== '') {
    const next = 'Access hidden wallet?\nNext screen will show the passphrase.';
    yield* ask('passphrase_host1', button.other, question('Hidden wallet', next));
    yield* ask('passphrase_host2', button.other, question('Confirm passphrase', passphrase));
  }
  return passphrase;
}

function* ping(
  state: TrezorState,
  { message = '', buttonProtection }: MessageOf<'Ping'>,
): Dialogue {
  yield* unlock(state);
  if (buttonProtection) yield* ask('ping', button.protectCall, question('Confirm', 'ping'));
  return { is: 'Success', message };
}

function* entropy(state: TrezorState, { size = 0 }: MessageOf<'GetEntropy'>): Dialogue {
  yield* unlock(state);
  const text = 'Do you really want to send entropy?';
  yield* ask('get_entropy', button.protectCall, question('Confirm entropy', text));
  state.entropyGiven += 1;
  const given = pretendedEntropy(state.seed, state.entropyGiven, Math.min(size, ENTROPY));
  return { is: 'Entropy', entropy: given };
}

/** The path of a request; fails on one that no device derives. */
function pathOf({ path = [] }: { readonly path?: readonly number[] }): readonly number[] {
  if (path.length > STEPS || path.some((step) => step >= 2 ** 32))
    throw new Failed(failure.dataError, 'Forbidden key path');
  return path;
}

function coinOf(name: string | undefined): Coin {
  const coin = coinNamed(name ?? 'Bitcoin');
  if (!coin) throw new Failed(failure.dataError, 'Unsupported coin type');
  return coin;
}

function* publicKey(nodes: Nodes, asked: MessageOf<'GetPublicKey'>): Dialogue {
  const coin = coinOf(asked.coin);
  if ((asked.curve ?? 'secp256k1') !== 'secp256k1')
    throw new Failed(failure.dataError, 'Unsupported curve');
  const node = nodes.at(pathOf(asked));
  const xpub = extendedPublicKey(node, coin, asked.scriptType ?? script.address);
  if (asked.showDisplay) yield* ask('show_xpub', PUBLIC_KEY, question('Public key', xpub));
  return {
    is: 'PublicKey',
    node: {
      depth: node.depth,
      fingerprint: node.parentFingerprint,
      childNumber: node.index,
      chainCode: node.chainCode!,
      publicKey: node.publicKey!,
    },
    xpub,
    rootFingerprint: nodes.at([]).fingerprint,
  };
}

function* cipherKeyValue(nodes: Nodes, message: MessageOf<'CipherKeyValue'>): Dialogue {
  const none = new Uint8Array();
  const { key = '', value = none, iv = none } = message;
  const { encrypt = false, askOnEncrypt = false, askOnDecrypt = false } = message;
  if (value.length % 16 !== 0)
    throw new Failed(failure.dataError, 'Value length must be a multiple of 16');
  if (iv.length !== 0 && iv.length !== 16)
    throw new Failed(failure.dataError, 'Invalid initialization vector');
  const node = nodes.at(pathOf(message));
  if (encrypt ? askOnEncrypt : askOnDecrypt) {
    const title = encrypt ? 'Encrypt value' : 'Decrypt value';
    yield* ask('cipher_key_value', button.other, question(title, key));
  }
  const asked = { key, value, encrypt, askOnEncrypt, askOnDecrypt, iv };
  return { is: 'CipheredKeyValue', value: cipher(node, asked) };
}

function* signMessage(nodes: Nodes, asked: MessageOf<'SignMessage'>): Dialogue {
  const coin = coinOf(asked.coin);
  const path = pathOf(asked);
  const kind = asked.scriptType ?? script.address;
  if (!pathFits(path, coin, kind)) throw new Failed(failure.dataError, 'Forbidden key path');
  const node = nodes.at(path);
  const address = addressOf(node, coin, kind)!;
  const message = asked.message ?? new Uint8Array();
  yield* ask('sign_message', button.other, question('Signing address', address));
  yield* ask('sign_message', button.other, question('Confirm message', messageShown(message)));
  const signature = signedMessage(node, message, kind, asked.noScriptType ?? false);
  return { is: 'MessageSignature', address, signature };
}
