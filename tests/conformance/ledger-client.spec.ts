import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { concat, toHex } from '../../src/lib/crypto/bytes.ts';
import { LedgerSimulator } from '../../src/lib/devices/simulators/ledger.ts';
import { attended } from '../../src/lib/devices/simulators/simulator.ts';
import { unhex } from '../support/hex.ts';
import {
  clientOn,
  drivesTheSimulator,
  openApp,
  recordedSeed,
  type Transport,
} from './ledger-client.ts';

/** The maker's transport, as far as its client uses it, right on the simulator. */
const bareTransport = (simulator: LedgerSimulator): Promise<Transport> => {
  const send = async (
    ...[kind, instruction, p1, p2, data = Buffer.alloc(0), accepted = [0x9000]]: Parameters<
      Transport['send']
    >
  ): Promise<Buffer> => {
    const head = Uint8Array.of(kind, instruction, p1, p2, data.length);
    const reply = Buffer.from(await simulator.exchange(concat(head, data)));
    const statusCode = reply.readUInt16BE(reply.length - 2);
    if (accepted.includes(statusCode)) return reply;
    throw Object.assign(new Error(statusCode.toString(16)), { statusCode });
  };
  return Promise.resolve({ send });
};

describe("the maker's client drives the simulated Ledger", () => {
  drivesTheSimulator(bareTransport);
});

interface Recording {
  readonly cases: Readonly<
    Record<string, { readonly exchanges: readonly string[]; readonly screens: readonly string[] }>
  >;
}

const folder = process.env['CONCLAVE_VECTORS'];
const file = 'ledger/ledger-bitcoin-test-2.4.6-nanox-speculos.json';

/** The pages that a person is led through, up to the answer. */
function reader(simulator: LedgerSimulator): string[] {
  const pages: string[] = [];
  simulator.watch(() => {
    const { asks, lines } = simulator.face();
    const page = lines.join(' | ');
    if (asks && pages.at(-1) !== page) pages.push(page);
  });
  return pages;
}

it.each([
  [640, 'Message'],
  [641, 'Message hash'],
])('of a message of %i bytes the person sees: %s', async (length, title) => {
  const simulator = new LedgerSimulator({ seed: recordedSeed(), serial: 'SIM-LENGTH' });
  const leave = attended(simulator);
  await openApp(simulator, 'Bitcoin Test');
  leave();
  const pages = reader(simulator);
  attended(simulator);
  const client = clientOn(await bareTransport(simulator));
  await client.signMessage(Buffer.alloc(length, 'a'), "m/84'/1'/0'/0/0");
  const shown = pages.filter((page) => page.startsWith(`${title} (`));
  expect(shown.length).toBe(pages.length - 3); // “Review message”, “Path”, “Sign message”
  const text = shown.flatMap((page) => page.split(' | ').slice(1)).join('');
  const hash = toHex(sha256(new Uint8Array(length).fill(0x61))).toUpperCase();
  expect(text).toBe(title === 'Message' ? 'a'.repeat(length) : hash);
});

if (!folder) {
  const line = 'the Ledger recording: set CONCLAVE_VECTORS';
  console.info(`Skipped: ${line}`);
  it.skip(line);
} else {
  const recording = JSON.parse(await readFile(join(folder, file), 'utf8')) as Recording;
  describe('the simulated Ledger says what the real one said', () => {
    it('there are eight cases', () => {
      expect(Object.keys(recording.cases)).toHaveLength(8);
    });
    it.each(Object.entries(recording.cases))('%s', async (name, { exchanges, screens }) => {
      const simulator = new LedgerSimulator({ seed: recordedSeed(), serial: 'SIM-RECORDED' });
      const leave = attended(simulator);
      await openApp(simulator, 'Bitcoin Test');
      leave();
      const pages = reader(simulator);
      attended(simulator, () => (name === 'sign reject' ? 'refuses' : 'approves'));
      const said: string[] = [];
      for (const command of exchanges.filter((line) => line.startsWith('=> ')))
        said.push(command, `<= ${toHex(await simulator.exchange(unhex(command.slice(3))))}`);
      expect(said).toEqual(exchanges);
      expect(pages).toEqual(screens);
    });
  });
}
