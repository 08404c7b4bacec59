/** The steps at which a proof can fail, in the order in which they are taken. */
export const plonkyFaultNames = [
  'length',
  'shape',
  'element',
  'vanishing',
  'proof-of-work',
  'merkle',
  'fri-consistency',
  'final-polynomial',
] as const;

/** Why a proof was refused. */
export interface PlonkyFault {
  readonly problem: (typeof plonkyFaultNames)[number];
  /** The length in bytes, or where: the part of the proof, the challenge or the query, all counted from 0. */
  readonly detail: string;
}
