import { expect } from 'vitest';
import {
  addressOfScript,
  scriptOfAddress,
  type AddressNetwork,
} from '../../src/lib/bitcoin/address.ts';
import { CHAIN_CODE, outputAt } from '../../src/lib/bitcoin/branches.ts';
import {
  depositDescriptor,
  descriptorsOf,
  fingerprintOf,
  xpubOf,
} from '../../src/lib/bitcoin/descriptor.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import type { Conformance } from '../support/conformance.ts';
import { unhex, value } from '../support/hex.ts';

interface WatchOnlyJson {
  network: AddressNetwork;
  group_pubkey: string;
  chain_code: string;
  fingerprint: string;
  xpub: string;
  descriptors: { main: string; fees: string; deposit: string };
  addresses: Record<string, string>;
}

const core = 'bitcoin-core/watch-only.json';
const pathOf = (text: string) => text.split('/').slice(1).map(Number);

/** What Bitcoin Core was given to watch, and the addresses that it derived. */
export const watchOnlyVectors: Conformance = {
  name: 'watching with Bitcoin Core',
  source: 'recorded from Bitcoin Core',
  files: [core],
  cases: { [core]: 9 },
  run({ secp256k1 }, load, check) {
    const { network, descriptors, addresses, ...recorded } = load(core) as WatchOnlyJson;
    const threshPk = unhex(recorded.group_pubkey);
    check(core, 'extended key', () => {
      expect(toHex(CHAIN_CODE)).toBe(recorded.chain_code);
      expect(toHex(fingerprintOf(threshPk))).toBe(recorded.fingerprint);
      expect(xpubOf(network, threshPk)).toBe(recorded.xpub);
    });
    for (const branch of ['main', 'fees'] as const)
      check(core, `descriptor: ${branch}`, () => {
        expect(descriptorsOf(network, threshPk)[branch]).toBe(descriptors[branch]);
      });
    check(core, 'descriptor: deposit', () => {
      const path = pathOf(Object.keys(addresses).find((text) => text.startsWith('m/2/'))!);
      expect(depositDescriptor(network, threshPk, path)).toBe(descriptors.deposit);
    });
    for (const [path, address] of Object.entries(addresses))
      check(core, `address ${path}`, () => {
        const { script } = value(outputAt(secp256k1, threshPk, pathOf(path)));
        expect(addressOfScript(network, script)).toBe(address);
        expect(scriptOfAddress(network, address)).toEqual(script);
      });
  },
};
