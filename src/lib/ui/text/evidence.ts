/** What is said about evidence: bringing it, the chain as the group sees it, deposits and burns. */
import type { Wrong } from '../../ceremony/chain-known.ts';
import type { EvidenceRefusal, EvidenceTaken } from '../../worker/evidence.ts';
import type { GroupView } from '../../worker/view.ts';
import { satText } from '../amounts.ts';
import type { FaultText } from '../text.ts';
import { listed } from './ceremony-faults.ts';

const count = (number: number, one: string, many: string): string =>
  `${number} ${number === 1 ? one : many}`;
const operators = (number: number): string => count(number, 'operator', 'operators');

const again = 'Make the file again with the program, and bring that one.';
const nothing = 'Nobody was told of anything in this file.';

/** What happened, its cause and the next step; the consequence is the same for all. */
type Told = readonly [happened: string, cause: string, next: string];

const refusals: Readonly<Record<EvidenceRefusal, (detail: string) => Told>> = {
  unknown: () => [
    'This file is no evidence that is known here.',
    'It is neither a file of “collect” or “observe”, nor a list of fee UTXOs of the bridge.',
    'Choose a file that one of the programs wrote, a burn proof, or the bridge’s list.',
  ],
  'chain-malformed': (detail) => [
    'This chain evidence does not read.',
    `It was cut off or changed: ${detail}.`,
    again,
  ],
  network: (detail) => [
    'This evidence is of another network.',
    `It says ${detail}; this group is on another one.`,
    'Run “collect” beside a Bitcoin node of this group’s network.',
  ],
  unconnected: (detail) => [
    'These headers follow a block that is not known here.',
    `Block ${detail} is in no chain that begins at a known checkpoint.`,
    'Run “collect” with --after and the hash of the agreed block below, or bring what comes before first.',
  ],
  headers: (detail) => [
    'A header breaks the rules of the network.',
    `The first one that does, by what is wrong and its height: ${detail}.`,
    'Do not use this source until it is clear why. Compare this height in your own node.',
  ],
  inclusion: (detail) => [
    'A transaction is not in the block that the file names.',
    `The check that failed: ${detail}.`,
    'Do not use this source until it is clear why. Then make the file again with “collect”.',
  ],
  'inclusion-block': (detail) => [
    'A transaction is said to be in a block that is not known here.',
    `Headers up to block ${detail} are missing.`,
    'Bring the headers up to that block first, or let “collect” write both into one file.',
  ],
  'inclusion-large': (detail) => [
    'A transaction is in its block, and too large to be shown to the others.',
    `What one packet carries is limited: ${detail}.`,
    'Making the file again does not help. Collect the other transactions without this one. It can be answered by no mint; the group can pay its bitcoin back with a spend.',
  ],
  'tip-unknown': (detail) => [
    'The file names a tip that its headers do not lead to.',
    `No block of height ${detail} with this hash is known here.`,
    'Bring the headers up to the tip first, or let “collect” write both into one file.',
  ],
  checkpoint: (detail) => [
    'This checkpoint contradicts itself.',
    `Its figures do not fit together: ${detail}.`,
    again,
  ],
  'records-malformed': (detail) => [
    'These burn records do not read.',
    `The file was cut off or changed: ${detail}.`,
    again,
  ],
  'records-group': (detail) => [
    'These burn records are for another group.',
    `They were made on ${detail}, or with another group’s identity.`,
    'Run “observe” with --group and --network as they stand below.',
  ],
  'records-observer': (detail) => [
    'These burn records are another observer’s.',
    `The record of nullifier ${detail} names a key that is not on your card.`,
    'Only the records of your own observer are told by you. Whoever’s they are brings them.',
  ],
  'records-signature': (detail) => [
    'The signature of a burn record does not hold.',
    `The record of nullifier ${detail} was changed after it was signed.`,
    'Take the file directly from the machine where “observe” runs.',
  ],
  proof: (detail) => [
    'This is no burn proof that holds.',
    `The check that failed: ${detail}.`,
    'Take the proof’s bytes from the bridge again. If they fail again, no withdrawal can be based on them.',
  ],
  'fees-malformed': (detail) => [
    'This list of fee UTXOs does not read.',
    `It is another file, or was cut off: ${detail}.`,
    'Take the bridge’s database of fee UTXOs as it is.',
  ],
};

