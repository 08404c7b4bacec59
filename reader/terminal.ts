/** How the reader speaks, asks, reads and writes. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import process from 'node:process';

/** Ends the program: a name, the cause, what follows from it, and what to do now. */
export class Trouble extends Error {
  constructor(fault: string, cause: string, next: string) {
    super(`${fault}: ${cause} Nothing was written. ${next}`);
  }
}

/** The program was called wrongly. */
export class Misuse extends Error {}

/** Text of files may stand in a line: none of it may steer the terminal. */
const harmless = (line: string): string =>
  line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => (character === '\n' ? '\n' : ' '));

export const say = (...lines: readonly string[]): void => {
  process.stdout.write(`${harmless(lines.join('\n'))}\n`);
};

export const complain = (line: string): void => {
  process.stderr.write(`${harmless(line)}\n`);
};

const MAX_FILE = 4_000_000;

export function readBytes(path: string): Uint8Array {
  try {
    if (statSync(path).size <= MAX_FILE) return new Uint8Array(readFileSync(path));
  } catch (error) {
    throw new Trouble(
      'file-unreadable',
      `${path} cannot be read (${codeOf(error)}).`,
      'Give the name of a file.',
    );
  }
  throw new Trouble(
    'file-too-large',
    `${path} is longer than ${MAX_FILE} bytes.`,
    'No file of a backup is; look whether it is the right one.',
  );
}

/** Writes a file that is not there yet. */
export function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', flush: true });
  } catch (error) {
    const code = codeOf(error);
    throw new Trouble(
      'file-unwritable',
      code === 'EEXIST' ? `There is a file ${path} already.` : `${path}: ${code}.`,
      'Give another name.',
    );
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

const { stdin } = process;
const MAX_LINE = 8192;
const [INTERRUPT, BACKSPACE, DELETE] = [3, 8, 127];

let chunks: AsyncIterator<Buffer> | undefined;
let chunk: Buffer = Buffer.alloc(0);
let at = 0;

async function nextByte(): Promise<number | undefined> {
  while (at >= chunk.length) {
    chunks ??= (stdin as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    const next = await chunks.next();
    if (next.done) return undefined;
    [chunk, at] = [next.value, 0];
  }
  return chunk[at++];
}

/** One line; undefined where the input has ended. Keys of a raw terminal are edited here. */
async function line(raw: boolean): Promise<string | undefined> {
  const typed: number[] = [];
  for (;;) {
    const byte = await nextByte();
    if (byte === undefined && typed.length === 0) return undefined;
    if (byte === undefined || byte === 0x0a || (raw && byte === 0x0d))
      return Buffer.from(typed).toString('utf8').replace(/\r$/, '');
    if (raw && byte === INTERRUPT)
      throw new Trouble(
        'stopped',
        'You stopped the program.',
        'Start it again when you are ready.',
      );
    if (raw && (byte === BACKSPACE || byte === DELETE)) {
      while (typed.length > 0 && (typed.pop()! & 0xc0) === 0x80); // all bytes of a letter
    } else typed.push(byte);
    if (typed.length > MAX_LINE)
      throw new Trouble('line-too-long', 'That line is too long.', 'Start again.');
  }
}

/**
 * Asks on the terminal, or takes the next line of standard input. A secret is not shown. Both are
 * strings, which cannot be wiped.
 */
export async function ask(question: string, secret: boolean): Promise<string> {
  const raw = stdin.isTTY && secret;
  process.stderr.write(harmless(`${question}: `));
  if (raw) stdin.setRawMode(true);
  try {
    const answer = await line(raw);
    if (answer !== undefined) return answer;
  } finally {
    if (raw) stdin.setRawMode(false);
    if (raw || !stdin.isTTY) process.stderr.write('\n');
  }
  throw new Trouble(
    'no-answer',
    `The input ended before “${question}” was answered.`,
    'Start again and answer it.',
  );
}

/** Lets the program end. */
export const hangUp = (): void => {
  stdin.destroy();
};
