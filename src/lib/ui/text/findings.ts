/** Every sentence about checks: what evidence says of a request, and what evidence can prove at all. */
import type { Finding, FindingName } from '../../ceremony/findings.ts';
import type { Kind } from '../../ceremony/request.ts';
import { bitcoin } from '../../ceremony/statement.ts';
import { CONSOLIDATION_AMOUNT } from '../../wire/fees.ts';
import { satText } from '../amounts.ts';
import { timeText } from '../ceremony/times.ts';
import { listed } from './ceremony-faults.ts';
import { spanText } from './rules.ts';

type State = Finding['state'];

/** What a check found, and what to do where it does not hold. */
export interface FindingText {
  readonly what: string;
  /** Empty where it holds. */
  readonly next: string;
}

const amount = (sat: number): string => `${bitcoin(sat)} (${satText(sat)})`;
/** `at`: s since 1970. */
const moment = (at: number): string => timeText(new Date(at * 1000));
const blocks = (count: number): string => (count === 1 ? '1 block' : `${count} blocks`);
const operators = (count: number): string => (count === 1 ? '1 operator' : `${count} operators`);

/** Figures of a finding by their place, and its names. */
interface Said {
  readonly state: State;
  readonly figure: (place: number) => number;
  /** The operators from this place on. */
  readonly names: (place: number) => string;
}

type Told = readonly [holds: string, otherwise: string, next: string];

const collect =
  'Run “collect” beside your own Bitcoin node and bring its file on the page “Evidence”.';
const newer = 'Wait, then let operators bring the tips of their own nodes on the page “Evidence”.';
const object = 'Object, and say why. Ask the proposer where the figure is from.';

