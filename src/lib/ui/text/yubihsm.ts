/** Every sentence about a YubiHSM 2: making it ready, its escrow, and its own log. */
import type { capabilities, commands } from '../../devices/yubihsm/commands.ts';
import type { FaultText } from '../text.ts';

const commandNames: Record<keyof typeof commands, string> = {
  echo: 'echo',
  createSession: 'begin a session',
  authenticateSession: 'open a session',
  sessionMessage: 'message in a session',
  deviceInfo: 'device information',
  resetDevice: 'reset',
  getDevicePublicKey: 'read the device’s key',
  closeSession: 'close a session',
  storageInfo: 'storage information',
  putOpaque: 'put data in',
  getOpaque: 'read data',
  putAuthenticationKey: 'put an authentication key in',
  putAsymmetricKey: 'put an asymmetric key in',
  generateAsymmetricKey: 'make an asymmetric key',
  listObjects: 'list the objects',
  exportWrapped: 'copy a key out, wrapped',
  importWrapped: 'bring a wrapped key in',
  putWrapKey: 'put a wrap key in',
  getLog: 'read the log',
  objectInfo: 'information about an object',
  setOption: 'set an option',
  getOption: 'read an option',
  getPseudoRandom: 'draw randomness',
  putHmacKey: 'put an HMAC key in',
  signHmac: 'derive a secret (HMAC)',
  getPublicKey: 'read a public key',
  signEcdsa: 'sign (ECDSA)',
  deriveEcdh: 'agree on a key (ECDH)',
  deleteObject: 'delete an object',
  generateHmacKey: 'make an HMAC key',
  generateWrapKey: 'make a wrap key',
  verifyHmac: 'check an HMAC',
  signAttestation: 'attest a key',
  setLogIndex: 'release the log',
  wrapData: 'seal data',
  unwrapData: 'open data',
  signEddsa: 'sign an approval (Ed25519)',
  blink: 'blink',
  changeAuthenticationKey: 'change a password',
};

const capabilityNames: Partial<Record<keyof typeof capabilities, string>> = {
  'sign-hmac': 'derive secrets',
  'verify-hmac': 'check what it derived',
  'wrap-data': 'seal data',
  'unwrap-data': 'open sealed data',
  'sign-eddsa': 'sign approvals',
  'get-log': 'read the log',
  'get-pseudo-random': 'draw randomness',
  'exportable-under-wrap': 'be copied out under the wrap key',
  'export-wrapped': 'copy the HMAC key out',
  'import-wrapped': 'bring it in',
};

const leaveFirst: FaultText = {
  happened: 'The escrow is not checked yet.',
  cause: 'You are about to leave while its two parts are on this page alone.',
  means: 'They are shown once. Without them the HMAC key cannot be put into another YubiHSM.',
  next: 'Write both parts down or save them, and enter them below as you kept them.',
};

const overwritten = (entries: number): string =>
  entries === 1
    ? 'One entry was overwritten before it was read.'
    : `${entries} entries were overwritten before they were read.`;
const unknownThen = 'What the YubiHSM did then is not known.';

