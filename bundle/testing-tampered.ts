/** The bundles that both launchers refuse, by name, with the words that say why. */
import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  EMPTY_KEYS,
  GOOD_FILES,
  keyList,
  keyOfPoint,
  makeBundle,
  makeSigner,
  put,
  sha256,
  temporary,
  type Made,
} from './testing.ts';

export const [alice, bob, carol] = [makeSigner('alice'), makeSigner('bob'), makeSigner('carol')];
export const TWO_OF_TWO = keyList(2, [alice, bob]);

/** The pin file of a bundle that was accepted earlier. */
export const pinOf = ({ version, root }: Made, keys = EMPTY_KEYS) =>
  `{"format":1,"version":"${version}","root":"${root}","keys":${keys.replace(/[ \n]/g, '')}}\n`;

/** What a launcher is given: a folder, options, perhaps a pin. */
export interface Case {
  folder: string;
  options?: string[];
  pin?: string;
}
export function argumentsOf({ folder, options = [], pin }: Case): string[] {
  const store = join(temporary(), 'conclave', 'pin.json');
  if (pin !== undefined) put(join(store, '..'), { 'pin.json': pin });
  return [folder, '--store', store, ...options];
}

/** A good bundle, and then something done to its folder. */
function spoilt(spoil: (made: Made, at: (path: string) => string) => void): Case {
  const made = makeBundle();
  spoil(made, (path) => join(made.folder, path));
  return { folder: made.folder };
}
/** A good bundle with another manifest. */
const respelt = (change: (manifest: string) => string): Case =>
  spoilt(({ manifest }, at) => writeFileSync(at('bundle.manifest'), change(manifest)));

/** An update from 0.1.0 to 0.2.0 that a human accepts, under a pinned key list. */
export function update(
  signatures: (made: Made) => Record<string, string>,
  pinned = TWO_OF_TWO,
  keys = pinned,
): Case {
  const made = makeBundle('0.2.0', { files: { 'app/new.js': '' }, keys });
  put(made.folder, signatures(made));
  return {
    folder: made.folder,
    options: ['--accept-root', made.root],
    pin: pinOf(makeBundle(), pinned),
  };
}

const LISTED = Object.keys(GOOD_FILES).length;
/** More lines of a manifest, for files that are not there. */
const manyLines = (count: number) =>
  Array.from({ length: count }, (_, i) => `${'0'.repeat(64)} 0 z${10_000 + i}\n`).join('');

