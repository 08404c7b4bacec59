import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { top } from '../../bundle/machine.mjs';
import { addressOfScript } from '../../src/lib/bitcoin/address.ts';
import { branches } from '../../src/lib/bitcoin/branches.ts';
import type { RequestOf } from '../../src/lib/ceremony/request.ts';
import { equal, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { hexOf } from '../../src/lib/ui/words.ts';
import type { Burn } from '../../src/lib/wire/burn-record.ts';
import { checkBurnProof } from '../../src/lib/wire/plonky2/burn-proof.ts';
import { newBurn, recipient } from './bridge-chain.ts';
import { fileOf, groupOf } from './bridge-operator.ts';
import { temporaryFolder } from './folder.ts';
import { unhex } from './hex.ts';
import type { Operator } from './operator.ts';
import type { Peer } from './peer.ts';

/* Burns as the bridge's own circuit and nodes tell of them, and coins as Bitcoin Core does. */

/** What each operator's program signed so far. */
const signed = temporaryFolder('observed');

/** The proof of a burn that was made by the bridge's own circuit; its burn as a bridge's node has it. */
export function provedBurn(): { burn: Burn; file: string } | undefined {
  const vectors = process.env['CONCLAVE_VECTORS'];
  if (!vectors) return undefined;
  const json = readFileSync(join(vectors, 'plonky2', 'burn_forged_proof.json'), 'utf8');
  const bytes = unhex((JSON.parse(json) as { proof_bytes: string }).proof_bytes);
  const checked = checkBurnProof(bytes);
  if ('problem' in checked) throw new Error(checked.problem);
  const { nullifier, amount, destination } = checked.inputs;
  const script = unhex(`0014${hexOf(destination)}`);
  return { burn: newBurn({ nullifier, amount, script }), file: fileOf(bytes, 'burn.proof') };
}

/** What a peer proposes to pay a burn with: a coin that nobody has. */
export const burnOf = (peer: Peer, burn: Burn): RequestOf<'burn'> => ({
  kind: 'burn',
  purpose: 'A withdrawal',
  expires: Date.now() + 86_400_000,
  replaces: null,
  withdrawals: [{ burn, proof: proofOf(peer, burn), output: 0 }],
  transaction: {
    version: 2,
    locktime: 0,
    inputs: [
      {
        txid: recipient(77),
        vout: 0,
        sequence: 0xffff_fffd,
        amount: burn.amount,
        path: [branches.receive, 2],
      },
    ],
    outputs: [{ amount: burn.amount - burn.fee, script: burn.script, path: null }],
  },
});

/** The proof that names this nullifier, where a peer has one. */
const proofOf = ({ player }: Peer, { nullifier }: Burn): Bytes =>
  player.seat.state.noted('proof').find(({ event }) => equal(event.nullifier, nullifier))?.event
    .hash ?? new Uint8Array(32);

/** A burn as the bridge's own node lists it, final. */
export const burnList = ({ nullifier, amount, script, fee, height, block }: Burn): string =>
  JSON.stringify({
    height: height + 100,
    burns: [
      {
        proof_id: 'a1',
        nullifier: `0x${hexOf(nullifier)}`,
        asset_id: '0x0',
        amount,
        destination_btc_address: addressOfScript('regtest', script),
        fee_btc: fee,
        block_number: height,
        block_hash: hexOf(block),
        timestamp: 1_790_000_000,
      },
    ],
  });

/** Runs the served program that signs what a node lists with an operator's key; its file. */
export function observe(operator: Operator, key: string, burns: string): string {
  const records = execFileSync(
    process.execPath,
    [
      join(top, 'build', 'programs', 'observe.mjs'),
      ...['--burns', burns, '--key', key, '--group', groupOf(operator), '--network', 'regtest'],
      ...['--state', join(signed, operator.name)],
    ],
    { input: `${operator.backupPassphrase}\n` },
  );
  return fileOf(records, 'records.json');
}

/** A coin as Bitcoin Core lists it. */
export const listed = (script: Uint8Array, amount: number, txid = recipient(78), vout = 0) => ({
  txid: hexOf(txid.toReversed()),
  vout,
  address: addressOfScript('regtest', script),
  scriptPubKey: hexOf(script),
  amount: amount / 1e8,
  confirmations: 6,
});
