import adapter from '@sveltejs/adapter-static';
import { packageVersion } from './bundle/machine.mjs';
import { SUITE, folderOf, isConnected } from './bundle/connected.mjs';

/** The hash of the one inline style that SvelteKit's route announcer carries (SECURITY.md names it). */
const ANNOUNCER_STYLE = 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo=';

const connected = isConnected();
const folder = folderOf(connected);

/** @type {import('@sveltejs/kit').Config} */
const config = {
  kit: {
    adapter: adapter({ pages: folder, assets: folder, strict: true }),
    router: { type: 'hash' },
    paths: { relative: true },
    version: { name: packageVersion(), pollInterval: 0 },
    serviceWorker: { register: false },
    csp: {
      mode: 'hash',
      directives: {
        'default-src': ['none'],
        'script-src': ['self', 'wasm-unsafe-eval'],
        'style-src': ['self'],
        'style-src-attr': ['unsafe-hashes', ANNOUNCER_STYLE],
        'img-src': ['self', 'data:', 'blob:'],
        'media-src': ['self', 'blob:'],
        'font-src': ['self'],
        'connect-src': ['self', ...(connected ? [SUITE] : [])],
        'worker-src': ['self'],
        'manifest-src': ['self'],
        'base-uri': ['none'],
        'form-action': ['none'],
        'object-src': ['none'],
        'require-trusted-types-for': ['script'],
        'trusted-types': ['svelte-trusted-html', 'conclave'],
      },
    },
  },
};

export default config;
