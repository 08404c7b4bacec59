#!/usr/bin/env node
/**
 * The launcher: verifies a Conclave bundle, serves it from memory to this machine's browser.
 *
 *     node launch.mjs DIR [options]
 *     --root HEX         the root you expect, for example from a reviewer; any other is refused
 *     --accept-root HEX  let this root, or its new key list, replace what is pinned: an update
 *     --port N           the port on this machine, 0 for any free one (default 7465)
 *     --store FILE       where the pin is kept (default: conclave/pin-PORT.json in your settings folder)
 *     --no-pin           neither read nor write a pin; needs --root
 *     --check            verify and say what would happen; serve nothing, write nothing
 *     --connector N      hand requests for a YubiHSM 2 on to Yubico's connector at this port
 *
 * Exit codes: 0 good, 1 refused, 2 wrong usage, 3 verified but cannot serve. On Node's standard
 * library alone: read, hash and copy it, and connector.mjs for --connector. launch.py is the same.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { createServer } from 'node:http';
import { homedir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { parseArgs } from 'node:util';

const HOST = 'conclave.localhost';
const MANIFEST = 'bundle.manifest';
const SEGMENT = '[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}';
const PATH = new RegExp(`^${SEGMENT}(?:/${SEGMENT}){0,9}$`);
const UNLISTED =
  /^(?:bundle\.manifest|keys\.json|sigs\/[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.minisig)$/;
const VERSION = '((?:0|[1-9][0-9]{0,5})(?:\\.(?:0|[1-9][0-9]{0,5})){2})';
const HEADER = new RegExp(`^conclave bundle manifest 1\nversion ${VERSION}\n`);
const PIN = new RegExp(`^{"format":1,"version":"${VERSION}","root":"(.{64})","keys":(.*)}\n$`);
const LINE = /^([0-9a-f]{64}) (0|[1-9][0-9]{0,8}) ([!-~]+)$/;
const REVIEWER = '{"name":"([A-Za-z0-9_-]{1,40})","key":"(RW[Q-T][A-Za-z0-9+/]{53})"}';
const KEY_LIST = new RegExp(
  '^{"format":1,"serial":(0|[1-9][0-9]{0,5}),"threshold":(0|[1-9][0-9]?),' +
    `"keys":\\[(?:${REVIEWER}(?:,${REVIEWER})*)?\\]}$`,
);
/** Points in hex, either sign bit: of small order (anyone can sign for them), or y not below 2^255 - 19. */
const WEAK_POINT = new RegExp(
  '^(?:0[01](?:00){30}[08]0|(?:e[c-f]|f.)(?:ff){30}[7f]f|' +
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc[08]5|' +
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03[7f]a)$',
);
const COMMENT = 'comment: ([^\\x00-\\x08\\x0a-\\x1f]{0,8000})\n';
const SIGNATURE = new RegExp(
  `^untrusted ${COMMENT}(R[UW][Q-T][A-Za-z0-9+/]{96}=)\ntrusted ${COMMENT}([A-Za-z0-9+/]{86}==)\n?$`,
);
const CSP = /<meta http-equiv="content-security-policy" content="([^"]*)"/gi;
const ENTITIES = { '&#39;': "'", '&quot;': '"', '&lt;': '<', '&gt;': '>', '&amp;': '&' };
const WORD_LIST_SHA256 = '2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda';
const NEXT = 'Nothing is served. Ask its reviewers, by a way you trust, what they released.';
/** Browser features: the app's own, for this origin alone; every other power is off. */
const OWN = 'hid usb camera publickey-credentials-create publickey-credentials-get clipboard-write';
const OFF =
  'accelerometer captured-surface-control clipboard-read compute-pressure display-capture ' +
  'digital-credentials-create digital-credentials-get encrypted-media gamepad geolocation ' +
  'gyroscope identity-credentials-get idle-detection keyboard-map language-model local-fonts ' +
  'local-network local-network-access loopback-network magnetometer microphone midi ' +
  'on-device-speech-recognition otp-credentials payment picture-in-picture serial ' +
  'speaker-selection storage-access sync-xhr window-management xr-spatial-tracking';