const texts: Record<FindingName, (said: Said) => Told> = {
  issued: ({ figure }) => [
    `The deposit address was given out: ${operators(figure(0))} hold that, ${figure(1)} needed.`,
    `The deposit address is not known to have been given out: ${operators(figure(0))} hold that, ${figure(1)} needed.`,
    'Take in the packets of the others. Object where nobody gave this address out.',
  ],
  included: ({ state, figure }) => [
    `The deposit’s transaction is in block ${figure(0)} of ${moment(figure(1))}.`,
    state === 'missing'
      ? 'That the deposit’s transaction is in a block was not shown yet.'
      : 'The deposit’s transaction was shown in a block, but not in the chain that operators agree on.',
    state === 'missing'
      ? `${collect} It must name this transaction.`
      : 'Wait until operators agree on a newer tip; bring the evidence again if the block was replaced.',
  ],
  output: () => [
    'The output pays exactly the address that is bound to this recipient.',
    'The output does not pay the address that is bound to this recipient.',
    object,
  ],
  amount: ({ figure }) => [
    `The output is worth what is attested: ${amount(figure(1))}.`,
    `The output is worth ${amount(figure(0))}, and ${amount(figure(1))} would be attested.`,
    object,
  ],
  mined: ({ figure }) => [
    `The time of its block is the one that the request names: ${moment(figure(1))}.`,
    `Its block says ${moment(figure(0))}, the request ${moment(figure(1))}.`,
    object,
  ],
  'own-tip': ({ state }) => [
    'The tip of your own node is in the chain that operators agree on, or beyond it.',
    state === 'missing'
      ? 'You did not bring the tip of your own node.'
      : 'Your own node’s tip is in another chain than the one that operators agree on.',
    state === 'missing'
      ? collect
      : 'Do not sign. Look whether your node is behind or was cut off, bring its tip again, and speak with the others.',
  ],
  tips: ({ figure }) => [
    `${operators(figure(0))} brought tips of this chain, ${figure(1)} needed: block ${figure(2)}.`,
    'Not enough operators brought tips that agree.',
    'Every operator brings the tip of their own node on the page “Evidence”; then take in their packets.',
  ],
  fresh: ({ figure }) => [
    `The tip that operators agree on is no older than a day: ${moment(figure(0))}.`,
    `The tip that operators agree on is older than a day: ${moment(figure(0))}.`,
    `${newer} Check this machine’s clock.`,
  ],
  future: ({ figure }) => [
    'The tip that operators agree on is not in the future.',
    `The tip that operators agree on is in the future: ${moment(figure(0))}.`,
    'Check this machine’s clock. If it is right, do not sign.',
  ],
  work: ({ figure }) => [
    `The chain up to block ${figure(0)} has at least the work that the best one had when this bundle was made.`,
    `The chain up to block ${figure(0)} has less work than the best one had when this bundle was made.`,
    'Do not sign: it is not the best chain. Find out whose node follows it.',
  ],
  depth: ({ figure }) => [
    `It is deep enough: ${blocks(figure(0))}, ${figure(1)} needed for what is deposited there.`,
    `It is not deep enough: ${blocks(figure(0))}, ${figure(1)} needed for what is deposited there.`,
    newer,
  ],
  schedule: ({ figure }) => [
    figure(0) === figure(1)
      ? `It is valid as long as the rules say: ${spanText(figure(1))}.`
      : `It is valid for ${spanText(figure(0))}, as the rules said when you reserved it; now they say ${spanText(figure(1))}.`,
    `It would be valid for ${spanText(figure(0))}; the rules say ${spanText(figure(1))}.`,
    'Propose it again: it was made under other rules.',
  ],
  reissue: ({ figure }) => [
    `The attestation before this one expired ${moment(figure(0))}, by the time that operators agree on.`,
    `The attestation before this one is valid until ${moment(figure(0))}, by the time that operators agree on.`,
    newer,
  ],
  'time-left': ({ figure }) => [
    `There is time to hand it to the bridge: it expires ${moment(figure(0))}.`,
    `Fewer than 6 hours are left until it expires: ${moment(figure(0))}.`,
    'Propose the next issue, once this one has expired.',
  ],
  proof: () => [
    'The proof of the burn was verified on this machine.',
    'The proof of the burn was not verified on this machine.',
    'Bring the proof file, as the bridge gives it, on the page “Evidence”.',
  ],
  'proof-says': () => [
    'The proof names this burn, this amount and this destination.',
    'The proof names another burn, amount or destination.',
    object,
  ],
  'own-record': () => [
    'Your own observer saw this burn, final.',
    'There is no record of this burn by your own observer.',
    'Run “observe” beside your own node of the bridge and bring its file on the page “Evidence”. If your node does not know the burn, object.',
  ],
  records: ({ figure, names }) => [
    `Observers of ${figure(1)} operators are needed; these saw it: ${names(2)}.`,
    figure(0) === 0
      ? `Observers of ${figure(1)} operators are needed; none is known to have seen it.`
      : `Observers of ${figure(1)} operators are needed; only these saw it: ${names(2)}.`,
    'Ask the others for what their own observers saw, and take in their packets.',
  ],
  'records-agree': ({ names }) => [
    'All records of this burn say the same.',
    `Records of this burn say something else: ${names(0)}.`,
    'Do not sign. Compare, on the call, what each one’s own node of the bridge says of this burn.',
  ],
  coin: ({ state, figure }) => [
    `The coin is in the chain with this amount and key: ${blocks(figure(0))} deep, ${figure(1)} needed.`,
    state === 'fails'
      ? 'The coin is in the chain with another amount or key.'
      : `The coin is ${blocks(figure(0))} deep as far as is known here, ${figure(1)} needed.`,
    state === 'fails' ? object : `${collect} It must name the coin’s transaction.`,
  ],
  due: ({ figure }) => [
    `It is time: ${amount(figure(0))} are gathered, or the oldest is a day old.`,
    `It is too early: ${amount(figure(0))} of ${amount(CONSOLIDATION_AMOUNT)}, and the oldest is not known to be a day old.`,
    newer,
  ],
  'own-list': ({ state }) => [
    'It is in the list of your own node of the bridge.',
    state === 'fails'
      ? 'Your own node’s list names something else that made it.'
      : 'It is not in the list that you brought last.',
    state === 'fails'
      ? object
      : 'Bring the list of your own node of the bridge on the page “Evidence”. If it is not in there, object.',
  ],
};

/** What a check found. `nameOf`: an operator's name by number. */
export function findingText(
  { finding, state, detail }: Finding,
  nameOf: (number: number) => string,
): FindingText {
  const [holds, otherwise, next] = texts[finding]({
    state,
    figure: (place) => Number(detail[place]),
    names: (place) => listed(detail.slice(place).map((number) => nameOf(Number(number)))),
  });
  return state === 'holds' ? { what: holds, next: '' } : { what: otherwise, next };
}

