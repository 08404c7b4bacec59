/** The operators' programs as they are built, run as a person at a command line does. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPrograms, type programs } from '../../bundle/build-programs.mjs';

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

type Name = keyof typeof programs;

export interface Programs {
  /** A folder for their files. */
  readonly folder: string;
  run(name: Name, args: readonly string[], more?: Surroundings): Promise<Said>;
  /** The built file. */
  pathOf(name: Name): string;
  remove(): void;
}

export interface Surroundings {
  readonly env?: Record<string, string>;
  /** Standard input; empty where nothing is given. */
  readonly input?: string;
}

/** These programs, built. */
export async function builtPrograms(...names: readonly Name[]): Promise<Programs> {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-programs-'));
  await buildPrograms(join(folder, 'built'), names);
  const pathOf = (name: Name) => join(folder, 'built', `${name}.mjs`);
  return {
    folder,
    run: (name, args, { env = {}, input = '' } = {}) =>
      new Promise((resolve) => {
        const home = { HOME: folder, XDG_CONFIG_HOME: join(folder, 'settings') };
        const child = spawn(process.execPath, [pathOf(name), ...args], {
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
    pathOf,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