const POWERS = `${OWN.replace(/\S+/g, '$&=(self)')} ${OFF.replace(/\S+/g, '$&=()')}`;
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': POWERS.replaceAll(' ', ', '),
  'Integrity-Policy': 'blocked-destinations=(script)',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'Service-Worker-Allowed': '/',
  Connection: 'close',
};
const TEXT = 'text/plain; charset=utf-8';
/** @type {Record<string, string>} every other kind of file is plain text, which no browser runs */
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
/** @typedef {{ version: string, root: string, keys: string }} Pin root in hex; keys.json without spaces */
/** @typedef {{ serial: number, threshold: number, reviewers: { name: string, key: Buffer }[] }} KeyList key: Ed ‖ id ‖ point */
/** @typedef {ReturnType<typeof import('./connector.mjs').connectorAt>} Connector */
/** @typedef {Pin & { files: Map<string, Buffer>, connector?: Connector }} Bundle */
/** Ends the launcher: the cause, what to do now, the exit code. */
class Refusal extends Error {
  constructor(/** @type {string} */ cause, next = NEXT, code = 1) {
    super(`Refused: ${cause}\n${next}`);
    this.code = code;
  }
}

const sha256 = (/** @type {Buffer} */ bytes) => createHash('sha256').update(bytes).digest('hex');
const grouped = (/** @type {string} */ hex) => hex.replace(/.{4}(?=.)/g, '$& ');
const sortable = (/** @type {string} */ text) => text.replace(/\d+/g, (n) => n.padStart(6, '0'));

/** Read every file once; from here on only memory counts. @param {string} folder @param {string} [prefix] @returns {[string, Buffer][]} path and bytes */
function readFolder(folder, prefix = '') {
  const names = fs.readdirSync(join(folder, prefix)).sort();
  return names.flatMap((name) => {
    const path = prefix + name;
    if (!PATH.test(path)) {
      throw new Refusal(`${path.replace(/[^!-~]/gu, '?')} in the folder has a hidden or odd name.`);
    }
    const info = fs.lstatSync(join(folder, path));
    if (info.isDirectory()) return readFolder(folder, `${path}/`);
    if (!info.isFile()) throw new Refusal(`${path} is a link or a device, not a plain file.`);
    return [/** @type {[string, Buffer]} */ ([path, fs.readFileSync(join(folder, path))])];
  });
}

/** The folder holds exactly what its manifest lists, with every expected root. @param {Map<string, Buffer>} files @param {(string | undefined)[]} expected @returns {Bundle} */
function verifyBundle(files, expected) {
  const [manifest, keys] = [files.get(MANIFEST), files.get('keys.json')?.toString('latin1')];
  if (manifest === undefined || keys === undefined) {
    throw new Refusal(`The folder lacks ${MANIFEST} or keys.json: it is not a whole bundle.`);
  }
  const root = sha256(manifest);
  const other = expected.find((wanted) => wanted !== undefined && wanted !== root);
  if (other) throw new Refusal(`The bundle’s root is ${grouped(root)}, not ${grouped(other)}.`);
  const text = manifest.toString('latin1');
  const [header = '', version = ''] = HEADER.exec(text) ?? [];
  const lines = text.slice(header.length).split('\n');
  if (!version || lines.pop() !== '') throw new Refusal(`${MANIFEST} lacks its beginning or end.`);
  if (lines.length > 10_000) throw new Refusal(`${MANIFEST} lists more than 10000 files.`);
  const listed = new Set();
  let last = '';
  for (const [i, line] of lines.entries()) {
    const [, hash, size, path = ''] = LINE.exec(line) ?? [];
    if (!PATH.test(path) || UNLISTED.test(path) || path <= last) {
      throw new Refusal(`Line ${i + 3} of ${MANIFEST} is malformed or out of order.`);
    }
    const bytes = files.get(path);
    if (!bytes) throw new Refusal(`${path} is in the manifest but missing from the folder.`);
    if (String(bytes.length) !== size || sha256(bytes) !== hash) {
      throw new Refusal(`${path} was changed: it is not the file that the manifest lists.`);
    }
    listed.add(path);
    last = path;
  }
  const extra = [...files.keys()].find((path) => !listed.has(path) && !UNLISTED.test(path));
  if (extra) throw new Refusal(`${extra} is in the folder but not in the manifest.`);
  return { version, root, keys: keys.replace(/[ \n]/g, ''), files };
}

/** The policy in index.html's one meta element. @param {Bundle} bundle @returns {string} */
function readPolicy({ files }) {
  const html = files.get('index.html')?.toString('latin1') ?? '';
  let [policy = '', ...more] = Array.from(html.matchAll(CSP), ([, content]) => content);
  for (const [entity, plain] of Object.entries(ENTITIES)) policy = policy.replaceAll(entity, plain);
  if (more.length > 0 || !/^[ -~]+$/.test(policy) || !files.has('service-worker.js')) {
    throw new Refusal('No service-worker.js, or index.html lacks its one Content-Security-Policy.');
  }
  return policy;
}

