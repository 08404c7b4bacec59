/** What is wrong with a PSBT, a plan, a batch or a package: cause, consequence, next step. */
import { FINAL_DEPTH } from '../../bitcoin/coins.ts';
import type { ComposeProblem } from '../../bitcoin/compose.ts';
import type { SpendProblemName } from '../../bitcoin/spend.ts';
import type { RequestProblem, RequestProblemName } from '../../ceremony/problems.ts';
import type { BatchProblem, PackageProblem } from '../../ceremony/session.ts';
import { MAX_CONSOLIDATED } from '../../wire/fees.ts';
import { MIN_WITHDRAWAL } from '../../wire/values.ts';
import { satText } from '../amounts.ts';
import type { FaultText } from '../text.ts';

const refused = 'It cannot be signed, whatever anybody says. Nothing was spent or attested.';
/** What becomes of one that is above a limit by itself. */
const undivided = {
  burn: 'One burn cannot be divided: above the limit no withdrawal pays it in this epoch. It waits for an epoch with a higher limit, or you agree to pay it by several payments of your own making; no evidence is held against those, and the burn stays open here.',
  deposit:
    'One deposit cannot be divided: above the limit it is not attested in this epoch. It waits for an epoch with a higher limit, or you agree to pay it back by several payments, each within the limit on a request; the deposit stays open here.',
};
const makeAgain = 'Make the transaction again and bring the new PSBT.';
const figure = (detail: string): string =>
  /^\d+$/.test(detail) ? satText(Number(detail)) : detail;

/** What happened, its cause and the next step; the consequence is the same for all. */
type Told = readonly [happened: string, cause: string, next: string];

/** `where`: “Input 1” or the like, else “The transaction”. */
const spendProblems: Record<SpendProblemName, (where: string, detail: string) => Told> = {
  'not-a-psbt': (_, detail) => [
    'This is no PSBT.',
    `It is another file, or part of one${detail && ` (${detail})`}.`,
    'Take the file, or the base64 text, exactly as Bitcoin Core wrote it.',
  ],
  'too-many': (_, detail) => [
    'The transaction has too many inputs or outputs.',
    `At most 100 of each fit one request; here: ${detail}.`,
    'Make several smaller transactions.',
  ],
  'trailing-bytes': (_, detail) => [
    'Something follows after the end of the PSBT.',
    `${detail} more bytes that nobody would review.`,
    makeAgain,
  ],
  'unknown-field': (where, detail) => [
    `${where} has a field that is unknown here.`,
    `Field ${detail}. What a reviewer cannot read is not signed.`,
    'Make the PSBT with Bitcoin Core from this group’s descriptor, without other programs between.',
  ],
  'already-signed': (where) => [
    `${where} is signed already.`,
    'The PSBT holds a signature, or what becomes of one.',
    'Bring the unsigned PSBT.',
  ],
  version: (_, detail) => [
    'The transaction has another version than 2.',
    `It says ${detail}.`,
    makeAgain,
  ],
  sighash: (where, detail) => [
    `${where} asks for another kind of signature.`,
    `Signature type ${detail}; only the default, which covers everything, is given.`,
    makeAgain,
  ],
  'foreign-input': (where) => [
    `${where} is not this group’s.`,
    'Its key is not derived from this group’s custody key, or the PSBT does not say how.',
    'Make the PSBT from this group’s descriptor, with its coins alone.',
  ],
  'utxo-differs': (where) => [
    `${where} is not the coin that it says.`,
    'Amount or script differ from what the key gives, or from the earlier transaction.',
    'Somebody may have changed the PSBT. Make it again on a machine that you trust.',
  ],
  'duplicate-input': (where, detail) => [
    `${where} spends a coin twice.`,
    `It is the same as input ${Number(detail) + 1}.`,
    makeAgain,
  ],
  branch: (where, detail) => [
    `${where} lies on a path that this group does not use.`,
    `Path ${detail}.`,
    'Spend only coins on addresses that the Bitcoin page shows.',
  ],
  'change-branch': (where, detail) => [
    `${where} says it is change, but is not on the change branch.`,
    `Path ${detail}.`,
    'Let the change go to an address of the change branch.',
  ],
  'change-script': (where) => [
    `${where} says it is this group’s, but is not.`,
    'Its script is not what the key gives on that path, or the PSBT does not say which path.',
    'Somebody may have changed the PSBT. Make it again on a machine that you trust.',
  ],
  'no-address': (where) => [
    `${where} pays to a script without an address.`,
    'Only what has an address can be compared by people, so only that is paid.',
    'Pay to an address.',
  ],
  unspendable: (where) => [
    `${where} pays to an address that nobody can spend from.`,
    'It is a Taproot address whose key is no point of the curve: no secret belongs to it.',
    'Ask the recipient for another address.',
  ],
  'future-witness': (where, detail) => [
    `${where} pays to a witness version that has no rules yet.`,
    `Version ${detail}: until the network gives it rules, anybody can spend what lies there.`,
    'Ask the recipient for another address.',
  ],
  dust: (where, detail) => [
    `${where} is too small to be passed on.`,
    `The network takes no less than ${figure(detail)} for such an address.`,
    'Pay more, or leave it out.',
  ],
  'too-much': (where, detail) => [
    `${where} holds more than all bitcoin there is.`,
    `${figure(detail)} against 21 million BTC.`,
    makeAgain,
  ],
  'outputs-above-inputs': (_, detail) => [
    'The outputs are worth more than the inputs.',
    `By ${figure(detail)}.`,
    'Add inputs, or pay less.',
  ],
  'fee-too-low': (_, detail) => [
    'The fee is too low to be passed on.',
    `${detail} sat/vB; the network takes no less than 1.`,
    'Raise the fee rate.',
  ],
  'fee-too-high': (_, detail) => [
    'The fee is above this group’s limit.',
    `${detail} sat/vB. The limit stands in the manifest.`,
    'Lower the fee rate, or add an output for the change.',
  ],
  'item-too-large': (_, detail) => [
    'It pays more than one request may.',
    `${figure(detail)} go to others. The limit stands in the sealed manifest; rules cannot raise it.`,
    `Pay in several requests, each within the limit. ${undivided.burn}`,
  ],
};

