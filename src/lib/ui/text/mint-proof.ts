import type { MintCheck } from '../../ceremony/mint-proof.ts';
import type { FaultText } from '../text.ts';

const checks: Record<MintCheck, { readonly what: string; readonly wrong: string }> = {
  signature: {
    what: 'The attestation key signed these 150 bytes.',
    wrong: 'The signature is not one of this attestation key over these bytes.',
  },
  chain: {
    what: 'The headers follow from the checkpoint with the proof of work that the rules demand.',
    wrong: 'A header does not follow, or lacks proof of work.',
  },
  work: {
    what: 'As much work stands in this chain as the best one had when this app was made.',
    wrong:
      'The chain has less work than the best one had when this app was made: it is another one.',
  },
  inclusion: {
    what: 'The transaction named in the attestation is in a block of these headers.',
    wrong: 'The transaction is not shown to be in the block, or is another one.',
  },
  address: {
    what: 'It pays the deposit address that is bound to this recipient.',
    wrong: 'The output named does not pay the address that is bound to this recipient.',
  },
  amount: {
    what: 'The amount is all that this output is worth.',
    wrong: 'The output is worth another amount.',
  },
  nonce: {
    what: 'The nonce is the one of this deposit.',
    wrong: 'The nonce is another deposit’s.',
  },
  expiry: {
    what: 'The end follows from the block’s time and the schedule.',
    wrong: 'The end does not follow from the block’s time and the schedule.',
  },
};

/** What the check of a mint proof says. */
export const mintProofText = {
  heading: 'Check a mint proof',
  lead: 'A mint proof holds a signed attestation and the deposit that it is for. It is checked here alone, without a workspace and without a network.',
  choose: 'Mint proof, as it was saved from a request (mint-….proof)',
  working: 'Checking…',
  good: 'All of it holds',
  bad: 'It does not hold',
  holds: 'holds',
  fails: 'fails',
  checks,
  keys: 'Compare these with what the group publishes',
  attestationKey: 'Attestation key',
  custody: 'Custody key',
  what: 'What is attested',
  recipient: 'Recipient',
  amount: 'Amount',
  deposit: 'Deposit',
  address: 'Deposit address',
  until: 'Valid until',
  block: (height: number, depth: number) =>
    `Block ${height}, ${depth} ${depth === 1 ? 'block' : 'blocks'} deep in these headers`,
  checkpoint: (height: number, shipped: boolean) =>
    shipped
      ? `Counted from block ${height}, which comes with this app.`
      : `Counted from block ${height} with figures that do not come with this app: ask your own node whether it has this block at this height, and the block of the deposit.`,
  not: [
    'It does not show that these keys are the group’s: compare them.',
    'It does not show that no other chain has more work: ask your own node for the block.',
    'It does not show whether the bridge minted.',
  ],
  unreadable: (why: string): FaultText => ({
    happened: 'This is not a mint proof that can be checked.',
    cause: `It does not read: ${why}.`,
    means: 'Nothing was found out about any deposit.',
    next: 'Ask for the file again, as it was saved from the request.',
  }),
  tooLarge: (name: string): FaultText => ({
    happened: `${name} is larger than a mint proof may be.`,
    cause: 'It is another file.',
    means: 'It was not read.',
    next: 'Choose the file that was saved from the request.',
  }),
} as const;
