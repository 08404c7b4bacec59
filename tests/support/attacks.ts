import { expect } from 'vitest';
import { concat, layoutLength, split, toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { attestationSuite } from '../../src/lib/crypto/attestation-suite.ts';
import * as chilldkg from '../../src/lib/crypto/chilldkg.ts';
import { custodySuite } from '../../src/lib/crypto/custody-suite.ts';
import type { DkgSuite } from '../../src/lib/crypto/dkg-suite.ts';
import type { Fault, FaultName, Who } from '../../src/lib/crypto/faults.ts';
import { isFault } from '../../src/lib/crypto/faults.ts';
import type { Players } from './players.ts';

export type Run = DkgSuite['name'];
export const runs: readonly Run[] = ['custody', 'attestation'];

/** The parts of the two first messages, in order. */
const participantParts = ['com', 'pop', 'pubnonce', 'encShares'] as const;
const coordinatorParts = ['comsToSecrets', 'nonconst', 'pops', 'pubnonces', 'encShares'] as const;
export type Part = (typeof participantParts)[number] | (typeof coordinatorParts)[number];

/** What the messages of a ceremony depend on. */
type About = Pick<Players, 'ceremony'> & { readonly groups: Omit<Players['groups'], 'name'> };

export const suitesFor = ({ groups, ceremony }: About): Record<Run, DkgSuite> => ({
  custody: custodySuite(groups.secp256k1),
  attestation: attestationSuite(groups.secp256k1, groups.ed25519, ceremony.manifestHash),
});

/** Replaces one field of a first message of the whole ceremony, whoever sent it. */
export function edit(
  all: About,
  kind: 'pmsg1' | 'cmsg1',
  message: Uint8Array,
  run: Run,
  part: Part,
  index: number,
  change: (field: Bytes) => Uint8Array,
): Bytes {
  const suites = suitesFor(all);
  const size = { t: all.ceremony.t, n: all.ceremony.hostpubkeys.length };
  const layoutOf =
    kind === 'pmsg1' ? chilldkg.participantMsg1Layout : chilldkg.coordinatorMsg1Layout;
  const names: readonly string[] = kind === 'pmsg1' ? participantParts : coordinatorParts;
  const cut = layoutLength(layoutOf(suites.custody, size));
  const halves = { custody: message.subarray(0, cut), attestation: message.subarray(cut) };
  const fields = split(halves[run], layoutOf(suites[run], size))!;
  const list: Uint8Array[] = fields[names.indexOf(part)]!;
  list[index] = change(fields[names.indexOf(part)]![index]!);
  const edited = concat(...fields.flat());
  return run === 'custody' ? concat(edited, halves.attestation) : concat(halves.custody, edited);
}

/** The same bytes with one bit flipped. */
export function flip(bytes: Uint8Array, at = bytes.length >> 1): Bytes {
  const flipped = concat(bytes);
  flipped[at]! ^= 1;
  return flipped;
}

/**
 * Expects a step to be refused with this fault, attributed like this, and the fault to hold nothing
 * secret.
 */
export function expectFault(
  result: unknown,
  name: FaultName,
  who: Who,
  operators: readonly number[] = [],
  secrets: readonly Uint8Array[] = [],
): Fault {
  if (!isFault(result)) throw new Error(`not refused; expected ${name}`);
  expect({ fault: result.fault, who: result.who, operators: result.operators }).toEqual({
    fault: name,
    who,
    operators,
  });
  expect(result.proves).not.toBe('');
  expect(result.next).not.toBe('');
  const text = JSON.stringify(result);
  for (const secret of secrets) {
    expect(text).not.toContain(toHex(secret));
    expect(text).not.toContain(secret.join());
  }
  return result;
}
