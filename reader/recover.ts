/**
 * recover: reads the pieces of a backup, and sweeps with what they give. It is the second
 * implementation of docs/formats.md: none of the app's code is in it. It reaches no network and
 * writes nothing but the transaction that it is asked for.
 *
 * Secrets are in memory while it runs; they cannot be wiped. Use a machine that is offline.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import {
  CHANGE,
  FEES,
  RECEIVE,
  addressOf,
  depositPath,
  descriptor,
  fingerprint,
  outputAt,
  scriptOf,
} from './bitcoin.ts';
import { hex, inFours } from './bytes.ts';
import { readCoins, type Coin } from './coins.ts';
import { backupAddressesIn, contentFor, readRecoveryFile } from './contents.ts';
import type { Content, Network } from './files.ts';
import { plateWords } from './plate.ts';
import { hostKeyOf, type Suite } from './recovery.ts';
import {
  openSource,
  restore,
  secretive,
  whose,
  type Restored,
  type SecretSource,
  type Source,
} from './sources.ts';
import { planSweep, signSweep, txidOf, type Sweep } from './sweep.ts';
import { Misuse, Trouble, ask, complain, hangUp, readBytes, say, writeNew } from './terminal.ts';

const usage = `node recover.mjs show FILE
    what a piece of a backup is
node recover.mjs secret [--recovery FILE] [--show-secret] [--plate] SOURCE
    whose secret a source gives, and whether it fits the certified keys;
    --show-secret prints host secret and shares, --plate the shares as 25 words
node recover.mjs addresses [--recovery FILE]… [SOURCE…]
    where the group's bitcoin lies, by all deposit addresses that any of the files names
node recover.mjs sweep [--recovery FILE] --coins FILE --fee SAT/VB [--to ADDRESS] --out FILE SOURCE…
    a signed transaction of all coins to the backup address, from as many sources as sign;
    asks for the end of the address

SOURCE  a backup file; a text file of SLIP-39 cards (one a line), of Vault shares (each from a new
        line on), or of a plate; “-” to type cards, shares or a plate
--recovery  a recovery file; not needed where a source is a backup file; several, one --recovery
        for each, name more deposit addresses
--identity  the identity file for age files that are encrypted to a recipient

Passphrases are asked for. docs/formats.md specifies every format.`;

const option = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...{
        recovery: { type: 'string', multiple: true },
        identity: option,
        coins: option,
        fee: option,
        to: option,
        out: option,
      },
      ...{ 'show-secret': flag, plate: flag },
    },
  });
  const [command, ...paths] = positionals;
  const { recovery, identity } = values;
  const known = (recovery ?? []).map(readRecoveryFile);
  const single = () => {
    if (paths.length !== 1) throw new Misuse('Give one file.');
    return openSource(paths[0]!, identity);
  };
  if (command === 'show') show(await single());
  else if (command === 'secret')
    secret(secretive(await single()), known, values['show-secret'] ?? false, values.plate ?? false);
  else if (command === 'addresses') {
    if (known.length + paths.length === 0) throw new Misuse('Give --recovery.');
    addresses(contentFor(await sourcesOf(paths, identity), known));
  } else if (command === 'sweep') {
    const { coins, fee, to, out } = values;
    if (coins === undefined || fee === undefined || out === undefined)
      throw new Misuse('Give --coins, --fee and --out.');
    if (paths.length === 0) throw new Misuse('Give the sources of the shares.');
    await sweep(await sourcesOf(paths, identity), known, { coins, rate: Number(fee), to, out });
  } else throw new Misuse('Say what to do: show, secret, addresses or sweep.');
}

/** Opens one after the other: each may ask for a passphrase. */
async function sourcesOf(
  paths: readonly string[],
  identity: string | undefined,
): Promise<SecretSource[]> {
  const sources: SecretSource[] = [];
  for (const path of paths) sources.push(secretive(await openSource(path, identity)));
  return sources;
}

const date = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Lines of a name and what stands for it. */
const table = (rows: readonly (readonly [name: string, what: string])[]): string[] =>
  rows.map(([name, what]) => `${name.padEnd(16)}${what}`);

function describe(content: Content): string[] {
  const { recovery, operators, network, created } = content;
  const { custody, attestation } = recovery.keys;
  const roster = operators.map((name, i) => `${i + 1} ${name}`).join(', ');
  return [
    ...table([
      ['group', `${content.groupName}${content.rehearsal ? ' (REHEARSAL)' : ''}`],
      ['group id', inFours(hex(content.groupId))],
      ['network', network],
      ['epoch', String(content.epoch)],
      ['state', `${content.state}, as of ${date(created)}`],
      ['operators', `${roster}; ${recovery.t} sign`],
      ['certified', inFours(hex(recovery.certified))],
      ['custody', inFours(hex(custody.threshPk))],
      ['fingerprint', fingerprint(custody.threshPk)],
      ['attestation', inFours(hex(attestation.threshPk))],
      ['first address', addressOf(network, outputAt(custody.threshPk, [RECEIVE, 0]))],
      ['backup address', content.backupAddress ?? 'none was set'],
      ['deposits', `${content.issued.length} addresses were issued, as of ${date(created)}`],
    ]),
    'All certificates hold.',
  ];
}

