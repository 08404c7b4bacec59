import type { Source } from '../../worker/sources.ts';
import type { recoverText } from '../text/recover.ts';

/** What happened to a person. */
export type Case = keyof typeof recoverText.what.cases;

/** Where the secret may come from, the likeliest first. */
export const sourcesOf: Readonly<Record<Case, readonly Source['from'][]>> = {
  'same-device': ['device', 'age-file', 'age-identity', 'slip39', 'vault-share'],
  'vendor-seed': ['device', 'age-file', 'age-identity', 'slip39', 'vault-share'],
  'age-file': ['age-file', 'age-identity', 'slip39', 'vault-share', 'device'],
  cards: ['slip39', 'vault-share', 'age-file', 'age-identity', 'device'],
  'mid-ceremony': ['device', 'age-file', 'age-identity', 'slip39', 'vault-share'],
  'only-data': ['age-file', 'age-identity', 'slip39', 'vault-share', 'device'],
};

/** Where the group is here and only its device is gone. */
export const sourcesHere: readonly Source['from'][] = sourcesOf['age-file'];
