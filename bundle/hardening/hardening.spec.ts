/** The hardening kit, as far as it can be judged without a browser: policy, page, udev rules, start script. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const KIT = fileURLToPath(new URL('.', import.meta.url));
const ORIGIN = 'http://conclave.localhost:7465';
const ADDRESS_LINE = `Address  ${ORIGIN}/ until Ctrl-C`;
const read = (name: string) => readFileSync(join(KIT, name), 'utf8');
const policy = JSON.parse(read('policy.json')) as Record<string, unknown>;

describe('the policy', () => {
  it('is explained line by line on the operator’s page, and the page explains nothing else', () => {
    const chapter =
      /## Every line of the policy\n([^]*?)\n## /.exec(read('OPERATOR.md'))?.[1] ?? '';
    const explained = [...chapter.matchAll(/^\| (`[^|]*`) \| (.+) \|$/gm)].flatMap((row) =>
      [...(row[1] ?? '').matchAll(/`(\w+)`/g)].map(([, key]) => key),
    );
    expect(explained.toSorted()).toEqual(Object.keys(policy).toSorted());
  });

  it('names no host but ours, and the port wherever Chromium heeds one', () => {
    const urls = [...read('policy.json').matchAll(/"(https?:[^"]*)"/g)].map(([, url]) => url);
    const withoutPort = policy['JavaScriptJitAllowedForSites'];
    expect(withoutPort).toEqual(['http://conclave.localhost']);
    expect(new Set(urls)).toEqual(new Set([ORIGIN, `${ORIGIN}/`, 'http://conclave.localhost']));
  });

  it('gives no page a device silently', () => {
    expect(
      Object.keys(policy).filter((key) => /Allow(All)?Devices|AllowAllPorts/.test(key)),
    ).toEqual([]);
  });

  it('ships with the driver’s doors closed', () => {
    expect(policy).toMatchObject({ DeveloperToolsAvailability: 2, RemoteDebuggingAllowed: false });
  });
});

describe('the udev rules', () => {
  const name = readdirSync(KIT).find((file) => file.endsWith('.rules')) ?? '';
  const rules = read(name)
    .split('\n')
    .filter((line) => line.startsWith('SUBSYSTEM'));

  /** What a rule does to a device: its assignments, or undefined where a match fails. */
  const apply = (rule: string, subsystem: string, vendor: string, product: string) => {
    const assigned: Record<string, string> = {};
    for (const [, key = '', operator, value = ''] of rule.matchAll(
      /([\w{}]+)(==|\+=|=)"([^"]*)"/g,
    )) {
      if (operator !== '==') assigned[key] = value;
      else {
        const actual = { SUBSYSTEM: subsystem, 'ENV{DEVTYPE}': 'usb_device' }[key];
        const id = /idVendor/.test(key) ? vendor : /idProduct/.test(key) ? product : actual;
        const glob = new RegExp(`^(?:${value.replaceAll('?', '.')})$`);
        if (id === undefined || !glob.test(id)) return undefined;
      }
    }
    return assigned;
  };
  const granted = (subsystem: string, vendor: string, product: string) =>
    rules.map((rule) => apply(rule, subsystem, vendor, product)).filter((found) => found);

  it('sort before systemd’s 73-seat-late.rules, which acts on the tag', () => {
    expect(name < '73-seat-late.rules' && name >= '70').toBe(true);
  });

  it.each([
    ['Ledger Nano X, dashboard', 'hidraw', '2c97', '0004'],
    ['Ledger Nano X, app', 'hidraw', '2c97', '4011'],
    ['Ledger Nano S Plus, dashboard', 'hidraw', '2c97', '0005'],
    ['Ledger Nano S Plus, app', 'hidraw', '2c97', '5011'],
    ['Ledger Stax, dashboard', 'hidraw', '2c97', '0006'],
    ['Ledger Stax, app', 'hidraw', '2c97', '6011'],
    ['Ledger Flex, dashboard', 'hidraw', '2c97', '0007'],
    ['Ledger Flex, app', 'hidraw', '2c97', '7011'],
    ['Trezor Model T, Safe 3, Safe 5', 'usb', '1209', '53c1'],
    ['Trezor bootloader', 'usb', '1209', '53c0'],
    ['YubiHSM 2', 'usb', '1050', '0030'],
  ])('give %s to the person at the screen alone', (_, subsystem, vendor, product) => {
    expect(granted(subsystem, vendor, product)).toEqual([{ MODE: '0660', TAG: 'uaccess' }]);
  });

  it.each([
    ['a YubiKey (systemd knows it)', 'hidraw', '1050', '0407'],
    ['another pid.codes device', 'usb', '1209', '0001'],
    ['a Ledger Nano S', 'hidraw', '2c97', '1011'],
    ['a keyboard', 'hidraw', '046d', 'c31c'],
  ])('leave %s alone', (_, subsystem, vendor, product) => {
    expect(granted(subsystem, vendor, product)).toEqual([]);
  });
});

