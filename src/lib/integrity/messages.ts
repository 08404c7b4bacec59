/** What the page and the service worker say to each other. */

/** The bundle that the launcher serves, compared with the one this browser keeps. */
export type Offer =
  | { readonly state: 'same' }
  | { readonly state: 'other' | 'older'; readonly version: string; readonly root: string }
  /** No answer: the launcher is stopped. Absence is not failure. */
  | { readonly state: 'unreachable' }
  /** An answer that is no manifest; `why` is one sentence. */
  | { readonly state: 'invalid'; readonly why: string };

export interface Status {
  readonly version: string;
  /** SHA-256 of the kept manifest, 64 hex digits. */
  readonly root: string;
  readonly offer: Offer;
  /** Kept files that were missing or changed and were replaced by verified ones since the worker started. */
  readonly repaired: readonly string[];
}

/** `status` is answered with a `Status`; the others with `true`. */
export type Question =
  | { readonly ask: 'status' }
  /** The person accepts the bundle with this root (64 hex digits) in place of the kept one. */
  | { readonly ask: 'accept'; readonly root: string }
  /** An installed, accepted bundle may take over now. */
  | { readonly ask: 'activate' };