/** What belongs together, under a heading; `numbered`: said of each withdrawal or input. */
export type FindingGroup = 'deposit' | 'chain' | 'terms' | 'burn' | 'coins' | 'due';

export const groupOf: Record<FindingName, FindingGroup> = {
  issued: 'deposit',
  included: 'deposit',
  output: 'deposit',
  amount: 'deposit',
  mined: 'deposit',
  depth: 'deposit',
  'own-tip': 'chain',
  tips: 'chain',
  fresh: 'chain',
  future: 'chain',
  work: 'chain',
  schedule: 'terms',
  reissue: 'terms',
  'time-left': 'terms',
  proof: 'burn',
  'proof-says': 'burn',
  'own-record': 'burn',
  records: 'burn',
  'records-agree': 'burn',
  coin: 'coins',
  'own-list': 'coins',
  due: 'due',
};

/** What one kind of evidence proves, and what it does not. */
export interface Proves {
  readonly name: string;
  readonly proves: string;
  readonly not: string;
}

const registry = (what: string): Proves => ({
  name: 'The registry of reservations',
  proves: `So many operators promised ${what} to this request alone that no two quorums of this group can, while no more of them are dishonest than the group’s manifest tolerates.`,
  not: 'What others do: another group, or the bridge itself.',
});

const headers: Proves = {
  name: 'Headers and Merkle path',
  proves:
    'The transaction is in a block of a chain that follows from a known block, with the work that each header claims, by the network’s rules of difficulty.',
  not: 'That no other chain has more work.',
};
const tips: Proves = {
  name: 'Tips',
  proves: 'So many operators say that their own nodes follow this chain, yours among them.',
  not: 'That it is the best chain: this is the operators’ word. If all of them are cut off or lie, it is wrong.',
};

export const findingsText = {
  heading: 'What the evidence says',
  counts: (holding: number, all: number) =>
    holding === all ? `All ${all} checks hold.` : `${holding} of ${all} checks hold.`,
  states: { holds: 'holds', missing: 'missing', fails: 'wrong' } satisfies Record<State, string>,
  signs: { holds: '✓', missing: '…', fails: '✕' } satisfies Record<State, string>,
  groups: {
    deposit: () => 'The deposit',
    chain: () => 'The chain',
    terms: () => 'The attestation’s times',
    burn: (of: number) => `Withdrawal ${of + 1}`,
    coins: () => 'What is gathered',
    due: () => 'When',
  } satisfies Record<FindingGroup, (of: number) => string>,
  input: (of: number) => `${of + 1}.`,
  proves: {
    summary: 'What each of these proves',
    does: 'It proves',
    not: 'It does not prove',
    of: {
      mint: [
        headers,
        {
          name: 'Depth',
          proves:
            'To undo the deposit, as many blocks must be mined anew. Their reward is at least twice what the block’s known deposits are worth.',
          not: 'That nobody pays that price.',
        },
        tips,
        {
          name: 'The deposit address',
          proves:
            'It follows from the recipient and a number, and this group gave it out: no other recipient can be minted for.',
          not: 'Who paid in, and that whoever asked for the address owns the recipient’s key.',
        },
        registry('this output'),
      ],
      burn: [
        {
          name: 'The proof',
          proves:
            'The bridge’s burn circuit accepts these numbers: the nullifier, the amount and 20 bytes of the destination.',
          not: 'That anything was burned. The circuit binds neither an owner nor an asset, so anybody can make such a proof without any secret; one that burns 21 million BTC exists. Alone it is worth nothing.',
        },
        {
          name: 'The records',
          proves:
            'The own nodes of so many operators, yours among them, saw exactly this burn final on the bridge: amount, fee and the whole destination.',
          not: 'That the bridge itself counted right: observers see what its nodes say.',
        },
        registry('this nullifier'),
        {
          name: 'None of them',
          proves: 'Nothing more.',
          not: 'That whoever burned owned it, or that the bridge minted no more than was deposited. The rules’ limits hold in any case.',
        },
      ],
      fees: [headers, tips],
      consolidation: [
        {
          name: 'The list of your own node',
          proves: 'Your node of the bridge knows these outputs, as it wrote them.',
          not: 'That they are unspent still, or that the bridge takes this statement: it has none of its own.',
        },
        registry('these outputs'),
      ],
    } satisfies Partial<Record<Kind, readonly Proves[]>> as Partial<
      Record<Kind, readonly Proves[]>
    >,
  },
} as const;
