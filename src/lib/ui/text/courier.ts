/** The sentences about showing codes and reading them. */
import type { CourierFault, CourierFaultName } from '../../courier/faults.ts';
import type { FaultText } from '../text.ts';

const nothingTaken = 'Nothing was taken in from it. What was read before is kept.';

const faults: Record<CourierFaultName, (detail: string) => FaultText> = {
  foreign: () => ({
    happened: 'This holds no packets.',
    cause: 'It is another code, another file or another text than Conclave makes.',
    means: nothingTaken,
    next: 'Check that the other side shows or sends packets from Conclave.',
  }),
  'other-type': (detail) => ({
    happened: 'This code carries something else than packets.',
    cause: `Its kind is “${detail}”.`,
    means: nothingTaken,
    next: 'Show the code of the packets instead, or open the page that this kind belongs to.',
  }),
  damaged: () => ({
    happened: 'This was damaged on its way.',
    cause: 'A checksum does not match: something was changed, lost or added.',
    means: nothingTaken,
    next: 'Read the code once more, or ask for the file or the text again.',
  }),
  'cut-short': () => ({
    happened: 'The end is missing.',
    cause: 'The file is still being written, or only a part of the text was copied.',
    means: nothingTaken,
    next: 'Wait until the file has arrived, or copy everything from the BEGIN line to the END line.',
  }),
  'too-large': () => ({
    happened: 'This is larger than Conclave reads.',
    cause: 'Packets take a few hundred kilobytes at most; this is more than several megabytes.',
    means: nothingTaken,
    next: 'Ask the other side what they sent, and to send the packets alone.',
  }),
  newer: () => ({
    happened: 'This was made by a later version of Conclave.',
    cause: 'Its form is one that this version does not know.',
    means: nothingTaken,
    next: 'Compare the versions on the verify pages, and let everybody use the same bundle.',
  }),
  inconsistent: () => ({
    happened: 'All parts arrived, but they do not belong together.',
    cause: 'One of them was made wrongly, or not by the same sender as the others.',
    means: 'The parts of this transfer were thrown away. Other transfers are kept.',
    next: 'Read the codes once more. If it happens again, use a file.',
  }),
  conflict: () => ({
    happened: 'This code does not fit the ones read before.',
    cause: 'It begins like them but belongs to another transfer.',
    means: 'It was left out. The parts read before are kept.',
    next: 'Finish the transfer that was begun, or forget it and then read this one.',
  }),
};

export const courierText = {
  /** The message for a fault. */
  fault: ({ fault, detail = '' }: CourierFault): FaultText => faults[fault](detail),
  frames: {
    group: 'Code and its controls',
    code: (alt: string, frame: string) => `${alt}. ${frame}.`,
    single: 'One code holds everything.',
    frame: (n: number, of: number) => `Frame ${n} of ${of}+`,
    plan: (frames: number, seconds: number) =>
      `${frames} frames, about ${seconds === 1 ? '1 second' : `${seconds} seconds`} for one pass. The other side needs that many, and a few more for every one it misses.`,
    play: 'Play',
    pause: 'Pause',
    back: 'Back',
    forward: 'Forward',
    speed: 'Speed',
    speedValue: (fps: number) => `${fps} a second`,
    density: 'Density',
    densities: { 10: 'low: small, easy to read', 15: 'middle', 20: 'high: fewest frames' },
    densityHelp: 'Another density begins the transfer anew.',
    keys: 'Keys: space pauses and plays, ← and → step, + and − change the speed.',
    dim: 'Not read? Turn the brightness up, come closer, or choose a lower density.',
    flicker: 'More than six frames a second flicker; that can harm people who are sensitive to it.',
    tooLarge: {
      happened: 'This is too large for codes.',
      cause: 'It would take more frames than a camera reads in reasonable time.',
      means: 'Nothing is lost; it can travel in other ways.',
      next: 'Send it as a file or through the folder.',
    },
  },
  picture: {
    alt: (name: string) => `QR code of ${name}`,
    save: 'Save as PNG',
    help: 'A picture of one code, to be sent in a chat and read from there.',
  },
  coverage: {
    label: 'Parts of the transfer',
    known: (known: number, of: number) => `${known} of ${of} parts`,
    needed: (codes: number) =>
      codes === 1 ? 'at least one more code' : `at least ${codes} more codes`,
    seen: (codes: number) => (codes === 1 ? 'one code read' : `${codes} codes read`),
    legend: { known: 'here', new: 'new', missing: 'missing' },
    mixed: 'Some codes hold several parts mixed; they count before their parts are known.',
  },
  stray: 'This code is part of another transfer. It is kept, and the one before goes on.',
  finished: 'This transfer is complete; its codes need not be read again.',
} as const;