/** A case that is refused. */
export type Refused = [name: string, make: () => Case, sentence: string];
/** Every tampered bundle that both launchers refuse, with words of the sentence that says why. */
export const tampered: Refused[] = [
  [
    'wrong root',
    () => ({ folder: makeBundle().folder, options: ['--root', 'ab'.repeat(32)] }),
    ', not abab abab',
  ],
  [
    'changed file',
    () => spoilt((_, at) => writeFileSync(at('app/entry.js'), 'evil()')),
    'app/entry.js was changed',
  ],
  [
    'changed byte, same size',
    () => spoilt((_, at) => writeFileSync(at('app/entry.js'), 'export const answer = 43;\n')),
    'app/entry.js was changed',
  ],
  [
    'changed WASM',
    () => spoilt((_, at) => writeFileSync(at('app/engine.wasm'), Buffer.alloc(8))),
    'app/engine.wasm was changed',
  ],
  [
    'changed byte in the manifest',
    () => respelt((text) => text.replace(/\n[0-9a-f]{4}/, '\n0000')),
    'was changed',
  ],
  [
    'other size in the manifest',
    () => respelt((text) => text.replace(' 26 app/entry.js', ' 27 app/entry.js')),
    'was changed',
  ],
  [
    'missing file',
    () => spoilt((_, at) => rmSync(at('app/entry.css'))),
    'app/entry.css is in the manifest but missing',
  ],
  [
    'missing manifest',
    () => spoilt((_, at) => rmSync(at('bundle.manifest'))),
    'not a whole bundle',
  ],
  ['missing key list', () => spoilt((_, at) => rmSync(at('keys.json'))), 'not a whole bundle'],
  [
    'extra file',
    () => spoilt((_, at) => writeFileSync(at('app/more.js'), '')),
    'app/more.js is in the folder but not',
  ],
  [
    'page smuggled in among the signatures',
    () => spoilt(({ folder }) => put(folder, { 'sigs/alice.html': '<script src="/sigs/x.js">' })),
    'sigs/alice.html is in the folder but not',
  ],
  [
    'extra file deep in sigs',
    () => spoilt(({ folder }) => put(folder, { 'sigs/a/b.js': '' })),
    'sigs/a/b.js is in the folder but not',
  ],
  [
    'hidden file',
    () => spoilt(({ folder }) => put(folder, { 'app/.hidden': '' })),
    'app/.hidden in the folder has a hidden or odd name',
  ],
  [
    'odd name',
    () => spoilt(({ folder }) => put(folder, { 'a\u001bb.js': '' })),
    'a?b.js in the folder has a hidden or odd name',
  ],
  [
    'link to the same bytes',
    () =>
      spoilt((_, at) => {
        renameSync(at('app/entry.js'), join(temporary(), 'entry.js'));
        put(at(''), { 'app/copy.txt': GOOD_FILES['app/entry.js'] ?? '' });
        symlinkSync('copy.txt', at('app/entry.js'));
        rmSync(at('app/copy.txt'));
        put(at(''), { 'app/copy.txt': GOOD_FILES['app/entry.js'] ?? '' });
      }),
    'app/entry.js is a link or a device',
  ],
  [
    'linked folder with the same bytes',
    () =>
      spoilt((_, at) => {
        const elsewhere = join(temporary(), 'app');
        renameSync(at('app'), elsewhere);
        symlinkSync(elsewhere, at('app'));
      }),
    'app is a link or a device',
  ],
  [
    'path that climbs',
    () => respelt((text) => text.replace(' app/icon.svg', ' ../icon.svg')),
    'of bundle.manifest is malformed',
  ],
  [
    'hidden path in the manifest',
    () => respelt((text) => text.replace(' app/icon.svg', ' app/.icon')),
    'of bundle.manifest is malformed',
  ],
  [
    'unlisted path in the manifest',
    () => respelt((text) => `${text}${sha256(EMPTY_KEYS)} 44 keys.json\n`),
    'of bundle.manifest is malformed',
  ],
  [
    'lines out of order',
    () => respelt((text) => text.replace(/^(.* app\/entry\.css\n)(.* app\/entry\.js\n)/m, '$2$1')),
    'malformed or out of order',
  ],
  [
    'a line twice',
    () => respelt((text) => text.replace(/^.* index\.html\n/m, '$&$&')),
    'malformed or out of order',
  ],
  ['cut-off manifest', () => respelt((text) => text.slice(0, -1)), 'lacks its beginning or end'],
  [
    'manifest cut at a line',
    () => respelt((text) => text.replace(/.*\n$/, '')),
    'service-worker.js is in the folder but not',
  ],
  [
    'manifest of one file too many',
    () => respelt((text) => text + manyLines(10_001 - LISTED)),
    'bundle.manifest lists more than 10000 files',
  ],
  [
    'manifest of as many files as may be',
    () => respelt((text) => text + manyLines(10_000 - LISTED)),
    'z10000 is in the manifest but missing',
  ],
  [
    'manifest of another format',
    () => respelt((text) => text.replace('manifest 1', 'manifest 2')),
    'lacks its beginning or end',
  ],
  [
    'manifest without a version',
    () => respelt((text) => text.replace('0.1.0', '0.1')),
    'lacks its beginning or end',
  ],
  [
    'page without a policy',
    () => ({ folder: makeBundle('0.1.0', { files: { 'index.html': '<p>' } }).folder }),
    'Content-Security-Policy',
  ],
  [
    'page with a policy that breaks headers',
    () => {
      const html = '<meta http-equiv="content-security-policy" content="a\r\nX: y">';
      return { folder: makeBundle('0.1.0', { files: { 'index.html': html } }).folder };
    },
    'Content-Security-Policy',
  ],
  [
    'key list that is no list',
    () => ({ folder: makeBundle('0.1.0', { keys: '{}' }).folder }),
    'keys.json is not a list',
  ],
  [
    'key list that asks for none',
    () => ({ folder: makeBundle('0.1.0', { keys: keyList(0, [alice]) }).folder }),
    'or for none',
  ],
  [
    'older version than pinned, accepted',
    () => {
      const { folder, root } = makeBundle('0.9.0', { files: { 'app/old.js': '' } });
      return { folder, options: ['--accept-root', root], pin: pinOf(makeBundle('0.10.0')) };
    },
    'version 0.9.0 is not above the pinned 0.10.0',
  ],
  [
    'same version with another root, accepted',
    () => {
      const { folder, root } = makeBundle('0.1.0', { files: { 'app/new.js': '' } });
      return { folder, options: ['--accept-root', root], pin: pinOf(makeBundle()) };
    },
    'version 0.1.0 is not above the pinned 0.1.0',
  ],
  [
    'other root, not accepted',
    () => ({ folder: makeBundle('0.2.0').folder, pin: pinOf(makeBundle()) }),
    'compare its root, then start with --accept-root. A first pin that was wrong is undone by deleting /',
  ],
  [
    'other root, another accepted',
    () => ({
      folder: makeBundle('0.2.0').folder,
      options: ['--accept-root', 'cd'.repeat(32)],
      pin: pinOf(makeBundle()),
    }),
    ', not cdcd cdcd',
  ],
  [
    'key list replaced, not accepted',
    () => ({ folder: makeBundle('0.1.0', { keys: TWO_OF_TWO }).folder, pin: pinOf(makeBundle()) }),
    'key list is not the pinned one',
  ],
  [
    'other key list of the same serial, accepted',
    () => {
      const made = makeBundle('0.1.0', { keys: keyList(1, [carol], 0) });
      return { folder: made.folder, options: ['--accept-root', made.root], pin: pinOf(made) };
    },
    'Another key list, but serial 0 is not above the pinned 0',
  ],
  ...(
    [
      ['identity', '01', '00'],
      ['order 2', 'ec', 'ff', '7f'],
      ['order 4, x odd', '00', '00', '80'],
      ['a second spelling', 'ff', 'ff'],
    ] as const
  ).map(([name, first, middle, last = middle]): Refused => [
    `key list with a weak key (${name})`,
    () => {
      const point = Buffer.from(first + middle.repeat(30) + last, 'hex');
      return {
        folder: makeBundle('0.1.0', { keys: keyList(1, [alice, keyOfPoint('mallory', point)]) })
          .folder,
      };
    },
    'keys.json: the key of mallory is weak',
  ]),
  [
    'key list without a serial',
    () => ({
      folder: makeBundle('0.1.0', { keys: EMPTY_KEYS.replace('"serial": 0,', '') }).folder,
    }),
    'keys.json is not a list',
  ],
  [
    'damaged pin',
    () => ({ folder: makeBundle().folder, pin: pinOf(makeBundle()).slice(0, -5) }),
    'is damaged',
  ],
  ['update without signatures', () => update(() => ({})), '0 good signatures over bundle.manifest'],
];
