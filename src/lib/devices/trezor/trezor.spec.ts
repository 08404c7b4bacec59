import { p2wpkh } from '@scure/btc-signer';
import { createCipheriv, createHmac, hkdfSync } from 'node:crypto';
import { HDKey } from '@scure/bip32';
import { describe, expect, it } from 'vitest';
import { approvalHolds } from '../../../../tests/support/approvals.ts';
import { meddled, onlyTrezor, watching } from '../../../../tests/support/trezors.ts';
import { toHex, type Bytes } from '../../crypto/bytes.ts';
import { shownLabel, type DeviceFault } from '../device.ts';
import type { Prompt } from '../prompt.ts';
import { attended, SIMULATED_PIN } from '../simulators/simulator.ts';
import { bareTrezor, TrezorSimulator } from '../simulators/trezor.ts';
import { enrolTrezor, openTrezor } from './trezor.ts';
import {
  asked,
  bench,
  enrolled,
  good,
  held,
  hex,
  hostSecret,
  leave,
  press,
  seed,
  share,
  statement,
  type,
  type Made,
} from '../../../../tests/support/trezor-bench.ts';

describe('an enrolled Trezor', () => {
  it('says what it is, and that it is simulated; nobody is asked anything', async () => {
    const { device, prompts } = await enrolled();
    expect(device.identity).toMatchObject({
      kind: 'trezor',
      model: 'SIMULATED Trezor Model T',
      serial: 'SIM-1',
      firmware: '2.8.9',
      simulated: true,
      capabilities: { trustedDisplay: true, touch: true, attestation: false, nonExportable: true },
      approvalKey: { kind: 'bitcoin-message' },
    });
    expect(prompts).toEqual([]);
    const root = HDKey.fromMasterSeed(seed);
    expect(held(device)).toMatchObject({ path: "m/84'/0'/100'/0/0", simulated: true });
    expect(new DataView(held(device).fingerprint.buffer).getUint32(0)).toBe(root.fingerprint);
    expect(held(device).approvalKey).toEqual(root.derive("m/84'/0'/100'/0/0").publicKey);
    expect(device.takeEntropy()).toBeUndefined();
  });

  it.each([
    ['T3B1', 'SIMULATED Trezor Safe 3'],
    ['T3T1', 'SIMULATED Trezor Safe 5'],
  ] as const)('%s is a %s', async (model, name) => {
    expect((await enrolled({ model })).device.identity.model).toBe(name);
  });

  it('is found again by its handle and does the same', async () => {
    const { device, hardware, presence } = await enrolled();
    const again = openTrezor(held(device), hardware, presence);
    expect(again.identity).toEqual(device.identity);
    expect(hex(await again.derive([share]))).toEqual(hex(await device.derive([share])));
  });
});

describe('derive', () => {
  it('is SLIP-11 under HKDF, as computed with other AES, HMAC and HKDF', async () => {
    const { device } = await enrolled();
    const node = HDKey.fromMasterSeed(seed).derive("m/10016'/0'");
    const keys = createHmac('sha512', node.privateKey!)
      .update(`${shownLabel(share)}E1D0`)
      .digest();
    const aes = createCipheriv('aes-256-cbc', keys.subarray(0, 32), keys.subarray(32, 48));
    const output = aes.setAutoPadding(false).update(new Uint8Array(32));
    const secret = Buffer.from(hkdfSync('sha256', output, new Uint8Array(), share, 32));
    expect(hex(await device.derive([share]))).toEqual([secret.toString('hex')]);
  });

  it('is separated by labels; one and two at a time give the same, each label in one prompt', async () => {
    const { device, prompts, counts } = await enrolled();
    const both = hex(await device.derive([hostSecret, share]));
    expect(both[0]).not.toBe(both[1]);
    expect(prompts.map(({ asks, screen }) => [asks, screen])).toEqual(
      [hostSecret, share].map((label) => [
        { to: 'derive', labels: [label] },
        [['Encrypt value', shownLabel(label)]],
      ]),
    );
    expect(prompts[0]).toMatchObject({ kind: 'trezor', serial: 'SIM-1', press: 'device' });
    expect(hex(await device.derive([share]))).toEqual([both[1]]);
    expect(counts.over).toBe(3);
    expect(await device.derive([])).toEqual({ fault: 'unsupported' });
    expect(await device.derive(['a', 'b', 'c'])).toEqual({ fault: 'unsupported' });
    expect(prompts).toHaveLength(3);
  });
});

