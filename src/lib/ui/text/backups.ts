/** Every sentence of the page of backups: what there is, in what state, who proved what. */
import type { AliveProblem, Liveness } from '../../ceremony/liveness.ts';
import type { PieceStatus, Tier, Verification } from '../../ceremony/pieces.ts';
import type { Way } from '../backups/ways.ts';
import { timeText } from '../ceremony/times.ts';
import type { FaultText } from '../text.ts';
import { listed } from './ceremony-faults.ts';
import { ceremonyText } from './ceremony.ts';

const dateText = (at: number): string => timeText(new Date(at));

/** The day of a point in time, on this machine's clock. ms since 1970. */
export const dayText = (at: number): string => dateText(at).slice(0, 10);

const count = (of: number, one: string, many = `${one}s`): string =>
  `${of} ${of === 1 ? one : many}`;

/** What each tier is called, and what it is good for. */
export const tierText: Readonly<
  Record<
    Tier,
    {
      readonly name: string;
      readonly many: string;
      readonly holds: string;
      readonly restores: string;
      readonly needs: string;
    }
  >
> = {
  device: {
    name: 'Device’s own seed',
    many: 'device seeds',
    holds: 'The vendor’s own seed, or a YubiHSM’s escrow: what makes the same device again.',
    restores: 'With the recovery kit, everything of yours; alone, only the device.',
    needs: 'A new device of the same family, and the kit or this workspace.',
  },
  kit: {
    name: 'Recovery kit',
    many: 'recovery kits',
    holds: 'The salt of this group and epoch, and which device it goes with. No secret.',
    restores: 'With the same device or its seed, everything of yours.',
    needs: 'Your device, or another one with its seed.',
  },
  'age-file': {
    name: 'Encrypted file (age)',
    many: 'encrypted files',
    holds: 'The host secret and the recovery data, encrypted.',
    restores: 'Everything of yours, on any machine.',
    needs: 'Its passphrase, or the identity of a recipient.',
  },
  slip39: {
    name: 'Card (SLIP-39)',
    many: 'cards',
    holds: 'One part of the host secret, as 33 words.',
    restores: 'Enough cards of one set: everything of yours. Fewer: nothing at all.',
    needs: 'The contacts who keep enough of them, and a passphrase if you chose one.',
  },
  'vault-share': {
    name: 'Vault share',
    many: 'Vault shares',
    holds: 'One part of the host secret, as one line that HashiCorp Vault’s scheme reads.',
    restores: 'Enough shares of one set: everything of yours. Fewer: nothing at all.',
    needs: 'The contacts who keep enough of them.',
  },
  plate: {
    name: 'Plate',
    many: 'plates',
    holds: 'One share of one key, as 25 words for metal that holds too little for a card.',
    restores: 'That share alone: enough to leave with the others, not to speak in this group.',
    needs: 'The reader program, and t operators who do the same.',
  },
};

const statuses: Readonly<Record<PieceStatus, { readonly sign: string; readonly word: string }>> = {
  planned: { sign: '○', word: 'Planned' },
  recorded: { sign: '◐', word: 'Recorded, not verified' },
  ok: { sign: '✓', word: 'Verified' },
  due: { sign: '◷', word: 'Due for verifying' },
  overdue: { sign: '!', word: 'Overdue' },
  lost: { sign: '✕', word: 'Lost' },
  exposed: { sign: '✕', word: 'Exposed' },
  destroyed: { sign: '–', word: 'Destroyed' },
};

const methods: Readonly<Record<Verification, string>> = {
  'read-back': 'the file was read back',
  're-entry': 'its words were entered again',
  quiz: 'words of it were asked right after writing',
  compare: 'the secret was restored from it and compared',
  device: 'a restored device gave the secret',
};

const ways: Readonly<Record<Way, string>> = {
  device: 'the device’s seed with the kit',
  'age-file': 'an encrypted file',
  slip39: 'the cards',
  'vault-share': 'the Vault shares',
};

const proofs: Readonly<Record<NonNullable<Liveness['shares']>['by'], string>> = {
  proof: 'by a proof',
  signature: 'by signing with both keys',
  test: 'by the test of the keys',
};

const problems: Readonly<Record<AliveProblem, string>> = {
  'own-challenge': 'It answers a question that they asked themselves.',
  'no-challenge': 'It answers a question that nobody here asked.',
  custody: 'It does not fit their share of the custody key.',
  attestation: 'It does not fit their share of the attestation key.',
  backup: 'What it says of a backup does not fit their host key.',
};

