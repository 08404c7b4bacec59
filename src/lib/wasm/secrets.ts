import type { Group } from './group.ts';

/** Thrown where a group that is not constant time is asked to handle a secret. */
export class SecretRefused extends Error {
  override name = 'SecretRefused';
  constructor(operation: string) {
    super(
      `“${operation}” would handle a secret, and this JavaScript group is not constant time. ` +
        'Use the WASM engine, or take a rehearsal group.',
    );
  }
}

/**
 * Every step that takes a secret begins with this, before it decodes a byte of it: the arithmetic
 * itself would refuse only after the secret had become a number. Throws `SecretRefused` unless all
 * groups may handle secrets.
 */
export function expectSecrets(
  step: string,
  ...groups: readonly Pick<Group, 'handlesSecrets'>[]
): void {
  if (!groups.every(({ handlesSecrets }) => handlesSecrets)) throw new SecretRefused(step);
}
