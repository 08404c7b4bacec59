/** Opens the door of the worker that reads QR codes; started at the first picture, and once. */
import { transfer, wrap, type Remote } from 'comlink';
import url from './scan.worker.ts?worker&url';
import type { Bytes } from '../../crypto/bytes.ts';
import { trustedScript } from '../../integrity/trusted-script.ts';

/** What a QR code holds: text, or bytes where it is marked as another thing. */
export type Scanned = string | Bytes;

/** The worker's door. */
export interface ScanDoor {
  /** All codes in a picture, none if there is none. The picture is taken over and closed. */
  read(picture: ImageBitmap): Promise<Scanned[]>;
}

let door: Remote<ScanDoor> | undefined;
/** Rejects every picture that waits, should the worker fail. */
const waiting = new Set<(error: Error) => void>();

function open(): Remote<ScanDoor> {
  const worker = new Worker(trustedScript(url), { type: 'module', name: 'scan' });
  worker.addEventListener('error', (event) => {
    door = undefined; // the next picture tries again
    const error = new Error(event.message || 'The worker’s script could not be loaded.');
    for (const reject of waiting) reject(error);
  });
  return wrap<ScanDoor>(worker);
}

/**
 * All codes in a picture, which is taken over.
 * @throws where the worker or its WebAssembly cannot be started
 */
export function scan(picture: ImageBitmap): Promise<Scanned[]> {
  door ??= open();
  const read = door.read(transfer(picture, [picture]));
  return new Promise((resolve, reject) => {
    waiting.add(reject);
    read.then(resolve, reject).finally(() => waiting.delete(reject));
  });
}
