/** The operators' programs as they are built, run as a person at a command line does. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPrograms } from '../../bundle/build-programs.mjs';

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Programs {
  /** A folder for their files. */
  readonly folder: string;
  run(name: 'collect' | 'observe', args: readonly string[], more?: Surroundings): Promise<Said>;
  remove(): void;
}

export interface Surroundings {
  readonly env?: Record<string, string>;
  /** Standard input; empty where nothing is given. */
  readonly input?: string;
}

export async function builtPrograms(): Promise<Programs> {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-programs-'));
  await buildPrograms(join(folder, 'built'));
  return {
    folder,
    run: (name, args, { env = {}, input = '' } = {}) =>
      new Promise((resolve) => {
        const program = join(folder, 'built', `${name}.mjs`);
        const home = { HOME: folder, XDG_CONFIG_HOME: join(folder, 'settings') };
        const child = spawn(process.execPath, [program, ...args], {
          cwd: folder,
          env: { PATH: process.env['PATH'], ...home, ...env },
          timeout: 50_000,
        });
        let [out, err] = ['', ''];
        child.stdout.on('data', (data: Buffer) => (out += data.toString()));
        child.stderr.on('data', (data: Buffer) => (err += data.toString()));
        child.on('close', (code) => resolve({ code, out, err }));
        child.stdin.end(input);
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
