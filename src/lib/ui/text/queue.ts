/** What is said in the queue and in batches: how long is left, what keeps back, what is to be opened. */
import type { NearLimit } from '../../ceremony/policy.ts';
import type { Kind } from '../../ceremony/request.ts';
import { bitcoin } from '../../ceremony/statement.ts';
import type { Left } from '../requests/countdown.ts';
import type { OutlierReason } from '../requests/outliers.ts';
import { spanText } from './rules.ts';

const requests = (count: number): string => (count === 1 ? '1 request' : `${count} requests`);

/** `3 days 4 h`, `4 h 12 min`, `12 min 5 s`. */
const left = ({ days, hours, minutes, seconds }: Left): string => {
  if (days > 0) return `${days === 1 ? '1 day' : `${days} days`} ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds} s`;
};

/** The limit that is near, where the reason is that. */
type Near = NearLimit | undefined;

const reasons: Readonly<Record<OutlierReason, (near: Near) => string>> = {
  few: () => 'the batch is small',
  check: () => 'a check does not hold, or a rule keeps it back',
  again: () => 'the deposit may have been attested before',
  'new-recipient': () => 'no signed request went to this recipient before',
  largest: () => 'it is the largest',
  'near-limit': (near) =>
    near
      ? `near a limit: ${bitcoin(near.used)} of ${bitcoin(near.most)}${
          near.window === null ? '' : ` within ${spanText(near.window)}`
        }`
      : 'near a limit',
  random: () => 'drawn at random on this machine',
};

export const queueText = {
  countdown: {
    sign: 'To be signed within',
    attestation: 'The attestation itself ends in',
    left,
    over: 'The time is over.',
    clock: 'Times run by this machine’s clock.',
    announce: (name: string, what: string, span: Left) => `${name}. ${what} ${left(span)}.`,
  },
  kept: 'Kept back',
  keptBack: (count: number, of: number, first: number) =>
    of === 1 ? '' : `${count} of ${of}, the first is request ${first + 1}. `,
  filter: 'Show',
  all: (count: number) => `All kinds (${count})`,
  kinds: {
    test: (count: number) => `Tests (${count})`,
    spend: (count: number) => `Spends (${count})`,
    mint: (count: number) => `Mints (${count})`,
    burn: (count: number) => `Withdrawals (${count})`,
    fees: (count: number) => `Fees on Bitcoin (${count})`,
    consolidation: (count: number) => `Fees of the bridge (${count})`,
  } satisfies Readonly<Record<Kind, (count: number) => string>>,

  batch: {
    heading: 'What you open',
    lead: (items: number) =>
      `The checks ran on all ${items}. You open what stands out, and a few that were drawn on this machine: nobody else knows which.`,
    opened: (count: number, of: number) => `${count} of ${of} opened`,
    because: (why: readonly string[]) => `To be opened: ${why.join('; ')}.`,
    reasons,
    next: 'Open the next one',
    list: 'Back to your findings',
    isOpen: 'Opened',
    first: (count: number) => `Open ${requests(count)} more first.`,
    barred: (count: number) =>
      `${requests(count)} cannot be accepted. Your answer objects to ${count === 1 ? 'it' : 'them'} for good: where evidence is missing, bring it before you answer.`,
    hold: (count: number) =>
      `Your device shows the statement for ${requests(count)}. What you approve stays reserved for ${
        count === 1 ? 'it' : 'them'
      }.`,
  },
} as const;