/** Whose signatures count, and how many distinct keys must sign. @param {string} text without spaces @returns {KeyList} */
function readKeys(text) {
  const [, serial, threshold] = KEY_LIST.exec(text) ?? [];
  if (!threshold) throw new Refusal('keys.json is not a list of reviewers’ keys of format 1.');
  const reviewers = Array.from(text.matchAll(new RegExp(REVIEWER, 'g')), (match) => {
    return { name: match[1] ?? '', key: Buffer.from(match[2] ?? '', 'base64') };
  });
  const points = reviewers.map(({ key }) => key.toString('hex', 10));
  const weak = reviewers[points.findIndex((point) => WEAK_POINT.test(point))];
  if (weak) throw new Refusal(`keys.json: the key of ${weak.name} is weak: anyone can sign.`);
  const distinct = new Set(points).size;
  if (Number(threshold) > distinct || (threshold === '0' && distinct > 0)) {
    throw new Refusal('keys.json asks for more signatures than it has keys, or for none.');
  }
  return { serial: Number(serial), threshold: Number(threshold), reviewers };
}

/**
 * minisign: whose signature a file holds, or why it does not count. Two signatures must be good:
 * over the message (`ED`: over its BLAKE2b-512), and over that signature ‖ the trusted comment.
 * @param {Buffer} bytes @param {Buffer} message @param {KeyList} keys @param {string} comment the one that counts
 */
function signerOf(bytes, message, { reviewers }, comment) {
  const [, , encoded, trusted = '', global = ''] = SIGNATURE.exec(bytes.toString('latin1')) ?? [];
  if (!encoded) return 'it is not a minisign signature';
  const raw = Buffer.from(encoded, 'base64');
  const known = reviewers.filter(({ key }) => key.subarray(2, 10).equals(raw.subarray(2, 10)));
  if (known.length === 0) return 'it is by a key that is not in the key list';
  const hashed = raw.toString('latin1', 0, 2) === 'ED';
  const signed = hashed ? createHash('blake2b512').update(message).digest() : message;
  const commented = Buffer.concat([raw.subarray(10), Buffer.from(trusted, 'latin1')]);
  const signer = known.find(({ key }) => {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: key.toString('base64url', 10) };
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
    const good = verify(null, signed, publicKey, raw.subarray(10));
    return good && verify(null, commented, publicKey, Buffer.from(global, 'base64'));
  });
  if (!signer) return 'it does not fit these bytes';
  return trusted === comment ? signer : `its trusted comment is not “${comment}”`;
}

/** How many distinct keys signed a file of the bundle; prints whose. @param {Bundle} bundle @param {string} path bundle.manifest or keys.json @param {KeyList} keys @param {string} comment */
function countSignatures({ files }, path, keys, comment) {
  const ofKeys = path !== MANIFEST;
  const counted = new Set();
  for (const [file, bytes] of files) {
    if (!/^sigs\/.*\.minisig$/.test(file) || file.endsWith('.keys.minisig') !== ofKeys) continue;
    const signer = signerOf(bytes, files.get(path) ?? bytes, keys, comment);
    if (typeof signer === 'string') console.log(`${file}: not counted, ${signer}.`);
    else {
      const point = signer.key.toString('hex', 10);
      console.log(`${file}: ${counted.has(point) ? 'signed again' : 'good'}, by ${signer.name}.`);
      counted.add(point);
    }
  }
  return counted.size;
}

/** @param {string} store @returns {Pin | undefined} undefined where nothing was pinned yet */
function readPin(store) {
  if (!fs.lstatSync(store, { throwIfNoEntry: false })) return undefined;
  const [, version, root, keys] = PIN.exec(fs.readFileSync(store, 'latin1')) ?? [];
  if (!version || !root || !keys) {
    const next = 'Restore the file; or delete it, and compare the root as on first use.';
    throw new Refusal(`The pin store ${store} is damaged.`, `Nothing is served. ${next}`);
  }
  return { version, root, keys };
}

/** Replace the pin in one step, so that no crash leaves half a file. @param {string} store @param {Pin} pin */
function writePin(store, { version, root, keys }) {
  const draft = `${store}.${process.pid}`;
  const text = `{"format":1,"version":"${version}","root":"${root}","keys":${keys}}\n`;
  fs.mkdirSync(dirname(store), { recursive: true, mode: 0o700 });
  fs.writeFileSync(draft, text, { mode: 0o600, flag: 'wx', flush: true });
  fs.renameSync(draft, store);
}

/**
 * Hold the bundle against the pin. Nothing changes a pin but the human's --accept-root, with the
 * signatures that the pinned key list asks for; and no version or serial is followed by a lower one.
 * @param {Bundle} bundle @param {Pin | undefined} pin @param {string | undefined} accepted @param {string} store @returns {string} what was found
 */
