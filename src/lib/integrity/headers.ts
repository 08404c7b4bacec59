/**
 * The headers of a file served from this browser's store: the launcher's, made anew, because a
 * stored header could have been changed where the hash of the content would not show it.
 */

const TYPES: Partial<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  wasm: 'application/wasm',
  webmanifest: 'application/manifest+json',
};

const POLICY = /<meta http-equiv="content-security-policy" content="([^"]*)">/;

/**
 * The policy that goes with every response: that of the page's `<meta>`, and what a meta cannot say.
 * @param page the verified index.html
 */
export function policyOf(page: string): string {
  const [, policy = "default-src 'none'"] = POLICY.exec(page) ?? [];
  return `${policy}; frame-ancestors 'none'`;
}

/**
 * All headers for a listed file.
 * @param path the file's path in the manifest
 * @param policy from `policyOf`
 */
export function headersFor(path: string, policy: string): Record<string, string> {
  return {
    'Content-Type': TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
    'Content-Security-Policy': policy,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Integrity-Policy': 'blocked-destinations=(script)',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  };
}
