/** Every sentence of the page on which requests are made. */
import { FINAL_DEPTH } from '../../bitcoin/coins.ts';

export const requestNewText = {
  heading: 'New request',
  lead: 'Say what is to be signed. Several requests of one kind are signed together, as one batch.',
  one: 'One request',
  way: 'What is to be signed',
  ways: {
    compose: { title: 'A payment from our coins', help: 'Recipients, amounts and a fee rate.' },
    mint: { title: 'Mints', help: 'Deposits that evidence shows, attested to the bridge.' },
    burn: { title: 'Withdrawals', help: 'Burns on the bridge, paid in one transaction.' },
    fees: { title: 'Fees on Bitcoin', help: 'Coins of the fee reservoir, gathered.' },
    consolidation: {
      title: 'Fees on the bridge',
      help: 'Fee UTXOs of the bridge that become one.',
    },
    psbt: { title: 'A PSBT', help: 'Made by Bitcoin Core from this group’s descriptor.' },
    test: { title: 'A test of the keys', help: 'Both keys sign that nothing is to be done.' },
  },
  mixed: 'A batch holds one kind. Propose or clear this one first.',
  purpose: 'Purpose',
  purposeHelp: 'Everybody reads it, for example “Withdrawal 17 of Harbour AG”.',
  purposeMissing: 'Say what it is for.',
  replaces: 'Replaces',
  replacesHelp:
    'A replacement spends a common coin with the earlier request, so only one of them can be confirmed.',
  replacesNone: 'nothing: it is a request of its own',
  replacesWhy: {
    signed: 'It is signed, and not known to be in a block.',
    possibly: 'It is possibly signed: a share is out.',
    unsigned: 'It is not signed.',
    fee: (fee: string, rate: string) => `Its fee is ${fee}, ${rate}.`,
  },
  feeNotEnough: (least: string) => ({
    happened: 'The fee is too low to take the place of the earlier transaction in the network.',
    cause: `A replacement is passed on only if it pays the fee of the earlier one and 1 sat for each vB of its own on top: ${least} here.`,
    means: 'If the earlier one was handed over, this one may not be passed on.',
    next: 'Raise the fee rate, unless the earlier one was never handed over.',
  }),
  noCommon: {
    happened: 'It does not exclude the request that it replaces.',
    cause: 'It spends none of the coins that the earlier one spends.',
    means: 'Both could be paid, so nobody would reserve it.',
    next: 'Choose a coin that the earlier request spends.',
  },
  compose: {
    payment: (number: number) => `Payment ${number + 1}`,
    to: 'Address of the recipient',
    amount: 'Amount',
    unit: 'Unit',
    add: 'Another payment',
    remove: (number: number) => `Leave payment ${number + 1} out`,
    feeRate: 'Fee rate in sat/vB',
    feeRateHelp: (limit: number) => `This group’s limit is ${limit} sat/vB.`,
    locktime: 'Not before block (0: at once)',
    coins: 'Coins',
    coinsAll: 'Let the program choose',
    coinsAllHelp: `The fewest coins, largest first, none of the fee reservoir. What others paid in from ${FINAL_DEPTH} confirmations on; the group’s own change of coins that were as deep once it is confirmed.`,
    coinsSome: 'Choose coins',
    none: {
      happened: 'No coins are known here.',
      cause: 'Nobody brought a list of this group’s coins to this machine yet.',
      means: 'A payment cannot be put together.',
      next: 'Take in Bitcoin Core’s list on the Bitcoin page, or bring a PSBT.',
    },
    confirmations: (count: number) => (count === 1 ? '1 deep' : `${count} deep`),
    reserved: 'reserved',
    inBatch: 'in this batch',
    make: 'Put it together',
  },
  psbt: {
    file: 'A PSBT file, or drop one here',
    paste: 'Or its base64 text',
    read: 'Read it',
  },
  test: { does: 'Nothing but a purpose is needed. No money moves.' },
  draft: {
    add: 'Add it to the batch',
  },
  batch: {
    heading: 'The batch',
    empty: 'Nothing is in it yet.',
    unnamed: 'unnamed',
    saved: 'Kept as a draft on this machine.',
    caps: (items: number, batch: string, item: string) =>
      `At most ${items} requests, ${batch} in all, ${item} each.`,
    total: (count: number, paid: string) =>
      `${count === 1 ? '1 request' : `${count} requests`}, ${paid} in all.`,
    remove: (purpose: string) => `Leave “${purpose}” out`,
    fee: 'fee',
    change: 'change',
    within: 'To be signed within',
    span: (seconds: number) => {
      if (seconds < 3600) return `${Math.floor(seconds / 60)} minutes`;
      const hours = Math.floor(seconds / 3600);
      return hours === 1 ? '1 hour' : hours < 48 ? `${hours} hours` : `${hours / 24} days`;
    },
    propose: (count: number) =>
      count === 1 ? 'Propose this request' : `Propose ${count} requests`,
    drop: 'Throw the draft away',
  },
} as const;
