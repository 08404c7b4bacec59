/**
 * The headers of a file served from this browser's store: the launcher's, made anew, because a
 * stored header could have been changed where the hash of the content would not show it.
 */

/** By the name's ending; every other kind is plain text, which no browser runs. */
const TYPES: Partial<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
  wasm: 'application/wasm',
  webmanifest: 'application/manifest+json',
  woff2: 'font/woff2',
};

/** Browser features: our own origin's, and those that nobody may use. */
const OWN = 'hid usb camera publickey-credentials-create publickey-credentials-get clipboard-write';
const OFF =
  'accelerometer captured-surface-control clipboard-read compute-pressure display-capture ' +
  'digital-credentials-create digital-credentials-get encrypted-media gamepad geolocation ' +
  'gyroscope identity-credentials-get idle-detection keyboard-map language-model local-fonts ' +
  'local-network local-network-access loopback-network magnetometer microphone midi ' +
  'on-device-speech-recognition otp-credentials payment picture-in-picture serial ' +
  'speaker-selection storage-access sync-xhr window-management xr-spatial-tracking';

const PERMISSIONS = [
  ...OWN.split(' ').map((feature) => `${feature}=(self)`),
  ...OFF.split(' ').map((feature) => `${feature}=()`),
].join(', ');

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
    'Content-Type': TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'text/plain; charset=utf-8',
    'Content-Security-Policy': policy,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': PERMISSIONS,
    'Integrity-Policy': 'blocked-destinations=(script)',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  };
}
