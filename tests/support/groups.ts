import type { Group } from '../../src/lib/wasm/group.ts';
import { jsRehearsalGroup } from '../../src/lib/wasm/js-group.ts';

/** One implementation of both groups, under test. */
export interface Groups {
  readonly name: string;
  readonly secp256k1: Group;
  readonly ed25519: Group;
}

const rehearsal = 'a rehearsal: these secrets guard nothing';

export const jsGroups: Groups = {
  name: 'JS',
  secp256k1: jsRehearsalGroup('secp256k1', rehearsal),
  ed25519: jsRehearsalGroup('ed25519', rehearsal),
};
