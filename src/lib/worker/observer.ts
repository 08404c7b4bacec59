/** The observer's key leaves the workspace once, encrypted, for the machine beside the bridge's node. */
import { wipe } from '../crypto/bytes.ts';
import { sealAge } from './age-file.ts';
import type { SeatFault } from './seat-base.ts';
import type { Signer } from './signer.ts';

/**
 * The own observer's secret key, 32 bytes, as an age file encrypted to a passphrase. It signs burn
 * records and nothing else. `workFactor`: log₂ of scrypt's cost, for rehearsals and tests.
 */
export async function observerFile(
  { log }: Signer,
  passphrase: string,
  workFactor?: number,
): Promise<{ readonly file: string } | SeatFault> {
  const secret = await log.ports.store.read(log.keys.observerSecret);
  if (!secret) return { fault: 'not-now' };
  try {
    return { file: await sealAge(secret, passphrase, workFactor) };
  } finally {
    wipe(secret);
  }
}
