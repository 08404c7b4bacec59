/** The page's one Trusted Types policy: a script's URL is trusted only if the build made it. */

const allowed = new Set<string>();

interface Policy {
  createScriptURL(url: string): TrustedScriptURL;
}

/** Stands for a string where the browser demands a `TrustedScriptURL`. */
export type TrustedScriptURL = string;

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy;
}

const check = (url: string): string => {
  if (!allowed.has(url)) throw new TypeError(`${url} is not a script of this bundle.`);
  return url;
};

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
const policy: Policy = trustedTypes?.createPolicy('conclave', { createScriptURL: check }) ?? {
  createScriptURL: check,
};

/**
 * A URL that came out of the build (a `?worker&url` import or the service worker's fixed name), as
 * the browser wants it. Call it with constants only.
 */
export function trustedScript(url: string): TrustedScriptURL {
  allowed.add(url);
  return policy.createScriptURL(url);
}
