/** Checks records without a workspace, and with the JavaScript implementation alone if it must. */
import type { Groups } from '../crypto/dual-dkg.ts';
import { verifyRecord, type Audit } from '../ceremony/record.ts';
import { compareRecords, type Comparison } from '../ceremony/record-compare.ts';

export class Auditor {
  private readonly groups: Groups;
  private readonly other: Groups;

  /** `other` is the same as `groups` where there is one implementation only. */
  constructor(groups: Groups, other: Groups) {
    this.groups = groups;
    this.other = other;
  }

  /** Checks a record: hostile bytes. */
  verify(file: Uint8Array): Audit {
    return verifyRecord(this.groups, this.other, file);
  }

  /** Holds two records against each other. */
  compare(a: Uint8Array, b: Uint8Array): Comparison {
    return compareRecords(this.groups, this.other, a, b);
  }
}
