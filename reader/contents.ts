/** What is known of the keys, from all files that were given. */
import { hex } from './bytes.ts';
import { readPiece, type Content } from './files.ts';
import { checkSame, type SecretSource } from './sources.ts';
import { Trouble, readBytes } from './terminal.ts';

/** What a recovery file says; ends the program where it is something else. */
export function readRecoveryFile(path: string): Content {
  const bytes = readBytes(path);
  const piece = readPiece(bytes);
  if (piece.kind === 'recovery' || piece.kind === 'backup') return piece.content;
  throw new Trouble(
    'not-a-recovery-file',
    `${path} is a recovery kit, which holds no recovery data.`,
    'Ask another operator for a recovery file.',
  );
}

/** What recovery files and backups say. */
const contentsOf = (sources: readonly SecretSource[], known: readonly Content[]): Content[] => [
  ...known,
  ...sources.flatMap((one) => (one.kind === 'backup' ? [one.content] : [])),
];

/** The content that a command is about: of the newest file, with all addresses that any of them names. */
export function contentFor(sources: readonly SecretSource[], known: readonly Content[]): Content {
  const contents = contentsOf(sources, known);
  const [newest, ...older] = contents.toSorted((a, b) => b.created - a.created);
  if (newest) {
    for (const other of older) checkSame(other, newest);
    return { ...newest, issued: allIssued(contents) };
  }
  throw new Trouble(
    'recovery-missing',
    'Nothing that was given holds the recovery data, without which a secret leads to no share.',
    'Ask any operator for a recovery file and give it with --recovery.',
  );
}

function allIssued(contents: readonly Content[]): Content['issued'] {
  const all = contents.flatMap(({ issued }) => issued);
  return [...new Map(all.map((one) => [`${hex(one.recipient)}/${one.index}`, one])).values()];
}

/**
 * The different backup addresses that the files name; null for none. The certificates do not cover
 * them, so all must name the same.
 */
export const backupAddressesIn = (
  sources: readonly SecretSource[],
  known: readonly Content[],
): (string | null)[] => [
  ...new Set(contentsOf(sources, known).map(({ backupAddress }) => backupAddress)),
];
