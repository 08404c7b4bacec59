/** Every sentence about requests: inbox, session, answer, signing and result. */
import type { Thing } from '../../ceremony/claims.ts';
import type { Kind } from '../../ceremony/request.ts';
import type { Moving } from '../../ceremony/rules.ts';
import type { Halt, SessionNext, Stage } from '../../ceremony/request-steps.ts';
import type { FaultText } from '../text.ts';
import { listed } from './ceremony-faults.ts';

const requests = (count: number): string => (count === 1 ? '1 request' : `${count} requests`);

/** How far a request came, in order; a draft is here alone. */
const stages: Record<'draft' | Stage, string> = {
  draft: 'Draft',
  proposed: 'Proposed',
  validating: 'Being checked',
  policy: 'Accepted by enough',
  approved: 'Approved on devices',
  reserved: 'Reserved',
  nonces: 'Nonces are there',
  'package-frozen': 'Package frozen',
  shares: 'Shares are coming',
  aggregated: 'Put together',
  verified: 'Verified twice',
  released: 'Handed over',
  confirmed: 'Confirmed',
};

interface HaltText {
  readonly name: string;
  readonly fault: FaultText;
}

/** Why a request does not go on. */
const halts: Record<Halt, HaltText> = {
  refused: {
    name: 'Refused',
    fault: {
      happened: 'This request cannot be signed.',
      cause: 'Something is wrong with it or its batch; see what.',
      means: 'No share leaves for it, here or anywhere. Nothing was spent.',
      next: 'Propose a corrected one.',
    },
  },
  objected: {
    name: 'Objected',
    fault: {
      happened: 'Too many operators object.',
      cause: 'Their reasons stand below.',
      means: 'Too few are left who could reserve and sign. Nothing was spent.',
      next: 'Speak with those who object. Propose another request if it was a mistake.',
    },
  },
  expired: {
    name: 'Expired',
    fault: {
      happened: 'This request has expired.',
      cause: 'It was to be signed before its time ran out, by this machine’s clock.',
      means: 'No share leaves any more. If a share was out before, it stays possibly signed.',
      next: 'Check the clock. Propose it again; a payment that may be signed needs a replacement.',
    },
  },
  held: {
    name: 'Held',
    fault: {
      happened: 'What it spends, pays or attests is reserved for another request.',
      cause:
        'The other one came first, or you reserved it before this vault was set back; both could be signed.',
      means: 'It waits, so that nothing is paid twice.',
      next: 'Finish the other request. Where it cannot be finished, propose a replacement of it that spends one of its coins. This one goes on only when a transaction that excludes the other is 6 deep, or the other’s own is and was signed for something else. An attestation has no replacement: that of a deposit ends by its time, that which joins fee UTXOs never does.',
    },
  },
  unproved: {
    name: 'Not proved',
    fault: {
      happened: 'The evidence does not show what this request says.',
      cause: 'The checks below name what is missing, or what says something else.',
      means: 'Nobody signs it here. Nothing was spent or attested.',
      next: 'Bring what is missing from your own sources. Where a check fails, tell the others: nobody can sign it.',
    },
  },
  policy: {
    name: 'Kept back by a rule',
    fault: {
      happened: 'A rule of the group keeps this request back.',
      cause: 'The first rule that decided stands below.',
      means: 'Nobody who follows the rules signs it. Nothing was spent or attested.',
      next: 'Wait where the rule is about time; otherwise change the request, or agree on other rules.',
    },
  },
  failed: {
    name: 'A share was wrong',
    fault: {
      happened: 'A signature share was wrong.',
      cause: 'The operator is named below; it came in their own signed packet.',
      means: 'No signature came of it. The other requests of the batch are not touched.',
      next: 'Everybody makes fresh nonces, then other signers are frozen. Nobody approves again.',
    },
  },
  replaced: {
    name: 'Replaced',
    fault: {
      happened: 'Another transaction took its place.',
      cause: 'One that spends a common coin is 6 blocks deep or more.',
      means: 'This one can never be confirmed. Nothing was paid by it.',
      next: 'There is nothing to do.',
    },
  },
};