describe('the start script', () => {
  const script = read('start-chromium.sh');
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conclave-kit-'));
    mkdirSync(join(folder, 'bin'));
    mkdirSync(join(folder, 'bundle', 'hardening'), { recursive: true });
    for (const name of ['start-chromium.sh', 'policy.json']) {
      cpSync(join(KIT, name), join(folder, 'bundle', 'hardening', name));
    }
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Put a command before all others on the script's PATH. */
  const command = (name: string, body: string) => {
    writeFileSync(join(folder, 'bin', name), `#!/bin/bash\n${body}\n`, { mode: 0o755 });
  };

  /** Run it as whoever `uid` says, with a browser that reports and ends. */
  const start = (uid: number, ...args: string[]) => {
    command('id', `echo ${uid}`);
    const env = {
      PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
      HOME: folder,
      CONCLAVE_CHROMIUM: join(folder, 'bin', 'browser'),
    };
    const path = join(folder, 'bundle', 'hardening', 'start-chromium.sh');
    return spawnSync('bash', [path, ...args], { env, encoding: 'utf8', timeout: 30_000 });
  };

  const launcher = (body: string) => writeFileSync(join(folder, 'bundle', 'launch.mjs'), body);

  it('is sound bash, stops at the first error, and never switches the sandbox off', () => {
    expect(spawnSync('bash', ['-n', join(KIT, 'start-chromium.sh')]).status).toBe(0);
    expect(script).toMatch(/^set -eu$/m);
    expect(script).not.toContain('no-sandbox');
  });

  it('refuses to run as root, and without a bundle', () => {
    expect(start(0, 'bundle')).toMatchObject({ status: 1, stdout: '' });
    expect(start(0, 'bundle').stderr).toMatch(/^Refused: this is root/);
    expect(start(1000).stderr).toMatch(/^Refused: no bundle is named/);
  });

  it('says plainly that it is not isolated, and passes the launcher’s refusal on', () => {
    command('unshare', 'exit 1');
    launcher('process.exit(7);');
    const { status, stderr } = start(1000, 'bundle');
    expect(stderr).toMatch(/^WARNING: this session is NOT isolated from the network/m);
    expect(stderr).toMatch(/conclave\.json is missing or is not this bundle's policy/);
    expect(status).toBe(7);
  });

  const namespaces = spawnSync('unshare', ['--map-root-user', '--net', 'ip', 'link']).status === 0;
  const required = process.env['CONCLAVE_REQUIRE_TOOLS'] === '1';

  it('opens nothing that the launcher does not say it serves, whoever answers on the port', () => {
    command('unshare', 'exit 1');
    command('browser', 'echo opened');
    launcher(
      `console.log('Address  http://conclave.localhost:7466/ until Ctrl-C'); process.exit(3);`,
    );
    const { status, stdout } = start(1000, 'bundle');
    expect(stdout).toBe('Address  http://conclave.localhost:7466/ until Ctrl-C\n');
    expect(status).toBe(3);
  });

  it('starts a YubiHSM’s connector where it is asked for, and ends it with the window', () => {
    command('unshare', 'exit 1');
    command('yubihsm-connector', `echo $$ >"${folder}/pid"; exec sleep 60`);
    command('browser', `while ! [ -s "${folder}/pid" ]; do sleep 0.05; done; echo opened`);
    launcher(`console.log('${ADDRESS_LINE}'); setInterval(() => {}, 1000);`);
    const { status, stdout } = start(1000, 'bundle', '--connector', '12345');
    expect([status, stdout.trim().split('\n').at(-1)]).toEqual([0, 'opened']);
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    rmSync(join(folder, 'pid'));
    command('browser', `ls "${folder}"`);
    expect(start(1000, 'bundle').stdout).not.toMatch(/^pid$/m);
  });

  it('clears from the profile what a foreign server may have left, and no vault', () => {
    command('unshare', 'exit 1');
    launcher(`console.log('${ADDRESS_LINE}'); setInterval(() => {}, 1000);`);
    const profile = join(folder, '.local/share/conclave/chromium');
    const kept = ['Default/IndexedDB/vault/1', 'Default/Web Data', 'Default/Preferences'];
    const left = [
      'Default/Cache/1',
      'Default/Code Cache/js/1',
      'Default/Service Worker/Database/1',
    ];
    for (const path of [...kept, ...left]) {
      mkdirSync(join(profile, path, '..'), { recursive: true });
      writeFileSync(join(profile, path), '');
    }
    command('browser', `cd "$HOME/.local/share/conclave/chromium" && find . -type f`);
    const { status, stdout } = start(1000, 'bundle');
    const [said, ...found] = stdout.trim().split('\n');
    expect(said).toBe(ADDRESS_LINE);
    expect(found.toSorted()).toEqual(kept.map((path) => `./${path}`).toSorted());
    expect(status).toBe(0);
  });

  it.skipIf(!namespaces && !required)(
    'runs launcher and browser with no network but loopback, and stops the launcher',
    () => {
      launcher(`
        import { createServer } from 'node:http';
        import { writeFileSync } from 'node:fs';
        writeFileSync(${JSON.stringify(join(folder, 'pid'))}, String(process.pid));
        const answer = process.argv.slice(2).join(' ');
        createServer((_, response) => response.end(answer))
          .listen(7465, '127.0.0.1', () => console.log('${ADDRESS_LINE}'));`);
      command(
        'browser',
        `tail -n +3 /proc/net/dev | cut -d: -f1
         echo "capabilities $(grep CapEff /proc/self/status | cut -f2)"
         exec 3<>/dev/tcp/127.0.0.1/7465; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; tail -n 1 <&3; echo
         printf '%s\\n' "$@"`,
      );
      const { status, stdout, stderr } = start(1000, 'bundle', '--root', 'aa');
      expect(stderr).toMatch(/^Network: none\./);
      expect(status).toBe(0);
      const [said, interfaces, capabilities, page, ...flags] = stdout.trim().split('\n');
      expect(said).toBe(ADDRESS_LINE);
      expect(interfaces?.trim()).toBe('lo');
      expect(capabilities).toBe('capabilities 0000000000000000');
      expect(page).toBe('bundle --root aa --port 7465');
      expect(flags).toContain(`--app=${ORIGIN}/`);
      expect(flags).toContain(`--user-data-dir=${folder}/.local/share/conclave/chromium`);
      const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    },
  );
});