function checkPin(bundle, pin, accepted, store) {
  const [keys, { serial }] = [readKeys((pin ?? bundle).keys), readKeys(bundle.keys)];
  const [newRoot, newKeys] = [bundle.root !== pin?.root, bundle.keys !== pin?.keys];
  const comment = `conclave ${bundle.version} root ${bundle.root}`;
  const signatures = countSignatures(bundle, MANIFEST, keys, comment);
  if (!pin) return 'First use: no pin yet vouches for this root. Compare it with a reviewer’s.';
  if (!newRoot && !newKeys) return 'Root and key list are the pinned ones.';
  if (newRoot && sortable(bundle.version) <= sortable(pin.version)) {
    const cause = `version ${bundle.version} is not above the pinned ${pin.version}`;
    throw new Refusal(`Another root, but ${cause}: it may be an old release brought back.`);
  }
  if (newKeys && serial <= keys.serial) {
    const cause = `serial ${serial} is not above the pinned ${keys.serial}`;
    throw new Refusal(`Another key list, but ${cause}: it may be an old list brought back.`);
  }
  if (accepted === undefined) {
    const cause = `The bundle’s ${newRoot ? 'root' : 'key list'} is not the pinned one.`;
    const next = 'Nothing is served. To update, compare its root, then start with --accept-root.';
    const undo = `A first pin that was wrong is undone by deleting ${store} and comparing again.`;
    throw new Refusal(cause, `${next} ${undo}`);
  }
  const overKeys = newKeys && countSignatures(bundle, 'keys.json', keys, `conclave keys ${serial}`);
  if ((newRoot && signatures < keys.threshold) || (newKeys && +overKeys < keys.threshold)) {
    const few = `${signatures} good signatures over ${MANIFEST} and ${+overKeys} over keys.json`;
    throw new Refusal(`${few}: ${keys.threshold} of the pinned keys must sign what is new.`);
  }
  return keys.threshold > 0
    ? `Accepted: signed by ${keys.threshold} or more of the pinned keys.`
    : 'Accepted on your word and the higher version alone: the pinned key list is empty.';
}

/** The root as 24 BIP-39 words (32 bytes and an 8-bit checksum), in numbered rows of four. @param {Bundle} bundle */
function words({ files, root }) {
  const list = files.get('bip39-english.txt');
  if (!list || sha256(list) !== WORD_LIST_SHA256) {
    return 'not shown: bip39-english.txt is not the BIP-39 list. Compare the hex.';
  }
  const bits = BigInt(`0x${root}${sha256(Buffer.from(root, 'hex')).slice(0, 2)}`);
  const lines = list.toString('latin1').split('\n');
  const all = Array.from({ length: 24 }, (_, i) => Number((bits >> BigInt(253 - 11 * i)) & 2047n));
  const cells = all.map((at, i) => `${i + 1}`.padStart(2) + ` ${lines[at]}`.padEnd(11));
  const rows = cells.join('').replace(/.{52}(?=.)/g, '$&\n         ');
  return rows.replace(/ +$/gm, '');
}

/** @param {number} status @param {string} text */
const refuse = (status, text) => ({ status, type: TEXT, bytes: Buffer.from(`${text}\n`) });

/**
 * The answer to a request. Its target is looked up as it stands: nothing is decoded.
 * @param {Bundle} bundle @param {string} host @param {import('node:http').IncomingMessage} request
 */
async function answer({ files, connector }, host, request) {
  const { method = '', url = '', headersDistinct: headers } = request;
  // Another site that points its own name at this machine comes with its own name here.
  if (headers['host']?.join() !== host) return refuse(421, `This is http://${host}/ only.`);
  const reading = method === 'GET' || method === 'HEAD';
  // A program that had this port before may have left a service worker on this origin, under any
  // name. Its update check is answered with ours, which replaces it and leaves the stored data;
  // Service-Worker-Allowed lets it, whatever part of the origin the old one had.
  const worker = reading && headers['service-worker']?.join() === 'script';
  const connected = !worker && /^\/connector\/(api|status)$/.test(url);
  if (connected) return connector?.(request, `http://${host}`) ?? refuse(404, 'No connector.');
  if (!reading) return refuse(405, 'Only GET and HEAD.');
  const path = worker ? 'service-worker.js' : url === '/' ? 'index.html' : url.slice(1);
  const bytes = url.startsWith('/') ? files.get(path) : undefined;
  if (!bytes) return refuse(404, 'The bundle has no such file.');
  return { status: 200, type: TYPES[extname(path)] ?? TEXT, bytes };
}

