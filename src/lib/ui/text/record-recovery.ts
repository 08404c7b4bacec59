/** What a record says of recovery and liveness. */
import type { Liveness } from '../../ceremony/liveness.ts';
import type { Tier } from '../../ceremony/pieces.ts';

const ways: Record<NonNullable<Liveness['shares']>['by'], string> = {
  proof: 'by a proof',
  signature: 'by signatures',
  test: 'by the test signatures',
};

const tiers: Record<Tier, string> = {
  device: 'a restored device',
  kit: 'a kit',
  'age-file': 'a backup file',
  slip39: 'cards',
  'vault-share': 'Vault shares',
  plate: 'plates',
};

export const recordRecoveryText = {
  heading: 'Shares and backups since',
  device: (who: string, model: string, simulated: boolean) =>
    `${who} went on with another device: ${model}${simulated ? ' (SIMULATED)' : ''}`,
  told: 'Told',
  card: 'Hash of the new card',
  approved: 'Approved by',
  nobody: 'nobody',
  counts: 'Its approvals count.',
  countsNot: 'Its approvals do not count yet.',
  shares: (at: string, by: keyof typeof ways) => `Held both shares on ${at}, ${ways[by]}.`,
  never: 'Did not show that they hold both shares.',
  backup: (at: string, tier: Tier) => `Opened ${tiers[tier]} on ${at}, by their word.`,
  noBackup: 'No backup was opened for a proof.',
};
