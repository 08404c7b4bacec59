import { concat, type Bytes } from '../crypto/bytes.ts';

/*
 * Every message that a group's keys may sign, in one place: no two kinds can be mistaken for each
 * other, because no message of one is one of another.
 *
 * custody key: the sighash of a Bitcoin transaction, exactly 32 bytes · a test, longer than that.
 * attestation key: a mint attestation, beginning with “0BTC_WIRE_MINT_ATTESTATION” · a consolidation of
 * fees, beginning with “0BTC_WIRE_FEE_CONSOLIDATION” · a test, beginning with “CONCLAVE TEST SIGNATURE”.
 */

const TEST = new TextEncoder().encode('CONCLAVE TEST SIGNATURE, NOT AN ATTESTATION, v1\n');

/** The bytes a test signature signs under either key: the prefix and the request's digest (32 bytes). */
export const testMessage = (digest: Uint8Array): Bytes => concat(TEST, digest);