function show(source: Source): void {
  switch (source.kind) {
    case 'recovery':
      say('A recovery file. It holds no secret.', ...describe(source.content));
      say('Next: give it with --recovery to “secret” or “sweep”, together with secret pieces.');
      break;
    case 'backup':
      say(`The backup file of operator ${source.index + 1}, with the host secret.`);
      say(...describe(source.content));
      say('Next: “secret” shows that it gives the right shares; “sweep” spends with it.');
      break;
    case 'kit':
      say('A recovery kit. It holds no secret.');
      say(
        ...table([
          ['group', `${source.groupName}${source.rehearsal ? ' (REHEARSAL)' : ''}`],
          ['group id', inFours(hex(source.groupId))],
          ['network', source.network],
          ['epoch', String(source.epoch)],
          ['operator', source.operatorName],
          ['host key', inFours(hex(source.hostKey))],
        ]),
      );
      say('Next: plug in the device, or another with the same seed, and recover in the app.');
      break;
    case 'cards':
      say('SLIP-39 cards that give a secret of 32 bytes.');
      say('Next: “secret --recovery FILE” says whose it is.');
      break;
    case 'vault':
      say('Vault shares.', 'Next: “secret --recovery FILE” combines them.');
      break;
    case 'plate':
      say(`A plate: operator ${source.plate.index + 1}’s share of the ${source.plate.suite} key.`);
      say('Next: “secret --recovery FILE” holds it against the certified keys.');
  }
}

function secret(
  source: SecretSource,
  known: readonly Content[],
  full: boolean,
  plate: boolean,
): void {
  if (source.kind === 'cards' && known.length === 0 && !full && !plate) {
    const key = hostKeyOf(source.hostSecret);
    if (key) say('The cards give a host secret.', `host key  ${inFours(hex(key))}`);
    else say('The cards give 32 bytes that are no host secret.');
    say('Next: give a recovery file with --recovery; it says whose it is.');
    return;
  }
  const content = contentFor([source], known);
  const { index, hostSecret, shares } = restore(source, content);
  say(...describe(content), '');
  say(`This is the secret of operator ${index + 1}, ${content.operators[index]!}.`);
  for (const [suite, share] of sharesIn(shares)) {
    const key = content.recovery.keys[suite];
    say(`${suite}: the share fits the certified public share`);
    say(`  ${inFours(hex(key.pubshares[index]!))}`);
    if (full) say(`  SECRET share ${inFours(hex(share))}`);
    if (plate)
      say(
        `  SECRET plate: ${suite} ${index + 1} ${plateWords(key, suite, index, share).join(' ')}`,
      );
  }
  if (full && hostSecret) say(`SECRET host secret ${inFours(hex(hostSecret))}`);
  say(full || plate ? 'Next: clear this terminal.' : 'Next: “sweep”, or recover in the app.');
}

const sharesIn = (shares: Restored['shares']): [Suite, Uint8Array][] =>
  (['custody', 'attestation'] as const).flatMap((suite) =>
    shares[suite] ? [[suite, shares[suite]]] : [],
  );

const SHOWN = 10;