export const yubihsmText = {
  heading: 'YubiHSM 2',
  lead: 'A small module that keeps keys and uses them for whoever knows its password. It is made ready here, once, before it enters a group.',
  first: 'It must have been provisioned, once, before it enters a group.',
  firstAction: 'Provision a YubiHSM',
  isHeading: 'What it is, and what it is not',
  is: [
    'Its keys stay in it. Secrets are derived in it and approvals are signed in it.',
    'It has no display: it signs whatever this computer puts before it. Its approvals never count as seen on a trusted display.',
    'It has no touch: whoever controls this computer and knows the password can use it while it is plugged in. Pull it out when you are done.',
    'It keeps a log of its own use, each entry chained to the one before. Conclave reads it as evidence, on the group’s page.',
  ],
  reachHeading: 'How this page reaches it',
  reach: [
    'Browsers keep pages away from it. Yubico’s connector, a program on this machine, talks to it instead.',
    'The launcher hands two requests on to the connector, if it was started with “--connector 12345” (the connector’s port), and nothing else.',
    'Once it is provisioned, page and YubiHSM encrypt to each other (SCP03): connector and launcher can break a session off, but neither read nor forge what is said in it.',
    'Provision it on a computer you trust. It begins with the factory’s password, which everybody knows: a program between them that only listens learns nothing secret, but one that acts could pretend to be the YubiHSM.',
  ],
  which: {
    legend: 'Which YubiHSM',
    real: 'The one behind the connector',
    realHelp: 'Hardware, plugged into this machine. It needs no workspace.',
    simulated: 'The simulated one of this workspace',
    simulatedHelp:
      'A program that behaves like one. It protects nothing; only rehearsals accept it.',
    simulatedClosed: 'It lives in a workspace: open yours first.',
  },
  look: {
    heading: 'Where it stands',
    help: 'Asks the connector, then tries the factory’s password.',
    action: 'Look at the YubiHSM',
    looking: 'Looking …',
    connector: 'Connector',
    version: (version: string) => `answers, version ${version}`,
    serial: 'Serial number',
    compare: 'It must be the one printed on yours.',
    firmware: 'Firmware',
    standings: {
      new: {
        sign: '✓',
        title: 'Ready to be provisioned',
        help: 'The factory’s password opens it, and nothing of Conclave is on it.',
      },
      unfinished: {
        sign: '!',
        title: 'An attempt broke off half-way',
        help: 'The factory’s password still opens it, and keys of an unfinished attempt are on it. They are in the way. Nothing was sealed with them, unless this YubiHSM was in use before and somebody put the factory’s password back: then find out who.',
      },
      taken: {
        sign: '○',
        title: 'The factory’s password does not open it',
        help: 'It was provisioned, here or elsewhere. If that was just now and the connection broke at the very end, enrol it with the everyday password: if that works, it is ready, and only an escrow is missing. To begin anew, hold its contact for ten seconds while you plug it in; that erases every key on it.',
      },
    },
    remove: 'Delete what was left',
    removeHelp:
      'Deletes the keys of the unfinished attempt from this YubiHSM. It is then as it came, and can be provisioned.',
  },
  now: 'What is on it now',
  provision: {
    heading: 'Provision it',
    help: 'Makes two authentication keys, an HMAC key for secrets, a wrap key, and an Ed25519 key for approvals; reads each back; switches the log on; then deletes the factory’s key. If it breaks off before that, what was made is deleted again as far as the YubiHSM can be reached.',
    guessing:
      'Whoever recorded what passed between page and connector can try passwords at home. The same cards try about five hundred times more of a YubiHSM’s passwords than the times below say, so the least that is accepted is five hundred times more. Draw both and write them down.',
    everyday: 'For every day',
    everydayHelp: 'Opens the YubiHSM for this program: it derives, seals, signs and reads the log.',
    everydayLabel: 'Everyday password',
    administrator: 'For administration',
    administratorHelp:
      'May do whatever the factory’s key could: make and delete keys, and change what may be done. Conclave never asks for it again. Keep it away from this machine.',
    administratorLabel: 'Administrator’s password',
    same: 'The two passwords are the same: whoever sees one would have the other.',
    exportable: 'May the HMAC key be copied out?',
    no: 'No: it exists in this YubiHSM alone',
    noHelp:
      'Nobody can copy it. If this YubiHSM is lost or dies, what was sealed with it opens only from your backup file.',
    yes: 'Yes, under a wrap key that you keep',
    yesHelp:
      'Another YubiHSM can be given it, so that the same secrets can be made when this one is lost; the key for approvals stays here. In return two parts of an escrow exist outside: whoever has both can make every secret, without the YubiHSM and unnoticed.',
    confirm: 'Provision the YubiHSM',
    confirmHelp:
      'It asks for the password that opens it now. A new one has the factory’s: “password”. Its factory key is deleted at the end; without one of the two new passwords it is only good for a reset.',
    working: (messages: number) =>
      `The YubiHSM works. Leave it plugged in. Messages so far: ${messages}.`,
  },
  restore: {
    heading: 'Restore from an escrow instead',
    help: 'Gives a new YubiHSM the HMAC key of one that is lost, from the two parts that were shown once. The escrow stays good: whoever has both parts can go on making every secret.',
    right: 'It can be this part. Whether it is, the YubiHSM says.',
    wrong: 'Only the digits 0–9 and a–f, in pairs; 64 of them in part 1.',
    after:
      'The key for approvals is new, so n − t + 1 others must approve this YubiHSM before it counts; and the escrow alone restores nothing: you need your recovery kit too.',
    recover: 'Recover a group',
    confirm: 'Restore onto the YubiHSM',
    over: 'The HMAC key is the one of the escrow, and can be copied out again as before. Keep the escrow where it is.',
  },
  result: {
    heading: 'The YubiHSM is ready',
    gone: 'The factory’s key and its password are gone: seen by the YubiHSM’s own answer.',
    read: 'Each key was read back from it and is just as it was asked for.',
    caption: 'Its keys',
    key: 'Key',
    id: 'Number',
    domains: 'Domains',
    may: 'May',
    names: {
      administrator: 'Authentication, administration',
      operator: 'Authentication, every day',
      hmac: 'HMAC-SHA256, secrets',
      wrap: 'AES-256, wrapping',
      approval: 'Ed25519, approvals',
    },
    all: 'All that the factory’s key could hand on',
    allDomains: 'those of the factory’s key',
    approvalKey: 'Public key of its approvals (Ed25519)',
    sealed: 'Its HMAC key cannot leave it. Your backup file is what is left if it is lost.',
    next: 'It can enter a group now: begin one or take up an invitation, and choose “A YubiHSM 2” there.',
    start: 'Go to your workspace',
  },
  capabilities: capabilityNames,
  escrow: {
    heading: 'The escrow, shown once',
    help: 'Two parts. Keep them apart, offline, in two places: both together are the HMAC key.',
    how: 'To use it: open “Restore from an escrow instead” on this page with a new YubiHSM. Without Conclave: put part 1 into another YubiHSM as an AES-256 wrap key of domain 1 that may export, import, wrap and unwrap, and hand on “sign-hmac”, “verify-hmac” and “exportable-under-wrap”; then import part 2 with it. Yubico’s yubihsm-shell does both.',
    parts: {
      wrapKey: 'Part 1: the wrap key',
      hmacKey: 'Part 2: the HMAC key, wrapped',
    },
    files: {
      wrapKey: (serial: string) => `yubihsm-${serial}-part-1.txt`,
      hmacKey: (serial: string) => `yubihsm-${serial}-part-2.txt`,
    },
    save: 'Save to a file',
    kept: 'I have kept both: check them',
    check:
      'Now from what you kept: type each part or choose its file. What was shown is hidden meanwhile.',
    again: 'Show them again',
    file: (part: string) => `File of ${part}`,
    right: 'This is the part.',
    wrong: 'This is not the part yet.',
    done: 'Both are right: hide them for good',
    over: 'The escrow was kept and read back. This page has forgotten it.',
    leaveFirst,
  },
  panel: {
    heading: 'The YubiHSM’s own log',
    help: 'The YubiHSM notes what it was asked. What is read is kept in this group’s record, and only then may the YubiHSM forget it. It has room for 62 entries: read it before and after each ceremony. If it serves several groups, read it in one of them only.',
    none: 'Nothing was read so far.',
    soFar: (entries: number, first: string, last: string) =>
      `${entries} entries were read, first on ${first}, last on ${last}.`,
    holds: 'The chain of these entries holds.',
    missing: (entries: number): FaultText => ({
      happened: overwritten(entries),
      cause:
        'More than the 62 that the YubiHSM has room for were noted between two readings, or another program took them away.',
      means: unknownThen,
      next: 'Read the log more often, and in no other program. If nobody here used the YubiHSM so much, tell the other operators and find out who had it.',
    }),
    action: 'Read the log now',
    working: 'The YubiHSM is asked …',
    read: (entries: number) =>
      entries === 1 ? 'One new entry was kept.' : `${entries} new entries were kept.`,
    record: 'See the entries in the record',
  },
  log: {
    heading: 'The YubiHSM’s own log',
    help: 'Entries as the YubiHSM noted them. Each holds a digest over itself and the one before; the chain was computed anew from the raw entries for this page. It says what the YubiHSM was asked, not by whom, and begins where the log was first read.',
    device: (serial: string) => `YubiHSM ${serial}`,
    reading: (at: string, entries: number) =>
      `Read on ${at}: ${entries === 1 ? 'one entry' : `${entries} entries`}`,
    holds: 'The chain holds.',
    broken: (detail: string) =>
      `The chain does not hold (${detail}): entries are changed or out of order.`,
    gap: (entries: number) =>
      `${overwritten(entries)} ${unknownThen} What was read before and after holds together, each by itself.`,
    gapHere: (entries: number) =>
      entries === 1 ? 'One entry is missing here.' : `${entries} entries are missing here.`,
    number: 'No.',
    command: 'Command',
    session: 'Session of key',
    target: 'Key',
    result: 'Result',
    done: 'done',
    failed: (code: string) => `refused, code ${code}`,
    none: '–',
    unknown: (code: string) => `command ${code}`,
    power: 'plugged in',
    reset: 'reset',
    commands: commandNames,
  },
} as const;
