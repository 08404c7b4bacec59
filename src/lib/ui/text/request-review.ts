/** Every sentence about what is signed, field by field. */
import type { Branch } from '../../bitcoin/branches.ts';
import { FINAL_DEPTH } from '../../bitcoin/coins.ts';
import type { SignedFieldName } from '../../bitcoin/sighash.ts';
import type { ConsolidationField } from '../../wire/fees.ts';
import type { AttestationField } from '../../wire/mint.ts';
import type { FaultText } from '../text.ts';

const bytes = (start: number, end: number): string =>
  end - start === 1 ? `byte ${start}` : `bytes ${start}–${end - 1}`;

export const reviewText = {
  heading: 'What is signed',
  lead: 'Every figure is decoded from the bytes below. Choose a figure to see its bytes, or bytes to see what they say.',
  keys: 'Arrow keys move, Enter goes to the other side.',
  fields: 'Figures',
  bytes: 'The signed bytes',
  range: bytes,
  of: (name: string, start: number, end: number) => `${name}, ${bytes(start, end)}`,
  names: {
    version: 'Version',
    locktime: 'Locktime',
    txid: 'Coin: transaction',
    vout: 'Coin: output number',
    'amount-in': 'Amount',
    'script-in': 'Address',
    sequence: 'Sequence',
    'amount-out': 'Amount',
    'script-out': 'Address',
  } satisfies Record<SignedFieldName, string>,
  attested: {
    domain: 'What it is',
    txid: 'Deposit: transaction',
    vout: 'Deposit: output number',
    recipient: 'Recipient, as a hash',
    amount: 'Amount',
    nonce: 'Nonce',
    expiry: 'Expires',
    network: 'Network',
    group: 'Group',
    epoch: 'Epoch',
    count: 'Outputs that are joined',
    id: 'Id',
    owner: 'Owner',
    asset: 'Asset',
    salt: 'Salt',
  } satisfies Record<AttestationField | ConsolidationField, string>,
  parts: {
    deposit: 'The deposit',
    recipient: 'Who gets it',
    terms: 'Once, and until when',
    form: 'What is said, and for whom',
    joined: (number: number) => `Joined output ${number + 1}`,
    into: 'What they become',
  },
  expiry: (date: string, seconds: number) => `${date} (${seconds} seconds since 1970)`,
  listedAs: (amount: string, txid: string) => `${amount}, made by ${txid}`,
  address: 'Deposit address',
  addressHelp:
    'Not in the bytes: it follows from the recipient and the number of the address, and the deposit must pay exactly it.',
  index: 'Number of the address',
  mined: 'Mined',
  schedule: 'Schedule',
  scheduled: (validity: string, issue: number) =>
    `valid for ${validity} from the hour of its block${issue === 0 ? '' : `, issued for the ${issue + 1}. time`}`,
  withdrawals: {
    heading: 'Withdrawals and their outputs',
    nullifier: 'Burn (nullifier)',
    burned: 'Burned',
    fee: 'Kept as fee',
    pays: 'Paid',
    output: 'By output',
    address: 'To',
    paid: (output: number) => `${output + 1}: pays exactly this`,
    differs: (output: number) => `${output + 1}: pays something else`,
    rest: 'All other outputs',
    change: (output: number, amount: string) =>
      `Output ${output + 1}, ${amount}: change, comes back to this group.`,
    unexplained: (output: number, amount: string) =>
      `Output ${output + 1}, ${amount}: no withdrawal explains it.`,
    none: 'There are none.',
  },
  input: (number: number) => `Input ${number + 1}`,
  output: (number: number) => `Output ${number + 1}`,
  change: (path: string) => `change, comes back to this group (${path})`,
  branches: {
    receive: 'receive',
    change: 'change',
    deposit: 'deposit',
    fees: 'fee reservoir',
  } satisfies Record<Branch, string>,
  noAddress: 'no address; script',
  noLocktime: '0: may be mined at once',
  lockHeight: (height: number) => `${height}: not before this block`,
  lockTime: (seconds: number, date: string) => `${seconds}: not before ${date}`,
  lockOff: (value: number) => `${value}: without effect, all sequences are final`,
  sequenceFinal: 'final, cannot be replaced',
  sequenceReplaceable: 'may be replaced by one with a higher fee',
  sequencePlain: 'the locktime counts, cannot be replaced',
  sequenceRelative: 'may be replaced; may also have to wait (relative lock)',
  sums: {
    in: 'Spent',
    paid: 'To others',
    change: 'Change',
    fee: 'Fee',
    rate: 'Fee rate',
    size: 'Size',
    txid: 'Transaction id',
  },
  rate: (rate: number) => `${rate.toFixed(2)} sat/vB`,
  size: (vsize: number) => `${vsize} vB`,
  before: (purpose: string) => `Marked: what is other than in the spend before (“${purpose}”).`,
  first: 'This is the first spend of the group: there is none to compare it with.',
  newRecipient: 'never paid before',
  was: (value: string) => `was ${value}`,
  shallow: (inputs: readonly number[]): FaultText => ({
    happened: `It spends a coin that may be gone again: input ${inputs.map((i) => i + 1).join(', ')}.`,
    cause: `By your own list it is less than ${FINAL_DEPTH} deep. Others paid it in, or it is change of a coin that nothing here shows to be as deep.`,
    means:
      'If its block goes stale, whoever paid it in can spend that bitcoin elsewhere. This can then never be confirmed, and burns that it pays stay reserved for it for ever.',
    next: `Wait until it is ${FINAL_DEPTH} deep, and bring a new list from your own Bitcoin Core then.`,
  }),
  unexplained: {
    happened: 'Bytes would be signed that no figure explains.',
    cause: 'The figures do not cover the signed bytes, or do not say what the bytes say.',
    means: 'It cannot be approved here. Nothing was signed.',
    next: 'Do not sign on this machine. Compare with another operator’s, and report it.',
  },
} as const;
