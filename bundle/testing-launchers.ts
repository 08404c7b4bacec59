/** Runs both launchers, as a person at a command line does. */
import { spawn, spawnSync } from 'node:child_process';
import { request, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { tool } from './testing.ts';

export const python = tool('python3', 'the Python launcher');
export const minisign = tool('minisign', 'signatures in the Python launcher');
/** The Python launcher cannot agree about signatures without it. */
export const needsMinisign = minisign === undefined && python !== undefined;

/** The launchers, each as the command before its arguments. */
export const launchers: Record<string, string[]> = {
  'launch.mjs': [process.execPath, join(import.meta.dirname, 'launch.mjs')],
};
if (python !== undefined) {
  // Past any wrapper that looks for Python anew at every start.
  const real = spawnSync(python, ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
  launchers['launch.py'] = [real.stdout.trim(), join(import.meta.dirname, 'launch.py')];
}

export interface Said {
  code: number | null;
  out: string;
  err: string;
}
export function launch(name: string, args: string[], env = process.env): Said {
  const [command = '', ...before] = launchers[name] ?? [];
  const done = spawnSync(command, [...before, ...args], { encoding: 'utf8', env, timeout: 20_000 });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

/** A running launcher. */
export interface Served {
  port: number;
  out: string;
  stop: () => Promise<number | null>;
}
export async function serve(name: string, args: string[], env = process.env): Promise<Served> {
  const [command = '', ...before] = launchers[name] ?? [];
  const child = spawn(command, [...before, ...args], { env });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let [out, err] = ['', ''];
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString();
      const found = /conclave\.localhost:(\d+)\//.exec(out)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    void ended.then(() => reject(new Error(err)));
  });
  return {
    port,
    out,
    stop: () => {
      child.kill('SIGINT');
      return ended;
    },
  };
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  raw: string[];
  body: Buffer;
}
/** Ask over plain HTTP; the Host is the right one unless said otherwise. */
export function ask(
  port: number,
  path: string,
  options: {
    method?: string;
    host?: string;
    headers?: Record<string, string>;
    address?: string;
    body?: Uint8Array;
  } = {},
): Promise<Reply> {
  const {
    method = 'GET',
    host = `conclave.localhost:${port}`,
    headers = {},
    address = '127.0.0.1',
    body,
  } = options;
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: address, port, path, method, headers: { host, ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            raw: [response.httpVersion, response.statusMessage ?? '', ...response.rawHeaders],
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    asked.on('error', reject).end(body);
  });
}
