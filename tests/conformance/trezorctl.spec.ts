/** Debian's trezorctl, which knows nothing of this program, drives the simulated Trezor over UDP. */
import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HDKey } from '@scure/bip32';
import { base64 } from '@scure/base';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { top } from '../../bundle/machine.mjs';
import { tool } from '../../bundle/testing.ts';
import { bareSignature, bitcoinMessageHolds } from '../../src/lib/crypto/bitcoin-message.ts';
import { isDeviceFault } from '../../src/lib/devices/device.ts';
import { attended } from '../../src/lib/devices/simulators/simulator.ts';
import { bareTrezor, TrezorSimulator } from '../../src/lib/devices/simulators/trezor.ts';
import { enrolTrezor } from '../../src/lib/devices/trezor/trezor.ts';
import { knownSeed } from '../support/trezor-udp.ts';
import { onlyTrezor, watching } from '../support/trezors.ts';

const trezorctl = tool('trezorctl', 'the simulated Trezor driven by trezorctl');
const root = HDKey.fromMasterSeed(knownSeed());
const account = root.derive("m/84'/0'/100'");
const path = 'm/84h/0h/100h/0/0';
const key = account.derive('m/0/0').publicKey!;

/** The simulator as a program of its own. */
interface Served {
  readonly program: ChildProcessWithoutNullStreams;
  readonly at: string;
  /** Waits until the program has said this; gives all that it said. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
}

async function serve(...more: string[]): Promise<Served> {
  const args = [join(top, 'tests/support/simulate.mjs'), 'trezor', '--port', '0', ...more];
  const program = spawn(process.execPath, args, { stdio: 'pipe' });
  let said = '';
  for (const stream of [program.stdout, program.stderr])
    stream.on('data', (data: Buffer) => (said += data.toString()));
  const until = async (pattern: RegExp) => {
    try {
      await vi.waitUntil(() => pattern.test(said), { timeout: 30_000 });
    } catch {
      program.kill();
      throw new Error(`The simulator did not say ${pattern.source}, but: ${said}`);
    }
    return pattern.exec(said)!;
  };
  return { program, until, at: (await until(/udp:127\.0\.0\.1:\d+/))[0] };
}

/** What trezorctl prints; rejects where it fails. */
async function run({ at }: Served, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(trezorctl!, ['-p', at, ...args], {
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    timeout: 30_000,
  });
  return stdout.trimEnd();
}

/** The values of the lines `name: value`. */
const valuesOf = (printed: string): Record<string, string> =>
  Object.fromEntries(
    printed.split('\n').flatMap((line) => {
      const [, name, value] = /^ *([\w.]+): (.*?),?$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value!]];
    }),
  );

describe.skipIf(trezorctl === undefined)('trezorctl', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve();
  }, 60_000);
  afterAll(() => void served.program.kill());

  it('get-features', async () => {
    expect(valuesOf(await run(served, 'get-features'))).toMatchObject({
      vendor: "'trezor.io'",
      model: "'T'",
      device_id: "'SIM-UDP'",
      initialized: 'True',
      unlocked: 'True',
    });
  });

  it('ping, with and without a button', async () => {
    expect(await run(served, 'ping', 'hello')).toBe('hello');
    expect(await run(served, 'ping', '-b', 'hello')).toBe('hello');
  });

  it('get-entropy', async () => {
    expect(await run(served, 'crypto', 'get-entropy', '100')).toMatch(/^[0-9a-f]{200}$/);
  });

  it('get-public-node is the node of BIP 32', async () => {
    const printed = valuesOf(await run(served, 'btc', 'get-public-node', '-n', 'm/84h/0h/100h'));
    const hex = (bytes: Uint8Array | null) => Buffer.from(bytes!).toString('hex');
    expect(printed).toMatchObject({
      xpub: account.publicExtendedKey,
      'node.depth': '3',
      'node.public_key': hex(account.publicKey),
      'node.chain_code': hex(account.chainCode),
      'node.fingerprint': account.parentFingerprint.toString(16).padStart(8, '0'),
    });
  });

  it('sign-message gives the signature that the driver gets', async () => {
    const text = 'Conclave approval 1/1\nmint 1.25 zBTC '.repeat(16);
    const printed = await run(served, 'btc', 'sign-message', '-n', path, '-t', 'segwit', text);
    const signature = base64.decode(/^signature: (.*)$/m.exec(printed)![1]!);
    expect(signature[0]).toBeGreaterThanOrEqual(39);
    const bare = bareSignature(signature)!;
    expect(bitcoinMessageHolds(key, text, bare)).toBe(true);

    const simulator = new TrezorSimulator({ seed: knownSeed(), serial: 'SIM-1' });
    attended(simulator);
    const device = await enrolTrezor(onlyTrezor(bareTrezor(simulator)), watching().presence);
    if (isDeviceFault(device)) throw new Error(device.fault);
    expect(await device.approve(text)).toEqual({ signature: bare, shown: true });
  });

  it('sign-message at a path of another kind of address is refused', async () => {
    await expect(
      run(served, 'btc', 'sign-message', '-n', path, '-t', 'address', 'x'),
    ).rejects.toThrow('Forbidden key path');
  });

  it('encrypt-keyvalue and decrypt-keyvalue are those of SLIP 11', async () => {
    const node = root.derive("m/10016'/0");
    const made = createHmac('sha512', node.privateKey!).update('labelE1D1').digest();
    const [aes, iv] = [made.subarray(0, 32), made.subarray(32, 48)];
    const args = ['-n', "m/10016'/0", 'label'];
    const value = '0123456789abcdef'.repeat(2);
    const encrypted = await run(served, 'crypto', 'encrypt-keyvalue', ...args, value);
    const cipher = createCipheriv('aes-256-cbc', aes, iv).setAutoPadding(false);
    expect(encrypted).toBe(cipher.update(value, 'utf8', 'hex'));
    const decrypted = await run(served, 'crypto', 'decrypt-keyvalue', ...args, encrypted);
    const decipher = createDecipheriv('aes-256-cbc', aes, iv).setAutoPadding(false);
    expect(decrypted).toContain(decipher.update(encrypted, 'hex', 'utf8'));
  });

  it('a person at the terminal reads and refuses, then agrees', async () => {
    const asking = await serve('--ask');
    const { stdin } = asking.program;
    try {
      const refused = run(asking, 'crypto', 'get-entropy', '8');
      await asking.until(/Confirm entropy[^]*\[cross\] \[tick\]/);
      stdin.write('cross\n');
      await expect(refused).rejects.toThrow();
      const agreed = run(asking, 'btc', 'sign-message', '-n', path, '-t', 'segwit', 'shown');
      await asking.until(/Signing address[^]*\[cross\] \[tick\]/);
      stdin.write('tick\n');
      await asking.until(/Confirm message\nshown\n\[cross\] \[tick\]/);
      stdin.write('tick\n');
      expect(await agreed).toContain('signature: ');
    } finally {
      asking.program.kill();
    }
  });
});
