/** What is said of what survived, and of what theft or loss of some places would do. */
import type { Exposure, Found, Kind, Warning } from '../../ceremony/exposure.ts';
import type {
  Exit,
  Lack,
  OperatorSurvival,
  RestoreStep,
  Survival,
} from '../../ceremony/survival.ts';
import type { FaultText } from '../text.ts';
import { listed } from './ceremony-faults.ts';

const count = (number: number, one: string, many: string): string =>
  `${number} ${number === 1 ? one : many}`;
const operators = (number: number): string => count(number, 'operator', 'operators');
const are = (number: number): string => (number === 1 ? 'is' : 'are');

/** How many others have to be heard, or have to approve. */
export interface Quorum {
  readonly n: number;
  readonly t: number;
}
const others = ({ n, t }: Quorum): string => count(n - t + 1, 'other operator', 'other operators');

const steps: Readonly<Record<RestoreStep, (quorum: Quorum) => string>> = {
  seed: () =>
    'Restore the seed, or the escrow, on a device of the same family, and compare its fingerprint.',
  'new-device': () => 'Take a new device and set it up.',
  packets: () =>
    'Get everything for a restored operator from another operator, or from the copy that is left.',
  kit: () => 'Bring the kit: with the device it gives the host secret.',
  'age-file': () => 'Open the backup file with its passphrase.',
  cards: () => 'Collect as many SLIP-39 cards as restore, and enter them.',
  'vault-shares': () => 'Collect as many Vault shares as restore, and enter them.',
  equip: () => 'Put the shares under the device.',
  hear: (quorum) => `Take in what ${others(quorum)} said since. Until then nothing is signed.`,
  admit: (quorum) => `Ask ${others(quorum)} to approve the new device with theirs.`,
};

const from: Readonly<Record<NonNullable<OperatorSurvival['from']>, string>> = {
  workspace: 'from the workspace',
  kit: 'from device and kit',
  'age-file': 'from the backup file',
  cards: 'from SLIP-39 cards',
  'vault-shares': 'from Vault shares',
};

const exits: Readonly<Record<Exit, string>> = {
  plate: 'The plate goes into the reader as it is.',
  'age-file': 'The backup file and its passphrase go into the reader.',
  cards: 'The SLIP-39 cards go into the reader.',
  'vault-shares': 'The Vault shares go into the reader.',
  app: 'The app still opens the share: make a backup file with it first; that goes into the reader.',
};

function lackText(lack: Lack): string {
  switch (lack.lack) {
    case 'salt':
      return 'The device, or its seed, is not enough: the salt is in the workspace or in the kit.';
    case 'device':
      return 'There is no device, and no seed to make another one the same.';
    case 'passphrase':
      return 'The backup file does not open without its passphrase.';
    case 'cards':
      return `${count(lack.more, 'SLIP-39 card is', 'SLIP-39 cards are')} missing.`;
    case 'vault-shares':
      return `${count(lack.more, 'Vault share is', 'Vault shares are')} missing.`;
    case 'packets':
      return 'Nobody has the packets of the group any more, so no workspace can be made again.';
    case 'recovery-data':
      return 'The share is there, but nothing that is left says which key it belongs to.';
    case 'voices':
      return `Too few workspaces are left to hear from: ${lack.more} more would be enough.`;
    case 'approvals':
      return `Too few operators have the device they had, to approve a new one: ${lack.more} more would be enough.`;
    case 'everything':
      return 'Nothing is left that leads to the share.';
  }
}

/** What became of an operator, in a few words and in sentences. */
export function operatorText(
  { state, from: source, exit, lacks }: OperatorSurvival,
  leaves: boolean,
): { readonly sign: string; readonly word: string; readonly says: readonly string[] } {
  const why = lacks.map(lackText);
  const way = exit && leaves ? [exits[exit]] : [];
  switch (state) {
    case 'signs':
      return { sign: '✓', word: 'Signs as before', says: way };
    case 'restores':
      return { sign: '↻', word: `Restores ${source ? from[source] : ''}`, says: way };
    case 'shares-only':
      return {
        sign: '→',
        word: 'A share only: it can leave through the reader, and cannot speak',
        says: [...why, ...(exit ? [exits[exit]] : [])],
      };
    case 'gone':
      return { sign: '✕', word: 'Nothing can be restored', says: why };
  }
}

