import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { cbc } from '@noble/ciphers/aes.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { HDKey } from '@scure/bip32';
import { describe, expect, it } from 'vitest';
import { statementFits } from '../../crypto/approval-key.ts';
import { bitcoinMessageDigest } from '../../crypto/bitcoin-message.ts';
import { concat, toHex, type Bytes } from '../../crypto/bytes.ts';
import { shownLabel } from '../device.ts';
import type { Hardware } from '../hardware.ts';
import { bareHardware, noHardware, simulate } from '../simulators/simulate.ts';
import type { AnySimulator } from '../simulators/page.ts';
import { bareYubiHsm } from '../simulators/yubihsm.ts';
import { Bench, type Result } from './bench.ts';
import { labels, statements } from './check.ts';
import { checkNames, type CheckName } from './checks.ts';
import { known, knownSeed } from './known-answers.ts';
import { simulatedSubject } from './simulated.ts';

const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));
/** Of a run that nobody stops. */
const on = new AbortController().signal;
const utf8 = (text: string) => new TextEncoder().encode(text);

const bare = (simulator: AnySimulator): Promise<Hardware> =>
  simulator.kind === 'yubihsm'
    ? Promise.resolve({ ...noHardware, yubihsm: bareYubiHsm(simulator) })
    : bareHardware(simulator);

async function benchOf(kind: 'ledger' | 'trezor' | 'yubihsm') {
  const subject = await simulatedSubject(kind, random, bare);
  return { bench: new Bench({ kind, ...subject, name: 'test' }), subject };
}

describe.each(['ledger', 'trezor', 'yubihsm'] as const)('a simulated %s on the bench', (kind) => {
  it('passes every check that fits it', async () => {
    const { bench, subject } = await benchOf(kind);
    const skipped: Partial<Record<CheckName, string>> =
      kind === 'yubihsm' ? { lock: 'no-lock', 'known-answers': 'random-keys' } : {};
    for (const name of checkNames)
      expect(await bench.run(name, on), name).toMatchObject(
        skipped[name] ? { state: 'skipped', why: skipped[name] } : { state: 'passed' },
      );
    subject.end();
  });

  it('fails with what came instead, and asks nothing of a device that was not enrolled', async () => {
    const { bench, subject } = await benchOf(kind);
    expect(await bench.run('refusal', on)).toEqual({ state: 'skipped', why: 'not-enrolled' });
    subject.simulator.unplug();
    const fault = kind === 'yubihsm' ? 'no-hsm' : 'not-found';
    const failed = await bench.run('enrol', on);
    expect(failed).toMatchObject({ state: 'failed', actual: `fault: ${fault}` });
  });

  it('fails its checks where another one is in its place', async () => {
    const { bench, subject } = await benchOf(kind);
    await bench.run('enrol', on);
    await subject.person.does('change');
    const results: Partial<Record<CheckName, Result>> = {};
    for (const name of ['derive-again', 'approve-longest', 'refusal'] as const)
      results[name] = await bench.run(name, on);
    for (const result of Object.values(results)) expect(result.state).toBe('failed');
  });
});

describe('a run that is stopped', () => {
  it('takes its prompt back, and its check counts as not tried', async () => {
    // Nobody is at this one.
    const simulator = await simulate('trezor', random(32));
    const stop = new AbortController();
    let taken = false;
    const bench = new Bench({
      kind: 'trezor',
      hardware: await bareHardware(simulator),
      known: undefined,
      name: 'test',
      person: {
        agrees: () => undefined,
        does: () => Promise.resolve(true),
        presence: (_, over) => {
          over.addEventListener('abort', () => (taken = true));
          stop.abort();
          return new Promise(() => undefined);
        },
      },
    });
    await bench.run('enrol', on);
    expect(await bench.run('approve-longest', stop.signal)).toEqual({ state: 'untried' });
    expect(taken).toBe(true);
    expect(simulator.face().asks).toBe(false);
  });
});

describe('what the bench has approved', () => {
  it('fits displays to the last character, and no further', () => {
    expect(statements.longest).toHaveLength(640);
    expect(statements.tooLong).toHaveLength(641);
    expect(statementFits(statements.longest)).toBe(true);
    expect(statementFits(statements.tooLong)).toBe(false);
  });
});

describe('the known answers', () => {
  const master = HDKey.fromMasterSeed(knownSeed);
  const at = (path: string) => master.derive(path);
  const key = at("m/84'/0'/100'/0/0");
  const line = (name: string, bytes: Uint8Array) => `${name}: ${toHex(bytes)}`;
  const out = (output: Uint8Array) =>
    line(labels[0], hkdf(sha256, output, undefined, utf8(labels[0]), 32));
  const fingerprint = master.fingerprint.toString(16).padStart(8, '0');

  it.each(['ledger', 'trezor'] as const)('of a %s are those of its seed', (kind) => {
    const digest = bitcoinMessageDigest(statements.agree);
    const signature = secp256k1.sign(digest, key.privateKey!, { prehash: false, lowS: true });
    const answers = known[kind]!.split('\n');
    expect(answers).toContain(`fingerprint: ${fingerprint}`);
    expect(answers).toContain(line('approval key', key.publicKey!));
    expect(answers).toContain(line('signature', signature));
  });

  it('of a Ledger: SLIP-21 and the id of the policy', () => {
    const root = hmac(sha512, utf8('Symmetric key seed'), knownSeed);
    const child = hmac(
      sha512,
      root.subarray(0, 32),
      concat(Uint8Array.of(0), utf8('LEDGER-Wallet policy')),
    );
    const info = `[${fingerprint}/86'/0'/100']${at("m/86'/0'/100'").publicExtendedKey}`;
    const [name, template] = [utf8(shownLabel(labels[0])), utf8('tr(@0/**)')];
    const policy = concat(
      Uint8Array.of(2, name.length),
      name,
      Uint8Array.of(template.length),
      sha256(template),
      Uint8Array.of(1),
      sha256(concat(Uint8Array.of(0), utf8(info))),
    );
    expect(known.ledger!.split('\n')).toContain(
      out(hmac(sha256, child.subarray(32), sha256(policy))),
    );
  });

  it('of a Trezor: SLIP-11', () => {
    const node = at("m/10016'/0'");
    const data = utf8(`${shownLabel(labels[0])}E1D0`);
    const keys = hmac(sha512, node.privateKey!, data);
    const cipher = cbc(keys.subarray(0, 32), keys.subarray(32, 48), { disablePadding: true });
    expect(known.trezor!.split('\n')).toContain(out(cipher.encrypt(new Uint8Array(32))));
  });
});
