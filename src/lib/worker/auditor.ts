/** Checks records and requests without a workspace, and with the JavaScript implementation alone if it must. */
import type { Groups } from '../crypto/dual-dkg.ts';
import { checkMintProof, type MintAudit } from '../ceremony/mint-proof.ts';
import { verifyRecord, type Audit } from '../ceremony/record.ts';
import { compareRecords, type Comparison } from '../ceremony/record-compare.ts';
import { compareRestored, type Restored } from './restored.ts';
import type { RestoreFault, Source } from './sources.ts';
import { recompute, shownFor, type Recomputed, type Recomputing, type Shown } from './recompute.ts';

export class Auditor {
  private readonly groups: Groups;
  private readonly other: Groups;
  private recomputing: Recomputing | undefined;

  /** `other` is the same as `groups` where there is one implementation only. */
  constructor(groups: Groups, other: Groups) {
    this.groups = groups;
    this.other = other;
  }

  /** Checks a record: hostile bytes. */
  verify(file: Uint8Array): Audit {
    return verifyRecord(this.groups, this.other, file);
  }

  /** Checks a mint proof: hostile bytes; a sentence fragment where it does not read. */
  mintProof(file: Uint8Array): MintAudit | string {
    return checkMintProof(this.groups, file);
  }

  /** Holds two records against each other. */
  compare(a: Uint8Array, b: Uint8Array): Comparison {
    return compareRecords(this.groups, this.other, a, b);
  }

  /**
   * Restores from what is left of a backup and a recovery file, away from any workspace, and compares:
   * a sentence fragment where the file is none. Nothing is kept.
   */
  async restored(recovery: Uint8Array, source: Source): Promise<Restored | RestoreFault | string> {
    return compareRestored(this.groups, recovery, source);
  }

  /** Every request in these files, records and saved packets together: hostile bytes. */
  async recompute(files: readonly Uint8Array[]): Promise<Recomputed> {
    this.recomputing = await recompute(this.groups, this.other, files);
    return this.recomputing.found;
  }

  /** What a device shows for these items of a batch, among what was recomputed last. */
  shown(root: Uint8Array, accepted: readonly number[]): Shown | undefined {
    return this.recomputing && shownFor(this.recomputing, root, accepted);
  }
}