interface Told {
  readonly survival: Survival;
  readonly names: readonly string[];
  readonly t: number;
}

const of = (names: readonly string[], numbers: readonly number[]): string =>
  listed(numbers.map((number) => names[number] ?? ''));

/** The verdict on the group: what it is, and why. */
export function verdictText({ survival, names, t }: Told): {
  readonly sign: string;
  readonly title: string;
  readonly why: string;
} {
  const { verdict, first, spare } = survival;
  const { operators: all } = survival;
  const signing = all.filter(({ state }) => state === 'signs').length;
  const nameless = all.filter(({ lacks }) =>
    lacks.some(({ lack }) => lack === 'recovery-data'),
  ).length;
  switch (verdict) {
    case 'sign':
      return {
        sign: '✓',
        title: 'The group can sign.',
        why: `${operators(signing)} of ${all.length} ${signing === 1 ? 'signs' : 'sign'} as before; ${t} are needed.`,
      };
    case 'restore':
      return {
        sign: '↻',
        title: 'The group can sign again, once enough are restored.',
        why: `${operators(signing)} of ${all.length} ${signing === 1 ? 'signs' : 'sign'} as before; ${t} are needed. Quickest: ${of(names, first)}.`,
      };
    case 'exit':
      return {
        sign: '→',
        title: 'The group cannot sign again, but the bitcoin can leave.',
        why: `${count(spare + t, 'share is', 'shares are')} left, and ${t} are needed. The standalone reader signs with them; attestations for the bridge are over.`,
      };
    case 'lost':
      return {
        sign: '✕',
        title: 'What is left is not enough.',
        why:
          nameless >= t
            ? `${count(nameless, 'share is', 'shares are')} left, but nothing says which key they belong to.`
            : `${count(-spare, 'share is', 'shares are')} missing: ${t} are needed, and ${spare + t} ${are(spare + t)} left.`,
      };
  }
}

/** The one next step. */
export function nextText({ survival, names }: Told): string {
  const { next, first } = survival;
  switch (next) {
    case 'nothing':
      return 'Nothing has to be done now. Verify your backups when they are due.';
    case 'renew':
      return 'Somebody cannot come back. Plan a new key with a full group while there are operators to spare.';
    case 'restore':
      return `${of(names, first)}: begin with the restoration. Everybody else keeps their device and laptop as they are.`;
    case 'sweep':
      return 'Request a spend of all coins to the backup address, and sign it now, before anything else.';
    case 'restore-and-sweep':
      return `${of(names, first)}: restore at once. The first thing to sign then is a spend of all coins to the backup address.`;
    case 'reader':
      return 'Bring the shares to one machine that is offline, with recover.mjs and a recovery file, and sweep to the backup address. docs/formats.md says how.';
    case 'search':
      return 'Ask all operators and contacts for cards, plates, files and old laptops, and tick what is found. Destroy nothing.';
  }
}

/** Why the bitcoin has to move. */
export function sweepText({ survival, names, t }: Told): FaultText | undefined {
  const { sweep, exposed, verdict } = survival;
  const can = verdict === 'sign' || verdict === 'restore';
  switch (sweep) {
    case 'exposed':
      return {
        happened: 'The bitcoin must move.',
        cause: `Others may know the secrets of ${of(names, exposed)}: ${t} are enough to sign.`,
        means:
          'Whoever has them can take everything, today. Restoring or renewing shares does not help against that.',
        next:
          verdict === 'lost'
            ? 'Look for the missing shares, and move the coins as soon as they are there.'
            : 'Sweep to the backup address first. Make a new key after that.',
      };
    case 'no-spare':
      return {
        happened: 'The bitcoin must move.',
        cause: 'Nobody can be spared: every operator who is left is needed to sign.',
        means: 'One more loss, and nobody can ever sign again.',
        next: can
          ? 'Sweep to the backup address while you can, and make a new key with a full group.'
          : 'Sweep with the reader while these shares are there.',
      };
    case undefined:
      return undefined;
  }
}

