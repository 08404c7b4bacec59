/** What is said about watching a group's bitcoin: descriptors, addresses, deposits and coins. */
import type { Branch } from '../../bitcoin/branches.ts';
import type { CoinListProblem, SkipReason } from '../../bitcoin/coins.ts';
import type { Network } from '../../ceremony/card.ts';
import type { GroupView } from '../../worker/view.ts';
import type { FaultText } from '../text.ts';

const coins = (count: number): string => (count === 1 ? '1 coin' : `${count} coins`);

const branch: Readonly<
  Record<Branch, { readonly title: string; readonly use: string; readonly warning: string }>
> = {
  receive: {
    title: 'Receive',
    use: 'For bitcoin that the operators bring in themselves, such as a first test.',
    warning:
      'Not for people who deposit: nothing binds these to a recipient, so nothing can be minted for what comes here.',
  },
  change: {
    title: 'Change',
    use: 'What is left over from the group’s own payments comes back here.',
    warning: 'Never give these out: what others pay here is taken for the group’s own change.',
  },
  deposit: {
    title: 'Deposits',
    use: 'One address for each deposit, issued for one recipient.',
    warning: 'Give out only what enough operators hold.',
  },
  fees: {
    title: 'Fee reservoir',
    use: 'For fees that were collected, apart from what backs the wrapped bitcoin.',
    warning: 'Never give these out: what comes here counts as fees and is minted to nobody.',
  },
};

const skipped: Readonly<Record<SkipReason, string>> = {
  malformed: 'A field is missing or does not read.',
  amount: 'Its amount is no whole number of sat that can exist.',
  foreign:
    'Its script is not the group’s as far as is known here. A deposit address that another operator issued comes with their packets.',
  'wrong-network': 'Its address is not that of its script on this network.',
  duplicate: 'It stands in the list twice.',
};

const listProblems: Readonly<Record<CoinListProblem, FaultText>> = {
  'not-a-list': {
    happened: 'This is not a list of coins.',
    cause: 'It does not read as JSON, or is no list.',
    means: 'Nothing was taken in. The former list stays.',
    next: 'Take what “listunspent” of Bitcoin Core printed, from the first bracket to the last.',
  },
  'too-large': {
    happened: 'This list is too large.',
    cause: 'It has more than 4000 entries or 4 million characters.',
    means: 'Nothing was taken in. The former list stays.',
    next: 'Let Bitcoin Core list fewer: give “listunspent” a lowest amount, or the addresses you need.',
  },
};

/** Why there is nothing to watch with. */
function unusable({ role, keyState }: Pick<GroupView, 'role' | 'keyState'>): FaultText {
  const happened = 'No address is shown here.';
  if (role === 'witness')
    return {
      happened,
      cause: 'You are a witness of this group. Its operators keep the list of what it holds.',
      means: 'Nothing is missing.',
      next: 'Ask an operator for the descriptors if you want to watch.',
    };
  if (keyState === 'stopped')
    return {
      happened,
      cause: 'The ceremony was stopped: this group has no key that may be used.',
      means: 'Bitcoin sent to it could be lost for ever.',
      next: 'Find out why it stopped, then begin a new group.',
    };
  return {
    happened,
    cause: 'The key may not be used before everybody certified, read, backed up and tested it.',
    means: 'Bitcoin sent to it now could be lost for ever.',
    next: 'Go on with the ceremony. The addresses appear here once the key is active.',
  };
}

/** How Bitcoin Core's programs are told the network. */
const chain: Readonly<Record<Network, string>> = {
  mainnet: '',
  testnet4: ' -testnet4',
  signet: ' -signet',
  regtest: ' -regtest',
};