/** What an act is called, and what the operator does and checks. */
interface ActText {
  readonly title: string;
  readonly does: string;
  readonly checks?: string;
}

/** What each next act is called. */
const acts: Record<SessionNext['act'], ActText> = {
  answer: {
    title: 'Check and answer',
    does: 'Look every payment up in a source of your own. Then say what you found.',
    checks: 'Recipient, amount and fee are what you know from elsewhere, not from this proposal.',
  },
  sign: {
    title: 'Approve, to sign',
    does: 'You reserved it without approving. More signers are needed: approve on your device, or leave it to others.',
  },
  renew: {
    title: 'Make fresh nonces',
    does: 'Your nonces are gone from memory or used. New ones are made; nothing is approved again.',
  },
  freeze: {
    title: 'Freeze the package',
    does: 'Enough operators are ready. Say who signs what; then hand the package to all.',
  },
  release: {
    title: 'Give your shares',
    does: 'The package is frozen under your nonces. Your shares leave with the next packet.',
  },
  bring: { title: 'Wait for packets', does: 'Take in what the others send.' },
  'hand-over': {
    title: 'Hand it to the network',
    does: 'It is signed. Bring the transaction to a machine that is connected, and say so here.',
  },
  done: { title: 'Nothing to do here', does: 'This batch needs nothing from you.' },
};

/** Kinds for which another act is to be told than for a spend. */
const actsOfKind: Partial<Record<Kind, Partial<Record<SessionNext['act'], ActText>>>> = {
  mint: {
    answer: {
      title: 'Check and answer',
      does: 'Look every deposit up in a source of your own. Then say what you found.',
      checks: 'Every check holds, and the recipient is whom the deposit address was given to.',
    },
    'hand-over': {
      title: 'Hand it to the bridge',
      does: 'It is signed. Bring the attestation to the bridge, and say so here.',
    },
  },
  burn: {
    answer: {
      title: 'Check and answer',
      does: 'Look every burn up in a source of your own. Then say what you found.',
      checks:
        'Every check holds, and each output pays one withdrawal, to the address that was burned for.',
    },
  },
  consolidation: {
    'hand-over': {
      title: 'Hand it to the bridge',
      does: 'It is signed. Bring the signature to the bridge, and say so here.',
    },
  },
};

/** What the next act for requests of a kind is called, and what the operator does and checks. */
export const actText = (act: SessionNext['act'], kind: Kind): ActText =>
  actsOfKind[kind]?.[act] ?? acts[act];

