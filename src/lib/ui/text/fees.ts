/** What is said about fees: the reservoir on Bitcoin, the fee UTXOs of the bridge, when they are gathered. */
import { CONSOLIDATION_AMOUNT } from '../../wire/fees.ts';
import { satText } from '../amounts.ts';
import { spanText } from './rules.ts';

/** A span in s, to the minute. */
const span = (seconds: number): string => {
  const hours = Math.floor(seconds / 3600);
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  return hours > 0 ? spanText(hours * 3600) : spanText(Math.floor(seconds / 60) * 60);
};

export const feesText = {
  title: 'Fees',
  loading: 'The lists are being read …',
  lead: `Fees are gathered from ${satText(CONSOLIDATION_AMOUNT)} on, or once the oldest is 24 hours old.`,
  noTime:
    'Operators agree on no time yet: ages are not known, and nothing is due by its age. Bring tips on the page “Evidence”.',
  agreed: 'Ages by the time that operators agree on:',

  sums: {
    total: 'In all',
    requested: 'Of it requested',
    oldest: 'The oldest that is free',
    unknown: 'not known',
    rule: 'Rule',
    due: {
      amount: '✓ Due: it is enough.',
      age: '✓ Due: the oldest is a day old.',
    },
    notDue: (missing: number, wait: number | undefined) =>
      `… Not due: ${satText(missing)} are missing${
        wait === undefined ? '' : `, or ${span(wait)}`
      }.`,
    nothing: 'Nothing to gather.',
    age: span,
  },
  columns: { amount: 'Amount', age: 'Age', coin: 'Coin', id: 'Id', state: 'State' },
  requested: 'requested',
  free: 'not requested',

  reservoir: {
    heading: 'On Bitcoin: the fee reservoir',
    help: 'Coins of the branch “Fees”, as Bitcoin Core listed them. They are gathered at the group’s first receive address.',
    none: 'No list was taken in yet. Take in Bitcoin Core’s list on the page “Bitcoin”.',
    empty: 'The list has no coin of the fee reservoir.',
    listed: 'Listed here',
    all: 'Every coin of the fee reservoir',
    deep: (depth: number) => (depth === 1 ? '1 block deep' : `${depth} blocks deep`),
    unproved: 'no evidence',
    gather: 'Gather coins',
    propose: 'Propose to gather them',
  },
  bridge: {
    heading: 'On the bridge: fee UTXOs',
    help: 'As your own node of the bridge lists them. The attestation key signs that they become one.',
    none: 'No list was taken in yet.',
    empty: 'The list has no available fee UTXO.',
    listed: 'Listed here',
    all: 'Every available fee UTXO',
    file: 'Choose the bridge’s list of fee UTXOs, a JSON file',
    fileHelp: 'It takes the place of the former list. Others bring their own.',
    took: (text: string) => `Taken in: ${text}.`,
    name: (name: string) => `The bridge calls it “${name}”.`,
    ids: (count: number, of: number) =>
      `${count} of ${of} ids of the bridge are not the hash of their fields. The deployed bridge describes its ids as that hash, but never computes it. Here each one stands for its own fields: owner, asset, amount and salt.`,
    idHolds: 'The id is the hash of the fields, as the bridge calls it.',
    join: 'Join fee UTXOs',
    propose: 'Propose to join them',
  },
} as const;