type BridgeProblemName = Exclude<RequestProblemName, SpendProblemName>;

const bridgeProblems: Record<BridgeProblemName, (where: string, detail: string) => Told> = {
  'withdrawal-output': (where, detail) => [
    `${where} does not pay withdrawal ${Number(detail) + 1}.`,
    'One output pays one withdrawal: what was burned without the fee, to the script of the burn, and no other.',
    'Make the transaction again from the burns.',
  ],
  'withdrawal-asset': (where, detail) => [
    `${where} pays for a burn of another asset than wrapped bitcoin.`,
    `The bridge calls it ${detail}; wrapped bitcoin is all zeros.`,
    'Leave this withdrawal out.',
  ],
  'withdrawal-small': (where, detail) => [
    `${where} pays a withdrawal that is too small.`,
    `${figure(detail)} are left after the fee; the bridge pays no less than ${satText(MIN_WITHDRAWAL)}.`,
    'Leave this withdrawal out.',
  ],
  'withdrawal-twice': (where, detail) => [
    `${where} pays a burn that is paid already by this transaction.`,
    `Both name the nullifier ${detail}.`,
    'Propose each burn once.',
  ],
  'output-unexplained': (where) => [
    `${where} pays somebody, and no withdrawal says so.`,
    'Beside withdrawals a burn pays nobody; what is left comes back as change.',
    'Make the transaction again from the burns, without other payments.',
  ],
  'fees-branch': (where, detail) => [
    `${where} is no coin of the fee reservoir.`,
    `Path ${detail}. Fees are gathered from the fee branch alone.`,
    'Leave this coin out.',
  ],
  'fees-output': (_, detail) => [
    'The fees would not all go to the group’s own address.',
    `There must be one output, to the first receive address (${detail}).`,
    'Make the transaction again on this page.',
  ],
  'fee-count': (_, detail) => [
    'Too many fee outputs would be joined, or none.',
    `1 to ${MAX_CONSOLIDATED} are joined at once; here: ${detail}.`,
    'Choose fewer of them.',
  ],
  'fee-owner': (where) => [
    `${where} belongs to another owner than the first one.`,
    'Only outputs of one owner become one.',
    'Leave it out, and ask the bridge’s node for the list again.',
  ],
  'fee-asset': (where) => [
    `${where} is of another asset than the first one.`,
    'Amounts of different assets cannot be added.',
    'Leave it out, and ask the bridge’s node for the list again.',
  ],
  'fee-duplicate': (where, detail) => [
    `${where} stands there twice.`,
    `It is the same as input ${Number(detail) + 1}.`,
    'Name each output once.',
  ],
  'fee-sum': (_, detail) => [
    'The joined outputs are worth more than all bitcoin there is.',
    `${figure(detail)} against 21 million BTC.`,
    'Ask the bridge’s node for the list again.',
  ],
};

