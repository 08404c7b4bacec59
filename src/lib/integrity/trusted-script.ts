/** The page's one Trusted Types policy: a script's address is trusted only if it has a script's place. */

/** The service worker, and what the build puts among the workers; nothing else, and no other origin. */
const SCRIPT = /^\/(?:service-worker\.js|_app\/immutable\/workers\/[A-Za-z0-9._-]+\.js)$/;

/** Stands for a string where the browser demands a `TrustedScriptURL`. */
export type TrustedScriptURL = string;

interface Policy {
  createScriptURL(url: string): TrustedScriptURL;
}

interface TrustedTypes {
  createPolicy(name: string, rules: Policy): Policy;
}

const rules: Policy = {
  createScriptURL(url) {
    const { origin, pathname } = new URL(url, location.href);
    if (origin !== location.origin || !(SCRIPT.test(pathname) || import.meta.env.DEV)) {
      throw new TypeError(`${url} is not a worker of this bundle.`);
    }
    return url;
  },
};

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
const policy = trustedTypes?.createPolicy('conclave', rules) ?? rules;

/**
 * A worker's address (a `?worker&url` import or the service worker's), as the browser wants it.
 * @throws TypeError for any other address
 */
export const trustedScript = (url: string): TrustedScriptURL => policy.createScriptURL(url);
