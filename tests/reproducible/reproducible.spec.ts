import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { top } from '../../bundle/machine.mjs';

/** A newer Node to build with as well; .ci/run installs one. */
const otherNode = process.env['CONCLAVE_OTHER_NODE'];
const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;

interface Place {
  readonly folder: string;
  readonly node: string;
  readonly env: Record<string, string>;
  readonly uid?: number;
}

function command(name: string, args: string[], options: object): string {
  const done = spawnSync(name, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options });
  if (done.status !== 0)
    throw new Error(`${name} ${args.join(' ')}: ${done.stderr}${done.error ?? ''}`);
  return done.stdout;
}

/** The sources as git knows them, in a folder of their own, with real packages beside them. */
function cleanCopy(folder: string): void {
  const listed = command('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: top,
  });
  for (const path of listed.split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(join(top, path), join(folder, path));
  }
  command('cp', ['-a', join(top, 'node_modules'), folder], {});
}

function buildAt({ folder, node, env, uid }: Place): Map<string, Buffer> {
  cleanCopy(folder);
  if (uid !== undefined) command('chown', ['-R', `${uid}:${uid}`, folder], {});
  const PATH = `${dirname(node)}:${process.env['PATH']}`;
  const identity = uid === undefined ? {} : { uid, gid: uid };
  command(node, ['bundle/build.mjs'], { cwd: folder, env: { PATH, ...env }, ...identity });
  const build = join(folder, 'build');
  return new Map(
    readdirSync(build, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(build.length + 1), readFileSync(path)]),
  );
}

let temporary: string;

beforeAll(() => {
  temporary = mkdtempSync(join(tmpdir(), 'conclave-'));
  chmodSync(temporary, 0o755);
});

afterAll(() => {
  rmSync(temporary, { recursive: true, force: true });
}, 120_000);

describe('two builds from clean copies', () => {
  it(`give identical bytes (folder, time zone, locale, user${otherNode ? ', Node version' : ''})`, () => {
    if (!otherNode)
      console.log('Skipped: a second Node version; set CONCLAVE_OTHER_NODE to its path.');
    const one = buildAt({
      folder: join(temporary, 'one'),
      node: process.execPath,
      env: { HOME: temporary, TZ: 'Asia/Kathmandu', LC_ALL: 'C', USER: 'ada' },
    });
    const two = buildAt({
      folder: join(temporary, 'another place', 'deeper'),
      node: otherNode ?? process.execPath,
      env: {
        HOME: '/',
        TZ: 'America/St_Johns',
        LC_ALL: 'tr_TR.UTF-8',
        USER: 'grace',
        NODE_ENV: 'test',
        CI: '1',
      },
      ...(isRoot && { uid: NOBODY }),
    });
    expect([...two.keys()].sort()).toEqual([...one.keys()].sort());
    const different = [...one].filter(([path, bytes]) => !two.get(path)!.equals(bytes));
    expect(different.map(([path]) => path)).toEqual([]);
    expect(one.get('bundle.manifest')!.toString()).toMatch(/^conclave bundle manifest 1\nversion /);
  });
});
