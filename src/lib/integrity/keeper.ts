/** The page's side of the verifying service worker: its life cycle and its answers. */
import { Workbox, messageSW } from 'workbox-window';
import { SERVICE_WORKER_NAME } from '../../../bundle/manifest.mjs';
import type { Question, Status } from './messages.ts';
import { trustedScript } from './trusted-script.ts';

/**
 * Remove every service worker of this origin but the one that serves all of it: one with a narrower
 * scope, left by another program, would answer for the engine's worker in its place.
 */
async function evictNarrower(): Promise<void> {
  const whole = new URL('/', location.href).href;
  for (const registration of await navigator.serviceWorker.getRegistrations()) {
    if (registration.scope !== whole) await registration.unregister();
  }
}

/** Why this browser does not keep the bundle. */
export type NotKept = 'unsupported' | 'insecure' | { readonly refused: string };

/**
 * Keep the bundle in this browser, so that it starts without the launcher. Resolves when a verifying
 * service worker is active.
 */
export async function keepBundle(): Promise<NotKept | undefined> {
  if (!isSecureContext) return 'insecure';
  if (!('serviceWorker' in navigator)) return 'unsupported';
  await evictNarrower();
  const workbox = new Workbox(trustedScript(`/${SERVICE_WORKER_NAME}`), {
    scope: '/',
    updateViaCache: 'none',
  });
  // A page of a replaced bundle asks for files that are gone: load it again from the new one.
  if (navigator.serviceWorker.controller) {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload());
  }
  // An installed bundle that waits was accepted (else its installation fails): let it take over.
  workbox.addEventListener('waiting', ({ sw }) => {
    if (sw) void messageSW(sw, { ask: 'activate' } satisfies Question);
  });
  try {
    const registration = await workbox.register({ immediate: true });
    await settled(registration);
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
  return undefined;
}

/** Wait until the registration has an active worker; fail if its first installation is refused. */
async function settled(registration: ServiceWorkerRegistration | undefined): Promise<void> {
  const worker = registration?.installing ?? registration?.waiting;
  if (!worker || registration?.active) return;
  await new Promise<void>((resolve, reject) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve();
      if (worker.state === 'redundant') reject(new Error('A file differs from the manifest.'));
    });
  });
}

/** What this browser keeps and what the launcher offers; undefined where nothing is kept (yet). */
export async function keptStatus(): Promise<Status | undefined> {
  if (!('serviceWorker' in navigator)) return undefined;
  const { active } = (await navigator.serviceWorker.getRegistration('/')) ?? {};
  return active
    ? ((await messageSW(active, { ask: 'status' } satisfies Question)) as Status)
    : undefined;
}

/**
 * Replace the kept bundle by the one with this root (64 hex digits), which a person has compared.
 * The page is loaded again once the new bundle is in place.
 * @throws Error where the launcher no longer serves it or its installation is refused
 */
export async function acceptBundle(root: string): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration('/');
  if (!registration?.active) throw new Error('Nothing is kept here that could be replaced.');
  const noted: unknown = await messageSW(registration.active, {
    ask: 'accept',
    root,
  } satisfies Question);
  if (noted !== true)
    throw new Error('The browser could not store your acceptance: is the disk full?');
  await registration.update();
  const next = registration.installing ?? registration.waiting;
  if (!next) throw new Error('The launcher does not serve that bundle any more.');
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      if (next.state === 'installed') void messageSW(next, { ask: 'activate' } satisfies Question);
      if (next.state === 'activated') resolve();
      if (next.state === 'redundant') reject(new Error('The new bundle was refused.'));
    };
    next.addEventListener('statechange', look);
    look();
  });
  location.reload();
}

/** Remove the kept bundle from this browser; operators' data stays. Needs the launcher to come back. */
export async function forgetBundle(): Promise<void> {
  for (const name of await caches.keys()) await caches.delete(name);
  await (await navigator.serviceWorker.getRegistration('/'))?.unregister();
}
