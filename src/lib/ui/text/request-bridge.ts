/** Every sentence about making requests of the bridge's business: mints, withdrawals, fees. */
import { MIN_WITHDRAWAL } from '../../wire/values.ts';
import { MAX_WITHDRAWALS } from '../../ceremony/request.ts';
import type { BridgeDraft } from '../../worker/bridge-draft.ts';
import { CONSOLIDATION_AMOUNT, type ConsolidationProblem } from '../../wire/fees.ts';
import { satText } from '../amounts.ts';
import type { FaultText } from '../text.ts';

const count = (number: number, one: string, many: string): string =>
  `${number} ${number === 1 ? one : many}`;

const hours = (seconds: number): string => {
  const whole = Math.floor(seconds / 3600);
  return whole < 48 ? count(whole, 'hour', 'hours') : count(Math.floor(whole / 24), 'day', 'days');
};

const burnProblems: Readonly<Record<Extract<BridgeDraft, { burns: string }>['burns'], FaultText>> =
  {
    unknown: {
      happened: 'A burn is not known here any more.',
      cause: 'Its records are not in this log.',
      means: 'No transaction was made.',
      next: 'Load this page again, and choose anew.',
    },
    'no-proof': {
      happened: 'A burn has no proof here.',
      cause:
        'No proof that names its nullifier, amount and destination was verified on this machine.',
      means: 'No transaction was made.',
      next: 'Bring the proof on the page “Evidence”, or leave this burn out.',
    },
    'too-many': {
      happened: 'These are too many withdrawals for one transaction.',
      cause: `At most ${MAX_WITHDRAWALS} are paid together, so that each can be compared with its output.`,
      means: 'No transaction was made.',
      next: 'Choose fewer, and make another request for the rest.',
    },
  };

const replaceProblems: Readonly<
  Record<Extract<BridgeDraft, { replaces: string }>['replaces'], FaultText>
> = {
  gone: {
    happened: 'That request cannot be replaced any more.',
    cause: 'Its transaction is in a block, or another one that excludes it is 6 deep.',
    means: 'No transaction was made.',
    next: 'Load this page again. What is still to be done is offered there without a replacement.',
  },
  'no-common': {
    happened: 'It would not exclude a request that asks for the same.',
    cause: 'This batch spends every coin of that one already.',
    means: 'No transaction was made: both could be confirmed.',
    next: 'Leave the other request out of this batch, or make this one in a batch of its own.',
  },
};

const consolidationProblems: Readonly<
  Record<ConsolidationProblem['problem'], readonly [happened: string, next: string]>
> = {
  count: ['None or too many fee UTXOs are chosen.', 'Choose 1 to 100 of them.'],
  owner: ['They have different owners.', 'Choose those of one owner.'],
  asset: ['They are of different assets.', 'Choose those of one asset.'],
  duplicate: ['Two of them are the same.', 'Leave one of the two out.'],
  sum: ['They are worth more than all bitcoin there is.', 'Look where this list is from.'],
};

