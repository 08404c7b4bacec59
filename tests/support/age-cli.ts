/** Debian's `age`, which asks for passphrases on a terminal only: Python's pty gives it one. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from '../../bundle/testing.ts';

/** Answers each question about a passphrase with the last line of standard input; exits as age does. */
const ANSWER = `
import os, pty, sys
phrase = sys.stdin.buffer.read()
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
said = b''
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    said += data
    if b'assphrase' in said and said.rstrip(b' ').endswith(b':'):
        os.write(terminal, phrase + b'\\n')
        said = b''
status = os.waitpid(pid, 0)[1]
sys.stderr.buffer.write(said)
sys.exit(os.waitstatus_to_exitcode(status))
`;

const age = tool('age', 'files to and from the age program');
const keygen = tool('age-keygen', 'identities of the age program');
const python = tool('python3', 'files to and from the age program');

/** Whether the programs can be run here. */
export const hasAge = age !== undefined && keygen !== undefined && python !== undefined;

/** Whether the program is from before 1.3, which brought post-quantum recipients. */
export const isClassicalAge =
  age !== undefined && /^v?1\.[0-2]\b/.test(execFileSync(age, ['--version'], { encoding: 'utf8' }));

/**
 * Runs `age` with these arguments on the file `in`, in a folder where all the files are; throws
 * where it fails.
 */
function run(
  args: readonly string[],
  files: { readonly in: Uint8Array | string; readonly identity?: string },
  passphrase = '',
): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-age-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    execFileSync(python!, ['-c', ANSWER, age!, ...args, '-o', 'out', 'in'], {
      cwd: folder,
      input: passphrase,
      stdio: 'pipe',
    });
    return readFileSync(join(folder, 'out'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Encrypts to a passphrase, armored. */
export const ageEncrypt = (plain: Uint8Array, passphrase: string): Buffer =>
  run(['-p', '-a'], { in: plain }, passphrase);

/** Decrypts; throws where age refuses. */
export const ageDecrypt = (file: Uint8Array | string, passphrase: string): Buffer =>
  run(['-d'], { in: file }, passphrase);

/** Encrypts to recipients, in armor or not. */
export const ageEncryptTo = (
  plain: Uint8Array,
  recipients: readonly string[],
  armored: boolean,
): Buffer =>
  run([...(armored ? ['-a'] : []), ...recipients.flatMap((one) => ['-r', one])], { in: plain });

/** Decrypts with an identity; throws where age refuses. */
export const ageDecryptWith = (file: Uint8Array | string, identity: string): Buffer =>
  run(['-d', '-i', 'identity'], { in: file, identity: `${identity}\n` });

/** A new identity from `age-keygen`, and its recipient. */
export function ageKeygen(): { readonly identity: string; readonly recipient: string } {
  const written = execFileSync(keygen!, { encoding: 'utf8', stdio: 'pipe' });
  return {
    identity: /^AGE-SECRET-KEY-1.*$/m.exec(written)![0],
    recipient: /age1\S*/.exec(written)![0],
  };
}
