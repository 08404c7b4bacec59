/**
 * BUNDLE_ROOT: the version and root of the last release, one line “<version> <root>”, and below it
 * “connected <root>” where the connected bundle was released too; or “none”. Only the version enters
 * the build (a bundle cannot hold its own root).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { top } from './machine.mjs';

const RELEASE = /^(\d+\.\d+\.\d+) ([0-9a-f]{64})\n(?:connected ([0-9a-f]{64})\n)?$/;

/**
 * The release that BUNDLE_ROOT records, if it is of this version; undefined means a development build.
 * @param {string} version
 * @param {boolean} connected whether the connected bundle's is wanted
 * @param {string} [text] BUNDLE_ROOT's content
 * @returns {{ version: string, root: string } | undefined}
 */
export function releaseOf(
  version,
  connected,
  text = readFileSync(join(top, 'BUNDLE_ROOT'), 'utf8'),
) {
  if (text === 'none\n') return undefined;
  const [, released, ordinary, wider] = RELEASE.exec(text) ?? [];
  if (released === undefined) {
    throw new Error(
      'BUNDLE_ROOT is neither “none” nor “<version> <root>” with “connected <root>” below or not; ' +
        'restore it from git.',
    );
  }
  const root = connected ? wider : ordinary;
  return released === version && root !== undefined ? { version, root } : undefined;
}
