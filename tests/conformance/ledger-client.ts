import { AppClient, DefaultWalletPolicy, WalletPolicy } from '@ledgerhq/ledger-bitcoin';
import { mnemonicToSeedSync } from '@scure/bip39';
import { expect, it, onTestFinished } from 'vitest';
import { concat, toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { LedgerSimulator } from '../../src/lib/devices/simulators/ledger.ts';
import { attended } from '../../src/lib/devices/simulators/simulator.ts';

/*
 * The maker's own client drives our simulated Ledger: what it reads of it, what it has signed and
 * registered, and what it is told when the person refuses or the device is locked.
 */

type WholeTransport = ConstructorParameters<typeof AppClient>[0];
/** What the maker's client uses of a transport. */
export type Transport = Pick<WholeTransport, 'send'>;

/** The maker's client on such a transport. */
export const clientOn = (transport: Transport): AppClient =>
  new AppClient(transport as WholeTransport);

const utf8 = new TextEncoder();

/** The public words that the maker's emulator starts with. */
const WORDS =
  'glory promote mansion idle axis finger extra february uncover one trip resource lawn turtle ' +
  'enact monster seven myth punch hobby comfort wild raise skin';

/** BIP-39 seed of the recording, 64 bytes. */
export const recordedSeed = (): Bytes => mnemonicToSeedSync(WORDS);

/** Opens an app on a simulator as a client does, and waits until it is back on the USB. */
export async function openApp(simulator: LedgerSimulator, name: string): Promise<void> {
  const before = simulator.connection;
  const back = new Promise<void>((resolve) => {
    const end = simulator.watch(() => {
      if (simulator.connection === undefined || simulator.connection === before) return;
      end();
      resolve();
    });
  });
  const opened = await simulator.exchange(
    concat(Uint8Array.of(0xe0, 0xd8, 0, 0, name.length), utf8.encode(name)),
  );
  expect(toHex(opened)).toBe('9000');
  await back;
}

/** What a seed comes to in an app, as the client sees it. */
interface KnownAnswers {
  readonly app: 'Bitcoin' | 'Bitcoin Test';
  readonly seed: () => Bytes;
  readonly fingerprint: string;
  readonly account: string;
  readonly xpub: string;
  /** Of the policy `tr(@0/**)` with this name and the key of the account. */
  readonly policy: { readonly name: string; readonly id: string; readonly hmac: string };
  /** Of that policy: change 1, index 7. */
  readonly address: string;
  readonly messages: readonly (readonly [path: string, message: string, signature: string])[];
}

const times = 'The Times 03/Jan/2009 Chancellor on brink of second bailout for banks.';

/** Public answers of the real app, and our own of a seed that counts from 0. */
const known: readonly KnownAnswers[] = [
  {
    app: 'Bitcoin Test',
    seed: recordedSeed,
    fingerprint: 'f5acc2fd',
    account: "m/86'/1'/0'",
    xpub: 'tpubDDKYE6BREvDsSWMazgHoyQWiJwYaDDYPbCFjYxN3HFXJP5fokeiK4hwK5tTLBNEDBwrDXn8cQ4v9b2xdW62Xr5yxoQdMu1v6c7UDXYVH27U',
    policy: {
      name: 'FROST key 01ab23cd',
      id: '7e33fd5b442561fa6a76ddfa6d7829fe746dff087721404d68560dc8ce3bf6c6',
      hmac: 'c0eb096f81684e122c217b1834bafc1c24cf17f5fbb0605036c1208b4c5903a8',
    },
    address: 'tb1pd7zeel5cy67mrfd6npy20updsj5uchdpqy7qrl5nrhmendra3w6qe68wzj',
    messages: [
      [
        "m/44'/1'/0'/0/0",
        times,
        'IOR4YRVlmJGMx+H7PgQvHzWAF0HAgrUggQeRdnoWKpypfaAberpvF+XbOCM5Cd/ljogNyU3w2OIL8eYCyZ6Ru2k=',
      ],
      [
        "m/84'/1'/0'/0/0",
        'Hello world!',
        'IEOK4+JMK7FToR7XMzFCoAYh1nud1IKm9Wq3vXLSVk/lBay8rHCRp9bP6riyR5NDqXYyYf7cXgMQTHNz3SemwZI=',
      ],
    ],
  },
  {
    app: 'Bitcoin',
    seed: () => Uint8Array.from({ length: 32 }, (_, i) => i),
    fingerprint: '5a3469b6',
    account: "m/86'/0'/100'",
    xpub: 'xpub6Cx47kkB7dkSP2PunzB98e2g13nUi71wr55vtzx13ipNaekMu8Wz11DzVGFTpeMGSMEm7WXWL3uFxZDr8XezVytF22bp8FZoJwxEK6DSRYq',
    policy: {
      name: 'Conclave test',
      id: 'aa9b0e42a73a04d0319386bc12563710680c09527258243351efe06641b4561a',
      hmac: '809fc0c4cf7ccbed70679001d942320d0289a179f1b1ec784f40c2b20bb62c64',
    },
    address: 'bc1pvmt68vf5tzjc7anekq93t6ttd9vgl4djn6thyzx544dfcryjexgs49nfsv',
    // The last is too long to be shown; its proofs are too long for one answer of the client.
    messages: [
      [
        "m/84'/0'/100'/0/0",
        'one line\nand another',
        'IHwr8LhPwIqDgiKu+TkYdC1brEIhOCSjjTdEHQEPyc1/VEC/mrvNKOCQ0mrru2tXcc45B97kgnxjb+Aj5CdETxg=',
      ],
      [
        "m/84'/0'/100'/0/0",
        'x'.repeat(64 * 70 + 1),
        'ICBljcP28xx6IjQMk6COCgtfpv8z6o+Xi2YN6ib0Q4lRW2lLHxLGFmiAjw8qmnYi8s45b+hAmpX7o0bOm3A0PIQ=',
      ],
    ],
  },
];

/** An error of the client that carries a status word of the device. */
const status = (statusCode: number) => expect.objectContaining({ statusCode }) as unknown;

const policyOf = (fingerprint: string, account: string, xpub: string, name: string) =>
  new WalletPolicy(name, 'tr(@0/**)', [`[${fingerprint}${account.slice(1)}]${xpub}`]);

/** Declares the tests with a way to reach a simulator. */
export function drivesTheSimulator(
  reach: (simulator: LedgerSimulator) => Promise<Transport>,
): void {
  const started = async (app: string, seed = recordedSeed()) => {
    const simulator = new LedgerSimulator({ seed, serial: 'SIM-CLIENT' });
    onTestFinished(() => simulator.unplug());
    const leave = attended(simulator);
    await openApp(simulator, app);
    return { simulator, leave, client: clientOn(await reach(simulator)) };
  };

  it.each(known)('known answers in $app', async (answers) => {
    const { app, fingerprint, account, xpub, messages } = answers;
    const { name, id, hmac } = answers.policy;
    const { client } = await started(app, answers.seed());
    expect(await client.getAppAndVersion()).toMatchObject({ name: app, version: '2.4.6' });
    expect(await client.getMasterFingerprint()).toBe(fingerprint);
    expect(await client.getExtendedPubkey(account)).toBe(xpub);
    // Shown, it is the same; a path out of the ordinary only so.
    expect(await client.getExtendedPubkey(account, true)).toBe(xpub);
    const policy = policyOf(fingerprint, account, xpub, name);
    // The client compares an address with its own here.
    const [registeredId, proof] = await client.registerWallet(policy);
    expect([toHex(registeredId), toHex(proof)]).toEqual([id, hmac]);
    expect(await client.getWalletAddress(policy, proof, 1, 7, false)).toBe(answers.address);
    expect(await client.getWalletAddress(policy, proof, 1, 7, true)).toBe(answers.address);
    const standard = new DefaultWalletPolicy('tr(@0/**)', policy.keys[0]!);
    expect(await client.getWalletAddress(standard, null, 1, 7, false)).toBe(answers.address);
    for (const [path, message, signature] of messages)
      expect(await client.signMessage(Buffer.from(message), path)).toBe(signature);
  });

  it('says that the person refused, and goes on', async () => {
    const { simulator, leave, client } = await started('Bitcoin Test');
    leave();
    attended(simulator, () => 'refuses');
    const policy = policyOf('f5acc2fd', known[0]!.account, known[0]!.xpub, 'no');
    await expect(client.registerWallet(policy)).rejects.toEqual(status(0x6985));
    await expect(client.signMessage(Buffer.from('no'), "m/84'/1'/0'/0/0")).rejects.toEqual(
      status(0x6985),
    );
    expect(await client.getMasterFingerprint()).toBe('f5acc2fd');
  });

  it('is locked until its PIN is entered', async () => {
    const { simulator, leave, client } = await started('Bitcoin Test');
    leave();
    simulator.lock();
    await expect(client.getMasterFingerprint()).rejects.toEqual(status(0x5515));
    attended(simulator);
    expect(simulator.face().locked).toBe(false);
    expect(await client.getMasterFingerprint()).toBe('f5acc2fd');
  });

  it('takes a proof of registration only for the policy and from the device that gave it', async () => {
    const { client } = await started('Bitcoin Test');
    const policy = policyOf('f5acc2fd', known[0]!.account, known[0]!.xpub, 'one');
    const [, proof] = await client.registerWallet(policy);
    proof[0]! ^= 1;
    await expect(client.getWalletAddress(policy, proof, 0, 0, false)).rejects.toEqual(
      status(0xb008),
    );
  });
}
