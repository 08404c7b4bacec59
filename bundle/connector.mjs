/**
 * The launcher's way to a YubiHSM 2: hands two requests on to Yubico's connector, a program on this
 * machine, and nothing else. `--connector PORT` loads it; connector.py is the same in Python.
 *
 *     GET /connector/status   its text, at most 256 bytes
 *     POST /connector/api     one frame there, one frame back, 3 to 3139 bytes each
 *
 * Only pages of the launcher's own origin get through: any other page would need a preflight, which
 * is refused. Of a request nothing but the frame goes on, and always to the same place; of an answer
 * nothing but the bytes comes back. What the frames say is between the page and the YubiHSM.
 */
import { request as ask } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const TEXT = 'text/plain; charset=utf-8';
const FRAME = 'application/octet-stream';
const [LEAST, MOST] = [3, 3139];
const MOST_STATUS = 256;
/** For a frame to come in, and again for its answer, in milliseconds. */
const LIMIT = 10_000;

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */

/** @param {number} status @param {string} text */
const refuse = (status, text) => ({ status, type: TEXT, bytes: Buffer.from(`${text}\n`) });

/**
 * What answers the two requests: their paths are the caller's to check, and their Host.
 * @param {number} port the connector's, on 127.0.0.1
 * @returns {(request: IncomingMessage, origin: string) => Promise<{ status: number, type: string, bytes: Buffer }>}
 */
export const connectorAt = (port) => async (request, origin) => {
  const { method = '', url: path = '', headersDistinct: headers } = request;
  const posting = path === '/connector/api';
  if (method !== (posting ? 'POST' : 'GET')) {
    return refuse(405, 'Only GET /connector/status and POST /connector/api.');
  }
  const [from, site] = [headers['origin']?.join(), headers['sec-fetch-site']?.join()];
  const ours = from === origin || (from === undefined && !posting);
  if (!ours || (site !== undefined && site !== 'same-origin')) {
    return refuse(403, `Only pages of ${origin}/ may use the connector.`);
  }
  if (!posting) return handOn(port, 'GET', path, undefined, 0, MOST_STATUS);
  if (headers['content-type']?.join() !== FRAME) return refuse(415, `Only ${FRAME}.`);
  const said = headers['content-length']?.join() ?? '';
  const length = /^[0-9]{1,4}$/.test(said) && !headers['transfer-encoding'] ? Number(said) : 0;
  if (length < LEAST || length > MOST) {
    return refuse(400, `A frame has ${LEAST} to ${MOST} bytes and says so before it comes.`);
  }
  const late = sleep(LIMIT, undefined, { ref: false });
  const frame = await Promise.race([gather(request, MOST), late]).catch(() => undefined);
  if (frame?.length !== length) return refuse(400, 'The frame did not come whole.');
  return handOn(port, 'POST', path, frame, LEAST, MOST);
};

/**
 * Ask the connector on one connection of its own; no redirect is followed.
 * @param {number} port @param {string} method @param {string} path @param {Buffer | undefined} frame
 * @param {number} least @param {number} most how many bytes its answer may have
 */
async function handOn(port, method, path, frame, least, most) {
  const type = frame ? FRAME : TEXT;
  const signal = AbortSignal.timeout(LIMIT);
  const own = frame && { 'Content-Type': FRAME, 'Content-Length': frame.length };
  const headers = { Connection: 'close', ...own };
  try {
    /** @type {IncomingMessage} */
    const answer = await new Promise((resolve, reject) => {
      ask({ host: '127.0.0.1', port, method, path, headers, agent: false, signal })
        .on('response', resolve)
        .on('error', reject)
        .on('close', reject)
        .end(frame);
    });
    const bytes = answer.statusCode === 200 ? await gather(answer, most) : undefined;
    answer.destroy();
    if (bytes && bytes.length >= least) return { status: 200, type, bytes };
  } catch {
    // Nobody listens there, or what does is no connector.
  }
  return refuse(502, `No connector answers at port ${port} of this machine.`);
}

/**
 * @param {IncomingMessage} stream @param {number} most
 * @returns {Promise<Buffer | undefined>} undefined where there are more bytes
 */
async function gather(stream, most) {
  const chunks = [];
  let length = 0;
  for await (const chunk of /** @type {AsyncIterable<Buffer>} */ (stream)) {
    length += chunk.length;
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