export const requestBridgeText = {
  evidence: 'What is missing is brought on the page “Evidence”.',
  waiting: (number: number) => `Not ready: ${number}`,
  waitingHelp: 'Each for the reasons that stand with it.',
  underWay: (number: number) =>
    `${count(number, 'is', 'are')} requested or attested already, or in this batch.`,
  beside: {
    goesOn: (name: string) =>
      `${name} requested it, too. Too few reserved that request to keep it from being requested again. Look at that one first: only one of the two can be signed.`,
    ended: (name: string) =>
      `${name} requested it before. That request does not go on here and keeps nothing back, so it may be requested again.`,
  },
  feeRate: 'Fee rate in sat/vB',
  feeRateHelp: (limit: number) => `This group’s limit is ${limit} sat/vB.`,
  make: 'Put it together',
  unproved: {
    happened: 'The evidence does not show what this request would say.',
    cause: 'The checks below name what is missing or wrong.',
    means: 'It cannot be added: nobody would sign it.',
    next: 'Bring what is missing on the page “Evidence”, or choose others.',
  },
  burnProblems,
  replaceProblems,

  mint: {
    legend: 'Deposits that may be minted',
    none: 'No deposit is ready to be minted.',
    purpose: 'Deposit',
    purposeOf: (purpose: string, outpoint: string) => `${purpose} ${outpoint}`,
    purposeHelp: 'Stands in front of each deposit’s output.',
    deep: (have: number, needed: number) => `${have} deep, ${needed} needed`,
    recipient: 'recipient',
    output: 'output',
    add: (number: number) => `Add ${count(number, 'mint', 'mints')} to the batch`,
    more: (number: number) =>
      `${number} more wait for the next batch: this one would hold too many, or be worth too much.`,
    again: {
      summary: (number: number) => `Attest again: ${number}`,
      help: 'These were attested before, and that attestation has ended. Most of them were minted in time: then there is nothing to do. If one was not redeemed, it can be attested again. Both attestations carry the same nonce, so the bridge can see that they are for one deposit. Whether it refuses the second one is for the bridge alone.',
      legend: 'Deposits that were attested before',
      confirm:
        'I asked the recipient and looked at the bridge: the first attestation of each chosen one was not redeemed.',
      purpose: 'Again: deposit',
      ended: (issue: number) => `issue ${issue + 1}`,
    },
  },
  burn: {
    legend: 'Burns that may be paid',
    again: 'Burns that the request pays which is replaced',
    none: 'No burn is ready to be paid.',
    most: (number: number) => `At most ${number} in one transaction.`,
    tooSmall: `It pays less than ${satText(MIN_WITHDRAWAL)}, the least that is paid out.`,
    nullifier: 'nullifier',
    kept: (fee: string) => `${fee} kept as fee`,
  },
  fees: {
    legend: 'Coins of the fee reservoir',
    further: 'Further coins of the fee reservoir',
    again: (number: number, total: string) =>
      `The coins of the request that is replaced are gathered again: ${number}, ${total} together.`,
    none: 'No coin of the fee reservoir is known here. Take in Bitcoin Core’s list on the Bitcoin page.',
    unproved: 'not shown by evidence',
    age: (seconds: number) => `confirmed ${hours(seconds)} ago`,
    deep: (depth: number) => `${depth} deep`,
    total: (number: number, total: string) =>
      `${count(number, 'coin', 'coins')}, ${total} together.`,
  },
  consolidation: {
    legend: 'Fee UTXOs of the bridge',
    none: 'No fee UTXO is known here. Bring the bridge’s list on the page “Evidence”.',
    help: 'As your own node of the bridge lists them. The attestation key signs that they become one.',
    age: (seconds: number) => `made ${hours(seconds)} ago`,
    total: (number: number, total: string) =>
      `${count(number, 'fee UTXO', 'fee UTXOs')}, ${total} together.`,
    unfinished: (number: number, total: string) =>
      `${count(number, 'fee UTXO was', 'fee UTXOs were')} to be joined, ${total} together, and the request ran out before it was signed. Only the same may be joined again: the same bytes are then signed.`,
    add: 'Add it to the batch',
    problem: (problem: ConsolidationProblem['problem']): FaultText => {
      const [happened, next] = consolidationProblems[problem];
      return {
        happened,
        cause: 'What is joined has one owner, one asset, and each part once.',
        means: 'It cannot be added: nobody would sign it.',
        next,
      };
    },
  },
  due: {
    amount: `✓ Due: together they are worth ${satText(CONSOLIDATION_AMOUNT)} or more.`,
    age: '✓ Due: the oldest is 24 hours old or older.',
    none: `… Not due: they are worth less than ${satText(CONSOLIDATION_AMOUNT)}, and the oldest is not known to be 24 hours old.`,
    noTime:
      'Ages are told by the time that operators agree on; there is none yet, so that age cannot make anything due.',
  },
} as const;