function addresses({ network, recovery, issued, created }: Content): void {
  const { threshPk } = recovery.keys.custody;
  const branches = [
    ['receive', RECEIVE],
    ['change', CHANGE],
    ['fees', FEES],
  ] as const;
  for (const [name, branch] of branches) {
    say(`${name}  ${descriptor(network, threshPk, `${branch}/*`)}`);
    for (let i = 0; i < SHOWN; i++)
      say(`  ${branch}/${i}  ${addressOf(network, outputAt(threshPk, [branch, i]))}`);
  }
  say(
    `deposit addresses issued, as of ${date(created)}: ${issued.length}`,
    'Any that was issued later is not in this list; only a newer recovery file or backup names it.',
  );
  for (const { recipient, index } of issued) {
    const path = depositPath(network, recipient, index);
    say(`  2/${hex(recipient)}/${index}  ${addressOf(network, outputAt(threshPk, path))}`);
    say(`    ${descriptor(network, threshPk, path.join('/'))}`);
  }
  say(
    'Next: import the descriptors into Bitcoin Core, rescan, and save what “listunspent” prints.',
  );
}

interface SweepOptions {
  readonly coins: string;
  readonly rate: number;
  readonly to: string | undefined;
  readonly out: string;
}

async function sweep(
  sources: readonly SecretSource[],
  known: readonly Content[],
  { coins, rate, to, out }: SweepOptions,
): Promise<void> {
  const content = contentFor(sources, known);
  const { network, operators, recovery } = content;
  const signers = sources
    .map((source) => restore(source, content))
    .map(({ index, shares }, i) => {
      if (shares.custody) return { index, share: shares.custody };
      throw new Trouble(
        'attestation-plate',
        `Source ${i + 1} is a plate of the attestation key, which spends no bitcoin.`,
        'Give the plate of the custody key.',
      );
    });
  for (const [i, { index }] of signers.entries())
    if (signers.findIndex((other) => other.index === index) !== i)
      throw new Trouble(
        'operator-twice',
        `Two sources give the share of operator ${index + 1}, ${operators[index]!}.`,
        'Give sources of different operators.',
      );
  if (signers.length < recovery.t)
    throw new Trouble(
      'too-few-shares',
      `The shares here: ${signers.length}; as many as sign: ${recovery.t}.`,
      'Give sources of more operators.',
    );
  const signing = signers.slice(0, recovery.t);
  const { address, script } = await destination(
    content.network,
    to,
    backupAddressesIn(sources, known),
  );
  const plan = planSweep(readCoins(content, textOf(coins)), script, rate);
  const transaction = signSweep(plan, signing);
  const rehearsal = content.rehearsal ? ' (REHEARSAL)' : '';
  say(`A sweep of ${whose(content)} on ${network}${rehearsal}:`, ...inWords(plan));
  say(
    ...table([
      ['pays', `${plan.amount} sat to`],
      ['', inFours(address)],
      ['fee', `${plan.fee} sat, ${(plan.fee / plan.vsize).toFixed(2)} sat/vB`],
      ['transaction', `${txidOf(plan)}, ${plan.vsize} vB`],
      ['signed by', `${signing.map(({ index }) => operators[index]!).join(', ')}; verified`],
    ]),
  );
  writeNew(out, `${transaction}\n`);
  say(`Written to ${out}. Nothing was sent.`);
  say('Next: compare the whole address with your own note. Then, on a machine with Bitcoin Core,');
  say('“testmempoolaccept”, and “sendrawtransaction”.');
}

const textOf = (path: string): string => new TextDecoder().decode(readBytes(path));

const inWords = ({ coins, leftOut }: Sweep): string[] =>
  table([
    ...coins.map((coin) => ['spends', `${named(coin)} at ${coin.output.path.join('/')}`] as const),
    ...leftOut.map((coin) => ['LEFT OUT', `${named(coin)}: it costs more than it brings`] as const),
  ]);

const named = ({ txid, vout, amount }: Coin): string => `${amount} sat of ${txid}:${vout}`;

/**
 * The backup address or another, once a person typed its end. Whoever made a file chose the address in
 * it, so it is not shown before.
 */
async function destination(
  network: Network,
  to: string | undefined,
  set: readonly (string | null)[],
): Promise<{ address: string; script: Uint8Array }> {
  const address = to ?? (set.length === 1 ? set[0]! : null);
  const named = set.map((one) => (one === null ? 'none' : inFours(one))).join(', ');
  if (address === null)
    throw new Trouble(
      set.length === 1 ? 'no-backup-address' : 'backup-addresses-differ',
      set.length === 1
        ? 'The files name no backup address.'
        : `The files name different backup addresses: ${named}.`,
      'Give an address with --to, one that every operator agrees on.',
    );
  const script = scriptOf(network, address);
  if (!script)
    throw new Trouble(
      'address-invalid',
      `${address} is no address on ${network} that can be paid to.`,
      'Give another with --to.',
    );
  if (set.length !== 1 || address !== set[0]) {
    say('This is NOT the backup address that all files name:', `  ${inFours(address)}`);
    say(`They name: ${named}`);
  }
  const question = 'Last 8 characters of the address to sweep to, from your own note';
  const typed = await ask(question, false);
  if (typed.replace(/\s/g, '') === address.slice(-8)) return { address, script };
  throw new Trouble(
    'address-unconfirmed',
    'What was typed is not the end of the address.',
    'Ask the other operators which address is right; “show” says what a file names.',
  );
}

// Whoever read what is printed may have had enough.
process.stdout.on('error', () => process.exit(1));

try {
  await main();
} catch (error) {
  const misused =
    error instanceof Misuse ||
    (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
  complain(error instanceof Error ? error.message : String(error));
  if (misused) complain('', ...usage.split('\n'));
  process.exitCode = misused ? 2 : 1;
} finally {
  hangUp();
}
