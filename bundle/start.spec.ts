/** `npm start -- --dir`: what reaches the launcher, and how both end. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cleanUp, makeBundle, temporary } from './testing.ts';

afterAll(cleanUp);

const START = join(import.meta.dirname, 'start.mjs');
const start = (from: string, ...args: string[]) =>
  spawnSync(process.execPath, [START, ...args], {
    encoding: 'utf8',
    env: { ...process.env, INIT_CWD: from },
  });

describe('npm start -- --dir', () => {
  it('hands the launcher its options, with folder and store named from where the person stands', () => {
    const [first, second] = [makeBundle(), makeBundle('0.2.0', { files: { 'app/new.js': '' } })];
    const from = temporary();
    const up = (folder: string) => join('..', basename(folder));
    expect(dirname(first.folder)).toBe(dirname(from));
    const check = (folder: string, ...args: string[]) =>
      start(from, '--dir', up(folder), '--store', 'pin.json', '--check', ...args);
    expect(check(first.folder, '--root', first.root).stdout).toContain('First use');
    expect(existsSync(join(from, 'pin.json'))).toBe(false);
    expect(check(first.folder, '--root', second.root)).toMatchObject({ status: 1 });
    expect(check(first.folder, '--port', '80').status).toBe(2);
    expect(check(first.folder, '--connector', '80').status).toBe(2);
    expect(check(first.folder, '--connector', '12345').status).toBe(0);
    const noPin = start(
      from,
      '--dir',
      up(first.folder),
      '--no-pin',
      '--check',
      '--root',
      first.root,
    );
    expect(noPin.stdout).toContain('No pin: the root is the one given by --root.');
  });

  it('says which options need a finished bundle', () => {
    const { status, stderr } = start(temporary(), '--accept-root', 'ab'.repeat(32));
    expect(stderr).toBe('--accept-root is for a finished bundle: name its folder with --dir.\n');
    expect(status).toBe(1);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 0],
  ] as const)('stops the launcher on %s and leaves with its exit code', async (signal, code) => {
    const { folder, version, root } = makeBundle();
    const store = join(temporary(), 'pin.json');
    const args = [START, '--dir', folder, '--store', store, '--accept-root', root, '--port', '0'];
    const child = spawn(process.execPath, args);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    let out = '';
    const port = await new Promise<number>((resolve, reject) => {
      child.stdout.on('data', (data: Buffer) => {
        out += data.toString();
        const found = /Address .*:(\d+)\//.exec(out)?.[1];
        if (found !== undefined) resolve(Number(found));
      });
      void ended.then(() => reject(new Error(out)));
    });
    expect(readFileSync(store, 'utf8')).toContain(`"version":"${version}","root":"${root}"`);
    child.kill(signal);
    expect(await ended).toBe(code);
    const answered = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy()));
      socket.once('error', () => resolve('nobody'));
    });
    expect(answered).toBe('nobody');
  });
});
