/** What the frame around every page says, and the first page. */
import { text } from '../text.ts';

const list = new Intl.ListFormat('en', { type: 'conjunction' });

export const shellText = {
  pages: {
    '/': text.app.pages.start,
    '/start': 'Workspace',
    '/begin': 'Begin a group',
    '/join': 'Take up an invitation',
    '/recover/[[group]]': 'Restore',
    '/settings': 'Settings',
    '/devices/yubihsm': 'YubiHSM 2',
    '/try': 'Try',
    '/courier': text.app.pages.courier,
    '/verify': text.app.pages.verify,
    '/devices/bench': 'Device bench',
    '/about': text.app.pages.about,
  },
  toBench: 'Check a device on the device bench',
  lock: 'Lock',
  lockHelp: 'Lock the workspace',
  locksSoon: (seconds: number) =>
    `The workspace locks itself in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}. Press a key or move the pointer to go on.`,
  locksSoonSpoken: 'The workspace locks itself in half a minute. Press a key to go on.',
  locked: { person: 'The workspace is locked.', itself: 'The workspace has locked itself.' },
  lost: 'The workspace is no longer open in this tab.',
  whatHappened: 'What happened',
  choices: {
    try: {
      title: 'Try',
      what: 'Watch five operators make a key, and play one of them. Nothing is kept.',
    },
    real: {
      title: 'For real',
      what: 'Open your workspace: begin a group, join one, or go on where you were.',
    },
    verify: {
      title: 'Verify',
      what: 'Check the bundle that runs here, or a record that somebody gave you.',
    },
  },
  /** Names of things, as in a sentence. */
  list: (names: readonly string[]) => list.format(names),
} as const;
