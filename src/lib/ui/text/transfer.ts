/** The sentences about taking packets in, sending them, the shared folder and the courier seat. */
import type { CameraFault } from '../scan/pictures.ts';
import type { FaultText } from '../text.ts';

const stillPossible = 'Use a photograph or a film of the codes, a file, or text instead.';
const nothingTaken = 'Nothing was taken in. What was read before is kept.';

const cameras: Record<CameraFault, FaultText> = {
  denied: {
    happened: 'The camera may not be used.',
    cause:
      'You or a policy of this browser said no to this address, or the system keeps cameras from the browser.',
    means: 'No code can be read by camera. Nothing was lost.',
    next: `Click the sign left of the address, allow the camera, and start it again. ${stillPossible}`,
  },
  none: {
    happened: 'No camera was found.',
    cause: 'This machine has none, it is not plugged in, or the chosen one is gone.',
    means: 'No code can be read by camera. Nothing was lost.',
    next: `Plug a camera in and start it again. ${stillPossible}`,
  },
  busy: {
    happened: 'The camera does not answer.',
    cause: 'Another program holds it, often a video call, or a switch on the machine turns it off.',
    means: 'No code can be read by camera for now. Nothing was lost.',
    next: `Close the other program, or choose another camera, and start again. ${stillPossible}`,
  },
  lost: {
    happened: 'The camera went away.',
    cause: 'It was unplugged, or the system or another program took it.',
    means: 'The parts read so far are kept.',
    next: 'Plug it in and start the camera again: the transfer goes on where it was.',
  },
  unsupported: {
    happened: 'This browser offers no camera here.',
    cause: 'Cameras are offered to secure addresses only, and not in every browser.',
    means: 'No code can be read by camera. Nothing was lost.',
    next: `Open the address that the launcher printed, in Chromium. ${stillPossible}`,
  },
};

/** A number of bytes for people. */
export const bytesText = (count: number): string =>
  count === 1 ? '1 byte' : `${count.toLocaleString('en')} bytes`;

/** By which way something came. */
export const sources = {
  camera: 'camera',
  picture: 'picture',
  video: 'film',
  file: 'file',
  text: 'text',
  folder: 'folder',
} as const;
export type SourceKind = keyof typeof sources;

