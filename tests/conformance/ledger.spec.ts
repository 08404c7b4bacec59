import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openTransportReplayer, RecordStore } from '@ledgerhq/hw-transport-mocker';
import { base64 } from '@scure/base';
import { describe, expect, it } from 'vitest';
import { toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { deviceFault, type DeviceFault } from '../../src/lib/devices/device.ts';
import type { ApduChannel } from '../../src/lib/devices/hardware.ts';
import { LedgerClient, type Policy } from '../../src/lib/devices/ledger/client.ts';
import { extendedKeyFrom, pathFrom, taprootAddress } from '../../src/lib/devices/ledger/keys.ts';

/*
 * What the Bitcoin Test app 2.4.6 said to the official client on a Nano X (Speculos), replayed to our
 * client through the official replayer: the same commands in the same order, and the same results.
 */

interface Recording {
  readonly cases: Readonly<Record<string, { exchanges: string[]; result: unknown }>>;
}

const folder = process.env['CONCLAVE_VECTORS'];
const file = 'ledger/ledger-bitcoin-test-2.4.6-nanox-speculos.json';

const statement =
  'FROST APPROVE v1\nceremony 4f2a-91bc\nround sign\n' +
  'digest 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const account = "m/86'/1'/0'";

const refused = (fault: DeviceFault['fault'], { sw }: { sw: string }) => deviceFault(fault, sw);

/** What is asked of the client in each case; the result is compared with the recorded one. */
const cases: Record<string, (client: LedgerClient, recorded: never) => Promise<void>> = {
  getAppAndVersion: async (client, { name, version }: { name: string; version: string }) => {
    expect(await client.getAppAndVersion()).toEqual({ name, version });
  },
  masterFingerprint: async (client, recorded: string) => {
    expect(toHex((await client.getMasterFingerprint()) as Bytes)).toBe(recorded);
  },
  'xpub m/86h/1h/0h silent': async (client, recorded: string) => {
    expect(await client.getExtendedPubkey(pathFrom(account)!)).toBe(recorded);
  },
  'xpub m/7777h/1h/0h silent (refused)': async (client, recorded: { sw: string }) => {
    const path = pathFrom("m/7777'/1'/0'")!;
    expect(await client.getExtendedPubkey(path)).toEqual(refused('path-refused', recorded));
  },
  'sign approve m/84h/1h/0h/0/0': async (client, recorded: string) => {
    const signed = await client.signMessage(pathFrom("m/84'/1'/0'/0/0")!, statement);
    expect(base64.encode(signed as Bytes)).toBe(recorded);
  },
  'sign reject': async (client, recorded: { sw: string }) => {
    const signed = await client.signMessage(pathFrom("m/84'/1'/0'/0/0")!, 'hello');
    expect(signed).toEqual(refused('refused', recorded));
  },
  'sign m/7777h/5h/0h after approve': async (client, recorded: { sw: string }) => {
    const signed = await client.signMessage(pathFrom("m/7777'/5'/0'")!, 'hello');
    expect(signed).toEqual(refused('path-refused', recorded));
    expect(await client.getExtendedPubkey(pathFrom(account)!)).toMatch(/^tpubDDKYE6BREvDsS/);
  },
  'register tr(@0/**)': async (client, [id, hmac]: readonly [string, string]) => {
    const xpub =
      'tpubDDKYE6BREvDsSWMazgHoyQWiJwYaDDYPbCFjYxN3HFXJP5fokeiK4hwK5tTLBNEDBwrDXn8cQ4v9b2xdW62Xr5yxoQdMu1v6c7UDXYVH27U';
    const policy: Policy = {
      name: 'FROST key 01ab23cd',
      template: 'tr(@0/**)',
      keys: [`[f5acc2fd/86'/1'/0']${xpub}`],
    };
    // The client compares the id itself.
    expect(id).toBe('7e33fd5b442561fa6a76ddfa6d7829fe746dff087721404d68560dc8ce3bf6c6');
    const registered = (await client.registerWallet(policy)) as Bytes;
    expect(toHex(registered)).toBe(hmac);
    const address = await client.getWalletAddress(policy, registered);
    const path = pathFrom(account)!;
    expect(address).toBe(
      taprootAddress('Bitcoin Test', extendedKeyFrom('Bitcoin Test', path, xpub)!),
    );
    // The official client looks twice at the version here.
    for (let i = 0; i < 2; i++)
      expect(await client.getAppAndVersion()).toEqual({ name: 'Bitcoin Test', version: '2.4.6' });
  },
};

if (!folder) {
  const line = 'the Ledger recording: set CONCLAVE_VECTORS';
  console.info(`Skipped: ${line}`);
  it.skip(line);
} else {
  const recording = JSON.parse(await readFile(join(folder, file), 'utf8')) as Recording;
  describe('the recording of a Ledger', () => {
    it('has the cases that are replayed', () => {
      expect(Object.keys(recording.cases).sort()).toEqual(Object.keys(cases).sort());
    });

    it.each(Object.entries(cases))('%s', async (name, replay) => {
      const { exchanges, result } = recording.cases[name]!;
      const store = RecordStore.fromString(exchanges.join('\n'));
      await replay(new LedgerClient(await channelOf(store)), result as never);
      store.ensureQueueEmpty();
    });
  });
}

async function channelOf(store: RecordStore): Promise<ApduChannel> {
  const transport = await openTransportReplayer(store);
  return {
    model: 'Nano X',
    exchange: async (apdu) => Uint8Array.from(await transport.exchange(Buffer.from(apdu))),
    close: () => transport.close(),
  };
}
