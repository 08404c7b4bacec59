/** Every sentence of the rehearsal in one page. */
import type { Part } from '../../ceremony/parts.ts';
import type { CeremonyFault } from '../../ceremony/faults.ts';
import type { Taken } from '../../worker/group-log.ts';
import type {
  Damage,
  Lever,
  Outcome,
  Pull,
  RehearsalAct,
  Story,
} from '../../worker/rehearsal-story.ts';
import { listed } from './ceremony-faults.ts';

const acts: Record<RehearsalAct, string> = {
  begin: 'began the group and invites the others',
  join: 'joined with a card of their own',
  'plug-in': 'plugged the device in again',
  invite: 'invites the others',
  propose: 'proposed the roster',
  bring: 'waits for packets',
  prepare: 'went through the checklist',
  'read-words': 'compared the 24 words',
  seal: 'sealed the manifest and gave the first message',
  answer: 'checked all first messages and signed what came of them',
  store: 'sealed both shares under the device',
  backup: 'made a backup and read it back',
  release: 'released the test shares',
  commit: 'made fresh nonces',
  retest: 'asked for a test without whoever spoiled one',
  again: 'began the spoiled test again',
  'catch-up': 'waits to hear from the others',
  equip: 'must put the shares under a device',
  'run-lost': 'lost what the run needs',
  'sign-record': 'signed the record',
  attest: 'said what was witnessed',
  stopped: 'stopped',
  done: 'is done',
  request: 'proposed the withdrawal',
  reply: 'checked the withdrawal and said what was found',
  approve: 'approved the withdrawal',
  renew: 'made fresh nonces',
  freeze: 'froze the package: who signs, with which nonces',
  sign: 'gave signature shares',
  sighting: 'noted the transaction as handed over; here there is no network',
};

const parts: Record<Part['kind'], string> = {
  invite: 'invitation',
  join: 'card',
  'backup-address': 'backup address',
  witness: 'witness’s card',
  manifest: 'manifest',
  seal: 'seal',
  round1: 'first message',
  round2: 'second message',
  approve: 'approval',
  commit: 'nonces',
  shares: 'test shares',
  retest: 'request for a test',
  close: 'closing',
  record: 'signature of the record',
  attest: 'attestation',
  abort: 'stop',
  baton: 'hand-over',
  receipt: 'receipt',
  request: 'request',
  slip: 'what was found',
  reserve: 'reservation',
  nonces: 'nonces',
  package: 'frozen package',
  'signature-shares': 'signature shares',
  object: 'objection',
  sighting: 'sighting',
  'deposit-address': 'deposit address',
  checkpoint: 'checkpoint',
  headers: 'block headers',
  tip: 'tip of the chain',
  inclusions: 'transactions in blocks',
  'burn-records': 'burn records',
  rules: 'rules',
  adopt: 'approval of rules',
  freeze: 'stop or go',
  keep: 'own keys, encrypted',
  'new-device': 'card of a new device',
  admit: 'approval of a new device',
  challenge: 'challenge',
  alive: 'proof of the shares',
  backups: 'word on the backups',
  resumed: 'word of a restored vault',
};

const damages: Record<Damage, string> = {
  drop: 'Lost on the way. It will be brought again.',
  duplicate: 'It arrived twice.',
  corrupt: 'One bit of it was changed on the way.',
};

const pulls: Record<Lever, (who: string) => string> = {
  drop: () => 'The next packet will be lost.',
  duplicate: () => 'The next packet will arrive twice.',
  corrupt: () => 'One bit of the next packet will be changed.',
  'wrong-share': (who) => `${who} will give one person a wrong part of the share.`,
  'wrong-signature': (who) => `${who} will give a wrong share of a signature.`,
  equivocate: (who) => `${who} will sign two different first messages.`,
  unplug: (who) => `${who}’s device was unplugged.`,
  reload: (who) => `${who}’s page was loaded again.`,
};

/** The stories with what there is to see. */
const stories: Record<Story, { readonly title: string; readonly what: string }> = {
  key: {
    title: 'Make a key',
    what: 'Five who meet only by packets make a key that any three can use.',
  },
  cheat: {
    title: 'Someone cheats',
    what: 'One of them sends Chen a wrong part of the share. Who was it?',
  },
  reload: {
    title: 'Reload in the middle',
    what: 'One page loses its memory. The key is made all the same.',
  },
  sign: {
    title: 'Sign a withdrawal',
    what: 'A payment is proposed. You check it at your desk; three of five sign.',
  },
  swap: {
    title: 'Swapped recipient',
    what: 'The payment that was ordered is proposed, or almost that one. Can you spot it?',
  },
};