export const bitcoinText = {
  title: 'Bitcoin',
  loading: 'Addresses are being derived …',
  unusable,
  branch,
  copy: 'Copy',
  qr: 'QR code',
  qrOf: (what: string) => `QR code of ${what}`,
  of: (what: string) => `of ${what}`,

  coins: {
    heading: 'What the group holds',
    none: 'No list was taken in yet, so nothing is known here. Take in what Bitcoin Core lists.',
    empty: 'The list that was taken in has no coin of the group.',
    listed: 'Listed here',
    age: 'Coins that came or went since are not in it.',
    balance: 'By branch',
    total: 'In all',
    nothing: '–',
    reserved: 'reserved',
    reservedHelp: 'A request that you reserved spends it.',
    unconfirmed: 'unconfirmed',
    all: 'Every coin',
    columns: {
      branch: 'Branch',
      coins: 'Coins',
      amount: 'Amount',
      reserved: 'Of it reserved',
      unconfirmed: 'Of it unconfirmed',
      address: 'Address and coin',
      state: 'State',
    },
    confirmations: (count: number) =>
      count === 0 ? 'unconfirmed' : count === 1 ? '1 confirmation' : `${count} confirmations`,
  },

  intake: {
    heading: 'Take in a list of coins',
    help: 'What “listunspent” of Bitcoin Core printed, as a file or as text. It takes the place of the former list. Each coin is derived again here; the list is not believed.',
    file: 'Choose the file, or drop it here',
    paste: 'Or paste the list',
    read: 'Take in the list',
    working: 'Every coin is being derived …',
    took: (count: number) => `${count === 1 ? '1 coin was' : `${coins(count)} were`} taken in.`,
    skipped: (count: number): FaultText => ({
      happened: count === 1 ? '1 entry was left out.' : `${count} entries were left out.`,
      cause: 'Each for the reason below.',
      means: 'They are neither counted here nor offered for a payment.',
      next: 'Look through the reasons. For a missing deposit address, take in the packets of who issued it; then take in the list again.',
    }),
    entry: (entry: number) => `Entry ${entry + 1}`,
    why: skipped,
    problems: listProblems,
  },

  deposits: {
    heading: 'Deposit addresses',
    help: 'Each is derived from the hash of one recipient’s public key. What comes there can be minted to nobody else.',
    recipient: 'Hash of the recipient’s public key',
    recipientHelp: '64 hex digits. Have it from the recipient in a way that you trust.',
    wrong: 'These are not 64 hex digits.',
    again: (count: number) =>
      `This recipient has ${count === 1 ? 'one address' : `${count} addresses`} here already. Issuing makes another.`,
    issue: 'Issue a deposit address',
    issued: 'It is issued. Hand over your packets, so that others hold it too.',
    none: 'None was issued yet.',
    recipientOf: 'Recipient',
    index: 'Number of this recipient’s address, from 0',
    address: 'Address',
    descriptor: 'Descriptor',
    by: 'Issued by',
    held: (have: number, need: number) =>
      `${have} operators hold it, ${need} suffice: it may be given out.`.replace(
        /^1 operators hold/,
        '1 operator holds',
      ),
    notHeld: (have: number, need: number) =>
      `${have} of ${need} operators hold it: do not give it out yet.`,
    notHeldWhy:
      'If too few know for whom it was issued, a deposit could be lost with their machines. Hand over your packets, and take in those of the others: with them comes what they hold.',
    exchange: 'Hand over and take in packets',
  },

  own: {
    heading: 'The group’s own addresses',
    help: (count: number) =>
      `The first ${count} of each branch. Whoever watches with the descriptors sees them all.`,
    summary: (title: string, number: number) => `${title}, m/${number}/…`,
  },

  watching: {
    heading: 'Descriptors, to watch with',
    help: 'For a program that follows the chain, on a machine with a network. They cannot spend. Whoever has them sees every payment of the group.',
    main: 'Receive and change',
    fees: 'Fee reservoir',
    xpub: 'Extended public key of the custody key',
    fingerprint: 'Fingerprint',
    save: 'Save both descriptors',
    saved: (name: string) => `Handed to the browser as “${name}”.`,
    plainFile: (fingerprint: string) => `descriptors-${fingerprint}.txt`,
    coreFile: (fingerprint: string) => `importdescriptors-${fingerprint}.json`,
  },

  core: {
    heading: 'With Bitcoin Core',
    help: 'Version 29 or later. The commands are for a shell on the machine where it runs.',
    make: 'Once: make a place without private keys.',
    import: 'Then, and again after every new deposit address: take in the descriptors.',
    json: 'For “importdescriptors”: both descriptors and every deposit address that was issued',
    save: 'Save it as a file',
    now: 'With “now”, Bitcoin Core looks at new blocks only. For addresses that were paid before, put the time of the first payment there, in seconds since 1970.',
    list: 'Whenever coins came or went: list them, and take the file in above.',
    pays: 'A payment that Bitcoin Core composes there needs a change address: name one of the branch “Change”.',
    commands: (network: Network, file: string) => {
      const cli = `bitcoin-cli${chain[network]}`;
      return {
        make: `${cli} createwallet conclave true true`,
        import: `${cli} -rpcwallet=conclave importdescriptors "$(cat ${file})"`,
        list: `${cli} -rpcwallet=conclave listunspent 0 > coins.json`,
      };
    },
  },
} as const;
