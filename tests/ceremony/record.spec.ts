import { describe, expect, it } from 'vitest';
import { verifyRecord, type CheckName, type RecordReport } from '../../src/lib/ceremony/record.ts';
import { compareRecords } from '../../src/lib/ceremony/record-compare.ts';
import { recordFile } from '../../src/lib/ceremony/record-file.ts';
import { nextEntry, emptyLog, headAfter, type Entry } from '../../src/lib/ceremony/log.ts';
import { concat, toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { toCbor } from '../../src/lib/crypto/cbor.ts';
import { jsGroup } from '../../src/lib/wasm/js-group.ts';
import type { Scalar } from '../../src/lib/wasm/group.ts';
import { memoryStore } from '../../src/lib/vault/store.ts';
import { recordKeys } from '../../src/lib/worker/ports.ts';
import { Seat } from '../../src/lib/worker/seat.ts';
import { sitAsWitness } from '../../src/lib/worker/enrol.ts';
import { startEngine } from '../support/engine-node.ts';
import {
  copyOf,
  enrolled,
  finish,
  ports,
  rehearsalId,
  round,
  type Player,
} from '../support/seats.ts';

const { secp256k1, ed25519 } = await startEngine();
const groups = { secp256k1, ed25519 };
const js = { secp256k1: jsGroup('secp256k1'), ed25519: jsGroup('ed25519') };

const verify = (file: Uint8Array): RecordReport => verifyRecord(groups, js, file).report;
const compare = (a: Uint8Array, b: Uint8Array) => compareRecords(groups, js, a, b);

const players = await enrolled(3, 2, 'record');
await finish(players);
const [asha, ben] = players as [Player, Player, Player];
const entries = asha.seat.state.entries;
const file = asha.seat.log.record();
const benFile = ben.seat.log.record();

/** Where each item of a record begins: the end, then the entries; and where the file ends. */
function starts(record: readonly Entry[], whole: Uint8Array): number[] {
  const lengths = record.map((entry) => toCbor(entry.bytes).length);
  const first = whole.length - lengths.reduce((sum, length) => sum + length, 0);
  return lengths.reduce((at, length) => [...at, at.at(-1)! + length], [first]);
}
const at = starts(entries, file);
const entryAt = (offset: number) => at.findLastIndex((start) => start <= offset);

const secretOf = async (player: Player) =>
  (await player.store.read(recordKeys(toHex(rehearsalId.group)).packetSecret)) as Scalar;

/** The record of these entries, correctly signed by their owner. */
const signed = async (player: Player, some: readonly Entry[]): Promise<Bytes> =>
  recordFile(secp256k1, await secretOf(player), some, new Uint8Array(32));

const saying = (part: string): unknown => expect.stringContaining(part);

const flipped = (bytes: Uint8Array, offset: number, bit: number): Uint8Array => {
  const copy = bytes.slice();
  copy[offset]! ^= 1 << bit;
  return copy;
};

describe('the record of a finished ceremony', () => {
  it('holds, check by check', () => {
    for (const { seat } of players) {
      const { report, content } = verifyRecord(groups, js, seat.log.record());
      expect(report).toMatchObject({ verdict: 'intact', implementations: 2, faults: [] });
      expect(report.log).toEqual(seat.state.head);
      const states = report.checks.map(({ name, state, count, of }) => [name, state, count === of]);
      const names: CheckName[] = [
        'chain',
        'packets',
        'heads',
        'manifest',
        'manifest-words',
        'seals',
        'certificates',
        'key-words',
        'approvals',
        'tests',
        'closings',
        'records',
      ];
      expect(states).toEqual(names.map((name) => [name, 'holds', true]));
      const { keys, recordHash } = seat.progress();
      expect(content!.keys!.custody).toEqual(keys!.custody.threshPk);
      expect(content!.recordHash).toEqual(recordHash);
      expect(content!.operators.map(({ card }) => card.name)).toEqual(['Asha', 'Ben', 'Chen']);
      expect(content!.operators.every(({ recorded, backup }) => recorded && backup)).toBe(true);
      const owner = seat.state.own!;
      const open = content!.steps.filter(({ done }) => !done[owner]).map(({ name }) => name);
      expect(open).toEqual(owner === 0 ? ['test'] : ['enrol', 'test']);
    }
  });

  it('holds by the JavaScript implementation alone, which is said', () => {
    const { report } = verifyRecord(js, js, file);
    expect(report).toMatchObject({ verdict: 'intact', implementations: 1 });
  });

  it('is the same for the same log, but for the signature under its end', async () => {
    expect(await signed(asha, entries)).toEqual(await signed(asha, entries));
  });
});

describe('a flipped bit', () => {
  it('anywhere is found, and its entry named', () => {
    const step = file.length / 400;
    for (let i = 0; i < 400; i++) {
      const offset = Math.floor(i * step);
      const report = verify(flipped(file, offset, i % 8));
      const where = `offset ${offset}`;
      if (offset < at[0]!) {
        expect(['broken', 'not-a-record'], where).toContain(report.verdict);
        continue;
      }
      expect(report.verdict, where).toBe('broken');
      expect(report.broken!.entry, `${where}: ${report.broken!.why}`).toBe(entryAt(offset));
    }
  }, 300_000);

  it('in every byte of the signed end is found', () => {
    for (let offset = 0; offset < at[0]!; offset++)
      expect(verify(flipped(file, offset, offset % 8)).verdict).not.toBe('intact');
  });

  it('in the first and the last bytes of an entry, of all entries', () => {
    for (const [number, start] of at.slice(0, -1).entries())
      for (const offset of [start, start + 1, start + 4, at[number + 1]! - 1]) {
        const { broken } = verify(flipped(file, offset, 0));
        expect(broken?.entry, `entry ${number}, offset ${offset - start}`).toBe(number);
      }
  }, 300_000);
});

it('a flipped letter in the last entry, a note that nothing follows, is found', async () => {
  const note = nextEntry(headAfter(entries.at(-1)!), 1, {
    kind: 'note',
    step: 'test',
    note: 'xyz',
  });
  const record = await signed(asha, [...entries, note]);
  expect(verify(record).verdict).toBe('intact');
  const letter = Buffer.from(record).lastIndexOf('xyz');
  expect(verify(flipped(record, letter, 0)).broken).toMatchObject({
    entry: entries.length,
    why: saying('another hash'),
  });
});

it('a length written in more bytes than it needs is refused', () => {
  const [start, length] = [at[1]!, entries[1]!.bytes.length];
  const head = toCbor(entries[1]!.bytes).length - length;
  const longer = Uint8Array.of(0x5a, 0, 0, length >> 8, length & 255);
  const record = concat(file.slice(0, start), longer, file.slice(start + head));
  expect(verify(record).broken).toMatchObject({ entry: 1, why: saying('its length') });
});

describe('a cut tail', () => {
  it('is found where it was cut, between entries', () => {
    for (const [number, start] of at.slice(0, -1).entries()) {
      if (number === 0) continue;
      const { verdict, broken } = verify(file.slice(0, start));
      expect(verdict).toBe('broken');
      expect(broken).toMatchObject({ entry: number, why: saying('cut off') });
    }
  }, 300_000);

  it('is found in the middle of an entry', () => {
    const { broken } = verify(file.slice(0, at[5]! + 20));
    expect(broken).toMatchObject({ entry: 5, why: saying('middle') });
  });

  it('with an end rewritten by somebody else: the signature is not the owner’s', async () => {
    const some = entries.slice(0, 12);
    const secret = await secretOf(ben);
    const { broken } = verify(recordFile(secp256k1, secret, some, new Uint8Array(32)));
    expect(broken).toMatchObject({ entry: undefined, why: saying('not signed') });
  });

  it('by the owner, with a good signature: another’s record tells, wherever they heard more', async () => {
    const last = ben.seat.state.packetsFrom(asha.seat.state.me).at(-1)!;
    let cuts = 0;
    for (let length = 5; length < entries.length; length++) {
      const short = await signed(asha, entries.slice(0, length));
      expect(verify(short).verdict).not.toBe('broken');
      const { findings } = compare(short, benFile);
      if (length > last.log.length) {
        expect(findings).toEqual([]);
        continue;
      }
      cuts++;
      expect(findings).toEqual([
        { finding: 'cut-tail', who: 'Asha', length, seen: last.log.length, number: last.number },
      ]);
    }
    expect(cuts).toBeGreaterThan(10);
  }, 300_000);
});

describe('entries in another order', () => {
  const pieces = at.slice(0, -1).map((start, i) => file.slice(start, at[i + 1]));
  const end = file.slice(0, at[0]);

  it('swapped, repeated, left out, added: the entry is named', () => {
    const swapped = [...pieces];
    [swapped[7], swapped[8]] = [pieces[8]!, pieces[7]!];
    expect(verify(concat(end, ...swapped)).broken?.entry).toBe(7);
    const repeated = [...pieces.slice(0, 8), ...pieces.slice(7)];
    expect(verify(concat(end, ...repeated)).broken?.entry).toBe(8);
    const without = pieces.filter((_, i) => i !== 9);
    expect(verify(concat(end, ...without)).broken?.entry).toBe(9);
    const note = nextEntry(headAfter(entries.at(-1)!), 1, {
      kind: 'note',
      step: 'record',
      note: 'x',
    });
    const more = verify(concat(file, toCbor(note.bytes)));
    expect(more.broken).toMatchObject({ entry: entries.length, why: saying('after the end') });
  });

  it('a whole other log under the end is refused', () => {
    const benStarts = starts(ben.seat.state.entries, benFile);
    const { verdict } = verify(concat(end, benFile.slice(benStarts[0])));
    expect(verdict).toBe('broken');
  });
});

describe('a log that its owner wrote anew', () => {
  /** The entries, chained again after `change`. */
  async function rewritten(change: (entry: Entry) => Entry['event'] | undefined): Promise<Bytes> {
    let head = emptyLog;
    const again: Entry[] = [];
    for (const entry of entries) {
      const event = change(entry);
      if (!event) continue;
      again.push(nextEntry(head, entry.at, event));
      head = headAfter(again.at(-1)!);
    }
    return signed(asha, again);
  }

  it('breaks at the first own packet that was made upon the true one', async () => {
    const at = entries.findIndex(({ event }) => event.kind === 'checked');
    const next = entries.findIndex(({ event }, i) => i > at && event.kind === 'sent');
    const changed = await rewritten((entry) =>
      entry.event.kind === 'checked' && entry.number === at
        ? { ...entry.event, evidence: 'another' }
        : entry.event,
    );
    expect(verify(changed).broken).toMatchObject({
      entry: next,
      why: saying('another log'),
    });
    const left = await rewritten((entry) => (entry.number === at ? undefined : entry.event));
    expect(verify(left).broken).toMatchObject({ entry: next - 1 });
  });

  it('breaks where another’s packet is said to be the own one', async () => {
    const first = entries.findIndex(({ event }) => event.kind === 'received');
    const changed = await rewritten(({ number, event }) =>
      number === first && event.kind === 'received' ? { ...event, kind: 'sent' } : event,
    );
    expect(verify(changed).broken).toMatchObject({ entry: first, why: saying('another signed') });
  });

  it('breaks where a packet of another group, or one twice, was put in', async () => {
    const foreign = await enrolled(2, 2, 'others');
    const packet = foreign[0]!.seat.state.allPackets()[0]!.bytes;
    const twice = entries.findLast(({ event }) => event.kind === 'received')!;
    const length = entries.length;
    for (const event of [{ kind: 'received', packet } as const, twice.event]) {
      const added = nextEntry(headAfter(entries.at(-1)!), 1, event);
      const { broken } = verify(await signed(asha, [...entries, added]));
      expect(broken).toMatchObject({ entry: length, why: saying('packet') });
    }
  });
});

describe('two records', () => {
  it('of one ceremony agree', () => {
    expect(compare(file, benFile)).toEqual({
      verdict: 'agree',
      points: ['group', 'manifest', 'keys', 'record'].map((name) => ({ name, state: 'same' })),
      findings: [],
    });
  });

  it('of other ceremonies differ, by name', async () => {
    const others = await enrolled(3, 2, 'other people');
    await finish(others);
    const { verdict, points } = compare(file, others[1]!.seat.log.record());
    expect(verdict).toBe('differ');
    expect(points.map(({ state }) => state)).toEqual(['same', 'differs', 'differs', 'differs']);
  });

  it('of one owner: an older one, and one with another head', async () => {
    const store = await copyOf(asha);
    const group = toHex(rehearsalId.group);
    const copy = await Seat.open(ports(store, 'a copy'), group);
    await copy.note('record', 'written on a copy');
    await asha.seat.note('record', 'written on the original');
    const older = file;
    expect(compare(older, asha.seat.log.record())).toMatchObject({
      verdict: 'agree',
      findings: [{ finding: 'older', who: 'Asha', length: entries.length - 1 }],
    });
    const { verdict, findings } = compare(copy.log.record(), asha.seat.log.record());
    expect(verdict).toBe('differ');
    expect(findings).toEqual([{ finding: 'fork', who: 'Asha', entry: entries.length - 1 }]);
  });

  it('name who showed different people different packets', async () => {
    const three = await enrolled(3, 2, 'two faces');
    await round(three);
    await round(three);
    const [first, second] = three as [Player, Player, Player];
    const store = await copyOf(second);
    const copy = await Seat.open(ports(store, 'the other face'), toHex(rehearsalId.group));
    await second.seat.note('seal', 'one');
    await second.seat.abort('one face');
    await copy.note('seal', 'another');
    await copy.abort('the other face');
    await first.seat.take(copy.log.outgoing(true).bundle);
    const { verdict, findings } = compare(first.seat.log.record(), second.seat.log.record());
    expect(verdict).toBe('differ');
    const number = second.seat.state.packetsFrom(second.seat.state.me).length;
    expect(findings).toContainEqual({ finding: 'two-packets', who: 'Ben', number });
    expect(findings).toContainEqual(expect.objectContaining({ finding: 'fork', who: 'Ben' }));

    // Whoever holds both has the proof in one record.
    await first.seat.take(second.seat.log.outgoing(true).bundle);
    const report = verify(first.seat.log.record());
    expect(report.verdict).toBe('faults');
    const heads = report.checks.find(({ name }) => name === 'heads')!;
    expect(heads).toMatchObject({ state: 'fails', who: [1] });
    expect(report.faults.map(({ fault }) => fault)).toContain('equivocation');
  });

  it('are not compared where one is broken', () => {
    expect(compare(flipped(file, 900, 1), benFile).verdict).toBe('not-comparable');
    expect(compare(benFile, new Uint8Array(3)).verdict).toBe('not-comparable');
  });
});

describe('what is missing is no failure', () => {
  it('a ceremony under way: which operators owe what', async () => {
    const three = await enrolled(3, 2, 'under way');
    await round(three);
    const { verdict, checks } = verify(three[0]!.seat.log.record());
    expect(verdict).toBe('incomplete');
    expect(checks.find(({ name }) => name === 'records')).toMatchObject({
      state: 'missing',
      who: [0, 1, 2],
    });
    await finish(three);
    const last = three[0]!.seat.state.entries.findLast(({ event }) => event.kind === 'received')!;
    const some = three[0]!.seat.state.entries.slice(0, last.number);
    const report = verify(await signed(three[0]!, some));
    expect(report.verdict).toBe('incomplete');
    expect(report.checks.filter(({ state }) => state !== 'holds')).toEqual([
      { name: 'records', state: 'missing', count: 2, of: 3, who: [expect.any(Number) as unknown] },
    ]);
  });

  it('a witness’s record has no own words; who does not agree is named', async () => {
    const three = await enrolled(3, 2, 'witnessed');
    const store = memoryStore();
    const invitation = three[0]!.seat.log.outgoing(true).bundle;
    const wim = await sitAsWitness(ports(store, 'wim'), invitation, {
      name: 'Wim',
      organisation: 'Witnesses',
    });
    if (typeof wim === 'string') throw new Error(wim);
    await three[0]!.seat.take(wim.log.outgoing(true).bundle);
    await finish(three);
    await wim.take(three[0]!.seat.log.outgoing(true).bundle);
    const before = verifyRecord(groups, js, wim.log.record());
    expect(before.content).toMatchObject({ role: 'witness', owner: 'Wim' });
    const open = before.report.checks.filter(({ state }) => state !== 'holds');
    expect(open).toEqual([{ name: 'witnesses', state: 'missing', count: 0, of: 1, who: [0] }]);
    expect(before.report.checks.map(({ name }) => name)).not.toContain('key-words');
    await wim.attest(false, 'I could not hear Chen.');
    const { report, content } = verifyRecord(groups, js, wim.log.record());
    expect(report.verdict).toBe('faults');
    expect(report.checks.at(-1)).toMatchObject({ name: 'witnesses', state: 'fails', who: [0] });
    expect(content!.witnesses[0]!.attestation).toMatchObject({
      agree: false,
      because: 'I could not hear Chen.',
      same: true,
    });
  });
});

it('other bytes are no record', () => {
  for (const bytes of [new Uint8Array(), new Uint8Array(500), toCbor('record'), file.slice(1)])
    expect(verify(bytes)).toMatchObject({
      verdict: 'not-a-record',
      why: saying('begin as a record'),
    });
});
