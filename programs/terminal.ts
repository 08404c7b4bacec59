/** How both programs speak, ask for a secret and write their file. */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { printable } from '../src/lib/crypto/schema.ts';

/** Ends a program. Its text says the cause, what follows from it and what to do now. */
export class Trouble extends Error {}

/** The longest line of an error that is shown, in UTF-16 units. */
const MAX_LINE = 4000;
/** The longest secret that is asked for, in bytes. */
const MAX_SECRET = 4096;
const [INTERRUPT, BACKSPACE, DELETE] = [3, 8, 127];

/** Runs a program: 0 where it did its work, 1 where it could not, 2 where it was called wrongly. */
export async function run(usage: string, main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    // Text that a program was given may stand in it: none of it may steer the terminal.
    const said = (error instanceof Error ? error.message : String(error))
      .split('\n')
      .map((line) => printable(line, MAX_LINE))
      .join('\n');
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const misused = code.startsWith('ERR_PARSE_ARGS');
    console.error(misused ? `${said}\n\n${usage}` : said);
    process.exitCode = misused ? 2 : 1;
  }
}

/** How a program is called wrongly, as `parseArgs` says it. */
export const misused = (what: string): Error =>
  Object.assign(new Error(what), { code: 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' });

/** Writes to a file that is not there yet, or to standard output. */
export function writeOut(path: string | undefined, text: string): void {
  if (path === undefined) {
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(path, text, { flag: 'wx', flush: true });
  } catch (error) {
    const code = codeOf(error);
    throw new Trouble(
      code === 'EEXIST'
        ? `There is a file ${path} already. Nothing was written over it. Give another name to --out.`
        : `${path} cannot be written (${code}). Nothing is lost. Give another name to --out.`,
    );
  }
}

/** The system's code of an error, such as ENOENT. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

/**
 * A secret typed without being shown, or the first line of standard input where that is no terminal.
 * It is a string, which cannot be wiped.
 */
export async function askSecret(question: string): Promise<string> {
  const { stdin } = process;
  if (stdin.isTTY) {
    process.stderr.write(`${question}: `);
    stdin.setRawMode(true);
  }
  try {
    return await firstLine(stdin);
  } finally {
    if (stdin.isTTY) {
      stdin.setRawMode(false);
      process.stderr.write('\n');
    }
    stdin.pause();
  }
}

async function firstLine(stdin: NodeJS.ReadStream): Promise<string> {
  const line: number[] = [];
  for await (const chunk of stdin)
    for (const byte of chunk as Buffer) {
      if (byte === 0x0a || byte === 0x0d) return asText(line);
      if (stdin.isTTY && byte === INTERRUPT) throw new Trouble('Stopped. Nothing was done.');
      if (stdin.isTTY && (byte === BACKSPACE || byte === DELETE)) dropLetter(line);
      else line.push(byte);
      if (line.length > MAX_SECRET)
        throw new Trouble('The secret is too long. Nothing was done. Type it again.');
    }
  return asText(line);
}

/** Takes the last letter off: in UTF-8, its first byte and all that continue it. */
function dropLetter(line: number[]): void {
  while (line.length > 0 && (line.pop()! & 0xc0) === 0x80);
}

const asText = (line: readonly number[]): string => new TextDecoder().decode(Uint8Array.from(line));