/** What a file was taken for. */
export function tookText(taken: Extract<EvidenceTaken, { took: string }>): string {
  switch (taken.took) {
    case 'chain':
      return [
        count(taken.headers, 'new header', 'new headers'),
        count(taken.inclusions, 'new transaction', 'new transactions'),
        ...(taken.tip ? [`your tip: block ${taken.tip.height}`] : []),
        ...(taken.checkpoint === undefined
          ? []
          : [`you name a checkpoint: block ${taken.checkpoint}`]),
      ].join(', ');
    case 'burn-records':
      return `${count(taken.records, 'new burn record', 'new burn records')}, ${taken.known} told before`;
    case 'burn-proof':
      return `a burn proof that holds, of ${satText(taken.amount)}`;
    case 'fee-list':
      return `${count(taken.utxos, 'available fee UTXO', 'available fee UTXOs')}${
        taken.otherIds > 0
          ? `; ${taken.otherIds} of their ids are not the hash of their fields`
          : ''
      }`;
  }
}

/** Why a file was not taken in. */
export function refusalText(refusal: EvidenceRefusal, detail: string): FaultText {
  const [happened, cause, next] = refusals[refusal](detail.trim());
  return { happened, cause, means: nothing, next };
}

/** Why there is no evidence here. */
const unusable = ({ role }: Pick<GroupView, 'role'>): FaultText => ({
  happened: 'There is no evidence here.',
  cause: role === 'witness' ? 'You are a witness of this group.' : 'The key is not complete.',
  means: 'Nothing can be requested of the bridge.',
  next:
    role === 'witness'
      ? 'Its operators bring evidence; their records show it.'
      : 'Finish the ceremony first.',
});

const wrong: Readonly<Record<Wrong['what'], string>> = {
  headers: 'headers that break the rules',
  inclusion: 'a transaction that is not in its block',
};

