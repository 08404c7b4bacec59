/** Whether package.json's version is the one that BUNDLE_ROOT records as released. */
declare const __RELEASE__: boolean;
/** Whether this is the connected bundle (`npm run build:connected`). */
declare const __CONNECTED__: boolean;
/** Subresource integrity (`sha256-…`) of the engine's WASM, compiled in by the build. */
declare const __ENGINE_INTEGRITY__: string;