describe('approve', () => {
  it('signs what it showed, and only that, in one prompt', async () => {
    const { device, prompts } = await enrolled();
    const { signature, shown } = good(await device.approve(statement));
    expect(shown).toBe(true);
    const key = device.identity.approvalKey;
    expect(approvalHolds(key, statement, signature)).toBe(true);
    expect(approvalHolds(key, `${statement}.`, signature)).toBe(false);
    expect(prompts).toHaveLength(1);
    expect(prompts[0]?.asks).toEqual({ to: 'approve', statement });
    expect(prompts[0]?.screen).toEqual([
      ['Signing address', p2wpkh(key.key).address],
      ['Confirm message', 'Conclave approval 1/1', 'mint 1.25 zBTC'],
    ]);
  });

  it('signs the longest statement, and asks nothing about one that no display can show', async () => {
    const { device, prompts } = await enrolled();
    const long = 'x'.repeat(640);
    const { signature } = good(await device.approve(long));
    expect(approvalHolds(device.identity.approvalKey, long, signature)).toBe(true);
    for (const unfit of ['', `${long}x`, 'naïve', 'tab\t'])
      expect(await device.approve(unfit)).toEqual({ fault: 'statement-unfit' });
    expect(prompts).toHaveLength(1);
  });
});

describe('a person', () => {
  it('refuses on the device: nothing is given, and the next time it is', async () => {
    const { device, person, prompts } = await enrolled();
    person.answers = 'refuses';
    expect(await device.derive([share])).toEqual({ fault: 'refused' });
    expect(await device.approve(statement)).toEqual({ fault: 'refused' });
    person.answers = 'approves';
    expect(hex(await device.derive([share]))).toHaveLength(1);
    good(await device.approve(statement));
    expect(prompts).toHaveLength(4);
  });

  it('refuses the second label: neither is given', async () => {
    const { sim, device, prompts } = await enrolled();
    leave.splice(0).forEach((end) => end());
    const second = shownLabel(share);
    const refuses = () => sim.face().lines.slice(1).join('') === second;
    leave.push(attended(sim, () => (refuses() ? 'refuses' : 'approves')));
    expect(await device.derive([hostSecret, share])).toEqual({ fault: 'refused' });
    expect(prompts).toHaveLength(2);
  });

  it.each(['derive', 'approve', 'pin', 'passphrase'])(
    'takes %s back in the page: the device is told and free again',
    async (what) => {
      let refuses = true;
      const sim = new TrezorSimulator({ seed, serial: 'SIM-1' });
      const act = ({ asks }: Prompt) => (refuses && asks.to !== 'enrol' ? 'refuses' : undefined);
      const { presence, prompts } = watching(act);
      const sent: number[] = [];
      const out = (packet: Bytes) => {
        sent.push(packet[4]!);
        return [packet];
      };
      const hardware = onlyTrezor(meddled(sim, { out }).trezor);
      const device = good(await enrolTrezor(hardware, presence));
      sim.passphraseProtected = true;
      if (what === 'pin') sim.lock();
      if (what === 'passphrase') sim.sessions.clear();
      expect(
        await (what === 'approve' ? device.approve(statement) : device.derive([share])),
      ).toEqual({ fault: 'refused' });
      expect(asked(prompts)).toEqual([what]);
      expect(sent.at(-1)).toBe(20); // Cancel
      expect(sim.face().asks).toBe(false);
      refuses = false;
      leave.push(attended(sim));
      expect(hex(await device.derive([share]))).toHaveLength(1);
    },
  );

  it('is asked for one thing at a time', async () => {
    const { device, sim } = await enrolled();
    leave.splice(0).forEach((end) => end());
    const waiting = device.derive([share]);
    expect(await device.approve(statement)).toEqual({ fault: 'busy' });
    await expect.poll(() => sim.face().asks).toBe(true);
    leave.push(attended(sim));
    expect(hex(await waiting)).toHaveLength(1);
  });

  it('is away, and the page with it: the device is closed all the same', async () => {
    const { sim } = await enrolled();
    const { trezor, counts } = meddled(sim, {});
    const failing = () => Promise.reject(new Error('no page'));
    const device = good(await enrolTrezor(onlyTrezor(trezor), failing));
    leave.splice(0).forEach((end) => end());
    await expect(device.derive([share])).rejects.toThrow('no page');
    expect(counts.open).toBe(0);
    leave.push(attended(sim));
    const again = openTrezor(held(device), onlyTrezor(trezor), watching().presence);
    expect(hex(await again.derive([share]))).toHaveLength(1);
  });
});

