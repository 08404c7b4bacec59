/**
 * BUNDLE_ROOT: the version and root of the last release, one line “<version> <root>”, or “none”.
 * Only the version enters the build (a bundle cannot hold its own root).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { top } from './machine.mjs';

/**
 * The release that BUNDLE_ROOT records, if it is of this version; undefined means a development build.
 * @param {string} version
 * @param {string} [text] BUNDLE_ROOT's content
 * @returns {{ version: string, root: string } | undefined}
 */
export function releaseOf(version, text = readFileSync(join(top, 'BUNDLE_ROOT'), 'utf8')) {
  if (text === 'none\n') return undefined;
  const [, released, root] = /^(\d+\.\d+\.\d+) ([0-9a-f]{64})\n$/.exec(text) ?? [];
  if (released === undefined || root === undefined) {
    throw new Error(
      'BUNDLE_ROOT is neither “none” nor one line “<version> <root>”; restore it from git.',
    );
  }
  return released === version ? { version, root } : undefined;
}
