/** Where a host secret or a share comes from: files of any tier, or typed words. */
import { isAge, openAge, parseAge, type AgeSecret } from './age.ts';
import { equal, hex } from './bytes.ts';
import { readPiece, type Content, type Piece } from './files.ts';
import { checkPlate, isPlate, readPlate, type Plate } from './plate.ts';
import { hostKeyOf, type Suite } from './recovery.ts';
import { combineCards, readCard } from './slip39.ts';
import { Trouble, ask, readBytes, say } from './terminal.ts';
import { combineVault, isVaultShares } from './vault-shares.ts';

/** A source that was opened; Vault shares need to know their group first. */
export type Source =
  | Piece
  | { readonly kind: 'cards'; readonly hostSecret: Uint8Array }
  | { readonly kind: 'vault'; readonly text: string }
  | { readonly kind: 'plate'; readonly plate: Plate };

export type SecretSource = Exclude<Source, { kind: 'kit' | 'recovery' }>;

/** What a source gives, once it was held against the recovery data. */
export interface Restored {
  readonly index: number;
  /** Undefined for a plate. */
  readonly hostSecret: Uint8Array | undefined;
  readonly shares: Partial<Record<Suite, Uint8Array>>;
}

/** Opens a file; `-` asks for cards, a plate or Vault shares on the terminal. */
export async function openSource(path: string, identity: string | undefined): Promise<Source> {
  if (path === '-') return sourceOf('what you typed', await typed());
  const bytes = readBytes(path);
  if (isAge(bytes)) return readPiece(await openedAge(path, bytes, identity));
  if (bytes[0]! >> 5 === 5) return readPiece(bytes); // a CBOR map, which no text begins like
  return sourceOf(path, new TextDecoder().decode(bytes));
}

async function sourceOf(name: string, text: string): Promise<Source> {
  if (isVaultShares(text)) return { kind: 'vault', text };
  if (isPlate(text)) return { kind: 'plate', plate: readPlate(text) };
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0 || !lines.every((line) => /^[a-z\s]+$/i.test(line)))
    throw new Trouble(
      'not-a-piece',
      `${name} is no piece of a backup that this program knows.`,
      'docs/formats.md says how cards, plates and shares are written as text.',
    );
  const cards = lines.map((line, i) => readCard(line, i + 1));
  const passphrase = await ask('Passphrase of the cards (empty if they have none)', true);
  const hostSecret = combineCards(cards, passphrase);
  if (hostSecret.length === 32) return { kind: 'cards', hostSecret };
  throw new Trouble(
    'card-length',
    `The cards hold ${hostSecret.length} bytes, and a host secret has 32.`,
    'They are of another program; look for Conclave’s.',
  );
}

async function typed(): Promise<string> {
  say(
    'Type one card to a line; a share or plate may take several. An empty line ends. Nothing is shown.',
  );
  const lines: string[] = [];
  for (;;) {
    const line = await ask(`Line ${lines.length + 1}`, true);
    if (line.trim() === '') return lines.join('\n');
    lines.push(line);
  }
}

async function openedAge(
  path: string,
  bytes: Uint8Array,
  identityFile: string | undefined,
): Promise<Uint8Array> {
  const file = parseAge(bytes);
  if (file.opens === undefined)
    throw new Trouble(
      'age-kind',
      `${path} is encrypted in a way that this program cannot open (${file.kinds}).`,
      'Decrypt it with the age program and give what that writes; delete it afterwards.',
    );
  if (file.opens === 'identity' && identityFile === undefined)
    throw new Trouble(
      'identity-missing',
      `${path} is encrypted to a recipient.`,
      'Give the recipient’s identity file with --identity.',
    );
  const secret: AgeSecret =
    file.opens === 'passphrase'
      ? { passphrase: await ask(`Passphrase of ${path}`, true) }
      : { identity: new TextDecoder().decode(readBytes(identityFile!)) };
  return openAge(file, secret);
}

/** Ends the program where a source has the recovery data of another group or epoch. */
export function checkSame(a: Content, b: Content): void {
  const same =
    a.network === b.network &&
    a.rehearsal === b.rehearsal &&
    a.epoch === b.epoch &&
    equal(a.groupId, b.groupId) &&
    equal(a.recovery.certified, b.recovery.certified);
  if (!same)
    throw new Trouble(
      'other-group',
      `The files are of different groups or epochs: ${whose(a)}, and ${whose(b)}.`,
      'Give only those of one.',
    );
}

export const whose = ({ groupName, groupId, epoch }: Content): string =>
  `“${groupName}” ${hex(groupId).slice(0, 8)}, epoch ${epoch}`;

/** Whose source it is, and the shares it leads to. Each is held against the certified public shares. */
export function restore(source: SecretSource, content: Content): Restored {
  const { recovery } = content;
  if (source.kind === 'plate') {
    checkPlate(recovery, source.plate);
    const { index, suite, share } = source.plate;
    return { index, hostSecret: undefined, shares: { [suite]: share } };
  }
  if (source.kind === 'backup') checkSame(source.content, content);
  const hostSecret =
    source.kind === 'vault' ? combineVault(source.text, content) : source.hostSecret;
  const hostKey = hostKeyOf(hostSecret);
  const index = recovery.hostKeys.findIndex((key) => hostKey && equal(key, hostKey));
  if (index < 0)
    throw new Trouble(
      'not-in-group',
      `The host secret belongs to no operator of ${whose(content)}.`,
      source.kind === 'cards'
        ? 'Either the cards’ passphrase is another, or the cards are of another group or epoch.'
        : 'Look for the piece of this group and epoch.',
    );
  return { index, hostSecret, shares: recovery.sharesOf(index, hostSecret) };
}

/** A source that holds a secret; ends the program where it holds none. */
export function secretive(source: Source): SecretSource {
  if (source.kind === 'kit')
    throw new Trouble(
      'kit-without-device',
      'A recovery kit holds no secret: only the device, or another with the same seed, gives it.',
      'Plug the device in and recover in the app, or give another piece here.',
    );
  if (source.kind === 'recovery')
    throw new Trouble(
      'no-secret',
      'A recovery file holds no secret.',
      'Give it with --recovery, and a piece with a secret beside it.',
    );
  return source;
}