describe('a locked Trezor', () => {
  it('asks for its PIN first, on itself, also where it is enrolled', async () => {
    const { sim, hardware, presence, prompts } = bench();
    sim.lock();
    const device = good(await enrolTrezor(hardware, presence));
    expect(asked(prompts)).toEqual(['pin']);
    sim.lock();
    good(await device.approve(statement));
    expect(asked(prompts)).toEqual(['pin', 'pin', 'approve']);
    good(await device.approve(statement));
    expect(prompts).toHaveLength(4);
  });

  it('takes wrong PINs and then the right one, in one prompt', async () => {
    const { sim, device, prompts } = await enrolled();
    leave.splice(0).forEach((end) => end());
    sim.lock();
    const waiting = device.derive([share]);
    for (const pin of ['9999', '1111', SIMULATED_PIN]) await type(sim, pin);
    await press(sim, 'yes');
    expect(hex(await waiting)).toHaveLength(1);
    expect(asked(prompts)).toEqual(['pin', 'derive']);
  });

  it('that erased itself after too many wrong PINs says so', async () => {
    const { sim, device } = await enrolled();
    leave.splice(0).forEach((end) => end());
    sim.lock();
    sim.wrongPins = 15;
    const waiting = device.derive([share]);
    await type(sim, '9999');
    expect(await waiting).toEqual({ fault: 'wrong-pin' });
    expect(await device.derive([share])).toMatchObject({ fault: 'not-set-up' });
  });

  it('stays locked where the PIN is not entered', async () => {
    const { sim, device } = await enrolled();
    leave.splice(0).forEach((end) => end());
    sim.lock();
    const waiting = device.derive([share]);
    await press(sim, 'no');
    expect(await waiting).toEqual({ fault: 'locked' });
    leave.push(attended(sim));
    expect(hex(await device.derive([share]))).toHaveLength(1);
  });

  it.each(['derive', 'approve'] as const)(
    'while it asks (%s): nothing is given; unlocked, it is',
    async (what) => {
      const { sim, device, prompts } = await enrolled();
      leave.splice(0).forEach((end) => end());
      const act = () => (what === 'derive' ? device.derive([share]) : device.approve(statement));
      const waiting = act();
      await expect.poll(() => sim.face().asks).toBe(true);
      sim.lock();
      expect(await waiting).toEqual({ fault: 'refused' });
      leave.push(attended(sim));
      good<object>(await act());
      expect(asked(prompts)).toEqual([what, 'pin', what]);
    },
  );
});

