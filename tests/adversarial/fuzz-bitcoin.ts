import { addressOfScript, scriptOfAddress } from '../../src/lib/bitcoin/address.ts';
import { outputAt } from '../../src/lib/bitcoin/branches.ts';
import { readCoins } from '../../src/lib/bitcoin/coins.ts';
import { psbtBytes, readPsbt } from '../../src/lib/bitcoin/psbt.ts';
import { spendReader, type Spend } from '../../src/lib/bitcoin/spend.ts';
import { toCbor } from '../../src/lib/crypto/cbor.ts';
import { equal, toHex } from '../../src/lib/crypto/bytes.ts';
import { isFault } from '../../src/lib/crypto/faults.ts';
import { read } from '../../src/lib/crypto/schema.ts';
import type { Group } from '../../src/lib/wasm/group.ts';
import type { Groups } from '../support/groups.ts';
import { value } from '../support/hex.ts';
import { fullPsbt } from '../support/psbts.ts';
import { threshPkOf } from '../support/spends.ts';
import { writePsbt } from '../support/write-psbt.ts';
import type { FuzzTarget } from './fuzz-targets.ts';

const text = new TextDecoder('utf-8', { ignoreBOM: true });
const encode = (json: string) => new TextEncoder().encode(json);

/** The parsers of what comes from Bitcoin; `threshPk` is any group's custody key. */
export function bitcoinTargets({ secp256k1 }: Groups, threshPk: Uint8Array): FuzzTarget[] {
  const { script, internalKey } = value(outputAt(secp256k1, threshPk, [0, 7]));
  const address = addressOfScript('regtest', script)!;
  const coin = {
    txid: '00112233445566778899aabbccddeeff'.repeat(2),
    vout: 1,
    address,
    scriptPubKey: toHex(script),
    amount: 0.12345678,
    confirmations: 6,
    desc: `tr([00000000/0/7]${toHex(internalKey)})`,
  };
  const coins = (input: Uint8Array) => {
    const read = readCoins(secp256k1, 'regtest', threshPk, text.decode(input), []);
    if (isFault(read)) return read;
    return typeof read === 'string' || read.coins.length === 0 ? undefined : read.coins;
  };
  return [
    psbtTarget(secp256k1, 0),
    psbtTarget(secp256k1, 2),
    {
      name: 'address',
      seed: encode(address),
      parse: (input) => scriptOfAddress('regtest', text.decode(input)),
      // The same in capitals is the same.
      mayAccept: (input) => text.decode(input).toLowerCase() === address,
    },
    {
      name: 'output script',
      seed: script,
      parse: (input) => addressOfScript('regtest', input),
      mayAccept: (input) =>
        equal(scriptOfAddress('regtest', addressOfScript('regtest', input)!)!, input),
    },
    {
      name: 'list of coins',
      seed: encode(JSON.stringify([coin])),
      parse: coins,
      // What is accepted is at our address, and each of its values stands in the list.
      mayAccept: (input) => {
        const list = text.decode(input);
        return value(coins(input))!.every(
          ({ txid, amount, path }) =>
            txid.length === 32 &&
            Number.isInteger(amount) &&
            amount > 0 &&
            list.includes(toHex(txid.toReversed())) &&
            list.includes(
              addressOfScript('regtest', value(outputAt(secp256k1, threshPk, path)).script)!,
            ),
        );
      },
    },
  ];
}

/** An unsigned PSBT with every field that it may have. */
function psbtTarget(group: Group, version: 0 | 2): FuzzTarget {
  const threshPk = threshPkOf(group);
  const parse = (input: Uint8Array): Spend | undefined => {
    const bytes = psbtBytes(input);
    const spend = bytes ? readPsbt(group, threshPk, bytes) : [];
    return Array.isArray(spend) ? undefined : spend;
  };
  return {
    name: `PSBT of version ${version}`,
    seed: fullPsbt(group, version).bytes,
    parse,
    // What is accepted is a spend that a packet can carry, and the same from a PSBT written anew.
    mayAccept: (input) => {
      const spend = parse(input)!;
      const again = value(writePsbt(group, threshPk, spend, version));
      const carried = toCbor({ ...spend });
      return (
        typeof read(spendReader, carried) !== 'string' &&
        equal(toCbor({ ...parse(again)! }), carried)
      );
    },
  };
}
