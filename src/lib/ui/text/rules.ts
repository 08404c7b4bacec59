/** Every sentence about a group's rules: which decided, what holds, versions, and the stop. */
import { addressOfScript } from '../../bitcoin/address.ts';
import type { Network } from '../../ceremony/card.ts';
import type { Decision, RuleName } from '../../ceremony/policy.ts';
import { LEAST_VALIDITY, MOST_VALIDITY, type Moving, type Rules } from '../../ceremony/rules.ts';
import { bitcoin } from '../../ceremony/statement.ts';
import type { ProposedRules } from '../../worker/governance.ts';
import { satText } from '../amounts.ts';
import { timeText } from '../ceremony/times.ts';
import type { FaultText } from '../text.ts';
import { typed } from '../typed.ts';
import { listed } from './ceremony-faults.ts';

/** `36 hours`, `7 days`: whole days from two on, whole hours, else minutes. Given in s. */
export function spanText(seconds: number): string {
  const of = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`;
  if (seconds >= 2 * 86_400 && seconds % 86_400 === 0) return of(seconds / 86_400, 'day');
  if (seconds >= 3600 && seconds % 3600 === 0) return of(seconds / 3600, 'hour');
  return of(Math.ceil(seconds / 60), 'minute');
}

/** The seconds in what `spanText` gives, or `36 h`, `7 d`, `90 min`; undefined for anything else. */
export function secondsOf(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6}) ?(min|h|d)[a-z]*$/.exec(typed(text).toLowerCase()) ?? [];
  if (count === undefined) return undefined;
  return Number(count) * (unit === 'd' ? 86_400 : unit === 'h' ? 3600 : 60);
}

/** In BTC, without the zeros that say nothing. */
export const shortBtc = (sat: number): string => bitcoin(sat).replace(/\.?0+ BTC$/, ' BTC');

const at = (seconds: number): string => timeText(new Date(seconds * 1000));

const decisions: Readonly<Record<RuleName, (figures: readonly number[]) => string>> = {
  stopped: () => 'An operator stopped everything that moves money.',
  frozen: () => 'The rules let nothing of this kind be signed.',
  lifetime: ([most = 0, life = 0]) =>
    `It may wait for ${spanText(life)}; at most ${spanText(most)} are allowed.`,
  limit: ([most = 0, amount = 0]) =>
    `It moves ${satText(amount)}; one request may move ${satText(most)}.`,
  window: ([most = 0, used = 0, amount = 0, window = 0]) =>
    `It moves ${satText(amount)}. Within ${spanText(window)}, ${satText(most)} may be moved, and ${satText(used)} are used.`,
  destination: ([output = 0]) =>
    `Output ${output + 1} pays to somebody who is not on the list of destinations.`,
  'cool-off': ([output = 0, from = 0]) =>
    `Output ${output + 1} pays to a new destination, which waits until ${at(from)} by the chain’s time.`,
};

/** Which rule of which version keeps a request back, with its figures; or that none does. */
export const decisionText = ({ rule, version, figures }: Decision): string =>
  rule === undefined
    ? `No rule of version ${version} keeps it back.`
    : `${decisions[rule](figures)} (Rules, version ${version}.)`;

const kinds: Readonly<Record<Moving, string>> = {
  spend: 'Spends',
  mint: 'Mints',
  burn: 'Burns',
  fees: 'Fee transfers',
  consolidation: 'Fee consolidations',
};

const these = (of: readonly Moving[]): string => {
  const all = listed(of.map((kind) => kinds[kind].toLowerCase()));
  return all.charAt(0).toUpperCase() + all.slice(1);
};

/** What a version says of one thing. */
export interface RuleLine {
  readonly name: string;
  readonly says: readonly string[];
}

/** A version in plain words, always in the same order. */
export const ruleLines = (rules: Rules, network: Network): RuleLine[] => {
  const { limits, destinations, frozen, organisations } = rules;
  return [
    {
      name: 'Limits',
      says:
        limits.length === 0
          ? ['None beside those of the manifest.']
          : limits.map(({ kinds: of, amount, window }) =>
              window === null
                ? `${these(of)}: at most ${shortBtc(amount)} each.`
                : `${these(of)}: at most ${shortBtc(amount)} within ${spanText(window)}.`,
            ),
    },
    {
      name: 'Destinations',
      says: !destinations
        ? ['Anybody may be paid.']
        : [
            `${these(destinations.kinds)} pay to these alone:`,
            ...destinations.allowed.map(
              ({ script, name, from }) =>
                `${name}: ${addressOfScript(network, script) ?? 'a script without an address'}${from > 0 ? `, from ${at(from)} on` : ''}`,
            ),
          ],
    },
    {
      name: 'Not signed at all',
      says: [frozen.length === 0 ? 'Nothing.' : `${these(frozen)}.`],
    },
    {
      name: 'Organisations',
      says: [
        organisations === 1
          ? 'Signers may all come from one.'
          : `The signers of a package come from at least ${organisations}.`,
      ],
    },
    {
      name: 'Separation',
      says: [
        rules.separation
          ? 'Whoever proposed a batch does not sign it.'
          : 'Whoever proposed a batch may sign it.',
      ],
    },
    {
      name: 'Lifetime of a request',
      says: [`Up to ${spanText(rules.lifetime)} from proposal to signature.`],
    },
    { name: 'Validity of an attestation', says: [`${spanText(rules.validity)}.`] },
    {
      name: 'Cool-off',
      says: [`What is loosened, and a new destination, waits ${spanText(rules.coolOff)}.`],
    },
  ];
};

const loosens: Readonly<Partial<Record<keyof Rules, string>>> = {
  limits: 'limits',
  coolOff: 'the cool-off',
  destinations: 'destinations',
  lifetime: 'the lifetime of requests',
  organisations: 'organisations',
  separation: 'separation',
  frozen: 'what is not signed at all',
  validity: 'the validity of attestations',
};

/** Why a version is not approved here now. `agreed`: whether the group agrees on a time. */
export const rulesProblemText = (
  problem: NonNullable<ProposedRules['problem']>,
  agreed: boolean,
): FaultText => {
  if (problem === 'not-next')
    return {
      happened: 'This version does not follow the one in force.',
      cause: 'Another one came into force, or it was made from an old one.',
      means: 'It can never hold.',
      next: 'Propose it again, from what holds now.',
    };
  if (problem === 'burns-uncapped')
    return {
      happened: 'This version puts no limit on what burns pay within a time.',
      cause: 'The limit was left out, or counts each burn alone.',
      means: 'It can never hold, whoever approves it. The rules in force stay.',
      next: 'Propose it again with a limit on burns and a time that it is for.',
    };
  const what = problem === 'too-soon' ? 'What it loosens' : 'A new destination in it';
  return agreed
    ? {
        happened: `${what} would hold too soon.`,
        cause: 'From now on, less than the cool-off is left until then.',
        means: 'Nobody who follows the rules approves it. The rules in force stay.',
        next: 'Propose it again with a later time, and leave the others time to approve it.',
      }
    : {
        happened: `${what} cannot wait.`,
        cause:
          'The operators’ full chain copies did not agree on a time yet, so no wait can begin.',
        means: 'Only what tightens the rules can be approved now.',
        next: 'Let enough operators bring evidence of the chain; then propose it again.',
      };
};

export const rulesText = {
  heading: 'Rules',
  title: (group: string) => `Rules of ${group}`,
  lead: 'What this group signs, and when. Every operator’s program follows them by itself.',
  loading: 'The rules are being read …',
  unavailable: {
    happened: 'There are no rules here yet.',
    cause: 'The key is not complete, or you are a witness.',
    means: 'Nothing can be signed, so nothing needs a rule.',
    next: 'Finish the ceremony first.',
  },
  waits: 'A version of the rules waits for your approval',
  nothing: 'No version of the rules waits for you',
  kinds,
  time: {
    agreed: (seconds: number) => `The chain’s time that the operators agree on is ${at(seconds)}.`,
    none: 'The operators do not agree on the chain’s time yet: nothing that waits can end, and no window rolls on.',
  },
  stop: {
    heading: 'Stop',
    does: 'Any operator stops everything that moves money at once. Tests of the keys go on.',
    because: 'Why (may be left empty)',
    act: 'Stop everything that moves money',
    stopped: (name: string, because: string) =>
      because === '' ? `${name} stopped everything.` : `${name} stopped everything: ${because}`,
    going: (names: readonly string[], needed: number) =>
      names.length === 0
        ? `Nobody else says yet that it may go on. It takes ${needed}.`
        : `${listed(names)} ${names.length === 1 ? 'says' : 'say'} that it may go on: ${names.length} of ${needed}.`,
    running: 'Nobody stops anything.',
    go: 'Let it go on',
    goHelp: (needed: number) =>
      `A stop ends when whoever made it lets go, or when ${needed} operators say that it may go on.`,
  },
  inForce: (version: number) => `In force: version ${version}`,
  proposed: {
    heading: (version: number, place: number, of: number) =>
      of === 1
        ? `Proposed: version ${version}`
        : `Proposed: version ${version}, ${place + 1} of ${of}`,
    by: (name: string) => `Proposed by ${name}.`,
    was: (text: string) => `was: ${text}`,
    changed: 'changed',
    approvals: (names: readonly string[], needed: number) =>
      `${names.length} of ${needed} approvals${names.length > 0 ? `: ${listed(names)}` : ''}.`,
    own: 'You approved it.',
    beside:
      'You approved another version that follows the same one. If both get enough, the earlier one holds, then the one with more approvals.',
    try: 'Try it on what was requested',
    first: 'Try it first: the button to approve appears then.',
    approve: 'Approve on the device',
    statement: 'The statement, letter by letter',
  },
  loosens: (fields: readonly (keyof Rules)[]) =>
    fields.length === 0
      ? 'It loosens nothing.'
      : `It loosens ${listed(fields.map((field) => loosens[field] ?? field))}.`,
  from: (seconds: number) =>
    seconds === 0
      ? 'It holds as soon as enough operators approved it.'
      : `It holds from ${at(seconds)} on by the chain’s time, if enough operators approved it.`,
  trial: {
    heading: 'Tried on what was requested',
    none: 'Nothing was requested yet, so there is nothing to try it on.',
    same: (count: number) =>
      count === 1
        ? '1 request would be decided as now.'
        : `${count} requests would be decided as now.`,
    changes: (count: number) =>
      count === 1 ? '1 would be decided otherwise:' : `${count} would be decided otherwise:`,
    unchanged: 'None would be decided otherwise.',
    help: 'Each is asked as of the time at which it was reserved.',
    caption: 'Requests that would be decided otherwise',
    request: 'Request',
    now: 'Under the rules in force',
    then: 'Under this version',
    passes: 'passes',
  },
  form: {
    summary: 'Propose a new version',
    lead: 'It begins with what holds now. Change what is to change.',
    limit: (number: number) => `Limit ${number + 1}`,
    for: 'For',
    amount: 'At most, in BTC',
    window: 'Within',
    windowHelp: 'Like “24 hours” or “7 days”. Empty: for each request.',
    addLimit: 'Another limit',
    removeLimit: (number: number) => `Leave limit ${number + 1} out`,
    destinations: 'Destinations',
    only: 'Only a list of destinations may be paid',
    destination: (number: number) => `Destination ${number + 1}`,
    address: 'Address',
    name: 'Name',
    addDestination: 'Another destination',
    removeDestination: (number: number) => `Leave destination ${number + 1} out`,
    frozen: 'Not signed at all',
    together: 'Who signs together',
    organisations: 'Signers come from at least so many organisations',
    separation: 'Whoever proposed a batch does not sign it',
    times: 'Times',
    span: 'Like “36 hours” or “7 days”.',
    lifetime: 'How long a request may wait to be signed',
    validity: 'How long an attestation of a mint is valid',
    validityHelp: `From ${spanText(LEAST_VALIDITY)} to ${spanText(MOST_VALIDITY)}: its deposit must be deep enough, and signed, in good time before the end.`,
    coolOff: 'How long what is loosened waits',
    gather: 'How long the others have to approve it',
    gatherHelp: 'Added to the wait of what is loosened: approvals that come later are refused.',
    wrong: {
      amount: 'No amount in BTC.',
      span: 'No span of time that is allowed here.',
      address: 'No address of this network.',
      name: 'It needs a name.',
      kinds: 'Choose at least one.',
      organisations: (most: number) => `From 1 to ${most}: the group has no more.`,
    },
    incomplete: 'A field above is wrong or missing.',
    same: 'Nothing is changed yet.',
    try: 'Try the new version on what was requested',
    propose: 'Propose it',
  },
  former: 'Former versions',
  version: (version: number) => `Version ${version}`,
  transfer: 'Hand over or take in packets',
} as const;
