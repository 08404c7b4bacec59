/**
 * The worked example of docs/formats.md, computed by the app's code: a rehearsal's group of three on
 * regtest, in which two sign; everything follows from the seed below.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { addressOfScript } from '../../src/lib/bitcoin/address.ts';
import { outputAt, pathText, type Path } from '../../src/lib/bitcoin/branches.ts';
import { depositPath } from '../../src/lib/bitcoin/deposit.ts';
import { descriptorsOf } from '../../src/lib/bitcoin/descriptor.ts';
import {
  backupToBytes,
  recoveryToBytes,
  type BackupContent,
  type RecoveryContent,
} from '../../src/lib/ceremony/backup.ts';
import type { GroupId } from '../../src/lib/ceremony/card.ts';
import { failed, type CeremonyFault } from '../../src/lib/ceremony/faults.ts';
import { Run } from '../../src/lib/ceremony/keygen.ts';
import { kitToBytes } from '../../src/lib/ceremony/kit.ts';
import type { Manifest } from '../../src/lib/ceremony/manifest.ts';
import { concat, toHex } from '../../src/lib/crypto/bytes.ts';
import { recoverBoth } from '../../src/lib/crypto/dual-dkg.ts';
import { hostPubkeyOf } from '../../src/lib/crypto/host-key.ts';
import { plateWords } from '../../src/lib/crypto/plate.ts';
import { hostSecretFrom } from '../../src/lib/worker/host-secret.ts';
import { keepKeys } from '../../src/lib/worker/kept-keys.ts';
import { jsGroups } from './groups.ts';
import { value } from './hex.ts';
import { randomFrom } from './players.ts';

const { secp256k1 } = jsGroups;
const operators = ['Asha', 'Ben', 'Chen'];
/** The operator whose backup it is: Ben. */
const OWN = 1;

/** What a ceremony step gave, which must not be a fault. */
function must<T>(result: T | CeremonyFault): T {
  if (failed(result)) throw new Error(result.fault);
  return result;
}

/** Every name and value of the example, in its order; numbers in hex unless they are text. */
export async function formatExample(): Promise<{
  figures: ReadonlyMap<string, string>;
  backup: BackupContent;
}> {
  const random = randomFrom('docs/formats.md');
  const id: GroupId = { network: 'regtest', rehearsal: true, group: random(), epoch: 0 };
  const replies = operators.map(() => random());
  const salts = operators.map(() => random());
  const hostSecrets = replies.map((reply, i) => hostSecretFrom(reply.slice(), salts[i]!, id));
  const hostKeys = hostSecrets.map((secret) => value(hostPubkeyOf(secp256k1, secret)));

  const manifestHash = random();
  const manifest = {
    operators: hostKeys.map((hostKey) => ({ hostKey })),
    terms: { t: 2 },
  } as unknown as Manifest;
  const run = new Run(jsGroups, manifest, manifestHash);
  const seeds = hostSecrets.map(() => random());
  const firsts = hostSecrets.map((secret, i) => must(run.begin(secret, seeds[i]!)));
  const round = must(run.firstRound(firsts));
  const second = hostSecrets.map(
    (secret, i) => must(run.answer(secret, seeds[i]!, firsts, random())).message,
  );
  const views = second.map(() => round.view);
  const keys = must(run.certify(round, second, views));
  const { recoveryData } = keys;
  const shares = value(recoverBoth(jsGroups, hostSecrets[OWN], recoveryData));
  const { custody, attestation } = shares;

  const recipient = random();
  const { network, rehearsal, epoch, group } = id;
  const whose = { network, rehearsal, epoch, groupId: group, groupName: 'Example' };
  const content: RecoveryContent = {
    ...{ ...whose, operators, t: 2, manifestHash, recoveryData },
    ...{ certified: keys.hash, state: 'rehearsed', issued: [{ recipient, index: 7 }] },
    backupAddress: 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080',
    created: 1_800_000_000_000,
  };
  const hostSecret = hostSecrets[OWN]!;
  const backup = { ...content, operatorName: operators[OWN]!, index: OWN, hostSecret };
  const device = new TextEncoder().encode('a handle');
  const kit = kitToBytes({
    ...{ ...whose, operatorName: operators[OWN]!, hostKey: hostKeys[OWN]!, salt: salts[OWN]! },
    device,
  });
  const kept = { packet: random(), observer: random() };
  const box = await keepKeys(kept, hostSecret, id, random().slice(0, 12));
  const plain = backupToBytes(backup);

  const addressAt = (path: Path) =>
    addressOfScript(network, value(outputAt(secp256k1, custody.threshPk, path)).script)!;
  const deposit = value(depositPath(network, recipient, 7));
  const plate = (suite: 'custody' | 'attestation') =>
    plateWords(suite, OWN + 1, shares[suite].secshare!, shares[suite]).join(' ');
  const figures = new Map(
    Object.entries({
      'group id': group,
      'device reply': replies[OWN]!,
      salt: salts[OWN]!,
      'host secret': hostSecret,
      'host key': hostKeys[OWN]!,
      kit,
      'recovery file': recoveryToBytes(content),
      'manifest hash': manifestHash,
      certified: keys.hash,
      'backup plaintext, SHA-256': sha256(plain),
      'custody threshold key': custody.threshPk,
      'custody public shares': concat(...custody.pubshares),
      'custody share': custody.secshare!,
      'attestation threshold key': attestation.threshPk,
      'attestation public shares': concat(...attestation.pubshares),
      'attestation share': attestation.secshare!,
      'custody plate': plate('custody'),
      'attestation plate': plate('attestation'),
      'packet secret': kept.packet,
      'observer secret': kept.observer,
      'kept keys': box,
      'address 0/0': addressAt([0, 0]),
      'address 1/0': addressAt([1, 0]),
      'address 3/0': addressAt([3, 0]),
      recipient,
      'deposit path': pathText(deposit),
      'deposit address': addressAt(deposit),
      descriptor: descriptorsOf(network, custody.threshPk).main,
    }).map(([name, figure]) => [name, typeof figure === 'string' ? figure : toHex(figure)]),
  );
  return { figures, backup };
}
