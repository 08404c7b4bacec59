/** How the reader speaks, asks, reads and writes. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Ends the program: a name, the cause, what follows from it, and what to do now. */
export class Trouble extends Error {
  constructor(fault: string, cause: string, next: string) {
    super(`${fault}: ${cause} Nothing was written. ${next}`);
  }
}

/** The program was called wrongly. */
export class Misuse extends Error {}

/** Text of files may stand in a line: none of it may steer the terminal, or begin another line. */
const harmless = (line: string): string => line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');

export const say = (...lines: readonly string[]): void => {
  process.stdout.write(`${lines.map(harmless).join('\n')}\n`);
};

export const complain = (...lines: readonly string[]): void => {
  process.stderr.write(`${lines.map(harmless).join('\n')}\n`);
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

/** Writes a file that is not there yet; nobody else on the machine may read it. */
export function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600, flush: true });
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
let hidden = false;
const echo = new Writable({
  write(typed, _encoding, done) {
    if (!hidden) process.stderr.write(typed as Buffer);
    done();
  },
});
let lines: AsyncIterator<string> | undefined;

/**
 * Asks on the terminal, or takes the next line of standard input. A secret is not shown. Answers are
 * strings, which cannot be wiped.
 */
export async function ask(question: string, secret: boolean): Promise<string> {
  hidden = secret;
  // Where it is said to be dumb, readline would take a deleted letter for one more letter.
  if (process.env['TERM'] === 'dumb') process.env['TERM'] = 'ansi';
  const options = { input: stdin, output: echo, terminal: stdin.isTTY, historySize: 0 };
  lines ??= createInterface(options)[Symbol.asyncIterator](); // from here on the terminal is quiet
  process.stderr.write(harmless(`${question}: `));
  const next = await lines.next();
  if (secret || !stdin.isTTY) process.stderr.write('\n');
  if (!next.done) return next.value;
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
