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
const python = tool('python3', 'files to and from the age program');

/** Whether the program can be run here. */
export const hasAge = age !== undefined && python !== undefined;

/** Runs `age` with these arguments on one file; throws where it fails. */
function run(args: string[], input: Uint8Array | string, passphrase: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-age-'));
  try {
    const [from, to] = [join(folder, 'in'), join(folder, 'out')];
    writeFileSync(from, input);
    execFileSync(python!, ['-c', ANSWER, age!, ...args, '-o', to, from], {
      input: passphrase,
      stdio: 'pipe',
    });
    return readFileSync(to);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Encrypts to a passphrase, armored. */
export const ageEncrypt = (plain: Uint8Array, passphrase: string): Buffer =>
  run(['-p', '-a'], plain, passphrase);

/** Decrypts; throws where age refuses. */
export const ageDecrypt = (file: Uint8Array | string, passphrase: string): Buffer =>
  run(['-d'], file, passphrase);
