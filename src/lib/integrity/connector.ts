/**
 * The one door in the verified bundle: what our own pages ask of the YubiHSM connector goes to the
 * launcher, which hands it on (bundle/connector.mjs). What comes back is never run: it reaches only
 * a page that fetches it.
 */

/** What the service worker looks at. */
type Asked = Pick<Request, 'method' | 'url' | 'mode' | 'destination'>;

/**
 * Whether this is `GET /connector/status` or `POST /connector/api` as a page fetches it.
 * @param origin the service worker's own
 */
export function asksConnector({ method, url, mode, destination }: Asked, origin: string): boolean {
  const fetched = mode !== 'navigate' && destination === '';
  const wanted = { GET: `${origin}/connector/status`, POST: `${origin}/connector/api` };
  return fetched && (method === 'GET' || method === 'POST') && url === wanted[method];
}