export const kindText: Readonly<Record<Kind, string>> = {
  device: 'Seed or escrow of the device',
  kit: 'Recovery kit',
  'age-file': 'Backup file',
  slip39: 'SLIP-39 card',
  'vault-share': 'Vault share',
  plate: 'Plate',
  passphrase: 'Passphrase of the backup file',
  desk: 'Device in use, with a PIN, and laptop',
  'open-desk': 'Device in use without a PIN, and laptop',
};

const setsText: Partial<Record<Kind, string>> = {
  slip39: 'SLIP-39 cards',
  'vault-share': 'Vault shares',
};

/** What it takes to steal, of places or of people. */
function theftText(
  found: Found | undefined,
  names: readonly string[],
  t: number,
  one: string,
  many: string,
): string {
  if (!found)
    return `As far as it is noted, nobody finds ${t} custody shares, whichever ${many} they take.`;
  if ('atLeast' in found)
    return `It takes at least ${count(found.atLeast, one, many)}. There are too many ways to look at all of them.`;
  if (found.names.length === 0)
    return `It takes none: what is lost or known to others gives the shares of ${of(names, found.operators)}.`;
  return `${count(found.names.length, `${one} is`, `${many} are`)} enough: ${listed(found.names)}. There are the shares of ${of(names, found.operators)}.`;
}

const lossText = (found: Found | undefined, names: readonly string[], t: number): string => {
  if (!found) return `Whichever places are lost, ${t} can still restore.`;
  if ('atLeast' in found)
    return `It takes the loss of at least ${count(found.atLeast, 'place', 'places')}. There are too many ways to look at all of them.`;
  if (found.names.length === 0)
    return `As far as it is noted and verified, fewer than ${t} can restore even now: nothing that restores is known of ${of(names, found.operators)}.`;
  return `The loss of ${count(found.names.length, 'place', 'places')} is enough: ${listed(found.names)}. Then ${of(names, found.operators)} cannot restore.`;
};

/** The answers, in words. */
export const exposureLines = (
  { theft, loss }: Exposure,
  names: readonly string[],
  t: number,
): { readonly places: string; readonly people: string; readonly loss: string } => ({
  places: theftText(theft.places, names, t, 'place', 'places'),
  people: theftText(theft.people, names, t, 'person', 'people'),
  loss: lossText(loss, names, t),
});

export function warningText(warning: Warning, names: readonly string[]): string {
  const who = 'operator' in warning ? (names[warning.operator] ?? '') : '';
  switch (warning.warning) {
    case 'together':
      return `${warning.name} holds more than one thing of ${who}’s: ${listed(warning.kinds.map((kind) => kindText[kind].toLowerCase()))}. One fire takes all. Keep them apart.`;
    case 'passphrase':
      return `The passphrase of ${who}’s backup file lies where the file is: ${warning.name}. Whoever finds one finds both. Move one of them.`;
    case 'quorum-place':
      return `Something of ${of(names, warning.operators)} is at one place: ${warning.name}. So many sign. Move some of it elsewhere.`;
    case 'quorum-person':
      return `${warning.name} keeps something of ${of(names, warning.operators)}. So many sign. Give some of it to somebody else.`;
    case 'set-place':
      return `At ${warning.name} there are as many of ${who}’s ${setsText[warning.kind] ?? ''} as restore the secret. Spread them.`;
    case 'set-person':
      return `${warning.name} keeps as many of ${who}’s ${setsText[warning.kind] ?? ''} as restore the secret. Spread them.`;
    case 'unverified':
      return `No backup of ${who}’s was verified, as far as it is known here. Have one verified, and told.`;
    case 'no-place':
      return `${who}: ${kindText[warning.kind].toLowerCase()} without a place. It is in none of the answers. Note where it is.`;
  }
}

