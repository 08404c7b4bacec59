/** All requests of a long log, as every act reads them: what was computed before stays computed. */
import { be32 } from '../../src/lib/crypto/bytes.ts';
import { defaultLimits, type Manifest } from '../../src/lib/ceremony/manifest.ts';
import type { Packet } from '../../src/lib/ceremony/packet.ts';
import type { Part } from '../../src/lib/ceremony/parts.ts';
import { batchRoot, requestDigest, type RequestOf } from '../../src/lib/ceremony/request.ts';
import { requestsOf } from '../../src/lib/ceremony/requests.ts';
import type { Known } from '../../src/lib/ceremony/session.ts';
import { State } from '../../src/lib/ceremony/state.ts';
import type { Engine } from '../../src/lib/wasm/engine.ts';
import type { Operation } from './measure.ts';

const OPERATORS = 5;
const COUNT = 300;

const id = (name: number) => Uint8Array.from([...new Uint8Array(28), ...be32(name)]);

/** A month of ten batches a day: five slips for each, and three packets that say nothing of it. */
export function requestOperations(engine: Engine): Operation[] {
  const known = emptyLog(engine);
  const tell = teller(known);
  for (let batch = 0; batch < COUNT; batch++) {
    const request: RequestOf<'test'> = {
      kind: 'test',
      purpose: 'Are all shares there?',
      expires: 1_900_000_000_000,
      salt: id(batch).slice(16),
    };
    const session = batchRoot([requestDigest(known, request)]);
    tell(0, { kind: 'request', batch: [request] });
    const verdicts = [{ accept: true, because: '' }];
    for (let by = 0; by < OPERATORS; by++)
      tell(by, { kind: 'slip', session, source: 'own records', verdicts });
    for (let by = 0; by < 3; by++) tell(by, { kind: 'receipt' });
  }
  const read = () => {
    const { sessions } = requestsOf(known);
    if (sessions.length !== COUNT) throw new Error('a batch is missing');
  };
  return [
    {
      name: `a batch, in a log of ${COUNT}`,
      goals: {},
      within: 660,
      per: COUNT,
      rounds: 11,
      contenders: [{ name: 'ours', run: read }],
    },
  ];
}

/** A log with a complete key and nothing else in it, as far as requests are computed from it. */
function emptyLog(groups: Engine): Known {
  const state = new State();
  const threshPk = groups.secp256k1.pointToBytes(
    groups.secp256k1.mulBase(groups.secp256k1.scalarFromBytesWrapping(id(1))),
  );
  const key = { threshPk, pubshares: [], secshare: undefined };
  const group = { network: 'regtest', rehearsal: true, group: id(2), epoch: 0 } as const;
  const operators = Array.from({ length: OPERATORS }, (_, number) => ({ packetKey: id(number) }));
  const terms = { n: OPERATORS, t: 3, reservationQuorum: 4, limits: defaultLimits };
  const manifest = { id: group, terms, operators } as unknown as Manifest;
  Object.assign(state, { id: group, manifest, manifestHash: id(3) });
  const keys = { custody: key, attestation: key, recoveryData: id(0), hash: id(4) };
  return { id: group, keys, groups, other: groups, state, manifest };
}

/** Enters packets that were judged: nothing of a packet but what requests are computed from. */
function teller({ state }: Known): (from: number, ...parts: readonly Part[]) => void {
  const said = new Map<number, number>();
  return (from, ...parts) => {
    const number = (said.get(from) ?? 0) + 1;
    said.set(from, number);
    const { length } = state.head;
    const hash = id(length);
    const packet = { session: id(3), from: id(from), number, at: 0, seen: [], parts, hash };
    const event = { kind: 'received', packet: hash } as const;
    const entry = { number: length, previous: hash, at: 0, event, bytes: hash, hash };
    state.apply(entry, packet as unknown as Packet);
  };
}
