import { expect } from 'vitest';
import {
  addressOfScript,
  scriptOfAddress,
  type AddressNetwork,
} from '../../src/lib/bitcoin/address.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import type { Conformance } from '../support/conformance.ts';
import { unhex } from '../support/hex.ts';

type Valid = [string, string, { chain: string; isPrivkey: boolean; tryCaseFlip?: boolean }];

const networks: readonly AddressNetwork[] = ['mainnet', 'testnet4', 'signet', 'regtest'];
const chains: Readonly<Record<string, AddressNetwork>> = { main: 'mainnet' };

const scriptOf = (network: AddressNetwork, address: string): string | undefined => {
  const script = scriptOfAddress(network, address);
  return script && toHex(script);
};

/** Bitcoin Core's valid and invalid addresses; what it lists as private keys is no address. */
export const address: Conformance = {
  name: 'addresses of Bitcoin Core',
  source: 'github.com/bitcoin/bitcoin, src/test/data/key_io_*.json',
  files: ['address/key_io_valid.json', 'address/key_io_invalid.json'],
  cases: { 'address/key_io_valid.json': 70, 'address/key_io_invalid.json': 70 },
  run(_, load, check) {
    const [valid, invalid] = this.files as [string, string];
    for (const [text, script, { chain, isPrivkey, tryCaseFlip }] of load(valid) as Valid[])
      check(valid, text, () => {
        const network = chains[chain] ?? (chain as AddressNetwork);
        expect(scriptOf(network, text)).toBe(isPrivkey ? undefined : script);
        if (!isPrivkey)
          expect(addressOfScript(network, unhex(script))).toBe(
            tryCaseFlip ? text.toLowerCase() : text,
          );
        if (tryCaseFlip) expect(scriptOf(network, text.toUpperCase())).toBe(script);
        if (network === 'mainnet')
          for (const other of networks.slice(1)) expect(scriptOf(other, text)).toBeUndefined();
      });
    for (const [text] of load(invalid) as [string][])
      check(invalid, text, () => {
        for (const network of networks) expect(scriptOf(network, text)).toBeUndefined();
      });
  },
};