describe('a passphrase', () => {
  it('is entered on the device, once in a session, and is part of the seed', async () => {
    const plain = await enrolled();
    const { sim, hardware, presence, prompts } = bench();
    sim.passphraseProtected = true;
    sim.passphrase = 'one';
    const device = good(await enrolTrezor(hardware, presence));
    expect(held(device).fingerprint).not.toEqual(held(plain.device).fingerprint);
    good(await device.approve(statement));
    const secrets = hex(await device.derive([share]));
    expect(secrets).not.toEqual(hex(await plain.device.derive([share])));
    expect(asked(prompts)).toEqual(['passphrase', 'approve', 'derive']);
  });

  it('that is another one is noticed before use, and asked for again the next time', async () => {
    const { sim, hardware, presence, prompts } = bench();
    sim.passphraseProtected = true;
    sim.passphrase = 'one';
    const enrolledAs = held(good(await enrolTrezor(hardware, presence)));
    const device = openTrezor(enrolledAs, hardware, presence);
    sim.passphrase = 'another';
    const now = HDKey.fromMasterSeed(seed);
    const fault = await device.derive([share]);
    const [enrolledFingerprint] = [toHex(enrolledAs.fingerprint)];
    expect(fault).toMatchObject({ fault: 'other-seed' });
    expect((fault as DeviceFault).detail).toMatch(
      new RegExp(`^enrolled ${enrolledFingerprint}, now [0-9a-f]{8}$`),
    );
    expect((fault as DeviceFault).detail).not.toContain(now.fingerprint.toString(16));
    expect(asked(prompts)).toEqual(['passphrase', 'passphrase']);
    sim.passphrase = 'one';
    expect(hex(await device.derive([share]))).toHaveLength(1);
    expect(asked(prompts)).toEqual(['passphrase', 'passphrase', 'passphrase', 'derive']);
  });

  it('asked for once the keys were read gives nothing: it could be another', async () => {
    const { sim, device: enrolledAs, presence, prompts } = await enrolled();
    const [right] = hex(await enrolledAs.derive([share]));
    sim.passphraseProtected = true;
    let forgets = true;
    const out = (packet: Bytes) => {
      // The device forgets its session just when a secret is asked for (CipherKeyValue).
      if (forgets && packet[4] === 23) sim.sessions.clear();
      if (forgets) sim.passphrase = packet[4] === 23 ? 'another' : '';
      return [packet];
    };
    const { trezor } = meddled(sim, { out });
    const device = openTrezor(held(enrolledAs), onlyTrezor(trezor), presence);
    expect(await device.derive([share])).toEqual({
      fault: 'unreadable-answer',
      detail: 'PassphraseRequest instead of CipheredKeyValue',
    });
    expect(asked(prompts)).toEqual(['derive', 'passphrase']); // before the keys were read
    forgets = false;
    sim.passphrase = '';
    expect(hex(await device.derive([share]))).toEqual([right]);
  });
});

describe('another device in its place', () => {
  it('with another seed is refused before anybody is asked', async () => {
    const { device } = await enrolled();
    const other = bench({ seed: new Uint8Array(32).fill(6) });
    const again = openTrezor(held(device), other.hardware, other.presence);
    expect(await again.derive([share])).toMatchObject({ fault: 'other-seed' });
    expect(await again.approve(statement)).toMatchObject({ fault: 'other-seed' });
    expect(other.prompts).toEqual([]);
  });

  it('with the same seed is as good', async () => {
    const { device } = await enrolled();
    const other = bench({ serial: 'SIM-2', model: 'T3T1' });
    const again = openTrezor(held(device), other.hardware, other.presence);
    expect(hex(await again.derive([share]))).toEqual(hex(await device.derive([share])));
  });

  it('is not a real one for a simulated one, nor the other way', async () => {
    const { device, sim, presence } = await enrolled();
    const real = onlyTrezor(bareTrezor(sim), false);
    const fault = { fault: 'other-device' };
    expect(await openTrezor(held(device), real, presence).derive([share])).toEqual(fault);
  });
});

describe('what cannot be used is refused by name', () => {
  const enrol = async (made: Made, set: (sim: TrezorSimulator) => void = () => undefined) => {
    const { sim, hardware, presence, prompts } = bench(made);
    set(sim);
    const result = await enrolTrezor(hardware, presence);
    expect(prompts).toEqual([]);
    return result;
  };

  it('a Safe 7, a device in update mode or without a seed, a Model One', async () => {
    expect(await enrol({ model: 'T3W1' })).toMatchObject({ fault: 'newer-protocol' });
    expect(await enrol({}, (sim) => (sim.bootloader = true))).toMatchObject({
      fault: 'not-set-up',
    });
    expect(await enrol({}, (sim) => (sim.initialised = false))).toMatchObject({
      fault: 'not-set-up',
    });
    expect(await enrol({ model: 'T1B1' })).toMatchObject({ fault: 'unsupported' });
    expect(await enrol({}, (sim) => sim.unplug())).toEqual({ fault: 'not-found' });
  });
});
