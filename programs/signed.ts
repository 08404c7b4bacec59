/**
 * What the observer has signed so far: for each nullifier, the hash that was signed. A line is written
 * before the signature that it is of leaves, and none is ever changed.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { toHex } from '../src/lib/crypto/bytes.ts';
import { Trouble, codeOf } from './terminal.ts';

const LINE = /^([0-9a-f]{16}) ([0-9a-f]{64})$/;

export class Signed {
  readonly #path: string;
  readonly #first: string;
  readonly #messages: Map<string, string>;

  private constructor(path: string, first: string, messages: Map<string, string>) {
    this.#path = path;
    this.#first = first;
    this.#messages = messages;
  }

  /**
   * Opens the file of an observer and keeps other runs away from it until `close`.
   * @param about the first line: whose file it is
   */
  static open(path: string, about: string): Signed {
    const first = `conclave observed 1 ${about}`;
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      closeSync(openSync(lockOf(path), 'wx'));
    } catch (error) {
      throw new Trouble(
        codeOf(error) === 'EEXIST'
          ? `${lockOf(path)} is there: another run is at work, or one was cut off. Nothing was signed. ` +
              'See that none is running, delete that file, then try again.'
          : unusable(path, error),
      );
    }
    try {
      return new Signed(
        path,
        first,
        existsSync(path) ? linesOf(path, first) : new Map<string, string>(),
      );
    } catch (error) {
      unlinkSync(lockOf(path));
      throw error instanceof Trouble ? error : new Trouble(unusable(path, error));
    }
  }

  close(): void {
    unlinkSync(lockOf(this.#path));
  }

  /** Whether something else was signed for this nullifier. */
  contradicts(nullifier: Uint8Array, message: Uint8Array): boolean {
    const before = this.#messages.get(toHex(nullifier));
    return before !== undefined && before !== toHex(message);
  }

  /** Notes what will be signed, each once, and returns when it is on the disk. */
  note(all: readonly { readonly nullifier: Uint8Array; readonly message: Uint8Array }[]): void {
    const isNew = !existsSync(this.#path);
    const fresh = all.filter(({ nullifier }) => !this.#messages.has(toHex(nullifier)));
    const lines = fresh.map(({ nullifier, message }) => `${toHex(nullifier)} ${toHex(message)}\n`);
    const text = (isNew ? `${this.#first}\n` : '') + lines.join('');
    try {
      // All of it, or an error: a single write may stop half way on a full disk and say nothing.
      appendFileSync(this.#path, text, { mode: 0o600, flush: true });
    } catch (error) {
      throw new Trouble(unusable(this.#path, error));
    }
    for (const { nullifier, message } of fresh)
      this.#messages.set(toHex(nullifier), toHex(message));
  }
}

const lockOf = (path: string): string => `${path}.lock`;

const unusable = (path: string, error: unknown): string =>
  `${path} cannot be read or written (${codeOf(error)}). Nothing was signed. ` +
  'See that there is room and that it is a file; or give another --state.';

function linesOf(path: string, first: string): Map<string, string> {
  const [head, ...lines] = readFileSync(path, 'utf8').split('\n');
  const end = lines.pop();
  const read = lines.map((line) => LINE.exec(line));
  if (head !== first || end !== '' || read.includes(null))
    throw new Trouble(
      head !== first && head?.startsWith('conclave observed 1 ')
        ? `${path} is of another observer, group or network. Nothing was signed. Give each its own --state.`
        : `${path} is damaged. What was signed before is not known, so nothing was signed. ` +
            'Restore it from a copy; its last line may be cut off, and then is deleted.',
    );
  return new Map(read.map((line) => [line![1]!, line![2]!]));
}
