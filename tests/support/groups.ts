import type { Group } from '../../src/lib/wasm/group.ts';
import { jsGroup, jsRehearsalGroup } from '../../src/lib/wasm/js-group.ts';

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

/** For what holds no secret: it refuses one. */
export const publicGroups: Groups = {
  name: 'JS, public values alone',
  secp256k1: jsGroup('secp256k1'),
  ed25519: jsGroup('ed25519'),
};