export const surviveText = {
  title: (group: string) => `${group}: what survived, who can reach what`,
  heading: 'What survived, who can reach what',
  backups: 'Backups',
  loading: 'The group is being opened …',
  lead: 'Two questions about everybody’s pieces: what the group can still do with what is left, and what a thief or a fire would need.',
  unavailable: {
    happened: 'There is nothing to ask here.',
    cause: 'You are a witness of this group, or its manifest is not sealed yet.',
    means: 'There are no shares to lose or to reach.',
    next: 'Go back to the group.',
  } satisfies FaultText,

  survived: {
    heading: 'What survived?',
    lead: 'Untick what is gone, tick what was found. Your own pieces are ticked where they were verified, and those of others as you noted them below. Nothing of this is stored.',
    steps,
    stepsSummary: (number: number) => `How, in ${count(number, 'step', 'steps')}`,
    have: {
      device: 'Device',
      vendorSeed: 'Seed or escrow of it',
      workspace: 'Laptop, workspace opens',
      kit: 'Recovery kit',
      ageFile: 'Backup file',
      agePassphrase: 'Its passphrase',
      plate: 'Custody plate',
      exposed: 'Others may know it',
    },
    exposedHelp:
      '“Others may know it”: somebody else may have seen or copied enough to get this operator’s share.',
    cards: (group: number, groups: number) =>
      groups > 1 ? `SLIP-39 cards of group ${group + 1}` : 'SLIP-39 cards',
    groupsNeeded: (needed: number, groups: number) =>
      `${needed} of ${count(groups, 'group', 'groups')} of cards restore.`,
    vaultShares: 'Vault shares',
    left: 'left',
    needed: 'needed',
    kept: 'Left with anybody',
    packets: 'All packets, as files or in a record',
    recoveryFile: 'A recovery file',
    verdict: 'What follows',
    next: 'Next',
    restore: 'Restore from a backup',
    reader: 'Save recover.mjs',
  },

  exposure: {
    heading: 'Who can reach what?',
    lead: 'Where the pieces of all operators are decides what a thief needs, and what a fire takes. Tell the app what you know. It stays in this vault: nobody is told.',
    own: 'Your own pieces',
    ownNone: 'You have none yet.',
    ownHelp: 'Places and holders are changed on the page of backups.',
    noPlace: 'no place noted',
    at: (place: string, holder: string) => (holder ? `${place}, with ${holder}` : place),
    states: {
      relied: '',
      doubtful: 'never verified: a thief counts on it, you should not',
      away: 'lost or known to others: counted as found by a thief',
    },
    others: 'What you know of others’ pieces',
    othersHelp:
      'Also note where your own device and laptop are, and your passphrase if it is written down anywhere. Where nobody is named, the operator keeps it.',
    othersNone: 'Nothing is noted yet.',
    legend: (number: number) => `Note ${number + 1}`,
    operator: 'Operator',
    you: (name: string) => `${name} (you)`,
    kind: 'What',
    kinds: kindText,
    place: 'Place',
    holder: 'Who keeps it',
    needed: 'How many of these restore',
    add: 'Add a note',
    remove: (number: number) => `Remove note ${number + 1}`,
    save: 'Keep these notes',
    saved: 'The notes are kept in this vault.',
    unsaved: 'These notes are not kept yet. The answers below count them already.',
    results: 'The answers',
    steal: 'To steal',
    stealPeople: 'To collude',
    lose: 'To lose',
    stealHelp: (t: number) => `Places that together give ${t} custody shares:`,
    peopleHelp: (t: number) =>
      `People who together have ${t} custody shares, by what they keep and what they know:`,
    loseHelp: (t: number) =>
      `Places without which fewer than ${t} operators can restore their secret:`,
    warnings: 'Warnings',
    none: 'Nothing that is noted calls for a warning.',
    limits:
      'A piece that nobody noted is in no answer. A file counts with its passphrase; a passphrase that is noted nowhere is taken to be in the operator’s head. A kit alone tells nothing. A plate is enough to take bitcoin, and cannot restore.',
  },
} as const;