export const evidenceText = {
  title: 'Evidence',
  loading: 'The evidence is being read …',
  lead: 'What your own sources say of Bitcoin and the bridge. Each file is checked here before anybody is told of it, and everybody checks it again.',
  unusable,

  intake: {
    heading: 'Bring evidence',
    file: 'Choose files, or drop them here',
    source: 'Where they are from',
    sourceHelp:
      'In your words, for example “own full node in Zürich”. Everybody sees it beside your tip.',
    sourceMissing: 'Say where the files are from first.',
    working: 'The files are being checked …',
    took: (name: string, what: string) => `${name}: ${what}.`,
    announced: (taken: number, refused: number) =>
      `${count(taken, 'file was', 'files were')} taken in, ${refused} refused.`,
    tooLarge: (name: string): FaultText => ({
      happened: `${name} is too large to be evidence.`,
      cause: 'The largest files of evidence have 8 million bytes.',
      means: 'It was not read.',
      next: 'Collect fewer headers or transactions into one file.',
    }),
    hand: 'What you told has yet to reach the others: hand over your packets below.',
  },

  programs: {
    heading: 'How to get each file',
    lead: 'Two programs come with this bundle. Each is one file that a person can read, and runs with Node beside your own nodes. They read and change nothing there.',
    collect: {
      name: 'collect',
      does: 'Asks your own Bitcoin Core for headers, the tip, deposits and checkpoints.',
      commands: [
        'node collect.mjs tip --after HASH',
        'node collect.mjs deposit TXID --after HASH',
        'node collect.mjs checkpoint HEIGHT',
      ],
    },
    observe: {
      name: 'observe',
      does: 'Reads final burns from your own node of the bridge and signs them with your observer key.',
      commands: (group: string, network: string) => [
        `node observe.mjs --burns FILE --key FILE --group ${group} --network ${network}`,
      ],
    },
    others:
      'A burn proof is the file of bytes that the bridge gives for a withdrawal. The list of fee UTXOs is the bridge’s own database file.',
    save: (name: string) => `Save ${name}.mjs`,
    after: 'HASH is the block that operators agree on, or else the newest checkpoint.',
  },

  chain: {
    heading: 'The chain as this group sees it',
    agreed: (t: number) => `What ${operators(t)} agree on`,
    block: (at: number) => `Block ${at}`,
    time: 'its time',
    none: (t: number) =>
      `${operators(t)} have to bring tips of one chain. Until then nothing about the chain is taken as true.`,
    median: 'Time of the rules',
    medianNone: 'none yet',
    tips: 'Each operator’s own tip',
    columns: {
      operator: 'Operator',
      tip: 'Tip',
      source: 'Where it is from',
      told: 'Told',
      agrees: 'Agrees',
    },
    noTip: 'none brought yet',
    agrees: { yes: '✓ agrees', no: '✕ other chain', open: '… too few tips' },
    you: 'you',
    oneOfUs:
      'That it is the best chain is the word of these operators’ nodes: a chain cannot show that there is no better one.',
  },

  checkpoints: {
    heading: 'Checkpoints',
    help: (t: number) =>
      `Headers are followed from these blocks. One that did not come with the app is used once ${operators(t)} named exactly the same.`,
    shipped: 'came with the app',
    named: (names: readonly string[]) => `named by ${listed(names)}`,
    used: '✓ used',
    waits: (have: number, t: number) => `… ${have} of ${t}: not used yet`,
    verify: 'How to verify one',
    steps: [
      'Ask your own Bitcoin Core: bitcoin-cli getblockhash HEIGHT, then bitcoin-cli getblockheader HASH.',
      'Compare the whole hash with the one here, not only its beginning.',
      'If it is the same, let “collect checkpoint HEIGHT” write it from your node and bring that file: so you name it, too.',
      'If it differs, do not name it, and speak with whoever did.',
    ],
  },

  wrong: {
    heading: 'Told and wrong',
    of: (name: string, { what, detail }: Wrong) => `${name} told ${wrong[what]}: ${detail}.`,
    means: 'It is not used. Their node may be at fault, or somebody wants you to believe it.',
  },

  deposits: {
    heading: 'Deposits that are shown',
    none: 'No evidence of a deposit is here. Bring a file of “collect deposit”.',
    deposit: 'Deposit',
    recipient: 'Recipient',
    inBlock: (at: number) => `in block ${at}`,
    depth: (have: number, needed: number) => `${have} of ${needed} deep`,
    states: {
      attested: '✓ attested',
      requested: '✓ requested',
      ready: '✓ may be requested',
      again: '! its attestation has ended',
      waits: '… not proved yet',
    },
    request: 'Request mints',
  },

  burns: {
    heading: 'Burns that observers saw',
    none: 'No record of a burn is here. Bring a file of “observe”.',
    to: 'Paid to',
    nullifier: 'Nullifier',
    final: (at: number) => `final in block ${at} of the bridge`,
    seen: (names: readonly string[]) => `seen by ${listed(names)}`,
    proof: { yes: '✓ proof verified here', no: '… no proof here' },
    requested: '✓ requested',
    request: 'Request withdrawals',
  },

  observer: {
    heading: 'Your observer’s key',
    help: 'The program “observe” signs what your own node of the bridge saw with this key. It can do nothing else: it moves no money and approves nothing. A withdrawal is paid only where your own observer and enough others saw the burn.',
    carry:
      'The file holds the key, encrypted with a passphrase. Bring it to the machine where “observe” runs, which asks for the passphrase.',
    lost: 'Whoever has file and passphrase can say of burns what they like in your name: enough others must then still say the same.',
    choose: 'Choose a passphrase for this file',
    make: 'Save the key’s file',
    making: 'The file is being encrypted; this takes some seconds …',
    saved: (name: string) => `Handed to the browser as “${name}”.`,
    file: (operator: string) => `observer-${operator}.age`,
    group: 'The group, for --group',
  },
} as const;