export const backupsText = {
  heading: 'Backups',
  title: (group: string) => `Backups of ${group}`,
  loading: 'The backups are being read …',
  epoch: (epoch: number) => `epoch ${epoch}`,
  unavailable: {
    happened: 'There is nothing here to back up yet.',
    cause: 'The manifest is not sealed, or you are a witness.',
    means: 'You hold no secret of this group.',
    next: 'Go on with the ceremony; it makes the first backup itself.',
  },
  next: {
    heading: 'Next step',
    restore: {
      title: 'Put your shares under a device',
      does: 'Your host secret was restored, and no device guards it yet. Until one does, nothing here can be signed.',
      act: 'Choose a device',
    },
    admit: {
      title: (name: string) => `Look at the new device of ${name}`,
      does: 'Its approvals count for nobody before enough others approve it.',
      act: 'Go to new devices',
    },
    make: {
      title: 'Make a piece of your backup',
      does: 'No verified piece would bring your secret back. If this machine or your device is lost now, so is your share.',
      act: 'Make a piece',
    },
    verify: (name: string) => ({
      title: `Verify: ${name}`,
      does: 'It was made, and nobody has seen yet that it can be read. Until then it does not count.',
      act: 'Verify it',
    }),
    again: (name: string, until: number) => ({
      title: `Verify again: ${name}`,
      does: `What was verified once may have faded since. It is due by ${dayText(until)}.`,
      act: 'Verify it again',
    }),
    answer: {
      title: 'Prove that you still hold your shares',
      does: 'Another operator asks. The proof is made on this machine with your device and tells nothing about the shares.',
      act: 'Go to the proofs',
    },
    done: {
      title: (until: number) => `You’re done until ${dayText(until)}`,
      does: 'Every piece that counts was read back, and none is due.',
    },
    ways: (open: readonly Way[]) =>
      open.length === 0
        ? 'Nothing that counts restores your secret.'
        : `Your secret comes back from ${listed(open.map((way) => ways[way]))}.`,
    single:
      'That is one way only. A second one of another kind, in another place, outlives its loss.',
  },
  catchUp: (more: number, forgot: boolean): FaultText => ({
    happened: 'This workspace was restored and is not caught up yet.',
    cause: `It must still hear from ${count(more, 'more operator')}.${forgot ? ` ${ceremonyText.forgot}` : ''}`,
    means: 'It tells the others nothing until then, and signs nothing.',
    next: 'Take in what the others have, at the end of this page.',
  }),
  issued: {
    unsaved: (many: number): FaultText => ({
      happened: `${count(many, 'deposit address', 'deposit addresses')} that the group gave out ${many === 1 ? 'is' : 'are'} in no recovery file that was saved here.`,
      cause: 'A recovery file, like the list in a backup file, ends with the day it was made.',
      means:
        'Whoever leaves with older files does not find what was paid there: it would be left behind.',
      next: 'Save the recovery file, at the end of this page, and put it with your backups.',
    }),
    leftOut: (many: number): FaultText => ({
      happened: `${count(many, 'deposit address', 'deposit addresses')} ${many === 1 ? 'has' : 'have'} no room in a recovery file made now.`,
      cause:
        'More were given out than a file names. It names the newest of each operator, and leaves out the oldest.',
      means: 'With that file alone, what was paid to the others is not found.',
      next: 'Keep the older recovery files as well: the reader takes them together. Those from before the backup address was set name none: with them it stops until you give it the address with --to. What Bitcoin Core imports, on the page of Bitcoin, names every address; keep that, too.',
    }),
  },
  what: {
    heading: 'What is backed up',
    small: (group: string, epoch: number) =>
      `Of “${group}”, epoch ${epoch}, one secret of yours is backed up, 32 bytes long: the host secret, or what your device and the salt make it from. With the recovery data, which all operators have alike and which is no secret, both of your shares are computed from it again. That is why a backup fits on a card.`,
    alone: (t: number) =>
      `It is one operator’s part. Alone it moves nothing; ${t} operators’ parts together move everything.`,
    tiers: 'What each kind restores, and what it needs',
    kind: 'Kind',
    holds: 'Holds',
    restores: 'Restores',
    needs: 'Needs',
    order: {
      device: 'Primary',
      kit: 'Primary',
      'age-file': 'Secondary',
      slip39: 'Tertiary',
      'vault-share': 'Tertiary',
      plate: 'Last resort',
    } satisfies Record<Tier, string>,
    retired: 'Pieces of an earlier epoch',
    retiredText:
      'They are recognised by their epoch and never sign here. To a thief they are worth as much as before while the key is the same: pieces of t operators from one earlier epoch still give it. Destroy them once the pieces of the new epoch are verified.',
    schemes: 'Schemes that are often named, and what there is here',
    schemesText: [
      [
        'Shamir in HashiCorp Vault',
        'Offered as Vault shares, byte for byte Vault’s own scheme, through an audited library. Vault’s shares have no check of their own, so a check is added to the secret and to each line.',
      ],
      [
        'rusty-secrets',
        'Not offered. Its development ended in 2018, and nobody keeps its format. SLIP-39 does the same, is a standard, and has more than one program that reads it.',
      ],
      [
        'Cryptosteel, Billfodl',
        'Metal plates to set letters in. A card of 33 words takes 132 letters, which is more than one capsule holds; the plates of 25 words take 100. Four letters of each word suffice.',
      ],
    ],
  },
  pieces: {
    heading: 'Your pieces',
    none: 'None yet.',
    statuses,
    place: 'Place',
    holder: 'Kept by',
    seal: 'Seal',
    unknown: 'not noted',
    number: (chunks: string) => `No. ${chunks}`,
    verified: 'Verified',
    verifiedText: (at: number, method: Verification) => `${dateText(at)}: ${methods[method]}`,
    never: 'never',
    due: 'Again by',
    day: dayText,
    share: (member: number, members: number, threshold: number) =>
      `card ${member + 1} of ${members}; ${threshold} of them restore`,
    inGroup: (group: number, groups: number, needed: number) =>
      `group ${group + 1} of ${groups}; ${needed} groups are needed`,
    history: 'History',
    event: (state: string, at: number, method: Verification | null) =>
      `${dateText(at)}: ${state}${method ? ` (${methods[method]})` : ''}`,
    events: {
      planned: 'planned',
      recorded: 'recorded',
      verified: 'verified',
      lost: 'lost',
      exposed: 'exposed',
      destroyed: 'destroyed',
    },
    of: (act: string, name: string) => `${act}: ${name}`,
    verify: 'Verify',
    edit: 'Note where it is',
    keep: 'Keep',
    more: 'Lost, exposed or destroyed',
    lost: 'Note that it is lost',
    lostHelp: 'It counts no more. Should it turn up, verify it.',
    exposed: 'Note that it is exposed',
    exposedHelp: 'Somebody else saw or may have copied it. It never counts again.',
    destroyed: 'Note that it is destroyed',
    destroyedHelp: 'Its other pieces stand. This cannot be taken back.',
    notSpare:
      'It cannot be noted as destroyed: nothing is destroyed before its copy reads back, and without this piece nothing that is verified restores your secret. Make and verify another one first.',
    whatNow: 'What to do now',
    whenExposed: (tier: Tier, t: number): string[] => [
      {
        device:
          'Who has the seed and the kit has your host secret. Set up another device with a new seed.',
        kit: 'A kit is no secret. With your device’s seed it is: see that the seed is safe.',
        'age-file':
          'The file opens with its passphrase or identity only. Unless you are sure that nobody has that as well, take your host secret for known.',
        slip39:
          'One card says nothing; enough of its set say everything. Make a new set, verify it, then destroy the cards of this one.',
        'vault-share':
          'One share says nothing; enough of its set say everything. Make a new set, verify it, then destroy the shares of this one.',
        plate: 'Who has this plate has your share of that key.',
      }[tier],
      'A new piece does not change the secret. Where yours may be known, tell the others: the group then makes new shares by resharing.',
      `If the secrets of ${t} operators could be reached, resharing does not help: move everything to the backup address.`,
    ],
  },
  told: {
    heading: 'What the others told',
    intro: 'Each operator’s own word: how many pieces there are, and how many of them count.',
    own: 'you',
    nothing: 'told nothing yet',
    none: 'No piece at all.',
    at: (at: number) => `told ${dateText(at)}`,
    tier: (tier: Tier, pieces: number, good: number, verified: number) =>
      `${tierText[tier].name}: ${good} of ${pieces} good${verified > 0 ? `, last verified ${dayText(verified)}` : ', never verified'}`,
    act: 'Tell the others how mine are',
    actHelp: 'They learn kinds, numbers and dates. No place and no name is told.',
    done: 'Noted for the others. Hand your packets over.',
  },
  liveness: {
    heading: 'Who proved what',
    intro: (shares: number, backup: number) =>
      `A proof shows that somebody still holds both shares, and, where they opened one, a backup. It tells nothing about either. Shares are to be proved every ${shares} days, a backup every ${backup}. A signature with both keys counts as well.`,
    shares: 'Shares',
    backup: 'Backup',
    by: proofs,
    proved: (at: number, by: string) => `${dayText(at)}, ${by}`,
    backupProved: (at: number, tier: Tier) => `${dayText(at)}, from: ${tierText[tier].name}`,
    never: 'Never proved',
    good: 'Proved',
    overdueBy: (days: number) => `Overdue for ${count(days, 'day')}`,
    asked: (by: string, at: number) => `Asked by ${by} on ${dayText(at)}, not answered yet.`,
    askedSilent:
      'No answer is no proof of a loss: the packet may be under way, or its operator away. Ask on a call.',
    problem: 'The last proof does not count.',
    problems,
    ask: 'Ask everybody',
    askHelp: 'Everybody else then finds the question here, with your next packets.',
    askDone: 'The question is noted. Hand your packets over.',
    answerHeading: 'Your answer',
    answer: 'Prove it with the device',
    answerHelp: 'The device releases both shares for a moment. Nothing is signed for the bridge.',
    withBackup: 'Open a backup as well, and prove that too',
    answerDone: 'Your proof is noted. Hand your packets over.',
    calendar: 'Save your dates as a calendar file',
    calendarHelp:
      'With a reminder a week before each. The file names the group and no place; any calendar reads it.',
    file: 'conclave-backups.ics',
  },
  calendar: {
    verify: (tier: Tier, pieces: number) =>
      pieces === 1
        ? `Verify a backup: ${tierText[tier].name}`
        : `Verify ${pieces} ${tierText[tier].many}`,
    shares: 'Prove that you hold your shares',
    backup: 'Prove that a backup opens',
    description: (group: string) => `Open the page of backups of ${group} in Conclave.`,
  },
  devices: {
    heading: 'New devices',
    intro:
      'Somebody goes on with another device. Compare the card’s number on the call, with the operator in sight; then approve it on your device.',
    of: (name: string) => `New device of ${name}`,
    mine: 'Your new device',
    device: 'Device',
    serial: 'Serial number',
    card: 'Card',
    count: (have: number, of: number) => `${have} of ${of} needed approvals.`,
    by: (names: readonly string[]) => `Approved by ${listed(names)}.`,
    admitted: 'It counts.',
    mineWaits:
      'Read the card’s number aloud on the call. The others compare it and approve it on theirs.',
    own: 'You approved it.',
    approve: 'The number is the same: approve on the device',
    done: 'Your approval is noted. Hand your packets over.',
  },
  more: {
    heading: 'For the worst day',
    survive: 'What survived? Who can reach what?',
    surviveHelp: 'Tick what is left, and see whether the group can sign, restore, or must leave.',
    recover: 'Restore from a backup',
    recoverHelp: 'What to do when a machine, a device or everything is gone.',
    everything: 'Save everything for a restored operator',
    everythingHelp:
      'All packets of this group, for an operator who lost theirs. They hold no secret that opens without that operator’s backup.',
    everythingFile: (name: string, part: number, of: number) =>
      `${name}-everything${of > 1 ? `-${part}-of-${of}` : ''}`,
    everythingDone: (files: number) =>
      files === 1 ? 'One file was saved.' : `${files} files were saved: they belong together.`,
    recovery: 'Save the recovery file',
    recoveryHelp:
      'What all operators know of the keys, without a secret: a standalone reader needs it beside cards, shares or plates.',
    recoveryFile: (name: string) => `${name}-recovery.cbor`,
    recoveryDone: (name: string) => `${name} was saved.`,
    recoveryUnnoted: {
      happened: 'That this file was saved could not be noted.',
      cause: 'The disk, or the browser’s share of it, is full.',
      means: 'The file is whole. The deposit addresses that it names still count as in no file.',
      next: 'Keep the file. Free some space on this disk, then save the recovery file again.',
    } satisfies FaultText,
    recoveryNone: 'There is none before the keys are certified.',
  },
  transfer: 'Hand over or take in',
} as const;