const outcomes: Record<Outcome['result'], { readonly heading: string; readonly means: string }> = {
  rehearsed: {
    heading: 'The key was made.',
    means:
      'Both keys are certified by all five, their words were compared, every backup was read back, and everybody’s share signed a test. It was a rehearsal: the keys guard nothing.',
  },
  stopped: {
    heading: 'No key was made, and everybody knows why.',
    means:
      'The secrets of this run were destroyed on every desk. Nothing of it can be used. For real, a new group would begin, without whoever was named.',
  },
  unfinished: {
    heading: 'The key stays pending.',
    means:
      'It is certified, but not everybody’s share signed a test, so it may not be used. Everybody else can give whoever was named another chance.',
  },
  signed: {
    heading: 'Signed, and verified by both implementations.',
    means:
      'Three operators signed what all of them had checked. No machine ever held the whole key. The coins are made up, so no network would take this transaction.',
  },
  objected: {
    heading: 'Too many object. Nothing is paid.',
    means:
      'So few are left that nobody gives a signature share. The request stays in every log, with the name of who proposed it.',
  },
  unsigned: {
    heading: 'The withdrawal is not signed.',
    means:
      'Too few could sign. Nothing is paid. Those who are left can make fresh nonces, or somebody proposes it again.',
  },
};

const counted = (kinds: readonly Part['kind'][]): string =>
  [...new Set(kinds)]
    .map((kind) => {
      const count = kinds.filter((other) => other === kind).length;
      return count === 1 ? parts[kind] : `${count} × ${parts[kind]}`;
    })
    .join(', ');

const times = (count: number, one: string, many: string): string =>
  count === 1 ? `1 ${one}` : `${count} ${many}`;

