/**
 * The verifying service worker: the app's files, offline, each hashed again on every read.
 *
 * It pins its bundle by the content hash that the build wrote below, so it changes whenever any
 * file does, and serves nothing else; what a page asks of the YubiHSM connector alone passes. It
 * never updates silently: another bundle installs only after a person accepted its root in the
 * running one, and never one of a lower version.
 */
import {
  MANIFEST_NAME,
  compareVersions,
  contentHash,
  type ManifestFile,
} from '../../bundle/manifest.mjs';
import { asksConnector } from '../lib/integrity/connector.ts';
import { headersFor, policyOf } from '../lib/integrity/headers.ts';
import type { Offer, Question, Status } from '../lib/integrity/messages.ts';
import {
  accept,
  isAccepted,
  keep,
  keptBundle,
  offeredBundle,
  pin,
  readKept,
  readPin,
  withdrawAcceptance,
  type KeptBundle,
} from '../lib/integrity/store.ts';

declare const self: ServiceWorkerGlobalScope;

const PINNED = '@content-hash@';

/** What to do when this worker has nothing good to serve. Reloading with Shift passes it by. */
const AGAIN =
  'Nothing of yours is lost; do not clear the browser’s data. Start the launcher with the bundle ' +
  'you trust and load this page again. If the launcher serves a newer bundle by now, load it with ' +
  'Shift and the reload button: the page then comes from the launcher, and Verify lets you accept it.';

const repaired = new Set<string>();

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('fetch', (event) => event.respondWith(answer(event.request)));
self.addEventListener('message', (event) => {
  const reply = event.ports[0];
  event.waitUntil(
    respond(event.data as Question)
      .catch(() => undefined)
      .then((value) => {
        reply?.postMessage(value);
      }),
  );
});

async function install(): Promise<void> {
  const offered = await offeredBundle();
  if (offered === undefined || typeof offered === 'string')
    throw new Error(offered ?? 'No answer.');
  if ((await contentHash(offered.manifest)) !== PINNED) {
    throw new Error('The manifest served is not the one this service worker belongs to.');
  }
  const pinned = await readPin();
  const replaces = pinned !== undefined && pinned.root !== offered.root;
  if (replaces && compareVersions(offered.manifest.version, pinned.version) < 0) {
    throw new Error('A bundle of a lower version never replaces the kept one.');
  }
  if (replaces && !(await isAccepted(offered.root))) {
    throw new Error('Another bundle is kept here and this one has not been accepted.');
  }
  try {
    await keep(offered);
  } catch (error) {
    await withdrawAcceptance();
    throw error;
  }
  // Nothing of ours is replaced: whoever serves this origin until now (nobody, or a foreign service
  // worker that another program left here) goes at once.
  if (!replaces) await self.skipWaiting();
}

async function activate(): Promise<void> {
  const bundle = await ours();
  if (bundle) {
    // Our own pages load themselves again when their bundle is replaced. Pages that a foreign
    // service worker served do not know how. Not awaited: their loading waits for this to end.
    if ((await readPin()) === undefined) {
      for (const client of await self.clients.matchAll({ type: 'window' })) {
        void client.navigate(client.url).catch(() => null);
      }
    }
    await pin(bundle);
  }
  await self.clients.claim();
}

/** The bundle this worker belongs to: kept, or kept anew where the browser has dropped it. */
async function ours(): Promise<KeptBundle | undefined> {
  const kept = await keptBundle(PINNED);
  if (kept) return kept;
  const offered = await offeredBundle();
  if (offered === undefined || typeof offered === 'string') return undefined;
  if ((await contentHash(offered.manifest)) !== PINNED) return undefined;
  // Each file is verified on its way whether or not there is room to keep it.
  await keep(offered).catch(() => undefined);
  return offered;
}

async function answer(request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return Response.error();
  if (asksConnector(request, url.origin)) return connector(request);
  if (request.method !== 'GET') return refusal(405, 'Only reading is possible here.');
  const bundle = await ours();
  if (!bundle) {
    return refusal(
      503,
      'This browser no longer keeps the bundle, and the launcher does not serve it. ' + AGAIN,
    );
  }
  const path = url.pathname.slice(1) || 'index.html';
  if (path === MANIFEST_NAME) {
    return new Response(bundle.text, { headers: headersFor('bundle.txt', policyOf('')) });
  }
  const file = listed(bundle, path);
  if (!file) return refusal(404, `The bundle has no file /${path}.`);
  return serve(bundle, file);
}

/** The launcher's answer, and nobody else's: no redirect is followed, nothing is kept. */
async function connector(request: Request): Promise<Response> {
  const answered = await fetch(request, { redirect: 'error', cache: 'no-store' }).catch(() => null);
  return answered ?? refusal(503, 'The launcher does not answer, so no connector can be reached.');
}

async function serve(bundle: KeptBundle, file: ManifestFile): Promise<Response> {
  const read = await readKept(bundle, file);
  const page =
    file.path === 'index.html' ? read : await readKept(bundle, listed(bundle, 'index.html')!);
  if (!read || !page) {
    return refusal(
      409,
      `The stored copy of /${file.path} is missing or was changed, so it was refused. ${AGAIN}`,
    );
  }
  if (read.repaired) repaired.add(file.path);
  return new Response(read.bytes, {
    headers: headersFor(file.path, policyOf(new TextDecoder().decode(page.bytes))),
  });
}

const listed = ({ manifest }: KeptBundle, path: string): ManifestFile | undefined =>
  manifest.files.find((file) => file.path === path);

const refusal = (status: number, sentence: string): Response =>
  new Response(`Conclave: ${sentence}\n`, {
    status,
    headers: headersFor('refusal.txt', policyOf('')),
  });

async function respond(question: Question): Promise<Status | true | undefined> {
  switch (question.ask) {
    case 'status':
      return status();
    case 'accept':
      await accept(question.root);
      return true;
    case 'activate': {
      const bundle = await ours();
      if (bundle && (await isAccepted(bundle.root))) await self.skipWaiting();
      return true;
    }
  }
}

async function status(): Promise<Status | undefined> {
  await ours();
  const bundle = await keptBundle(PINNED);
  if (!bundle) return undefined;
  return {
    version: bundle.manifest.version,
    root: bundle.root,
    offer: await offer(bundle),
    repaired: [...repaired],
  };
}

async function offer(kept: KeptBundle): Promise<Offer> {
  const offered = await offeredBundle();
  if (offered === undefined) return { state: 'unreachable' };
  if (typeof offered === 'string') return { state: 'invalid', why: offered };
  if (offered.root === kept.root) return { state: 'same' };
  const older = compareVersions(offered.manifest.version, kept.manifest.version) < 0;
  return {
    state: older ? 'older' : 'other',
    version: offered.manifest.version,
    root: offered.root,
  };
}