const problemTexts = { ...spendProblems, ...bridgeProblems };

/** A problem of a request. */
export function spendProblemText({ problem, input, output, detail }: RequestProblem): FaultText {
  const where =
    input !== undefined
      ? `Input ${input + 1}`
      : output !== undefined
        ? `Output ${output + 1}`
        : 'The transaction';
  const [happened, cause, next] = problemTexts[problem](where, detail);
  return { happened, cause, means: refused, next };
}

const composeProblems: Record<ComposeProblem['problem'], (where: string, detail: string) => Told> =
  {
    payments: (_, detail) => [
      'There is nothing to pay, or too much at once.',
      `A transaction here makes 1 to ${detail} payments.`,
      'Add a payment, or make several requests.',
    ],
    'no-address': (where) => [
      `${where} has no address.`,
      'What stands there is not a bitcoin address, or a character of it is wrong.',
      'Copy the address again from where the recipient gave it.',
    ],
    'wrong-network': (where) => [
      `${where} goes to another network.`,
      'The address is good, but of another network than this group’s.',
      'Ask the recipient for an address of this network.',
    ],
    amount: (where) => [
      `${where} has no amount.`,
      'An amount is above 0 and at most 21 million BTC, with up to eight decimals.',
      'Enter the amount, with a point before decimals.',
    ],
    'fee-rate': () => [
      'The fee rate is none.',
      'It is at least 1 sat/vB, and below any rate that could be meant.',
      'Enter the rate that the network asks for now.',
    ],
    locktime: () => [
      'The locktime is none.',
      'It is a block height, or seconds since 1970 from 500 000 000 on, or 0.',
      'Enter 0 where the transaction may be mined at once.',
    ],
    'not-enough': (_, detail) => [
      'The coins do not suffice.',
      `${figure(detail)} are missing, the fee counted in. What others paid in counts from ${FINAL_DEPTH} confirmations on, unless it is chosen by name.`,
      'Choose more coins, pay less, or bring a newer list of coins on the Bitcoin page once they are deep enough.',
    ],
    'too-many-inputs': (_, detail) => [
      'It would take too many coins.',
      `With 100 coins, ${figure(detail)} are still missing.`,
      'Choose larger coins, or pay in several requests.',
    ],
  };

/** What keeps a plan from becoming a transaction. */
export function composeProblemText({ problem, payment, detail }: ComposeProblem): FaultText {
  const where = payment === undefined ? 'The payment' : `Payment ${payment + 1}`;
  const [happened, cause, next] = composeProblems[problem](where, detail);
  return { happened, cause, means: 'No transaction was made.', next };
}

const batchProblems: Record<BatchProblem, Told> = {
  'kinds-mixed': [
    'Requests of different kinds stand in one batch.',
    'A device shows one kind at a time.',
    'Propose them as batches of their own.',
  ],
  'too-many': [
    'There are more requests in it than one batch may have.',
    'The limit stands in the manifest.',
    'Propose them as several batches.',
  ],
  'too-many-signatures': [
    'It needs more than 300 signatures.',
    'Their nonces and shares must fit one packet each.',
    'Propose it as several batches, or spend fewer coins.',
  ],
  'sum-too-large': [
    'It moves more in all than one batch may.',
    'The limit stands in the sealed manifest; rules cannot raise it.',
    `Propose it as several batches. ${undivided.deposit}`,
  ],
  'items-collide': [
    'Two of its requests claim the same.',
    'They spend one coin, or pay or attest one thing twice.',
    'Propose each coin, payment, deposit and burn once.',
  ],
};

/** What is wrong with a batch as a whole. */
export function batchProblemText(problem: BatchProblem): FaultText {
  const [happened, cause, next] = batchProblems[problem];
  return { happened, cause, means: 'Nothing of it can be signed, whatever anybody says.', next };
}

/** Why nobody signs under a package. */
export const packageProblems: Record<PackageProblem, string> = {
  signers: 'It does not name exactly as many signers as sign together, each once.',
  items: 'It names requests that cannot be signed.',
  'nonces-missing': 'A signer’s nonces for it are not here.',
  'not-accepted': 'A signer did not accept every request in it.',
  'not-approved': 'A signer’s device did not approve it.',
  displays: 'Too few of its signers have a device with a trusted display.',
  'not-reserved': 'Too few operators reserved what it spends.',
  organisations: 'Its signers come from fewer organisations than the rules demand.',
  separation: 'Who proposed the batch is among its signers; the rules do not allow that.',
};