export const requestsText = {
  stages,
  halts,
  acts,
  count: requests,
  unavailable: {
    happened: 'There are no requests here yet.',
    cause: 'The key is not complete, or you are a witness.',
    means: 'Nothing can be signed.',
    next: 'Finish the ceremony first.',
  },
  inbox: {
    heading: 'Requests',
    title: (group: string) => `Requests of ${group}`,
    lead: 'What this group is asked to sign. What waits for you comes first.',
    create: 'New request',
    waiting: (count: number) =>
      count === 0 ? 'Nothing waits for you' : `${count} of these wait for you`,
    empty: 'Nothing was requested yet.',
    mine: 'Waits for you',
    others: 'Under way',
    over: 'Over',
    possibly: 'Possibly signed',
    drafts: 'Drafts, seen by you alone',
    by: (name: string) => `proposed by ${name}`,
    next: 'Next',
    stage: (name: string, at: number, of: number) => `Stage ${at} of ${of}: ${name}.`,
    resume: 'Go on with it',
    transfer: 'Hand over or take in packets',
  },
  what: {
    spend: (paid: string, purpose: string) => `${paid}: ${purpose}`,
    spends: (count: number, paid: string) => `${count} spends, ${paid} in all`,
    tests: (count: number) => (count === 1 ? 'Test of both keys' : `${count} tests of both keys`),
    mint: (amount: string, recipient: string) => `Mint ${amount} to ${recipient} …`,
    mints: (count: number, amount: string) => `${count} mints, ${amount} in all`,
    burn: (count: number, paid: string) =>
      count === 1 ? `1 withdrawal, ${paid}` : `${count} withdrawals, ${paid}`,
    burns: (transactions: number, count: number, paid: string) =>
      `${count} withdrawals in ${transactions} transactions, ${paid} in all`,
    fees: (paid: string) => `Fees to ourselves, ${paid}`,
    manyFees: (count: number, paid: string) => `${count} times fees to ourselves, ${paid} in all`,
    consolidation: (count: number, amount: string) =>
      count === 1
        ? `1 fee output of the bridge, ${amount}`
        : `Join ${count} fee outputs of the bridge, ${amount}`,
    consolidations: (count: number, amount: string) =>
      `${count} fee consolidations, ${amount} in all`,
  },
  session: {
    heading: 'Request',
    batch: (count: number) => `Batch of ${count} requests`,
    missing: {
      happened: 'This batch is not here.',
      cause: 'Its packet did not come yet, or the address is wrong.',
      means: 'Nothing was lost.',
      next: 'Take in what the others send; it then appears among the requests.',
    },
    proposed: (name: string) => `Proposed by ${name}`,
    expires: 'To be signed before',
    purpose: 'Purpose',
    payment: 'Payment',
    paymentHelp: 'Stands for what is paid for. It is paid once.',
    replaces: 'Replaces the request',
    digest: 'Request',
    root: 'Batch',
    rootHelp: 'Recompute it on a second machine, from the same packets, and compare.',
    recompute: 'To the verify page',
    all: 'All requests',
    test: 'Both keys sign that nothing is to be done. No money moves.',
    totals: {
      moved: {
        spend: 'To others',
        mint: 'Minted',
        burn: 'To others',
        fees: 'To our own address',
        consolidation: 'Joined',
      } satisfies Record<Moving, string>,
      fees: 'Fees',
      largest: 'Largest',
    },
    possibly: {
      happened: 'Possibly signed: a share is out.',
      cause: 'Whoever holds enough shares can finish the transaction, at any time.',
      means: 'It stays so for ever. What it spends and pays stays reserved for it.',
      next: 'Finish it, or replace it by a request that spends a common coin.',
    },
    possiblyAttested: {
      happened: 'Possibly signed: a share is out.',
      cause: 'Whoever holds enough shares can finish the attestation, at any time.',
      means: 'What it attests stays reserved for it. Signing it again signs the same bytes.',
      next: 'Finish it. A deposit is attested anew only once this attestation has expired.',
    },
    again: {
      happened: 'This deposit may have been attested before.',
      cause: 'It is asked for a later issue, or shares for an earlier attestation are out.',
      means:
        'If the bridge minted for an earlier one, this one lets it mint for one deposit twice.',
      next: 'Ask the recipient and look at the bridge yourself. Accept it only if nothing was minted.',
    },
    unlisted: (inputs: readonly number[]): FaultText => ({
      happened: `Your own list has no such coin: input ${inputs.map((i) => i + 1).join(', ')}.`,
      cause: 'Bitcoin Core did not list it here, or the list on the page “Bitcoin” is old.',
      means: 'If there is no such coin, this pays nobody, and keeps its withdrawals reserved.',
      next: 'Bring a new list from your own Bitcoin Core before you accept it. Object if it is not in it.',
    }),
    excludes: (purpose: string) =>
      `Only one of the two can be confirmed, this one or “${purpose}”:`,
    heldBy: {
      outpoint: 'spends the same coin',
      payment: 'pays for the same',
      deposit: 'attests the same deposit',
      nullifier: 'pays the same burn',
      fee: 'joins the same fee output',
    } satisfies Record<Thing, string>,
    decision: 'The rule that decided',
    objection: (name: string, because: string) => `${name} objects: ${because}`,
    open: 'Show every field',
    item: (position: number) => `Request ${position + 1}`,
  },
  answer: {
    heading: 'Your findings',
    blind: 'You see what others found once you have sent yours.',
    source: 'Where did you look?',
    sourceHelp:
      'A source of your own: your records, your full chain copy, a call to the recipient.',
    sourceMissing: 'Say where you looked.',
    verdict: (position: number, of: number) =>
      of === 1 ? 'Your verdict' : `Your verdict on request ${position + 1}`,
    accept: 'I accept it',
    object: 'I object',
    because: 'Why',
    becauseMissing: 'An objection needs a reason.',
    acceptAll: 'Accept all that are open',
    open: (count: number) => `${requests(count)} without a verdict.`,
    barred: (why: string) => `It cannot be accepted here: ${why}.`,
    unexplained: 'bytes without a figure',
    statement: 'The statement, letter by letter',
    statementHelp:
      'Your device shows this. Read it there, and compare it with what you know from elsewhere.',
    approve: 'Approve on the device and sign',
    reserve: 'Check and reserve only',
    reserveHelp: 'Without your device: others sign; what you accept is reserved for this request.',
    send: 'Send my objection',
    mine: 'You proposed this. Your own answer is never the only one.',
  },
  device: { one: 'The device asks once.', two: 'The device asks twice.' },
  now: {
    renew: 'Make fresh nonces',
    freeze: 'Freeze the package',
    release: 'Give my shares',
    meanwhile: {
      renew: (names: string) =>
        `A package waits for ${names}. If no share comes, it can go on without them: give fresh nonces, and another package is frozen. Your approval stands.`,
      freeze: (names: string) =>
        `A package waits for ${names}. If no share comes, freeze another one without them:`,
      sign: (names: string) =>
        `A package waits for ${names}. If no share comes, those who approved cannot sign without them: approve as well, and another package can be frozen.`,
    },
    signs: (names: readonly string[], count: number) => `${listed(names)} sign ${requests(count)}.`,
    dropped: (count: number) =>
      `${requests(count)} of the batch ${count === 1 ? 'is' : 'are'} left out: not all of these signers can sign ${count === 1 ? 'it' : 'them'}.`,
    choose: 'Choose the signers yourself',
    chooseHelp: (t: number) => `Choose at least ${t}. Only who approved and sent nonces can sign.`,
    chosen: 'Freeze with these',
    collector: (name: string) => `Waiting for ${name} to freeze the package`,
    forCollector: (name: string) =>
      `${name} collects, and freezes the package once enough operators are ready. Or collect yourself, on the group’s page.`,
    halted: 'It does not go on',
    confirmed: 'Signed and confirmed',
    signed: 'Signed',
    takeBack: 'Take back what I accepted',
    takeBackHelp: 'Nonces of yours that wait are burned. What is out already stays out.',
    takeBackAct: 'Object now',
  },
  ladder: {
    heading: 'How far it is',
    states: { done: 'done', now: 'now', todo: 'to do', stopped: 'stopped' },
  },
  replies: {
    heading: 'Who answered',
    caption: 'Operators and what they gave for this batch',
    operator: 'Operator',
    answered: 'Answer',
    accepted: 'Accepts',
    approved: 'Approval',
    nonces: 'Nonces',
    share: 'Share',
    source: 'Where they looked',
    yes: 'given',
    no: 'not yet',
    hidden: 'hidden until you answer',
    of: (count: number, all: number) => `${count} of ${all}`,
    culprit: 'sent a wrong share',
    you: 'you',
    proposer: 'proposed it',
    collects: 'collects',
    need: (have: number, need: number, what: string) => `${have} of ${need} ${what}`,
    needs: {
      reserve: 'reservations',
      approve: 'approvals',
      nonces: 'sets of nonces',
      shares: 'shares',
    },
    missing: (names: readonly string[]) => `Still missing: ${listed(names)}.`,
    send: 'Send them what is under “Hand over”, and ask on the call for whoever is late.',
  },
  packages: {
    heading: 'Frozen packages',
    by: (name: string) => `frozen by ${name}`,
    hash: 'Package',
    signers: 'Signers',
    covers: (count: number) => `for ${requests(count)}`,
    shared: (names: readonly string[]) =>
      names.length > 0 ? `Shares are here of ${listed(names)}.` : 'No share is here yet.',
    wrong: (names: readonly string[]) => `Wrong share: ${listed(names)}.`,
    none: 'Nobody signs under it:',
  },
} as const;