/**
 * Serve on this machine only: on both loopback addresses, since a browser may take either.
 * @param {Bundle} bundle @param {string} policy @param {number} port @returns {Promise<string>} the address
 */
async function serve(bundle, policy, port) {
  const headers = { ...HEADERS, 'Content-Security-Policy': `${policy}; frame-ancestors 'none'` };
  for (const address of ['127.0.0.1', '::1']) {
    const server = createServer({ requireHostHeader: false }, (request, response) => {
      void answer(bundle, `${HOST}:${port}`, request).then(({ status, type, bytes }) => {
        response.sendDate = false;
        const own = { 'Content-Type': type, 'Content-Length': bytes.length };
        response.writeHead(status, { ...headers, ...own });
        response.end(request.method === 'HEAD' ? undefined : bytes);
      });
    });
    server.maxRequestsPerSocket = 1; // a second, sent before the first was answered, is dropped
    try {
      await once(server.listen({ host: address, port }), 'listening');
      port = /** @type {import('node:net').AddressInfo} */ (server.address()).port;
    } catch (error) {
      const { code = '' } = /** @type {NodeJS.ErrnoException} */ (error);
      if (address === '::1' && ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(code)) continue;
      const next = 'Stop what uses it (an earlier launcher?), or choose another --port.';
      throw new Refusal(`Port ${port} on ${address} cannot be had (${code}).`, next, 3);
    }
  }
  return `http://${HOST}:${port}/`;
}

/** What the command line asks for; `store` is undefined where no pin is wanted. */
function readOptions() {
  const text = /** @type {const} */ ({ type: 'string' });
  const flag = /** @type {const} */ ({ type: 'boolean' });
  const pinning = { root: text, 'accept-root': text, store: text, 'no-pin': flag };
  const options = { ...pinning, port: text, connector: text, check: flag };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [folder = '', ...more] = positionals;
  const { port = '7465', connector, 'no-pin': noPin, check } = values;
  const must = (/** @type {boolean} */ good, /** @type {string} */ rule) => {
    if (!good) throw new Refusal(rule, 'The top of this file says how it is used.', 2);
  };
  const [root, accepted] = [values.root, values['accept-root']].map((shown) => {
    const hex = shown?.replaceAll(' ', '').toLowerCase();
    must(hex === undefined || /^[0-9a-f]{64}$/.test(hex), 'A root is 64 hex digits.');
    return hex;
  });
  must(folder !== '' && more.length === 0, 'Name one folder.');
  const fits = (/** @type {string} */ n) => /^(?!0*80$)[0-9]{1,5}$/.test(n) && +n < 65536;
  must([port, connector ?? port].every(fits), 'A port is up to 65535, and not 80.');
  must(!noPin || root !== undefined, '--no-pin needs --root.');
  const { XDG_CONFIG_HOME, APPDATA } = process.env;
  const settings = XDG_CONFIG_HOME || APPDATA || join(homedir(), '.config');
  // A pin for each address, as browsers see it: bundles side by side do not undo each other's.
  const usual = join(settings, 'conclave', `pin-${+port}.json`);
  const store = noPin ? undefined : (values.store ?? usual);
  return { folder, root, accepted, port: +port, connector, store, check };
}

async function main() {
  const { folder, root, accepted, port, connector, store, check } = readOptions();
  const bundle = verifyBundle(new Map(readFolder(folder)), [root, accepted]);
  const policy = readPolicy(bundle);
  readKeys(bundle.keys);
  console.log(`Conclave ${bundle.version}, ${bundle.files.size} files verified.`);
  console.log(`Root     ${grouped(bundle.root)}\nWords    ${words(bundle)}`);
  if (store === undefined) console.log('No pin: the root is the one given by --root.');
  else console.log(checkPin(bundle, readPin(store), accepted, store));
  if (check) return;
  if (store !== undefined) writePin(store, bundle);
  process.on('SIGINT', () => process.exit(0));
  if (Number(connector))
    bundle.connector = (await import('./connector.mjs')).connectorAt(Number(connector));
  console.log(`Address  ${await serve(bundle, policy, port)} until Ctrl-C`);
}

try {
  await main();
} catch (error) {
  const said = error instanceof Error ? error.message : String(error);
  console.error(error instanceof Refusal ? said : `Refused: ${said}`);
  const code = error instanceof Error && 'code' in error ? error.code : 1;
  process.exit(typeof code === 'number' ? code : String(code).startsWith('ERR_PARSE_ARGS') ? 2 : 1);
}