export const tryText = {
  heading: 'Try it: five desks, one page',
  lead: 'Real code, drawn devices, five people in five cities. Nothing is kept, nothing leaves this page.',
  loading: 'The desks are being set up …',
  notReady: 'The engine is starting …',
  failed: (why: string) => ({
    happened: 'The rehearsal could not go on.',
    cause: `The program met something it does not know: ${why}`,
    means: 'Nothing was kept, so nothing is lost.',
    next: 'Run it again. Its address leads to the same state: report it with the address.',
  }),
  stories: { legend: 'Choose a story', of: stories },
  controls: {
    heading: 'The rehearsal',
    play: 'Play',
    pause: 'Pause',
    step: 'One step',
    restart: 'Restart',
    speed: 'Speed',
    speeds: { slow: '1×', fast: '4×', instant: 'At once' },
    seed: 'Seed',
    seedHelp:
      'The same story and seed give the same packets, bit by bit. The address leads back here.',
    reseed: 'Begin with this seed',
    at: (step: number) => `Step ${step}`,
    js: 'WebAssembly is off in this browser, so JavaScript computes: it takes longer. It may, because these secrets guard nothing.',
  },
  you: {
    heading: 'Your desk',
    desk: 'Whose desk is yours',
    auto: (name: string) => `Let the autopilot play ${name}`,
    autoHelp: 'Take over at any time: then everybody waits for you.',
    invited: (name: string) => `${name} has not joined yet. The program does that.`,
    carried: 'Packets fly by themselves here. There is no need to hand anything over.',
    device: (name: string) => `${name}’s device, within reach`,
    turn: (title: string) => `It is your turn: ${title}`,
    keyFirst: 'The program lets the five make their key first. Then your desk is here.',
    noRequest: 'No withdrawal was proposed yet. It comes to this desk by itself.',
    go: 'Go to your desk',
    seeEnd: 'See how it ended',
  },
  desks: {
    heading: 'Five desks',
    you: 'you',
    collects: 'collects',
    stamp: 'SIMULATED',
    device: (serial: string, plugged: boolean) =>
      `SIMULATED device ${serial}, ${plugged ? 'plugged in' : 'unplugged'}`,
    unplugged: 'unplugged',
    empty: 'Not here yet',
    step: (number: number, of: number) => `Step ${number} of ${of}`,
    all: 'All steps done',
    key: 'Made a key with the others.',
    withdrawal: 'Withdrawal:',
    holds: (packets: number) => times(packets, 'packet', 'packets'),
    act: (act: RehearsalAct) => acts[act].charAt(0).toUpperCase() + acts[act].slice(1) + '.',
    sent: (to: string, lost: boolean) => `To ${to}${lost ? ': lost on the way' : ''}.`,
    came: (from: string, taken: string) => `From ${from}: ${taken}.`,
    lost: 'nothing came',
    unreadable: 'unreadable',
  },
  events: {
    heading: 'What happened',
    none: 'Nothing yet. Press Play.',
    key: (steps: number) =>
      `The five made a key, in ${steps} steps at once. Its coins are made up: they exist nowhere.`,
    making: 'The five make their key first: a few seconds of maths …',
    earlier: (count: number) => `Everything, from the beginning: ${times(count, 'step', 'steps')}`,
    act: (who: string, act: RehearsalAct) => `${who} ${acts[act]}.`,
    tried: (who: string) => `${who} could not go on.`,
    flight: (from: string, to: string, kinds: readonly Part['kind'][]) =>
      `${from} → ${to}: ${counted(kinds)}.`,
    damages,
    taken: ({ taken, known, early, refused }: Taken): string =>
      [
        taken > 0 ? `${taken} new` : '',
        known > 0 ? `${known} known already` : '',
        early.length > 0 ? `${early.length} too early` : '',
        refused.length > 0 ? `${refused.length} refused` : '',
      ]
        .filter(Boolean)
        .join(', '),
    refused: (because: string) => `Refused: ${because}.`.replace('..', '.'),
    lever: ({ lever }: Pull, who: string, late: boolean) =>
      `Lever: ${pulls[lever](who)}${late ? ' It is too late for that: nothing changes.' : ''}`,
  },
  levers: {
    heading: 'Levers: make it go wrong',
    help: 'Each works on what comes next. Every one of them ends in a key or with a name.',
    packets: 'The next packet',
    operator: 'Somebody',
    who: 'Who',
    names: {
      drop: 'Lose it',
      duplicate: 'Bring it twice',
      corrupt: 'Change one bit',
      'wrong-share': 'Lies in a share of the key',
      'wrong-signature': 'Lies in a signature share',
      equivocate: 'Signs two first messages',
      unplug: 'Loses the device’s cable',
      reload: 'Loads the page again',
    } satisfies Record<Lever, string>,
  },
  order: {
    heading: 'What was ordered',
    how: 'The customer told all five by telephone:',
    pay: (amount: string) => `Pay ${amount} to`,
    made: 'On regtest, with coins that do not exist.',
    compare: 'Compare every group of the address. Somebody can search for one that begins alike.',
  },
  withdrawal: {
    heading: 'What was swapped',
    swapped: (who: string) => `${who} proposed the right amount to another recipient.`,
    field: 'The changed field: the recipient of an output.',
    ordered: 'Ordered',
    proposed: 'Proposed',
    differs: (count: number, of: number) =>
      `${count} of ${of} groups differ; they are marked. The first ones are the same on purpose.`,
    spotted: (others: number) =>
      `You spotted it. ${times(others, 'other', 'others')} objected, too.`,
    missed: (accepted: number, quorum: number, amount: string) =>
      `You accepted it. It is not paid, because the others compared more closely: ${accepted} accepted, and ${quorum} must before anybody signs. Had ${quorum - accepted} more been as quick, ${amount} would be gone.`,
    program: (names: readonly string[]) =>
      `The autopilot played all five: ${listed(names)} compared it with the order and objected.`,
    alone: 'You objected to what was ordered. One objection alone does not stop the others.',
    signers: (names: readonly string[]) => `Signed by ${listed(names)}.`,
    txid: 'Transaction id',
    raw: (bytes: number) => `The transaction, ${bytes} bytes`,
    copy: 'Copy the transaction',
  },
  end: {
    outcomes,
    story: (events: number, flights: number) =>
      `${times(events, 'step', 'steps')}, ${times(flights, 'packet', 'packets')} carried.`,
    shown: (names: readonly string[]) =>
      `Shown on the ${names.length === 1 ? 'desk' : 'desks'} of ${listed(names)}.`,
    because: (who: string, names: readonly string[]) =>
      `The desks of ${listed(names)} show that ${who} stopped, and why.`,
    dropped: (names: readonly string[]) =>
      `Nonces were dropped on the desk of ${listed(names)} and made anew: a nonce never signs twice.`,
    again: 'Run it again',
    other: 'Another seed',
    real: 'Do it for real',
  },
  /** A certainty in one word, for the heading of a naming. */
  certain: {
    operator: 'proven',
    'operator-or-relay': 'operator or relay',
    relay: 'proven, the relay',
    unknown: 'cannot tell yet',
    local: 'as they say',
  } satisfies Record<CeremonyFault['who'], string>,
} as const;
