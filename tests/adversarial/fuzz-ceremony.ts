import {
  backupFromBytes,
  backupToBytes,
  recoveryFromBytes,
  recoveryToBytes,
} from '../../src/lib/ceremony/backup.ts';
import { kitFromBytes, kitToBytes } from '../../src/lib/ceremony/kit.ts';
import { recoveryLabels } from '../support/backup-content.ts';
import { emptyLog, nextEntry, readEntry } from '../../src/lib/ceremony/log.ts';
import { manifestReader, type Manifest } from '../../src/lib/ceremony/manifest.ts';
import { bundleOf, packetsOf, readPacket, signPacket } from '../../src/lib/ceremony/packet.ts';
import { partReader, type Part } from '../../src/lib/ceremony/parts.ts';
import { recordFile } from '../../src/lib/ceremony/record-file.ts';
import { verifyRecord } from '../../src/lib/ceremony/record.ts';
import { State } from '../../src/lib/ceremony/state.ts';
import { toFile } from '../../src/lib/courier/file.ts';
import { xOnly } from '../../src/lib/crypto/bip340.ts';
import { concat, equal, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { fromCbor, toCbor } from '../../src/lib/crypto/cbor.ts';
import { list, read } from '../../src/lib/crypto/schema.ts';
import { toEnvelope } from '../../src/lib/vault/envelope.ts';
import { fromHeader } from '../../src/lib/vault/header.ts';
import { VaultError } from '../../src/lib/vault/fault.ts';
import { recompute } from '../../src/lib/worker/recompute.ts';
import type { Groups } from '../support/groups.ts';
import type { FuzzTarget } from './fuzz-targets.ts';

const fill = (byte: number, length = 32): Bytes => new Uint8Array(length).fill(byte);
const sentence = <T>(result: T | string): T | undefined =>
  typeof result === 'string' ? undefined : result;

const id = { network: 'regtest', rehearsal: true, group: fill(9), epoch: 0 } as const;
const terms = {
  name: 'Fuzzed',
  purpose: '',
  n: 2,
  t: 2,
  reservationQuorum: 2,
  minDisplayApprovals: 0,
  limits: { items: 1, batch: 1, item: 1, feeRate: 1 },
  backupAddress: null,
  roots: [fill(7)],
  draft: '0.6.0',
  callAt: null,
} as const;

const card = (name: string, byte: number): Manifest['operators'][number] => ({
  name,
  organisation: '',
  place: '',
  hostKey: fill(2, 33),
  packetKey: fill(byte),
  observerKey: fill(byte + 1),
  approvalKey: { kind: 'webauthn-es256', key: fill(4, 65), rpId: 'localhost' },
  device: {
    kind: 'security-key',
    model: 'Drawn',
    serial: '1',
    firmware: '1',
    simulated: true,
    trustedDisplay: false,
    touch: true,
    attestation: false,
    nonExportable: false,
  },
  root: fill(7),
  signature: fill(5, 64),
});

/** The parsers of what operators exchange, log and keep; each value has one encoding. */
export function ceremonyTargets(groups: Groups): FuzzTarget[] {
  const { secp256k1 } = groups;
  const secret = secp256k1.scalarFromBytesNonzeroChecked(fill(6))!;
  const from = xOnly(secp256k1.mulBase(secret));
  const manifest = { id, terms, operators: [card('Asha', 11), card('Ben', 21)], witnesses: [] };
  const parts: Part[] = [
    { kind: 'invite', terms, from: 'Asha' },
    { kind: 'manifest', manifest },
    {
      kind: 'commit',
      nonces: [{ ids: [0, 1], attempt: 0, custody: fill(2, 66), attestation: fill(3, 64) }],
    },
    { kind: 'close', certified: fill(1), backup: backupNote, script: [] },
    { kind: 'abort', because: 'no' },
  ];
  const packetOf = (of: readonly Part[], number: number) => {
    const body = {
      version: 1,
      id,
      session: fill(0),
      from,
      number,
      root: fill(7),
      incarnation: fill(8, 8),
      at: 1_800_000_000_000,
      log: { length: 2 * number, head: fill(3) },
      seen: [{ from: fill(4), number: 1, length: 2, head: fill(3) }],
      parts: of,
    } as const;
    const made = signPacket(secp256k1, secret, body, fill(0));
    if (typeof made === 'string') throw new Error(made);
    return made;
  };
  const packet = packetOf(parts, 1);

  const log = new State();
  const created = { kind: 'created', id, terms, packetKey: from, name: 'Asha' } as const;
  for (const event of [created, { kind: 'note', step: 'seal', note: 'odd' } as const])
    log.apply(nextEntry(log.head, 1, event));
  const entry = nextEntry(emptyLog, 5, { kind: 'received', packet: packet.bytes });
  const whose = {
    network: 'regtest',
    groupId: fill(9),
    groupName: 'Fuzzed',
    epoch: 0,
    rehearsal: true,
  } as const;
  const content = {
    ...recoveryLabels,
    ...whose,
    manifestHash: fill(1),
    recoveryData: fill(2, 300),
    created: 1,
  };
  const operatorName = 'Asha';
  const backup = backupToBytes({ ...content, operatorName, index: 0, hostSecret: fill(6) });
  const hostKey = fill(2, 33);
  const kit = kitToBytes({ ...whose, operatorName, hostKey, salt: fill(3), device: fill(4, 50) });
  const common = { created: 1, salt: fill(1, 16), wrapped: fill(2, 60) };
  const header = toCbor({
    created: 1,
    restored: { at: 3, exported: 2 },
    slots: [
      { kind: 'device', slot: 0, id: 'a', label: 'Key', ...common },
      { kind: 'passphrase', slot: 1, memory: 64, passes: 1, ...common },
    ],
    seal: fill(3, 28),
  });
  const bundle = bundleOf([packet.bytes, packet.bytes]);
  const encoded = toCbor({ ...manifest });
  const partsReader = list(partReader, 12, 1);
  const invitation = packetOf([{ kind: 'invite', terms, from: 'Asha' }], 1).bytes;
  const invited = bundleOf([invitation, packetOf([{ kind: 'receipt' }], 2).bytes]);
  /** As a file that is whole, so that the parsers behind its checksum get the input. */
  const recomputed = async (bundle: Uint8Array) => {
    const files = [toFile(concat(Uint8Array.of(1), bundle)), record];
    const { found } = await recompute(groups, groups, files);
    return found.files[0]!.is === 'packets' ? found : undefined;
  };
  const record = recordFile(secp256k1, secret, log.entries, fill(0));

  return [
    {
      name: 'any deterministic CBOR',
      seed: encoded,
      parse: (input) => fromCbor(input),
      mayAccept: (input) => equal(toCbor(fromCbor(input)!), input),
    },
    {
      name: 'packet',
      seed: packet.bytes,
      parse: (input) => sentence(readPacket(secp256k1, input)),
      mayAccept: (input) => equal(input, packet.bytes),
    },
    {
      name: 'bundle of packets',
      seed: bundle,
      parse: (input) => sentence(packetsOf(input)),
      mayAccept: (input) => equal(bundleOf(sentence(packetsOf(input)) ?? []), input),
    },
    {
      name: 'log entry',
      seed: entry.bytes,
      parse: (input) => sentence(readEntry(input, emptyLog)),
      mayAccept: (input) => {
        const again = sentence(readEntry(input, emptyLog));
        return !!again && equal(nextEntry(emptyLog, again.at, again.event).bytes, input);
      },
    },
    {
      name: 'manifest',
      seed: encoded,
      parse: (input) => sentence(read(manifestReader, input)),
      mayAccept: (input) => {
        const again = sentence(read(manifestReader, input));
        return !!again && equal(toCbor({ ...again.value }), input);
      },
    },
    {
      name: 'record',
      seed: record,
      parse: (input) => {
        const { report } = verifyRecord(groups, groups, input);
        return ['broken', 'not-a-record'].includes(report.verdict) ? undefined : report;
      },
      mayAccept: (input) => equal(input, record),
    },
    {
      name: 'a bundle, for requests to be computed again',
      seed: invited,
      parse: recomputed,
      mayAccept: (input) => equal(bundleOf(sentence(packetsOf(input)) ?? []), input),
    },
    {
      name: 'whatever its sender signs, for requests to be computed again',
      seed: toCbor(parts.map((part) => ({ ...part }))),
      parse: (input) => {
        const found = read(partsReader, input);
        if (typeof found === 'string') return undefined;
        return recomputed(bundleOf([invitation, packetOf(found.value, 2).bytes]));
      },
      mayAccept: (input) => {
        const again = sentence(read(partsReader, input));
        return !!again && equal(toCbor(again.value.map((part) => ({ ...part }))), input);
      },
    },
    {
      name: 'a record, for requests to be computed again',
      seed: record,
      parse: async (input) => {
        const { found } = await recompute(groups, groups, [input]);
        return found.files[0]!.is === 'record' ? found : undefined;
      },
      mayAccept: (input) => equal(input, record),
    },
    {
      name: 'backup',
      seed: backup,
      parse: (input) => {
        const content = backupFromBytes(input);
        return 'fault' in content ? undefined : content;
      },
      mayAccept: (input) => {
        const content = backupFromBytes(input);
        return !('fault' in content) && equal(backupToBytes(content), input);
      },
    },
    {
      name: 'recovery file',
      seed: recoveryToBytes(content),
      parse: (input) => sentence(recoveryFromBytes(input)),
      mayAccept: (input) => {
        const again = sentence(recoveryFromBytes(input));
        return !!again && equal(recoveryToBytes(again), input);
      },
    },
    {
      name: 'recovery kit',
      seed: kit,
      parse: (input) => sentence(kitFromBytes(input)),
      mayAccept: (input) => {
        const again = sentence(kitFromBytes(input));
        return !!again && equal(kitToBytes(again), input);
      },
    },
    {
      name: 'vault header',
      seed: header,
      parse: (input) => {
        try {
          return fromHeader(toEnvelope('conclave vault', 1, input));
        } catch (error) {
          if (error instanceof VaultError) return undefined;
          throw error;
        }
      },
      mayAccept: (input) => equal(toCbor(fromCbor(input)!), input),
    },
  ];
}

const backupNote = { tier: 'age-file', method: 'read-back', at: 1 } as const;
