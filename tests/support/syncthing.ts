/**
 * Two real Syncthing instances that share one folder over loopback, and speak to nobody else: no
 * discovery, no relays, no port mapping, no reports.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './origin.ts';

/** One instance. */
export interface Peer {
  /** The shared directory. */
  readonly shared: string;
  start(): void;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

/** Make two peers, not started yet. `cleanUp` stops them and removes everything. */
export async function makePeers(): Promise<{ peers: [Peer, Peer]; cleanUp: () => Promise<void> }> {
  const top = mkdtempSync(join(tmpdir(), 'conclave-syncthing-'));
  const made = await Promise.all(['a', 'b'].map((name) => prepare(join(top, name))));
  const peers = made.map((one) => {
    writeFileSync(join(one.home, 'config.xml'), configOf(one, made));
    return peerOf(one);
  }) as [Peer, Peer];
  return {
    peers,
    async cleanUp() {
      await Promise.all(peers.map((peer) => peer.stop()));
      rmSync(top, { recursive: true, force: true });
    },
  };
}

interface Prepared {
  readonly home: string;
  readonly shared: string;
  readonly id: string;
  readonly port: number;
  readonly guiPort: number;
}

async function prepare(folder: string): Promise<Prepared> {
  const home = join(folder, 'home');
  const shared = join(folder, 'shared');
  // The marker tells Syncthing that the directory is really there.
  mkdirSync(join(shared, '.stfolder'), { recursive: true });
  const syncthing = (...args: string[]) =>
    execFileSync('syncthing', args, { encoding: 'utf8', stdio: 'pipe', env: environment });
  syncthing('generate', '--home', home, '--no-default-folder', '--skip-port-probing');
  const id = syncthing('serve', '--home', home, '--device-id').trim();
  return { home, shared, id, port: await freePort(), guiPort: await freePort() };
}

const environment = { ...process.env, STNOUPGRADE: '1', STNODEFAULTFOLDER: '1' };

function configOf(own: Prepared, all: readonly Prepared[]): string {
  const devices = all.map(
    ({ id, port }) =>
      `<device id="${id}" name="${id.slice(0, 7)}" compression="never"><address>tcp://127.0.0.1:${port}</address></device>`,
  );
  const members = all.map(({ id }) => `<device id="${id}"></device>`);
  return `<configuration version="35">
  <folder id="conclave" path="${own.shared}" type="sendreceive" rescanIntervalS="2" fsWatcherEnabled="true" fsWatcherDelayS="1">
    ${members.join('')}
    <maxConflicts>10</maxConflicts>
  </folder>
  ${devices.join('\n  ')}
  <gui enabled="true"><address>127.0.0.1:${own.guiPort}</address><apikey>conclave</apikey></gui>
  <options>
    <listenAddress>tcp://127.0.0.1:${own.port}</listenAddress>
    <globalAnnounceEnabled>false</globalAnnounceEnabled>
    <localAnnounceEnabled>false</localAnnounceEnabled>
    <relaysEnabled>false</relaysEnabled>
    <natEnabled>false</natEnabled>
    <reconnectionIntervalS>1</reconnectionIntervalS>
    <urAccepted>-1</urAccepted>
    <crashReportingEnabled>false</crashReportingEnabled>
    <autoUpgradeIntervalH>0</autoUpgradeIntervalH>
    <startBrowser>false</startBrowser>
    <stunKeepaliveStartS>0</stunKeepaliveStartS>
  </options>
</configuration>
`;
}

function peerOf({ home, shared }: Prepared): Peer {
  let child: ChildProcess | undefined;
  return {
    shared,
    start() {
      child = spawn(
        'syncthing',
        ['serve', '--home', home, '--no-browser', '--no-restart', '--no-upgrade'],
        {
          stdio: 'ignore',
          env: environment,
        },
      );
    },
    async stop() {
      if (!child || child.exitCode !== null) return;
      const ended = new Promise((resolve) => child!.once('exit', resolve));
      child.kill();
      await ended;
      child = undefined;
    },
  };
}