export const transferText = {
  receive: {
    heading: 'Take packets in',
    received: (bytes: number, from: SourceKind) => `${bytesText(bytes)} came by ${sources[from]}.`,
    progress: (known: number, of: number) => `${known} of ${of} parts are here.`,
    forget: 'Forget this transfer',
    camera: {
      heading: 'By camera',
      help: 'Hold the codes of the other screen in front of the camera, until every part is here.',
      start: 'Start the camera',
      stop: 'Stop',
      starting: 'The camera is starting …',
      choose: 'Camera',
      unnamed: (n: number) => `Camera ${n}`,
      label: 'What the camera sees',
      running: 'The camera is on. Everything it sees stays in this browser.',
      fault: (fault: CameraFault): FaultText => cameras[fault],
    },
    video: {
      label: (name: string) => `The film ${name}`,
      running: 'The film is played and read.',
      ended: 'The film is over, and parts are missing. Play it once more, or add another one.',
      unreadable: (name: string): FaultText => ({
        happened: 'The film cannot be played.',
        cause: `This browser does not know the format of “${name}”, or the file is damaged.`,
        means: nothingTaken,
        next: 'Film the codes again in another format (MP4 or WebM), photograph them, or use a file.',
      }),
      noCode: (name: string): FaultText => ({
        happened: 'No code was found in the film.',
        cause: `In “${name}” none is sharp, large and whole enough.`,
        means: nothingTaken,
        next: 'Film again: the code fills most of the picture, in focus, without a reflection.',
      }),
    },
    files: {
      heading: 'From files',
      help: 'Files of Conclave, photographs or a film of codes. Drop them here, choose them, or paste a picture.',
      gone: (name: string): FaultText => ({
        happened: 'The file cannot be read.',
        cause: `“${name}” is a folder, was moved or unplugged meanwhile, or the system refuses it.`,
        means: nothingTaken,
        next: 'Choose the file itself, once it is there again.',
      }),
      unreadable: (name: string): FaultText => ({
        happened: 'The picture cannot be shown.',
        cause: `This browser does not know the format of “${name}”, or the file is damaged.`,
        means: nothingTaken,
        next: 'Save the picture as PNG or JPEG, or send the packets as a file.',
      }),
      noCode: (name: string): FaultText => ({
        happened: 'No code was found in the picture.',
        cause: `In “${name}” none is sharp, large and whole enough.`,
        means: nothingTaken,
        next: 'Photograph one code so that it fills the picture, in focus, with its white border.',
      }),
    },
    paste: {
      heading: 'From text',
      label: 'Text with packets, from its BEGIN line to its END line',
      read: 'Read the text',
    },
    scanner: (why: string): FaultText => ({
      happened: 'The reader of codes could not be started.',
      cause: `Its script or its WebAssembly did not load as this bundle lists it: ${why}`,
      means: 'No code can be read from a camera, a picture or a film. Files and text still work.',
      next: 'Open the verify page: it names a changed file. Then load this page again.',
    }),
  },
  send: {
    heading: 'Send packets',
    what: (name: string, bytes: number, packed: number) =>
      `${name}: ${bytesText(bytes)}, ${bytesText(packed)} when packed.`,
    way: 'How to send',
    ways: {
      codes: 'Codes on this screen',
      file: 'File',
      text: 'Text',
      picture: 'Picture',
      folder: 'Shared folder',
    },
    hints: {
      codes: (frames: number, seconds: number) =>
        frames === 1
          ? 'one code'
          : `${frames} frames, about ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`,
      tooLarge: 'too large for codes',
      file: 'for a USB stick',
      text: 'for a chat',
      picture: 'one code as PNG',
    },
    alt: (name: string) => `QR code with ${name}`,
    file: {
      help: 'The browser saves it where it saves downloads.',
      save: 'Save the file',
      saved: (name: string) => `Handed to the browser as “${name}”.`,
    },
    text: {
      label: 'The packets as text',
      help: 'It may be wrapped, quoted and surrounded by other text. Nothing is copied until you press the button.',
      copy: 'Copy the text',
      copied: 'The text is in the clipboard.',
      failed: {
        happened: 'The text was not copied.',
        cause: 'The browser or its policy keeps this page from the clipboard.',
        means: 'Nothing left this page.',
        next: 'Mark the text above and copy it with the keyboard, or send it in another way.',
      },
    },
    folder: {
      put: (folder: string) => `Put it into “${folder}”`,
      done: (file: string, folder: string) => `It is in “${folder}” as ${file}.`,
    },
  },
  folder: {
    heading: 'By a shared folder',
    help: 'Choose a folder that Syncthing or another program keeps the same on all machines. What others put there is taken in by itself; files of others are never changed or deleted.',
    choose: 'Choose a folder',
    chooseOther: 'Choose another folder',
    open: (name: string) => `“${name}” is open and watched.`,
    asks: (name: string) =>
      `“${name}” was used here before. The browser wants you to allow it again.`,
    allow: (name: string) => `Open “${name}” again`,
    close: 'Close the folder',
    refused: {
      happened: 'The folder was not opened.',
      cause: 'Reading and writing it was not allowed, by you or by a policy of this browser.',
      means: 'Nothing in it was read or written.',
      next: 'Open it again and allow both, or send and receive in another way.',
    },
    failed: (name: string, why: string): FaultText => ({
      happened: `“${name}” cannot be used now.`,
      cause: `It was moved, unplugged, or the system refuses it. The browser says: ${why}`,
      means: 'What came before is kept. What you send now is not put there.',
      next: 'Bring the folder back, and it goes on by itself; or choose it again.',
    }),
    unsupported: 'This browser cannot open folders. Chromium can; until then, use files or codes.',
    unreadable: (count: number) =>
      count === 1 ? 'One file is not readable' : `${count} files are not readable`,
    unreadableHelp:
      'They bear the name of our files and are none, or are not whole. They may still be arriving.',
  },
  seat: {
    heading: 'Courier seat',
    lead: 'Carries packets between a folder, codes, files and text, on any machine. It needs no vault and no key.',
    trust:
      'A courier is not trusted. Packets are signed by their senders, and what is secret in them is encrypted for one receiver: this seat can hold them back, lose them or show old ones, but it can neither read a secret nor change anything unnoticed. It never judges what it carries.',
    cameHeading: 'What came',
    nothing: 'Nothing has come yet.',
    forward: 'Put into the folder at once whatever comes by another way',
    size: 'Size',
    time: 'Came',
    source: 'By',
    hash: 'SHA-256',
    show: 'Send',
    showNth: (n: number) => `Send number ${n}`,
    shown: 'being sent',
    number: 'No.',
    sendHeading: 'Send it on',
    choose: 'Choose something that came, and it is shown here.',
    name: (n: number, hash: string) => `packets ${n} ${hash}`,
    forwardFailed: 'It was not put into the folder; send it on by hand.',
  },
} as const;
