/** Whether a backup gives the share of an operator: computed apart from every workspace. */
import { recoverBoth, type Groups } from '../crypto/dual-dkg.ts';
import { equal, wipe, type Bytes } from '../crypto/bytes.ts';
import { isFault } from '../crypto/faults.ts';
import { recoveryFromBytes, type RecoveryContent } from '../ceremony/backup.ts';
import { hostSecretOf, wipeReply, type RestoreFault, type Source } from './sources.ts';

/** What was restored: its public half, as the certificate has it. */
export interface Restored {
  readonly recovery: RecoveryContent;
  /** From 0. */
  readonly operator: number;
  /** The public shares of the restored shares: 33 and 32 bytes. */
  readonly custody: Bytes;
  readonly attestation: Bytes;
}

/** Computes both shares and holds them against the certified public shares; a sentence fragment where the recovery file is none. */
export async function compareRestored(
  groups: Groups,
  file: Uint8Array,
  source: Source,
): Promise<Restored | RestoreFault | string> {
  const recovery = recoveryFromBytes(file);
  if (typeof recovery === 'string') {
    wipeReply(source);
    return recovery;
  }
  const { network, rehearsal, groupId: group, epoch, recoveryData } = recovery;
  const host = await hostSecretOf(source, { network, rehearsal, group, epoch });
  if (!(host instanceof Uint8Array)) return host;
  let both: ReturnType<typeof recoverBoth>;
  try {
    both = recoverBoth(groups, host, recoveryData);
  } finally {
    wipe(host);
  }
  if (isFault(both)) {
    // The recovery data say themselves that they are whole; else it is the secret that is another.
    const broken = both.fault.startsWith('recovery-');
    return { fault: broken ? 'other-recovery-data' : 'other-host-secret', detail: both.fault };
  }
  const { custody, attestation, ceremony, id } = both;
  wipe(custody.secshare!, attestation.secshare!);
  const agrees =
    equal(recovery.manifestHash, ceremony.manifestHash) &&
    recovery.t === ceremony.t &&
    recovery.operators.length === ceremony.hostpubkeys.length;
  if (!agrees) return { fault: 'other-recovery-data', detail: 'manifest' };
  return {
    recovery,
    operator: id!,
    custody: custody.pubshares[id!]!,
    attestation: attestation.pubshares[id!]!,
  };
}
